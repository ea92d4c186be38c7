"""Shipments as a CSV file, in the columns that ``datasets/shipments.py`` reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from optimizer.domain.shipment import Shipment
from optimizer.units import FEN_PER_CNY

COLUMNS: tuple[str, ...] = (
    "shipment_id",
    "shipper",
    "origin",
    "destination",
    "gross_kg",
    "volume_m3",
    "n_packages",
    "value_cny",
    "cargo_class",
    "customs_mode",
    "credit_class",
    "ready_at",
    "due_at",
    "latest_at",
    "late_cny_per_h",
    "unserved_cny",
    "booked_at",
)


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _exact(whole: int, per_unit: int) -> str:
    """``whole / per_unit`` as the shortest decimal text; exact, as both are powers of ten apart."""
    return format((Decimal(whole) / per_unit).normalize(), "f")


def shipment_row(shipment: Shipment) -> dict[str, str]:
    """The cells of a shipment, in the order of :data:`COLUMNS`; times are RFC 3339 with zone."""
    return {
        "shipment_id": shipment.shipment_id,
        "shipper": shipment.shipper,
        "origin": shipment.origin.label,
        "destination": shipment.destination.label,
        "gross_kg": str(shipment.gross_kg),
        "volume_m3": _exact(shipment.volume_dm3, 1000),
        "n_packages": str(shipment.n_packages),
        "value_cny": str(shipment.value_cny),
        "cargo_class": shipment.cargo_class,
        "customs_mode": shipment.customs_mode,
        "credit_class": shipment.credit_class.value,
        "ready_at": _moment(shipment.ready_at),
        "due_at": _moment(shipment.due_at),
        "latest_at": _moment(shipment.latest_at),
        "late_cny_per_h": _exact(shipment.late_fen_per_hour, FEN_PER_CNY),
        "unserved_cny": _exact(shipment.unserved_fen, FEN_PER_CNY),
        "booked_at": _moment(shipment.booked_at),
    }


def write_shipments_csv(path: Path, shipments: Iterable[Shipment]) -> None:
    """Write shipments to ``path``: UTF-8, LF, one row each, in the order given."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(shipment_row(shipment).values() for shipment in shipments)
