"""
Price and check a solution from the arrays alone, sharing no code with the search.

Slow and obvious on purpose: plain loops over the problem's arrays.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from optimizer.models.consolidation.problem import UNSERVED, Problem
from optimizer.models.consolidation.solution import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """
    What a solution costs and which rules it breaks.

    Parameters
    ----------
    objective_fen
        Own prices, load units and penalties.
    violations
        One line each; empty for a feasible plan.
    """

    objective_fen: int
    violations: tuple[str, ...]


def evaluate(problem: Problem, solution: Solution) -> Evaluation:
    """Recompute the objective and check columns, packing, unit counts and resources."""
    violations = [
        *_check_columns(problem, solution),
        *_check_loads(problem, solution),
        *_check_riders(problem, solution),
        *_check_units(problem, solution),
        *_check_resources(problem, solution),
    ]
    fen = _objective_fen(problem, solution)
    if fen != solution.objective_fen:
        violations.append(f"the objective is {fen} fen, not {solution.objective_fen}")
    if solution.bound_fen > fen:
        violations.append(f"the bound {solution.bound_fen} fen is above the cost {fen}")
    return Evaluation(objective_fen=fen, violations=tuple(violations))


def _objective_fen(problem: Problem, solution: Solution) -> int:
    fen = 0
    for k in range(problem.n_shipments):
        column = int(solution.column[k])
        fen += int(problem.unserved_fen[k] if column == UNSERVED else problem.col_fen[column])
    for load in solution.loads:
        fen += int(problem.option_fen[load.option])
    return fen


def _buckets(problem: Problem, column: int) -> list[int]:
    start, end = int(problem.col_bucket_ptr[column]), int(problem.col_bucket_ptr[column + 1])
    return [int(problem.col_bucket[i]) for i in range(start, end)]


def _check_columns(problem: Problem, solution: Solution) -> list[str]:
    found = []
    if len(solution.column) != problem.n_shipments:
        found.append(f"{len(solution.column)} columns are chosen for {problem.n_shipments}")
    for k, column in enumerate(solution.column.tolist()):
        if column == UNSERVED:
            continue
        if not 0 <= column < problem.n_columns or int(problem.col_shipment[column]) != k:
            found.append(f"column {column} is not a way of shipment {k}")
    return found


def _check_loads(problem: Problem, solution: Solution) -> list[str]:
    found = []
    for i, load in enumerate(solution.loads):
        kg = sum(part[1] for part in load.parts)
        dm3 = sum(part[2] for part in load.parts)
        if not load.parts:
            found.append(f"load {i} is empty")
        if kg > int(problem.option_kg[load.option]):
            found.append(f"load {i} holds {kg} kg of {problem.option_kg[load.option]}")
        if dm3 > int(problem.option_dm3[load.option]):
            found.append(f"load {i} holds {dm3} dm3 of {problem.option_dm3[load.option]}")
        if len({part[0] for part in load.parts}) != len(load.parts):
            found.append(f"load {i} lists a shipment twice")
    return found


def _check_riders(problem: Problem, solution: Solution) -> list[str]:
    """Every rider is in its bucket's loads with all of its mass and volume, cut only if allowed."""
    parts: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
    for load in solution.loads:
        bucket = int(problem.option_bucket[load.option])
        for k, kg, dm3 in load.parts:
            parts[k, bucket].append((load.option, kg, dm3))
    expected = {
        (k, bucket)
        for k, column in enumerate(solution.column.tolist())
        if column != UNSERVED
        for bucket in _buckets(problem, column)
    }
    found = [
        f"shipment {k} is loaded in bucket {b} but rides elsewhere"
        for k, b in parts.keys() - expected
    ]
    for k, bucket in sorted(expected):
        here = parts[k, bucket]
        total_kg, total_dm3 = int(problem.kg[k]), int(problem.dm3[k])
        sums = (sum(kg for _, kg, _ in here), sum(dm3 for _, _, dm3 in here))
        if sums != (total_kg, total_dm3):
            found.append(f"shipment {k} is loaded with {sums} in bucket {bucket}")
        if not here:
            found.append(f"shipment {k} is in no load of bucket {bucket}")
        for option, kg, dm3 in here:
            if (kg, dm3) == (total_kg, total_dm3):
                continue
            if not bool(problem.may_split[k]):
                found.append(f"shipment {k} must not be cut")
            if total_kg <= problem.option_kg[option] and total_dm3 <= problem.option_dm3[option]:
                found.append(f"shipment {k} is cut, but fits one unit of option {option}")
            if abs(kg * total_dm3 - dm3 * total_kg) > max(total_kg, total_dm3):
                found.append(f"a part of shipment {k} has not its density: {kg} kg, {dm3} dm3")
    return found


def _check_units(problem: Problem, solution: Solution) -> list[str]:
    found = []
    for o in range(problem.n_options):
        n_loads = sum(1 for load in solution.loads if load.option == o)
        if n_loads != int(solution.units[o]):
            found.append(f"option {o} has {n_loads} loads, not {solution.units[o]}")
        if n_loads > int(problem.option_max_units[o]):
            found.append(f"option {o} has {n_loads} loads of {problem.option_max_units[o]}")
    return found


def _check_resources(problem: Problem, solution: Solution) -> list[str]:
    used = [0] * problem.n_resources
    for column in solution.column.tolist():
        if column != UNSERVED:
            for i in range(
                int(problem.col_draw_ptr[column]), int(problem.col_draw_ptr[column + 1])
            ):
                used[int(problem.col_draw_resource[i])] += int(problem.col_draw_amount[i])
    for load in solution.loads:
        start, end = problem.option_draw_ptr[load.option], problem.option_draw_ptr[load.option + 1]
        for i in range(int(start), int(end)):
            used[int(problem.option_draw_resource[i])] += int(problem.option_draw_amount[i])
    return [
        f"resource {problem.resource_names[r]} is drawn {used[r]} of {problem.resource_capacity[r]}"
        for r in range(problem.n_resources)
        if used[r] > int(problem.resource_capacity[r])
    ]
