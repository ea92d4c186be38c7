"""
Kunming, Mohan, Vientiane, Bangkok: the smallest network on which everything happens once.

A train to Vientiane whose timetable contains the border, a truck on to Bangkok over a border with
opening hours, a truck all the way with one driver who must rest, a flight, and connectors between
the two places of Kunming and of Bangkok. Round numbers; times are wall clock.
"""

from __future__ import annotations

from optimizer.domain.border import Duration, Interchange
from optimizer.domain.hours import WeeklyHours
from optimizer.domain.location import Facility, FacilityKind, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from tests.factories import (
    ESTIMATE,
    fixed,
    make_call,
    make_clearance,
    make_crossing,
    make_facility,
    make_network_data,
    make_rate_card,
    make_section,
    make_service,
    make_surcharge,
    make_truck_lane,
)

CHARGES = {
    "unit_handling_mfen_per_teu_c": 200_000,  # 200 CNY a TEU
    "loose_handling_mfen_per_kg": 5_000,  # 50 CNY a tonne
    "storage_mfen_per_dm3_day": 200,  # 2 CNY a m3 and day
    "storage_free_min": 2 * 1440,
    "transfer_min": 120,
    "stuffing_min": 180,
}
KUNMING_RAIL = make_facility(
    "CNKMG-WJX", lat=25.0, lon=102.8, kind=FacilityKind.RAIL_TERMINAL, **CHARGES
)
KUNMING_AIR = make_facility(
    "CNKMG-AIR", lat=25.1, lon=102.93, kind=FacilityKind.AIRPORT, iata="KMG", **CHARGES
)
VIENTIANE = make_facility("LAVTE-TNL", lat=17.9, lon=102.7, kind=FacilityKind.DRY_PORT, **CHARGES)
BANGKOK_DRY = make_facility(
    "THBKK-LKB",
    lat=13.73,
    lon=100.78,
    kind=FacilityKind.DRY_PORT,
    hours=WeeklyHours.parse("Mo-Sa 06:00-22:00"),
    **CHARGES,
)
BANGKOK_AIR = make_facility(
    "THBKK-AIR", lat=13.69, lon=100.75, kind=FacilityKind.AIRPORT, iata="BKK", **CHARGES
)
FACILITIES: tuple[Facility, ...] = (
    KUNMING_RAIL,
    KUNMING_AIR,
    VIENTIANE,
    BANGKOK_DRY,
    BANGKOK_AIR,
)

CROSSINGS = (
    make_crossing(
        "MOHAN-BOTEN-RAIL:CN-LA",
        mode=Mode.RAIL,
        interchange=Interchange.NONE,
        unit_cost_mfen=30_000_000,
        loose_cost_mfen_per_kg=2_000,
        dwell={"*": Duration(p50_min=240, p90_min=720)},
    ),
    make_crossing(
        "MOHAN-BOTEN-ROAD:CN-LA",
        hours=WeeklyHours.parse("Mo-Su 08:00-20:00"),
        interchange=Interchange.TRUCK_SWAP,
        unit_cost_mfen=60_000_000,
        loose_cost_mfen_per_kg=4_000,
        dwell={"*": Duration(p50_min=180, p90_min=600), "9610": Duration(p50_min=120, p90_min=300)},
        firm_share=0.01,
        provenance=ESTIMATE,
    ),
    make_crossing(
        "HUAYXAI-CHIANGKHONG-ROAD:LA-TH",
        hours=WeeklyHours.parse("Mo-Su 06:00-22:00"),
        unit_cost_mfen=20_000_000,
        loose_cost_mfen_per_kg=1_000,
        dwell={"*": fixed(120)},
    ),
    make_crossing(
        "THANALENG-NONGKHAI-ROAD:LA-TH",
        hours=WeeklyHours.parse("Mo-Su 06:00-22:00"),
        unit_cost_mfen=10_000_000,
        loose_cost_mfen_per_kg=1_000,
        dwell={"*": fixed(90)},
    ),
)

TRAIN = make_service(
    "RAIL-KMG-VTE",
    [
        make_call("CNKMG-WJX", depart="0+20:00", cargo_cutoff_min=360, customs_cutoff_min=480),
        make_call(
            "LAVTE-TNL",
            arrive="1+16:00",
            availability_min=240,
            sections=(
                make_section(600, traction="electric", crossing_id="MOHAN-BOTEN-RAIL:CN-LA"),
                make_section(420, country="LA", traction="electric"),
            ),
            delay=Duration(p50_min=30, p90_min=240),
        ),
    ],
    weekdays=frozenset({0, 2, 4}),
    booking_close_min=1440,
    allotment_teu_c=400,
)
FLIGHT = make_service(
    "AIR-KMG-BKK",
    [
        make_call("CNKMG-AIR", depart="0+22:00", cargo_cutoff_min=240, customs_cutoff_min=300),
        make_call(
            "THBKK-AIR",
            arrive="0+23:30",
            availability_min=180,
            sections=(make_section(1270, country="*", traction="belly"),),
            delay=Duration(p50_min=10, p90_min=90),
        ),
    ],
    mode=Mode.AIR,
    load_units=frozenset({LOOSE, "PMC"}),
    allotment_teu_c=0,
    allotment_kg=6000,
    allotment_positions=2,
)
TRUCK_ALL_THE_WAY = make_truck_lane(
    "TRK-CNKMG-THBKK",
    "CNKMG-WJX",
    "THBKK-LKB",
    [
        make_section(700, speed_km_per_h=70.0, crossing_id="MOHAN-BOTEN-ROAD:CN-LA"),
        make_section(
            230, country="LA", speed_km_per_h=46.0, crossing_id="HUAYXAI-CHIANGKHONG-ROAD:LA-TH"
        ),
        make_section(840, country="TH", speed_km_per_h=60.0),
    ],
    n_drivers=1,
    quota_per_day=3,
    loading_min=120,
    delay=Duration(p50_min=60, p90_min=360),
)
TRUCK_ON_FROM_VIENTIANE = make_truck_lane(
    "TRK-LAVTE-THBKK",
    "LAVTE-TNL",
    "THBKK-LKB",
    [
        make_section(
            20, country="LA", speed_km_per_h=40.0, crossing_id="THANALENG-NONGKHAI-ROAD:LA-TH"
        ),
        make_section(640, country="TH", speed_km_per_h=60.0),
    ],
    n_drivers=2,
    loading_min=60,
)

RATE_CARDS = (
    make_rate_card(TRAIN.service_id, "40HQ", fixed_mfen=800_000_000),
    make_rate_card(TRAIN.service_id, "20GP", fixed_mfen=500_000_000),
    make_rate_card(TRAIN.service_id, LOOSE, [(0, 90_000), (1000, 70_000)], minimum_mfen=20_000_000),
    make_rate_card(
        FLIGHT.service_id,
        LOOSE,
        [(0, 1_500_000), (100, 1_100_000), (500, 900_000)],
        volumetric_kg_per_m3=167,
        minimum_mfen=40_000_000,
    ),
    make_rate_card(FLIGHT.service_id, "PMC", fixed_mfen=2_200_000_000),
    make_rate_card(TRUCK_ALL_THE_WAY.lane_id, "40HQ", fixed_mfen=500_000_000, per_km_mfen=900_000),
    make_rate_card(TRUCK_ALL_THE_WAY.lane_id, "T136", fixed_mfen=450_000_000, per_km_mfen=850_000),
    make_rate_card(TRUCK_ALL_THE_WAY.lane_id, LOOSE, [(0, 180_000), (3000, 150_000)]),
    make_rate_card(
        TRUCK_ON_FROM_VIENTIANE.lane_id, "40HQ", fixed_mfen=200_000_000, per_km_mfen=600_000
    ),
    make_rate_card(TRUCK_ON_FROM_VIENTIANE.lane_id, "20GP", fixed_mfen=350_000_000),
    make_rate_card(TRUCK_ON_FROM_VIENTIANE.lane_id, LOOSE, [(0, 60_000)], per_tkm_mfen=20_000),
    make_rate_card("connector", LOOSE, fixed_mfen=10_000_000, per_tkm_mfen=300_000),
    make_rate_card("connector", "40HQ", fixed_mfen=60_000_000, per_km_mfen=1_000_000),
    make_rate_card("connector", "20GP", fixed_mfen=50_000_000, per_km_mfen=800_000),
    make_rate_card("connector", "T136", fixed_mfen=50_000_000, per_km_mfen=900_000),
    make_rate_card("connector:CN", "PMC", fixed_mfen=30_000_000, per_km_mfen=500_000),
)
SURCHARGES = (
    make_surcharge("mode:air", per_kg_mfen=100_000, per_unit_mfen=50_000_000),
    make_surcharge(TRUCK_ALL_THE_WAY.lane_id, share_bp=500),
)
CLEARANCES = (
    make_clearance("*", "export", "*", Duration(p50_min=240, p90_min=1440)),
    make_clearance("*", "import", "*", Duration(p50_min=360, p90_min=1440)),
    make_clearance("CN", "export", "9610", Duration(p50_min=60, p90_min=240)),
    make_clearance("TH", "import", "*", Duration(p50_min=480, p90_min=1440)),
)


def make_corridor() -> NetworkData:
    """The corridor as network data."""
    return make_network_data(
        facilities=FACILITIES,
        crossings=CROSSINGS,
        services=(TRAIN, FLIGHT),
        truck_lanes=(TRUCK_ALL_THE_WAY, TRUCK_ON_FROM_VIENTIANE),
        rate_cards=RATE_CARDS,
        surcharges=SURCHARGES,
        clearances=CLEARANCES,
    )
