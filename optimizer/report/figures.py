"""Headline figures of a report, recomputed from the plan so that they sum to what it shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from optimizer.plan.itinerary import Leg
from optimizer.plan.plan import Plan, PlanResult
from optimizer.report.tables import (
    MODE_KEYS,
    NO_MODE,
    LoadRow,
    ShipmentRow,
    cost_lines,
    main_mode,
    mode_key,
)

LINE_ORDER = (
    "line_haul",
    "connector",
    "surcharge",
    "handling",
    "border",
    "stuffing",
    "storage",
    "customs",
    "inspection",
    "lateness",
    "carbon",
    "unserved",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Headline figures.

    Parameters
    ----------
    transport_fen
        Cost of everything that is served.
    late_fen
        Part of ``transport_fen`` that late hours are priced at; no carrier is paid for it.
    penalty_fen
        What not serving the rest adds to the objective: not money spent.
    missing_kg
        Mass that is not served.
    n_compared, compared_fen, stand_alone_fen
        Shipments whose stand-alone cost is known, what they cost in the plan, and alone.
    n_dearer, dearer_fen
        Shipments that cost more in the plan than alone, and by how much together.
    saving_share
        Saving against each shipment planned alone; None where no stand-alone cost is known.
    mass_fill, volume_fill, best_fill
        Means over shared loads; ``best_fill`` takes the fuller dimension of each.
    on_time_share
        Mean probability over shipments that have a due or a latest time; None without any.
    n_violations
        Found by the checker; None when the plan was not checked.
    """

    n_shipments: int
    n_served: int
    transport_fen: int
    penalty_fen: int
    objective_fen: int
    gross_kg: int
    missing_kg: int
    n_shared: int
    n_compared: int
    compared_fen: int
    stand_alone_fen: int
    saving_fen: int
    saving_share: float | None
    n_dearer: int
    dearer_fen: int
    late_fen: int
    co2e_g: int
    mass_fill: float | None
    volume_fill: float | None
    best_fill: float | None
    on_time_share: float | None
    n_timed: int
    n_late: int
    estimate_share: float | None
    n_violations: int | None


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def figures(
    result: PlanResult, shipments: tuple[ShipmentRow, ...], loads: tuple[LoadRow, ...]
) -> Figures:
    """Headline figures of a plan."""
    plan = result.plan
    penalty = sum(unassigned.penalty_fen for unassigned in plan.unassigned)
    known = [row.itinerary for row in shipments if row.itinerary.stand_alone_fen > 0]
    alone = sum(itinerary.stand_alone_fen for itinerary in known)
    saving = alone - sum(itinerary.cost_fen for itinerary in known)
    extras = [itinerary.cost_fen - itinerary.stand_alone_fen for itinerary in known]
    timed = [row.itinerary for row in shipments if row.due is not None]
    violations = _number(result.summary.get("n_violations"))
    return Figures(
        n_shipments=len(plan.shipments),
        n_served=len(shipments),
        transport_fen=plan.objective_fen - penalty,
        penalty_fen=penalty,
        objective_fen=plan.objective_fen,
        gross_kg=sum(row.shipment.gross_kg for row in shipments),
        missing_kg=sum(plan.shipments[u.shipment_id].gross_kg for u in plan.unassigned),
        n_shared=sum(1 for row in shipments if row.load_ids),
        n_compared=len(known),
        compared_fen=alone - saving,
        stand_alone_fen=alone,
        saving_fen=saving,
        saving_share=saving / alone if alone else None,
        n_dearer=sum(1 for extra in extras if extra > 0),
        dearer_fen=sum(extra for extra in extras if extra > 0),
        late_fen=sum(fen for line, _, fen in cost_lines(plan) if line == "lateness"),
        co2e_g=sum(row.itinerary.co2e_g for row in shipments),
        mass_fill=_mean([row.mass_share for row in loads]),
        volume_fill=_mean([row.volume_share for row in loads]),
        best_fill=_mean([row.fill for row in loads]),
        on_time_share=_mean([itinerary.on_time_share for itinerary in timed]),
        n_timed=len(timed),
        n_late=sum(1 for row in shipments if row.itinerary.lateness_min > 0),
        estimate_share=_number(result.summary.get("estimate_share")),
        n_violations=None if violations is None else int(violations),
    )


def _carried(plan: Plan) -> list[tuple[Leg, int]]:
    """Every leg of every shipment with the mass that rides, legs inside loads included."""
    return [
        (leg, plan.shipments[itinerary.shipment_id].gross_kg)
        for itinerary in plan.itineraries
        for leg in itinerary.legs
    ]


def mode_split(plan: Plan) -> dict[str, dict[str, float]]:
    """
    How the modes share the work.

    Returns
    -------
    Measure -> mode -> amount. ``mass_t`` and ``shipments`` count each shipment once, at the mode
    that carries it furthest; ``tkm`` and ``co2e_g`` are by leg; ``cost_fen`` is by leg with mode
    ``facility`` for what no leg carries, without penalties.
    """
    split: dict[str, dict[str, float]] = {
        name: dict.fromkeys((*MODE_KEYS, NO_MODE), 0.0)
        for name in ("shipments", "mass_t", "tkm", "cost_fen", "co2e_g")
    }
    for itinerary in plan.itineraries:
        mode = main_mode(itinerary.legs)
        split["shipments"][mode] += 1
        split["mass_t"][mode] += plan.shipments[itinerary.shipment_id].gross_kg / 1000
    for leg, gross_kg in _carried(plan):
        split["tkm"][mode_key(leg)] += gross_kg / 1000 * leg.distance_m / 1000
        split["co2e_g"][mode_key(leg)] += leg.co2e_g
    for line, mode, fen in cost_lines(plan):
        if line != "unserved":
            split["cost_fen"][mode] += fen
    return split


def cost_matrix(plan: Plan) -> dict[str, dict[str, int]]:
    """Fen by cost line and mode, lines in reading order; sums to the objective exactly."""
    matrix: dict[str, Counter[str]] = {}
    for line, mode, fen in cost_lines(plan):
        matrix.setdefault(line, Counter())[mode] += fen
    rank = {line: position for position, line in enumerate(LINE_ORDER)}
    ordered = sorted(matrix, key=lambda line: (rank.get(line, len(rank) - 1.5), line))
    return {line: dict(matrix[line]) for line in ordered}


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRow:
    """A data row that is an estimate, and how much of the plan touches it."""

    table: str
    key: str
    n_shipments: int
    cost_fen: int
    """Cost of the shipments that touch the row: an upper limit of what rests on it."""


def estimate_rows(plan: Plan) -> tuple[EstimateRow, ...]:
    """Estimated rows, those that touch most cost first."""
    used: Counter[str] = Counter()
    cost: Counter[str] = Counter()
    for itinerary in plan.itineraries:
        for ref in set(itinerary.estimate_refs):
            used[ref] += 1
            cost[ref] += itinerary.cost_fen
    return tuple(
        EstimateRow(
            table=ref.partition(":")[0],
            key=ref.partition(":")[2],
            n_shipments=used[ref],
            cost_fen=cost[ref],
        )
        for ref in sorted(used, key=lambda ref: (-cost[ref], ref))
    )
