"""
The consolidation model, one function for each family of constraints.

Variables, in this order: ``x`` (P, a shipment takes a column), ``u`` (K, a shipment is not served),
``y`` (O, load units of an option). The README has the mathematics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.index import Index, fits_one_unit, make_index
from optimizer.models.consolidation.problem import IntArray, LongArray, Problem
from optimizer.solvers.linear import (
    Columns,
    FloatArray,
    LinearModel,
    Rows,
    count_weighted,
    rows_from_triplets,
    stack_rows,
)

FEN_PER_UNIT = 100.0
"""Objective coefficients are in yuan: solvers have absolute tolerances, and fen are too fine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the blocks of variables begin: ``x`` at 0, then ``u``, then ``y``."""

    u: int
    y: int
    n: int


def layout(problem: Problem) -> Layout:
    """Positions of the variables of a problem."""
    u = problem.n_columns
    y = u + problem.n_shipments
    return Layout(u=u, y=y, n=y + problem.n_options)


def define_variables(problem: Problem, index: Index, *, named: bool = False) -> Columns:
    """Binary ``x``, ``u``; integer ``0 <= y <= max_units``; minimise prices, units, penalties."""
    place = layout(problem)
    cost = np.concatenate((problem.col_fen, problem.unserved_fen, problem.option_fen))
    upper = np.ones(place.n)
    upper[place.y :] = index.max_units
    names: tuple[str, ...] = ()
    if named:
        names = (
            *(_column_name(problem, p) for p in range(problem.n_columns)),
            *(f"u[{name}]" for name in problem.shipment_ids),
            *(f"y[{name}]" for name in problem.option_names),
        )
    return Columns(
        cost=cost / FEN_PER_UNIT,
        lower=np.zeros(place.n),
        upper=upper,
        is_integer=np.ones(place.n, dtype=np.bool_),
        names=names,
    )


def _column_name(problem: Problem, p: int) -> str:
    buckets = problem.col_bucket[problem.col_bucket_ptr[p] : problem.col_bucket_ptr[p + 1]]
    way = "+".join(problem.bucket_names[b] for b in buckets) or "alone"
    return f"x[{problem.shipment_ids[problem.col_shipment[p]]},{p}:{way}]"


def define_assignment(problem: Problem) -> Rows:
    """Each shipment takes one column or is not served: ``sum_p x[p] + u[k] = 1``."""
    place = layout(problem)
    shipments = np.arange(problem.n_shipments)
    ones = np.ones(problem.n_shipments)
    return rows_from_triplets(
        np.concatenate((problem.col_shipment, shipments)),
        np.concatenate((np.arange(problem.n_columns), place.u + shipments)),
        np.ones(place.y),
        lower=ones,
        upper=ones,
        names=[f"assignment[{name}]" for name in problem.shipment_ids],
    )


def define_mass_capacity(problem: Problem, index: Index) -> Rows:
    """Mass in a bucket is within its payload: ``sum kg[k] x[p] <= sum payload[o] y[o]``."""
    return _capacity(problem, index, problem.kg, problem.option_kg, "mass")


def define_volume_capacity(problem: Problem, index: Index) -> Rows:
    """Volume in a bucket is within its space: ``sum dm3[k] x[p] <= sum usable[o] y[o]``."""
    return _capacity(problem, index, problem.dm3, problem.option_dm3, "volume")


def _capacity(
    problem: Problem, index: Index, demand: LongArray, capacity: LongArray, name: str
) -> Rows:
    place = layout(problem)
    options = np.arange(problem.n_options)
    return rows_from_triplets(
        np.concatenate((index.entry_bucket, problem.option_bucket)),
        np.concatenate((index.entry_col, place.y + options)),
        np.concatenate((demand[problem.col_shipment[index.entry_col]], -capacity)),
        lower=np.full(problem.n_buckets, -np.inf),
        upper=np.zeros(problem.n_buckets),
        names=[f"{name}[{bucket}]" for bucket in problem.bucket_names],
    )


def define_linking(
    problem: Problem,
    index: Index,
    pairs: IntArray | LongArray | None = None,
    *,
    named: bool = False,
) -> Rows:
    """
    A shipment needs its load units: ``sum_p x[p] <= sum_o share[k,o] y[o]``, for each k and b.

    The sum on the left is over the columns of shipment k that ride in bucket b. ``share`` is 1
    where k fits one unit of o; where it does not, 0 if k must not be cut, else the part of k that
    one unit carries in the dimension that binds most. For ``pairs`` of the index only, or for all.
    """
    place = layout(problem)
    chosen = np.arange(len(index.pair_shipment)) if pairs is None else np.asarray(pairs)
    row_of_pair = np.full(len(index.pair_shipment), -1)
    row_of_pair[chosen] = np.arange(len(chosen))
    row_of_entry = row_of_pair[index.entry_pair]
    kept = row_of_entry >= 0
    shipment, bucket = index.pair_shipment[chosen], index.pair_bucket[chosen]
    n_options = np.diff(index.bucket_option_ptr)[bucket]
    row = np.repeat(np.arange(len(chosen)), n_options)
    within = np.arange(len(row)) - np.repeat(np.cumsum(n_options) - n_options, n_options)
    option = index.bucket_option[np.repeat(index.bucket_option_ptr[bucket], n_options) + within]
    share = unit_share(problem, shipment, row, option)
    return rows_from_triplets(
        np.concatenate((row_of_entry[kept], row)),
        np.concatenate((index.entry_col[kept], place.y + option)),
        np.concatenate((np.ones(int(kept.sum())), -share)),
        lower=np.full(len(chosen), -np.inf),
        upper=np.zeros(len(chosen)),
        names=[
            f"linking[{problem.shipment_ids[k]},{problem.bucket_names[b]}]"
            for k, b in zip(shipment, bucket, strict=True)
        ]
        if named
        else (),
    )


def unit_share(
    problem: Problem, shipment: IntArray, row: LongArray, option: IntArray
) -> FloatArray:
    """
    Share of a shipment that one unit can carry, by entry: the coefficient of ``define_linking``.

    Parameters
    ----------
    shipment
        (m,) shipment of each row.
    row, option
        Row and option of each entry; the entries of a row are all options of one bucket.
    """
    k = shipment[row]
    by_mass = np.minimum(1.0, problem.option_kg[option] / np.maximum(1, problem.kg[k]))
    by_volume = np.minimum(1.0, problem.option_dm3[option] / np.maximum(1, problem.dm3[k]))
    # The same dimension throughout a row: parts may differ in density by rounding, so a mixture of
    # dimensions could cut off a plan.
    mass_sum = count_weighted(row, by_mass, len(shipment))
    volume_sum = count_weighted(row, by_volume, len(shipment))
    share = np.where((mass_sum <= volume_sum)[row], by_mass, by_volume)
    whole = fits_one_unit(problem, k, option)
    return np.where(whole, 1.0, np.where(problem.may_split[k], share, 0.0))


def define_resources(problem: Problem) -> Rows:
    """Resources are not overdrawn: ``sum draw[p,r] x[p] + sum draw[o,r] y[o] <= capacity[r]``."""
    place = layout(problem)
    column = np.repeat(np.arange(problem.n_columns), np.diff(problem.col_draw_ptr))
    option = np.repeat(np.arange(problem.n_options), np.diff(problem.option_draw_ptr))
    return rows_from_triplets(
        np.concatenate((problem.col_draw_resource, problem.option_draw_resource)),
        np.concatenate((column, place.y + option)),
        np.concatenate((problem.col_draw_amount, problem.option_draw_amount)),
        lower=np.full(problem.n_resources, -np.inf),
        upper=problem.resource_capacity.astype(np.float64),
        names=[f"resource[{name}]" for name in problem.resource_names],
    )


def build(problem: Problem, *, linked: bool = True, named: bool = False) -> LinearModel:
    """
    The whole model; its optimum bounds every plan from below, and packing completes it.

    Parameters
    ----------
    linked
        Whether the linking rows are in; without them they are separated on demand.
    named
        Name variables and linking rows, for rendering.
    """
    index = make_index(problem)
    families = [
        define_assignment(problem),
        define_mass_capacity(problem, index),
        define_volume_capacity(problem, index),
        define_resources(problem),
    ]
    if linked:
        families.append(define_linking(problem, index, named=named))
    return LinearModel(
        columns=define_variables(problem, index, named=named), rows=stack_rows(families)
    )
