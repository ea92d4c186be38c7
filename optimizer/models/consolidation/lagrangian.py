"""Bounds from the first second: arrays for the pricing kernel, and what its prices prove."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np

from optimizer.kernels import lane_dual as kernel
from optimizer.models.consolidation.formulation import FEN_PER_UNIT
from optimizer.models.consolidation.index import Index
from optimizer.models.consolidation.problem import IntArray, LongArray, Problem
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import FloatArray

_STEPS_AT_ONCE = 10
"""Between two looks at the clock: a step takes up to a tenth of a second on 5,000 shipments."""
_FIRST_STEP = 0.1
"""Of the distance to the cost of the best plan, along the slope."""
_FIRST_SHARE = 0.7
"""Of the price alone, with which prices of shipments begin."""
_UNITS_FOUND = 40_000
_ROUNDING = 1e-10
"""Relative allowance for rounding in sums of floats, far above what a million terms can lose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitContents:
    """
    Contents of single load units, as found by pricing.

    Parameters
    ----------
    option
        (n,) option of the problem.
    reduced
        (n,) yuan, price less worth at the prices of the search.
    first, shipment, column
        (n + 1,), (m,), (m,): who is inside; the column on which the worth rests, or -1 where it is
        a ride before the last bucket.
    """

    option: IntArray
    reduced: FloatArray
    first: LongArray
    shipment: LongArray
    column: LongArray


class Lagrangian:
    """
    The dual of the model with one column for each content of a load unit.

    Parameters
    ----------
    problem, index
        Of the consolidation model.
    """

    def __init__(self, problem: Problem, index: Index) -> None:
        self.problem, self.index = problem, index
        self._model, self._scale = _model(problem, index)
        n = problem.n_shipments + self._model.n_rides + problem.n_resources
        first = np.zeros(n)
        first[: problem.n_shipments] = _first_prices(problem, index)
        self._prices = kernel.Prices(
            best=first,
            trial=first.copy(),
            slope=np.zeros(n),
            direction=np.zeros(n),
            column_price=np.zeros(problem.n_columns),
            chosen=np.zeros(problem.n_columns),
            opened=np.zeros(problem.n_options),
            use=np.zeros(problem.n_columns),
            opening=np.zeros(problem.n_options),
            control=np.array([0.0, _FIRST_STEP, 0.0, 0.0, 0.0]),
        )
        widest = int(np.diff(self._model.pair_first).max(initial=1))
        types = int(np.diff(self._model.option_first).max(initial=1))
        self._work = _work(max(1, widest), max(1, types))
        self._best = kernel.start(self._model, self._prices, self._work)

    @property
    def bound_fen(self) -> int:
        """No packed plan costs less."""
        yuan = self._best - _ROUNDING * max(1.0, abs(self._best))
        return max(0, floor(yuan * FEN_PER_UNIT))

    @property
    def use(self) -> FloatArray:
        """(P,) average share of each column in the points of the search: nearly a relaxation's."""
        return self._prices.use

    @property
    def worth(self) -> FloatArray:
        """(K,) yuan, what serving each shipment is worth at the best prices."""
        return self._prices.best[: self.problem.n_shipments]

    def improve(self, cost_fen: int, n_steps: int, deadline: Deadline) -> int:
        """
        Raise the bound; how many steps were made.

        Parameters
        ----------
        cost_fen
            Of the best plan known, which scales the steps.
        """
        target = cost_fen / FEN_PER_UNIT
        for done in range(0, n_steps, _STEPS_AT_ONCE):
            if deadline.is_over or self.bound_fen >= cost_fen:
                return done
            steps = min(_STEPS_AT_ONCE, n_steps - done)
            self._best = kernel.improve(self._model, self._prices, self._work, target, steps)
        return n_steps

    def reduced_columns(self) -> FloatArray:
        """(P,) yuan, what a column costs at the best prices beyond what its shipment is worth."""
        problem, prices = self.problem, self._prices
        v = prices.best.copy()
        kernel.reduce_columns(self._model, v, prices.column_price)
        worth = v[: problem.n_shipments][problem.col_shipment]
        return prices.column_price - worth

    def contents_on_trial(self, slack: float) -> UnitContents:
        """``contents`` at the prices tried last, which differ more from call to call."""
        return self.contents(slack, self._prices.trial)

    def contents(self, slack: float, prices: FloatArray | None = None) -> UnitContents:
        """
        The best content of one unit of each option, where it nearly pays.

        Parameters
        ----------
        slack
            Yuan that a unit may cost beyond what its content is worth.
        prices
            (n,) to go by, as in ``prices``; the best by default.
        """
        v = (self._prices.best if prices is None else prices).copy()
        room = _UNITS_FOUND * 20
        option, first = np.zeros(_UNITS_FOUND, np.int64), np.zeros(_UNITS_FOUND + 1, np.int64)
        member, by = np.zeros(room, np.int64), np.zeros(room, np.int64)
        reduced = np.zeros(_UNITS_FOUND)
        n = kernel.price_units(
            self._model, v, self._prices, self._work, slack, option, reduced, first, member, by
        )
        m = int(first[n])
        return UnitContents(
            option=self.index.bucket_option[option[:n]],
            reduced=reduced[:n],
            first=first[: n + 1],
            shipment=self._model.pair_shipment[member[:m]],
            column=np.where(by[:m] >= 0, by[:m], -1),
        )


def _first_prices(problem: Problem, index: Index) -> FloatArray:
    """(K,) yuan, a share of the cheapest price alone, or of the penalty."""
    price = problem.unserved_fen / FEN_PER_UNIT
    alone = np.diff(problem.col_bucket_ptr) == 0
    np.minimum.at(price, problem.col_shipment[alone], problem.col_fen[alone] / FEN_PER_UNIT)
    del index
    return _FIRST_SHARE * price


def _model(problem: Problem, index: Index) -> tuple[kernel.Model, FloatArray]:
    p = problem
    by_bucket = np.argsort(index.pair_bucket, kind="stable")
    place = np.empty(len(by_bucket), dtype=np.int64)
    place[by_bucket] = np.arange(len(by_bucket))
    bucket, shipment = index.pair_bucket[by_bucket], index.pair_shipment[by_bucket]
    entry_pair = place[index.entry_pair]
    n_buckets = np.diff(p.col_bucket_ptr)
    riding = np.flatnonzero(n_buckets > 0)
    last = p.col_bucket_ptr[1:][riding] - 1
    is_last = np.zeros(len(entry_pair), dtype=np.bool_)
    is_last[last] = True
    earlier = np.flatnonzero(~is_last)
    rides = np.unique(entry_pair[earlier])
    ride = np.full(len(bucket), -1)
    ride[rides] = np.arange(len(rides))
    by_end = np.argsort(entry_pair[last], kind="stable")
    alone = np.flatnonzero(n_buckets == 0)
    scale = _typical_draws(p)
    option = index.bucket_option
    unit_counts = np.diff(p.option_draw_ptr)[option]
    unit_first = _pointers(unit_counts)
    at = np.repeat(p.option_draw_ptr[option] - unit_first[:-1], unit_counts)
    at += np.arange(len(at))
    model = kernel.Model(
        pair_first=np.searchsorted(bucket, np.arange(p.n_buckets + 1)).astype(np.int64),
        pair_shipment=shipment.astype(np.int64),
        pair_kg=p.kg[shipment].astype(np.float64),
        pair_dm3=p.dm3[shipment].astype(np.float64),
        pair_cut=np.ascontiguousarray(p.may_split[shipment]),
        ride=ride.astype(np.int64),
        end_first=_pointers(np.bincount(entry_pair[last], minlength=len(bucket))),
        end_column=riding[by_end].astype(np.int64),
        shipment=p.col_shipment.astype(np.int64),
        price=p.col_fen / FEN_PER_UNIT,
        before_first=_pointers(np.bincount(index.entry_col[earlier], minlength=p.n_columns)),
        before=ride[entry_pair[earlier]].astype(np.int64),
        draw_first=p.col_draw_ptr.astype(np.int64),
        draw_resource=p.col_draw_resource.astype(np.int64),
        draw_amount=p.col_draw_amount / scale[p.col_draw_resource],
        alone_first=_pointers(np.bincount(p.col_shipment[alone], minlength=p.n_shipments)),
        alone_column=alone[np.argsort(p.col_shipment[alone], kind="stable")].astype(np.int64),
        unserved=p.unserved_fen / FEN_PER_UNIT,
        option_first=index.bucket_option_ptr.astype(np.int64),
        option_price=p.option_fen[option] / FEN_PER_UNIT,
        option_kg=p.option_kg[option].astype(np.float64),
        option_dm3=p.option_dm3[option].astype(np.float64),
        option_most=index.max_units[option].astype(np.int64),
        unit_draw_first=unit_first,
        unit_draw_resource=p.option_draw_resource[at].astype(np.int64),
        unit_draw_amount=p.option_draw_amount[at] / scale[p.option_draw_resource[at]],
        capacity=p.resource_capacity / scale,
        n_rides=len(rides),
    )
    return model, scale


def _typical_draws(problem: Problem) -> FloatArray:
    """(R,) mean draw of a unit on a resource, or of a column where no unit draws; at least 1."""

    def mean(resource: IntArray, amount: LongArray) -> FloatArray:
        count = np.bincount(resource, minlength=problem.n_resources)
        return np.bincount(resource, amount, problem.n_resources) / np.maximum(1, count)

    by_unit = mean(problem.option_draw_resource, problem.option_draw_amount)
    by_column = mean(problem.col_draw_resource, problem.col_draw_amount)
    return np.maximum(1.0, np.where(by_unit > 0, by_unit, by_column))


def _pointers(counts: LongArray) -> LongArray:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _work(n: int, n_types: int) -> kernel.Work:
    def floats(size: int = n) -> FloatArray:
        return np.zeros(size)

    def longs(size: int = n) -> LongArray:
        return np.zeros(size, dtype=np.int64)

    return kernel.Work(
        profit=floats(), kg=floats(), dm3=floats(), pair=longs(), by=longs(),
        fit_profit=floats(), fit_kg=floats(), fit_dm3=floats(), fit_at=longs(),
        order=longs(), other=longs(), taken=longs(n + 1), weight=floats(),
        key=floats(max(n, n_types)), inside=floats(), best_inside=floats(),
        unit_price=floats(n_types), gain=floats(n_types), count=longs(n_types),
        best_count=longs(n_types), sequence=longs(kernel.MOST_UNITS + 1),
    )  # fmt: skip
