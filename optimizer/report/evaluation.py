"""What a person's plan costs and breaks, as JSON and as tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from optimizer.plan.plan import PlanResult
from optimizer.report.terminal import console, to_json
from optimizer.units import cny_from_fen

if TYPE_CHECKING:
    from optimizer.replan.evaluate_plan import Evaluated

_SHOWN = 40


def evaluation_json(result: PlanResult, found: Evaluated) -> str:
    """``objective_fen``, ``penalty_fen``, ``soft_price_fen``, ``violations[]``, ``notes[]``."""
    plan = found.plan
    body = {
        "objective_fen": plan.objective_fen,
        "penalty_fen": found.penalty_fen,
        "soft_price_fen": found.soft_price_fen,
        "soft_price_cny": cny_from_fen(found.soft_price_fen),
        "violations": [
            {
                "code": one.violation.code,
                "rule": one.violation.rule,
                "where": one.violation.where,
                "amount": one.violation.amount,
                "unit": one.violation.unit,
                "penalty_fen": one.penalty_fen,
            }
            for one in found.penalties
        ],
        "notes": list(found.notes),
        "shipments": [
            {
                "shipment_id": one.shipment_id,
                "own_cost_fen": one.own_cost_fen,
                "share_fen": one.share_fen,
                "stand_alone_fen": one.stand_alone_fen,
                "lateness_min": one.lateness_min,
            }
            for one in plan.itineraries
        ],
        "unassigned": [
            {"shipment_id": one.shipment_id, "code": one.code, "penalty_fen": one.penalty_fen}
            for one in plan.unassigned
        ],
        "summary": result.summary,
    }
    return to_json(body)


def show_evaluation(found: Evaluated) -> None:
    """Print objective and penalties, how often which rule is broken, and the dearest breaches."""
    out, plan = console(), found.plan
    out.print(
        f"{len(plan.itineraries)} served, {len(plan.unassigned)} left out, {len(plan.loads)} loads"
    )
    for name, fen in (
        ("objective", plan.objective_fen),
        ("penalties of broken rules", found.penalty_fen),
        ("to compare plans by", found.soft_price_fen),
    ):
        out.print(f"{name:<26}{cny_from_fen(fen):>16,.2f} CNY")
    for note in found.notes:
        out.print(Text(f"note: {note}"))
    if not found.penalties:
        out.print("no rule is broken")
        return
    counts = Counter(one.violation.code for one in found.penalties)
    out.print("broken: " + ", ".join(f"{n} x {code}" for code, n in counts.most_common()))
    table = Table()
    for name in ("code", "where", "rule", "by", "penalty CNY"):
        right = name in {"by", "penalty CNY"}
        table.add_column(name, justify="right" if right else "left")
    dearest = sorted(found.penalties, key=lambda one: -one.penalty_fen)
    for one in dearest[:_SHOWN]:
        violation = one.violation
        table.add_row(
            violation.code,
            Text(violation.where),
            Text(violation.rule),
            f"{violation.amount:g} {violation.unit}",
            f"{cny_from_fen(one.penalty_fen):,.2f}",
        )
    out.print(table)
    if len(dearest) > _SHOWN:
        out.print(f"and {len(dearest) - _SHOWN} more; --json lists all", style="dim")
