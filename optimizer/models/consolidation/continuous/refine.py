"""Breakpoints that keep the relaxation from repeating what cannot be done in time."""

from __future__ import annotations

from optimizer.models.consolidation.continuous.slots import Slots
from optimizer.models.consolidation.continuous.timing import Chain


def add_chains(slots: Slots, chains: list[Chain]) -> int:
    """
    Begin a slot at every minute of the chains; the number of slots that are new.

    A chain is dispatches that each wait for the one before, up to one that is too late for one of
    its riders. With a slot that begins where each link of the chain comes to, no solution of the
    relaxation can have all its links. A chain that has all its slots already (riders may wait for
    each other in a ring) gets its slots halved. Links at places without slots are passed over.
    """
    added = 0
    for whole in chains:
        chain = [link for link in whole if link[0] in slots.starts_min]
        new = sum(slots.add(place, minute) for place, minute in chain)
        if new == 0:
            new = sum(_halve(slots, place, minute) for place, minute in chain)
        added += new
    return added


def _halve(slots: Slots, place: tuple[int, int], minute: int) -> bool:
    starts = slots.starts_min[place]
    slot = slots.index(place, minute)
    before = slot - 1 if starts[slot] >= minute and slot > 0 else slot
    end = starts[before + 1] if before + 1 < len(starts) else minute
    middle = (starts[before] + end + 1) // 2
    return slots.add(place, middle)
