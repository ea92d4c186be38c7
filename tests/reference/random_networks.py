"""Small random networks with everything that a search must get right."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from optimizer.domain.border import BorderStatus, Closure
from optimizer.domain.hours import WeeklyHours
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE, Section
from optimizer.domain.shipment import Shipment
from tests.factories import (
    EPOCH,
    at_facility,
    at_point,
    fixed,
    make_call,
    make_clearance,
    make_crossing,
    make_customs_mode,
    make_facility,
    make_inspection,
    make_network_data,
    make_rate_card,
    make_section,
    make_service,
    make_shipment,
    make_surcharge,
    make_truck_lane,
)

COUNTRIES = ("CN", "LA", "MM")
HOURS = ("24/7", "Mo-Su 08:00-20:00", "Mo-Sa 06:00-22:00", "Mo-Fr 09:00-17:00; Sa 09:00-12:00")
BORDER_HOURS = ("24/7", "Mo-Su 08:00-20:00", "Mo-Sa 07:00-19:00")
UNITS = (LOOSE, "20GP", "40HQ")


def _closures(rng: random.Random) -> Iterator[Closure]:
    """None or a few spans within the first two weeks, which may overlap."""
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        start = EPOCH + timedelta(minutes=rng.randrange(0, 14 * 1440))
        yield Closure(
            from_at=start, until_at=start + timedelta(minutes=rng.randrange(60, 5 * 1440))
        )


def make_random(seed: int, *, with_storage: bool) -> tuple[NetworkData, Shipment]:
    """A network of five or six facilities in three countries, and a shipment between two of them."""
    rng = random.Random(seed)  # noqa: S311
    facilities = [
        make_facility(
            f"{country}F{at:02d}-X",
            country=country,
            lat=20.0 + COUNTRIES.index(country) + rng.uniform(0, 0.6),
            lon=100.0 + rng.uniform(0, 0.6),
            hours=WeeklyHours.parse(rng.choice(HOURS)),
            customs_modes=frozenset({"0110"}) if rng.random() < 0.7 else frozenset(),
            transfer_min=rng.choice((0, 60, 240)),
            unit_handling_mfen_per_teu_c=rng.randrange(0, 300_000),
            loose_handling_mfen_per_kg=rng.randrange(0, 9_000),
            storage_mfen_per_dm3_day=rng.randrange(0, 3_000) if with_storage else 0,
            storage_free_min=rng.choice((0, 720, 2880)),
        )
        for at, country in enumerate(rng.choices(COUNTRIES, k=rng.choice((4, 5, 6))))
    ]
    # Drawn apart, so that closures change nothing else about the network of a seed.
    shutting = random.Random(~seed)  # noqa: S311
    ids = [facility.facility_id for facility in facilities]
    country_of = {facility.facility_id: facility.country for facility in facilities}
    crossings = [
        make_crossing(
            f"B{mode.value.upper()}{a}{b}:{a}-{b}",
            mode=mode,
            hours=WeeklyHours.parse(rng.choice(BORDER_HOURS)),
            status=rng.choices((BorderStatus.OPEN, BorderStatus.CLOSED), (6, 1))[0],
            customs_modes=frozenset({"0110"} if rng.random() < 0.9 else {"9610"}),
            dwell={"*": fixed(rng.choice((0, 45, 180))), "0110": fixed(rng.choice((0, 90)))},
            unit_cost_mfen=rng.randrange(0, 40_000_000),
            loose_cost_mfen_per_kg=rng.randrange(0, 4_000),
            closures=tuple(_closures(shutting)),
        )
        for mode in (Mode.RAIL, Mode.ROAD)
        for a in COUNTRIES
        for b in COUNTRIES
        if a != b
    ]
    by_pair = {(c.mode, c.from_country, c.to_country): c.crossing_id for c in crossings}

    def way(mode: Mode, tail: str, head: str, traction: str) -> tuple[Section, ...]:
        a, b = country_of[tail], country_of[head]
        sections = [
            make_section(
                rng.randrange(20, 900),
                country=a,
                speed_km_per_h=rng.choice((40.0, 52.5, 70.0)),
                traction=traction,
                crossing_id="" if a == b else by_pair[mode, a, b],
            )
        ]
        if a != b:
            sections.append(
                make_section(
                    rng.randrange(20, 900),
                    country=b,
                    speed_km_per_h=60.0,
                    traction=traction,
                )
            )
        return tuple(sections)

    services, lanes, cards = [], [], []
    for at in range(rng.choice((2, 3, 4))):
        stops = rng.sample(ids, k=min(len(ids), rng.choice((2, 2, 3, 4))))
        minute = rng.randrange(0, 1440)
        calls = []
        for k, stop in enumerate(stops):
            arrive = -1 if k == 0 else minute + rng.randrange(300, 2500)
            depart = -1 if k == len(stops) - 1 else max(arrive, minute) + rng.randrange(0, 300)
            calls.append(
                make_call(
                    stop,
                    cargo_cutoff_min=rng.choice((0, 120, 480)),
                    customs_cutoff_min=rng.choice((0, 600)),
                    availability_min=rng.choice((0, 90, 300)),
                    arrive_min=arrive,
                    depart_min=depart,
                    sections=() if k == 0 else way(Mode.RAIL, stops[k - 1], stop, "electric"),
                )
            )
            minute = max(depart, arrive)
        services.append(
            make_service(
                f"S{at}",
                calls,
                weekdays=frozenset(rng.sample(range(7), k=rng.choice((1, 3, 7)))),
                booking_close_min=rng.choice((0, 1440, 4320)),
                load_units=frozenset(rng.sample(UNITS, k=rng.choice((2, 3)))),
            )
        )
    for at in range(rng.choice((1, 2, 3))):
        tail, head = rng.sample(ids, k=2)
        lanes.append(
            make_truck_lane(
                f"T{at}",
                tail,
                head,
                way(Mode.ROAD, tail, head, "truck"),
                n_drivers=rng.choice((1, 2)),
                loading_min=rng.choice((0, 60, 180)),
                load_units=frozenset(rng.sample(UNITS, k=rng.choice((2, 3)))),
            )
        )
    for scope in [*(s.service_id for s in services), *(t.lane_id for t in lanes), "connector"]:
        cards.append(
            make_rate_card(
                scope,
                LOOSE,
                [(0, rng.randrange(1_000, 200_000)), (500, rng.randrange(1_000, 150_000))],
                minimum_mfen=rng.randrange(0, 30_000_000),
                per_km_mfen=rng.randrange(0, 9_000),
                per_tkm_mfen=rng.randrange(0, 90_000),
            )
        )
        cards.extend(
            make_rate_card(
                scope,
                unit,
                fixed_mfen=rng.randrange(1_000_000, 400_000_000),
                per_km_mfen=rng.randrange(0, 900_000),
            )
            for unit in ("20GP", "40HQ")
            if rng.random() < 0.8
        )
    data = make_network_data(
        facilities=facilities,
        crossings=crossings,
        services=services,
        truck_lanes=lanes,
        rate_cards=cards,
        surcharges=[
            make_surcharge("mode:rail", share_bp=rng.randrange(0, 2000), per_kg_mfen=777),
            make_surcharge("T0", per_unit_mfen=1_234_567),
        ],
        clearances=[
            make_clearance("*", "export", "*", fixed(rng.choice((0, 200)))),
            make_clearance("*", "import", "*", fixed(rng.choice((0, 500)))),
            make_clearance("CN", "export", "0110", fixed(rng.choice((30, 300)))),
        ],
        inspections=[
            make_inspection(
                make_shipment("S", facilities[0], facilities[1]).credit_class,
                mode,
                inspection_share=0.035,
                cost_mfen=rng.randrange(0, 90_000_000),
            )
            for mode in Mode
        ],
        customs_modes={
            "0110": make_customs_mode("0110", declaration_mfen=rng.randrange(0, 40_000_000)),
            "9610": make_customs_mode("9610", pool="ecommerce"),
        },
    )
    ends = rng.sample(facilities, k=2)
    places = [
        at_facility(end)
        if rng.random() < 0.6
        else at_point(lat=end.lat + 0.05, lon=end.lon + 0.03, country=end.country)
        for end in ends
    ]
    ready = EPOCH + timedelta(minutes=rng.randrange(0, 10_000))
    shipment = make_shipment(
        "S",
        *places,
        gross_kg=rng.randrange(10, 30_000),
        volume_dm3=rng.randrange(100, 70_000),
        ready_at=ready,
        booked_at=ready - timedelta(days=rng.choice((0, 3))),
        due_at=None if rng.random() < 0.5 else ready + timedelta(days=rng.choice((1, 4))),
        late_fen_per_hour=rng.randrange(0, 5000),
    )
    if rng.random() < 0.3:
        shipment = replace(shipment, latest_at=ready + timedelta(days=rng.choice((2, 6, 12))))
    return data, shipment
