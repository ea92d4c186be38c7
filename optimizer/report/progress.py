"""The course of a solve: what was found and what was proved, over the seconds."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from markupsafe import Markup

from optimizer.plan.plan import Incumbent
from optimizer.report import formats
from optimizer.report.svg import element, percent

_HEIGHT, _TOP, _BOTTOM = 190.0, 10.0, 160.0
_RIGHT = 0.76
"""Share of the width that the curves take; their names stand right of it."""
_TEXT_HEIGHT = 16.0


class _Axes:
    """From seconds and fen to the drawing."""

    def __init__(self, incumbents: Sequence[Incumbent], solve_seconds: float) -> None:
        last = incumbents[-1]
        # First incumbents may be several times too high and first bounds near zero: such values
        # are drawn at the edge, so that they do not flatten what matters.
        high = min(max(i.objective_fen for i in incumbents), 1.25 * last.objective_fen)
        open_fen = last.objective_fen - last.bound_fen
        deepest = last.objective_fen - max(0.08 * last.objective_fen, 1.6 * open_fen)
        low = max(min(i.bound_fen for i in incumbents), deepest)
        slack = 0.04 * max(high - low, 1.0)
        self.high, self.low = high + slack, low - slack
        self.end = max(solve_seconds, last.seconds, 1e-6)

    def x(self, seconds: float) -> str:
        """Position of a moment."""
        return percent(_RIGHT * seconds / self.end)

    def y(self, amount_fen: float) -> float:
        """Position of an amount, at the edge where it lies outside."""
        inside = min(self.high, max(self.low, amount_fen))
        return _TOP + (_BOTTOM - _TOP) * (self.high - inside) / (self.high - self.low)


def nice_step(span: float, n_steps: int) -> float:
    """The 1, 2 or 5 times a power of ten that cuts ``span > 0`` into at most ``n_steps`` parts."""
    raw = span / n_steps
    power = 10.0 ** floor(log10(raw))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))


def progress(incumbents: Sequence[Incumbent], solve_seconds: float) -> Markup | None:
    """Objective and bound as steps with the gap between; None with fewer than two incumbents."""
    if len(incumbents) < 2:  # noqa: PLR2004
        return None
    axes = _Axes(incumbents, solve_seconds)
    last = incumbents[-1]
    return element(
        "svg",
        *_ticks(axes),
        *_gaps(incumbents, axes),
        *_steps([(i.seconds, i.bound_fen) for i in incumbents], "bound", axes),
        *_steps([(i.seconds, i.objective_fen) for i in incumbents], "objective", axes),
        *_names(last, axes),
        class_="progress",
        width="100%",
        height=_HEIGHT,
        role="img",
        aria_label="Objective and bound over time",
    )


def _ticks(axes: _Axes) -> list[Markup]:
    step = nice_step(axes.end, 5)
    drawn = []
    for i in range(int(axes.end / step + 1e-9) + 1):
        x = axes.x(i * step)
        anchor = "start" if i == 0 else "middle"
        drawn.append(element("line", class_="grid", x1=x, x2=x, y1=_TOP, y2=_BOTTOM))
        drawn.append(element("text", f"{i * step:g} s", x=x, y=_BOTTOM + 18, text_anchor=anchor))
    return drawn


def _gaps(incumbents: Sequence[Incumbent], axes: _Axes) -> list[Markup]:
    untils = [i.seconds for i in incumbents[1:]] + [axes.end]
    drawn = []
    for now, until in zip(incumbents, untils, strict=True):
        top, bottom = axes.y(now.objective_fen), axes.y(now.bound_fen)
        width = percent(_RIGHT * max(0.0, until - now.seconds) / axes.end)
        drawn.append(
            element(
                "rect", class_="gap", x=axes.x(now.seconds), y=top, width=width,
                height=max(0.0, bottom - top),
            )
        )  # fmt: skip
    return drawn


def _steps(points: list[tuple[float, int]], css: str, axes: _Axes) -> list[Markup]:
    drawn = []
    for (start, value), (until, after) in zip(
        points, [*points[1:], (axes.end, points[-1][1])], strict=True
    ):
        y1, y2, x1, x2 = axes.y(value), axes.y(after), axes.x(start), axes.x(until)
        drawn.append(element("line", class_=css, x1=x1, x2=x2, y1=y1, y2=y1))
        if y1 != y2:
            drawn.append(element("line", class_=css, x1=x2, x2=x2, y1=y1, y2=y2))
    return drawn


def _names(last: Incumbent, axes: _Axes) -> list[Markup]:
    y_plan, y_bound = axes.y(last.objective_fen), axes.y(last.bound_fen)
    if y_bound - y_plan < _TEXT_HEIGHT:
        middle = min(max((y_bound + y_plan) / 2, _TOP + 8), _BOTTOM - 8)
        y_plan, y_bound = middle - _TEXT_HEIGHT / 2, middle + _TEXT_HEIGHT / 2
    x = percent(_RIGHT + 0.015)
    plan = f"plan {formats.cny_short(last.objective_fen)}"
    bound = f"bound {formats.cny_short(last.bound_fen)}"
    return [
        element("text", plan, x=x, y=y_plan + 4, class_="end"),
        element("text", bound, x=x, y=y_bound + 4, class_="end low"),
    ]
