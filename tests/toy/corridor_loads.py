"""Shipments on the corridor whose consolidated answer is known by arithmetic, and their prices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from optimizer.domain.border import CreditClass
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from tests.factories import EPOCH, at_point, make_shipment
from tests.toy.corridor import (
    BANGKOK_AIR,
    BANGKOK_DRY,
    KUNMING_AIR,
    KUNMING_RAIL,
    VIENTIANE,
    make_corridor,
)

TUESDAY_MIN = 1440
"""Ready on Tuesday, goods wait less than the two free days for Wednesday's train."""
WEDNESDAY_TRAIN_MIN = 2 * 1440 + 12 * 60
"""20:00 in Kunming."""
LOAD_CLOSES_MIN = WEDNESDAY_TRAIN_MIN - 480 - 180
"""Customs cut-off and stuffing before it."""
LOAD_RELEASED_MIN = WEDNESDAY_TRAIN_MIN + 21 * 60 + 240 + 180
"""21 hours to Vientiane, 240 minutes until it can be collected, 180 to strip."""
EXPORT_MIN, IMPORT_MIN, IMPORT_TH_MIN = 240, 360, 480
BOX_20_FEN, BOX_40_FEN = 570_000, 910_000
"""Kunming to Vientiane: 5000 and 8000 CNY, border 300, lifts of 200 a TEU at both ends."""
LOOSE_FEN_PER_T = 70_000 + 10_000 + 2_000
"""From a tonne: 700 CNY, handling 50 at both ends, border 20."""
STUFFING_FEN_PER_T = 10_000


def at_min(minute: int):
    """Moment of a minute after the epoch."""
    return EPOCH + timedelta(minutes=minute)


def ready(minute: int) -> dict:
    """Ready at a minute."""
    return {"ready_at": at_min(minute)}


def five_tonnes(name: str, origin=KUNMING_RAIL, destination=VIENTIANE, **changes) -> Shipment:
    """Five tonnes and nine cubic metres, ready on Tuesday: three of them fill a 20-foot box."""
    default = {"gross_kg": 5000, "volume_dm3": 9000, **ready(TUESDAY_MIN)}
    return make_shipment(name, origin, destination, **(default | changes))


def ample_corridor() -> NetworkData:
    """The corridor with room for everybody, so that shipments do not stand in each other's way."""
    data = make_corridor()
    services = {
        key: replace(
            one,
            allotment_teu_c=100 * one.allotment_teu_c,
            allotment_kg=100 * one.allotment_kg,
            allotment_positions=100 * one.allotment_positions,
        )
        for key, one in data.services.items()
    }
    lanes = {key: replace(one, quota_per_day=0) for key, one in data.truck_lanes.items()}
    crossings = {key: replace(one, firm_share=1.0) for key, one in data.crossings.items()}
    return replace(data, services=services, truck_lanes=lanes, crossings=crossings)


_ORIGINS = (
    KUNMING_RAIL,
    KUNMING_AIR,
    at_point(lat=25.05, lon=102.7, country="CN"),
    at_point(lat=26.2, lon=103.3, country="CN"),
)
_DESTINATIONS = (
    BANGKOK_DRY,
    BANGKOK_AIR,
    at_point(lat=13.8, lon=100.5, country="TH"),
    VIENTIANE,
    at_point(lat=18.1, lon=102.6, country="LA"),
)
_UNSERVED_FEN = 9_000_000


def random_shipments(seed: int) -> list[Shipment]:
    """Two to eight shipments from parcels to truckloads, some due, some cold, some not worth it."""
    rng = Random(seed)  # noqa: S311
    shipments: list[Shipment] = []
    for number in range(rng.randint(2, 8)):
        low, high = rng.choice([(50, 900), (900, 9_000), (9_000, 26_000), (26_000, 60_000)])
        gross_kg = rng.randint(low, high)
        ready_min = rng.randint(0, 3 * 1440)
        due_min = ready_min + rng.randint(1440, 6 * 1440)
        is_due, is_hard = rng.random() < 0.5, rng.random() < 0.3
        shipments.append(
            make_shipment(
                f"S{number}",
                rng.choice(_ORIGINS),
                rng.choice(_DESTINATIONS),
                gross_kg=gross_kg,
                volume_dm3=int(gross_kg * rng.choice([1.5, 3, 5])),
                customs_mode=rng.choice(["0110", "0110", "9610", "9710"]),
                credit_class=rng.choice(list(CreditClass)),
                cargo_class=rng.choice(["general"] * 5 + ["perishable"]),
                ready_at=at_min(ready_min),
                booked_at=rng.choice([at_min(-7 * 1440), at_min(ready_min)]),
                due_at=at_min(due_min) if is_due else None,
                late_fen_per_hour=rng.randint(0, 20_000) if is_due else 0,
                latest_at=at_min(due_min + rng.randint(0, 3 * 1440)) if is_hard else None,
                unserved_fen=rng.choice([_UNSERVED_FEN] * 4 + [rng.randint(100, 500) * 1000]),
            )
        )
    return shipments
