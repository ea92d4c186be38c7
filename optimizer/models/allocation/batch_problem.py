"""
The batch allocation problem as arrays: many orders share stock cells and capacities.

Problem
-------
Order o has lines; line l wants ``line_units`` pieces of one SKU. An *offer* of an order is one
parcel that could be made up for it: a warehouse and a departure. It costs ``offer_fen`` (handling
of the order, carriage, lateness) if it is used. An *arc* of an offer takes pieces for one line from
one stock *cell* (a SKU in a warehouse with a customs status, ready and fresh at the departure) for
``arc_unit_fen`` each. Only legal arcs exist: customs status, availability and expiry are decided
when they are made. Goods that may not share a parcel are on different offers.

SKUs whose packs are not broken leave in multiples of ``line_pack`` pieces. An order is served from
at most ``order_max_warehouses`` warehouses. It is served whole or not at all, unless it takes
partial deliveries: then it gets nothing, or at least ``order_min_units`` pieces (all of it, if it
wants fewer). What is not served costs ``line_unserved_fen`` a piece.

A cell gives at most ``cell_units``. Every used offer draws on the resources in its list: a fixed
amount, or the pieces, grams or cm3 in it, whichever the resource counts. A resource takes at most
``resource_capacity``; below ``resource_least`` each missing unit costs ``resource_short_mfen``:
that is how storage is counted, where goods that are not shipped in time lie over.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from optimizer.errors import ModelError
from optimizer.models.allocation.batch_defects import find_defects

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

PARCELS, PIECES, GRAMS, CM3 = 0, 1, 2, 3
"""What a resource counts: values of ``resource_measure``."""
UNLIMITED = 2**40
"""Capacity that never binds; sums of a million stay inside int64."""

_INT32 = frozenset(
    {
        *("order_max_warehouses", "offer_warehouse", "offer_draw_resource"),
        *("arc_line", "arc_cell", "resource_measure"),
    }
)
_NAMES = ("order_ids", "line_ids", "offer_ids", "cell_ids", "resource_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchProblem:
    """
    Arrays of one batch: O orders, L lines, F offers, A arcs, C cells, R resources.

    Parameters
    ----------
    order_ids, line_ids, offer_ids, cell_ids, resource_ids
        Names, for messages.
    order_line_ptr, order_offer_ptr
        (O + 1,) int64: lines and offers are grouped by order.
    order_max_warehouses
        (O,) int32, at least 1.
    order_is_partial
        (O,) bool.
    order_min_units
        (O,) int64, pieces.
    line_units, line_pack, line_unserved_fen, line_unit_g, line_unit_cm3
        (L,) int64: pieces wanted, pieces of a pack, and per piece: price of not serving it, mass
        and volume.
    offer_warehouse
        (F,) int32; the offers of an order are grouped by warehouse, rising.
    offer_fen
        (F,) int64, fen of a parcel.
    offer_draw_ptr, offer_draw_resource, offer_draw_booked
        (F + 1,) int64, int32 and int64: resources of a parcel, and what a parcel takes of one that
        counts ``PARCELS``: 1, or the mass that is booked for it. Others take what is in the parcel.
    offer_arc_ptr
        (F + 1,) int64: arcs are grouped by offer.
    arc_line, arc_cell, arc_unit_fen
        (A,) int32, int32 and int64, fen a piece.
    cell_units
        (C,) int64, pieces.
    resource_measure
        (R,) int32, one of ``PARCELS``, ``PIECES``, ``GRAMS``, ``CM3``.
    resource_capacity, resource_least, resource_short_mfen
        (R,) int64, in the resource's measure; milli-fen a unit short.
    """

    order_ids: tuple[str, ...]
    line_ids: tuple[str, ...]
    offer_ids: tuple[str, ...]
    cell_ids: tuple[str, ...]
    resource_ids: tuple[str, ...]
    order_line_ptr: LongArray
    order_offer_ptr: LongArray
    order_max_warehouses: IntArray
    order_is_partial: BoolArray
    order_min_units: LongArray
    line_units: LongArray
    line_pack: LongArray
    line_unserved_fen: LongArray
    line_unit_g: LongArray
    line_unit_cm3: LongArray
    offer_warehouse: IntArray
    offer_fen: LongArray
    offer_draw_ptr: LongArray
    offer_draw_resource: IntArray
    offer_draw_booked: LongArray
    offer_arc_ptr: LongArray
    arc_line: IntArray
    arc_cell: IntArray
    arc_unit_fen: LongArray
    cell_units: LongArray
    resource_measure: IntArray
    resource_capacity: LongArray
    resource_least: LongArray
    resource_short_mfen: LongArray

    @classmethod
    def build(cls, **arrays: object) -> BatchProblem:
        """
        Make a problem from lists or arrays of any integer dtype, and validate it.

        Raises
        ------
        ModelError
            Something is missing, of the wrong shape or out of range; all defects at once.
        """
        cast: dict[str, object] = {}
        for spec in fields(cls):
            if spec.name not in arrays:
                raise ModelError(f"M641 the batch lacks {spec.name}")
            value = arrays.pop(spec.name)
            if spec.name in _NAMES:
                cast[spec.name] = tuple(str(name) for name in value)  # type: ignore[attr-defined]
            else:
                cast[spec.name] = np.ascontiguousarray(value, dtype=_dtype(spec.name))
        if arrays:
            raise ModelError(f"M641 the batch does not know {', '.join(arrays)}")
        problem = cls(**cast)  # type: ignore[arg-type]
        problem.validate()
        return problem

    def validate(self) -> None:
        """
        Refuse arrays that contradict each other.

        Raises
        ------
        ModelError
            With all defects.
        """
        defects = find_defects(self)
        if defects:
            raise ModelError("\n".join(f"M642 {defect}" for defect in defects))

    @property
    def n_orders(self) -> int:
        """O."""
        return len(self.order_max_warehouses)

    @property
    def n_lines(self) -> int:
        """L."""
        return len(self.line_units)

    @property
    def n_offers(self) -> int:
        """F."""
        return len(self.offer_fen)

    @property
    def n_arcs(self) -> int:
        """A."""
        return len(self.arc_line)

    @property
    def n_cells(self) -> int:
        """C."""
        return len(self.cell_units)

    @property
    def n_resources(self) -> int:
        """R."""
        return len(self.resource_capacity)

    @property
    def line_order(self) -> LongArray:
        """(L,) order of each line."""
        return np.repeat(np.arange(self.n_orders), np.diff(self.order_line_ptr))

    @property
    def offer_order(self) -> LongArray:
        """(F,) order of each offer."""
        return np.repeat(np.arange(self.n_orders), np.diff(self.order_offer_ptr))

    @property
    def arc_offer(self) -> LongArray:
        """(A,) offer of each arc."""
        return np.repeat(np.arange(self.n_offers), np.diff(self.offer_arc_ptr))

    @property
    def line_amounts(self) -> LongArray:
        """(L, 4) what a piece of a line draws of a resource, by measure; nothing of parcels."""
        ones = np.ones(self.n_lines, dtype=np.int64)
        return np.stack((0 * ones, ones, self.line_unit_g, self.line_unit_cm3), axis=1)


def _dtype(name: str) -> type[np.generic]:
    if name == "order_is_partial":
        return np.bool_
    return np.int32 if name in _INT32 else np.int64
