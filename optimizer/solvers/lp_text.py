"""A model as text in the LP format, for people and golden files."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from optimizer.solvers.linear import Columns, LinearModel, Rows

_WIDTH = 90


def render_rows(columns: Columns, rows: Rows) -> str:
    """Rows as ``name: terms <= bound``, one after the other; equalities with ``=``."""
    lines: list[str] = []
    for i in range(rows.n_rows):
        span = slice(int(rows.ptr[i]), int(rows.ptr[i + 1]))
        terms = _terms(
            columns, zip(rows.col[span].tolist(), rows.value[span].tolist(), strict=True)
        )
        low, high = float(rows.lower[i]), float(rows.upper[i])
        name = rows.names[i] if rows.names else f"row{i}"
        if low == high:
            lines += _wrap(f"{name}:", [*terms, f"= {_number(low)}"])
            continue
        if np.isfinite(high):
            lines += _wrap(f"{name}:", [*terms, f"<= {_number(high)}"])
        if np.isfinite(low):
            lines += _wrap(f"{name}:", [*terms, f">= {_number(low)}"])
    return "\n".join(lines) + "\n"


def render_model(model: LinearModel) -> str:
    """The whole model: objective, rows, bounds, integers."""
    columns = model.columns
    priced = np.flatnonzero(columns.cost).tolist()
    terms = _terms(columns, ((j, float(columns.cost[j])) for j in priced))
    parts = ["minimize", *_wrap("cost:", terms), "subject to"]
    parts.append(render_rows(columns, model.rows).rstrip("\n"))
    parts.append("bounds")
    for j in range(columns.n_columns):
        low, high = _number(float(columns.lower[j])), _number(float(columns.upper[j]))
        parts.append(f" {low} <= {_name(columns, j)} <= {high}")
    parts.append("integers")
    parts += [f" {_name(columns, j)}" for j in np.flatnonzero(columns.is_integer).tolist()]
    return "\n".join([*parts, "end"]) + "\n"


def _name(columns: Columns, j: int) -> str:
    return columns.names[j] if columns.names else f"c{j}"


def _terms(columns: Columns, entries: Iterable[tuple[int, float]]) -> list[str]:
    found = []
    for j, value in entries:
        size = "" if abs(value) == 1 else f"{_number(abs(value))} "
        found.append(f"{'-' if value < 0 else '+'} {size}{_name(columns, j)}")
    return found


def _number(value: float) -> str:
    return f"{value:.12g}"


def _wrap(head: str, words: list[str]) -> list[str]:
    lines, line = [], f" {head}"
    for word in words:
        if len(line) + len(word) + 1 > _WIDTH and line.strip():
            lines.append(line)
            line = "   "
        line += f" {word}"
    return [*lines, line]
