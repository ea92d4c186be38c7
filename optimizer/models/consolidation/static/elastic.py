"""Why a static design has no plan: links that lack capacity, commodities that lack a way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.static.formulation import flow_model, shares
from optimizer.models.consolidation.static.links import LinkNetwork
from optimizer.solvers.highs_lp import GrowingLp
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import Columns, FloatArray, LinearModel, Rows
from optimizer.solvers.status import SolverStatus

_ROUNDS = 4
_NOISE = 1e-6
_DRIFT = 1e-3
"""Weight of what a link lacked in the round before; small amounts become dear, and vanish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxations:
    """
    A set of changes that together make a plan possible, the fewest found.

    Parameters
    ----------
    lacking
        Link and the capacity that it lacks, the most first.
    stranded
        Commodities without any way to their destination, whatever the capacities.
    """

    lacking: tuple[tuple[int, float], ...]
    stranded: tuple[int, ...]


def find_relaxations(network: LinkNetwork, deadline: Deadline, seed: int) -> Relaxations:
    """
    Capacities to add, few of them: a linear program whose prices follow the last answer.

    Each round charges a link by the inverse of what it lacked (reweighted l1: Candes, Wakin and
    Boyd 2008, doi:10.1007/s00041-008-9045-x), so the answer moves to fewer links. Commodities
    without a way are named apart and left out.
    """
    stranded = _stranded(network)
    if stranded:
        return Relaxations(lacking=(), stranded=stranded)
    price, best = np.ones(network.n_links), None
    for _ in range(_ROUNDS):
        lack = _least_lack(network, price, deadline.left_s, seed)
        if lack is None:
            break
        if best is None or np.count_nonzero(lack) < np.count_nonzero(best):
            best = lack
        scale = float(lack.max())
        price = 1.0 / (lack / max(scale, _NOISE) + _DRIFT)
    if best is None:
        return Relaxations(lacking=(), stranded=())
    links = np.argsort(-best, kind="stable")
    return Relaxations(
        lacking=tuple((int(a), float(best[a])) for a in links if best[a] > 0), stranded=()
    )


def _least_lack(
    network: LinkNetwork, price: FloatArray, time_s: float, seed: int
) -> FloatArray | None:
    """(m,) capacity to add to each link, at least cost; None where time was too short."""
    m, total = network.n_links, float(network.demand.sum())
    roomy = replace(network, capacity=np.full(m, total))
    model = flow_model(roomy, shares(roomy, by_group=True), np.zeros(m))
    rows, columns = model.rows, model.columns
    n, first = columns.n_columns, rows.n_rows - m
    # The last m rows are the capacities; each gets a column of its own for what is added.
    col = np.insert(rows.col, rows.ptr[first + 1 :], n + np.arange(m)).astype(np.int32)
    value = np.insert(rows.value, rows.ptr[first + 1 :], -1.0)
    grown = np.concatenate((np.zeros(first + 1), np.arange(1, m + 1))).astype(np.int64)
    upper = rows.upper.copy()
    upper[first:] = network.capacity
    elastic = LinearModel(
        columns=Columns(
            cost=np.concatenate((columns.cost, price)),
            lower=np.zeros(n + m),
            upper=np.concatenate((columns.upper, np.full(m, total))),
            is_integer=np.zeros(n + m, dtype=np.bool_),
        ),
        rows=Rows(ptr=rows.ptr + grown, col=col, value=value, lower=rows.lower, upper=upper),
    )
    result = GrowingLp(elastic, seed).solve(time_s)
    if result.status is not SolverStatus.OPTIMAL or result.values is None:
        return None
    lack = result.values[n:]
    return np.where(lack > _NOISE * max(1.0, total), lack, 0.0)


def _stranded(network: LinkNetwork) -> tuple[int, ...]:
    """Commodities that no sequence of links with room joins to their destination."""
    found = []
    for k in range(network.n_commodities):
        usable = ~network.forbidden[:, k] & (network.capacity > 0)
        tails, heads = network.tail[usable], network.head[usable]
        reached = np.zeros(network.n_nodes, dtype=np.bool_)
        reached[network.origin[k]] = True
        while True:
            new = heads[reached[tails] & ~reached[heads]]
            if len(new) == 0:
                break
            reached[new] = True
        if not reached[network.destination[k]]:
            found.append(k)
    return tuple(found)


def describe(design: NetworkDesign, network: LinkNetwork, found: Relaxations) -> tuple[str, ...]:
    """The relaxations as sentences, the largest first."""
    names = design.node_names
    lines = [
        f"M632 commodity {design.commodity_ids[k]} ({design.commodity_kg[k]} from "
        f"{names[design.commodity_origin[k]]} to {names[design.commodity_destination[k]]}) has no "
        "way of links with capacity"
        for k in found.stranded
    ]
    for a, lack in found.lacking:
        arc = int(design.option_arc[network.option[a]])
        lines.append(
            f"M633 arc {arc} from {names[design.arc_tail[arc]]} to {names[design.arc_head[arc]]} "
            f"lacks {lack:g} of capacity beyond {network.capacity[a]:g}"
        )
    if found.lacking:
        total = sum(lack for _, lack in found.lacking)
        lines.append(
            f"M633 with {total:g} more capacity on these {len(found.lacking)} arcs a plan exists"
        )
    return tuple(lines)
