"""Indicators of a plan: what was asked for, served, spent, emitted and filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from optimizer.costs.rating import RateBook
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.plan.checks.facts import Facts, carriage
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.load import Load
from optimizer.plan.plan import Incumbent, Plan
from optimizer.units import cny_from_fen

SHARE_DIGITS = 6
G_PER_T = 1_000_000
UNSERVED = "unserved"


def summarize(
    data: NetworkData,
    plan: Plan,
    *,
    bound_fen: int,
    solve_seconds: float,
    n_violations: int,
) -> dict[str, object]:
    """
    Indicators of a plan, ready for JSON.

    Parameters
    ----------
    bound_fen
        Proved lower bound of the objective.
    n_violations
        Number of findings of the checks.

    Returns
    -------
    dict
        Money in CNY, CO2e in tonnes, shares from 0 to 1 with six digits. ``None`` where there is
        nothing to take a mean of. ``saving_share`` compares what shipments pay with what they
        would pay alone, over those for which that is known; ``stand_alone_cny`` is over the same.
        ``estimate_share`` is the share of the money on legs whose rate is an estimate of ours.
        ``mode_shipments_share`` counts a shipment under the mode of most of its kilometres.
    """
    served = plan.itineraries
    alone = [itinerary for itinerary in served if itinerary.stand_alone_fen > 0]
    alone_fen = sum(itinerary.stand_alone_fen for itinerary in alone)
    paid_fen = sum(itinerary.cost_fen for itinerary in alone)
    incumbent = Incumbent(seconds=0.0, objective_fen=plan.objective_fen, bound_fen=bound_fen)
    return {
        "n_shipments": len(plan.shipments),
        "n_served": len(served),
        "n_unserved": len(plan.unassigned),
        "n_loads": len(plan.loads),
        "n_violations": n_violations,
        "objective_cny": cny_from_fen(plan.objective_fen),
        "bound_cny": cny_from_fen(bound_fen),
        "gap": round(incumbent.gap, SHARE_DIGITS),
        "solve_seconds": solve_seconds,
        "cost_by_line_cny": _cost_by_line(plan),
        "stand_alone_cny": cny_from_fen(alone_fen),
        "saving_share": _share(alone_fen - paid_fen, alone_fen),
        "co2e_t": round(sum(itinerary.co2e_g for itinerary in served) / G_PER_T, SHARE_DIGITS),
        "mode_tkm_share": _mode_tkm_share(plan),
        "mode_shipments_share": _mode_shipments_share(served),
        "mean_mass_fill": _mean(load.gross_kg / load.payload_kg for load in _sized(plan)),
        "mean_volume_fill": _mean(load.volume_dm3 / load.usable_dm3 for load in _sized(plan)),
        "mean_on_time_share": _mean(itinerary.on_time_share for itinerary in served),
        "estimate_share": _estimate_share(data, plan),
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, SHARE_DIGITS) if whole else None


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return _share(sum(listed), len(listed))


def _sized(plan: Plan) -> list[Load]:
    return [load for load in plan.loads if load.payload_kg > 0 and load.usable_dm3 > 0]


def _cost_by_line(plan: Plan) -> dict[str, float]:
    lines: dict[str, int] = {}
    payers: list[Mapping[str, int]] = [
        *(itinerary.cost_lines_fen for itinerary in plan.itineraries),
        *(load.cost_lines_fen for load in plan.loads),
        *({UNSERVED: entry.penalty_fen} for entry in plan.unassigned),
    ]
    for payer in payers:
        for key, amount_fen in payer.items():
            lines[key] = lines.get(key, 0) + amount_fen
    return {key: cny_from_fen(lines[key]) for key in sorted(lines)}


def _mode_tkm_share(plan: Plan) -> dict[str, float]:
    kg_m = dict.fromkeys(Mode, 0)
    for itinerary in plan.itineraries:
        shipment = plan.shipments.get(itinerary.shipment_id)
        for leg in itinerary.legs if shipment else ():
            kg_m[leg.mode] += (shipment.gross_kg if shipment else 0) * leg.distance_m
    whole = sum(kg_m.values())
    return {str(mode): _share(amount, whole) or 0.0 for mode, amount in kg_m.items()}


def _mode_shipments_share(served: tuple[Itinerary, ...]) -> dict[str, float]:
    counts = dict.fromkeys(Mode, 0)
    for itinerary in served:
        metres = dict.fromkeys(Mode, 0)
        for leg in itinerary.legs:
            metres[leg.mode] += leg.distance_m
        counts[max(Mode, key=lambda mode: metres[mode])] += 1
    return {str(mode): _share(count, len(served)) or 0.0 for mode, count in counts.items()}


def _estimate_share(data: NetworkData, plan: Plan) -> float | None:
    facts, book = Facts(data, plan), RateBook(data)
    estimated_fen = whole_fen = 0
    for move in facts.moves():
        leg = move.leg
        card = book.card(carriage(facts, move), leg.load_unit)
        whole_fen += leg.cost_fen
        if card is not None and card.provenance.is_estimate:
            estimated_fen += leg.cost_fen
    return _share(estimated_fen, whole_fen)
