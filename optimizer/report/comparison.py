"""A comparison as JSON and on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from optimizer.scenario.compare import Comparison, KpiRow
from optimizer.units import cny_from_fen

MAX_FLOWS_SHOWN = 12
WHOLE_FROM = 1000
"""Numbers from here on are shown without decimals."""


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """JSON form: ``kpis``, ``moved`` each with ``reasons``, ``prices``."""
    return {
        "base": comparison.base,
        "variant": comparison.variant,
        "n_paths_changed": comparison.n_paths_changed,
        "kpis": [{**asdict(row), "change": row.change} for row in comparison.kpis],
        "moved": [
            {
                "from": flow.from_corridor,
                "to": flow.to_corridor,
                "n_shipments": len(flow.shipment_ids),
                "gross_kg": flow.gross_kg,
                "cost_change_cny": cny_from_fen(flow.cost_change_fen),
                "shipments": list(flow.shipment_ids),
                "reasons": [
                    {
                        "code": reason.code,
                        "resource": reason.resource,
                        "text": reason.text,
                        "shipments": list(reason.shipment_ids),
                    }
                    for reason in flow.reasons
                ],
            }
            for flow in comparison.moved
        ],
        "prices": [asdict(price) for price in comparison.prices],
    }


def show_comparisons(comparisons: Sequence[Comparison]) -> None:
    """Indicators, moved flows and prices of each comparison, as tables."""
    console = Console()
    for comparison in comparisons:
        title = f"{comparison.variant} against {comparison.base}"
        console.print(_kpi_table(title, comparison.kpis))
        if comparison.moved:
            console.print(_flow_table(comparison))
        if comparison.prices:
            console.print(_price_table(comparison))


def _kpi_table(title: str, rows: Sequence[KpiRow]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("", "base", "variant", "change", ""):
        table.add_column(name, justify="left" if not name else "right")
    for row in rows:
        change = row.change
        good = "" if not change or not row.better else _verdict(row, change)
        sure = "" if row.is_certain or not change else "within the gaps"
        table.add_row(
            f"{row.name} ({row.unit})",
            _number(row.base),
            _number(row.variant),
            _number(change, sign=True),
            " ".join(part for part in (good, sure) if part),
        )
    return table


def _verdict(row: KpiRow, change: float) -> str:
    return "better" if (change > 0) == (row.better == "up") else "worse"


def _number(value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "-"
    n_digits = 0 if abs(value) >= WHOLE_FROM or value == int(value) else 3
    return f"{value:{'+' if sign else ''},.{n_digits}f}"


def _flow_table(comparison: Comparison) -> Table:
    table = Table(title="Moved", title_justify="left")
    for name in ("from", "to", "shipments", "t", "CNY", "first reason"):
        table.add_column(name, overflow="fold")
    for flow in comparison.moved[:MAX_FLOWS_SHOWN]:
        first = flow.reasons[0]
        named = f"{first.resource}: " if first.resource else ""
        table.add_row(
            flow.from_corridor,
            flow.to_corridor,
            str(len(flow.shipment_ids)),
            f"{flow.gross_kg / 1000:,.1f}",
            f"{cny_from_fen(flow.cost_change_fen):+,.0f}",
            f"{named}{first.text} ({len(first.shipment_ids)} of {len(flow.shipment_ids)})",
        )
    return table


def _price_table(comparison: Comparison) -> Table:
    table = Table(title="Prices of binding resources", title_justify="left")
    for name in ("resource", "used", "capacity", "CNY for one more"):
        table.add_column(name, overflow="fold")
    for price in comparison.prices[:MAX_FLOWS_SHOWN]:
        table.add_row(
            price.resource,
            f"{price.used:,}",
            f"{price.capacity:,}",
            f"{cny_from_fen(price.price_fen):,.2f}",
        )
    return table
