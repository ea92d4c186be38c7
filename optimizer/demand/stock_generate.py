"""
A synthetic cloud warehouse: SKUs, lots, warehouses and orders from a seed.

Nothing here is observed. Warehouses are facilities of the network; what they hold and who orders is
drawn: SKUs sell by a power law, a SKU lies in a few warehouses, and more often where it sells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from optimizer.domain.location import FacilityKind
from optimizer.domain.network_data import NetworkData
from optimizer.domain.order import DOMESTIC, Order, OrderLine
from optimizer.domain.shipment import Place
from optimizer.domain.stock import CustomsStatus, Lot, Sku, StockData, Warehouse
from optimizer.units import FEN_PER_CNY

HOME = "CN"
PREFERRED = (
    "CNKMG-CBZ",
    "CNKMG-CBA",
    "CNKMG-GXB",
    "CNKML-TJP",
    "LAVTE-OWH",
    "THBKK-OWH",
    "CNMHN-SUB",
    "CNHKM-SUB",
    "CNRUI-SUB",
    "CNPIN-YYG",
    "SGSIN-OWH",
    "VNDDG-HNG",
    "LABOT-SUB",
    "AEJEA-JAF",
)
"""Bonded zones of Kunming first, then overseas warehouses and border sub-centres."""
CITIES: tuple[tuple[str, float, float, float], ...] = (
    ("CN", 25.05, 102.70, 3.0),
    ("CN", 25.60, 100.25, 1.0),
    ("CN", 22.00, 100.80, 0.8),
    ("LA", 17.95, 102.65, 1.5),
    ("LA", 19.90, 102.15, 0.6),
    ("TH", 13.75, 100.50, 4.0),
    ("TH", 18.80, 99.00, 1.0),
    ("VN", 21.05, 105.85, 2.5),
    ("VN", 10.80, 106.70, 2.0),
    ("MM", 21.95, 96.10, 0.7),
    ("KH", 11.55, 104.90, 0.9),
    ("MY", 3.15, 101.70, 1.2),
    ("SG", 1.35, 103.80, 0.8),
)
"""Country, rounded latitude and longitude, weight of demand (an assumption, not a census)."""
CLASSES: tuple[tuple[str, str, tuple[str, ...], float], ...] = (
    ("parcels", "cosmetics", (), 0.35),
    ("parcels", "food", ("detergent",), 0.25),
    ("parcels", "detergent", ("food",), 0.1),
    ("electronics", "electronics", (), 0.2),
    ("textiles", "textiles", (), 0.1),
)
"""Cargo class, goods class, incompatible goods classes, share."""
ZIPF = 1.1
DOMESTIC_SHARE = 0.2
"""Of orders abroad, where there is a warehouse in the country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSize:
    """
    How much to draw.

    Parameters
    ----------
    span_hours
        Over which orders are placed.
    """

    n_warehouses: int = 12
    n_skus: int = 300
    n_orders: int = 500
    span_hours: int = 72


def generate_stock(
    data: NetworkData, *, seed: int, start: date, size: StockSize | None = None
) -> tuple[StockData, list[Order]]:
    """
    Stock and orders.

    Parameters
    ----------
    start
        Day, UTC, on which the first orders are placed; stock is that of its beginning.
    """
    size = size or StockSize()
    rng = np.random.default_rng(seed)
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    warehouses = _warehouses(data, size.n_warehouses, size.n_orders)
    skus = _skus(rng, size.n_skus)
    share = (np.arange(size.n_skus) + 1.0) ** -ZIPF
    share /= share.sum()
    lots = _lots(rng, data, list(warehouses), list(skus), share * size.n_orders, midnight)
    stock = StockData(skus=skus, lots=lots, warehouses=warehouses)
    return stock, _orders(rng, data, stock, share, midnight, size)


def _warehouses(data: NetworkData, n: int, n_orders: int) -> dict[str, Warehouse]:
    kinds = (FacilityKind.OVERSEAS_WAREHOUSE, FacilityKind.BORDER, FacilityKind.BONDED_CENTRE)
    more = sorted(
        one.facility_id
        for one in data.facilities.values()
        if one.kind in kinds and one.consolidates and one.facility_id not in PREFERRED
    )
    ids = [one for one in (*PREFERRED, *more) if one in data.facilities][:n]
    least = max(50, 4 * n_orders // max(1, n))
    return {
        one: Warehouse(
            warehouse_id=one,
            pick_units_per_day=least * (3 if at < 2 else 1),  # noqa: PLR2004  two main ones
            storage_dm3=2_000_000,
            pick_min=120,
            order_fen=350 if one.startswith(HOME) else 500,
            unit_fen=40,
        )
        for at, one in enumerate(ids)
    }


def _skus(rng: np.random.Generator, n: int) -> dict[str, Sku]:
    kinds = rng.choice(len(CLASSES), n, p=[one[3] for one in CLASSES])
    grams = np.clip(rng.lognormal(np.log(350), 0.8, n), 20, 8000).astype(int)
    litres = np.clip(rng.lognormal(np.log(3.0), 0.4, n), 1.5, 8.0)
    value = np.clip(rng.lognormal(np.log(90), 0.9, n), 8, 4000)
    packs = np.where(rng.random(n) < 0.1, rng.choice([2, 6, 12], n), 1)  # noqa: PLR2004
    found: dict[str, Sku] = {}
    for at in range(n):
        cargo_class, goods_class, incompatible, _ = CLASSES[kinds[at]]
        sku = f"SKU{at + 1:05d}"
        found[sku] = Sku(
            sku=sku,
            name=f"synthetic {goods_class} {at + 1}",
            cargo_class=cargo_class,
            goods_class=goods_class,
            unit_g=int(grams[at]),
            unit_cm3=int(grams[at] * litres[at]),
            value_fen=round(float(value[at])) * FEN_PER_CNY,
            pack_units=int(packs[at]),
            breaks_pack=bool(packs[at] == 1),
            incompatible_with=frozenset(incompatible),
        )
    return found


def _lots(  # noqa: PLR0917
    rng: np.random.Generator,
    data: NetworkData,
    warehouses: Sequence[str],
    skus: Sequence[str],
    demand: np.ndarray,
    midnight: datetime,
) -> dict[str, Lot]:
    found: dict[str, Lot] = {}
    at_home = [data.facilities[one].country == HOME for one in warehouses]
    pull = np.array([3.0 if at < 2 else 1.0 for at in range(len(warehouses))])  # noqa: PLR2004
    for at, sku in enumerate(skus):
        n_places = int(min(len(warehouses), 3 + rng.poisson(2.5)))
        places = rng.choice(len(warehouses), n_places, replace=False, p=pull / pull.sum())
        for place in sorted(int(one) for one in places):
            shares = (0.6, 0.3, 0.07, 0.03) if at_home[place] else (0.25, 0.65, 0.07, 0.03)
            for status in sorted(set(rng.choice(4, int(rng.integers(1, 3)), p=shares).tolist())):
                units = int(2 + rng.poisson(4.0 * demand[at] / n_places + 2.0))
                days = int(rng.integers(20, 400))
                is_inbound = rng.random() < 0.08  # noqa: PLR2004
                lot_id = f"L{len(found) + 1:06d}"
                found[lot_id] = Lot(
                    lot_id=lot_id,
                    sku=sku,
                    warehouse_id=warehouses[place],
                    customs_status=tuple(CustomsStatus)[status],
                    units=12 * -(-units // 12),
                    expires_on=(
                        (midnight + timedelta(days=days)).date()
                        if rng.random() < 0.5  # noqa: PLR2004
                        else None
                    ),
                    available_at=(
                        midnight + timedelta(hours=int(rng.integers(12, 120)))
                        if is_inbound
                        else None
                    ),
                    inbound_ref="planned" if is_inbound else "",
                )
    return found


def _orders(  # noqa: PLR0917
    rng: np.random.Generator,
    data: NetworkData,
    stock: StockData,
    share: np.ndarray,
    midnight: datetime,
    size: StockSize,
) -> list[Order]:
    skus = list(stock.skus)
    sold: dict[str, np.ndarray] = {}
    position = {sku: at for at, sku in enumerate(skus)}
    for lot in stock.lots.values():
        if lot.customs_status is CustomsStatus.DUTY_PAID:
            country = data.facilities[lot.warehouse_id].country
            sold.setdefault(country, np.zeros(len(skus)))[position[lot.sku]] = 1.0
    weights = np.array([city[3] for city in CITIES])
    cities = rng.choice(len(CITIES), size.n_orders, p=weights / weights.sum())
    minutes = np.sort(rng.integers(0, size.span_hours * 60, size.n_orders))
    found: list[Order] = []
    for at in range(size.n_orders):
        country, lat, lon, _ = CITIES[cities[at]]
        placed = midnight + timedelta(minutes=int(minutes[at]))
        n_lines = int(min(len(skus), 1 + rng.binomial(3, 0.25)))
        lines: list[OrderLine] = []
        mode = _mode(rng, country, has_warehouse=country in sold)
        odds = share
        if mode == DOMESTIC:
            # Who buys at home sees what the warehouses at home have.
            odds = share * sold[country]
            odds = odds / odds.sum()
            n_lines = min(n_lines, int(np.count_nonzero(odds)))
        for number in sorted(rng.choice(len(skus), n_lines, replace=False, p=odds).tolist()):
            sku = stock.skus[skus[number]]
            lines.append(OrderLine(sku=sku.sku, units=sku.pack_units * int(1 + rng.poisson(0.4))))
        found.append(
            Order(
                order_id=f"ORD{at + 1:05d}",
                destination=Place(facility_id="", lat=lat, lon=lon, country=country),
                customs_mode=mode,
                lines=tuple(lines),
                placed_at=placed,
                due_at=placed + timedelta(days=int(rng.integers(3, 9))),
                late_fen_per_day=int(rng.choice([500, 1000, 2000])),
                priority=int(rng.choice([1, 1, 1, 2, 3])),
                max_parcels=min(3, len(lines)),
                is_partial_allowed=bool(rng.random() < 0.2),  # noqa: PLR2004
            )
        )
    return found


def _mode(rng: np.random.Generator, country: str, *, has_warehouse: bool) -> str:
    """Customers at home buy bonded or domestic stock, others abroad by mail, B2B or from there."""
    if country == HOME:
        return DOMESTIC if has_warehouse and rng.random() < 0.4 else "1210"  # noqa: PLR2004
    if has_warehouse and rng.random() < DOMESTIC_SHARE:
        return DOMESTIC
    return str(rng.choice(["9610", "9710", "9810"], p=[0.6, 0.2, 0.2]))
