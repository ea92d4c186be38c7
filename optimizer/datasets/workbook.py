"""Shipments out to CSV and Excel, and the Excel template people fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.datasets import shipment_file_findings as file_say
from optimizer.datasets.shipment_cells import name_finding, text_finding
from optimizer.datasets.shipment_columns import COLUMNS, NAMES, NUMERIC
from optimizer.datasets.shipments_excel import SHEET
from optimizer.domain.border import CreditClass
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place, Shipment
from optimizer.errors import DemandError
from optimizer.units import FEN_PER_CNY

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TEMPLATE_ROWS = 5_000
"""Rows with drop-downs."""
COLUMN_WIDTH = 24
LIST_SHEET = "lists"
NOTES_SHEET = "notes"
_CUSTOMS_MODES = ("0110", "9610", "9710", "9810", "1210", "1239", "1039", "transit", "tir", "mail")
_CARGO_CLASSES = ("general", "electronics", "perishable", "dangerous")
_NOTES = (
    ("Fill in the sheet shipments, one row each. Do not change the headers.",
     "请在 shipments 工作表中填写，每行一票，请勿修改表头。"),
    ("Times are text with a zone; or plain times, with the zone in the column tz.",
     "时间请写成带时区的文本；或不带时区，并在 tz 列填写时区。"),
    ("Numbers have a point before decimals and no thousands separators or units.",
     "数字用小数点，不要千位分隔符，不要单位。"),
)  # fmt: skip


def write_shipments(path: Path | str, shipments: Iterable[Shipment]) -> None:
    """
    Write shipments so that :func:`optimizer.datasets.shipments.read_shipments` gives them back.

    Parameters
    ----------
    path
        ``.csv`` or ``.xlsx``; text is never written as a formula.
    shipments
        Places are written as facility id or ``lat,lon``; the country of a point is found anew.

    Raises
    ------
    DemandError
        S331 for another ending; S324 to S326 for a text that cannot be read back.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".xlsx"}:
        raise DemandError(file_say.unknown_type(path.name, "write a .csv or .xlsx file"))
    rows = [_cells(shipment) for shipment in shipments]
    findings = [
        replace(finding, where=f"{path.name} row {number} column {column}")
        for number, row in enumerate(rows, start=2)
        for column in ("shipment_id", "shipper")
        for check in (text_finding, name_finding)
        if (finding := check(row[column]))
    ]
    if findings:
        raise DemandError(findings)
    if suffix == ".csv":
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, NAMES, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        return
    with _workbook(path) as workbook:
        sheet = _header(workbook)
        for number, row in enumerate(rows, start=1):
            for position, name in enumerate(NAMES):
                if not row[name]:
                    continue
                if name in NUMERIC:
                    sheet.write_number(number, position, float(row[name]))
                else:
                    sheet.write_string(number, position, row[name])


def shipments_template(path: Path | str, network_data: NetworkData | None = None) -> None:
    """
    Write an empty workbook for shipments: headers, drop-downs, and notes in two languages.

    Parameters
    ----------
    path
        An ``.xlsx`` file.
    network_data
        Gives the facilities, cargo classes and customs modes of the drop-downs; without it there
        are the usual classes and modes, and no list of facilities.

    Raises
    ------
    DemandError
        S331 for another ending.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise DemandError(file_say.unknown_type(path.name, "write an .xlsx file"))
    lists: dict[str, list[str]] = {
        "cargo_class": sorted(network_data.cargo_classes) if network_data else [*_CARGO_CLASSES],
        "customs_mode": sorted(network_data.customs_modes) if network_data else [*_CUSTOMS_MODES],
        "credit_class": [member.value for member in CreditClass],
    }
    if network_data:
        lists["origin"] = lists["destination"] = sorted(network_data.facilities)
    with _workbook(path) as workbook:
        sheet = _header(workbook)
        _add_lists(workbook, sheet, lists)
        _add_notes(workbook)


@contextmanager
def _workbook(path: Path) -> Iterator[Workbook]:
    """A workbook that is written to ``path`` in the end; errors of the disk are ``OSError``."""
    from xlsxwriter import Workbook

    # In memory first, because xlsxwriter turns errors of the disk into a class of its own.
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(stream, options) as workbook:
        yield workbook
    path.write_bytes(stream.getvalue())


def _header(workbook: Workbook) -> Worksheet:
    """The sheet of shipments, with its header; cells are text unless they are numbers."""
    sheet = workbook.add_worksheet(SHEET)
    required = workbook.add_format({"bold": True, "bg_color": "#FFE699", "border": 1})
    optional = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    # Text keeps 0110 from becoming 110, and a time with a zone from becoming a date without.
    as_text = workbook.add_format({"num_format": "@"})
    for position, column in enumerate(COLUMNS):
        sheet.write_string(0, position, column.name, required if column.required else optional)
        sheet.set_column(position, position, COLUMN_WIDTH, None if column.numeric else as_text)
        sheet.write_comment(0, position, f"{column.note_en}\n{column.note_zh}")
    sheet.freeze_panes(1, 1)
    return sheet


def _add_lists(workbook: Workbook, sheet: Worksheet, lists: dict[str, list[str]]) -> None:
    values = workbook.add_worksheet(LIST_SHEET)
    for column, (name, items) in enumerate(lists.items()):
        values.write_string(0, column, name)
        for number, item in enumerate(items, start=1):
            values.write_string(number, column, item)
        letter = chr(ord("A") + column)
        position = NAMES.index(name)
        sheet.data_validation(
            1,
            position,
            TEMPLATE_ROWS,
            position,
            {
                "validate": "list",
                "source": f"={LIST_SHEET}!${letter}$2:${letter}${len(items) + 1}",
                # Places may be other codes or coordinates, too.
                "error_type": "warning" if name in {"origin", "destination"} else "stop",
            },
        )


def _add_notes(workbook: Workbook) -> None:
    notes = workbook.add_worksheet(NOTES_SHEET)
    notes.set_column(0, 0, COLUMN_WIDTH)
    notes.set_column(1, 2, 3 * COLUMN_WIDTH)
    rows = [("", *note) for note in _NOTES]
    rows += [(column.name, column.note_en, column.note_zh) for column in COLUMNS]
    for number, row in enumerate(rows):
        for position, text in enumerate(row):
            notes.write_string(number, position, text)


def _cells(shipment: Shipment) -> dict[str, str]:
    """Text of each column."""
    return {
        "shipment_id": shipment.shipment_id,
        "shipper": shipment.shipper,
        "origin": _place(shipment.origin),
        "destination": _place(shipment.destination),
        "gross_kg": str(shipment.gross_kg),
        "volume_m3": str(Decimal(shipment.volume_dm3) / 1000),
        "n_packages": str(shipment.n_packages),
        "value_cny": str(shipment.value_cny),
        "cargo_class": shipment.cargo_class,
        "customs_mode": shipment.customs_mode,
        "credit_class": shipment.credit_class.value,
        "ready_at": shipment.ready_at.isoformat(),
        "due_at": shipment.due_at.isoformat() if shipment.due_at else "",
        "latest_at": shipment.latest_at.isoformat() if shipment.latest_at else "",
        "late_cny_per_h": _cny(shipment.late_fen_per_hour),
        "unserved_cny": _cny(shipment.unserved_fen),
        "booked_at": shipment.booked_at.isoformat(),
        "tz": "",
    }


def _place(place: Place) -> str:
    """Facility id, or coordinates with all their digits (a label has four)."""
    return place.facility_id or f"{place.lat!r},{place.lon!r}"


def _cny(fen: int) -> str:
    return str(Decimal(fen) / FEN_PER_CNY)
