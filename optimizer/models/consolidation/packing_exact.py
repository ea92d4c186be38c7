"""The packing question as a constraint program, for the cases that first-fit cannot decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python.cp_model import CpModel, CpSolver, IntVar

    from optimizer.models.consolidation.packing import Packer, Packing

_WORK_PER_S = 1.0
"""CP-SAT's deterministic time is close to seconds; a limit in it does not depend on the load."""


def search_packing(
    packer: Packer, shipments: Sequence[int], units: Sequence[int], time_s: float, seed: int
) -> tuple[bool, Packing | None]:
    """
    Whether the question is decided, and a packing if there is one.

    Variables: shipment k rides whole in unit i, or parts of it do. Deterministic: one worker, fixed
    seed, limit in deterministic time.
    """
    from ortools.sat.python import cp_model  # 1.4 s to import

    model = cp_model.CpModel()
    question = _Question(packer, units)
    for k in shipments:
        question.add_shipment(model, k)
    for i in range(len(units)):
        question.add_capacity(model, i)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = time_s * _WORK_PER_S
    solver.parameters.max_time_in_seconds = 5 * time_s
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return True, None
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return False, None
    return True, question.read(solver)


class _Question:
    """Variables of the constraint program: ``whole[k, i]``, and the parts of what may be cut."""

    def __init__(self, packer: Packer, units: Sequence[int]) -> None:
        self.packer, self.units = packer, units
        self.whole: dict[tuple[int, int], IntVar] = {}
        self.part_kg: dict[tuple[int, int], IntVar] = {}
        self.part_dm3: dict[tuple[int, int], IntVar] = {}

    def add_shipment(self, model: CpModel, k: int) -> None:
        """A shipment is whole in one unit that it fits, or cut over the units that it does not."""
        packer = self.packer
        total_kg, total_dm3 = packer.kg[k], packer.dm3[k]
        fitting = [i for i, o in enumerate(self.units) if packer.fits(k, o)]
        others = [i for i, o in enumerate(self.units) if not packer.fits(k, o)]
        for i in fitting:
            self.whole[k, i] = model.new_bool_var(f"whole_{k}_{i}")
        places = [self.whole[k, i] for i in fitting]
        if not packer.may_split[k] or not others:
            model.add_exactly_one(places)
            return
        is_cut = model.new_bool_var(f"cut_{k}")
        model.add_exactly_one([*places, is_cut])
        off = max(total_kg, total_dm3)
        for i in others:
            kg = self.part_kg[k, i] = model.new_int_var(0, total_kg, f"kg_{k}_{i}")
            dm3 = self.part_dm3[k, i] = model.new_int_var(0, total_dm3, f"dm3_{k}_{i}")
            model.add_linear_constraint(total_dm3 * kg - total_kg * dm3, -off, off)
        model.add(sum(self.part_kg[k, i] for i in others) == total_kg * is_cut)
        model.add(sum(self.part_dm3[k, i] for i in others) == total_dm3 * is_cut)

    def add_capacity(self, model: CpModel, i: int) -> None:
        """Mass and volume in a unit are within its payload and space."""
        packer, o = self.packer, self.units[i]
        for demand, parts, capacity in (
            (packer.kg, self.part_kg, packer.payload[o]),
            (packer.dm3, self.part_dm3, packer.usable[o]),
        ):
            inside = [demand[k] * var for (k, j), var in self.whole.items() if j == i]
            cut = [var for (_, j), var in parts.items() if j == i]
            model.add(sum(inside) + sum(cut) <= capacity)

    def read(self, solver: CpSolver) -> Packing:
        """The packing that was found."""
        packing: Packing = [[] for _ in self.units]
        for (k, i), chosen in self.whole.items():
            if solver.value(chosen):
                packing[i].append((k, self.packer.kg[k], self.packer.dm3[k]))
        for (k, i), kg in self.part_kg.items():
            amounts = (solver.value(kg), solver.value(self.part_dm3[k, i]))
            if any(amounts):
                packing[i].append((k, *amounts))
        return packing
