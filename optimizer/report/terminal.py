"""What the command prints: tables and progress with rich, or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.plan.io_write import PlanWriter
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.plan import Incumbent, PlanResult, Violation
from optimizer.units import MINUTES_PER_DAY, cny_from_fen, moment_at

if TYPE_CHECKING:
    from optimizer.models.routing.quote import QuoteResult as Quote
    from optimizer.models.routing.traits import Traits
    from optimizer.planner import Inputs

OnProgress = Callable[[str, Incumbent | None], None]

_SHOWN_VIOLATIONS = 40


def console() -> Console:
    """Standard output."""
    # A pipe has no width of its own; wide enough that tables do not lose columns.
    return Console(width=None if sys.stdout.isatty() else 140)


def to_json(value: object) -> str:
    """JSON text with real Chinese characters."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def local_text(data: NetworkData, place_id: str, moment: datetime) -> str:
    """Clock time at a facility, with its offset; UTC at a point on the map."""
    facility = data.facilities.get(place_id)
    zone = ZoneInfo(facility.timezone) if facility else ZoneInfo("UTC")
    return moment.astimezone(zone).strftime("%a %d %b %H:%M%z")


def way_text(itinerary: Itinerary) -> str:
    """Places and modes of an itinerary in a line."""
    steps: list[str] = []
    for leg in itinerary.legs:
        unit = f" {leg.n_units}×{leg.load_unit}" if leg.n_units else ""
        steps.append(f"{leg.mode.value}{unit} → {leg.to_id}")
    return f"{itinerary.legs[0].from_id} " + ", ".join(steps) if steps else "stays"


def _told_apart(traits: Traits) -> str:
    """What a person would say about an alternative."""
    first, end = traits.days_after_ready
    parts = (
        "-".join(traits.modes) or "no line haul",
        f"over {', '.join(traits.crossing_ids)}" if traits.crossing_ids else "no border",
        f"out of {traits.gateway_id}" if traits.gateway_id else "",
        "load unit of its own" if traits.is_own else "loose",
        f"leaves {first} to {end} days after ready",
    )
    return ", ".join(part for part in parts if part)


def quote_json(inputs: Inputs, shipment: Shipment, answer: Quote, notes: Sequence[str] = ()) -> str:
    """JSON of a quote: notes on addresses, ``itineraries[]`` with ``legs[]``, ``reasons[]``."""
    return to_json(quote_body(inputs, shipment, answer, notes))


def quote_body(
    inputs: Inputs, shipment: Shipment, answer: Quote | None, notes: Sequence[str] = ()
) -> dict[str, object]:
    """What :func:`quote_json` writes; without an answer, of a query that was only checked."""
    writer = PlanWriter(inputs.data, inputs.network.epoch_at)
    body: dict[str, object] = {
        "shipment_id": shipment.shipment_id,
        "from": shipment.origin.label,
        "to": shipment.destination.label,
        "ready_at": shipment.ready_at.isoformat(),
        "planning_quantile": inputs.data.parameters["planning_quantile"],
        "network_fingerprint": inputs.data.fingerprint,
        "notes": list(notes),
        "itineraries": [
            writer.itinerary(itinerary) for itinerary in (answer.itineraries if answer else ())
        ],
        "reasons": [
            {"code": reason.code, "reason": reason.detail, "resource": reason.resource}
            for reason in (answer.reasons if answer else ())
        ],
    }
    if answer and answer.traits:
        body["alternatives"] = [asdict(traits) for traits in answer.traits]
    return body


def show_quote(
    inputs: Inputs, shipment: Shipment, answer: Quote, notes: Sequence[str] = ()
) -> None:
    """Print the Pareto set of a quote, or why there is none, and what addresses were taken for."""
    out = console()
    for note in notes:
        out.print(Text(note))
    if not answer.itineraries:
        out.print(f"No itinerary from {shipment.origin.label} to {shipment.destination.label}:")
        for reason in answer.reasons:
            out.print(Text(f"  {reason}"))
        return
    table = Table(title=f"{shipment.origin.label} → {shipment.destination.label}")
    for name in ("delivered", "days", "CNY", "kg CO2e", "on time", "p90 days", "estimates", "way"):
        table.add_column(name, justify="left" if name in {"delivered", "way"} else "right")
    for itinerary in answer.itineraries:
        ready_min = (shipment.ready_at - inputs.network.epoch_at).total_seconds() / 60
        days = (itinerary.delivered_min - ready_min) / MINUTES_PER_DAY
        p90_days = (itinerary.delivered_p90_min - ready_min) / MINUTES_PER_DAY
        delivered = moment_at(inputs.network.epoch_at, itinerary.delivered_min)
        table.add_row(
            local_text(inputs.data, shipment.destination.facility_id, delivered),
            f"{days:.1f}",
            f"{cny_from_fen(itinerary.cost_fen):,.0f}",
            f"{itinerary.co2e_g / 1000:,.0f}",
            f"{itinerary.on_time_share:.0%}",
            f"{p90_days:.1f}",
            str(len(itinerary.estimate_refs)),
            Text(way_text(itinerary)),
        )
    out.print(table)
    for number, traits in enumerate(answer.traits, start=1):
        out.print(Text(f"  {number}. {_told_apart(traits)}"))
    out.print(
        "estimates: data rows behind the itinerary that are our own estimates; --json names them",
        style="dim",
    )


@contextmanager
def solve_progress(*, quiet: bool) -> Iterator[OnProgress]:
    """A live line with stage, incumbent, bound and gap; silent where ``quiet``."""
    if quiet:
        yield lambda _stage, _incumbent: None
        return
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=False,
    )
    with progress:
        task = progress.add_task("start", total=None)

        def report(stage: str, incumbent: Incumbent | None) -> None:
            text = stage
            if incumbent is not None:
                text += (
                    f"  cost {cny_from_fen(incumbent.objective_fen):,.0f} CNY"
                    f"  bound {cny_from_fen(incumbent.bound_fen):,.0f}"
                    f"  gap {incumbent.gap:.2%}"
                )
            progress.update(task, description=text)

        yield report


def show_plan(result: PlanResult, files: Sequence[Path]) -> None:
    """Print the summary of a plan and where its files are."""
    out = console()
    table = Table(title=f"Plan: {result.status}", show_header=False)
    table.add_column("what")
    table.add_column("value", justify="right")
    for key, value in result.summary.items():
        if isinstance(value, dict | list):
            continue
        if isinstance(value, float):
            text = f"{value:.2%}" if key.endswith(("share", "gap")) else f"{value:,.2f}"
        else:
            text = str(value)
        table.add_row(key, text)
    out.print(table)
    for path in files:
        out.print(Text(f"wrote {path}"))


def check_json(result: PlanResult, violations: Sequence[Violation]) -> str:
    """JSON of a check."""
    return to_json(
        {
            "n_violations": len(violations),
            "objective_cny": cny_from_fen(result.plan.objective_fen),
            "violations": [
                {
                    "code": v.code,
                    "rule": v.rule,
                    "where": v.where,
                    "amount": v.amount,
                    "unit": v.unit,
                }
                for v in violations
            ],
        }
    )


def show_check(result: PlanResult, violations: Sequence[Violation]) -> None:
    """Print the violations of a plan, or that there is none."""
    out = console()
    plan = result.plan
    out.print(
        f"{len(plan.shipments)} shipments, {len(plan.loads)} loads, "
        f"{cny_from_fen(plan.objective_fen):,.2f} CNY"
    )
    if not violations:
        out.print("no violation: every rule holds and every cost line is reproduced")
        return
    out.print(f"{len(violations)} violations")
    for violation in violations[:_SHOWN_VIOLATIONS]:
        out.print(Text(f"  {violation}"))
    if len(violations) > _SHOWN_VIOLATIONS:
        out.print(f"  and {len(violations) - _SHOWN_VIOLATIONS} more; --json lists all")


def show_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Print a listing as a table."""
    table = Table()
    for name in rows[0] if rows else ():
        table.add_column(name)
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row.values()))
    console().print(table)


def show_network(data: NetworkData) -> None:
    """Print the size of the network and the share of its rows by confidence."""
    table = Table(title=f"network {data.fingerprint[:12]}: valid")
    for name in ("table", "rows", "high", "medium", "low", "estimate"):
        table.add_column(name, justify="left" if name == "table" else "right")
    for name, counts in sorted(data.row_confidence.items()):
        n_rows = sum(counts.values())
        shares = (counts.get(grade, 0) / n_rows for grade in ("high", "medium", "low", "estimate"))
        table.add_row(name, str(n_rows), *(f"{share:.0%}" for share in shares))
    console().print(table)
