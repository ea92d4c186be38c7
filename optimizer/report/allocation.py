"""Allocations in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from optimizer.plan.allocation import Allocation, BatchResult
from optimizer.units import FEN_PER_CNY

MAX_ROWS = 25
MAX_WARNINGS = 5


def show_batch(result: BatchResult, files: Sequence[Path], warnings: Sequence[str] = ()) -> None:
    """A table of the first orders, what is missing and why, and the sums."""
    console = Console()
    table = Table(title="Allocations", title_justify="left")
    for name in ("order", "status", "from", "departure", "promise (UTC)", "CNY", "kg CO2e"):
        table.add_column(name, overflow="fold")
    for one in result.allocations[:MAX_ROWS]:
        table.add_row(*_cells(one))
    console.print(table)
    if len(result.allocations) > MAX_ROWS:
        console.print(f"and {len(result.allocations) - MAX_ROWS} more in the files")
    for one in result.allocations[:MAX_ROWS]:
        _explain(console, one, detailed=len(result.allocations) == 1)
    counts = Counter(one.status.value for one in result.allocations)
    total = sum(one.cost_fen for one in result.allocations)
    console.print(", ".join(f"{n} {status}" for status, n in sorted(counts.items())))
    console.print(f"cost {total / FEN_PER_CNY:.2f} CNY, stopped by {result.stop_reason}")
    if result.bound_fen > 0:
        console.print(
            f"with penalties of what is not served {result.objective_fen / FEN_PER_CNY:.2f} CNY, "
            f"bound {result.bound_fen / FEN_PER_CNY:.2f} CNY, gap {result.gap:.2%}"
        )
    for text in warnings[:MAX_WARNINGS]:
        console.print(f"warning: {text}")
    for path in files:
        console.print(f"wrote {path}")


def _cells(one: Allocation) -> tuple[str, ...]:
    promise = one.promise_at
    return (
        one.order_id,
        one.status.value,
        ", ".join(dict.fromkeys(parcel.warehouse_id for parcel in one.parcels)),
        ", ".join(dict.fromkeys(parcel.departure for parcel in one.parcels)),
        f"{promise:%Y-%m-%d %H:%M}" if promise else "",
        f"{one.cost_fen / FEN_PER_CNY:.2f}",
        f"{one.co2e_g / 1000:.2f}",
    )


def _explain(console: Console, one: Allocation, *, detailed: bool) -> None:
    for missing in one.backorders:
        why = "; ".join(f"{reason.code} {reason.text}" for reason in missing.reasons)
        console.print(f"{one.order_id}: {missing.units} of {missing.sku} back-ordered: {why}")
        for repair in missing.repairs[:3]:
            price = f" for {repair.cost_fen / FEN_PER_CNY:.2f} CNY" if repair.cost_fen >= 0 else ""
            console.print(f"  repair: {repair.change}{price}")
    if detailed:
        for parcel in one.parcels:
            lots = ", ".join(f"{line.units} of {line.lot_id}" for line in parcel.lines)
            console.print(f"{parcel.parcel_id} from {parcel.warehouse_id}: {lots}")
            for name, fen in parcel.cost_lines_fen.items():
                console.print(f"  {name} {fen / FEN_PER_CNY:.2f} CNY")
    if detailed and one.runner_up is not None:
        names = ", ".join(one.runner_up.warehouse_ids)
        console.print(f"runner-up {names}: {one.runner_up.why}")
