"""Checks the plan of a generated batch and adds up its cost: plain integers, own code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


def check(batch: Any, packs: Sequence[int]) -> tuple[int, list[str]]:  # noqa: ANN401
    """
    Cost of a plan in fen, and what it breaks.

    Parameters
    ----------
    batch
        The arrays of the batch.
    packs
        Whole packs on each arc.
    """
    found: list[str] = []
    if len(packs) != len(batch.arc_line) or any(n < 0 for n in packs):
        return 0, ["the plan does not give each arc a number of packs"]
    counts = _Counts()
    for o, f in _pairs(batch.order_offer_ptr):
        _count(batch, packs, o, f, counts)
    for cell, n in sorted(counts.from_cell.items()):
        if n > int(batch.cell_units[cell]):
            found.append(f"cell {cell} gives {n} pieces of {batch.cell_units[cell]}")
    for r, capacity in enumerate(batch.resource_capacity):
        if counts.use[r] > int(capacity):
            found.append(f"resource {r} gives {counts.use[r]} of {capacity}")
        missing = max(0, int(batch.resource_least[r]) - counts.use[r])
        counts.cost += -(-missing * int(batch.resource_short_mfen[r]) // 1000)
    for o in range(len(batch.order_line_ptr) - 1):
        found += _order_defects(batch, o, counts)
    return counts.cost, found


@dataclass(slots=True)
class _Counts:
    """What a plan takes and gives, and what it costs so far."""

    from_cell: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    to_line: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    use: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    sources: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    cost: int = 0


def _count(batch: Any, packs: Sequence[int], o: int, f: int, counts: _Counts) -> None:  # noqa: ANN401
    """One parcel."""
    pieces: dict[int, int] = {}
    for a in range(int(batch.offer_arc_ptr[f]), int(batch.offer_arc_ptr[f + 1])):
        if packs[a]:
            line = int(batch.arc_line[a])
            n = int(packs[a]) * int(batch.line_pack[line])
            pieces[line] = pieces.get(line, 0) + n
            counts.from_cell[int(batch.arc_cell[a])] += n
            counts.cost += n * int(batch.arc_unit_fen[a])
    if not pieces:
        return
    counts.cost += int(batch.offer_fen[f])
    counts.sources[o].add(int(batch.offer_warehouse[f]))
    for line, n in pieces.items():
        counts.to_line[line] += n
    for d in range(int(batch.offer_draw_ptr[f]), int(batch.offer_draw_ptr[f + 1])):
        counts.use[int(batch.offer_draw_resource[d])] += _amount(batch, d, pieces)


def _order_defects(batch: Any, o: int, counts: _Counts) -> list[str]:  # noqa: ANN401
    """What an order gets; the price of what it does not get is added."""
    found: list[str] = []
    lines = range(int(batch.order_line_ptr[o]), int(batch.order_line_ptr[o + 1]))
    wanted = [int(batch.line_units[line]) for line in lines]
    got = [counts.to_line[line] for line in lines]
    for line, w, g in zip(lines, wanted, got, strict=True):
        counts.cost += (w - g) * int(batch.line_unserved_fen[line])
    if any(g > w for w, g in zip(wanted, got, strict=True)):
        found.append(f"order {o} gets more than it wants")
    if len(counts.sources[o]) > int(batch.order_max_warehouses[o]):
        found.append(f"order {o} comes from {len(counts.sources[o])} warehouses")
    least = sum(wanted)
    if bool(batch.order_is_partial[o]):
        packed = [w - w % int(batch.line_pack[n]) for n, w in zip(lines, wanted, strict=True)]
        least = min(int(batch.order_min_units[o]), sum(packed))
    if 0 < sum(got) < least:
        found.append(f"order {o} gets {sum(got)} pieces, at least {least} or none")
    return found


def _pairs(ptr: Sequence[int]) -> list[tuple[int, int]]:
    """Order and offer."""
    return [(o, f) for o in range(len(ptr) - 1) for f in range(int(ptr[o]), int(ptr[o + 1]))]


def _amount(batch: Any, draw: int, pieces: dict[int, int]) -> int:  # noqa: ANN401
    """What a parcel takes of a resource: 0 counts parcels, 1 pieces, 2 grams, 3 cm3."""
    measure = int(batch.resource_measure[batch.offer_draw_resource[draw]])
    if measure == 0:
        return int(batch.offer_draw_booked[draw])
    if measure == 1:
        return sum(pieces.values())
    unit = (batch.line_unit_g, batch.line_unit_cm3)[measure - 2]
    return sum(n * int(unit[line]) for line, n in pieces.items())
