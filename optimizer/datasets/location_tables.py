"""Candidate warehouses and demand from CSV, or everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import pairwise
from pathlib import Path

from optimizer.datasets.textfile import TableProblem, csv_rows, detect_encoding
from optimizer.domain.candidate import CLASSES, CandidateLevel, PlaceDemand
from optimizer.errors import DataError, Finding, show_ids, show_value
from optimizer.units import FEN_PER_CNY

LOCATION_COLUMNS = (
    *("facility_id", "level", "bonded_t", "normal_t", "fixed_cny", "opening_cny", "closing_cny"),
    *("throughput_cny_per_t", "supplied_from", "is_held"),
)
DEMAND_COLUMNS = ("facility_id", "class", "t_per_year")
_MAX_ROWS = 20_000
_MOST = 10**9
_MAX_LEVEL = 9


class _Table:
    """Rows of one file with their place; findings are collected."""

    def __init__(self, path: Path, columns: tuple[str, ...], findings: list[Finding]) -> None:
        self.name, self.findings = path.name, findings
        self.rows: list[tuple[int, dict[str, str]]] = []
        try:
            data = path.read_bytes()
            encoding = detect_encoding(data)
            if encoding is None:
                self.add("D160", "neither UTF-8 nor GB18030", "", "", "save it as CSV in UTF-8")
                return
            lines = list(csv_rows(data, encoding, _MAX_ROWS))
        except OSError as error:
            self.add("D160", f"the file cannot be read: {error.strerror}", "", "", "give the file")
            return
        except TableProblem as error:
            self.add("D160", f"not a table: {error}", "", "", "save it as CSV in UTF-8")
            return
        header = [cell.strip() for cell in lines[0][1]] if lines else []
        missing = [one for one in columns if one not in header]
        unknown = [one for one in header if one not in columns]
        if missing or unknown or len(set(header)) < len(header):
            self.add(
                "D161", "the columns are not as they should be", "row 1",
                show_ids(missing or unknown or header), f"have {', '.join(columns)}",
            )  # fmt: skip
            return
        if len(lines) < 2:  # noqa: PLR2004  a header and a row
            self.add("D161", "there is no row", "", "", "give at least one row")
        for number, cells in lines[1:]:
            if len(cells) != len(header):
                self.add("D161", "a row has another number of cells than the header",
                         f"row {number}", str(len(cells)), f"give {len(header)}")  # fmt: skip
                continue
            self.rows.append((number, dict(zip(header, map(str.strip, cells), strict=True))))

    def add(self, code: str, what: str, place: str, value: str, remedy: str) -> None:
        """Note a finding of this file."""
        where = f"{self.name} {place}".strip()
        shown = show_value(value) if value else ""
        self.findings.append(Finding(code=code, what=what, where=where, value=shown, remedy=remedy))

    def whole(self, number: int, row: dict[str, str], column: str, least: int, most: int) -> int:
        """A whole number of a cell; ``least`` with a finding where it is none."""
        text = row[column]
        if text.lstrip("+-").isdecimal() and text.isascii() and least <= int(text) <= most:
            return int(text)
        self.add("D162", "not a whole number in range", f"row {number}, {column}", text or "empty",
                 f"give {least} to {most}")  # fmt: skip
        return least

    def money(self, number: int, row: dict[str, str], column: str) -> int:
        """Fen of a whole amount in CNY."""
        return self.whole(number, row, column, 0, _MOST) * FEN_PER_CNY

    def facility(
        self, number: int, row: dict[str, str], column: str, known: Collection[str]
    ) -> str:
        """A facility id, with a finding where the network does not have it."""
        text = row[column]
        if text not in known:
            self.add("D163", "the network has no such facility", f"row {number}, {column}",
                     text or "empty", "use an id of teahorse network show facilities")  # fmt: skip
        return text


def read_location_tables(
    folder: Path, known: Collection[str]
) -> tuple[list[CandidateLevel], list[PlaceDemand]]:
    """
    Read ``locations.csv`` and ``demand.csv`` of a folder.

    Parameters
    ----------
    known
        Facility ids of the network.

    Raises
    ------
    DataError
        With every finding of both files: D160 unreadable, D161 columns, D162 numbers, D163
        facilities, D164 levels, D165 classes, D166 doubles, D167 no demand.
    """
    findings: list[Finding] = []
    candidates = _candidates(_Table(folder / "locations.csv", LOCATION_COLUMNS, findings), known)
    demand = _demand(_Table(folder / "demand.csv", DEMAND_COLUMNS, findings), known)
    if findings:
        raise DataError(findings)
    return candidates, demand


def _candidates(table: _Table, known: Collection[str]) -> list[CandidateLevel]:
    found: list[CandidateLevel] = []
    for number, row in table.rows:
        supplier = row["supplied_from"]
        if row["is_held"] not in ("0", "1"):
            table.add(
                "D162", "neither 0 nor 1", f"row {number}, is_held", row["is_held"], "give one"
            )
        found.append(
            CandidateLevel(
                facility_id=table.facility(number, row, "facility_id", known),
                level=table.whole(number, row, "level", 1, _MAX_LEVEL),
                capacity_t=(
                    table.whole(number, row, "bonded_t", 0, _MOST),
                    table.whole(number, row, "normal_t", 0, _MOST),
                ),
                fixed_fen=table.money(number, row, "fixed_cny"),
                opening_fen=table.money(number, row, "opening_cny"),
                closing_fen=table.money(number, row, "closing_cny"),
                throughput_fen_per_t=table.money(number, row, "throughput_cny_per_t"),
                supplied_from=table.facility(number, row, "supplied_from", known)
                if supplier
                else "",
                is_held=row["is_held"] == "1",
            )
        )
    for facility_id in dict.fromkeys(one.facility_id for one in found):
        _check_levels(table, [one for one in found if one.facility_id == facility_id])
    return found


def _check_levels(table: _Table, levels: list[CandidateLevel]) -> None:
    """Levels 1, 2, ... with capacity that does not shrink, one supplier, at most one held."""
    place = levels[0].facility_id

    def rises(value: Callable[[CandidateLevel], int]) -> bool:
        return all(value(a) <= value(b) for a, b in pairwise(levels))

    tests = (
        (
            [one.level for one in levels] == list(range(1, len(levels) + 1)),
            "levels are not 1, 2, ...",
        ),
        (rises(lambda one: one.capacity_t[0]), "bonded capacity falls with the level"),
        (rises(lambda one: one.capacity_t[1]), "normal capacity falls with the level"),
        (rises(lambda one: one.opening_fen), "the cost of opening falls with the level"),
        (len({one.supplied_from for one in levels}) == 1, "levels have different suppliers"),
        (len({one.throughput_fen_per_t for one in levels}) == 1, "throughput costs differ"),
        (sum(one.is_held for one in levels) <= 1, "more than one level is held"),
    )
    for holds, what in tests:
        if not holds:
            table.add("D164", what, place, "", "correct the rows of this facility")


def _demand(table: _Table, known: Collection[str]) -> list[PlaceDemand]:
    found: list[PlaceDemand] = []
    seen: set[tuple[str, str]] = set()
    for number, row in table.rows:
        if row["class"] not in CLASSES:
            table.add("D165", "no such class of stock", f"row {number}, class", row["class"],
                      f"use {' or '.join(CLASSES)}")  # fmt: skip
        one = PlaceDemand(
            facility_id=table.facility(number, row, "facility_id", known),
            stock_class=row["class"],
            t_per_year=table.whole(number, row, "t_per_year", 0, _MOST),
        )
        key = (one.facility_id, one.stock_class)
        if key in seen:
            table.add("D166", "a place and class stand twice", f"row {number}",
                      " ".join(key), "add the rows up")  # fmt: skip
        seen.add(key)
        found.append(one)
    if found and not any(one.t_per_year for one in found):
        table.add("D167", "there is no demand at all", "", "0", "give some")
    return [one for one in found if one.t_per_year]
