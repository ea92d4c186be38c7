"""The neutral form of linear and mixed-integer models: arrays, before any solver sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int32]
PtrArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

INFINITY = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """
    A family of m linear rows ``lower <= A x <= upper`` in compressed sparse rows.

    Parameters
    ----------
    ptr
        (m + 1,) int64.
    col, value
        Column index, int32, and coefficient, float64, of each nonzero; a column at most once a row.
    lower, upper
        (m,) float64, infinite where a side is free.
    names
        m names, or none in large models.
    """

    ptr: PtrArray
    col: IndexArray
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    names: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """M."""
        return len(self.lower)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """
    n variables, minimised.

    Parameters
    ----------
    cost, lower, upper
        (n,) float64.
    is_integer
        (n,) bool.
    names
        n names, or none in large models.
    """

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    is_integer: BoolArray
    names: tuple[str, ...] = ()

    @property
    def n_columns(self) -> int:
        """N."""
        return len(self.cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """Minimise ``cost x + offset`` subject to rows, bounds and integrality."""

    columns: Columns
    rows: Rows
    offset: float = 0.0

    def row_activity(self, values: FloatArray) -> FloatArray:
        """(m,) float64: the left-hand sides at a point of shape (n,)."""
        return row_products(self.rows, values)

    def objective(self, values: FloatArray) -> float:
        """Objective at a point of shape (n,)."""
        return float(self.columns.cost @ values) + self.offset


def row_products(rows: Rows, values: FloatArray) -> FloatArray:
    """(m,) float64: A x of a family of rows."""
    terms = np.concatenate(([0.0], np.cumsum(rows.value * values[rows.col])))
    return terms[rows.ptr[1:]] - terms[rows.ptr[:-1]]


def column_products(rows: Rows, duals: FloatArray, n_columns: int) -> FloatArray:
    """(n,) float64: transposed product of the rows with one multiplier a row."""
    weight = np.repeat(duals, np.diff(rows.ptr)) * rows.value
    return count_weighted(rows.col, weight, n_columns)


def count_weighted(
    group: npt.NDArray[np.integer], weights: npt.NDArray[np.generic], n_groups: int
) -> FloatArray:
    """(n_groups,) float64: sum of the weights of each group."""
    return np.bincount(group, weights, n_groups).astype(np.float64, copy=False)


def dual_bound(model: LinearModel, duals: FloatArray) -> tuple[float, FloatArray]:
    """
    A lower bound that any multipliers prove, and the reduced costs that go with them.

    Weak duality over the box of the variables: it does not matter how the multipliers were found,
    so tolerances and early stops of a solver cannot make the bound wrong.

    Parameters
    ----------
    duals
        (m,) float64, positive at lower sides. A sign that has no side to rest on is set to zero.

    Returns
    -------
    bound
        Lower bound of the objective over all points within rows and column bounds.
    reduced
        (n,) float64, reduced costs.
    """
    rows, columns = model.rows, model.columns
    side = np.where(duals > 0, rows.lower, rows.upper)
    usable = np.isfinite(side) & (duals != 0)
    multipliers = np.where(usable, duals, 0.0)
    reduced = columns.cost - column_products(rows, multipliers, columns.n_columns)
    rests = np.minimum(reduced * columns.lower, reduced * columns.upper)
    bound = float(multipliers[usable] @ side[usable]) + float(rests.sum()) + model.offset
    return bound, reduced


def stack_rows(families: Sequence[Rows]) -> Rows:
    """All rows of several families, in order. Names are kept only if every family has them."""
    if not families:
        return empty_rows()
    counts = np.concatenate([np.diff(family.ptr) for family in families])
    named = all(len(family.names) == family.n_rows for family in families)
    return Rows(
        ptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        col=np.concatenate([family.col for family in families]).astype(np.int32),
        value=np.concatenate([family.value for family in families]),
        lower=np.concatenate([family.lower for family in families]),
        upper=np.concatenate([family.upper for family in families]),
        names=tuple(name for family in families for name in family.names) if named else (),
    )


def empty_rows() -> Rows:
    """No rows."""
    none = np.empty(0)
    return Rows(
        ptr=np.zeros(1, dtype=np.int64),
        col=np.empty(0, dtype=np.int32),
        value=none,
        lower=none,
        upper=none,
    )


def rows_from_triplets(
    row: npt.NDArray[np.integer],
    col: npt.NDArray[np.integer],
    value: npt.NDArray[np.number],
    *,
    lower: FloatArray,
    upper: FloatArray,
    names: Sequence[str] = (),
) -> Rows:
    """
    Rows from nonzeros in any order; values of equal positions are added.

    Parameters
    ----------
    row, col, value
        One entry a nonzero.
    lower, upper
        (m,) float64.
    names
        m names, or none.
    """
    n_rows, width = len(lower), int(col.max()) + 1 if len(col) else 1
    key, place = np.unique(row.astype(np.int64) * width + col, return_inverse=True)
    counts = np.bincount(key // width, minlength=n_rows) if len(key) else np.zeros(n_rows)
    return Rows(
        ptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        col=(key % width).astype(np.int32),
        value=count_weighted(place, value, len(key)),
        lower=lower,
        upper=upper,
        names=tuple(names),
    )


def select_rows(rows: Rows, kept: BoolArray) -> Rows:
    """The rows where ``kept``, (m,) bool, is true."""
    counts = np.diff(rows.ptr)
    entries = np.repeat(kept, counts)
    return Rows(
        ptr=np.concatenate(([0], np.cumsum(counts[kept]))).astype(np.int64),
        col=rows.col[entries],
        value=rows.value[entries],
        lower=rows.lower[kept],
        upper=rows.upper[kept],
        names=tuple(name for name, keep in zip(rows.names, kept, strict=True) if keep)
        if rows.names
        else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """
    A model in which most variables are held at a point.

    Parameters
    ----------
    model
        Over the free variables; the rest is in its row bounds and offset.
    free
        (m,) positions of the free variables in the full model.
    """

    model: LinearModel
    free: PtrArray

    def expand(self, values: FloatArray, point: FloatArray) -> FloatArray:
        """(n,) point of the full model from the free variables' values and the point held."""
        full = point.copy()
        full[self.free] = values
        return full


def restrict(model: LinearModel, is_free: BoolArray, point: FloatArray) -> Restriction:
    """
    Hold all variables but the free ones at a point; rows without a free variable are left out.

    Parameters
    ----------
    is_free
        (n,) bool.
    point
        (n,) float64, feasible, or rows without free variables would hide that it is not.
    """
    rows, columns = model.rows, model.columns
    row = np.repeat(np.arange(rows.n_rows), np.diff(rows.ptr))
    free_entry = is_free[rows.col]
    used = np.bincount(row[free_entry], minlength=rows.n_rows) > 0
    held_value = rows.value * np.where(free_entry, 0.0, point[rows.col])
    held = count_weighted(row, held_value, rows.n_rows)[used]
    place = np.cumsum(is_free) - 1
    counts = np.bincount(row[free_entry], minlength=rows.n_rows)[used]
    free = np.flatnonzero(is_free)
    return Restriction(
        model=LinearModel(
            columns=Columns(
                cost=columns.cost[free],
                lower=columns.lower[free],
                upper=columns.upper[free],
                is_integer=columns.is_integer[free],
            ),
            rows=Rows(
                ptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
                col=place[rows.col[free_entry]].astype(np.int32),
                value=rows.value[free_entry],
                lower=rows.lower[used] - held,
                upper=rows.upper[used] - held,
            ),
            offset=model.offset + float(columns.cost[~is_free] @ point[~is_free]),
        ),
        free=free,
    )
