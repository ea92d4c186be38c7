"""
Smallest possible SVG writer: elements with escaped text and attributes, never raw strings.

Charts use percentages for x and pixels for y, so that they fill any width and their text is never
scaled; nothing carries a ``style`` attribute, so that the page's security policy can forbid them.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Child = Markup | str | None


def number(value: float) -> str:
    """A coordinate with at most one decimal, without trailing zeros."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def element(tag: str, *children: Child | Iterable[Child], **attributes: object) -> Markup:
    """
    One element; text children and attribute values are escaped, :class:`Markup` is kept.

    Parameters
    ----------
    tag
        Name of the element, trusted.
    children
        Text, markup, iterables of both; ``None`` is left out.
    attributes
        ``class_`` becomes ``class`` and ``_`` becomes ``-``; floats are cut to one decimal;
        ``None`` is left out.
    """
    parts = [f"<{tag}"]
    for name, value in attributes.items():
        if value is None:
            continue
        text = number(value) if isinstance(value, float) else str(value)
        parts.append(f' {name.rstrip("_").replace("_", "-")}="{escape(text)}"')
    inside = "".join(_flatten(children))
    parts.append(f">{inside}</{tag}>" if inside else "/>")
    return trusted("".join(parts))


def percent(value: float) -> str:
    """A share of 1 as an SVG percentage with two decimals."""
    return f"{100 * value:.2f}%"


def path(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    """Path data through points in user units; points equal after rounding are merged."""
    steps: list[str] = []
    last = ""
    for x, y in points:
        step = f"{number(x)} {number(y)}"
        if step != last:
            steps.append(step)
        last = step
    return f"M{'L'.join(steps)}{'Z' if closed else ''}" if steps else ""


def _flatten(children: Iterable[Child | Iterable[Child]]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            yield str(escape(child))
        else:
            yield from _flatten(child)


def trusted(text: str) -> Markup:
    """Declare text as markup: escaped above, or one of the report's own style and script files."""
    return Markup(text)  # noqa: S704
