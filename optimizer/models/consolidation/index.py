"""Lookups that every part of the consolidation model needs, derived once from the arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.problem import BoolArray, IntArray, LongArray, Problem
from optimizer.solvers.linear import FloatArray, count_weighted


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """
    Lookups derived from a problem.

    Parameters
    ----------
    shipment_ptr, shipment_col
        CSR, columns of each shipment by ascending price.
    bucket_option_ptr, bucket_option
        CSR, options of each bucket by ascending price.
    entry_col, entry_bucket, entry_pair
        One entry for each bucket of each column, and the pair that it belongs to.
    pair_shipment, pair_bucket
        (L,) int32, distinct pairs of a shipment and a bucket that one of its columns rides in,
        sorted by shipment and then bucket.
    bucket_kg, bucket_dm3
        (B,) int64, mass and volume of all shipments that could ride in the bucket.
    max_units
        (O,) int64, ``option_max_units`` cut to what could ever be useful.
    """

    shipment_ptr: LongArray
    shipment_col: IntArray
    bucket_option_ptr: LongArray
    bucket_option: IntArray
    entry_col: IntArray
    entry_bucket: IntArray
    entry_pair: IntArray
    pair_shipment: IntArray
    pair_bucket: IntArray
    bucket_kg: LongArray
    bucket_dm3: LongArray
    max_units: LongArray


def group_csr(group: IntArray, n_groups: int, order: LongArray) -> tuple[LongArray, IntArray]:
    """Pointers and members of each group; members of a group follow ``order``."""
    members = order[np.argsort(group[order], kind="stable")]
    counts = np.bincount(group, minlength=n_groups)
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64), members.astype(np.int32)


def make_index(problem: Problem) -> Index:
    """Derive the lookups."""
    p = problem
    by_price = np.argsort(p.col_fen, kind="stable")
    shipment_ptr, shipment_col = group_csr(p.col_shipment, p.n_shipments, by_price)
    by_option_price = np.argsort(p.option_fen, kind="stable")
    option_ptr, options = group_csr(p.option_bucket, p.n_buckets, by_option_price)
    entry_col = np.repeat(np.arange(p.n_columns), np.diff(p.col_bucket_ptr)).astype(np.int32)
    n_buckets = max(1, p.n_buckets)
    key = p.col_shipment[entry_col].astype(np.int64) * n_buckets + p.col_bucket
    pairs, entry_pair = np.unique(key, return_inverse=True)
    pair_shipment = (pairs // n_buckets).astype(np.int32)
    pair_bucket = (pairs % n_buckets).astype(np.int32)
    kg = count_weighted(pair_bucket, p.kg[pair_shipment], p.n_buckets)
    dm3 = count_weighted(pair_bucket, p.dm3[pair_shipment], p.n_buckets)
    riders = np.bincount(pair_bucket, minlength=p.n_buckets)
    has_split = count_weighted(pair_bucket, p.may_split[pair_shipment], p.n_buckets) > 0
    return Index(
        shipment_ptr=shipment_ptr,
        shipment_col=shipment_col,
        bucket_option_ptr=option_ptr,
        bucket_option=options,
        entry_col=entry_col,
        entry_bucket=p.col_bucket,
        entry_pair=entry_pair.astype(np.int32),
        pair_shipment=pair_shipment,
        pair_bucket=pair_bucket,
        bucket_kg=kg.astype(np.int64),
        bucket_dm3=dm3.astype(np.int64),
        max_units=_useful_units(p, riders, (kg, dm3), has_split),
    )


def _useful_units(
    problem: Problem,
    riders: LongArray,
    in_bucket: tuple[FloatArray, FloatArray],
    has_split: BoolArray,
) -> LongArray:
    """
    Units of each option that can be needed in some optimal plan.

    Two units of one type whose contents fit one of them can be merged, so any two of n units hold
    together more than one payload or more than one usable volume. Summed over pairs, the shares of
    mass and volume exceed n / 2. Without cut shipments, n is also at most the number of riders.
    """
    b = problem.option_bucket
    bucket_kg, bucket_dm3 = in_bucket
    fill = bucket_kg[b] / np.maximum(1, problem.option_kg)
    fill += bucket_dm3[b] / np.maximum(1, problem.option_dm3)
    most = np.floor(2 * fill).astype(np.int64) + 1
    most = np.where(has_split[b], most, np.minimum(most, riders[b]))
    most = np.minimum(most, problem.option_max_units)
    option = np.repeat(np.arange(problem.n_options), np.diff(problem.option_draw_ptr))
    drawn = problem.option_draw_amount > 0
    affordable = (
        problem.resource_capacity[problem.option_draw_resource[drawn]]
        // problem.option_draw_amount[drawn]
    )
    np.minimum.at(most, option[drawn], affordable)
    return most


def fits_one_unit(problem: Problem, shipment: IntArray, option: IntArray) -> BoolArray:
    """Whether each shipment fits one unit of the option at the same place."""
    return (problem.kg[shipment] <= problem.option_kg[option]) & (
        problem.dm3[shipment] <= problem.option_dm3[option]
    )
