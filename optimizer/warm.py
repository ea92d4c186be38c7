"""
Calls every compiled kernel once, so that no later request waits for a compiler.

Run at install time (``teahorse warm``) and at the start of services. Kernels are called through the
functions that use them, because what is compiled depends on the types of the arrays they pass. The
answers are thrown away.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import TeahorseError

if TYPE_CHECKING:
    from optimizer.domain.network_data import NetworkData

WEEK = "2026-09-14"
_AT = "2026-09-14T08:00:00+08:00"
_WIDE_SPAN_MIN = 40_000
"""Starts so far apart do not fit labels of 16 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """What was called, and the seconds that it took."""

    name: str
    seconds: float
    problem: str = ""


def install() -> Iterator[Warmed]:
    """
    Call all kernels in two new processes where there are two cores, as at install time.

    What fails is told as a ``problem``: kernels that are missing are compiled when they are asked
    for, so an install goes on.
    """
    n_processes = min(len(PROCESSES), len(os.sched_getaffinity(0)))
    context = get_context("spawn")
    with ExitStack() as stack:
        pools = [
            stack.enter_context(ProcessPoolExecutor(1, mp_context=context))
            for _ in range(n_processes)
        ]
        waiting = {
            pools[at % n_processes].submit(_timed, name): name
            for at, names in enumerate(PROCESSES)
            for name in names
        }
        for future in as_completed(waiting):
            error = future.exception()
            if error is None:
                yield future.result()
            else:
                problem = f"{type(error).__name__}: {error}"
                yield Warmed(name=waiting[future], seconds=0.0, problem=problem)


def _timed(name: str) -> Warmed:
    started = perf_counter()
    WARMERS[name]()
    return Warmed(name=name, seconds=perf_counter() - started)


def warm() -> Iterator[Warmed]:
    """Call all kernels; each is a fraction of a second where it was compiled before."""
    for name in WARMERS:
        yield _timed(name)


def start_up(data: NetworkData | None = None) -> None:
    """
    Load what requests for quotes and matrices call, before a service says that it is ready.

    Reading compiled kernels and starting the compiler's libraries takes a second even where nothing
    is left to compile; no request shall wait for that.

    Parameters
    ----------
    data
        What is served; the shipped package by default. Where it lacks a place of the examples, the
        kernels behind them are loaded by the first request.
    """
    for call in (_quotes, _matrices):
        with suppress(TeahorseError):
            call(data)


def _quotes(data: NetworkData | None = None) -> None:
    from optimizer import planner

    queries = planner.QueryCache(data or planner.read())
    for origin, destination in (("CNKMG", "THBKK"), ("25.04,102.72", "CNCTU"), ("CNKMG", "SGSIN")):
        shipment, inputs = queries.query(
            origin=origin, destination=destination, kg="1200", m3="6", ready=_AT
        )
        planner.quote(inputs, shipment)


def _matrices(data: NetworkData | None = None) -> None:
    from optimizer import planner

    data = data or planner.read()
    places = ["CNKMG-WJX;THBKK-LKB;CNCTU;25.04,102.72"]
    for options in ({}, {"at": _AT}, {"is_profile": True}):
        query = planner.matrix_query(
            data, origins=places, destinations=places, week=WEEK, **options
        )
        planner.matrix(data, query, use_cache=False)


def _arrivals() -> None:
    """Every width of lanes, in narrow and, over more than three weeks, in wide labels."""
    from datetime import timedelta

    from optimizer import planner
    from optimizer.network.arrivals import earliest_arrivals
    from optimizer.network.connections import connections_of, crossing_dwell_min

    start = datetime.fromisoformat(WEEK).replace(tzinfo=UTC)
    network = planner.load(epoch_at=start - timedelta(days=1)).network
    dwell_min = crossing_dwell_min(network, ("0110",), network.data.parameters["planning_quantile"])
    connections = connections_of(network, dwell_min=dwell_min)
    for n_sources in (1, 10, 40):
        for span_min in (0, _WIDE_SPAN_MIN):
            sources = np.arange(n_sources, dtype=np.int64)
            departs = np.linspace(0, span_min, n_sources).astype(np.int64)
            earliest_arrivals(connections, sources, departs)


def _paths() -> None:
    """Fronts of several criteria on a static graph, and ways behind skims."""
    from optimizer import planner
    from optimizer.domain.skim import SkimLoad, SkimWeights
    from optimizer.models.routing.skim_values import arc_values
    from optimizer.network.pareto_paths import CriteriaGraph
    from optimizer.network.skim_graph import skim_graph
    from optimizer.network.skims import skims_of

    tail, head = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    weights = np.arange(12).reshape(4, 3) % 5 + 1
    criteria = CriteriaGraph(n_nodes=4, tail=tail, head=head, weights=weights)
    criteria.fronts_from(0)
    criteria.front_between(0, 3)
    week = datetime.fromisoformat(WEEK).replace(tzinfo=UTC)
    network = planner.load(epoch_at=week).network
    graph = skim_graph(network)
    arcs = arc_values(network, SkimLoad(gross_kg=1000, volume_dm3=6000), week.date())
    skims_of(graph).path(arcs, SkimWeights(), int(graph.tail[0]), int(graph.head[0]))


def _designs() -> None:
    """Network design; its solver has a toy of its own, because no clock may count compiling."""
    from optimizer.models.consolidation.static.solve import load_kernels

    load_kernels()


def _lanes() -> None:
    """Lane departures of a plan, which no quote builds, and search and pricing over them."""
    from datetime import timedelta

    from optimizer import planner, stages
    from optimizer.demand.generate import generate_week
    from optimizer.models.consolidation.improving import load_kernels
    from optimizer.stages import PlanOptions

    start = datetime.fromisoformat(WEEK).replace(tzinfo=UTC)
    data = planner.read()
    inputs = planner.load(epoch_at=start - timedelta(days=1), data=data)
    shipments = generate_week(data, seed=1, n_shipments=8, week_start=start.date())
    options = PlanOptions(planned_at=min(one.booked_at for one in shipments))
    quotes = stages.quote_all(inputs.network, shipments, options, _ignore)
    columns = stages.build_problem(inputs.network, shipments, quotes, options, _ignore)
    load_kernels(columns.problem)


def _ignore(*_: object) -> None:
    return


def _hierarchies() -> None:
    """Contraction, tables of every width, one-to-all, paths; from memory and from mapped files."""
    from optimizer.network.hierarchy import Hierarchy

    n = 64
    nodes = np.arange(n, dtype=np.int64)
    tail = np.concatenate((nodes, nodes, nodes))
    head = np.concatenate(((nodes + 1) % n, (nodes - 1) % n, (nodes + 8) % n))
    weights = (7 * tail + 3 * head) % 11 + 1
    with tempfile.TemporaryDirectory() as folder:
        for hierarchy in (
            Hierarchy.build(n, tail, head),
            Hierarchy.cached(n, tail, head, directory=Path(folder)),
            Hierarchy.cached(n, tail, head, directory=Path(folder)),
            Hierarchy.build(n, tail, head, max_triangles=0),
        ):
            for metric in hierarchy.customize_lanes(np.stack((weights, weights[::-1]))):
                for size in (1, 10, n):
                    metric.table(nodes[:size], nodes[-size:])
                metric.one_to_all(nodes[:3])
                metric.path(0, n // 2)
            # Weights are taken from either width.
            hierarchy.customize(weights.astype(np.int32))


def _stock() -> None:
    """Location, inventory and allocation."""
    from optimizer import warm_stock

    warm_stock.locations()
    warm_stock.inventories()
    warm_stock.allocations()


WARMERS: dict[str, Callable[[], None]] = {
    "hierarchies": _hierarchies,
    "matrices": _matrices,
    "arrivals": _arrivals,
    "paths": _paths,
    "network design": _designs,
    "quotes": _quotes,
    "lanes of a plan": _lanes,
    "stock": _stock,
}
"""Every entry point of ``optimizer.kernels`` is called by one of these; a test looks."""
PROCESSES = (
    ("matrices", "arrivals", "paths", "network design", "stock"),
    ("hierarchies", "quotes", "lanes of a plan"),
)
"""
What each process of ``install`` calls, about half of the work each.

A kernel that two of them need is compiled first by the one and found in the cache by the other, or
compiled by both to the same: numba replaces files of the cache whole.
"""
