"""One quote query from text to a shipment."""

from __future__ import annotations

from optimizer.datasets.shipment_rows import RowReader
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import DemandError

QUERY_ID = "QUERY"


def read_query(
    network_data: NetworkData,
    *,
    origin: str,
    destination: str,
    kg: str,
    m3: str,
    ready: str,
    due: str = "",
    latest: str = "",
    customs_mode: str = "",
    cargo_class: str = "",
    credit_class: str = "",
    booked: str = "",
    reader: RowReader | None = None,
) -> Shipment:
    """
    Check a quote query.

    Parameters
    ----------
    network_data
        Network that places, classes and customs modes are looked up in.
    origin, destination
        Facility id, UN/LOCODE, IATA code, or ``lat,lon``.
    kg, m3
        Gross mass in kilograms and volume in cubic metres.
    ready, due, latest, booked
        RFC 3339 times with zone. Empty: no due time, no latest time, booked when ready.
    customs_mode, cargo_class, credit_class
        Codes; empty for 0110, general and ordinary.
    reader
        One that was made for this network before, because it takes a millisecond to make.

    Returns
    -------
    Shipment
        With the id ``QUERY``.

    Raises
    ------
    DemandError
        With all findings S3xx; their place is the name of the parameter.
    """
    names = {
        "origin": origin,
        "destination": destination,
        "gross_kg": kg,
        "volume_m3": m3,
        "ready_at": ready,
        "due_at": due,
        "latest_at": latest,
        "booked_at": booked,
        "customs_mode": customs_mode,
        "cargo_class": cargo_class,
        "credit_class": credit_class,
    }
    shown = {
        "gross_kg": "kg",
        "volume_m3": "m3",
        "ready_at": "ready",
        "due_at": "due",
        "latest_at": "latest",
        "booked_at": "booked",
    }
    cells = {name: str(text).strip() for name, text in names.items()}
    reader = reader or RowReader(network_data, None)
    shipment, findings = reader.read(
        {"shipment_id": QUERY_ID, **cells}, lambda column: shown.get(column, column)
    )
    if shipment is None:
        raise DemandError(findings)
    return shipment
