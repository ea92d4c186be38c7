"""
Checks a location answer from its own rows and the input: loops only, nothing of the solver.

The answer is the JSON that ``teahorse locate`` writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.domain.candidate import CLASSES, CandidateLevel, PlaceDemand


def check_location(
    answer: Mapping[str, Any],
    candidates: Sequence[CandidateLevel],
    demand: Sequence[PlaceDemand],
) -> list[str]:
    """
    What a location answer breaks; empty if nothing.

    Parameters
    ----------
    answer
        With ``years``, ``growth``, ``levels`` (facility id to a level a year), ``flows`` (rows with
        year, facility_id, to, class, tonnes, fen_per_t), ``cost_fen`` by cause, ``total_fen``.
    """
    cost: dict[str, int] = defaultdict(int)
    rows = {(one.facility_id, one.level): one for one in candidates}
    found = _levels(answer, candidates, rows, cost)
    if found:
        return found
    served: dict[tuple[int, str, str], int] = defaultdict(int)
    found += _flows(answer, rows, cost, served)
    for year in range(1, answer["years"] + 1):
        for one in demand:
            wanted = grown(one.t_per_year, answer["growth"], year)
            got = served[year, one.facility_id, one.stock_class]
            if got != wanted:
                what = f"{got} of {wanted} t {one.stock_class}"
                found.append(f"{one.facility_id} gets {what} in year {year}")
    found += [
        f"{cause}: {answer['cost_fen'].get(cause, 0)} fen, found {cost.get(cause, 0)}"
        for cause in sorted({*cost, *answer["cost_fen"]})
        if cost.get(cause, 0) != answer["cost_fen"].get(cause, 0)
    ]
    if sum(cost.values()) != answer["total_fen"]:
        found.append(f"the total is {answer['total_fen']} fen, found {sum(cost.values())}")
    return found


Rows = Mapping[tuple[str, int], CandidateLevel]


def _levels(
    answer: Mapping[str, Any],
    candidates: Sequence[CandidateLevel],
    rows: Rows,
    cost: dict[str, int],
) -> list[str]:
    """Levels that are not, or shrink; adds what levels cost to ``cost``, in place."""
    found: list[str] = []
    held = {one.facility_id: one.level for one in candidates if one.is_held}
    for facility_id, levels in answer["levels"].items():
        before = held.get(facility_id, 0)
        for year, level in enumerate(levels, 1):
            if level and (facility_id, level) not in rows:
                return [f"{facility_id} has no level {level}"]
            if 0 < level < before:
                found.append(f"{facility_id} shrinks from {before} to {level} in year {year}")
            now = rows[facility_id, level] if level else None
            last = rows[facility_id, before] if before else None
            if now is not None:
                cost["fixed"] += now.fixed_fen
                cause, paid = ("expansion", last.opening_fen) if last else ("opening", 0)
                cost[cause] += now.opening_fen - paid
            elif last is not None:
                cost["closing"] += last.closing_fen
            before = level
    return found


def _flows(
    answer: Mapping[str, Any],
    rows: Rows,
    cost: dict[str, int],
    served: dict[tuple[int, str, str], int],
) -> list[str]:
    """Flows beyond capacity or of nothing; adds to ``cost`` and ``served``, in place."""
    found: list[str] = []
    load: dict[tuple[int, str, str], int] = defaultdict(int)
    for flow in answer["flows"]:
        year, facility_id, tonnes = flow["year"], flow["facility_id"], flow["tonnes"]
        if tonnes <= 0:
            found.append(f"{facility_id} sends {tonnes} t to {flow['to']} in year {year}")
        load[year, facility_id, flow["class"]] += tonnes
        served[year, flow["to"], flow["class"]] += tonnes
        cost["transport"] += tonnes * flow["fen_per_t"]
        cost["throughput"] += tonnes * rows[facility_id, 1].throughput_fen_per_t
    for (year, facility_id, stock_class), tonnes in load.items():
        level = answer["levels"][facility_id][year - 1]
        room = rows[facility_id, level].capacity_t[CLASSES.index(stock_class)] if level else 0
        if tonnes > room:
            found.append(f"{facility_id} serves {tonnes} t {stock_class} of {room} in year {year}")
    return found


def grown(t_per_year: int, growth: float, year: int) -> int:
    """Whole tonnes of a later year, rounded up; growth counts to a millionth."""
    share = 1_000_000 + round(growth * 1_000_000)
    scale = 1_000_000**year
    return -(-t_per_year * share**year // scale)
