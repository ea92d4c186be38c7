"""Excel workbooks of shipments as rows of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from optimizer.datasets import shipment_file_findings as file_say
from optimizer.datasets.collect import Findings
from optimizer.datasets.shipment_sources import MAX_ROWS, Header, SourceRow, read_bytes, table_rows
from optimizer.datasets.zip_guard import MAX_FILE_BYTES, Refused, check_workbook

SHEET = "shipments"
_OLE_MARK = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def excel_source(path: Path, findings: Findings) -> tuple[Header, Iterator[SourceRow]] | None:
    """
    Header and rows of the sheet ``shipments``, or of the first sheet that is shown.

    Macros are not run, and of formulas the stored result counts. S330 to S332.
    """
    lines = excel_lines(path, findings)
    return None if lines is None else table_rows(path.name, lines, findings)


def excel_lines(path: Path, findings: Findings) -> Iterator[tuple[int, list[object]]] | None:
    """Numbered rows of the sheet; see :func:`excel_source`."""
    data = read_bytes(path, findings, MAX_FILE_BYTES)
    if data is None:
        return None
    if data.startswith(_OLE_MARK):
        if _ENCRYPTED in data:
            remedy = "save it without a password"
            findings.add(file_say.refused_workbook(path.name, "it is encrypted", remedy))
        else:
            findings.add(file_say.unknown_type(path.name, "in Excel, save it as .xlsx"))
        return None
    try:
        check_workbook(path)
    except Refused as refused:
        findings.add(file_say.refused_workbook(path.name, str(refused)))
        return None
    return _open(path, findings)


def _open(path: Path, findings: Findings) -> Iterator[tuple[int, list[object]]] | None:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(path)
        shown = [s.name for s in workbook.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        named = [name for name in shown if name.strip().lower() == SHEET]
        rows = iter(())
        if shown:
            rows = workbook.get_sheet_by_name((named or shown)[0]).iter_rows()
    except BaseException as error:
        # The reader is compiled; a panic inside it is no Exception, and is no reason to end.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        why = str(error).split("\n", 1)[0][:100]
        findings.add(file_say.refused_workbook(path.name, f"it is damaged ({why})"))
        return None
    return _lines(path.name, rows, findings)


def _lines(
    file: str, rows: Iterable[Sequence[object]], findings: Findings
) -> Iterator[tuple[int, list[object]]]:
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS + 1:
            findings.add(file_say.too_large(file, f"more than {MAX_ROWS} rows"))
            return
        if any(cell not in {"", None} for cell in row):
            yield number, list(row)
