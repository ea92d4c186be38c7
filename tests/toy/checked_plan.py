"""
A correct plan, made by hand: every number follows from the arithmetic beside it.

S1 rides loose on a truck with one driver, S2 in two containers of its own by road, rail and truck,
S3 and S4 share load L1 by rail and truck, S5 flies loose, S6 is larger than a container and fills
L2 and part of L3, S7 stays in Kunming, S8 is not served. Minutes since Monday 2026-11-30 00:00 UTC.
"""

from __future__ import annotations

from datetime import date, timedelta

from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Shipment
from optimizer.plan.itinerary import (
    BorderPassage,
    ClearanceEvent,
    Itinerary,
    Leg,
    LegKind,
    StorageEvent,
)
from optimizer.plan.load import Content, Load
from optimizer.plan.plan import Incumbent, Plan, PlanResult, ShareGroup, Unassigned
from tests.factories import EPOCH, at_point, make_shipment
from tests.toy.checked_network import (
    BKK,
    BKK_AIR,
    KMG_AIR,
    KMG_RAIL,
    MEKONG_BRIDGE,
    RAIL_BORDER,
    ROAD_BORDER,
    VTE,
)

WEDNESDAY = date(2026, 12, 2)
FACTORY = at_point(lat=25.5, lon=102.8, country="CN")
SHOP = at_point(lat=14.03, lon=100.78, country="TH")


def at(minute: int):
    """Moment of a minute."""
    return EPOCH + timedelta(minutes=minute)


SHIPMENTS: tuple[Shipment, ...] = (
    make_shipment(
        "S1",
        KMG_RAIL,
        VTE,
        gross_kg=2000,
        volume_dm3=7000,
        due_at=at(2600),
        latest_at=at(2800),
        late_fen_per_hour=5000,
    ),
    make_shipment("S2", FACTORY, BKK, gross_kg=30000, volume_dm3=100000),
    make_shipment("S3", KMG_RAIL, BKK, gross_kg=3000, volume_dm3=20000, customs_mode="9610"),
    make_shipment(
        "S4",
        KMG_RAIL,
        SHOP,
        gross_kg=5000,
        volume_dm3=15000,
        customs_mode="9710",
        ready_at=at(600),
        due_at=at(8000),
    ),
    make_shipment("S5", KMG_AIR, BKK_AIR, gross_kg=300, volume_dm3=2400),
    make_shipment("S6", KMG_RAIL, VTE, gross_kg=40000, volume_dm3=100000),
    make_shipment("S7", KMG_RAIL, KMG_AIR, gross_kg=1000, volume_dm3=3000),
    make_shipment("S8", KMG_RAIL, VTE, latest_at=at(60), unserved_fen=500_000),
)

# S1. Cleared 0-240, loading 120: leaves at 360. 700 km at 70 km/h is 600 min: at the border at 960,
# midnight in China. It opens at 08:00, 1440; dwell 180: leaves 1620. 660 min there are a rest. 420
# km at 42 km/h is 600 min: 2220, unloaded 2340, import 360: delivered 2700, 100 min late, 2 hours.
# Chargeable 7 m3 * 333 = 2331 kg; at 1.80 that is 4195.80, below 3000 kg at 1.50. Plus 5 %.
# Handling 2 t * 50 twice; border 2 t * 40. CO2e 2 t * 1120 km * 80 g + 2 t * 500 g.
S1 = Itinerary(
    shipment_id="S1",
    legs=(
        Leg(
            kind=LegKind.TRUCK,
            mode=Mode.ROAD,
            ref="TRK-KMG-VTE",
            from_id="CNKMG-RAIL",
            to_id="LAVTE-DRY",
            departs_min=360,
            arrives_min=2220,
            available_min=2340,
            distance_m=1_120_000,
            passages=(
                BorderPassage(
                    crossing_id=ROAD_BORDER.crossing_id, enters_min=1440, leaves_min=1620
                ),
            ),
            cost_lines_fen={
                "line_haul": 419_580,
                "surcharge": 20_979,
                "handling": 20_000,
                "border": 8_000,
            },
            co2e_g=180_200,
        ),
    ),
    clearances=(
        ClearanceEvent(facility_id="CNKMG-RAIL", direction="export", starts_min=0, ends_min=240),
        ClearanceEvent(facility_id="LAVTE-DRY", direction="import", starts_min=2340, ends_min=2700),
    ),
    storages=(StorageEvent(facility_id="CNKMG-RAIL", from_min=0, until_min=360, cost_fen=0),),
    cost_lines_fen={
        "line_haul": 419_580,
        "surcharge": 20_979,
        "handling": 20_000,
        "border": 8_000,
        "customs": 20_000,  # 100 twice
        "inspection": 5_000,  # 10 % of 500
        "lateness": 10_000,  # 2 h * 50
    },
    delivered_min=2700,
    lateness_min=100,
    co2e_g=180_200,
    on_time_share=0.25,
    delivered_p90_min=3500,
    stand_alone_fen=503_559,
    warnings=(f"{ROAD_BORDER.crossing_id} is restricted",),
)

# The Wednesday train: 20:00 in China is 12:00 UTC, minute 720 of the day, 2 * 1440 + 720 = 3600.
# It arrives at 16:00 the next day in Laos, 09:00 UTC: 3 * 1440 + 540 = 4860; available 5100.
# The truck on: lead max(60, 120), leaves at 5220. 20 km at 40 km/h: at the bridge at 5250, 22:30 in
# Laos. It opens at 06:00, 23:00 UTC: 3 * 1440 + 1380 = 5700. Then 640 km at 60 km/h: 640 min.


def train(**changes) -> Leg:
    """Kunming to Vientiane on Wednesday."""
    return Leg(
        kind=LegKind.SERVICE,
        mode=Mode.RAIL,
        ref="RAIL-KMG-VTE",
        voyage_on=WEDNESDAY,
        from_call=0,
        to_call=2,
        from_id="CNKMG-RAIL",
        to_id="LAVTE-DRY",
        departs_min=3600,
        arrives_min=4860,
        available_min=5100,
        distance_m=1_020_000,
        passages=(BorderPassage(crossing_id=RAIL_BORDER.crossing_id),),
        load_unit="40HQ",
        **changes,
    )


def truck_on(dwell_min: int, **changes) -> Leg:
    """Vientiane to Bangkok, leaving the bridge after a dwell."""
    leaves_min = 5700 + dwell_min
    return Leg(
        kind=LegKind.TRUCK,
        mode=Mode.ROAD,
        ref="TRK-VTE-BKK",
        from_id="LAVTE-DRY",
        to_id="THBKK-DRY",
        departs_min=5220,
        arrives_min=leaves_min + 640,
        available_min=leaves_min + 640 + 60,
        distance_m=660_000,
        passages=(
            BorderPassage(
                crossing_id=MEKONG_BRIDGE.crossing_id, enters_min=5700, leaves_min=leaves_min
            ),
        ),
        load_unit="40HQ",
        **changes,
    )


# S2. 30 t and 100 m3 need max(30/26, 100/68) = 2 containers. Half a degree of latitude is
# 6371008.8 * pi / 360 = 55597.54 m, by 1.3: 72277 m; 73 min + 30. Cleared 133-373 at the terminal;
# customs cut-off 480 misses Monday's train (720). From 133 to 3600 is 3467 min, 587 beyond the free
# two days: one day * 2 * 68 m3 * 2 = 272. Vientiane: 120 min, 60 beyond: the same 272.
# Connector 600 + 10 * 72.277 = 1322.77 each. CO2e 30 t * 72.277 km * 100 g.
# Train 8000 each, surcharge 50, handling 2 TEU * 200 at both ends, border 300. CO2e 30 t * 1020 km
# * 20 g + 30 t * 1000 g. Truck 2000 + 6 * 660 = 5960 each, border 100. CO2e 30 t * 660 km * 80 g +
# 30 t * 500 g. Dwell of 0110 at the bridge is 90.
S2 = Itinerary(
    shipment_id="S2",
    legs=(
        Leg(
            kind=LegKind.CONNECTOR,
            mode=Mode.ROAD,
            ref="",
            from_id=FACTORY.label,
            to_id="CNKMG-RAIL",
            departs_min=30,
            arrives_min=133,
            available_min=133,
            distance_m=72_277,
            load_unit="40HQ",
            n_units=2,
            cost_lines_fen={"connector": 264_554},
            co2e_g=216_831,
        ),
        train(
            n_units=2,
            cost_lines_fen={
                "line_haul": 1_600_000,
                "surcharge": 10_000,
                "handling": 160_000,
                "border": 60_000,
            },
            co2e_g=642_000,
        ),
        truck_on(
            90,
            n_units=2,
            cost_lines_fen={"line_haul": 1_192_000, "handling": 160_000, "border": 20_000},
            co2e_g=1_599_000,
        ),
    ),
    clearances=(
        ClearanceEvent(facility_id="CNKMG-RAIL", direction="export", starts_min=133, ends_min=373),
        ClearanceEvent(facility_id="THBKK-DRY", direction="import", starts_min=6490, ends_min=6970),
    ),
    storages=(
        StorageEvent(facility_id="CNKMG-RAIL", from_min=133, until_min=3600, cost_fen=27_200),
        StorageEvent(facility_id="LAVTE-DRY", from_min=5100, until_min=5220, cost_fen=27_200),
    ),
    cost_lines_fen={
        "connector": 264_554,
        "line_haul": 2_792_000,
        "surcharge": 10_000,
        "handling": 320_000,
        "border": 80_000,
        "storage": 54_400,
        "customs": 20_000,
        "inspection": 8_000,  # 30 by rail, 50 by road
    },
    delivered_min=6970,
    co2e_g=2_457_831,
    delivered_p90_min=8000,
)

# L1. Pool ecommerce: the bridge takes the longest of 9610, 9710 and 1210, 150 min. Truck arrives
# 5850 + 640 = 6490, available 6550, stripped 6730. Closes 3600 - 480 - 180 = 2940. In Vientiane the
# unit waits 60 min beyond the free hour: 68 m3 * 2 = 136.
# S3 3 t, 20 m3; S4 5 t, 15 m3. Rail CO2e 3 * 20.4 + 3 = 64.2 kg and 107 kg; road 159.9 and 266.5.
# Cost 16 146. Shares as 20 m3 to 15 m3 (volume is scarcer for both): 4/7 is 9226.2857 -> .29.
L1_LEGS = (
    train(
        n_units=1,
        cost_lines_fen={
            "line_haul": 800_000,
            "surcharge": 5_000,
            "handling": 80_000,
            "border": 30_000,
        },
        co2e_g=171_200,
    ),
    truck_on(
        150,
        n_units=1,
        cost_lines_fen={"line_haul": 596_000, "handling": 80_000, "border": 10_000},
        co2e_g=426_400,
    ),
)
L1 = Load(
    load_id="L1",
    lane_id="LANE-BKK",
    from_id="CNKMG-RAIL",
    to_id="THBKK-DRY",
    load_unit="40HQ",
    customs_pool="ecommerce",
    cargo_pool="dry",
    legs=L1_LEGS,
    closes_min=2940,
    released_min=6730,
    payload_kg=26000,
    usable_dm3=68000,
    contents=(
        Content(shipment_id="S3", gross_kg=3000, volume_dm3=20000),
        Content(shipment_id="S4", gross_kg=5000, volume_dm3=15000),
    ),
    cost_lines_fen={
        "line_haul": 1_396_000,
        "surcharge": 5_000,
        "handling": 160_000,
        "border": 40_000,
        "storage": 13_600,
    },
    co2e_g=597_600,
)

# S3. Cleared as 9610 in 60 min. Waits 3600, 720 beyond: one day * 20 m3 * 2 = 40. Stuffing 3 t * 50
# twice. Declaration 5 twice. Import in Thailand 480.
S3 = Itinerary(
    shipment_id="S3",
    legs=(
        train(n_units=1, load_id="L1", co2e_g=64_200),
        truck_on(150, n_units=1, load_id="L1", co2e_g=159_900),
    ),
    clearances=(
        ClearanceEvent(facility_id="CNKMG-RAIL", direction="export", starts_min=0, ends_min=60),
        ClearanceEvent(facility_id="THBKK-DRY", direction="import", starts_min=6730, ends_min=7210),
    ),
    storages=(StorageEvent(facility_id="CNKMG-RAIL", from_min=0, until_min=3600, cost_fen=4_000),),
    cost_lines_fen={"storage": 4_000, "stuffing": 30_000, "customs": 1_000, "inspection": 8_000},
    share_fen=922_629,
    delivered_min=7210,
    co2e_g=224_100,
    delivered_p90_min=9000,
    stand_alone_fen=1_700_000,
)

# S4. Ready 600, cleared 840. Waits 3000, 120 beyond: one day * 15 m3 * 2 = 30. Last mile: 0.3
# degrees are 33358.52 m, by 1.3: 43366 m; 44 + 30 min. 120 + 3 * 5 t * 43.366 km = 770.49. CO2e
# 5 t * 43.366 km * 100 g.
S4 = Itinerary(
    shipment_id="S4",
    legs=(
        train(n_units=1, load_id="L1", co2e_g=107_000),
        truck_on(150, n_units=1, load_id="L1", co2e_g=266_500),
        Leg(
            kind=LegKind.CONNECTOR,
            mode=Mode.ROAD,
            ref="",
            from_id="THBKK-DRY",
            to_id=SHOP.label,
            departs_min=7300,
            arrives_min=7374,
            available_min=7374,
            distance_m=43_366,
            cost_lines_fen={"connector": 77_049},
            co2e_g=21_683,
        ),
    ),
    clearances=(
        ClearanceEvent(facility_id="CNKMG-RAIL", direction="export", starts_min=600, ends_min=840),
        ClearanceEvent(facility_id="THBKK-DRY", direction="import", starts_min=6730, ends_min=7210),
    ),
    storages=(
        StorageEvent(facility_id="CNKMG-RAIL", from_min=600, until_min=3600, cost_fen=3_000),
    ),
    cost_lines_fen={
        "connector": 77_049,
        "storage": 3_000,
        "stuffing": 50_000,
        "customs": 10_000,
        "inspection": 8_000,
    },
    share_fen=691_971,
    delivered_min=7374,
    co2e_g=395_183,
    delivered_p90_min=7900,
)

# S5. Chargeable 2.4 m3 * 167 = 400.8 -> 401 kg at 11 = 4411, below 500 kg at 9. Surcharge 401.
# Handling 0.3 t * 50 twice. CO2e 0.3 t * (1270 + 95) km * 900 g + 0.3 t * 2000 g. 22:00 in China is
# 14:00 UTC, 840; 23:30 in Thailand is 16:30 UTC, 990.
S5 = Itinerary(
    shipment_id="S5",
    legs=(
        Leg(
            kind=LegKind.SERVICE,
            mode=Mode.AIR,
            ref="AIR-KMG-BKK",
            voyage_on=date(2026, 11, 30),
            from_call=0,
            to_call=1,
            from_id="CNKMG-AIR",
            to_id="THBKK-AIR",
            departs_min=840,
            arrives_min=990,
            available_min=1170,
            distance_m=1_270_000,
            cost_lines_fen={"line_haul": 441_100, "surcharge": 40_100, "handling": 3_000},
            co2e_g=369_150,
        ),
    ),
    clearances=(
        ClearanceEvent(facility_id="CNKMG-AIR", direction="export", starts_min=0, ends_min=240),
        ClearanceEvent(facility_id="THBKK-AIR", direction="import", starts_min=1170, ends_min=1650),
    ),
    cost_lines_fen={
        "line_haul": 441_100,
        "surcharge": 40_100,
        "handling": 3_000,
        "customs": 20_000,
    },
    delivered_min=1650,
    co2e_g=369_150,
    delivered_p90_min=2700,
)

# S6. 40 t do not fit 26 t: 26 t and 60 m3 in L2, the rest in L3. Waits 3600: one day * 100 m3 * 2.
# Stuffing 40 t * 50 twice, once for the whole. Stripped 5280, import 360. The train then carries 2
# + 1 + 2 containers, 10 TEU: all of the allotment.


def split_load(load_id: str, gross_kg: int, volume_dm3: int, co2e_g: int) -> Load:
    """One of the containers of S6."""
    lines_fen = {"line_haul": 800_000, "surcharge": 5_000, "handling": 80_000, "border": 30_000}
    return Load(
        load_id=load_id,
        lane_id="LANE-VTE",
        from_id="CNKMG-RAIL",
        to_id="LAVTE-DRY",
        load_unit="40HQ",
        customs_pool="trade",
        cargo_pool="dry",
        legs=(train(n_units=1, cost_lines_fen=lines_fen, co2e_g=co2e_g),),
        closes_min=2940,
        released_min=5280,
        payload_kg=26000,
        usable_dm3=68000,
        contents=(Content(shipment_id="S6", gross_kg=gross_kg, volume_dm3=volume_dm3),),
        cost_lines_fen=lines_fen,
        co2e_g=co2e_g,
    )


L2 = split_load("L2", 26000, 60000, 556_400)  # 26 t * (20.4 kg + 1 kg)
L3 = split_load("L3", 14000, 40000, 299_600)
S6 = Itinerary(
    shipment_id="S6",
    legs=(train(n_units=1, load_id="L2", co2e_g=856_000),),
    clearances=(
        ClearanceEvent(facility_id="CNKMG-RAIL", direction="export", starts_min=0, ends_min=240),
        ClearanceEvent(facility_id="LAVTE-DRY", direction="import", starts_min=5280, ends_min=5640),
    ),
    storages=(StorageEvent(facility_id="CNKMG-RAIL", from_min=0, until_min=3600, cost_fen=20_000),),
    cost_lines_fen={
        "storage": 20_000,
        "stuffing": 400_000,
        "customs": 20_000,
        "inspection": 3_000,
    },
    share_fen=1_830_000,
    delivered_min=5640,
    co2e_g=856_000,
    delivered_p90_min=6800,
)

# S7. 0.2 degrees are 22239.02 m, by 1.3: 28911 m; 29 + 30 min. 100 + 3 * 1 t * 28.911 km = 186.733.
# CO2e 1 t * 28.911 km * 100 g = 2891.1 g.
S7 = Itinerary(
    shipment_id="S7",
    legs=(
        Leg(
            kind=LegKind.CONNECTOR,
            mode=Mode.ROAD,
            ref="",
            from_id="CNKMG-RAIL",
            to_id="CNKMG-AIR",
            departs_min=100,
            arrives_min=159,
            available_min=159,
            distance_m=28_911,
            load_unit=LOOSE,
            cost_lines_fen={"connector": 18_673},
            co2e_g=2_891,
        ),
    ),
    cost_lines_fen={"connector": 18_673},
    delivered_min=159,
    co2e_g=2_891,
    delivered_p90_min=159,
)


def make_checked_plan() -> Plan:
    """The correct plan."""
    return Plan(
        epoch_at=EPOCH,
        planned_at=EPOCH,
        shipments={shipment.shipment_id: shipment for shipment in SHIPMENTS},
        itineraries=(S1, S2, S3, S4, S5, S6, S7),
        loads=(L1, L2, L3),
        unassigned=(
            Unassigned(
                shipment_id="S8",
                code="U808",
                reason="the earliest delivery is after the latest time",
                resource="RAIL-KMG-VTE",
                penalty_fen=500_000,
            ),
        ),
        share_groups=(
            ShareGroup(load_ids=("L1",), shipment_ids=("S3", "S4"), least_core_fen=0),
            ShareGroup(load_ids=("L2", "L3"), shipment_ids=("S6",), least_core_fen=0),
        ),
    )


def make_checked_result(**changes) -> PlanResult:
    """The correct plan as a result; the summary is left to the caller."""
    values = {
        "plan": make_checked_plan(),
        "status": "feasible",
        "bound_fen": 8_000_000,
        "solve_seconds": 1.5,
        "stop_reason": "gap",
        "seed": 7,
        "n_threads": 2,
        "versions": {"teahorse": "0.1.0"},
        "input_hashes": {"network": "abc"},
        "incumbents": (
            Incumbent(seconds=0.25, objective_fen=11_000_000, bound_fen=7_000_000, note="start"),
        ),
        "summary": {},
    }
    return PlanResult(**(values | changes))
