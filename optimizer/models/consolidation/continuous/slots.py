"""Slots of time on each arc: the intervals that the relaxation tells apart."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass

from optimizer.models.consolidation.continuous.ways import Way
from optimizer.models.consolidation.network_design import FOREVER, NetworkDesign

Place = tuple[int, int]
"""(arc, pool): where load units can be shared."""


@dataclass(slots=True)
class Slots:
    """
    Breakpoints that cut the time of each place into slots.

    Parameters
    ----------
    starts_min
        For each place the first minutes of its slots, rising; a slot ends where the next begins.
    """

    starts_min: dict[Place, list[int]]

    def add(self, place: Place, minute: int) -> bool:
        """Begin a slot at a minute; whether there was none before."""
        starts = self.starts_min[place]
        at = bisect_left(starts, minute)
        if at < len(starts) and starts[at] == minute:
            return False
        starts.insert(at, minute)
        return True

    def index(self, place: Place, minute: int) -> int:
        """Slot in which a minute lies; minutes before the first slot count to it."""
        return max(0, bisect_right(self.starts_min[place], minute) - 1)

    def window(self, place: Place, slot: int) -> tuple[int, int]:
        """First and last minute of a slot."""
        starts = self.starts_min[place]
        end = starts[slot + 1] - 1 if slot + 1 < len(starts) else FOREVER
        return starts[slot], end

    @property
    def n_slots(self) -> int:
        """Slots of all places."""
        return sum(len(starts) for starts in self.starts_min.values())


def first_slots(design: NetworkDesign, ways: list[Way]) -> Slots:
    """
    The fewest slots in which any two windows of one slot meet.

    A slot ends where a window opens after another one of the slot has closed. Windows that meet
    pairwise have a common minute, so every slot is one maximal clique of windows.
    """
    windows: dict[Place, list[tuple[int, int]]] = defaultdict(list)
    for way in ways:
        pool = int(design.commodity_pool[way.commodity])
        for arc, start in zip(way.arcs, way.starts_min, strict=True):
            windows[arc, pool].append((start, start + way.slack_min))
    starts: dict[Place, list[int]] = {}
    for place in sorted(windows):
        opens = sorted({first for first, _ in windows[place]})
        closes = sorted(last for _, last in windows[place])
        found = [opens[0]]
        for minute in opens:
            at = bisect_left(closes, found[-1])
            if closes[at] < minute:
                found.append(minute)
        starts[place] = found
    return Slots(starts_min=starts)
