"""
Reader of capacitated facility location in the text format of the OR-Library.

Facilities and customers; per facility: capacity, fixed cost; per customer: demand, and for every
facility the cost of serving all of that demand. Numbers may be spread over lines in any way. Where
the word ``capacity`` stands for the capacities, the caller says what it is.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimizer.errors import DataError, Finding, show_value
from optimizer.models.location.problem import LocationProblem, single_period

WORD = "capacity"
CAPACITIES = (8_000, 10_000, 12_000, 14_000)
"""What the word stands for in the OR-Library: one case each."""
_MOST_SHOWN = 20
_MOST = 1e12


def has_word(path: Path) -> bool:
    """Whether a file's capacities are left open."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return WORD in file.read(400).split()
    except OSError:
        return False


def load(path: Path) -> str:
    """
    The text of a file.

    Raises
    ------
    DataError
        D190: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(
            _finding("D190", f"the file cannot be read: {reason}", path.name, "", "name a file")
        ) from error


def parse(
    text: str, name: str, *, capacity: float | None = None, is_single: bool = False
) -> LocationProblem:
    """
    The instance of a text.

    Parameters
    ----------
    name
        Of the file, for findings.
    capacity
        What the word ``capacity`` stands for.
    is_single
        Whether no customer may be split.

    Raises
    ------
    DataError
        With every defect found: code, line, value and remedy.
    """
    words = text.split()
    n, n_rows = _sizes(words, name)
    wanted = 2 + 2 * n + n_rows * (n + 1)
    if len(words) != wanted:
        raise DataError(
            _finding(
                "D192", "the number of values does not fit the sizes", name,
                f"{len(words)} values", f"give {wanted}: 2 + 2 x facilities + customers x "
                "(facilities + 1)",
            )
        )  # fmt: skip
    if capacity is not None:
        for place in range(2, 2 + 2 * n, 2):
            words[place] = str(capacity) if words[place] == WORD else words[place]
    values = _numbers(text, words, name)
    sites = values[2 : 2 + 2 * n].reshape(n, 2)
    rows = values[2 + 2 * n :].reshape(n_rows, n + 1)
    findings = [
        _finding("D194", "a demand is nothing", f"{name}: customer {r + 1}", "0", "leave it out")
        for r in np.flatnonzero(rows[:, 0] == 0)[:_MOST_SHOWN]
    ]
    if findings:
        raise DataError(findings)
    return single_period(
        capacity=sites[:, 0].copy(),
        opening=sites[:, 1].copy(),
        demand=rows[:, 0].copy(),
        cost=np.ascontiguousarray(rows[:, 1:].T),
        is_single=is_single,
    )


def _sizes(words: list[str], name: str) -> tuple[int, int]:
    try:
        n, n_rows = (int(word) for word in words[:2])
    except ValueError:
        n, n_rows = 0, 0
    if n < 1 or n_rows < 1:
        shown = show_value(" ".join(words[:2]))
        raise DataError(
            _finding(
                "D191", "the sizes are not two whole numbers above 0", name, shown,
                "begin with the numbers of facilities and customers",
            )
        )  # fmt: skip
    return n, n_rows


def _numbers(text: str, words: list[str], name: str) -> np.ndarray:
    """All values; each that is no number from 0 is a finding with its line."""
    try:
        values = np.array(words, dtype=np.float64)
    except ValueError:
        values = np.array([_number(word) for word in words])
    wrong = np.flatnonzero(~((values >= 0) & (values <= _MOST)))
    if len(wrong):
        lines = [number for number, line in enumerate(text.splitlines(), 1) for _ in line.split()]
        raise DataError(
            _finding(
                "D193", "not a number from 0", f"{name}:{lines[place]}", show_value(words[place]),
                f"give 0 to {_MOST:g}",
            )
            for place in wrong[:_MOST_SHOWN].tolist()
        )  # fmt: skip
    return values


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")


def _finding(code: str, what: str, where: str, value: str, remedy: str) -> Finding:
    return Finding(code=code, what=what, where=where, value=value, remedy=remedy)
