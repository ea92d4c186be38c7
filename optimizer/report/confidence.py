"""How much of a plan and of its data rests on estimates, in figures and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from optimizer.domain.network_data import NetworkData
from optimizer.report import formats
from optimizer.report.charts import graded_bar
from optimizer.report.figures import EstimateRow

GRADES = ("high", "medium", "low", "estimate")
_TABLES = {
    "rate_cards": "rate card",
    "clearances": "customs clearance time",
    "facilities": "facility: handling, hours",
    "services": "timetable",
    "truck_lanes": "truck lane",
    "surcharges": "surcharge",
    "load_units": "load unit",
    "borders": "border",
    "border_times": "border time",
    "inspections": "inspection",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """
    Grades of the network data.

    Parameters
    ----------
    n_rows, n_estimates
        Of all tables that grade their rows.
    used
        ``(table, estimated rows that the plan uses)``, most first.
    """

    n_rows: int
    n_estimates: int
    grades: dict[str, int]
    used: tuple[tuple[str, int], ...]
    bar: Markup

    @property
    def estimate_share(self) -> float | None:
        """Share of graded rows that are estimates; None without rows."""
        return self.n_estimates / self.n_rows if self.n_rows else None


def confidence(data: NetworkData, estimates: Iterable[EstimateRow]) -> Confidence:
    """Grades of all rows, and which of the estimated ones the plan touches."""
    counts: Counter[str] = Counter()
    for table in data.row_confidence.values():
        counts.update(table)
    grades = {grade: counts[grade] for grade in GRADES if counts[grade]}
    used = Counter(row.table for row in estimates)
    return Confidence(
        n_rows=sum(counts.values()),
        n_estimates=counts["estimate"],
        grades=grades,
        used=tuple(sorted(used.items(), key=lambda item: (-item[1], item[0]))),
        bar=graded_bar(grades, "Rows of network data by confidence"),
    )


def table_name(table: str, count: int = 1) -> str:
    """What a row of a table is, in words."""
    name = _TABLES.get(table, table.replace("_", " ")).partition(":")[0]
    if count == 1:
        return name
    return f"{name.removesuffix('y')}ies" if name.endswith("y") else f"{name}s"


def row_name(row: EstimateRow, data: NetworkData) -> str:
    """An estimated row as people call it; its key where nothing else is known."""
    if row.key in data.facilities:
        return data.facilities[row.key].name_en
    if row.key in data.services:
        return data.services[row.key].name_en
    scope, _, unit = row.key.rpartition("/")
    if row.table == "rate_cards" and scope:
        kind, _, where = scope.partition(":")
        name = data.services[scope].name_en if scope in data.services else scope
        if kind == "connector":
            name = f"first and last mile{f', {where}' if where else ''}"
        return f"{name}, {'loose cargo' if unit == 'LOOSE' else unit}"
    return row.key


def caution(estimate_share: float | None, graded: Confidence) -> str:
    """What a reader must know before quoting a price from the plan; empty when all is firm."""
    rows = graded.estimate_share
    if not estimate_share and not rows:
        return ""
    parts = []
    if estimate_share is not None:
        parts.append(
            f"{formats.share(estimate_share)} of the money on legs is priced with our own estimates"
        )
    if rows:
        parts.append(f"{formats.share(rows)} of the rows of network data are estimates")
    text = ", and ".join(parts)
    return (
        f"{text}. Use the plan to compare ways and days; do not quote a price from it before the "
        "rates are replaced with your own."
    )
