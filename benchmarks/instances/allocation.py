"""
Generated batches of orders, warehouses and SKUs: everything is drawn from a seed, nothing observed.

Warehouses and customers lie in a square of 1000 km. SKUs sell by a power law; a tenth is issued in
packs of two. A SKU lies in two to eight warehouses, in a third of them under two customs statuses,
and total stock is nine tenths of what is wanted. An order wants one to three SKUs, comes from one
to three warehouses, and three in ten may come in parts. From each warehouse with stock two
departures are offered, the second dearer. Picking takes a fifth more than an even share of the
units; a departure nine tenths of an even share of the parcels. Warehouse 0 should give all that it
can pick, or pay for the room.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from optimizer.models.allocation.batch_problem import PARCELS, PIECES, BatchProblem

SIDE_KM = 1000.0
_STOCK_SHARE, _SECOND_STATUS, _PACKED, _IN_PARTS = 0.9, 0.3, 0.1, 0.3
_MOST_LINES, _MOST_PARCELS, _N_DEPARTURES = 3, 3, 2
_SHORT_MFEN = 300_000

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How many."""

    orders: int
    warehouses: int
    skus: int


@dataclass(slots=True)
class _Offers:
    """Offers in the making."""

    ptr: list[int] = field(default_factory=lambda: [0])
    warehouse: list[int] = field(default_factory=list[int])
    fen: list[int] = field(default_factory=list[int])
    draws: list[int] = field(default_factory=list[int])
    arc_ptr: list[int] = field(default_factory=lambda: [0])
    arc_line: list[int] = field(default_factory=list[int])
    arc_cell: list[int] = field(default_factory=list[int])
    arc_fen: list[int] = field(default_factory=list[int])


def make_batch_problem(size: Size, seed: int) -> BatchProblem:
    """The batch of a size and a seed."""
    rng = np.random.default_rng(seed)
    popularity = np.arange(1, size.skus + 1) ** -0.8
    popularity /= popularity.sum()
    n_lines = np.minimum(size.skus, 1 + rng.binomial(_MOST_LINES - 1, 0.35, size.orders))
    wanted = [rng.choice(size.skus, n, replace=False, p=popularity) for n in n_lines]
    sku = np.concatenate(wanted)
    units = rng.geometric(0.6, len(sku))
    unit_g = rng.integers(100, 3_000, size.skus)
    first_line = np.concatenate(([0], np.cumsum(n_lines)))
    demand = np.bincount(sku, units, size.skus).astype(np.int64)
    cells, cell_units = _stock(rng, size, demand)
    offers = _offers(rng, size, sku, first_line, unit_g, cells)
    urgency = np.repeat(rng.integers(1, 4, size.orders), n_lines)
    n_hops = size.warehouses * _N_DEPARTURES
    n_resources = size.warehouses + n_hops
    pick = int(1.2 * units.sum() / size.warehouses) + 1
    parcels = int(0.9 * size.orders / size.warehouses) + 1
    wanted_use = np.zeros(n_resources, dtype=np.int64)
    wanted_use[0] = pick
    return BatchProblem.build(
        order_ids=range(size.orders),
        line_ids=range(len(sku)),
        offer_ids=range(len(offers.fen)),
        cell_ids=range(len(cell_units)),
        resource_ids=range(n_resources),
        order_line_ptr=first_line,
        order_offer_ptr=offers.ptr,
        order_max_warehouses=rng.integers(1, _MOST_PARCELS + 1, size.orders),
        order_is_partial=rng.random(size.orders) < _IN_PARTS,
        order_min_units=rng.integers(0, 3, size.orders),
        line_units=units,
        line_pack=np.where(rng.random(size.skus) < _PACKED, 2, 1)[sku],
        line_unserved_fen=6_000 + 3_000 * urgency,
        line_unit_g=unit_g[sku],
        line_unit_cm3=rng.integers(200, 5_000, size.skus)[sku],
        offer_warehouse=offers.warehouse,
        offer_fen=offers.fen,
        offer_draw_ptr=2 * np.arange(len(offers.fen) + 1),
        offer_draw_resource=offers.draws,
        offer_draw_booked=np.ones(len(offers.draws)),
        offer_arc_ptr=offers.arc_ptr,
        arc_line=offers.arc_line,
        arc_cell=offers.arc_cell,
        arc_unit_fen=offers.arc_fen,
        cell_units=cell_units,
        resource_measure=[PIECES] * size.warehouses + [PARCELS] * n_hops,
        resource_capacity=[pick] * size.warehouses + [parcels] * n_hops,
        resource_least=wanted_use,
        resource_short_mfen=_SHORT_MFEN * (wanted_use > 0),
    )


def _stock(
    rng: np.random.Generator, size: Size, demand: Ints
) -> tuple[dict[tuple[int, int], list[tuple[int, int]]], list[int]]:
    """Status and cell by SKU and warehouse, and pieces of each cell."""
    cells: dict[tuple[int, int], list[tuple[int, int]]] = {}
    units: list[int] = []
    for s in range(size.skus):
        n = min(size.warehouses, int(rng.integers(2, 9)))
        places = rng.choice(size.warehouses, n, replace=False)
        total = max(float(n), _STOCK_SHARE * float(demand[s]))
        for w, share in zip(places.tolist(), rng.dirichlet(np.full(n, 1.5)), strict=True):
            for status in range(1 + int(rng.random() < _SECOND_STATUS)):
                cells.setdefault((s, w), []).append((status, len(units)))
                units.append(int(rng.poisson(total * share / (1 + _SECOND_STATUS))))
    return cells, units


def _offers(  # noqa: PLR0917
    rng: np.random.Generator, size: Size, sku: Ints, first_line: Ints, unit_g: Ints,
    cells: dict[tuple[int, int], list[tuple[int, int]]],
) -> _Offers:  # fmt: skip
    """Two departures from every warehouse that has something of an order."""
    sites = rng.uniform(0, SIDE_KM, (size.warehouses, 2))
    customers = rng.uniform(0, SIDE_KM, (size.orders, 2))
    made = _Offers()
    for o in range(size.orders):
        lines = range(first_line.item(o), first_line.item(o + 1))
        km = np.hypot(*(customers[o] - sites).T).tolist()
        for w in range(size.warehouses):
            arcs = [
                (line, cell, int(50 + unit_g[sku[line]] * km[w] / 2_000) + 20 * status)
                for line in lines
                for status, cell in cells.get((sku.item(line), w), ())
            ]
            for k in range(_N_DEPARTURES if arcs else 0):
                made.warehouse.append(w)
                made.fen.append(int(1_200 + 2 * km[w]) + 200 * k)
                made.draws += [w, size.warehouses + w * _N_DEPARTURES + k]
                for line, cell, fen in arcs:
                    made.arc_line.append(line)
                    made.arc_cell.append(cell)
                    made.arc_fen.append(fen)
                made.arc_ptr.append(len(made.arc_line))
        made.ptr.append(len(made.fen))
    return made
