"""One process: the first and the later times of a quote or a matrix, as JSON on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import perf_counter

from optimizer import warm

AT = "2026-09-14T08:00:00+08:00"
WEEK = "2026-09-14"
MS = 1000.0
N_WARM = 5


def quote() -> Callable[[], object]:
    """A quote from text to itineraries, its week compiled with it."""
    from optimizer import planner

    data = planner.read()
    return lambda: _quote(data)


def _quote(data: object) -> object:
    from optimizer import planner

    # A cache of weeks of its own, because a restarted service has none either.
    queries = planner.QueryCache(data)  # type: ignore[arg-type]
    shipment, inputs = queries.query(
        origin="CNKMG-WJX", destination="THBKK-LKB", kg="1200", m3="6", ready=AT
    )
    return planner.quote(inputs, shipment)


def matrix() -> Callable[[], object]:
    """All facilities to all, averaged over a week, without the disk cache."""
    from optimizer import planner

    data = planner.read()
    query = planner.matrix_query(data, origins=["all"], destinations=["all"], week=WEEK)
    return lambda: planner.matrix(data, query, use_cache=False)


def misses() -> int:
    """Kernels of ours that were compiled in this process instead of read from the cache."""
    from numba.core.registry import CPUDispatcher

    modules = [m for name, m in sys.modules.items() if name.startswith("optimizer.kernels.")]
    found = {
        id(value): sum(value.stats.cache_misses.values())
        for module in modules
        for value in vars(module).values()
        if isinstance(value, CPUDispatcher)
    }
    return sum(found.values())


def main() -> None:
    """Time one request of a fresh process, then the same again."""
    prepare = {"quote": quote, "matrix": matrix}[sys.argv[1]]
    started = perf_counter()
    warm.start_up()  # as ``teahorse serve`` does before it listens
    start_ms = (perf_counter() - started) * MS
    request = prepare()
    times: list[float] = []
    for _ in range(1 + N_WARM):
        started = perf_counter()
        request()
        times.append((perf_counter() - started) * MS)
    print(json.dumps({"start_ms": start_ms, "times_ms": times, "n_compiled": misses()}))


if __name__ == "__main__":
    main()
