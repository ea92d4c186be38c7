"""Which lines may share a parcel: one cargo class, no incompatible goods; mass and volume."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.stock import Sku
from optimizer.models.allocation.board import Board

Taken = tuple[int, int]
"""SKU number and units."""

G_PER_KG = 1000


def are_compatible(one: Sku, other: Sku) -> bool:
    """Whether two SKUs may be in one parcel."""
    return (
        one.cargo_class == other.cargo_class
        and one.goods_class not in other.incompatible_with
        and other.goods_class not in one.incompatible_with
    )


def groups(board: Board, skus: Sequence[int]) -> list[list[int]]:
    """
    Positions of lines by parcel, first fit in the order of lines.

    Parameters
    ----------
    skus
        SKU number of each line.

    Notes
    -----
    First fit is least for what occurs: it is exact where incompatibility is between classes that
    each exclude all others of the order, and never needs more than one parcel per line.
    """
    if len(skus) == 1:
        return [[0]]
    parcels: list[list[int]] = []
    for at, sku in enumerate(skus):
        row = board.sku_rows[sku]
        for parcel in parcels:
            if all(are_compatible(row, board.sku_rows[skus[other]]) for other in parcel):
                parcel.append(at)
                break
        else:
            parcels.append([at])
    return parcels


def mass_and_volume(board: Board, taken: Sequence[Taken]) -> tuple[int, int]:
    """Kilograms and cubic decimetres of a parcel, each rounded up once and at least 1."""
    grams = sum(board.unit_g.item(sku) * units for sku, units in taken)
    cm3 = sum(board.unit_cm3.item(sku) * units for sku, units in taken)
    return max(1, -(-grams // G_PER_KG)), max(1, -(-cm3 // G_PER_KG))
