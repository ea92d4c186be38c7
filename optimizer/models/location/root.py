"""The root of the search: good prices, a first plan, and what they rule out."""

from __future__ import annotations

import numpy as np

from optimizer.models.location.ledger import Ledger
from optimizer.models.location.primal import Pricer, round_mean
from optimizer.models.location.problem import Bools, Floats, Ints, LocationProblem
from optimizer.models.location.relaxation import Relaxation, make_sites

_CHUNK, _MOST_CHUNKS = 50, 24
_STALLED, _MOST_STALLS = 2e-5, 3
_MARGIN = 1.25
"""A price may rise by a quarter in the tree before cells that were left out could pay."""
_FEW_CELLS = 4_000
_LOOKS = 120
_FORBID_EVERY, _NARROW_AT = 3, 3


def possible_levels(problem: LocationProblem) -> Bools:
    """(n, T, L) bool: levels that can be reached, without those that never differ from closed."""
    n, n_periods, n_levels = problem.holding.shape
    allowed = np.zeros((n, n_periods, n_levels), dtype=np.bool_)
    reach = np.zeros((n, n_levels), dtype=np.bool_)
    reach[np.arange(n), problem.initial] = True
    for t in range(n_periods):
        reach = np.any(reach[:, :, None] & np.isfinite(problem.change[:, t]), axis=1)
        allowed[:, t] = reach
    return allowed


def largest_levels(problem: LocationProblem, allowed: Bools) -> Ints:
    """(n, T) int32: the largest level of every facility in every period."""
    places = np.arange(problem.n_levels, dtype=np.int32)
    return np.where(allowed, places, 0).max(axis=2).astype(np.int32)


def climb_root(problem: LocationProblem, pricer: Pricer, ledger: Ledger) -> Relaxation:
    """Bound and first plans; levels that cannot be in a better plan are forbidden."""
    allowed = possible_levels(problem)
    most = largest_levels(problem, allowed)
    cost = pricer.cost(most)
    if np.isfinite(cost):
        ledger.offer(cost, most)
    sites = make_sites(problem, np.full(problem.n_rows, np.inf))
    third = min(2, problem.n_facilities - 1)
    price = np.partition(problem.cost, third, axis=0)[third]
    price = np.where(np.isfinite(price), price, problem.cost.min(axis=0))
    relaxation = Relaxation.begin(problem, sites, allowed, price)
    _look(problem, pricer, ledger, relaxation)
    stalls, before = 0, relaxation.bound
    for chunk in range(_MOST_CHUNKS):
        if ledger.is_stopped or not np.isfinite(relaxation.bound):
            break
        bound = relaxation.climb(_CHUNK, _target(ledger, relaxation))
        _look(problem, pricer, ledger, relaxation)
        ledger.raise_bound(bound)
        if ledger.is_proved:
            break
        stalls = stalls + 1 if bound - before < _STALLED * abs(bound) else 0
        before = bound
        if (chunk + 1) % _FORBID_EVERY == 0 and not relaxation.forbid(ledger.target):
            ledger.raise_bound(ledger.cost)
            break
        if chunk == _NARROW_AT:
            narrow(relaxation)
        if stalls >= _MOST_STALLS:
            break
    return relaxation


def _target(ledger: Ledger, relaxation: Relaxation) -> float:
    """Cost that the bound climbs to; a guess while there is no plan."""
    if ledger.levels is not None:
        return ledger.cost
    return min(ledger.worst, 2.0 * abs(relaxation.bound) + 1.0)


def narrow(relaxation: Relaxation) -> None:
    """Keep only cells that may pay while prices stay near where they are."""
    if len(relaxation.sites.row) <= _FEW_CELLS:
        return
    problem = relaxation.problem
    cheapest = problem.cost.min(axis=0)
    ceiling = np.maximum(relaxation.price * _MARGIN, cheapest * _MARGIN)
    relaxation.sites = make_sites(problem, ceiling)


def candidates(problem: LocationProblem, relaxation: Relaxation) -> list[Ints]:
    """Levels to price: near the average, and as chosen last if that holds all demand."""
    found = round_mean(problem, relaxation.mean, relaxation.allowed)
    last = relaxation.dual.level
    sizes = problem.capacity[np.arange(problem.n_facilities)[:, None], last].sum(axis=0)
    if (sizes >= problem.group_demand).all():
        found.append(last.copy())
    return found


def _look(problem: LocationProblem, pricer: Pricer, ledger: Ledger, relaxation: Relaxation) -> None:
    for levels in candidates(problem, relaxation):
        cost = pricer.cost(levels)
        if cost < ledger.cost:
            trimmed = pricer.trim(levels)
            ledger.offer(min(cost, pricer.cost(trimmed)), trimmed)


def local_search(
    problem: LocationProblem, pricer: Pricer, ledger: Ledger, relaxation: Relaxation
) -> None:
    """
    First improvements by closing, opening or exchanging what is not sure.

    Only with one period; looks at a bounded number of neighbours, likely ones first.
    """
    if problem.need <= 0 or ledger.levels is None:
        return
    doubt = doubtful(relaxation)
    n_looks = 0
    improved = True
    while improved and n_looks < _LOOKS:
        improved = False
        for neighbour in _neighbours(ledger.levels, doubt, relaxation.mean[:, 0, 1]):
            n_looks += 1
            if n_looks > _LOOKS or ledger.is_stopped:
                return
            cost = pricer.cost(neighbour)
            if cost < ledger.cost:
                trimmed = pricer.trim(neighbour)
                ledger.offer(min(cost, pricer.cost(trimmed)), trimmed)
                improved = True
                break


def doubtful(relaxation: Relaxation) -> Ints:
    """Facilities of a single period that may be open and may be closed."""
    return np.flatnonzero(relaxation.allowed[:, 0].all(axis=1)).astype(np.int32)


def _neighbours(levels: Ints, doubt: Ints, mean: Floats) -> list[Ints]:
    """Levels with one facility closed, opened or exchanged, the least certain ones first."""
    is_open = levels[doubt, 0] > 0
    closing = doubt[is_open][np.argsort(mean[doubt[is_open]], kind="stable")][:10]
    opening = doubt[~is_open][np.argsort(-mean[doubt[~is_open]], kind="stable")][:10]
    moves = [(int(i), -1) for i in closing] + [(-1, int(i)) for i in opening]
    pairs = sorted(
        (k + m, int(i), int(j)) for k, i in enumerate(closing) for m, j in enumerate(opening)
    )
    moves += [(i, j) for _, i, j in pairs[:30]]
    found: list[Ints] = []
    for close, open_ in moves:
        changed = levels.copy()
        if close >= 0:
            changed[close, 0] = 0
        if open_ >= 0:
            changed[open_, 0] = 1
        found.append(changed)
    return found
