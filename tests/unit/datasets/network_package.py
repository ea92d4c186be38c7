"""A copy of the small test network whose files can be spoilt."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from optimizer.datasets.read import read_network
from optimizer.errors import Finding, InputError

SMALL = Path(__file__).resolve().parents[2] / "data" / "small-network"


class Package:
    """A copy of the small network whose cells can be spoilt."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(SMALL, root, dirs_exist_ok=True)

    def path(self, table: str) -> Path:
        return self.root / "tables" / f"{table}.csv"

    def rows(self, table: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.path(table).read_text("utf-8"))))

    def write(self, table: str, rows: list[list[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        self.path(table).write_text(text.getvalue(), "utf-8")

    def set(self, table: str, row: int, column: str, value: str) -> None:
        """Change a cell; rows count as in a spreadsheet, the header is 1."""
        rows = self.rows(table)
        rows[row - 1][rows[0].index(column)] = value
        self.write(table, rows)

    def drop_row(self, table: str, row: int) -> None:
        rows = self.rows(table)
        del rows[row - 1]
        self.write(table, rows)

    def findings(self) -> tuple[Finding, ...]:
        try:
            read_network(self.root)
        except InputError as error:
            return error.findings
        return ()
