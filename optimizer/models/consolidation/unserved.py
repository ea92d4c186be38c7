"""What keeps an unserved shipment out: the first resource that its cheapest way would exceed."""

from __future__ import annotations

import numpy as np

from optimizer.models.consolidation.problem import IntArray, LongArray, Problem
from optimizer.models.consolidation.solution import Solution


def resource_use(problem: Problem, solution: Solution) -> LongArray:
    """(R,) what a solution draws on each resource, in the unit of the resource."""
    return draws_of(problem, solution.column, solution.units)


def draws_of(problem: Problem, column: IntArray, units: IntArray | LongArray) -> LongArray:
    """(R,) what chosen columns (K,) and numbers of units (O,) draw on each resource."""
    used = np.zeros(len(problem.resource_names), dtype=np.int64)
    for q in column[column >= 0]:
        low, high = problem.col_draw_ptr[q], problem.col_draw_ptr[q + 1]
        np.add.at(used, problem.col_draw_resource[low:high], problem.col_draw_amount[low:high])
    for option in np.flatnonzero(units):
        low, high = problem.option_draw_ptr[option], problem.option_draw_ptr[option + 1]
        amount = problem.option_draw_amount[low:high] * int(units[option])
        np.add.at(used, problem.option_draw_resource[low:high], amount)
    return used


def binding_resource(problem: Problem, used: LongArray, shipment: int) -> str:
    """
    Name of the resource that a shipment's cheapest way lacks, or empty.

    Ways are tried by the shipment's own cost; a way through shared loads needs units of its own
    for what it brings. Empty means that a way fits and that the price decided.
    """
    columns = np.flatnonzero(problem.col_shipment == shipment)
    first = ""
    for column in columns[np.argsort(problem.col_fen[columns], kind="stable")]:
        lacking = _lacking(problem, used, int(column))
        if not lacking:
            return ""
        first = first or lacking
    return first


def _lacking(problem: Problem, used: LongArray, column: int) -> str:
    free = problem.resource_capacity - used
    low, high = problem.col_draw_ptr[column], problem.col_draw_ptr[column + 1]
    for resource, amount in zip(
        problem.col_draw_resource[low:high], problem.col_draw_amount[low:high], strict=True
    ):
        if amount > free[resource]:
            return problem.resource_names[int(resource)]
    low, high = problem.col_bucket_ptr[column], problem.col_bucket_ptr[column + 1]
    for bucket in problem.col_bucket[low:high]:
        options = np.flatnonzero(problem.option_bucket == bucket)
        lacks = [_option_lacking(problem, free, int(option)) for option in options]
        if lacks and all(lacks):
            return lacks[0]
    return ""


def _option_lacking(problem: Problem, free: LongArray, option: int) -> str:
    low, high = problem.option_draw_ptr[option], problem.option_draw_ptr[option + 1]
    for resource, amount in zip(
        problem.option_draw_resource[low:high], problem.option_draw_amount[low:high], strict=True
    ):
        if amount > free[resource]:
            return problem.resource_names[int(resource)]
    return ""
