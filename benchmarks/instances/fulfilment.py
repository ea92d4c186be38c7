"""
Order streams between two replenishments, and the rules that serve them one order at a time.

Stream: W warehouses and R regions lie at random in a square of 1000 km. A period has two weeks of
orders, by a Poisson process; regions differ in size, and each SKU leans to some regions. An order
wants one to three SKUs, one unit each. Stock is set once, at the replenishment: the expected demand
plus a safety of one standard deviation by SKU, laid out by nearest region with an error, so that
placement is imperfect. A parcel costs a fixed amount and one by distance, once for each warehouse,
and an amount by unit and distance. A unit that no warehouse has is lost at a price.

Nothing here looks ahead: forecasts are the generator's rates times the time that is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from optimizer.models.allocation.prices import best_way, forecast_prices

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

LOST = -1
N_WAREHOUSES, N_REGIONS, N_SKUS, N_ORDERS = 6, 15, 20, 1_200
LOST_FEN = 6_000.0
_PLACEMENT_ERROR = 0.5
_REFRESH, _N_SAMPLES = 10, 80
"""Orders between two computations of the prices, and samples of demand for each."""
RULES = ("nearest", "highest", "myopic", "priced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """
    One period.

    Parameters
    ----------
    parcel_fen, unit_fen
        (W, R) float64, whole fen.
    stock
        (S, W) int64 at the replenishment.
    rate
        (S, R) expected units of the whole period.
    region
        (N,) of each order, in time; ``at`` (N,) is the share of the period that has passed.
    skus
        SKUs of each order.
    """

    parcel_fen: Floats
    unit_fen: Floats
    stock: Longs
    rate: Floats
    region: Longs
    at: Floats
    skus: tuple[tuple[int, ...], ...]


def make_stream(seed: int) -> Stream:
    """A period of a seed."""
    rng = np.random.default_rng(seed)
    warehouses = rng.uniform(0, 1000, (N_WAREHOUSES, 2))
    regions = rng.uniform(0, 1000, (N_REGIONS, 2))
    km = np.hypot(*(warehouses[:, None] - regions[None]).transpose(2, 0, 1))
    size = rng.dirichlet(np.full(N_REGIONS, 3.0))
    popularity = 1 / np.arange(1, N_SKUS + 1) ** 0.7
    popularity /= popularity.sum()
    leaning = rng.gamma(4.0, 0.25, (N_REGIONS, N_SKUS)) * popularity
    leaning /= leaning.sum(axis=1, keepdims=True)
    n_orders = int(rng.poisson(N_ORDERS))
    region = rng.choice(N_REGIONS, n_orders, p=size)
    count = rng.choice((1, 2, 3), n_orders, p=(0.6, 0.3, 0.1))
    skus = tuple(
        tuple(sorted(rng.choice(N_SKUS, n, replace=False, p=leaning[r]).tolist()))
        for r, n in zip(region, count, strict=True)
    )
    # Expected units: rates of the generator, measured on a stream of its own, not on this one.
    rate = _rates(np.random.default_rng(seed + 1_000_000), size, leaning)
    total = rate.sum(axis=1)
    near = km.argmin(axis=0)
    ideal = np.zeros((N_SKUS, N_WAREHOUSES))
    for r in range(N_REGIONS):
        ideal[:, near[r]] += rate[:, r]
    placed = ideal * np.exp(rng.normal(0, _PLACEMENT_ERROR, ideal.shape)) + 0.05 * total[:, None]
    placed *= ((total + np.sqrt(total)) / placed.sum(axis=1))[:, None]
    return Stream(
        parcel_fen=np.round(400 + 0.8 * km),
        unit_fen=np.round(50 + 0.4 * km),
        stock=np.round(placed).astype(np.int64),
        rate=rate,
        region=region,
        at=np.sort(rng.uniform(0, 1, n_orders)),
        skus=skus,
    )


def _rates(rng: np.random.Generator, size: Floats, leaning: Floats, n: int = 20_000) -> Floats:
    """(S, R) expected units of a period, by sampling orders."""
    found = np.zeros((N_SKUS, N_REGIONS))
    region = rng.choice(N_REGIONS, n, p=size)
    count = rng.choice((1, 2, 3), n, p=(0.6, 0.3, 0.1))
    for r, k in zip(region.tolist(), count.tolist(), strict=True):
        found[rng.choice(N_SKUS, k, replace=False, p=leaning[r]), r] += 1
    return found * (N_ORDERS / n)


def way_cost(stream: Stream, region: int, way: tuple[int, ...]) -> float:
    """Shipping and lost units of one order."""
    used = [w for w in way if w != LOST]
    cost = sum(stream.parcel_fen.item(w, region) for w in set(used))
    cost += sum(stream.unit_fen.item(w, region) for w in used)
    return cost + LOST_FEN * (len(way) - len(used))


def serve(stream: Stream, rule: str, seed: int) -> list[tuple[int, ...]]:
    """Warehouse of every unit of every order, ``LOST`` where none had it."""
    stock, rng = stream.stock.copy(), np.random.default_rng(seed)
    prices = np.zeros(stock.shape)
    # A unit that moves to another warehouse mostly takes a parcel of its own along.
    unit = stream.unit_fen + stream.parcel_fen
    chosen: list[tuple[int, ...]] = []
    for n, skus in enumerate(stream.skus):
        region = stream.region.item(n)
        if rule == "priced" and n % _REFRESH == 0:
            left = stream.rate * (1 - stream.at.item(n))
            prices = forecast_prices(stock, left, unit, LOST_FEN, rng, _N_SAMPLES)
        have = [np.flatnonzero(stock[s] > 0).tolist() or [LOST] for s in skus]
        choose: Callable[..., tuple[int, ...]] = _CHOICES.get(rule, _least)
        way = choose(stream, region, skus, have, stock, prices)
        for s, w in zip(skus, way, strict=True):
            if w != LOST:
                stock[s, w] -= 1
        chosen.append(way)
    return chosen


def _least(
    stream: Stream, region: int, skus: tuple[int, ...], have: list[list[int]], _: Longs,
    prices: Floats,
) -> tuple[int, ...]:  # fmt: skip
    """Least cost plus price over all combinations; the myopic rule has prices of nothing."""
    ways = list(product(*have))
    cost = np.array([way_cost(stream, region, way) for way in ways])
    price = np.array(
        [
            sum(prices.item(s, w) for s, w in zip(skus, way, strict=True) if w != LOST)
            for way in ways
        ]
    )
    return ways[best_way(cost, price)]


def _nearest(
    stream: Stream, region: int, _skus: tuple[int, ...], have: list[list[int]], _: Longs,
    _prices: Floats,
) -> tuple[int, ...]:  # fmt: skip
    """The nearest warehouse that has each unit."""
    return tuple(min(of, key=lambda w: stream.unit_fen.item(w, region)) for of in have)


def _highest(
    _stream: Stream, _region: int, skus: tuple[int, ...], have: list[list[int]], stock: Longs,
    _prices: Floats,
) -> tuple[int, ...]:  # fmt: skip
    """The warehouse with the most of each SKU."""
    return tuple(max(of, key=lambda w: stock.item(s, w)) for s, of in zip(skus, have, strict=True))


_CHOICES: dict[str, Callable[..., tuple[int, ...]]] = {"nearest": _nearest, "highest": _highest}
