"""
One order of a cloud warehouse: cached lanes and prices against a full quote per warehouse.

Both answer the same orders from the same stock, warm. The twin quotes every warehouse that holds a
legal unit of the first line, anew for each order, and takes the cheapest: no lots, no split.
"""

from __future__ import annotations

import argparse
from datetime import date
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import compare
from benchmarks.registry import Comparison, register

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.allocator import Allocator
    from optimizer.domain.order import Order

START = date(2026, 9, 14)
MS = 1000.0
N_TWIN = 20
"""The twin answers so many of the orders: it takes a hundred times as long."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Enter the options."""
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--skus", type=int, default=10_000)
    parser.add_argument("--warehouses", type=int, default=20)
    parser.add_argument("--span-hours", type=int, default=4, help="over which they are placed")
    parser.add_argument("--repetitions", type=int, default=5)


def quote_each(desk: Allocator, order: Order) -> int:
    """The naive twin: a full quote from each warehouse with stock; the least cost, -1 for none."""
    from optimizer.models.allocation.parcelling import mass_and_volume
    from optimizer.planner import quote

    content = [(desk.board.sku_index[line.sku], line.units) for line in order.lines]
    gross_kg, volume_dm3 = mass_and_volume(desk.board, content)
    least = -1
    for place in desk.engine.desks(order):
        wave = desk.lanes.hand_over(place.warehouse, place.placed_min, place.release_min)
        shipment = desk.lanes.shipment(
            order.order_id,
            place.warehouse,
            order,
            gross_kg=gross_kg,
            volume_dm3=volume_dm3,
            cargo_class=desk.board.sku_rows[content[0][0]].cargo_class,
            hand_over_min=wave,
        )
        for one in quote(desk.inputs, shipment).itineraries[:1]:
            least = one.own_cost_fen if least < 0 else min(least, one.own_cost_fen)
    return least


def _times_ms(answer: Callable[[Order], object], orders: list[Order]) -> list[float]:
    times: list[float] = []
    for order in orders:
        started = perf_counter()
        answer(order)
        times.append(MS * (perf_counter() - started))
    return times


def run(options: argparse.Namespace) -> compare.Comparison:
    """Rows: median and 99th percentile of an order, ours and the twin's."""
    from optimizer.allocator import open_allocator
    from optimizer.demand.stock_generate import StockSize, generate_stock
    from optimizer.planner import read

    data = read()
    size = StockSize(
        n_warehouses=options.warehouses,
        n_skus=options.skus,
        n_orders=options.orders,
        span_hours=options.span_hours,
    )
    stock, orders = generate_stock(data, seed=options.seed, start=START, size=size)
    desk = open_allocator(data, stock, orders)
    cold = _times_ms(desk.what_if, orders)
    few = orders[:: max(1, len(orders) // N_TWIN)][:N_TWIN]
    rounds = [
        (
            _times_ms(desk.what_if, orders),
            _times_ms(desk.what_if, few),
            _times_ms(lambda order: quote_each(desk, order), few),
        )
        for _ in range(options.repetitions)
    ]
    found = compare.Comparison()
    n_searches = desk.lanes.parcels.n_searches
    for name, level in (("p50", 50), ("p99", 99)):
        ours = [float(np.percentile(all_of, level)) for all_of, _, _ in rounds]
        pairs = [
            (float(np.percentile(mine, level)), float(np.percentile(twin, level)))
            for _, mine, twin in rounds
        ]
        ratios = [twin / mine for mine, twin in pairs]
        per_second = MS / median(sum(one) / len(one) for one, _, _ in rounds)
        found.rows.append(
            compare.Row(
                subject=f"order {name}",
                peer="a full quote per warehouse",
                n_sources=options.warehouses,
                n_targets=options.skus,
                ours_ms=median(ours),
                peer_ms=median(twin for _, twin in pairs),
                ratio=median(ratios),
                max_abs_error=None,
                ratio_min=min(ratios),
                ratio_max=max(ratios),
                repetitions=options.repetitions,
                note=f"{per_second:.0f} orders a second in process; cold, with {n_searches} lanes "
                f"searched once: median {median(cold):.1f} ms, worst {max(cold):.0f} ms",
            )
        )
    return found


register(
    Comparison(
        name="allocate",
        question="How long does one order of a cloud warehouse take?",
        add_arguments=add_arguments,
        run=run,
    )
)
