"""
The front door of location: read, price flows by the network, solve, check, tell.

Stock moves from a warehouse's supplier to the warehouse and on to the market; both legs are priced
by the cost matrix of the network for one tonne, bonded goods under mode 1210, others under 0110.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer import planner
from optimizer.datasets.location_tables import read_location_tables
from optimizer.domain.candidate import CLASSES, CandidateLevel, PlaceDemand
from optimizer.domain.network_data import NetworkData
from optimizer.errors import DemandError, Finding, PlanError, show_value
from optimizer.plan.checks.location import check_location, grown

if TYPE_CHECKING:
    from optimizer.models.location.problem import Floats, LocationProblem
    from optimizer.models.location.result import LocationResult

CUSTOMS_MODES = {"bonded": "1210", "normal": "0110"}
LOAD = "1000kg 3m3"
_MOST_SECONDS = 1e7
_MOST_YEARS, _MOST_GROWTH, _LEAST_GROWTH = 20, 5.0, -0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class LocateOptions:
    """
    What a study asks.

    Parameters
    ----------
    growth
        Share that demand grows by each year, 0.5 for +50 %.
    years
        Periods; the first has one year's growth on the table's demand.
    is_single
        Whether a market's class is served by one warehouse a year.
    """

    growth: float = 0.0
    years: int = 1
    is_single: bool = False
    time_s: float = 60.0
    n_threads: int = 1
    seed: int = 1


def locate(folder: Path, options: LocateOptions, data_dir: Path | None = None) -> dict[str, Any]:
    """
    Which warehouses to open, expand or close when.

    Returns
    -------
    The answer as plain data: status, bound, gap, levels, changes, flows, cost by cause.

    Raises
    ------
    DataError
        Everything that is wrong with the tables.
    DemandError
        D168: an option is out of range.
    PlanError
        The checker found a violation: a defect, never delivered.
    """
    from optimizer.models.location.solve import solve
    from optimizer.solvers.limits import SolveLimits

    _check_options(options)
    data = planner.read(data_dir)
    known = {str(one.facility_id) for one in data.facilities.values()}
    candidates, demand = read_location_tables(folder, known)
    unit_fen = price_flows(data, candidates, demand)
    problem = make_problem(candidates, demand, unit_fen, options)
    limits = SolveLimits(time_s=options.time_s, seed=options.seed, n_threads=options.n_threads)
    result = solve(problem, limits)
    answer = make_answer(candidates, demand, unit_fen, options, result)
    if result.plan is not None:
        wrong = check_location(answer, candidates, demand)
        if wrong:
            raise PlanError([Finding(code="P795", what=one) for one in wrong])
    return answer


def _check_options(options: LocateOptions) -> None:
    wrong = [
        (not 1 <= options.years <= _MOST_YEARS, "years", options.years, f"1 to {_MOST_YEARS}"),
        (
            not _LEAST_GROWTH <= options.growth <= _MOST_GROWTH,
            "growth", options.growth, f"{_LEAST_GROWTH} to {_MOST_GROWTH}",
        ),
        (not 0 < options.time_s < _MOST_SECONDS, "time limit", options.time_s, "seconds above 0"),
        (options.n_threads < 1, "threads", options.n_threads, "1 or more"),
    ]  # fmt: skip
    findings = [
        Finding(
            code="D168", what="an option is out of range", where=name,
            value=show_value(value), remedy=f"give {remedy}",
        )
        for is_wrong, name, value, remedy in wrong
        if is_wrong
    ]  # fmt: skip
    if findings:
        raise DemandError(findings)


def price_flows(
    data: NetworkData, candidates: list[CandidateLevel], demand: list[PlaceDemand]
) -> dict[tuple[str, str, str], int]:
    """
    Fen per tonne by class, warehouse and market, from the supplier on; without pairs that have no
    way.
    """
    supplier = {one.facility_id: one.supplied_from for one in candidates}
    found: dict[tuple[str, str, str], int] = {}
    for stock_class, customs_mode in CUSTOMS_MODES.items():
        markets = sorted({one.facility_id for one in demand if one.stock_class == stock_class})
        if not markets:
            continue
        inbound = _matrix(
            data, sorted({one for one in supplier.values() if one}), sorted(supplier), customs_mode
        )
        outbound = _matrix(data, sorted(supplier), markets, customs_mode)
        for warehouse, source in supplier.items():
            first = inbound.get((source, warehouse)) if source else 0
            for market in markets:
                second = outbound.get((warehouse, market))
                if first is not None and second is not None:
                    found[stock_class, warehouse, market] = first + second
    return found


def _matrix(
    data: NetworkData, origins: list[str], destinations: list[str], customs_mode: str
) -> dict[tuple[str, str], int]:
    if not origins:
        return {}
    query = planner.matrix_query(
        data, origins=origins, destinations=destinations, load=LOAD, customs_mode=customs_mode
    )
    fen = planner.matrix(data, query).cells.generalized_fen
    return {
        (origin, destination): int(fen[i, j])
        for i, origin in enumerate(origins)
        for j, destination in enumerate(destinations)
        if fen[i, j] >= 0
    }


def make_problem(
    candidates: list[CandidateLevel],
    demand: list[PlaceDemand],
    unit_fen: dict[tuple[str, str, str], int],
    options: LocateOptions,
) -> LocationProblem:
    """The arrays of a study; facilities in order of id, rows by year, class, order of the table."""
    from optimizer.models.location.problem import LocationProblem

    ids = sorted({one.facility_id for one in candidates})
    place = {one: i for i, one in enumerate(ids)}
    n, n_levels = len(ids), 1 + max(one.level for one in candidates)
    capacity = np.zeros((n, n_levels, len(CLASSES)))
    fixed, opening, closing = (np.zeros((n, n_levels)) for _ in range(3))
    exists = np.zeros((n, n_levels), dtype=np.bool_)
    exists[:, 0] = True
    initial, throughput = np.zeros(n, dtype=np.int32), np.zeros(n)
    for one in candidates:
        at = place[one.facility_id], one.level
        capacity[at] = one.capacity_t
        fixed[at], opening[at], closing[at] = one.fixed_fen, one.opening_fen, one.closing_fen
        exists[at] = True
        throughput[at[0]] = one.throughput_fen_per_t
        if one.is_held:
            initial[at[0]] = one.level
    # Levels that a facility does not have repeat its largest; no change leads to them.
    capacity = np.maximum.accumulate(capacity, axis=1)
    fixed = np.maximum.accumulate(fixed, axis=1)
    change = _changes(opening, closing, exists)
    rows = _rows(demand, options)
    cost = np.full((n, len(rows)), np.inf)
    for r, (_, stock_class, market, tonnes) in enumerate(rows):
        for facility_id, i in place.items():
            fen = unit_fen.get((stock_class, facility_id, market))
            if fen is not None:
                cost[i, r] = (fen + throughput[i]) * tonnes
    return LocationProblem(
        facility_ids=tuple(ids),
        row_names=tuple(f"{market} {kind} year {year}" for year, kind, market, _ in rows),
        capacity=capacity,
        holding=np.repeat(fixed[:, None], options.years, axis=1),
        change=np.repeat(change[:, None], options.years, axis=1),
        initial=initial,
        row_period=np.array([year - 1 for year, *_ in rows], dtype=np.int32),
        row_class=np.array([CLASSES.index(row[1]) for row in rows], dtype=np.int32),
        demand=np.array([row[3] for row in rows], dtype=np.float64),
        cost=cost,
        is_single=options.is_single,
    )


def _changes(opening: Floats, closing: Floats, exists: np.ndarray) -> Floats:
    """(n, L, L): expansion pays the difference of openings; a warehouse closes, never shrinks."""
    n, n_levels = opening.shape
    change = np.full((n, n_levels, n_levels), np.inf)
    for a in range(n_levels):
        for b in range(n_levels):
            if a == b or a < b:
                change[:, a, b] = opening[:, b] - opening[:, a]
            elif b == 0:
                change[:, a, b] = closing[:, a]
    change[np.broadcast_to(~exists[:, None, :], change.shape)] = np.inf
    return change


def _rows(demand: list[PlaceDemand], options: LocateOptions) -> list[tuple[int, str, str, int]]:
    return [
        (year, kind, one.facility_id, tonnes)
        for year in range(1, options.years + 1)
        for kind in CLASSES
        for one in demand
        if one.stock_class == kind and (tonnes := grown(one.t_per_year, options.growth, year))
    ]


def make_answer(
    candidates: list[CandidateLevel],
    demand: list[PlaceDemand],
    unit_fen: dict[tuple[str, str, str], int],
    options: LocateOptions,
    result: LocationResult,
) -> dict[str, Any]:
    """The result as plain data, costs recounted in whole fen by cause."""
    answer: dict[str, Any] = {
        "status": str(result.status),
        "years": options.years,
        "growth": options.growth,
        "gap": result.gap,
        "bound_fen": None if result.plan is None else int(np.floor(result.lower_bound + 1e-3)),
        "seconds": round(result.seconds, 3),
        "seed": result.seed,
        "n_threads": result.n_threads,
        "n_nodes": result.n_nodes,
        "messages": list(result.messages),
    }
    if result.plan is None:
        kinds = ", ".join(f"{g} is {kind}" for g, kind in enumerate(CLASSES, 1))
        answer["messages"].append(f"tonnes and fen; class {kinds}")
        return answer
    ids = sorted({one.facility_id for one in candidates})
    rows = _rows(demand, options)
    parts = zip(result.plan.facility, result.plan.row, result.plan.units, strict=True)
    flows: list[dict[str, Any]] = []
    for i, r, units in parts:
        year, kind, market, _ = rows[int(r)]
        tonnes = round(float(units))
        if tonnes:
            flows.append(
                {
                    "year": year, "facility_id": ids[int(i)], "to": market, "class": kind,
                    "tonnes": tonnes, "fen_per_t": unit_fen[kind, ids[int(i)], market],
                }
            )  # fmt: skip
    levels = {
        facility_id: [int(one) for one in result.plan.levels[i]]
        for i, facility_id in enumerate(ids)
    }
    cost, changes = _costs(candidates, levels, flows)
    total = sum(cost.values())
    answer |= {
        "levels": levels, "changes": changes, "flows": flows,
        "cost_fen": cost, "total_fen": total, "bound_fen": min(answer["bound_fen"], total),
    }  # fmt: skip
    return answer


def _costs(
    candidates: list[CandidateLevel], levels: dict[str, list[int]], flows: list[dict[str, Any]]
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Cost by cause in fen, and what happens when."""
    row = {(one.facility_id, one.level): one for one in candidates}
    held = {one.facility_id: one.level for one in candidates if one.is_held}
    causes = ("fixed", "opening", "expansion", "closing", "throughput", "transport")
    cost: dict[str, int] = dict.fromkeys(causes, 0)
    changes: list[dict[str, Any]] = []
    for facility_id, path in levels.items():
        before = held.get(facility_id, 0)
        for year, level in enumerate(path, 1):
            what, fen = "", 0
            if level and not before:
                what, fen = "opening", row[facility_id, level].opening_fen
            elif before and not level:
                what, fen = "closing", row[facility_id, before].closing_fen
            elif level != before:
                what = "expansion"
                fen = row[facility_id, level].opening_fen - row[facility_id, before].opening_fen
            if what:
                cost[what] += fen
                changes.append(
                    {
                        "year": year, "facility_id": facility_id, "what": what,
                        "from_level": before, "to_level": level, "fen": fen,
                    }
                )  # fmt: skip
            cost["fixed"] += row[facility_id, level].fixed_fen if level else 0
            before = level
    for flow in flows:
        cost["transport"] += flow["tonnes"] * flow["fen_per_t"]
        cost["throughput"] += flow["tonnes"] * row[flow["facility_id"], 1].throughput_fen_per_t
    changes.sort(key=lambda one: (one["year"], one["facility_id"]))
    return cost, changes
