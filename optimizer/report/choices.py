"""Choices of a new shipment beside a plan, and repairs, as JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.plan.io import itinerary_to_json
from optimizer.plan.plan import Plan, PlanResult, Repair
from optimizer.report.terminal import console, local_text, to_json, way_text
from optimizer.units import MINUTES_PER_DAY, cny_from_fen, minutes_since, moment_at

if TYPE_CHECKING:
    from optimizer.replan.wait_or_go import Choice, WaitOrGo


def choices_json(data: NetworkData, plan: Plan, found: WaitOrGo, notes: Sequence[str] = ()) -> str:
    """JSON of the choices: ``choices[]`` with the itinerary and what it means for the plan."""
    shipment = found.insertion.shipment

    def at(minute: int) -> str:
        return moment_at(plan.epoch_at, minute).isoformat(timespec="minutes")

    body = {
        "shipment_id": shipment.shipment_id,
        "from": shipment.origin.label,
        "to": shipment.destination.label,
        "ready_at": shipment.ready_at.isoformat(),
        "plan_shipments": len(plan.shipments),
        "share_rule": plan.share_rule,
        "stand_alone_cny": cny_from_fen(found.insertion.stand_alone_fen),
        "ways_without_room": found.n_full,
        "notes": list(notes),
        "choices": [
            {
                "kind": choice.kind,
                "what": headline(data, plan, choice),
                "marginal_cny": cny_from_fen(choice.marginal_fen),
                "cost_cny": cny_from_fen(choice.itinerary.cost_fen),
                "share_cny": cny_from_fen(choice.itinerary.share_fen),
                "next_cutoff_at": at(choice.next_cutoff_min),
                "delivered_p10_at": at(choice.delivered_p10_min),
                "delivered_p50_at": at(choice.delivered_p50_min),
                "delivered_p90_at": at(choice.delivered_p90_min),
                "on_time_share": choice.itinerary.on_time_share,
                "co2e_kg": choice.itinerary.co2e_g / 1000,
                "co_loaders": list(choice.co_loaders),
                "share_change_cny": {
                    rider: cny_from_fen(fen) for rider, fen in choice.share_change_fen.items()
                },
                "loads": [
                    {
                        "load_id": load.load_id,
                        "load_unit": load.load_unit,
                        "closes_at": at(load.closes_min),
                        "mass_fill": round(load.gross_kg / load.payload_kg, 4),
                        "volume_fill": round(load.volume_dm3 / load.usable_dm3, 4),
                    }
                    for load in choice.loads
                ],
                "itinerary": itinerary_to_json(data, choice.itinerary, plan.epoch_at),
            }
            for choice in found.choices
        ],
        "reasons": [
            {"code": reason.code, "reason": reason.detail, "resource": reason.resource}
            for reason in found.insertion.quoted.reasons
        ],
    }
    return to_json(body)


def headline(data: NetworkData, plan: Plan, choice: Choice) -> str:
    """What a person would call the choice."""
    legs = choice.itinerary.legs
    if not legs:
        return "stays"
    main = max(legs, key=lambda leg: leg.distance_m)
    when = local_text(data, main.from_id, moment_at(plan.epoch_at, main.departs_min))
    if choice.kind == "alone":
        unit = f"own {main.n_units}x{main.load_unit}" if main.n_units else "loose"
        return f"{main.mode.value} {when}, {unit}"
    load = choice.loads[0]
    others = len(choice.co_loaders)
    verb = {
        "join": f"join {load.load_id}",
        "larger": f"join {load.load_id} in a larger unit",
        "beside": "one more unit",
    }[choice.kind]
    return f"{main.mode.value} {when}, {verb}: {load.load_unit} with {others} others"


def show_choices(data: NetworkData, plan: Plan, found: WaitOrGo, notes: Sequence[str] = ()) -> None:
    """Print the choices, or why there is none."""
    out, shipment = console(), found.insertion.shipment
    for note in notes:
        out.print(Text(note))
    if not found.choices:
        _no_choice(shipment, found)
        return
    table = Table(title=f"{shipment.origin.label} → {shipment.destination.label}, beside the plan")
    for name in ("choice", "cut-off", "delivered", "days p10-p90", "on time"):
        table.add_column(name)
    for name in ("adds CNY", "pays CNY", "kg CO2e"):
        table.add_column(name, justify="right")
    ready_min = minutes_since(plan.epoch_at, shipment.ready_at)
    for choice in found.choices:
        legs = choice.itinerary.legs
        days = [
            (minute - ready_min) / MINUTES_PER_DAY
            for minute in (choice.delivered_p10_min, choice.delivered_p90_min)
        ]
        delivered = moment_at(plan.epoch_at, choice.itinerary.delivered_min)
        cutoff = moment_at(plan.epoch_at, choice.next_cutoff_min)
        table.add_row(
            Text(headline(data, plan, choice)),
            local_text(data, legs[0].from_id if legs else "", cutoff),
            local_text(data, shipment.destination.facility_id, delivered),
            f"{days[0]:.1f}-{days[1]:.1f}",
            f"{choice.itinerary.on_time_share:.0%}",
            f"{cny_from_fen(choice.marginal_fen):,.0f}",
            f"{cny_from_fen(choice.itinerary.cost_fen):,.0f}",
            f"{choice.itinerary.co2e_g / 1000:,.0f}",
        )
    out.print(table)
    for choice in found.choices[:1]:
        out.print(Text(f"cheapest: {way_text(choice.itinerary)}"))
    if found.n_full:
        out.print(f"{found.n_full} more ways are full in this plan", style="dim")


def _no_choice(shipment: Shipment, found: WaitOrGo) -> None:
    out = console()
    ends = f"from {shipment.origin.label} to {shipment.destination.label}"
    out.print(Text(f"No way {ends} in this plan:"))
    for reason in found.insertion.quoted.reasons:
        out.print(Text(f"  {reason}"))
    if found.n_full:
        out.print(f"  {found.n_full} ways exist, and the plan has taken their room")


def repairs_json(plan: Plan, repairs: Sequence[Repair]) -> str:
    """JSON of repairs, by shipment."""
    return to_json(
        {
            "repairs": [
                {
                    "shipment_id": repair.shipment_id,
                    "kind": repair.kind,
                    "what": repair.what,
                    "target": repair.target,
                    "amount": repair.amount,
                    "unit": repair.unit,
                    "cost_cny": cny_from_fen(repair.cost_fen),
                    "delivered_at": moment_at(plan.epoch_at, repair.delivered_min).isoformat(),
                    "is_verified": repair.is_verified,
                }
                for repair in repairs
            ]
        }
    )


def show_repairs(result: PlanResult, shipment_ids: Sequence[str]) -> None:
    """Print repairs of shipments, cheapest first."""
    out, plan = console(), result.plan
    reasons = {entry.shipment_id: f"{entry.code} {entry.reason}" for entry in plan.unassigned}
    for shipment_id in shipment_ids:
        mine = [repair for repair in plan.repairs if repair.shipment_id == shipment_id]
        title = f"{shipment_id}: {reasons.get(shipment_id, 'late')}"
        if not mine:
            out.print(Text(f"{title}\n  nothing that was tried helps"))
            continue
        table = Table(title=Text(title), title_justify="left")
        for name in ("repair", "what changes", "costs CNY more", "delivered"):
            table.add_column(name, justify="right" if "CNY" in name else "left")
        for repair in mine:
            delivered = moment_at(plan.epoch_at, repair.delivered_min)
            table.add_row(
                repair.kind,
                Text(repair.what),
                f"{cny_from_fen(repair.cost_fen):,.0f}",
                delivered.strftime("%a %d %b %H:%M UTC"),
            )
        out.print(table)
