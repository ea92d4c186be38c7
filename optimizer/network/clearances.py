"""Which clearance row holds: rule T7."""

from __future__ import annotations

from optimizer.domain.border import ANY, Clearance
from optimizer.network.durations import quantile_min
from optimizer.network.network import Network


def clearance_row(
    network: Network, country: str, direction: str, customs_mode: str
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
    rows = network.clearance_rows
    for place, mode in ((country, customs_mode), (country, ANY), (ANY, customs_mode), (ANY, ANY)):
        row = rows.get((direction, place, mode))
        if row is not None:
            return row
    return None


def clearance_min(
    network: Network, country: str, direction: str, customs_mode: str, quantile: float
) -> int:
    """Minutes of customs clearance at a quantile, or -1 where no row covers it."""
    row = clearance_row(network, country, direction, customs_mode)
    return -1 if row is None else quantile_min(row.duration, quantile)
