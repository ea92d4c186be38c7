"""Which paths a new plan changed, as JSON and as a table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from optimizer.report.terminal import console, to_json
from optimizer.units import cny_from_fen

if TYPE_CHECKING:
    from optimizer.replan.again import Replanned

_SHOWN = 40


def changes_json(again: Replanned, summary: dict[str, object] | None = None) -> str:
    """``frozen``, and ``changes[]`` with path before and after, code, reason and money."""
    body: dict[str, object] = {
        "n_frozen": len(again.frozen),
        "frozen": list(again.frozen),
        "changes": [
            {
                "shipment_id": one.shipment_id,
                "before": one.before,
                "after": one.after,
                "code": one.code,
                "why": one.why,
                "cost_change_cny": cny_from_fen(one.cost_change_fen),
            }
            for one in again.changes
        ],
    }
    if summary is not None:
        body["summary"] = summary
    return to_json(body)


def write_changes(again: Replanned, path: Path) -> None:
    """Write ``changes.json``."""
    path.write_text(changes_json(again) + "\n", encoding="utf-8", newline="\n")


def show_changes(again: Replanned) -> None:
    """Print how many paths changed for which reason, and the first of them."""
    out = console()
    counts = Counter(one.code for one in again.changes)
    reasons = ", ".join(f"{n} {code}" for code, n in counts.most_common()) or "none"
    out.print(f"{len(again.frozen)} shipments frozen; paths changed: {reasons}")
    if not again.changes:
        return
    table = Table()
    for name in ("shipment", "why", "CNY more", "now"):
        table.add_column(name, justify="right" if name == "CNY more" else "left")
    for one in again.changes[:_SHOWN]:
        table.add_row(
            Text(one.shipment_id),
            Text(f"{one.code}: {one.why}"),
            f"{cny_from_fen(one.cost_change_fen):,.0f}",
            Text(one.after or "not served"),
        )
    out.print(table)
    if len(again.changes) > _SHOWN:
        out.print(f"and {len(again.changes) - _SHOWN} more in changes.json", style="dim")
