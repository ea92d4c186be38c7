"""Simulated service of a policy, with a confidence interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.kernels import inventory_simulation as kernel
from optimizer.models.inventory.lattice import Floats
from optimizer.models.inventory.policy_service import Policy, PolicyKind, ServiceKind

Ints = NDArray[np.int64]

Z_95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean with the half width of its 95 % confidence interval."""

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half_width


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What a policy did in a simulation; days and units as in the policy."""

    cycle_service: Estimate
    fill_rate: Estimate
    on_hand: Estimate
    backordered: Estimate
    orders_per_day: Estimate

    def of(self, kind: ServiceKind) -> Estimate:
        """The service of a kind."""
        return self.cycle_service if kind is ServiceKind.CYCLE else self.fill_rate


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """Length of a simulation."""

    n_replications: int = 200
    n_days: int = 730
    warm_up_days: int = 180
    luck_days: int = 56
    """Days for which all orders draw the same sample of lead times: what delays one departure
    delays the orders of the next days too. Independent draws would make orders overtake."""


def draw(
    demand: Floats, lead_days: Ints, horizon: Horizon, seed: tuple[int, ...]
) -> tuple[Ints, Ints]:
    """
    Demand and lead times of all days and replications.

    Parameters
    ----------
    demand
        Probabilities of a day's demand.
    lead_days
        (n_weekdays, n_samples) int64: day t of a simulation draws from row t modulo their number.
        One row if the day of the order does not matter.
    seed
        Numbers that name the stream, such as (seed, item).

    Returns
    -------
    tuple
        Two (n_replications, n_days) int64 arrays. The same seed gives the same numbers, whatever
        else is drawn before or beside.
    """
    generator = np.random.default_rng(seed)
    shape = (horizon.n_replications, horizon.n_days)
    steps = np.cumsum(demand)
    drawn = np.searchsorted(steps / steps[-1], generator.random(shape), side="right")
    n_rows = lead_days.shape[0]
    hold = -(-horizon.luck_days // n_rows) * n_rows
    n_lucks = -(-horizon.n_days // hold)
    luck = generator.integers(lead_days.shape[1], size=(horizon.n_replications, n_lucks))
    column = np.repeat(luck, hold, axis=1)[:, : horizon.n_days]
    row = np.arange(horizon.n_days) % n_rows
    leads = lead_days[np.broadcast_to(row, shape), column]
    return drawn.astype(np.int64), leads.astype(np.int64)


def simulate(
    policy: Policy, demand: Ints, lead_days: Ints, horizon: Horizon, *, first_review: int = 0
) -> Simulated:
    """
    Run a policy.

    Parameters
    ----------
    demand, lead_days
        (n_replications, n_days) int64 from :func:`draw`.
    first_review
        Day of the first review; with a review period of a week it fixes the weekday.
    """
    result = np.zeros((demand.shape[0], kernel.N_COLUMNS), dtype=np.int64)
    kind = kernel.ORDER_LOTS if policy.kind is PolicyKind.LOTS else kernel.ORDER_UP_TO
    target = policy.span if policy.kind is PolicyKind.LOTS else policy.order_up_to
    numbers = [kind, policy.reorder_point, target, policy.review_days, first_review]
    kernel.simulate_stock(
        np.ascontiguousarray(demand),
        np.ascontiguousarray(lead_days),
        np.array(numbers, dtype=np.int64),
        horizon.warm_up_days,
        result,
    )
    counted = result.astype(np.float64)
    days = np.full(len(counted), float(demand.shape[1] - horizon.warm_up_days))
    return Simulated(
        cycle_service=_ratio(counted[:, kernel.CYCLES_WITHOUT_STOCKOUT], counted[:, kernel.CYCLES]),
        fill_rate=_ratio(counted[:, kernel.FILLED], counted[:, kernel.DEMANDED]),
        on_hand=_ratio(counted[:, kernel.ON_HAND], days),
        backordered=_ratio(counted[:, kernel.BACKORDERED], days),
        orders_per_day=_ratio(counted[:, kernel.ORDERS], days),
    )


def _ratio(above: Floats, below: Floats) -> Estimate:
    """Ratio of sums over replications; the interval from its linearisation (delta method)."""
    n, total = len(above), float(below.sum())
    if total == 0:
        return Estimate(mean=1.0, half_width=0.0)
    mean = float(above.sum()) / total
    if n < 2:  # noqa: PLR2004  (one replication says nothing about spread)
        return Estimate(mean=mean, half_width=1.0)
    rest = above - mean * below
    spread = float(np.sqrt((rest @ rest) / (n - 1) / n)) / (total / n)
    return Estimate(mean=mean, half_width=Z_95 * spread)
