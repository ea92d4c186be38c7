"""
The network under the hand-made plan: one of everything that a rule speaks of, in round numbers.

Epoch is Monday 2026-11-30 00:00 UTC: 08:00 in China, 07:00 in Laos and Thailand. Money in the
comments is CNY; 1 CNY = 100 fen = 100 000 milli-fen.
"""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.border import BorderStatus, CreditClass, Duration
from optimizer.domain.hours import WeeklyHours
from optimizer.domain.location import Facility, FacilityKind, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from tests.factories import (
    CUSTOMS_MODES,
    ESTIMATE,
    fixed,
    make_call,
    make_clearance,
    make_crossing,
    make_facility,
    make_inspection,
    make_network_data,
    make_rate_card,
    make_section,
    make_service,
    make_surcharge,
    make_truck_lane,
)

CHARGES = {
    "transfer_min": 120,
    "stuffing_min": 180,
    "unit_handling_mfen_per_teu_c": 200_000,  # 200 a TEU
    "loose_handling_mfen_per_kg": 5_000,  # 50 a tonne
    "storage_mfen_per_dm3_day": 200,  # 2 a m3 and day
    "storage_free_min": 2 * 1440,
}
KMG_RAIL = make_facility(
    "CNKMG-RAIL",
    lat=25.0,
    lon=102.8,
    kind=FacilityKind.RAIL_TERMINAL,
    gauges_mm=frozenset({1435}),
    **CHARGES,
)
KMG_AIR = make_facility("CNKMG-AIR", lat=25.2, lon=102.8, kind=FacilityKind.AIRPORT, **CHARGES)
MOHAN = make_facility(
    "CNMHN-RAIL", lat=21.2, lon=101.7, gauges_mm=frozenset({1435}), consolidates=False, **CHARGES
)
VTE = make_facility(
    "LAVTE-DRY",
    lat=17.9,
    lon=102.7,
    gauges_mm=frozenset({1000, 1435}),
    **(CHARGES | {"storage_free_min": 60}),
)
BKK = make_facility(
    "THBKK-DRY", lat=13.73, lon=100.78, hours=WeeklyHours.parse("Mo-Sa 06:00-22:00"), **CHARGES
)
BKK_AIR = make_facility("THBKK-AIR", lat=13.69, lon=100.75, kind=FacilityKind.AIRPORT, **CHARGES)
FACILITIES: tuple[Facility, ...] = (KMG_RAIL, KMG_AIR, MOHAN, VTE, BKK, BKK_AIR)

RAIL_BORDER = make_crossing(
    "MOHAN-BOTEN-RAIL:CN-LA",
    mode=Mode.RAIL,
    unit_cost_mfen=30_000_000,  # 300
    loose_cost_mfen_per_kg=2_000,
    dwell={"*": Duration(p50_min=240, p90_min=720)},
)
ROAD_BORDER = make_crossing(
    "MOHAN-BOTEN-ROAD:CN-LA",
    hours=WeeklyHours.parse("Mo-Su 08:00-20:00"),
    status=BorderStatus.RESTRICTED,
    unit_cost_mfen=60_000_000,
    loose_cost_mfen_per_kg=4_000,  # 40 a tonne
    dwell={"*": Duration(p50_min=180, p90_min=600)},
    firm_share=0.01,  # 3 of 300 trucks
)
MEKONG_BRIDGE = make_crossing(
    "THANALENG-NONGKHAI-ROAD:LA-TH",
    hours=WeeklyHours.parse("Mo-Su 06:00-22:00"),
    unit_cost_mfen=10_000_000,  # 100
    loose_cost_mfen_per_kg=1_000,
    dwell={"*": fixed(90), "9710": fixed(150)},
    firm_share=0.01,
)

TRAIN = make_service(
    "RAIL-KMG-VTE",
    [
        make_call("CNKMG-RAIL", depart="0+20:00", cargo_cutoff_min=360, customs_cutoff_min=480),
        make_call(
            "CNMHN-RAIL",
            arrive="1+04:00",
            depart="1+06:00",
            sections=(make_section(600, traction="electric"),),
        ),
        make_call(
            "LAVTE-DRY",
            arrive="1+16:00",
            availability_min=240,
            sections=(
                make_section(10, traction="electric", crossing_id=RAIL_BORDER.crossing_id),
                make_section(410, country="LA", traction="electric"),
            ),
        ),
    ],
    weekdays=frozenset({0, 2, 4}),
    booking_close_min=1440,
    allotment_teu_c=1000,
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
        ),
    ],
    mode=Mode.AIR,
    load_units=frozenset({LOOSE, "PMC"}),
    allotment_teu_c=0,
    allotment_kg=6000,
    allotment_positions=2,
)
TRUCK_VTE = make_truck_lane(
    "TRK-KMG-VTE",
    "CNKMG-RAIL",
    "LAVTE-DRY",
    [
        make_section(700, speed_km_per_h=70.0, crossing_id=ROAD_BORDER.crossing_id),
        make_section(420, country="LA", speed_km_per_h=42.0),
    ],
    n_drivers=1,
    quota_per_day=3,
    loading_min=120,
)
TRUCK_BKK = make_truck_lane(
    "TRK-VTE-BKK",
    "LAVTE-DRY",
    "THBKK-DRY",
    [
        make_section(20, country="LA", speed_km_per_h=40.0, crossing_id=MEKONG_BRIDGE.crossing_id),
        make_section(640, country="TH", speed_km_per_h=60.0),
    ],
    n_drivers=2,
    quota_per_day=3,
    loading_min=60,
)

RATE_CARDS = (
    make_rate_card("RAIL-KMG-VTE", "40HQ", fixed_mfen=800_000_000),  # 8 000
    make_rate_card(
        "AIR-KMG-BKK",
        LOOSE,
        [(0, 1_500_000), (100, 1_100_000), (500, 900_000)],  # 15, 11, 9 a kg
        volumetric_kg_per_m3=167,
        minimum_mfen=40_000_000,
    ),
    make_rate_card("TRK-KMG-VTE", LOOSE, [(0, 180_000), (3000, 150_000)]),  # 1.80, 1.50 a kg
    make_rate_card(
        "TRK-VTE-BKK", "40HQ", fixed_mfen=200_000_000, per_km_mfen=600_000, provenance=ESTIMATE
    ),
    make_rate_card("connector", LOOSE, fixed_mfen=10_000_000, per_tkm_mfen=300_000),
    make_rate_card("connector:TH", LOOSE, fixed_mfen=12_000_000, per_tkm_mfen=300_000),
    make_rate_card("connector", "40HQ", fixed_mfen=60_000_000, per_km_mfen=1_000_000),
)
SURCHARGES = (
    make_surcharge("TRK-KMG-VTE", share_bp=500),  # 5 %
    make_surcharge("mode:air", per_kg_mfen=100_000),  # 1 a chargeable kg
    make_surcharge("mode:rail", per_unit_mfen=5_000_000),  # 50 a unit
)
CLEARANCES = (
    make_clearance("CN", "export", "*", Duration(p50_min=240, p90_min=1440)),
    make_clearance("CN", "export", "9610", Duration(p50_min=60, p90_min=240)),
    make_clearance("*", "import", "*", Duration(p50_min=360, p90_min=1440)),
    make_clearance("TH", "import", "*", Duration(p50_min=480, p90_min=1440)),
)
INSPECTIONS = (
    # 5 % of 600 is 30; 10 % of 500 is 50.
    make_inspection(CreditClass.ORDINARY, Mode.RAIL, inspection_share=0.05, cost_mfen=60_000_000),
    make_inspection(CreditClass.ORDINARY, Mode.ROAD, inspection_share=0.1, cost_mfen=50_000_000),
)
FEES_MFEN = {"0110": 10_000_000, "9610": 500_000, "9710": 5_000_000}  # 100, 5, 50


def make_checked_network() -> NetworkData:
    """The network of the hand-made plan."""
    return make_network_data(
        facilities=FACILITIES,
        crossings=(RAIL_BORDER, ROAD_BORDER, MEKONG_BRIDGE),
        services=(TRAIN, FLIGHT),
        truck_lanes=(TRUCK_VTE, TRUCK_BKK),
        rate_cards=RATE_CARDS,
        surcharges=SURCHARGES,
        clearances=CLEARANCES,
        inspections=INSPECTIONS,
        customs_modes={
            code: replace(mode, declaration_mfen=FEES_MFEN.get(code, 0))
            for code, mode in CUSTOMS_MODES.items()
        },
    )
