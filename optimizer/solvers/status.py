"""What a solver says at the end, in one vocabulary for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimizer.errors import Infeasible, ModelError, NoSolutionInTime, Unbounded
from optimizer.solvers.linear import FloatArray


class SolverStatus(StrEnum):
    """Outcome of a solve."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    NO_SOLUTION = "no_solution"


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverResult:
    """
    Answer of one solver.

    Parameters
    ----------
    values
        (n,) float64, best point found, or None.
    objective
        Of ``values``; infinite without.
    bound
        No feasible point has a lower objective; minus infinity if nothing is known.
    row_duals
        (m,) float64, linear programs only: the multipliers, positive at lower sides.
    seconds
        Wall-clock seconds of the call.
    """

    status: SolverStatus
    values: FloatArray | None
    objective: float
    bound: float
    seconds: float
    row_duals: FloatArray | None = None

    def require_values(self) -> FloatArray:
        """
        The point found.

        Raises
        ------
        ModelError
            There is none: ``Infeasible``, ``Unbounded`` or ``NoSolutionInTime``.
        """
        if self.values is not None:
            return self.values
        if self.status is SolverStatus.INFEASIBLE:
            raise Infeasible("M611 no point satisfies the model's rows")
        if self.status is SolverStatus.UNBOUNDED:
            raise Unbounded("M612 the model's objective has no bound")
        if self.status is SolverStatus.NO_SOLUTION:
            raise NoSolutionInTime(f"M613 no point was found in {self.seconds:.1f} s")
        raise ModelError(f"M614 the solver ended {self.status} without a point")


def failed(status: SolverStatus, seconds: float, bound: float = -np.inf) -> SolverResult:
    """A result without a point."""
    return SolverResult(
        status=status, values=None, objective=float("inf"), bound=bound, seconds=seconds
    )
