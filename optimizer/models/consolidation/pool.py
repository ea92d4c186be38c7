"""Contents of load units that search and pricing have met: the columns of a set-partition model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.models.consolidation.lagrangian import UnitContents
from optimizer.models.consolidation.problem import UNSERVED, Problem
from optimizer.models.consolidation.solution import PackedUnit

RIDES_ON = -1
"""In place of a column: the shipment rides here before the last bucket of some column."""

Members = tuple[tuple[int, int], ...]
"""``(shipment, column or RIDES_ON)``, by shipment."""


class UnitPool:
    """
    Distinct contents of single units, looked up by shipment.

    Parameters
    ----------
    problem
        Of the consolidation model.

    Attributes
    ----------
    units
        ``(option, members)``. Members fit one unit of the option together.
    of_shipment
        (K,) positions in ``units``.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._known: set[tuple[int, Members]] = set()
        self.units: list[tuple[int, Members]] = []
        self.of_shipment: list[list[int]] = [[] for _ in range(problem.n_shipments)]

    def add_contents(self, found: UnitContents) -> None:
        """What pricing found."""
        first, shipment = found.first.tolist(), found.shipment.tolist()
        column = found.column.tolist()
        for i, option in enumerate(found.option.tolist()):
            span = range(first[i], first[i + 1])
            self._add(option, tuple(sorted((shipment[j], column[j]) for j in span)))

    def add_plan(self, columns: Sequence[int], loads: Iterable[PackedUnit]) -> None:
        """The units of a plan, apart from those in which a shipment is cut."""
        for load in loads:
            members = members_of(self._problem, columns, load)
            if members is not None:
                self._add(load.option, members)

    def _add(self, option: int, members: Members) -> None:
        if (option, members) in self._known or not members:
            return
        self._known.add((option, members))
        for k, _ in members:
            self.of_shipment[k].append(len(self.units))
        self.units.append((option, members))


def members_of(problem: Problem, columns: Sequence[int], load: PackedUnit) -> Members | None:
    """Members of a load of a plan, or None if one of them is cut."""
    bucket, members = int(problem.option_bucket[load.option]), []
    for k, kg, dm3 in load.parts:
        column = int(columns[k])
        if column == UNSERVED or (kg, dm3) != (problem.kg[k], problem.dm3[k]):
            return None
        last = int(problem.col_bucket[problem.col_bucket_ptr[column + 1] - 1])
        members.append((k, column if last == bucket else RIDES_ON))
    return tuple(sorted(members))
