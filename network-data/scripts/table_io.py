"""Reading and writing of the CSV tables, the same way in every script."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
INPUTS = SCRIPTS / "inputs"
TABLES = SCRIPTS.parent / "tables"

PROVENANCE = ("source_id", "confidence", "as_of", "note")
ESTIMATED_ON = "2026-11-23"

Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """
    Rows of a CSV file, every value as text without outer spaces.

    Raises
    ------
    ValueError
        A row has more or fewer cells than the header.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ValueError(f"{path.name}:{number} has a wrong number of cells: {row}")
    return [{key: value.strip() for key, value in row.items()} for row in rows]


def write_rows(path: Path, columns: Iterable[str], rows: Iterable[Row]) -> int:
    """Write rows with LF line ends in the given column order; returns how many."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def by_key(path: Path, key: str) -> dict[str, Row]:
    """Rows of a CSV file by a unique column."""
    return {row[key]: row for row in read_rows(path)}


def number_text(value: float, digits: int = 1) -> str:
    """Shortest text of a number with at most ``digits`` decimals."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
