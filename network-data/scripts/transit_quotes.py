"""Quotes of the corridor pairs of ``inputs/published_transit.csv`` on the network of the tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from table_io import INPUTS, TABLES, Row, read_rows

from optimizer import planner
from optimizer.datasets.query import read_query
from optimizer.domain.network_data import NetworkData
from optimizer.plan.itinerary import Itinerary, Leg, LegKind

READY = "2026-11-30T08:00:00+08:00"
EPOCH = "2026-11-29T00:00:00+00:00"
FEN = 100
LINES_OF_SCOPE = {
    "haul": ("line_haul", "surcharge"),
    "terminal": ("line_haul", "surcharge", "handling", "border"),
}
"""Cost lines of the main legs that a published price is about; ``door`` is the whole cost."""
ADDRESSES = {
    "KMG": "25.02,102.70", "CKG": "29.55,106.50", "CTU": "30.66,104.07", "XIY": "34.27,108.95",
    "NNG": "22.82,108.32", "VTE": "17.97,102.62", "SVK": "16.58,104.90", "BKK": "13.75,100.55",
    "LCH": "THLCH-LCB", "LCI": "22.48,103.97", "HAN": "21.03,105.85", "HPH": "VNHPH-HPR",
    "SGN": "10.78,106.70", "PNH": "11.56,104.92", "KUL": "3.14,101.69", "DUI": "51.43,6.76",
    "HAM": "53.55,10.00", "BUD": "47.50,19.05", "LOD": "51.76,19.46", "MAL": "52.23,21.01",
    "TAS": "41.30,69.25", "ALA": "43.24,76.90", "DEL": "28.61,77.21", "DAC": "23.78,90.40",
    "BLR": "12.97,77.59",
}  # fmt: skip
"""
Middle of each city, that the door-to-door days are for. Warsaw stands for Malaszewicze; the two
seaports are terminals, so that the train is not left before them.
"""


@dataclass(frozen=True)
class Quoted:
    """What the planner says about a pair: hours and days, and money in the published currency."""

    line_h: float
    door_h: float
    price: float


@cache
def tables() -> NetworkData:
    """The committed tables."""
    return planner.read(TABLES.parent)


def only(data: NetworkData, chain: tuple[str, ...], load_unit: str) -> NetworkData:
    """
    The network with nothing but the services and lanes of a chain, sold in one load unit.

    A published figure is about one way of carriage, which need not be on the Pareto front of the
    whole network.

    Raises
    ------
    ValueError
        A part of the chain is not a service or lane that runs and takes the load unit.
    """
    sold = frozenset((load_unit,))
    carriers = {**data.services, **data.truck_lanes}
    for ref in chain:
        if ref not in carriers or carriers[ref].status != "running":
            raise ValueError(f"{ref} does not run")
        if load_unit not in carriers[ref].load_units:
            raise ValueError(f"{ref} does not take {load_unit}")
    return replace(
        data,
        services={
            ref: replace(data.services[ref], load_units=sold)
            for ref in chain
            if ref in data.services
        },
        truck_lanes={
            ref: replace(data.truck_lanes[ref], load_units=sold)
            for ref in chain
            if ref in data.truck_lanes
        },
    )


def itinerary_of(row: Row) -> Itinerary:
    """
    Earliest itinerary over the whole chain of a pair with the fewest legs, the cheaper of two.

    Raises
    ------
    ValueError
        The planner finds none.
    """
    chain = tuple(row["chain"].split(";"))
    data = only(tables(), chain, row["load_unit"])
    inputs = planner.load(epoch_at=datetime.fromisoformat(EPOCH), data=data)
    shipment = read_query(
        data,
        origin=ADDRESSES[row["from_place"]],
        destination=ADDRESSES[row["to_place"]],
        kg=row["kg"],
        m3=row["m3"],
        ready=READY,
        cargo_class=row["cargo_class"],
    )
    result = planner.quote(inputs, shipment, max_itineraries=100)
    fitting = [
        one for one in result.itineraries if tuple(leg.ref for leg in main_legs(one)) == chain
    ]
    if not fitting:
        raise ValueError(f"{row['pair']}, {row['what']}: no itinerary {result.reasons}")
    return min(fitting, key=lambda one: (len(one.legs), one.delivered_min, one.cost_fen))


def main_legs(itinerary: Itinerary) -> list[Leg]:
    """Legs by services and truck lanes, without first and last mile."""
    return [leg for leg in itinerary.legs if leg.kind is not LegKind.CONNECTOR]


def price_fen(row: Row, itinerary: Itinerary) -> int:
    """What the itinerary costs, as far as the published price of the pair goes."""
    if row["price_scope"] == "door":
        return itinerary.cost_fen
    lines = LINES_OF_SCOPE[row["price_scope"]]
    return sum(leg.cost_lines_fen.get(line, 0) for leg in main_legs(itinerary) for line in lines)


def quoted(row: Row) -> Quoted:
    """Our figures for a pair; money in its currency, CNY where no price was published."""
    itinerary = itinerary_of(row)
    legs = main_legs(itinerary)
    ready = datetime.fromisoformat(READY) - datetime.fromisoformat(EPOCH)
    cny = {one.currency: float(one.cny_per_unit) for one in tables().exchange_rates}
    per = float(row["kg"]) if row["price_per"] == "kg" else max(1, legs[0].n_units)
    price = price_fen(row, itinerary) / FEN / per / cny.get(row["currency"], 1.0)
    return Quoted(
        line_h=(legs[-1].arrives_min - legs[0].departs_min) / 60,
        door_h=itinerary.delivered_min / 60 - ready.total_seconds() / 3600,
        price=price,
    )


def published_rows() -> list[Row]:
    """Rows of the input, as they stand."""
    return read_rows(INPUTS / "published_transit.csv")
