"""
Large neighbourhoods over contents of units: related shipments choose anew from what was met.

The model of a neighbourhood has one column for each content of a unit (set covering): its
relaxation is far tighter than that of the model with load units by number, so that some hundred
shipments are solved to the end in seconds. All units that a chosen shipment rides in are taken
apart; contents from the pool are cut down to the shipments chosen, which keeps them feasible.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from optimizer.models.consolidation.formulation import FEN_PER_UNIT
from optimizer.models.consolidation.pool import RIDES_ON, Members, UnitPool, members_of
from optimizer.models.consolidation.problem import UNSERVED, BoolArray, IntArray, LongArray
from optimizer.models.consolidation.searching import LaneSearch, PackedPlan
from optimizer.models.consolidation.solution import PackedUnit
from optimizer.models.consolidation.unserved import draws_of
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import (
    Columns,
    FloatArray,
    LinearModel,
    count_weighted,
    rows_from_triplets,
)
from optimizer.solvers.status import SolverStatus

_FIRST_SIZE, _LEAST_SIZE = 110, 40
_MAX_NODES, _TIME_S, _GAP = 40, 4.0, 2e-3
_MOST_COLUMNS = 1_500
_HALF = 0.5


class Guide(Protocol):
    """What a relaxation says."""

    @property
    def use(self) -> FloatArray:
        """(P,) share of each column in a fractional plan."""
        ...

    @property
    def worth(self) -> FloatArray:
        """(K,) yuan, what serving each shipment is worth."""
        ...


@dataclass(slots=True)
class _Model:
    """The set-covering model while it is written down: rows of shipments, resources, rides."""

    place: dict[int, int]
    price: list[float] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    col: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    rides: dict[tuple[int, int], int] = field(default_factory=dict)
    meaning: list[tuple[int, Members]] = field(default_factory=list)

    def enter(self, row: int, value: float) -> None:
        self.row.append(row)
        self.col.append(len(self.price) - 1)
        self.value.append(value)


class Recombiner:
    """
    Improves the best plan of a search by solving parts of it over a pool of contents.

    Parameters
    ----------
    search
        Whose best plan is improved.
    pool
        Contents of units.
    guide
        Says what shipments are worth, and who has to do with whom.
    seed
        Of the choice of parts.
    """

    def __init__(self, search: LaneSearch, pool: UnitPool, guide: Guide, seed: int) -> None:
        self._search, self._pool, self._guide = search, pool, guide
        self._worth = guide.worth
        self._problem, self._index = search.problem, search.index
        self._rng = np.random.default_rng(seed)
        self.size = min(_FIRST_SIZE, self._problem.n_shipments)
        p = self._problem
        self._column_draws = p.col_draw_ptr, p.col_draw_resource, p.col_draw_amount
        self._unit_draws = p.option_draw_ptr, p.option_draw_resource, p.option_draw_amount
        alone = np.flatnonzero(np.diff(p.col_bucket_ptr) == 0)
        self._alone: list[list[int]] = [[] for _ in range(p.n_shipments)]
        for q in alone.tolist():
            self._alone[int(p.col_shipment[q])].append(q)

    def step(self, deadline: Deadline) -> bool:
        """Solve one neighbourhood; whether the best plan became cheaper."""
        plan = self._search.plan()
        self._worth = self._guide.worth
        self._pool.add_plan(plan.column.tolist(), plan.loads)
        is_free = self._choose(plan)
        if not is_free.any():
            return False
        model, start, meaning = self._model(plan, is_free)
        result = solve_mip(
            model,
            time_s=min(_TIME_S, max(0.01, deadline.left_s)),
            gap=_GAP,
            seed=int(self._rng.integers(1 << 20)),
            start=start,
            max_nodes=_MAX_NODES,
            should_stop=lambda: deadline.is_over,
        )
        solved = result.status is SolverStatus.OPTIMAL
        n = self._problem.n_shipments
        self.size = min(n, int(self.size * 1.1) + 1) if solved else int(self.size * 0.85)
        self.size = max(min(_LEAST_SIZE, n), self.size)
        if result.values is None or deadline.is_over:
            return False
        column, loads = self._read(plan, is_free, result.values, meaning)
        return self._search.take_better(column, loads)

    # ---------------------------------------------------------------- which part

    def _choose(self, plan: PackedPlan) -> BoolArray:
        """(K,) bool, related shipments, closed under riding in one unit of the plan."""
        n, index, rng = self._problem.n_shipments, self._index, self._rng
        share = count_weighted(index.entry_pair, self._guide.use[index.entry_col], self._n_pairs)
        weight = share + 0.01
        chosen = np.zeros(n, dtype=np.bool_)
        chosen[int(rng.integers(n))] = True
        while int(chosen.sum()) < self.size:
            mass = count_weighted(
                index.pair_bucket,
                weight * chosen[index.pair_shipment],
                self._problem.n_buckets,
            )
            near = count_weighted(index.pair_shipment, mass[index.pair_bucket] * weight, n)
            near = np.where(chosen, -1.0, near * rng.uniform(0.3, 1.0, n))
            n_more = max(1, min(self.size - int(chosen.sum()), int(chosen.sum())))
            best = np.argsort(-near, kind="stable")[:n_more]
            best = best[near[best] > 0]
            if len(best) == 0:
                others = np.flatnonzero(~chosen)
                best = rng.choice(others, size=min(n_more, len(others)), replace=False)
            chosen[best] = True
        return self._closed(plan, chosen)

    @property
    def _n_pairs(self) -> int:
        return len(self._index.pair_bucket)

    def _closed(self, plan: PackedPlan, chosen: BoolArray) -> BoolArray:
        groups = [np.array([k for k, _, _ in load.parts]) for load in plan.loads]
        columns = plan.column.tolist()
        is_cut = np.zeros(len(chosen), dtype=np.bool_)
        for load, group in zip(plan.loads, groups, strict=True):
            if members_of(self._problem, columns, load) is None:
                is_cut[group] = True
        chosen = chosen & ~is_cut
        grown = True
        while grown:
            grown = False
            for group in groups:
                inside = chosen[group]
                if inside.any() and not inside.all():
                    chosen[group] = True
                    grown = True
        return chosen if not (chosen & is_cut).any() else np.zeros_like(chosen)

    # ---------------------------------------------------------------- the model

    def _model(
        self, plan: PackedPlan, is_free: BoolArray
    ) -> tuple[LinearModel, FloatArray | None, list[tuple[int, Members]]]:
        p, free = self._problem, np.flatnonzero(is_free)
        place = {int(k): i for i, k in enumerate(free.tolist())}
        made = _Model(place)
        left = self._left(plan, is_free)
        n_cover = len(free)
        known: dict[tuple[int, Members], int] = {}
        # Rows: shipments, then resources; those of rides follow when all are known.
        for k in place:
            self._add_way(made, known, k, UNSERVED)
            for q in self._alone[k]:
                self._add_way(made, known, k, q)
        for option, members in self._contents(plan, free, is_free):
            if (option, members) not in known:
                self._add_unit(made, known, (option, members))
        start = self._start(plan, is_free, known, len(made.price))
        n_rows = n_cover + p.n_resources + len(made.rides)
        lower = np.full(n_rows, -np.inf)
        upper = np.full(n_rows, np.inf)
        lower[:n_cover] = 1.0
        upper[n_cover : n_cover + p.n_resources] = left
        lower[n_cover + p.n_resources :] = 0.0
        n = len(made.price)
        columns = Columns(
            cost=np.array(made.price),
            lower=np.zeros(n),
            upper=np.ones(n),
            is_integer=np.ones(n, dtype=np.bool_),
        )
        rows = rows_from_triplets(
            np.array(made.row), np.array(made.col), np.array(made.value), lower=lower, upper=upper
        )
        return LinearModel(columns=columns, rows=rows), start, made.meaning

    def _contents(
        self, plan: PackedPlan, free: LongArray, is_free: BoolArray
    ) -> list[tuple[int, Members]]:
        """The plan's own units, then contents cut down to free shipments, the cheapest first."""
        columns = plan.column.tolist()
        own = [
            (load.option, members_of(self._problem, columns, load) or ())
            for load in plan.loads
            if is_free[load.parts[0][0]]
        ]
        inside = set(free.tolist())
        units = {unit for k in inside for unit in self._pool.of_shipment[k]}
        kept: dict[tuple[int, Members], float] = {}
        for unit in sorted(units):
            option, members = self._pool.units[unit]
            key = (option, tuple(one for one in members if one[0] in inside))
            if key not in kept:
                kept[key] = self._reduced(key)
        best = sorted(kept, key=lambda key: (kept[key], key))[:_MOST_COLUMNS]
        return [*own, *best]

    def _reduced(self, unit: tuple[int, Members]) -> float:
        """Yuan beyond what the members are worth; one that rides on is worth its share of space."""
        p, (option, members) = self._problem, unit
        price = float(p.option_fen[option])
        reduced = price / FEN_PER_UNIT
        for k, column in members:
            if column == RIDES_ON:
                share = max(p.kg[k] / p.option_kg[option], p.dm3[k] / p.option_dm3[option])
                reduced -= float(share) * price / FEN_PER_UNIT
            else:
                reduced += float(p.col_fen[column]) / FEN_PER_UNIT - float(self._worth[k])
        return reduced

    def _add_way(
        self,
        made: _Model,
        known: dict[tuple[int, Members], int],
        k: int,
        column: int,
    ) -> None:
        p = self._problem
        fen = p.unserved_fen[k] if column == UNSERVED else p.col_fen[column]
        key = (-1, ((k, column),))
        known[key] = len(made.price)
        made.meaning.append(key)
        made.price.append(float(fen) / FEN_PER_UNIT)
        made.enter(made.place[k], 1.0)
        if column != UNSERVED:
            self._draw(made, self._column_draws, column)

    def _add_unit(
        self,
        made: _Model,
        known: dict[tuple[int, Members], int],
        unit: tuple[int, Members],
    ) -> None:
        p = self._problem
        option, members = unit
        bucket = int(p.option_bucket[option])
        first_ride = len(made.place) + p.n_resources
        known[unit] = len(made.price)
        made.meaning.append(unit)
        fen = int(p.option_fen[option])
        fen += sum(int(p.col_fen[column]) for _, column in members if column != RIDES_ON)
        made.price.append(fen / FEN_PER_UNIT)
        self._draw(made, self._unit_draws, option)
        for k, column in members:
            if column == RIDES_ON:
                ride = made.rides.setdefault((k, bucket), len(made.rides))
                made.enter(first_ride + ride, 1.0)
                continue
            made.enter(made.place[k], 1.0)
            self._draw(made, self._column_draws, column)
            span = slice(p.col_bucket_ptr[column], p.col_bucket_ptr[column + 1] - 1)
            for before in p.col_bucket[span].tolist():
                ride = made.rides.setdefault((k, before), len(made.rides))
                made.enter(first_ride + ride, -1.0)

    @staticmethod
    def _draw(made: _Model, draws: tuple[LongArray, IntArray, LongArray], at: int) -> None:
        ptr, resource, amount = draws
        for i in range(int(ptr[at]), int(ptr[at + 1])):
            made.enter(len(made.place) + int(resource[i]), float(amount[i]))

    def _left(self, plan: PackedPlan, is_free: BoolArray) -> LongArray:
        """(R,) what the part of the plan that stands leaves of each resource."""
        p = self._problem
        held = np.where(is_free, UNSERVED, plan.column)
        options = [load.option for load in plan.loads if not is_free[load.parts[0][0]]]
        units = np.bincount(np.array(options, dtype=np.int64), minlength=p.n_options)
        return p.resource_capacity - draws_of(p, held, units)

    def _start(
        self,
        plan: PackedPlan,
        is_free: BoolArray,
        known: dict[tuple[int, Members], int],
        n: int,
    ) -> FloatArray | None:
        """The plan itself as a point; None where a unit is there twice or was left out."""
        p, point, columns = self._problem, np.zeros(n), plan.column.tolist()
        keys: list[tuple[int, Members]] = []
        for load in plan.loads:
            if is_free[load.parts[0][0]]:
                members = members_of(p, columns, load)
                keys.append((load.option, members or ()))
        for k in np.flatnonzero(is_free).tolist():
            q = columns[k]
            if q == UNSERVED or p.col_bucket_ptr[q] == p.col_bucket_ptr[q + 1]:
                keys.append((-1, ((k, q),)))
        for key in keys:
            at = known.get(key)
            if at is None or point[at]:
                return None
            point[at] = 1.0
        return point

    # ---------------------------------------------------------------- back

    def _read(
        self,
        plan: PackedPlan,
        is_free: BoolArray,
        values: FloatArray,
        meaning: list[tuple[int, Members]],
    ) -> tuple[np.ndarray, list[PackedUnit]]:
        """Plan of a point: the cheapest of the ways it covers a shipment with, nobody twice."""
        p = self._problem
        column = np.where(is_free, UNSERVED, plan.column).astype(np.int32)
        chosen = [meaning[i] for i in np.flatnonzero(values > _HALF).tolist()]
        price = p.unserved_fen.copy()
        for option, members in chosen:
            for k, q in members:
                if q == RIDES_ON or (option < 0 and q == UNSERVED):
                    continue
                if p.col_fen[q] < price[k]:
                    price[k], column[k] = p.col_fen[q], q
        loads = [load for load in plan.loads if not is_free[load.parts[0][0]]]
        ridden: set[tuple[int, int]] = set()
        for option, members in chosen:
            if option < 0:
                continue
            bucket = int(p.option_bucket[option])
            parts = []
            for k, _ in members:
                q = int(column[k])
                rides = (
                    q != UNSERVED
                    and bucket
                    in p.col_bucket[p.col_bucket_ptr[q] : p.col_bucket_ptr[q + 1]].tolist()
                )
                if rides and (k, bucket) not in ridden:
                    ridden.add((k, bucket))
                    parts.append((k, int(p.kg[k]), int(p.dm3[k])))
            if parts:
                loads.append(PackedUnit(option=option, parts=tuple(parts)))
        return column, loads
