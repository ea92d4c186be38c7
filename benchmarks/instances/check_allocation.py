"""Checks the plan of a generated batch and adds up its cost, with code of its own: plain integers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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
    from_cell: dict[int, int] = defaultdict(int)
    to_line: dict[int, int] = defaultdict(int)
    use: dict[int, int] = defaultdict(int)
    sources: dict[int, set[int]] = defaultdict(set)
    cost = 0
    for o, f in _pairs(batch.order_offer_ptr):
        pieces: dict[int, int] = {}
        for a in range(int(batch.offer_arc_ptr[f]), int(batch.offer_arc_ptr[f + 1])):
            if packs[a]:
                line = int(batch.arc_line[a])
                n = int(packs[a]) * int(batch.line_pack[line])
                pieces[line] = pieces.get(line, 0) + n
                from_cell[int(batch.arc_cell[a])] += n
                cost += n * int(batch.arc_unit_fen[a])
        if not pieces:
            continue
        cost += int(batch.offer_fen[f])
        sources[o].add(int(batch.offer_warehouse[f]))
        for line, n in pieces.items():
            to_line[line] += n
        for d in range(int(batch.offer_draw_ptr[f]), int(batch.offer_draw_ptr[f + 1])):
            use[int(batch.offer_draw_resource[d])] += _amount(batch, d, pieces)
    for cell, n in sorted(from_cell.items()):
        if n > int(batch.cell_units[cell]):
            found.append(f"cell {cell} gives {n} pieces of {batch.cell_units[cell]}")
    for r, capacity in enumerate(batch.resource_capacity):
        if use[r] > int(capacity):
            found.append(f"resource {r} gives {use[r]} of {capacity}")
        missing = max(0, int(batch.resource_least[r]) - use[r])
        cost += -(-missing * int(batch.resource_short_mfen[r]) // 1000)
    for o, first in enumerate(batch.order_line_ptr[:-1]):
        lines = range(int(first), int(batch.order_line_ptr[o + 1]))
        wanted = [int(batch.line_units[line]) for line in lines]
        got = [to_line[line] for line in lines]
        cost += sum(
            (w - g) * int(batch.line_unserved_fen[line])
            for line, w, g in zip(lines, wanted, got, strict=True)
        )
        if any(g > w for w, g in zip(wanted, got, strict=True)):
            found.append(f"order {o} gets more than it wants")
        if len(sources[o]) > int(batch.order_max_warehouses[o]):
            found.append(f"order {o} comes from {len(sources[o])} warehouses")
        if sum(got) == 0:
            continue
        if not bool(batch.order_is_partial[o]):
            least = sum(wanted)
        else:
            packed = [w - w % int(batch.line_pack[n]) for n, w in zip(lines, wanted, strict=True)]
            least = min(int(batch.order_min_units[o]), sum(packed))
        if sum(got) < least:
            found.append(f"order {o} gets {sum(got)} pieces, at least {least} or none")
    return cost, found


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
