"""Which clearance row holds: rule T7."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.domain.border import ANY, Clearance
from optimizer.domain.network_data import NetworkData
from optimizer.network.durations import quantile_min

ClearanceRows = Mapping[tuple[str, str, str], Clearance]
"""Rows by direction, country and customs mode; a compiled network keeps them."""


def clearance_rows(data: NetworkData) -> dict[tuple[str, str, str], Clearance]:
    """Rows for look-up."""
    return {(row.direction, row.country, row.customs_mode): row for row in data.clearances}


def clearance_row(
    rows: ClearanceRows, country: str, direction: str, customs_mode: str
) -> Clearance | None:
    """
    The most specific clearance row, or ``None`` without any.

    Parameters
    ----------
    direction
        ``export`` or ``import``.

    Notes
    -----
    Order: country and mode, country, mode, neither.
    """
    for place, mode in ((country, customs_mode), (country, ANY), (ANY, customs_mode), (ANY, ANY)):
        row = rows.get((direction, place, mode))
        if row is not None:
            return row
    return None


def clearance_min(
    rows: ClearanceRows, country: str, direction: str, customs_mode: str, quantile: float
) -> int:
    """Minutes of customs clearance at a quantile, or -1 where no row covers it."""
    row = clearance_row(rows, country, direction, customs_mode)
    return -1 if row is None else quantile_min(row.duration, quantile)
