"""
Reader of continuous-time service network design instances in the text form of the DDDI project.

``NODES,n`` then lines that begin with a node number; ``ARCS,m`` then lines of index, tail, head,
cost of one unit of flow, cost of one truck, capacity of a truck, minutes; ``COMMODITIES,k`` then
lines of index, origin, destination, quantity, release, due. More fields and a line ``horizon=``
are ignored. Commodities take one path, must arrive, and wait for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.errors import Finding, InputError, show_value
from optimizer.models.consolidation.network_design import NetworkDesign

_SECTIONS = {"NODES": 1, "ARCS": 7, "COMMODITIES": 6}
"""Fields that a line of each section needs."""
_ARC_FIELDS = ("index", "tail", "head", "unit cost", "truck cost", "capacity", "minutes")
_COMMODITY_FIELDS = ("index", "origin", "destination", "quantity", "release", "due")
_LARGEST = 10**9


@dataclass(slots=True)
class _Text:
    """Lines of a file by section, and what is wrong with them."""

    name: str
    lines: dict[str, list[tuple[int, list[str]]]] = field(default_factory=dict)
    announced: dict[str, tuple[int, str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def complain(self, code: str, line: int, what: str, value: object, remedy: str) -> None:
        where = f"{self.name} line {line}" if line else self.name
        self.findings.append(
            Finding(code=code, what=what, where=where, value=show_value(value), remedy=remedy)
        )


def read(path: Path | str) -> NetworkDesign:
    """
    The instance of a file.

    Raises
    ------
    InputError
        With every finding: B901 unreadable, B902 structure, B903 numbers, B904 references,
        B905 counts.
    """
    path = Path(path)
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            Finding(
                code="B901",
                what="the file cannot be read as text",
                where=path.name,
                value=show_value(error),
                remedy="give a readable UTF-8 file",
            )
        ) from error
    return parse(content, path.name)


def parse(content: str, name: str = "instance") -> NetworkDesign:
    """
    The instance of a text; see ``read``.

    Raises
    ------
    InputError
        As ``read``.
    """
    text = _Text(name=name)
    _split_sections(text, content)
    nodes = _nodes(text)
    arcs = list(_numbers(text, "ARCS", _ARC_FIELDS, nodes))
    commodities = list(_numbers(text, "COMMODITIES", _COMMODITY_FIELDS, nodes))
    if text.findings:
        raise InputError(text.findings)
    place = {number: n for n, number in enumerate(nodes)}
    return NetworkDesign.build(
        node_names=[str(number) for number in nodes],
        arc_tail=[place[row[1]] for row in arcs],
        arc_head=[place[row[2]] for row in arcs],
        arc_fen_per_kg=[row[3] for row in arcs],
        arc_travel_min=[row[6] for row in arcs],
        option_arc=range(len(arcs)),
        option_fen=[row[4] for row in arcs],
        option_kg=[row[5] for row in arcs],
        commodity_ids=[str(row[0]) for row in commodities],
        commodity_origin=[place[row[1]] for row in commodities],
        commodity_destination=[place[row[2]] for row in commodities],
        commodity_kg=[row[3] for row in commodities],
        commodity_release_min=[row[4] for row in commodities],
        commodity_latest_min=[row[5] for row in commodities],
    )


def _split_sections(text: _Text, content: str) -> None:
    section = ""
    for number, raw in enumerate(content.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("horizon"):
            continue
        parts = [part.strip() for part in line.split(",")]
        if parts[0] in _SECTIONS:
            section = parts[0]
            if section in text.lines:
                text.complain("B902", number, "the section comes twice", section, "keep one")
            text.lines.setdefault(section, [])
            text.announced[section] = (number, parts[1] if len(parts) > 1 else "")
        elif not section:
            text.complain(
                "B902", number, "the line is before any section", line, "begin with NODES"
            )
        else:
            text.lines[section].append((number, parts))
    for wanted in _SECTIONS:
        if not text.lines.get(wanted):
            text.complain("B902", 0, "the section is missing or empty", wanted, "add its lines")
    for section, (number, count) in text.announced.items():
        found = len(text.lines[section])
        if count != str(found):
            text.complain(
                "B905",
                number,
                f"{section} has {found} lines, not as many as announced",
                count,
                "give all lines and their number",
            )


def _nodes(text: _Text) -> list[int]:
    found: dict[int, int] = {}
    for line, parts in text.lines.get("NODES", []):
        number = _whole(parts[0])
        if number is None:
            text.complain("B903", line, "the node is not a whole number", parts[0], "number nodes")
        elif number in found:
            text.complain("B904", line, f"the node is also in line {found[number]}", number, "once")
        else:
            found[number] = line
    return list(found)


def _numbers(
    text: _Text, section: str, names: tuple[str, ...], nodes: list[int]
) -> Iterator[list[int]]:
    """Whole numbers of each line; lines with a finding are left out."""
    known: set[int] = set(nodes)
    seen: dict[int, int] = {}
    for line, parts in text.lines.get(section, []):
        if len(parts) < len(names):
            text.complain(
                "B902",
                line,
                f"the line has {len(parts)} fields, not {len(names)}",
                ",".join(parts),
                f"give {', '.join(names)}",
            )
            continue
        before = len(text.findings)
        row: list[int] = []
        for name, part in zip(names, parts, strict=False):
            value = _whole(part)
            if value is None or not 0 <= value <= _LARGEST:
                text.complain(
                    "B903",
                    line,
                    f"{name} is not a whole number from 0 to {_LARGEST}",
                    part,
                    "correct it",
                )
            row.append(value or 0)
        if len(text.findings) == before:
            _check_row(text, line, row, known, seen)
        if len(text.findings) == before:
            yield row


def _check_row(
    text: _Text, line: int, row: list[int], known: set[int], seen: dict[int, int]
) -> None:
    for node in row[1:3]:
        if node not in known:
            text.complain("B904", line, "the node is not in NODES", node, "add or correct it")
    if row[0] in seen:
        text.complain("B904", line, f"the index is also in line {seen[row[0]]}", row[0], "renumber")
    seen[row[0]] = line
    if len(row) == len(_ARC_FIELDS):
        if row[5] == 0:
            text.complain("B903", line, "a truck has no capacity", row[5], "give one above 0")
        return
    if row[1] == row[2]:
        text.complain("B904", line, "the commodity starts where it ends", row[1], "drop it")
    if row[3] == 0:
        text.complain("B903", line, "the commodity has no quantity", row[3], "drop it")
    if row[4] > row[5]:
        text.complain(
            "B903", line, "the commodity is due before its release", f"{row[4]} > {row[5]}", "swap"
        )


def _whole(text: str) -> int | None:
    """A whole number, also written as 5197.0; None otherwise."""
    try:
        return int(text)
    except ValueError:
        pass
    head, dot, decimals = text.partition(".")
    if dot and not decimals.strip("0") and head.lstrip("-").isdigit():
        return int(head)
    return None
