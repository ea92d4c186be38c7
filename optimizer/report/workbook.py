"""A plan as an Excel workbook for people who go on calculating."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from optimizer.domain.network_data import NetworkData
from optimizer.plan.plan import PlanResult
from optimizer.report import sheets
from optimizer.report.places import Gazetteer
from optimizer.report.sheets import Cell, Column, Sheet
from optimizer.report.tables import load_rows, shipment_rows

_MAX_TEXT = 32_767
"""Longest text that an Excel cell takes."""
_FORMATS = {
    "int": "#,##0",
    "money": "#,##0.00",
    "dec": "#,##0.0",
    "share": "0.0%",
}
_KIND_OF_UNIT = {
    "CNY": "money",
    "count": "int",
    "kg": "int",
    "share": "share",
    "share of objective": "share",
    "s": "dec",
}
"""How a figure is written where its unit stands in the last column."""


def write_workbook(result: PlanResult, data: NetworkData, path: Path) -> None:
    """
    Write the workbook of a plan.

    Texts are always texts, never formulas or links, whatever they begin with; times are local ISO
    8601 texts with their offset, because Excel knows no zones; units are in the headers.

    Parameters
    ----------
    path
        File to write, ``.xlsx``; its folder must exist.

    Raises
    ------
    OSError
        The file cannot be written.
    KeyError
        The plan names something that the data does not have.
    """
    plan = result.plan
    places = Gazetteer(data, plan.epoch_at)
    shipments = shipment_rows(plan, data, places)
    loads = load_rows(plan, data, places)
    # In memory first, because xlsxwriter turns errors of the disk into a class of its own.
    stream = BytesIO()
    book = Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": "Plan", "created": plan.planned_at.replace(tzinfo=None)})
    writer = _Writer(book)
    for sheet in (
        sheets.summary(result, shipments, loads),
        sheets.shipments(shipments),
        sheets.legs(shipments, loads),
        sheets.loads(plan, loads),
        sheets.contents(plan, loads),
        sheets.unserved(plan, places),
        sheets.repairs(plan, places),
        sheets.costs(plan),
        sheets.estimates(plan),
        sheets.notes(result, data),
    ):
        writer.write(sheet)
    book.close()
    path.write_bytes(stream.getvalue())


class _Writer:
    """Writes tables with frozen, filtered headers."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.head: Format = book.add_format(
            {
                "bold": True, "bg_color": "#0B5D56", "font_color": "#FFFFFF", "text_wrap": True,
                "valign": "top", "border": 1, "border_color": "#DFE3DF",
            }
        )  # fmt: skip
        self.text: Format = book.add_format({"valign": "top"})
        self.wrapped: Format = book.add_format({"valign": "top", "text_wrap": True})
        self.numbers: dict[str, Format] = {
            kind: book.add_format({"num_format": code, "valign": "top"})
            for kind, code in _FORMATS.items()
        }

    def write(self, sheet: Sheet) -> None:
        """One sheet with its header."""
        page = self.book.add_worksheet(sheet.name)
        for number, column in enumerate(sheet.columns):
            page.write_string(0, number, column.title, self.head)
            page.set_column(number, number, column.width)
        page.set_row(0, 32)
        n_rows = 0
        for n_rows, row in enumerate(sheet.rows, start=1):
            self._row(page, n_rows, sheet.columns, row)
        page.freeze_panes(1, sheet.frozen)
        if n_rows:
            page.autofilter(0, 0, n_rows, len(sheet.columns) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)

    def _row(self, page, number: int, columns: Sequence[Column], row: Iterable[Cell]) -> None:  # noqa: ANN001
        cells = list(row)
        for position, (column, value) in enumerate(zip(columns, cells, strict=True)):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                style = self.wrapped if column.kind == "long" else self.text
                page.write_string(number, position, value[:_MAX_TEXT], style)
            else:
                by_unit = _KIND_OF_UNIT.get(str(cells[-1]), "")
                kind = by_unit if column.kind == "any" else column.kind
                style = self.numbers.get(kind, self.text)
                page.write_number(number, position, value, style)
