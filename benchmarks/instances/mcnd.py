"""
Reader of multicommodity capacitated fixed-charge network design in the Canad text format.

A title line; nodes, arcs, commodities; per arc: tail, head, variable cost, capacity, fixed cost and
two numbers that are not used; per commodity: origin, destination, demand. Nodes count from 1.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimizer.errors import DataError, Finding, ModelError, show_value
from optimizer.models.consolidation.network_design import NetworkDesign

SUFFIX = ".dow"
_ARC_FIELDS, _LEAST_ARC_FIELDS, _COMMODITY_FIELDS = 7, 5, 3
_MOST = 2**40
"""Largest number that is taken; sums of a million of them fit int64."""


def read(path: Path) -> NetworkDesign:
    """
    The instance of a file.

    Raises
    ------
    DataError
        With every defect found: code, line, value and remedy.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(
            _finding("D190", f"the file cannot be read: {reason}", path.name, "", "name a file")
        ) from error
    return _Reader(path.name, lines).design()


def _finding(code: str, what: str, where: str, value: str, remedy: str) -> Finding:
    return Finding(code=code, what=what, where=where, value=value, remedy=remedy)


class _Reader:
    """One file; findings are collected over all its lines."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.rows = [(i, line.split()) for i, line in enumerate(lines, 1) if line.strip()][1:]

    def design(self) -> NetworkDesign:
        sizes = self._sizes()
        n_nodes, n_arcs, n_commodities = sizes
        body = self.rows[1:]
        wanted = n_arcs + n_commodities
        if len(body) != wanted:
            self._add(
                "D192", "the number of lines is not arcs plus commodities", None,
                f"{len(body)} lines", f"give {wanted}",
            )  # fmt: skip
            raise DataError(self.findings)
        arcs = [
            self._numbers(row, _LEAST_ARC_FIELDS, _ARC_FIELDS, n_nodes) for row in body[:n_arcs]
        ]
        goods = [
            self._numbers(row, _COMMODITY_FIELDS, _COMMODITY_FIELDS, n_nodes)
            for row in body[n_arcs:]
        ]
        for (line, _), values in zip(body[n_arcs:], goods, strict=True):
            if values and values[2] == 0:
                self._add("D194", "a demand is nothing", line, "0", "leave the line out")
        if self.findings:
            raise DataError(self.findings)
        return self._build(n_nodes, np.array(arcs), np.array(goods))

    def _build(self, n_nodes: int, arcs: np.ndarray, goods: np.ndarray) -> NetworkDesign:
        n_arcs, n_commodities = len(arcs), len(goods)
        try:
            return NetworkDesign.build(
                node_names=[str(n + 1) for n in range(n_nodes)],
                arc_tail=arcs[:, 0] - 1,
                arc_head=arcs[:, 1] - 1,
                arc_fen_per_kg=arcs[:, 2],
                option_arc=np.arange(n_arcs),
                option_fen=arcs[:, 4],
                option_kg=arcs[:, 3],
                option_max_units=np.ones(n_arcs, dtype=np.int64),
                commodity_ids=[str(k + 1) for k in range(n_commodities)],
                commodity_origin=goods[:, 0] - 1,
                commodity_destination=goods[:, 1] - 1,
                commodity_kg=goods[:, 2],
                commodity_may_split=np.ones(n_commodities, dtype=np.bool_),
            )
        except ModelError as error:
            raise DataError(
                _finding("D195", str(error).replace("\n", "; "), self.name, "", "correct the file")
            ) from error

    def _sizes(self) -> tuple[int, int, int]:
        if not self.rows:
            self._add("D191", "there is no line of sizes", None, "", "give nodes arcs commodities")
            raise DataError(self.findings)
        line, words = self.rows[0]
        try:
            sizes = tuple(int(word) for word in words)
        except ValueError:
            sizes = ()
        if len(sizes) != _COMMODITY_FIELDS or min(sizes, default=0) < 1:
            self._add(
                "D191", "sizes are not three whole numbers above 0", line, " ".join(words),
                "give nodes arcs commodities",
            )  # fmt: skip
            raise DataError(self.findings)
        return sizes[0], sizes[1], sizes[2]

    def _numbers(
        self, row: tuple[int, list[str]], least: int, most: int, n_nodes: int
    ) -> list[int]:
        """Whole numbers of one line, the first two of them nodes; empty with a finding if not."""
        line, words = row
        shown = " ".join(words)
        if not least <= len(words) <= most:
            self._add(
                "D193", f"a line has not {least} to {most} numbers", line, shown, "see README"
            )
            return []
        values: list[int] = []
        for word in words[: min(least, len(words))]:
            value = _whole(word)
            if value is None or not 0 <= value <= _MOST:
                self._add("D193", "not a whole number from 0", line, word, f"give 0 to {_MOST}")
                return []
            values.append(value)
        for node in values[:2]:
            if not 1 <= node <= n_nodes:
                self._add("D193", "no such node", line, str(node), f"give 1 to {n_nodes}")
                return []
        if values[0] == values[1]:
            self._add("D193", "both ends are the same node", line, shown, "leave the line out")
            return []
        return values

    def _add(self, code: str, what: str, line: int | None, value: str, remedy: str) -> None:
        where = self.name if line is None else f"{self.name}:{line}"
        self.findings.append(
            _finding(code, what, where, show_value(value) if value else "", remedy)
        )


def _whole(word: str) -> int | None:
    """A whole number, also written as 12.0; None for anything else."""
    try:
        value = float(word)
    except ValueError:
        return None
    return int(value) if abs(value) <= _MOST and value == int(value) else None
