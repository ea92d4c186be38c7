"""
The core of a neighbourhood: the strong model by commodities, over the few flows that may pay.

Given which links may open, potentials price every flow. Most flows would cost too much in every
routing better than the best; the model holds those that cost least, and those of good routings.
It is a heuristic: what it proves holds for the flows that it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.static.flows import lift
from optimizer.models.consolidation.static.links import LinkNetwork, LongArray, with_links
from optimizer.models.consolidation.static.paths import (
    Routing,
    routing_of,
    trace_paths,
    without_noise,
)
from optimizer.models.consolidation.static.pricing import Priced, choose_flows
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.linear import (
    BoolArray,
    Columns,
    FloatArray,
    LinearModel,
    Rows,
    rows_from_triplets,
    stack_rows,
)
from optimizer.solvers.status import SolverStatus

_GAP = 1e-4
"""Relative gap at which a core counts as solved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreResult:
    """The best routing found, or None; whether the model was solved to its end."""

    routing: Routing | None
    is_finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Core:
    """The flows of the model: ``commodity`` and ``link`` (c,), a position among the links."""

    part: LinkNetwork
    is_fixed: BoolArray
    commodity: LongArray
    link: LongArray

    @property
    def most(self) -> FloatArray:
        """(c,) most that a flow can be."""
        return np.minimum(self.part.demand[self.commodity], self.part.capacity[self.link])


def solve_core(
    priced: Priced,
    begin: Routing,
    others: list[Routing],
    n_flows: int,
    *,
    time_s: float,
    seed: int,
    max_nodes: int,
    should_stop: Callable[[], bool],
    on_routing: Callable[[Routing], object],
) -> CoreResult:
    """
    Branch and bound over the flows that cost least by the potentials.

    Parameters
    ----------
    begin
        A routing over the whole network that is to be improved; it is the start if it fits.
    others
        Routings whose flows belong to the model too, as far as their links do.
    n_flows
        Flows in the model beside those of the routings.
    on_routing
        Told every better routing.
    """
    network, part = priced.network, with_links(priced.network, priced.links)
    commodity, link = choose_flows(priced, [begin, *others], n_flows)
    core = _Core(part=part, is_fixed=priced.is_fixed, commodity=commodity, link=link)
    start = _start(core, priced.links, begin, network)

    def read(values: FloatArray) -> Routing:
        flow = np.zeros((part.n_commodities, part.n_links))
        flow[core.commodity, core.link] = without_noise(values[part.n_links :])
        return lift(network, priced.links, routing_of(part, trace_paths(part, flow)))

    result = solve_mip(
        _model(core),
        time_s=time_s,
        gap=_GAP,
        seed=seed,
        start=start,
        max_nodes=max_nodes,
        should_stop=should_stop,
        on_point=lambda values: _tell(on_routing, read(values)),
    )
    return CoreResult(
        routing=None if result.values is None else read(result.values),
        is_finished=result.status in (SolverStatus.OPTIMAL, SolverStatus.INFEASIBLE),
    )


def _tell(on_routing: Callable[[Routing], object], routing: Routing) -> None:
    on_routing(routing)


def _model(core: _Core) -> LinearModel:
    """Openings first, then flows; strong linking where a link is not fixed open."""
    part, k, a = core.part, core.commodity, core.link
    m, n = part.n_links, part.n_links + len(core.commodity)
    column, free = m + np.arange(len(k)), np.flatnonzero(~core.is_fixed[a])
    room = rows_from_triplets(
        np.concatenate((a, np.arange(m))),
        np.concatenate((column, np.arange(m))),
        np.concatenate((np.ones(len(a)), -part.capacity)),
        lower=np.full(m, -np.inf),
        upper=np.zeros(m),
    )
    most, count = core.most, np.arange(len(free))
    linking = rows_from_triplets(
        np.concatenate((count, count)),
        np.concatenate((column[free], a[free])),
        np.concatenate((np.ones(len(free)), -most[free])),
        lower=np.full(len(free), -np.inf),
        upper=np.zeros(len(free)),
    )
    lower = np.zeros(n)
    lower[:m] = core.is_fixed
    columns = Columns(
        cost=np.concatenate((part.fixed, part.variable[a])),
        lower=lower,
        upper=np.concatenate((np.ones(m), most)),
        is_integer=np.arange(n) < m,
    )
    return LinearModel(
        columns=columns, rows=stack_rows([_conservation(core, column), room, linking])
    )


def _conservation(core: _Core, column: LongArray) -> Rows:
    """What leaves a node less what enters it, for commodities at nodes that their flows touch."""
    part, k = core.part, core.commodity
    n_nodes = part.n_nodes
    supply = np.zeros((part.n_commodities, n_nodes))
    every = np.arange(part.n_commodities)
    supply[every, part.origin] += part.demand
    supply[every, part.destination] -= part.demand
    ends = np.concatenate((part.origin, part.destination))
    key = np.concatenate(
        (k * n_nodes + part.tail[core.link], k * n_nodes + part.head[core.link],
         np.tile(every, 2) * n_nodes + ends)
    )  # fmt: skip
    touched, row = np.unique(key, return_inverse=True)
    row = row[: 2 * len(k)]
    value = np.concatenate((np.ones(len(k)), -np.ones(len(k))))
    amount = supply.reshape(-1)[touched]
    return rows_from_triplets(row, np.tile(column, 2), value, lower=amount, upper=amount)


def _start(
    core: _Core, links: LongArray, begin: Routing, network: LinkNetwork
) -> FloatArray | None:
    """The point of a routing; None where it uses a link that is not in the model."""
    if not np.isin(np.flatnonzero(begin.used(network)), links).all():
        return None
    flow = np.zeros((network.n_commodities, network.n_links))
    for k, own in enumerate(begin.paths):
        for amount, path in own:
            flow[k, list(path)] += amount
    here = np.minimum(flow[:, links][core.commodity, core.link], core.most)
    is_open = (flow[:, links].sum(axis=0) > 0) | core.is_fixed
    return np.concatenate((is_open.astype(np.float64), here))
