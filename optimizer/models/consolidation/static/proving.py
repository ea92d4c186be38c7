"""Raises the bound: the volume algorithm first, then branch and bound over what can still pay."""

from __future__ import annotations

import numpy as np

from optimizer.models.consolidation.static.branching import branch
from optimizer.models.consolidation.static.lagrangian import Lagrangian
from optimizer.models.consolidation.static.ledger import Ledger

_STEPS_AT_ONCE = 20
_PATIENCE = 3
_MOST_BY_COMMODITY = 30_000
"""Flow variables up to which branch and bound takes each commodity by itself."""
_LEAST_GAIN = 2e-5
"""A round of steps that gains less than this share of the bound counts against patience."""


def climb(ledger: Ledger, dual: Lagrangian, n_steps: int) -> bool:
    """
    Steps of the volume algorithm until so many are made or little is gained.

    Returns
    -------
    Whether more steps may still gain.
    """
    tired, mark = 0, dual.bound
    for done in range(_STEPS_AT_ONCE, n_steps + 1, _STEPS_AT_ONCE):
        if ledger.is_over:
            return False
        ledger.raise_bound(dual.improve(_target(ledger, dual), _STEPS_AT_ONCE))
        if done % (10 * _STEPS_AT_ONCE) == 0:
            dual.settle()
            tired = tired + 1 if dual.bound - mark < _LEAST_GAIN * abs(mark) else 0
            mark = dual.bound
            if tired >= _PATIENCE:
                return False
    return True


def _target(ledger: Ledger, dual: Lagrangian) -> float:
    """What steps aim at: the incumbent, or a little above the bound while there is none."""
    return ledger.cost if ledger.best is not None else 1.2 * dual.bound + 1.0


def can_prove(ledger: Ledger, values: np.ndarray, value_bound: float) -> bool:
    """Whether the model by commodities is small enough to be solved; arguments as in ``prove``."""
    n_links = int(np.count_nonzero(values <= ledger.cost - value_bound))
    return n_links * ledger.network.n_commodities <= _MOST_BY_COMMODITY


def prove(ledger: Ledger, values: np.ndarray, value_bound: float, n_threads: int) -> None:
    """
    Branch and bound over the links that a better routing can use, until it ends or time does.

    Parameters
    ----------
    values
        (m,) float64: what opening (positive) or closing (negative) a link adds to the bound.
    value_bound
        The bound that they add to.
    """
    room = ledger.cost - value_bound
    links = np.flatnonzero(values <= room)
    is_fixed = -values > room
    begin = ledger.best
    if begin is not None and not np.all(np.isin(np.flatnonzero(begin.used(ledger.network)), links)):
        begin = None
    limit = ledger.cost
    result = branch(
        ledger.network,
        links,
        is_fixed=is_fixed,
        begin=begin,
        time_s=ledger.deadline.left_s,
        seed=ledger.limits.seed,
        by_commodity=can_prove(ledger, values, value_bound),
        n_threads=n_threads,
        gap=ledger.limits.gap,
        should_stop=lambda: ledger.is_over,
        on_bound=lambda bound: ledger.raise_bound(min(bound, limit)),
        on_routing=ledger.offer,
    )
    ledger.offer(result.routing)
    # Links left out, and solutions that close a link fixed open, cost at least the limit.
    ledger.raise_bound(min(result.bound, limit))
