"""Bars as small SVG fragments; the page puts words and figures beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from optimizer.report import formats
from optimizer.report.svg import element, percent
from optimizer.report.tables import MODE_KEYS, NO_MODE

_ALL_MODES = (*MODE_KEYS, NO_MODE)
_BAR_HEIGHT = 22
_LABEL_FROM = 0.07
"""Share of the width from which a part has room for its percentage."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A chart row: words, bar, figure."""

    name: str
    svg: Markup
    value: str
    note: str = ""
    css: str = ""


def _canvas(height: float, *children: Markup | None, css: str, label: str) -> Markup:
    return element(
        "svg", *children, class_=css, width="100%", height=height, role="img", aria_label=label
    )


def stacked_bar(parts: Mapping[str, float], names: Mapping[str, str], title: str) -> Markup:
    """
    A bar of parts that fill its width, in the fixed order of the modes.

    Parameters
    ----------
    parts
        Mode key -> amount, not negative.
    names
        Mode key -> name, for tooltips.
    """
    total = sum(parts.values())
    drawn: list[Markup] = []
    left = 0.0
    for mode in _ALL_MODES:
        share = parts.get(mode, 0.0) / total if total else 0.0
        if share <= 0:
            continue
        text = f"{names[mode]}: {formats.share(share, 1)} of {title}"
        drawn.append(
            element(
                "g",
                element("title", text),
                element(
                    "rect", class_=f"f-{mode}", x=percent(left), y=0,
                    width=percent(share), height=_BAR_HEIGHT,
                ),
                element(
                    "text", formats.share(share), x=percent(left + share / 2), y=15,
                    class_=f"on-{mode}" if share >= _LABEL_FROM * 2 else f"on-{mode} small",
                )
                if share >= _LABEL_FROM
                else None,
            )
        )  # fmt: skip
        left += share
    return _canvas(_BAR_HEIGHT, *drawn, css="stack", label=title)


def waterfall(matrix: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> list[Bar]:
    """
    Cost lines one after the other, each starting where the one before ended, with their sums.

    The bars are drawn to the scale of what is delivered. Lateness comes after what is paid to move
    the goods; the penalty of what is not served stands apart, because nobody pays it.

    Parameters
    ----------
    matrix
        Line -> mode key -> fen, as from ``figures.cost_matrix``.
    names
        Mode key -> name.

    Returns
    -------
    list of Bar
        Rows with ``css`` ``sub`` (paid to move it), ``total`` (what is delivered costs),
        ``penalty`` and ``objective`` where something is not served; lines have none.
    """
    sums = {line: sum(row.values()) for line, row in matrix.items()}
    penalty = sums.get("unserved", 0)
    delivered = sum(sums.values()) - penalty
    late = sums.get("lateness", 0)
    moved = [line for line in matrix if line not in {"lateness", "unserved"}]
    bars: list[Bar] = []
    start = 0
    for line in moved:
        bars.append(_step(line, matrix[line], start, delivered, names))
        start += sums[line]
    if late:
        bars.append(_sum_bar("Paid to move it", delivered - late, delivered, "sub"))
        bars.append(_step("lateness", matrix["lateness"], start, delivered, names))
    bars.append(_sum_bar("Cost of what is delivered", delivered, delivered, "total"))
    if penalty:
        width = min(1.0, penalty / delivered) if delivered else 1.0
        ghost = element(
            "rect", class_="ghost", x="0%", y=2, width=percent(width), height=14, rx=2
        )  # fmt: skip
        svg = _canvas(18, ghost, css="fall", label="Penalty")
        bars.append(Bar("Penalty, not money spent", svg, formats.cny_exact(penalty), "", "penalty"))
        objective = formats.cny_exact(delivered + penalty)
        bars.append(Bar("Objective minimised", Markup(), objective, "", "objective"))
    return bars


def _step(
    line: str, row: Mapping[str, int], start_fen: int, whole_fen: int, names: Mapping[str, str]
) -> Bar:
    amount = sum(row.values())
    left = start_fen / whole_fen if whole_fen else 0.0
    drawn: list[Markup] = [
        element("line", class_="lead", x1=percent(left), x2=percent(left), y1=-4, y2=18)
    ]
    for mode in _ALL_MODES:
        width = row.get(mode, 0) / whole_fen if whole_fen else 0.0
        if width <= 0:
            continue
        css = "f-late" if line == "lateness" else f"f-{mode}"
        text = f"{line_name(line)}, {names[mode]}: {formats.cny_exact(row[mode])}"
        drawn.append(
            element(
                "rect", element("title", text), class_=css, x=percent(left), y=1,
                width=percent(max(width, 0.002)), height=16,
            )
        )  # fmt: skip
        left += width
    return Bar(
        name=line_name(line),
        svg=_canvas(18, *drawn, css="fall", label=line_name(line)),
        value=formats.cny(amount),
        note=formats.share(amount / whole_fen if whole_fen else 0.0, 1),
    )


def _sum_bar(name: str, amount_fen: int, whole_fen: int, css: str) -> Bar:
    width = amount_fen / whole_fen if whole_fen else 0.0
    rect = element("rect", class_="f-total", x="0%", y=4, width=percent(width), height=10)
    svg = _canvas(18, rect, css="fall", label=name)
    return Bar(name, svg, formats.cny_exact(amount_fen), "", css)


def graded_bar(parts: Mapping[str, int], title: str) -> Markup:
    """A bar of graded parts that fill its width, in the order given."""
    total = sum(parts.values())
    drawn: list[Markup] = []
    left = 0.0
    for grade, amount in parts.items():
        share = amount / total
        drawn.append(
            element(
                "rect", element("title", f"{grade}: {formats.number(amount)}"),
                class_=f"g-{grade}", x=percent(left), y=0, width=percent(share), height=_BAR_HEIGHT,
            )
        )  # fmt: skip
        left += share
    return _canvas(_BAR_HEIGHT, *drawn, css="stack", label=title)


def line_name(line: str) -> str:
    """A cost line in words."""
    named = {
        "unserved": "Not served (penalty)",
        "connector": "First, last mile",
        "lateness": "Late delivery",
    }
    return named.get(line, line.replace("_", " ").capitalize())


def single_bar(value: float, top: float, css: str, label: str) -> Markup:
    """One bar from zero, ``value`` of ``top``."""
    width = value / top if top else 0.0
    rect = element("rect", class_=css, x="0%", y=0, width=percent(width), height=14)
    return _canvas(14, rect, css="single", label=label)


def fill_bar(value: float, label: str) -> Markup:
    """How full something is: a bar in a frame, with the percentage beside it."""
    shown = min(1.0, max(0.0, value))
    return _canvas(
        14,
        element("rect", class_="frame", x="0%", y=1, width="100%", height=12, rx=2),
        element("rect", class_="level", x="0%", y=1, width=percent(shown), height=12, rx=2),
        css="fill",
        label=f"{label} {formats.share(value)}",
    )
