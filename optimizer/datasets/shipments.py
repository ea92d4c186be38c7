"""Files of shipments to domain objects, with everything that is wrong said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from optimizer.datasets import shipment_file_findings as file_say
from optimizer.datasets import shipment_findings as say
from optimizer.datasets.collect import Findings
from optimizer.datasets.shipment_rows import RowReader
from optimizer.datasets.shipment_sources import Header, SourceRow, csv_source
from optimizer.datasets.shipments_excel import excel_source
from optimizer.datasets.shipments_json import json_source
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import DemandError

MORE_CODE = "S399"

_Source = Callable[[Path, Findings], tuple[Header, Iterator[SourceRow]] | None]

_SOURCES: dict[str, _Source] = {
    ".csv": csv_source,
    ".xlsx": excel_source,
    ".xlsm": excel_source,
    ".json": json_source,
}
_REMEDIES = {
    ".xls": "in Excel, save it as .xlsx",
    ".xlsb": "in Excel, save it as .xlsx",
    ".ods": "save it as .xlsx or .csv",
    ".txt": "rename it to .csv if its cells are separated by commas",
    ".tsv": "save it with commas, as .csv",
}


def read_shipments(
    path: Path | str,
    network_data: NetworkData,
    *,
    default_booked_at: datetime | None = None,
) -> list[Shipment]:
    """
    Read shipments from a CSV, Excel (``.xlsx``, ``.xlsm``) or JSON file.

    Parameters
    ----------
    path
        File; its ending says what it is.
    network_data
        Network that places, classes and customs modes are looked up in.
    default_booked_at
        ``booked_at`` of shipments that give none, with zone; their ``ready_at`` without it.

    Returns
    -------
    list of Shipment
        In the order of the file, ids unique.

    Raises
    ------
    DemandError
        With all findings S3xx; a thousand are listed, the rest counted.
    """
    path = Path(path)
    findings = Findings(MORE_CODE)
    suffix = path.suffix.lower()
    source = _SOURCES.get(suffix)
    if source is None:
        remedy = _REMEDIES.get(suffix, "use a .csv, .xlsx or .json file")
        raise DemandError(file_say.unknown_type(path.name, remedy))
    opened = source(path, findings)
    shipments = _read_rows(opened, RowReader(network_data, default_booked_at), findings)
    if not shipments and not findings:
        findings.add(file_say.no_shipments(path.name))
    if findings:
        raise DemandError(findings.listed())
    return shipments


def _read_rows(
    opened: tuple[Header, Iterator[SourceRow]] | None, reader: RowReader, findings: Findings
) -> list[Shipment]:
    if opened is None:
        return []
    header, rows = opened
    shipments: list[Shipment] = []
    first_places: dict[str, str] = {}
    for row in rows:
        if findings.is_full:
            break

        def where(column: str, place: str = row.place) -> str:
            return f"{place} column {column}"

        shipment, wrong = reader.read(row.cells, where, header.absent)
        findings.extend(wrong)
        shipment_id = row.cells.get("shipment_id", "")
        if shipment_id in first_places:
            finding = say.duplicate_id(where("shipment_id"), shipment_id, first_places[shipment_id])
            findings.add(finding)
        elif shipment_id:
            first_places[shipment_id] = row.place
        if shipment is not None and not findings:
            shipments.append(shipment)
    return shipments
