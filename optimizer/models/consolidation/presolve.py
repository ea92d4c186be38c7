"""Columns that no plan, or no cheapest plan, needs, taken out before anything is solved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.models.consolidation.index import Index, fits_one_unit, make_index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.packing import Packer
from optimizer.models.consolidation.problem import BoolArray, LongArray, Problem
from optimizer.solvers.linear import count_weighted


def useful_columns(problem: Problem) -> BoolArray:
    """
    (P,) bool, columns that can be carried at all and are not beaten by another one.

    Out are columns that overdraw a resource by themselves or with the units that the shipment needs
    in one of their buckets, columns that cost no less than the penalty, and columns that cost no
    less than another of the same shipment that rides in the same buckets, or in none, and draws the
    same, or nothing.
    """
    useful = problem.col_fen < problem.unserved_fen[problem.col_shipment]
    useful &= _within_capacity(problem)
    useful &= ~_beaten(problem, useful)
    useful &= _can_be_loaded(problem, useful)
    return useful


def keep_columns(problem: Problem, kept: BoolArray) -> Problem:
    """The problem with the columns where ``kept``, (P,) bool, is true."""
    bucket_counts, draw_counts = np.diff(problem.col_bucket_ptr), np.diff(problem.col_draw_ptr)
    in_bucket, in_draw = np.repeat(kept, bucket_counts), np.repeat(kept, draw_counts)
    return replace(
        problem,
        col_shipment=problem.col_shipment[kept],
        col_fen=problem.col_fen[kept],
        col_bucket_ptr=_pointers(bucket_counts[kept]),
        col_bucket=problem.col_bucket[in_bucket],
        col_draw_ptr=_pointers(draw_counts[kept]),
        col_draw_resource=problem.col_draw_resource[in_draw],
        col_draw_amount=problem.col_draw_amount[in_draw],
    )


def _pointers(counts: LongArray) -> LongArray:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _within_capacity(problem: Problem) -> BoolArray:
    """(P,) bool, columns whose own draws are within every capacity."""
    column = np.repeat(np.arange(problem.n_columns), np.diff(problem.col_draw_ptr))
    key = column * max(1, problem.n_resources) + problem.col_draw_resource
    pairs, place = np.unique(key, return_inverse=True)
    amount = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(amount, place, problem.col_draw_amount)
    over = amount > problem.resource_capacity[pairs % max(1, problem.n_resources)]
    within = np.ones(problem.n_columns, dtype=np.bool_)
    within[pairs[over] // max(1, problem.n_resources)] = False
    return within


def _beaten(problem: Problem, useful: BoolArray) -> BoolArray:
    """(P,) bool, columns for which a cheaper or equal one needs the same or nothing shared."""
    bucket_ends, draw_ends = problem.col_bucket_ptr, problem.col_draw_ptr
    alone = useful & (np.diff(bucket_ends) == 0) & (np.diff(draw_ends) == 0)
    free_fen = np.full(problem.n_shipments, np.iinfo(np.int64).max)
    np.minimum.at(free_fen, problem.col_shipment[alone], problem.col_fen[alone])
    beaten = problem.col_fen >= free_fen[problem.col_shipment]
    by_price = np.argsort(problem.col_fen, kind="stable")
    cheapest_alone = by_price[alone[by_price]]
    _, first = np.unique(problem.col_shipment[cheapest_alone], return_index=True)
    beaten[cheapest_alone[first]] = False
    buckets, at = problem.col_bucket.tolist(), bucket_ends.tolist()
    draws = list(
        zip(problem.col_draw_resource.tolist(), problem.col_draw_amount.tolist(), strict=True)
    )
    drawn_at, shipment = draw_ends.tolist(), problem.col_shipment.tolist()
    seen: set[tuple[object, ...]] = set()
    for p in by_price[(useful & ~beaten)[by_price]].tolist():
        ridden = tuple(sorted(buckets[at[p] : at[p + 1]]))
        key = (shipment[p], ridden, tuple(sorted(draws[drawn_at[p] : drawn_at[p + 1]])))
        beaten[p] = key in seen
        seen.add(key)
    return beaten


def _can_be_loaded(problem: Problem, useful: BoolArray) -> BoolArray:
    """(P,) bool, columns for which each bucket has units that hold the shipment alone."""
    index = make_index(problem)
    has_units = _one_unit_is_enough(problem, index)
    menus, packer = Menus(problem, index), Packer(problem)
    needed = np.zeros(len(has_units), dtype=np.bool_)
    needed[index.entry_pair[useful[index.entry_col]]] = True
    for pair in np.flatnonzero(needed & ~has_units).tolist():
        k, b = int(index.pair_shipment[pair]), int(index.pair_bucket[pair])
        has_units[pair] = _has_units(problem, packer, menus, k, b)
    fine = np.ones(problem.n_columns, dtype=np.bool_)
    fine[index.entry_col[~has_units[index.entry_pair]]] = False
    return fine


def _one_unit_is_enough(problem: Problem, index: Index) -> BoolArray:
    """(L,) bool, pairs where some option holds the shipment in one unit that can be had."""
    n_options = np.diff(index.bucket_option_ptr)[index.pair_bucket]
    pair = np.repeat(np.arange(len(n_options)), n_options)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(n_options) - n_options, n_options)
    first = index.bucket_option_ptr[index.pair_bucket]
    option = index.bucket_option[np.repeat(first, n_options) + within]
    can_be_had = (problem.option_max_units > 0) & _units_within_capacity(problem)
    fits = fits_one_unit(problem, index.pair_shipment[pair], option) & can_be_had[option]
    return count_weighted(pair, fits, len(n_options)) > 0


def _units_within_capacity(problem: Problem) -> BoolArray:
    """(O,) bool, options of which one unit overdraws nothing."""
    return np.array([_affordable(problem, {o: 1}) for o in range(problem.n_options)], dtype=bool)


def _has_units(problem: Problem, packer: Packer, menus: Menus, shipment: int, bucket: int) -> bool:
    options = menus.options[bucket]
    kg, dm3 = packer.kg[shipment], packer.dm3[shipment]
    if not packer.may_split[shipment]:
        return False
    # A combination from which no unit can be spared has at most as many units as the least useful
    # type needs to carry the shipment by itself; larger ones draw no less.
    shares = [min(packer.payload[o] / max(1, kg), packer.usable[o] / max(1, dm3)) for o in options]
    needed = max((int(1 / share) + 2 for share in shares if share > 0), default=1)
    menu = menus.of(bucket, kg, dm3, needed)
    for place in menu.candidates(kg, dm3).tolist():
        counts = dict(zip(options, menu.counts[place].tolist(), strict=True))
        units = [o for o in options for _ in range(counts[o])]
        if _affordable(problem, counts) and packer.fast([shipment], units) is not None:
            return True
    return menu.n_units < needed and bool(np.any(problem.option_max_units[options] > menu.n_units))


def _affordable(problem: Problem, counts: dict[int, int]) -> bool:
    """Whether units are within their limits and the capacities, with nothing else in the plan."""
    drawn: dict[int, int] = {}
    for o, n in counts.items():
        if n > int(problem.option_max_units[o]):
            return False
        for i in range(int(problem.option_draw_ptr[o]), int(problem.option_draw_ptr[o + 1])):
            r = int(problem.option_draw_resource[i])
            drawn[r] = drawn.get(r, 0) + n * int(problem.option_draw_amount[i])
    return all(amount <= int(problem.resource_capacity[r]) for r, amount in drawn.items())
