"""One item in one warehouse: from history and lead times to a policy that a simulation confirms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from optimizer.models.inventory.economic_order import economic_order_quantity
from optimizer.models.inventory.intermittent import DemandPattern, pattern_of, tsb
from optimizer.models.inventory.lattice import (
    Floats,
    compound_pmf,
    grid_pmf,
    normal_pmf,
)
from optimizer.models.inventory.policy_service import (
    Policy,
    PolicyKind,
    Promise,
    ServiceKind,
    StockModel,
)
from optimizer.models.inventory.simulation import Horizon, Simulated, draw, simulate

Ints = NDArray[np.int64]

MAX_GRID_POINTS = 20_000
_NORMAL_LEAST_SDS = 3.0
"""Below so many standard deviations above zero a normal demand would often be negative."""
_MAX_RAISES = 40
_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class ItemQuestion:
    """
    What is asked about one item.

    Parameters
    ----------
    history
        (n,) units a day.
    lead_days
        (n_rows, n_samples) int64 whole days; row t is for orders of day t modulo n_rows.
    target
        Service level.
    policy
        ``auto`` chooses: base stock where an order covers less than a review period, lots where
        goods come in lots, otherwise (s, S).
    demand_model
        ``auto``, ``normal`` or ``empirical``.
    """

    history: tuple[int, ...]
    lead_days: Ints
    service: ServiceKind
    target: float
    review_days: int
    policy: str
    lot_units: int
    order_fen: float
    holding_fen_per_day: float
    demand_model: str = "auto"


@dataclass(frozen=True, kw_only=True)
class ItemAnswer:
    """
    A policy in units with what it promises and what it did.

    Parameters
    ----------
    grid_units
        Units a grid point; above 1 only for very large demand.
    first_review
        Day of the first review: with weekly reviews the weekday with the shortest lead times.
    safety_stock
        Mean units on hand just before a replenishment arrives.
    normal_safety_stock
        z sqrt(E[L+R] sd^2 + mean^2 Var[L]), the textbook figure, for comparison.
    raised_units
        By how much the simulation made the reorder point go up.
    cost_fen_per_year
        Holding and orders.
    """

    pattern: DemandPattern
    demand_model: str
    demand_mean: float
    demand_sd: float
    grid_units: int
    policy: Policy
    first_review: int
    safety_stock: float
    normal_safety_stock: float
    promise: Promise
    simulated: Simulated
    is_confirmed: bool
    raised_units: int
    cost_fen_per_year: float

    @property
    def reorder_units(self) -> int:
        """Position at or below which is ordered."""
        return self.policy.reorder_point * self.grid_units

    @property
    def order_up_to_units(self) -> int:
        """Highest position after an order."""
        return self.policy.order_up_to * self.grid_units


def answer(question: ItemQuestion, horizon: Horizon, seed: tuple[int, ...]) -> ItemAnswer:
    """
    Choose policy and levels, promise, simulate; raise the reorder point if the simulation asks.

    Notes
    -----
    The promise is exact for demand that is independent from day to day. A random lead time whose
    orders would overtake each other makes it approximate; where the simulated service is below the
    target beyond its confidence interval, the reorder point goes up until it is not.
    """
    first, rows = _review_rows(question)
    leads = np.bincount(rows.ravel()) / rows.size
    grid = _grid_units(question, rows)
    model_name, demand = demand_pmf(question.history, grid, question.demand_model)
    model = StockModel(demand, leads, question.review_days)
    kind, span = _policy_kind(question, model, grid)
    policy = model.least(kind, span, question.service, question.target)
    drawn, drawn_leads = draw(demand, question.lead_days, horizon, seed)
    found = simulate(policy, drawn, drawn_leads, horizon, first_review=first)
    start, step = policy.reorder_point, max(1, ceil(0.05 * model.lead_demand[1]))
    for _ in range(_MAX_RAISES):
        if found.of(question.service).high >= question.target:
            break
        policy = replace(policy, reorder_point=policy.reorder_point + step)
        found = simulate(policy, drawn, drawn_leads, horizon, first_review=first)
    promise = model.promise(policy)
    yearly = question.holding_fen_per_day * promise.on_hand * grid
    yearly += question.order_fen * promise.orders_per_day
    return ItemAnswer(
        pattern=pattern_of(question.history),
        demand_model=model_name,
        demand_mean=model.mean * grid,
        demand_sd=model.sd * grid,
        grid_units=grid,
        policy=policy,
        first_review=first,
        safety_stock=promise.before_arrival * grid,
        normal_safety_stock=_normal_stock(model, rows, question) * grid,
        promise=_in_units(promise, grid),
        simulated=_simulated_units(found, grid),
        is_confirmed=found.of(question.service).high >= question.target,
        raised_units=(policy.reorder_point - start) * grid,
        cost_fen_per_year=yearly * 365.0,
    )


def demand_pmf(history: tuple[int, ...], grid_units: int, model: str) -> tuple[str, Floats]:
    """
    Probabilities of a day's demand on the grid, and the name of the model taken.

    ``auto`` takes the normal for smooth demand far from zero, for rare demand the history's sizes
    with the present probability of demand (TSB), and the history itself otherwise.
    """
    units = np.array(history, dtype=np.float64)
    pattern = pattern_of(history)
    far = units.mean() >= _NORMAL_LEAST_SDS * units.std()
    if model == "normal" or (model == "auto" and pattern is DemandPattern.SMOOTH and far):
        return "normal", normal_pmf(units.mean() / grid_units, units.std(ddof=1) / grid_units)
    is_rare = pattern in (DemandPattern.INTERMITTENT, DemandPattern.LUMPY)
    if model == "auto" and is_rare:
        share = tsb(history).occurs_share
        return "compound", compound_pmf(share, grid_pmf(units[units > 0], grid_units))
    return "empirical", grid_pmf(units, grid_units)


def _review_rows(question: ItemQuestion) -> tuple[int, Ints]:
    """First review day, and the lead times of orders that can be placed then."""
    n_rows = question.lead_days.shape[0]
    if question.review_days % _WEEK or n_rows % _WEEK or n_rows < _WEEK:
        return 0, question.lead_days
    slow = [float(np.quantile(question.lead_days[day::_WEEK], 0.9)) for day in range(_WEEK)]
    means = [float(question.lead_days[day::_WEEK].mean()) for day in range(_WEEK)]
    best = min(range(_WEEK), key=lambda day: (slow[day], means[day], day))
    return best, question.lead_days[best::_WEEK]


def _grid_units(question: ItemQuestion, rows: Ints) -> int:
    units = np.array(question.history, dtype=np.float64)
    days = int(rows.max()) + question.review_days
    reach = days * units.mean() + 12 * sqrt(days) * units.std() + units.max()
    return max(1, ceil(reach / MAX_GRID_POINTS))


def _policy_kind(question: ItemQuestion, model: StockModel, grid: int) -> tuple[PolicyKind, int]:
    lot = max(1, ceil(question.lot_units / grid))
    quantity = 1.0
    if question.order_fen > 0:
        holding = question.holding_fen_per_day * grid
        quantity = economic_order_quantity(question.order_fen, holding, model.mean).quantity
    span = max(1, round(quantity / lot)) * lot
    if question.policy != "auto":
        kind = PolicyKind(question.policy)
    elif lot > 1:
        kind = PolicyKind.LOTS
    elif quantity <= model.mean * question.review_days:
        kind = PolicyKind.BASE_STOCK
    else:
        kind = PolicyKind.ORDER_UP_TO
    return kind, 1 if kind is PolicyKind.BASE_STOCK else span


def _normal_stock(model: StockModel, rows: Ints, question: ItemQuestion) -> float:
    from scipy import stats

    days = float(rows.mean()) + question.review_days
    variance = days * model.sd**2 + model.mean**2 * float(rows.var())
    return float(stats.norm.ppf(question.target)) * sqrt(variance)


def _in_units(promise: Promise, grid: int) -> Promise:
    return replace(
        promise,
        on_hand=promise.on_hand * grid,
        backordered=promise.backordered * grid,
        before_arrival=promise.before_arrival * grid,
    )


def _simulated_units(found: Simulated, grid: int) -> Simulated:
    def scaled(name: str) -> object:
        one = getattr(found, name)
        return replace(one, mean=one.mean * grid, half_width=one.half_width * grid)

    return replace(found, on_hand=scaled("on_hand"), backordered=scaled("backordered"))
