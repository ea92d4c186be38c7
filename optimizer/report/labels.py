"""Which labels fit on a map, and on which side of their point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_CHAR = 6.3
"""Mean width of a character of a bold 11 px sans serif, in px."""
_HEIGHT = 13.0
_GAP = 7.0
_SAME = 6.0
"""Points closer than this look like one and do not keep each other from a label."""


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel rectangle in user units."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether two rectangles share an area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def inside(self, width: float, height: float) -> bool:
        """Whether the rectangle lies on a sheet."""
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height


def candidates(x: float, y: float, text: str) -> dict[str, Box]:
    """Rectangles of a label around its point by side, in order of preference."""
    width = _CHAR * len(text)
    half = _HEIGHT / 2
    return {
        "r": Box(x + _GAP, y - half, x + _GAP + width, y + half),
        "l": Box(x - _GAP - width, y - half, x - _GAP, y + half),
        "t": Box(x - width / 2, y - _GAP - _HEIGHT, x + width / 2, y - _GAP),
        "b": Box(x - width / 2, y + _GAP, x + width / 2, y + _GAP + _HEIGHT),
        "tr": Box(x + 4, y - _GAP - _HEIGHT, x + 4 + width, y - _GAP),
        "tl": Box(x - 4 - width, y - _GAP - _HEIGHT, x - 4, y - _GAP),
        "br": Box(x + 4, y + _GAP, x + 4 + width, y + _GAP + _HEIGHT),
        "bl": Box(x - 4 - width, y + _GAP, x - 4, y + _GAP + _HEIGHT),
    }


def place_labels(
    points: Sequence[tuple[float, float, str]], width: float, height: float, *, n_first: int = 0
) -> tuple[str, ...]:
    """
    Greedy placement, first come first served.

    Parameters
    ----------
    points
        ``(x, y, text)`` in user units, most important first.
    n_first
        So many of the first labels may cover points, so that they are never left out for them.

    Returns
    -------
    tuple of str
        Side of each label: a key of :func:`candidates`, or empty where it does not fit.
    """
    labels: list[Box] = []
    sides = []
    for number, (x, y, text) in enumerate(points):
        others = labels + [
            Box(px - 4, py - 4, px + 4, py + 4)
            for px, py, _ in points
            if number >= n_first and max(abs(px - x), abs(py - y)) > _SAME
        ]
        side = ""
        for name, box in candidates(x, y, text).items() if text else ():
            if box.inside(width, height) and not any(box.overlaps(other) for other in others):
                side = name
                labels.append(box)
                break
        sides.append(side)
    return tuple(sides)
