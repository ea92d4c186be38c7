"""
What (R, S), base-stock, (s, S) and (s, nQ) policies promise, exactly, with random lead times.

All of them are mixtures of base-stock levels: after a review the inventory position is y with some
probability w(y), independent of demand to come, and the stock on hand a lead time later follows
from y and the demand until then. Zheng and Federgruen, Operations Research 39 (1991) 654,
doi:10.1287/opre.39.4.654, for the weights of (s, S); Hadley and Whitin (1963) for (s, nQ).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import ModelError
from optimizer.models.inventory.lattice import (
    Floats,
    cumulative,
    losses,
    moments,
    sums_of_random_length,
)

Ints = NDArray[np.int64]

_MAX_LEVEL = 1 << 40


class PolicyKind(StrEnum):
    """How much is ordered at a review that finds the position at or below s."""

    BASE_STOCK = "base_stock"
    ORDER_UP_TO = "s_S"
    LOTS = "s_nQ"


class ServiceKind(StrEnum):
    """What the target is about."""

    CYCLE = "cycle"
    FILL_RATE = "fill"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """
    A policy in units (or grid points).

    Parameters
    ----------
    reorder_point
        s: order when the position is at or below it. ``order_up_to - 1`` for base stock.
    span
        S - s for order-up-to policies, Q for lots; 1 for base stock.
    review_days
        R.
    """

    kind: PolicyKind
    reorder_point: int
    span: int
    review_days: int

    @property
    def order_up_to(self) -> int:
        """S; for lots the highest position after an order, s + Q."""
        return self.reorder_point + self.span


@dataclass(frozen=True, kw_only=True)
class Promise:
    """
    What a policy does in the long run.

    Parameters
    ----------
    cycle_service
        Share of replenishment cycles that end without demand waiting.
    fill_rate
        Share of demand served at once from stock.
    on_hand, backordered
        Mean units at the end of a day.
    orders_per_day
        Mean.
    before_arrival
        Mean units on hand, less those that wait, just before an order arrives: the safety stock.
    """

    cycle_service: float
    fill_rate: float
    on_hand: float
    backordered: float
    orders_per_day: float
    before_arrival: float

    def of(self, kind: ServiceKind) -> float:
        """The service of a kind."""
        return self.cycle_service if kind is ServiceKind.CYCLE else self.fill_rate


class StockModel:
    """
    Demand during lead time, review and both, from which every promise follows.

    Parameters
    ----------
    demand
        Probabilities of a day's demand.
    lead_days
        Probabilities of the lead time in whole days: an order of the end of day t arrives at the
        end of day t + L.
    review_days
        R; the position is looked at every R days.

    Raises
    ------
    ModelError
        M666: no demand, or a review period below one day.
    """

    def __init__(self, demand: Floats, lead_days: Floats, review_days: int) -> None:
        self.mean, self.sd = moments(demand)
        if self.mean <= 0 or review_days < 1:
            raise ModelError("M666 a stock model needs demand and a review period of a day or more")
        self.review_days = review_days
        none = np.ones(1)
        self.in_review = sums_of_random_length(demand, none, plus=review_days)
        self.until = [
            sums_of_random_length(demand, lead_days, plus=j) for j in range(review_days + 1)
        ]

    @property
    def lead_demand(self) -> tuple[float, float]:
        """Mean and standard deviation of demand from review until the next order's arrival."""
        return moments(self.until[-1])

    def promise(self, policy: Policy) -> Promise:
        """
        Long-run figures of a policy.

        Notes
        -----
        With D(n) demand of n days: of the demand of a review period, E (D(L+R) - y)+ less
        E (D(L) - y)+ is not served at once; the cycle of an order that finds the position x ends
        well if D(L) <= x. Exact for a constant lead time, and for a random one as long as orders do
        not overtake each other.
        """
        up, weight, found, found_weight = self._shape(policy.kind, policy.span)
        y, x = policy.reorder_point + up, policy.reorder_point - found
        late = weight @ (losses(self.until[-1], y) - losses(self.until[0], y))
        on_hand = waiting = 0.0
        for pmf in self.until[1:]:
            mean = float(pmf @ np.arange(len(pmf)))
            loss = float(weight @ losses(pmf, y))
            waiting += loss / self.review_days
            on_hand += (float(weight @ y) - mean + loss) / self.review_days
        orders = self._order_share(policy.kind, policy.span) / self.review_days
        return Promise(
            cycle_service=float(found_weight @ cumulative(self.until[0], x)),
            fill_rate=float(1.0 - late / (self.review_days * self.mean)),
            on_hand=on_hand,
            backordered=waiting,
            orders_per_day=orders,
            before_arrival=float(found_weight @ x) - moments(self.until[0])[0],
        )

    def least(self, kind: PolicyKind, span: int, service: ServiceKind, target: float) -> Policy:
        """
        The policy with the lowest reorder point that reaches a service level.

        Raises
        ------
        ModelError
            M667: the target is not between 0 and 1.
        """
        if not 0 < target < 1:
            raise ModelError(f"M667 a service level lies between 0 and 1 (got {target:g})")
        policy = Policy(kind=kind, reorder_point=0, span=span, review_days=self.review_days)

        def reached(point: int) -> bool:
            return self.promise(replace(policy, reorder_point=point)).of(service) >= target

        low, high = -span - 1, max(1, int(self.lead_demand[0]))
        while not reached(high):
            low, high = high, 2 * high
            if high > _MAX_LEVEL:
                raise ModelError(f"M667 no reorder point reaches {target:g}")
        while high - low > 1:
            middle = (low + high) // 2
            if reached(middle):
                high = middle
            else:
                low = middle
        return replace(policy, reorder_point=high)

    def _shape(self, kind: PolicyKind, span: int) -> tuple[Ints, Floats, Ints, Floats]:
        """Positions after a review, s + up, and before an order, s - found; each with weights."""
        f = self.in_review
        if kind is PolicyKind.LOTS:
            up, weight = np.arange(1, span + 1), np.full(span, 1.0 / span)
        else:
            visits = _renewal(f, span)
            up, weight = span - np.arange(span), visits / visits.sum()
        # From s + up the review's demand d takes the position to s - (d - up), d >= up.
        below = np.zeros(len(f))
        for u, w in zip(up.tolist(), weight.tolist(), strict=True):
            if u < len(f):
                below[: len(f) - u] += w * f[u:]
        total = below.sum()
        found_weight = below / total if total > 0 else np.eye(1, len(f))[0]
        return up, weight, np.arange(len(f)), found_weight

    def _order_share(self, kind: PolicyKind, span: int) -> float:
        """Probability that a review orders."""
        if kind is PolicyKind.LOTS:
            return float((1.0 - cumulative(self.in_review, np.arange(span))).mean())
        return float(1.0 / _renewal(self.in_review, span).sum())


def _renewal(f: Floats, span: int) -> Floats:
    """(span,) expected reviews of a cycle that find S - j: m = unit + m * f, solved forwards."""
    visits = np.zeros(span)
    none = 1.0 - f[0]
    visits[0] = 1.0 / none
    for j in range(1, span):
        reach = min(j, len(f) - 1)
        visits[j] = float(f[1 : reach + 1] @ visits[j - reach : j][::-1]) / none
    return visits
