"""
Guaranteed service times on general acyclic networks: mixed-integer model, and exchanges on trees.

A stage picks one pair of inbound and outbound service time; its cost is then a number from a table,
so any cost by net replenishment time is exact. An arc says that the supplier's outbound time is not
above the customer's inbound time. Written as an order of the cumulated shares of the two marginals,
that is exact on trees even without integrality (Strassen's theorem), which makes the relaxation
strong on networks that are nearly trees.
"""

from __future__ import annotations

import numpy as np

from optimizer.models.inventory.guaranteed_service import (
    Floats,
    Ints,
    ServiceNetwork,
    ServiceTimes,
)
from optimizer.models.inventory.guaranteed_tree import solve_forest, solve_within
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import Deadline, SolveLimits
from optimizer.solvers.linear import Columns, LinearModel, Rows
from optimizer.solvers.status import SolverStatus

MAX_PAIRS = 400_000
"""Pairs of service times in one model; beyond it the answer is heuristic, with a tree's bound."""
_SAME = 1e-9
_ROUNDS = 200
_STALE_ROUNDS = 25


def solve_network(network: ServiceNetwork, limits: SolveLimits | None = None) -> ServiceTimes:
    """
    Optimal service times of an acyclic network, or the best found with a bound.

    Trees go to :func:`solve_forest`. Otherwise a start is improved on spanning forests, and the
    mixed-integer model closes the gap as far as ``limits`` allow.
    """
    limits = limits or SolveLimits()
    if network.is_forest:
        return solve_forest(network)
    deadline = Deadline(limits.time_s)
    start, bound = improve_on_forests(network, limits.seed, Deadline(0.3 * limits.time_s))
    if start.status == "infeasible" or _n_pairs(network) > MAX_PAIRS:
        return _with_bound(start, bound)
    model, first = formulate(network)
    result = solve_mip(
        model,
        time_s=max(0.1, deadline.left_s),
        gap=limits.gap,
        seed=limits.seed,
        n_threads=limits.n_threads,
        start=_point(network, first, model.columns.n_columns, start),
    )
    bound = max(bound, result.bound if np.isfinite(result.bound) else -np.inf)
    if result.values is not None and result.objective < start.cost:
        start = _read(network, first, result.values)
    is_proven = result.status is SolverStatus.OPTIMAL and limits.gap == 0
    return _with_bound(start, start.cost if is_proven else bound)


def _with_bound(answer: ServiceTimes, bound: float) -> ServiceTimes:
    closed = answer.cost - bound <= _SAME * max(1.0, abs(answer.cost))
    status = "optimal" if closed and answer.status == "feasible" else answer.status
    return ServiceTimes(
        inbound=answer.inbound,
        outbound=answer.outbound,
        cost=answer.cost,
        bound=min(bound, answer.cost),
        status=status,
    )


def cost_of(network: ServiceNetwork, inbound: Ints, outbound: Ints) -> float:
    """Cost of given service times, per time unit."""
    processing = np.array([stage.processing for stage in network.stages])
    net = inbound + processing - outbound
    return float(sum(table[t] for table, t in zip(network.cost_tables, net, strict=True)))


def improve_on_forests(
    network: ServiceNetwork, seed: int, deadline: Deadline
) -> tuple[ServiceTimes, float]:
    """
    Service times improved on one random spanning forest after the other, and a lower bound.

    Notes
    -----
    Arcs outside the forest are kept by limits at the present times, so each forest's optimum is
    feasible and no worse. The same forest without those limits is a relaxation: its optimum is a
    lower bound, and the best of all forests is kept.
    """
    generator = np.random.default_rng(seed)
    n = len(network.stages)
    least = np.array([stage.inbound_least for stage in network.stages], dtype=np.int64)
    inbound_most, outbound_most = network.service_limits
    inbound, outbound = _all_hold(network, least)
    best = cost_of(network, inbound, outbound)
    bound, stale = -np.inf, 0
    for _ in range(_ROUNDS):
        if stale >= _STALE_ROUNDS or deadline.is_over:
            break
        arcs = _spanning_forest(network, generator)
        relaxed = solve_within(network, arcs, least, inbound_most, outbound_most)
        bound = max(bound, relaxed.cost)
        # Arcs that were left out only raise inbound times: the same promises stay possible.
        repaired = _least_inbound(network, relaxed.outbound, least)
        cost = cost_of(network, repaired, relaxed.outbound)
        if cost < best - _SAME * max(1.0, best):
            best, inbound, outbound, stale = cost, repaired, relaxed.outbound, 0
        low, in_high, out_high = least.copy(), inbound_most.copy(), outbound_most.copy()
        for a in np.setdiff1d(np.arange(len(network.tail)), arcs):
            i, j = network.tail[a], network.head[a]
            # Both sides are kept apart by a time between the present two.
            between = int(generator.integers(outbound[i], inbound[j] + 1))
            out_high[i] = min(out_high[i], between)
            low[j] = max(low[j], between)
        found = solve_within(network, arcs, low, in_high, out_high)
        stale = 0 if found.cost < best - _SAME * max(1.0, best) else stale + 1
        if found.cost <= best:
            best, inbound, outbound = found.cost, found.inbound, found.outbound
    inbound = _least_inbound(network, outbound, least)
    best = cost_of(network, inbound, outbound) if n else 0.0
    answer = ServiceTimes(
        inbound=inbound, outbound=outbound, cost=best, bound=bound, status="feasible"
    )
    return answer, bound


def _all_hold(network: ServiceNetwork, least: Ints) -> tuple[Ints, Ints]:
    """Every stage promises at once: always feasible, as no limit is below zero."""
    return least.copy(), np.zeros(len(network.stages), dtype=np.int64)


def _least_inbound(network: ServiceNetwork, outbound: Ints, least: Ints) -> Ints:
    inbound = least.copy()
    np.maximum.at(inbound, network.head, outbound[network.tail])
    processing = np.array([stage.processing for stage in network.stages], dtype=np.int64)
    return np.maximum(inbound, outbound - processing)


def _spanning_forest(network: ServiceNetwork, generator: np.random.Generator) -> Ints:
    root = list(range(len(network.stages)))
    kept: list[int] = []
    for a in generator.permutation(len(network.tail)).tolist():
        i, j = int(network.tail[a]), int(network.head[a])
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        while root[j] != j:
            root[j] = root[root[j]]
            j = root[j]
        if i != j:
            root[i] = j
            kept.append(a)
    return np.array(kept, dtype=np.int64)


def _n_pairs(network: ServiceNetwork) -> int:
    inbound_most, outbound_most = network.service_limits
    return int(((inbound_most + 1) * (outbound_most + 1)).sum())


def _pairs(network: ServiceNetwork, k: int) -> tuple[Ints, Ints]:
    """Inbound and outbound times that stage k may have together."""
    stage = network.stages[k]
    inbound_most, outbound_most = network.service_limits
    inbound, outbound = np.meshgrid(
        np.arange(stage.inbound_least, inbound_most[k] + 1),
        np.arange(outbound_most[k] + 1),
        indexing="ij",
    )
    allowed = inbound + stage.processing >= outbound
    return inbound[allowed], outbound[allowed]


def formulate(network: ServiceNetwork) -> tuple[LinearModel, Ints]:
    """
    The model.

    Returns
    -------
    model
        Column: one pair of service times of one stage. Rows: one pair a stage; for each arc and
        time t >= 1, share of the supplier's outbound times from t on <= that of the customer's
        inbound times.
    first
        (n + 1,) first column of each stage.
    """
    n = len(network.stages)
    pairs = [_pairs(network, k) for k in range(n)]
    first = np.concatenate(([0], np.cumsum([len(p[0]) for p in pairs]))).astype(np.int64)
    cost = np.concatenate(
        [
            network.cost_tables[k][inbound + network.stages[k].processing - outbound]
            for k, (inbound, outbound) in enumerate(pairs)
        ]
    )
    cols: list[Ints] = [np.arange(first[k], first[k + 1]) for k in range(n)]
    values: list[Floats] = [np.ones(len(one)) for one in cols]
    lower, upper = [1.0] * n, [1.0] * n
    outbound_most = network.service_limits[1]
    for i, j in zip(network.tail.tolist(), network.head.tolist(), strict=True):
        for t in range(1, int(outbound_most[i]) + 1):
            given = first[i] + np.flatnonzero(pairs[i][1] >= t)
            taken = first[j] + np.flatnonzero(pairs[j][0] >= t)
            cols.append(np.concatenate((given, taken)))
            values.append(np.concatenate((np.ones(len(given)), -np.ones(len(taken)))))
            lower.append(-np.inf)
            upper.append(0.0)
    n_columns = int(first[-1])
    sizes = np.array([len(one) for one in cols])
    return LinearModel(
        columns=Columns(
            cost=cost,
            lower=np.zeros(n_columns),
            upper=np.ones(n_columns),
            is_integer=np.ones(n_columns, dtype=np.bool_),
        ),
        rows=Rows(
            ptr=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            col=np.concatenate(cols).astype(np.int32),
            value=np.concatenate(values),
            lower=np.array(lower),
            upper=np.array(upper),
        ),
    ), first


def _point(network: ServiceNetwork, first: Ints, n_columns: int, answer: ServiceTimes) -> Floats:
    point = np.zeros(n_columns)
    for k in range(len(network.stages)):
        inbound, outbound = _pairs(network, k)
        chosen = (inbound == answer.inbound[k]) & (outbound == answer.outbound[k])
        point[first[k] + int(np.flatnonzero(chosen)[0])] = 1.0
    return point


def _read(network: ServiceNetwork, first: Ints, values: Floats) -> ServiceTimes:
    n = len(network.stages)
    inbound, outbound = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for k in range(n):
        pair = int(np.argmax(values[first[k] : first[k + 1]]))
        both = _pairs(network, k)
        inbound[k], outbound[k] = both[0][pair], both[1][pair]
    cost = cost_of(network, inbound, outbound)
    return ServiceTimes(
        inbound=inbound, outbound=outbound, cost=cost, bound=-np.inf, status="feasible"
    )
