"""Ruin and recreate over whole plans: arrays for the kernel, and packed plans back from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.kernels import lane_search as kernel
from optimizer.models.consolidation.index import Index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.packing import Packer
from optimizer.models.consolidation.problem import UNSERVED, IntArray, LongArray, Problem
from optimizer.models.consolidation.solution import PackedUnit
from optimizer.solvers.limits import Deadline

_MOVES_AT_ONCE = 400
"""Between two looks at the clock; a move takes well under a millisecond."""
_JOURNAL_EACH = 24
_OWN_UNITS_TRIED = 60


@dataclass(frozen=True, slots=True)
class PackedPlan:
    """
    A feasible plan with its load units and their contents.

    Parameters
    ----------
    column
        (K,) int32, chosen column of each shipment or ``UNSERVED``.
    loads
        Units with contents.
    cost_fen
        Own prices, penalties and units.
    """

    column: IntArray
    loads: tuple[PackedUnit, ...]
    cost_fen: int


@dataclass(frozen=True, slots=True)
class _Own:
    """Units that a shipment which fits no single one takes for itself on a column."""

    column: int
    fen: int
    draws: dict[int, int]
    loads: tuple[PackedUnit, ...]


class LaneSearch:
    """
    The search kernel on one problem; it begins with nobody served.

    A shipment that no single unit of a bucket holds rides there in units of its own, which the
    kernel sees as a column without buckets. Sharing what is left in such units is for others.

    Parameters
    ----------
    problem, index, menus, packer
        Of the consolidation model.
    seed
        Of the moves.
    """

    def __init__(
        self, problem: Problem, index: Index, menus: Menus, packer: Packer, seed: int
    ) -> None:
        self.problem, self.index = problem, index
        self._own: dict[int, _Own] = {}
        self._limit: dict[int, int] = {}
        column, fen, bucket, draws = self._columns(menus, packer)
        self._column_of = column
        self._option_of = index.bucket_option
        self._option_place = np.empty(problem.n_options, dtype=np.int64)
        self._option_place[index.bucket_option] = np.arange(problem.n_options)
        self._lanes = _lanes(problem, index, (column, fen, bucket, draws), self._limit)
        self._place_of = np.full(problem.n_columns, -1, dtype=np.int64)
        self._place_of[column] = np.arange(len(column))
        width = bucket.shape[1]
        self._plan, self._best, self._nobody = (
            _nobody_served(problem, self._lanes, self._limit, width, seed) for _ in range(3)
        )
        self._scratch = kernel.Scratch(
            chosen=np.zeros(problem.n_shipments, dtype=np.int64),
            is_chosen=np.zeros(problem.n_shipments, dtype=np.bool_),
            choice=np.zeros(2, dtype=np.int64),
        )

    @property
    def cost_fen(self) -> int:
        """Of the best plan met."""
        return int(self._best.numbers[kernel.COST])

    def take(self, column: IntArray, loads: Sequence[PackedUnit]) -> None:
        """
        Begin with a feasible plan instead of nobody.

        Shipments that are cut over units ride in units of their own, or wait for ``insert_all``.
        """
        self._load(column, loads)
        kernel.copy(self._plan, self._best)

    def take_better(self, column: IntArray, loads: Sequence[PackedUnit]) -> bool:
        """Go on from a plan if it is feasible and the cheapest; whether it was."""
        before = self.cost_fen
        self._load(column, loads)
        plan, most = self._plan, self._lanes.option_most
        feasible = bool((plan.free >= 0).all() and (plan.n_units <= most).all())
        if not feasible or plan.numbers[kernel.COST] >= before:
            self.back_to_best()
            return False
        kernel.copy(plan, self._best)
        return True

    def _load(self, column: IntArray, loads: Sequence[PackedUnit]) -> None:
        """Bring the present plan to given columns and units."""
        place = self._place_of[np.maximum(column, 0)]
        place[column == UNSERVED] = kernel.NONE
        own = np.isin(place, list(self._own))
        whole = place >= 0
        for load in loads:
            for k, kg, dm3 in load.parts:
                if (kg, dm3) != (self.problem.kg[k], self.problem.dm3[k]):
                    whole[k] &= own[k]
        units = [
            (int(self._option_place[load.option]), inside)
            for load in loads
            if (inside := [k for k, _, _ in load.parts if whole[k] and not own[k]])
        ]
        kernel.copy(self._nobody, self._plan)
        kernel.load_plan(
            self._lanes,
            self._plan,
            np.where(whole, place, kernel.NONE),
            np.array([option for option, _ in units], dtype=np.int64),
            np.cumsum([0, *(len(inside) for _, inside in units)], dtype=np.int64),
            np.array([k for _, inside in units for k in inside], dtype=np.int64),
        )

    def insert_all(self) -> None:
        """Serve everybody who is not served where it adds least, the dearest to lose first."""
        order = np.argsort(-self.problem.unserved_fen, kind="stable").astype(np.int64)
        kernel.insert_all(self._lanes, self._plan, self._scratch, order)
        if self._plan.numbers[kernel.COST] < self._best.numbers[kernel.COST]:
            kernel.copy(self._plan, self._best)

    def anneal(
        self,
        n_moves: int,
        heat: tuple[float, float],
        most: int,
        deadline: Deadline,
        hints: LongArray | None = None,
    ) -> int:
        """
        Moves from the present plan; how many were made.

        Parameters
        ----------
        heat
            First and last temperature, fen.
        most
            Shipments that a move takes off at most.
        hints
            Buckets whose doors are worth opening more often.
        """
        hints = np.empty(0, dtype=np.int64) if hints is None else hints
        n_slices = max(1, n_moves // _MOVES_AT_ONCE)
        warm, low = heat[0], (heat[1] / heat[0]) ** (1.0 / n_slices)
        for done in range(n_slices):
            if deadline.is_over:
                return done * _MOVES_AT_ONCE
            kernel.anneal(
                self._lanes, self._plan, self._best, self._scratch, hints,
                _MOVES_AT_ONCE, np.array([warm, warm * low]), most,
            )  # fmt: skip
            warm *= low
        return n_slices * _MOVES_AT_ONCE

    def back_to_best(self) -> None:
        """Go on from the best plan."""
        kernel.copy(self._best, self._plan)

    def plan(self) -> PackedPlan:
        """The best plan met."""
        best, problem = self._best, self.problem
        column = np.full(problem.n_shipments, UNSERVED, dtype=np.int32)
        served = best.column >= 0
        column[served] = self._column_of[best.column[served]]
        loads = [
            load
            for q in best.column[served].tolist()
            if q in self._own
            for load in self._own[q].loads
        ]
        width = best.unit.shape[1]
        kg, dm3 = problem.kg.tolist(), problem.dm3.tolist()
        for u in np.flatnonzero(best.option >= 0).tolist():
            parts, node = [], int(best.head[u])
            while node >= 0:
                k = node // width
                parts.append((k, kg[k], dm3[k]))
                node = int(best.next_rider[node])
            option = int(self._option_of[best.option[u]])
            loads.append(PackedUnit(option=option, parts=tuple(sorted(parts))))
        return PackedPlan(column, tuple(loads), self.cost_fen)

    # ---------------------------------------------------------------- arrays

    def _columns(
        self, menus: Menus, packer: Packer
    ) -> tuple[LongArray, LongArray, LongArray, list[dict[int, int]]]:
        """Columns by shipment and ascending price, with buckets and with draws beyond their own."""
        p, index = self.problem, self.index
        holds = _one_unit_holds(p, index)
        whole = np.ones(p.n_columns, dtype=np.bool_)
        whole[index.entry_col[~holds[index.entry_pair]]] = False
        n_buckets = np.diff(p.col_bucket_ptr)
        width = max(1, int(n_buckets.max(initial=1)))
        fen = p.col_fen.copy()
        owns: dict[int, _Own] = {}
        for q in np.flatnonzero(~whole).tolist():
            own = self._own_units(q, menus, packer)
            if own is not None:
                owns[q] = own
                fen[q] += own.fen
        usable = whole.copy()
        usable[list(owns)] = True
        order = np.lexsort((fen, p.col_shipment))
        order = order[usable[order]]
        bucket = np.full((p.n_columns, width), -1, dtype=np.int64)
        place = np.arange(len(p.col_bucket)) - np.repeat(p.col_bucket_ptr[:-1], n_buckets)
        bucket[index.entry_col, place] = p.col_bucket
        bucket[list(owns)] = -1
        draws: list[dict[int, int]] = [{} for _ in order]
        for at, q in enumerate(order.tolist()):
            if q in owns:
                self._own[at] = owns[q]
                draws[at] = owns[q].draws
        return order, fen[order], np.ascontiguousarray(bucket[order]), draws

    def _own_units(self, q: int, menus: Menus, packer: Packer) -> _Own | None:
        """The cheapest units in which a column's shipment rides alone, in each of its buckets."""
        p = self.problem
        k = int(p.col_shipment[q])
        fen, draws, loads = 0, dict[int, int](), list[PackedUnit]()
        for b in p.col_bucket[p.col_bucket_ptr[q] : p.col_bucket_ptr[q + 1]].tolist():
            menu, options = menus.of(b, int(p.kg[k]), int(p.dm3[k])), menus.options[b]
            for place in menu.candidates(int(p.kg[k]), int(p.dm3[k]))[:_OWN_UNITS_TRIED].tolist():
                counts = menu.counts[place].tolist()
                units = [o for o, n in zip(options, counts, strict=True) for _ in range(n)]
                packing = packer.fast([k], units)
                if packing is not None:
                    break
            else:
                return None
            fen += int(p.option_fen[units].sum())
            loads += [
                PackedUnit(option=o, parts=tuple(parts))
                for o, parts in zip(units, packing, strict=True)
                if parts
            ]
            for o in units:
                for i in range(int(p.option_draw_ptr[o]), int(p.option_draw_ptr[o + 1])):
                    r = int(p.option_draw_resource[i])
                    draws[r] = draws.get(r, 0) + int(p.option_draw_amount[i])
                # How many units there may be is one more resource, which the kernel's units share.
                r = self._limit.setdefault(o, p.n_resources + len(self._limit))
                draws[r] = draws.get(r, 0) + 1
        return _Own(q, fen, draws, tuple(loads))


def _one_unit_holds(problem: Problem, index: Index) -> np.ndarray:
    """(L,) bool, pairs where one unit of some option of the bucket holds the shipment."""
    n_options = np.diff(index.bucket_option_ptr)[index.pair_bucket]
    pair = np.repeat(np.arange(len(n_options)), n_options)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(n_options) - n_options, n_options)
    option = index.bucket_option[
        np.repeat(index.bucket_option_ptr[index.pair_bucket], n_options) + within
    ]
    shipment = index.pair_shipment[pair]
    fits = (problem.kg[shipment] <= problem.option_kg[option]) & (
        problem.dm3[shipment] <= problem.option_dm3[option]
    )
    holds = np.zeros(len(n_options), dtype=np.bool_)
    holds[pair[fits]] = True
    return holds


def _lanes(
    problem: Problem,
    index: Index,
    columns: tuple[LongArray, LongArray, LongArray, list[dict[int, int]]],
    limit: dict[int, int],
) -> kernel.Lanes:
    p = problem
    column, fen, bucket, more = columns
    counts = np.bincount(p.col_shipment[column], minlength=p.n_shipments)
    resource: list[int] = []
    amount: list[int] = []
    draw_first = [0]
    ptr = p.col_draw_ptr.tolist()
    for q, extra in zip(column.tolist(), more, strict=True):
        drawn = dict(extra)
        for i in range(ptr[q], ptr[q + 1]):
            r = int(p.col_draw_resource[i])
            drawn[r] = drawn.get(r, 0) + int(p.col_draw_amount[i])
        resource += drawn.keys()
        amount += drawn.values()
        draw_first.append(len(resource))
    option = index.bucket_option
    unit_first, unit_resource, unit_amount = _unit_draws(p, index, limit)
    by_bucket = np.argsort(index.pair_bucket, kind="stable")
    riders = np.bincount(index.pair_bucket, minlength=p.n_buckets)

    def longs(values: object) -> LongArray:
        return np.ascontiguousarray(values, dtype=np.int64)

    return kernel.Lanes(
        kg=longs(p.kg),
        dm3=longs(p.dm3),
        unserved=longs(p.unserved_fen),
        first=longs(np.concatenate(([0], np.cumsum(counts)))),
        fen=longs(fen),
        bucket=longs(bucket),
        draw_first=longs(draw_first),
        draw_resource=longs(resource),
        draw_amount=longs(amount),
        option_first=longs(index.bucket_option_ptr),
        option_fen=longs(p.option_fen[option]),
        option_kg=longs(p.option_kg[option]),
        option_dm3=longs(p.option_dm3[option]),
        option_most=longs(p.option_max_units[option]),
        unit_draw_first=longs(unit_first),
        unit_draw_resource=longs(unit_resource),
        unit_draw_amount=longs(unit_amount),
        rider_first=longs(np.concatenate(([0], np.cumsum(riders)))),
        rider=longs(index.pair_shipment[by_bucket]),
    )


def _unit_draws(
    p: Problem, index: Index, limit: dict[int, int]
) -> tuple[LongArray, LongArray, LongArray]:
    """Draws of units in the order of the index; the number of an option may be one of them."""
    option = index.bucket_option
    unit_counts = np.diff(p.option_draw_ptr)[option]
    unit_first = np.concatenate(([0], np.cumsum(unit_counts)))
    at = np.repeat(p.option_draw_ptr[option] - unit_first[:-1], unit_counts)
    at += np.arange(len(at))
    place = np.empty(p.n_options, dtype=np.int64)
    place[option] = np.arange(p.n_options)
    drawn_by = np.concatenate((np.repeat(np.arange(p.n_options), unit_counts), place[list(limit)]))
    drawn_by = drawn_by.astype(np.int64)
    by_option = np.argsort(drawn_by, kind="stable")
    unit_resource = np.concatenate((p.option_draw_resource[at], list(limit.values())))
    unit_amount = np.concatenate((p.option_draw_amount[at], np.ones(len(limit), dtype=np.int64)))
    unit_counts = np.bincount(drawn_by, minlength=p.n_options)
    first = np.concatenate(([0], np.cumsum(unit_counts)))
    return first, unit_resource[by_option], unit_amount[by_option]


def _nobody_served(
    problem: Problem, lanes: kernel.Lanes, limit: dict[int, int], width: int, seed: int
) -> kernel.Plan:
    n_shipments = problem.n_shipments
    n_units = n_shipments * width + 1

    def filled(*shape: int, value: int = -1) -> LongArray:
        return np.full(shape, value, dtype=np.int64)

    cost = int(problem.unserved_fen.sum())
    generator = (seed * kernel.MULTIPLIER + 12345) % (kernel.MODULUS - 1) + 1
    return kernel.Plan(
        column=filled(n_shipments),
        unit=filled(n_shipments, width),
        next_rider=filled(n_shipments * width),
        last_rider=filled(n_shipments * width),
        option=filled(n_units),
        kg=filled(n_units, value=0),
        dm3=filled(n_units, value=0),
        n_riders=filled(n_units, value=0),
        head=filled(n_units),
        next_unit=filled(n_units),
        last_unit=filled(n_units),
        unit_head=filled(problem.n_buckets),
        n_units=filled(len(lanes.option_fen), value=0),
        free=np.concatenate(
            (problem.resource_capacity, problem.option_max_units[list(limit)])
        ).astype(np.int64),
        stack=np.arange(n_units, dtype=np.int64),
        journal=filled(n_shipments * (_JOURNAL_EACH + 8 * width), 3, value=0),
        numbers=np.array([cost, n_units, 0, generator], dtype=np.int64),
    )
