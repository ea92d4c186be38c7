"""
Calls every compiled kernel once, so that no later request waits for a compiler.

Run at install time (``teahorse warm``) and at the start of services. Kernels are called through the
functions that use them, because what is compiled depends on the types of the arrays they pass. The
answers are thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

WEEK = "2026-09-14"
_AT = "2026-09-14T08:00:00+08:00"
_WIDE_SPAN_MIN = 40_000
"""Starts so far apart do not fit labels of 16 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """What was called, and the seconds that it took."""

    name: str
    seconds: float


def warm() -> Iterator[Warmed]:
    """Call all kernels; each is a fraction of a second where it was compiled before."""
    for name, call in WARMERS.items():
        started = perf_counter()
        call()
        yield Warmed(name=name, seconds=perf_counter() - started)


def start_up() -> None:
    """
    Load what requests for quotes and matrices call, before a service says that it is ready.

    Reading compiled kernels and starting the compiler's libraries takes a second even where nothing
    is left to compile; no request shall wait for that.
    """
    _quotes()
    _matrices()


def _quotes() -> None:
    from optimizer import planner

    data = planner.read()
    queries = planner.QueryCache(data)
    for origin, destination in (("CNKMG", "THBKK"), ("25.04,102.72", "CNCTU"), ("CNKMG", "SGSIN")):
        shipment, inputs = queries.query(
            origin=origin, destination=destination, kg="1200", m3="6", ready=_AT
        )
        planner.quote(inputs, shipment)


def _matrices() -> None:
    from optimizer import planner

    data = planner.read()
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
    for n_sources in (1, 10, 20, 40):
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
    """Network design: two nodes, one arc, one commodity."""
    from optimizer.models.consolidation.network_design import NetworkDesign
    from optimizer.models.consolidation.static.lagrangian import Lagrangian
    from optimizer.models.consolidation.static.links import make_links
    from optimizer.models.consolidation.static.solve import solve
    from optimizer.solvers.limits import SolveLimits

    one = np.ones(3, dtype=np.int64)
    design = NetworkDesign.build(
        node_names=["a", "b", "c"],
        arc_tail=np.array([0, 1, 0]),
        arc_head=np.array([1, 2, 2]),
        arc_fen_per_kg=one,
        option_arc=np.arange(3),
        option_fen=10 * one,
        option_kg=10 * one,
        option_max_units=one,
        commodity_ids=["k", "l"],
        commodity_origin=np.array([0, 0]),
        commodity_destination=np.array([2, 1]),
        commodity_kg=np.array([6, 6]),
        commodity_may_split=np.array([True, True]),
    )
    solve(design, SolveLimits(time_s=2.0))
    # So small a design is solved without its bound, which is asked for on its own.
    bounding = Lagrangian(make_links(design))
    bounding.improve(100.0, 2)
    bounding.link_values()


def _lanes() -> None:
    """Lane departures of a plan, which no quote builds."""
    from datetime import timedelta

    from optimizer import planner, stages
    from optimizer.demand.generate import generate_week
    from optimizer.stages import PlanOptions

    start = datetime.fromisoformat(WEEK).replace(tzinfo=UTC)
    data = planner.read()
    inputs = planner.load(epoch_at=start - timedelta(days=1), data=data)
    shipments = generate_week(data, seed=1, n_shipments=8, week_start=start.date())
    options = PlanOptions(planned_at=min(one.booked_at for one in shipments))
    quotes = stages.quote_all(inputs.network, shipments, options, _ignore)
    stages.build_problem(inputs.network, shipments, quotes, options, _ignore)


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


WARMERS: dict[str, Callable[[], None]] = {
    "hierarchies": _hierarchies,
    "matrices": _matrices,
    "arrivals": _arrivals,
    "paths": _paths,
    "network design": _designs,
    "quotes": _quotes,
    "lanes of a plan": _lanes,
}
"""Every entry point of ``optimizer.kernels`` is called by one of these; a test looks."""
