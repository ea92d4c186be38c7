"""Earliest arrivals over a timetable from many sources, ours against peers."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.compare import Comparison as Found
from benchmarks.compare import Contender, Preparation, compare, rows
from benchmarks.registry import Comparison, register

if TYPE_CHECKING:
    from benchmarks.instances.synthetic_timetable import SyntheticTimetable

PEERS = ("cafein raptor", "cafein tbtr", "scipy", "networkx")
SOURCES = (1, 16, 64, 256)
DEPARTS_MIN = 360
"""All sources start at six in the morning of the first day: the peers take one clock for all."""
N_SCIPY, N_NETWORKX = 8, 1
"""Sources that slow peers do; their time is scaled."""


class Peer(NamedTuple):
    """``search`` takes sources, at most ``most``; ``minutes`` makes its result comparable."""

    name: str
    search: Callable[[Any], object]
    minutes: Callable[[Any], Any]
    most: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Size, sources, repetitions."""
    parser.add_argument("--terminals", type=int, default=2000)
    parser.add_argument("--departures", type=int, default=200_000)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--sources", type=int, nargs="+", default=list(SOURCES))
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument(
        "--without", nargs="*", choices=PEERS, default=[], help="peers to leave out"
    )


def run(options: argparse.Namespace) -> Found:
    """Every number of sources against every peer, one thread each."""
    import numpy as np

    from benchmarks.instances.synthetic_timetable import make_timetable
    from optimizer.network.arrivals import earliest_arrivals
    from optimizer.network.connections import connections_from
    from optimizer.network.schedule import Arcs

    found = Found()
    timetable = make_timetable(
        n_terminals=options.terminals,
        n_departures=options.departures,
        days=options.days,
        seed=options.seed,
    )
    connections_from(timetable.n_terminals, timetable.hops, Arcs.of([]))  # compiles
    started = process_time()
    connections = connections_from(timetable.n_terminals, timetable.hops, Arcs.of([]))
    _prepared(found, "ours", "sort, check, number", started)
    peers = _peers(timetable, options, found)
    rng = np.random.default_rng(options.seed + 1)
    for n_sources in options.sources:
        sources = rng.permutation(timetable.n_terminals)[:n_sources]
        contenders = [
            Contender(
                name="ours", run=partial(earliest_arrivals, connections, sources, DEPARTS_MIN)
            )
        ]
        for peer in peers:
            n_done = min(n_sources, peer.most)
            contenders.append(
                Contender(
                    name=peer.name,
                    run=partial(peer.search, sources[:n_done]),
                    scale=n_sources / n_done,
                )
            )
        timed = compare(contenders, options.repetitions, clock=options.clock)
        ours: Any = timed[0].result
        errors: list[float | None] = [None]
        for peer, measured in zip(peers, timed[1:], strict=True):
            theirs = peer.minutes(measured.result)
            errors.append(float(np.abs(ours[: len(theirs)].astype(np.int64) - theirs).max()))
        found.rows += rows(
            "timetable",
            n_sources,
            timetable.n_terminals,
            timed,
            errors=errors,
            clock=options.clock,
        )
    return found


def _peers(timetable: SyntheticTimetable, options: argparse.Namespace, found: Found) -> list[Peer]:
    """Those that are installed, prepared; preparation is reported, absence too."""
    wanted = [name for name in PEERS if name not in options.without]
    peers: list[Peer] = []
    for package, make in (("cafein", _cafein), ("scipy", _scipy), ("networkx", _networkx)):
        names = [name for name in wanted if name.split()[0] == package]
        if not names:
            continue
        try:
            installed = version(package)
        except PackageNotFoundError:
            found.skipped.append((package, "not installed"))
            continue
        peers += make(timetable, names, installed, found)
    return peers


def _cafein(
    timetable: SyntheticTimetable, names: list[str], installed: str, found: Found
) -> list[Peer]:
    from benchmarks.peers.cafein_matrix import CafeinMatrix

    started = process_time()
    matrix = CafeinMatrix(timetable)
    _prepared(found, f"cafein {installed}", "write and read GTFS", started)
    peers: list[Peer] = []
    for name in names:
        router = name.split()[1]
        if router == "tbtr":
            started = process_time()
            matrix.prepare_trip_based()
            _prepared(found, f"cafein {installed}", "transfers between trips", started)
        peers.append(
            Peer(
                f"cafein {installed} {router}",
                partial(matrix.arrivals, departs_min=DEPARTS_MIN, router=router),
                partial(matrix.to_minutes, departs_min=DEPARTS_MIN),
                10**9,
            )
        )
    return peers


def _scipy(
    timetable: SyntheticTimetable, _names: list[str], installed: str, found: Found
) -> list[Peer]:
    from benchmarks.peers.time_expanded import TimeExpanded

    started = process_time()
    expanded = TimeExpanded(timetable)
    _prepared(found, f"scipy {installed}", "time-expanded graph", started)
    search = partial(expanded.with_scipy, departs_min=DEPARTS_MIN)
    return [Peer(f"scipy {installed} breadth first", search, _same, N_SCIPY)]


def _networkx(
    timetable: SyntheticTimetable, _names: list[str], installed: str, found: Found
) -> list[Peer]:
    from benchmarks.peers.time_expanded import TimeExpanded

    started = process_time()
    expanded = TimeExpanded(timetable)
    graph = expanded.networkx_graph()
    _prepared(found, f"networkx {installed}", "time-expanded graph", started)
    search = partial(expanded.with_networkx, graph, departs_min=DEPARTS_MIN)
    return [Peer(f"networkx {installed} breadth first", search, _same, N_NETWORKX)]


def _same(minutes: object) -> object:
    return minutes


def _prepared(found: Found, contender: str, what: str, started: float) -> None:
    found.preparations.append(
        Preparation(contender=contender, what=what, cpu_s=round(process_time() - started, 3))
    )


register(
    Comparison(
        name="timetable",
        question="How long do earliest arrivals over a timetable take, from many sources to all?",
        add_arguments=add_arguments,
        run=run,
    )
)
