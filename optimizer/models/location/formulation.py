"""
The whole location model with strong linking rows, for a solver: peer, twin and small answers.

Columns: ``z[i, t, l]`` facility i holds level l above closed in period t; ``x[i, r]`` share of
demand row r served by facility i; ``u[i, t, a, b]`` facility i goes from level a to level b as
period t begins. The README of this folder has the mathematics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.models.location.problem import Bools, Floats, Ints, LocationProblem
from optimizer.solvers.linear import Columns, LinearModel, Rows, rows_from_triplets, stack_rows

Longs = npt.NDArray[np.int64]
_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    Positions of columns; -1 where there is none.

    Parameters
    ----------
    z
        (n, T, L) int64, -1 for level 0.
    x
        (n, R) int64.
    u
        (n, T, L, L) int64, -1 in the first period, where the change is known from the level.
    """

    z: Longs
    x: Longs
    u: Longs
    n_columns: int


def lay_out(problem: LocationProblem, usable: Bools | None = None) -> Layout:
    """
    Give every decision a column.

    Parameters
    ----------
    usable
        (n, R) bool, cells that get a column; all of finite cost if not given.
    """
    n, n_periods, n_levels = problem.holding.shape
    z = np.full((n, n_periods, n_levels), -1, dtype=np.int64)
    z[:, :, 1:] = np.arange(n * n_periods * (n_levels - 1)).reshape(n, n_periods, n_levels - 1)
    at = n * n_periods * (n_levels - 1)
    kept = np.isfinite(problem.cost) if usable is None else usable & np.isfinite(problem.cost)
    x = np.full(problem.cost.shape, -1, dtype=np.int64)
    x[kept] = at + np.arange(int(kept.sum()))
    at += int(kept.sum())
    u = np.full(problem.change.shape, -1, dtype=np.int64)
    later = np.zeros(problem.change.shape, dtype=np.bool_)
    later[:, 1:] = np.isfinite(problem.change[:, 1:])
    u[later] = at + np.arange(int(later.sum()))
    return Layout(z=z, x=x, u=u, n_columns=at + int(later.sum()))


def build(problem: LocationProblem, usable: Bools | None = None) -> tuple[LinearModel, Layout]:
    """The model, and where its columns are; see ``lay_out``."""
    layout = lay_out(problem, usable)
    columns, offset = define_columns(problem, layout)
    rows = stack_rows(
        [
            define_demand(problem, layout),
            define_capacity(problem, layout),
            define_linking(problem, layout),
            define_one_level(problem, layout),
            define_changes(problem, layout),
        ]
    )
    return LinearModel(columns=columns, rows=rows, offset=offset), layout


def define_columns(problem: LocationProblem, layout: Layout) -> tuple[Columns, float]:
    """Costs, bounds and kinds; what stays closed in the first period costs the offset."""
    n = problem.n_facilities
    cost, upper = np.zeros(layout.n_columns), np.ones(layout.n_columns)
    is_integer = np.zeros(layout.n_columns, dtype=np.bool_)
    first = problem.change[np.arange(n), 0, problem.initial]
    closed = np.where(np.isfinite(first[:, 0]), first[:, 0], 0.0)
    extra = problem.holding - problem.holding[:, :, :1]
    extra[:, 0] += first - closed[:, None]
    open_ = layout.z[:, :, 1:]
    impossible = ~np.isfinite(extra[:, :, 1:])
    cost[open_.ravel()] = np.where(impossible, 0.0, extra[:, :, 1:]).ravel()
    upper[open_[impossible]] = 0.0
    is_integer[open_.ravel()] = True
    served = layout.x >= 0
    cost[layout.x[served]] = problem.cost[served]
    is_integer[layout.x[served]] = problem.is_single
    moves = layout.u >= 0
    cost[layout.u[moves]] = problem.change[moves]
    columns = Columns(
        cost=cost, lower=np.zeros(layout.n_columns), upper=upper, is_integer=is_integer
    )
    return columns, float(problem.holding[:, :, 0].sum() + closed.sum())


def define_demand(problem: LocationProblem, layout: Layout) -> Rows:
    """``sum_i x[i, r] = 1``."""
    row, facility = np.nonzero(layout.x.T >= 0)
    ones = np.ones(problem.n_rows)
    return rows_from_triplets(
        row, layout.x[facility, row], np.ones(len(row)), lower=ones, upper=ones
    )


def define_capacity(problem: LocationProblem, layout: Layout) -> Rows:
    """``sum_r d[r] x[i, r] <= sum_l capacity[i, l, g] z[i, t, l]`` for every i, t, g."""
    n, n_periods, n_levels = problem.holding.shape
    n_classes = problem.n_classes
    facility, r = np.nonzero(layout.x >= 0)
    block = (facility * n_periods + problem.row_period[r]) * n_classes + problem.row_class[r]
    i, t, level, g = np.indices((n, n_periods, n_levels - 1, n_classes)).reshape(4, -1)
    n_rows = n * n_periods * n_classes
    return rows_from_triplets(
        np.concatenate((block, (i * n_periods + t) * n_classes + g)),
        np.concatenate((layout.x[facility, r], layout.z[i, t, level + 1])),
        np.concatenate((problem.demand[r], -problem.capacity[i, level + 1, g])),
        lower=np.full(n_rows, -np.inf),
        upper=np.zeros(n_rows),
    )


def define_linking(problem: LocationProblem, layout: Layout) -> Rows:
    """``x[i, r] <= sum_l z[i, t, l]`` over levels with capacity for the row's class."""
    facility, r = np.nonzero(layout.x >= 0)
    cell = np.arange(len(facility))
    rows, cols, values = [cell], [layout.x[facility, r]], [np.ones(len(cell))]
    for level in range(1, problem.n_levels):
        serves = problem.capacity[facility, level, problem.row_class[r]] > 0
        rows.append(cell[serves])
        cols.append(layout.z[facility, problem.row_period[r], level][serves])
        values.append(np.full(int(serves.sum()), -1.0))
    return rows_from_triplets(
        np.concatenate(rows),
        np.concatenate(cols),
        np.concatenate(values),
        lower=np.full(len(cell), -np.inf),
        upper=np.zeros(len(cell)),
    )


def define_one_level(problem: LocationProblem, layout: Layout) -> Rows:
    """``sum_l z[i, t, l] <= 1``; ``= 1`` in the first period where closing may not be."""
    n, n_periods, n_levels = problem.holding.shape
    first = problem.change[np.arange(n), 0, problem.initial, 0]
    i, t, level = np.indices((n, n_periods, n_levels - 1)).reshape(3, -1)
    lower = np.zeros((n, n_periods))
    lower[:, 0] = ~np.isfinite(first)
    return rows_from_triplets(
        i * n_periods + t,
        layout.z[i, t, level + 1],
        np.ones(len(i)),
        lower=lower.ravel(),
        upper=np.ones(n * n_periods),
    )


def define_changes(problem: LocationProblem, layout: Layout) -> Rows:
    """
    ``sum_b u[i, t, a, b] = z[i, t - 1, a]`` and ``sum_a u[i, t, a, b] = z[i, t, b]``, t > 0.

    For level 0, z stands for one less the levels above.
    """
    n, n_periods, n_levels = problem.holding.shape
    later = n_periods - 1
    if later == 0:
        empty = np.zeros(0, dtype=np.int64)
        return rows_from_triplets(empty, empty, np.zeros(0), lower=np.zeros(0), upper=np.zeros(0))
    i, t, a, b = np.nonzero(layout.u >= 0)
    base = (i * later + t - 1) * n_levels
    half = n * later * n_levels
    rows = [base + a, half + base + b]
    cols = [layout.u[i, t, a, b]] * 2
    values = [np.ones(len(i))] * 2
    for side, shift in ((0, -1), (half, 0)):
        i, t, level = np.indices((n, later, n_levels - 1)).reshape(3, -1)
        z = layout.z[i, t + 1 + shift, level + 1]
        base = side + (i * later + t) * n_levels
        rows += [base + level + 1, base]
        cols += [z, z]
        values += [np.full(len(i), -1.0), np.ones(len(i))]
    total = np.tile(np.arange(n_levels) == 0, 2 * n * later).astype(np.float64)
    return rows_from_triplets(
        np.concatenate(rows),
        np.concatenate(cols),
        np.concatenate(values),
        lower=total,
        upper=total,
    )


def levels_of(problem: LocationProblem, layout: Layout, values: Floats) -> Ints:
    """(n, T) int32: levels of a point of the model."""
    levels = np.zeros((problem.n_facilities, problem.n_periods), dtype=np.int32)
    for level in range(1, problem.n_levels):
        levels[values[layout.z[:, :, level]] > _HALF] = level
    return levels
