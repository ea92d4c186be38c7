"""Every consolidation solve of a test goes through the independent evaluation."""

from __future__ import annotations

from optimizer.models.consolidation.evaluate import evaluate
from optimizer.models.consolidation.problem import Problem
from optimizer.models.consolidation.solution import Solution
from optimizer.models.consolidation.solve import solve
from optimizer.solvers.limits import SolveLimits


def solve_and_check(
    problem: Problem, limits: SolveLimits | None = None, start: Solution | None = None
) -> Solution:
    """Solve, and fail with the problem's names if the answer breaks a rule."""
    reports: list[tuple[int, int]] = []
    solution = solve(
        problem,
        limits or SolveLimits(time_s=10),
        lambda incumbent: reports.append((incumbent.objective_fen, incumbent.bound_fen)),
        start,
    )
    evaluation = evaluate(problem, solution)
    assert not evaluation.violations, "\n".join(evaluation.violations)
    costs = [cost for cost, _ in reports]
    bounds = [bound for _, bound in reports]
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)
    assert solution.objective_fen <= costs[-1]
    assert all(bound <= solution.objective_fen for bound in bounds)
    return solution
