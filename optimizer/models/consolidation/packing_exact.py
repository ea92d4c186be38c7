"""The packing question as a constraint program, for the cases that first-fit cannot decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    whole: dict[tuple[int, int], cp_model.IntVar] = {}
    part_kg: dict[tuple[int, int], cp_model.IntVar] = {}
    part_dm3: dict[tuple[int, int], cp_model.IntVar] = {}
    for k in shipments:
        fitting = [i for i, o in enumerate(units) if packer.fits(k, o)]
        others = [i for i, o in enumerate(units) if not packer.fits(k, o)]
        for i in fitting:
            whole[k, i] = model.new_bool_var(f"whole_{k}_{i}")
        places = [whole[k, i] for i in fitting]
        if not packer.may_split[k] or not others:
            model.add_exactly_one(places)
            continue
        is_cut = model.new_bool_var(f"cut_{k}")
        model.add_exactly_one([*places, is_cut])
        for i in others:
            kg = part_kg[k, i] = model.new_int_var(0, packer.kg[k], f"kg_{k}_{i}")
            dm3 = part_dm3[k, i] = model.new_int_var(0, packer.dm3[k], f"dm3_{k}_{i}")
            off = max(packer.kg[k], packer.dm3[k])
            model.add_linear_constraint(packer.dm3[k] * kg - packer.kg[k] * dm3, -off, off)
        model.add(sum(part_kg[k, i] for i in others) == packer.kg[k] * is_cut)
        model.add(sum(part_dm3[k, i] for i in others) == packer.dm3[k] * is_cut)
    for i, o in enumerate(units):
        inside = [k for k in shipments if (k, i) in whole]
        cut = [k for k in shipments if (k, i) in part_kg]
        for demand, parts, capacity in (
            (packer.kg, part_kg, packer.payload[o]),
            (packer.dm3, part_dm3, packer.usable[o]),
        ):
            model.add(
                sum(demand[k] * whole[k, i] for k in inside) + sum(parts[k, i] for k in cut)
                <= capacity
            )
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
    packing: Packing = [[] for _ in units]
    for (k, i), chosen in whole.items():
        if solver.value(chosen):
            packing[i].append((k, packer.kg[k], packer.dm3[k]))
    for (k, i), kg in part_kg.items():
        amounts = (solver.value(kg), solver.value(part_dm3[k, i]))
        if any(amounts):
            packing[i].append((k, *amounts))
    return True, packing
