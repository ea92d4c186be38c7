"""What the consolidation model answers."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.models.consolidation.problem import IntArray
from optimizer.plan.plan import Incumbent


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedUnit:
    """
    One physical load unit and what rides in it.

    Parameters
    ----------
    option
        Index of the option.
    parts
        ``(shipment, kg, dm3)``; a shipment that is cut has parts in several units.
    """

    option: int
    parts: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """
    A plan of the consolidation model and what is proved about it.

    Parameters
    ----------
    column
        (K,) int32, chosen column of each shipment, ``UNSERVED`` where it is not carried.
    units
        (O,) int32, load units of each option: as many as ``loads`` has with that option.
    bound_fen
        No plan costs less.
    status
        ``optimal`` (the bound is reached) or ``feasible``.
    stop_reason
        ``optimal``, ``gap``, ``time_limit``, ``cancelled``, or ``exhausted`` (nothing left to
        try).
    """

    column: IntArray
    units: IntArray
    loads: tuple[PackedUnit, ...]
    objective_fen: int
    bound_fen: int
    status: str
    stop_reason: str
    seconds: float
    incumbents: tuple[Incumbent, ...] = ()

    @property
    def gap(self) -> float:
        """(objective - bound) / objective, a share."""
        return Incumbent(
            seconds=self.seconds, objective_fen=self.objective_fen, bound_fen=self.bound_fen
        ).gap
