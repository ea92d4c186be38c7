"""
Valid domain objects with plain round numbers; a test overrides only what it is about.

Everything is always open, free of charge and certain unless said otherwise, so that the arithmetic
of a test stays in the test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from optimizer.domain.border import (
    ANY,
    BorderStatus,
    Clearance,
    CreditClass,
    Crossing,
    CustomsMode,
    Duration,
    Inspection,
    Interchange,
)
from optimizer.domain.equipment import CargoClass, LoadUnitType
from optimizer.domain.hours import WeeklyHours
from optimizer.domain.location import Facility, FacilityKind, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.provenance import Confidence, Provenance
from optimizer.domain.service import LOOSE, Call, Section, Service, TruckLane
from optimizer.domain.shipment import Place, Shipment
from optimizer.domain.tariff import EmissionFactor, ExchangeRate, RateCard, Surcharge, WeightBreak

EPOCH = datetime(2026, 11, 30, tzinfo=UTC)
"""A Monday, 08:00 in Kunming."""

ALWAYS = WeeklyHours.parse("24/7")
FACT = Provenance(source_id="TEST", confidence=Confidence.HIGH, as_of=date(2026, 11, 1))
ESTIMATE = Provenance(source_id="EST", confidence=Confidence.ESTIMATE, as_of=date(2026, 11, 1))
TIMEZONES = {
    "CN": "Asia/Shanghai",
    "LA": "Asia/Vientiane",
    "TH": "Asia/Bangkok",
    "VN": "Asia/Ho_Chi_Minh",
    "MM": "Asia/Yangon",
    "KZ": "Asia/Almaty",
    "DE": "Europe/Berlin",
    "PL": "Europe/Warsaw",
}
PARAMETERS = {
    "connector_max_km": 150.0,
    "connector_address_max_km": 400.0,
    "connector_speed_km_per_h": 60.0,
    "connector_fixed_min": 30.0,
    "circuity_default": 1.3,
    "driver_max_drive_min": 600.0,
    "driver_rest_min": 600.0,
    "loose_teu_dm3": 33000.0,
    "loose_teu_kg": 21700.0,
    "planning_quantile": 0.5,
}
ALL_CUSTOMS_MODES = frozenset({"0110", "9610", "9710", "1210", "mail"})
LONG_AGO, FAR_AHEAD = date(2020, 1, 1), date(2035, 12, 31)


def fixed(minutes: int) -> Duration:
    """A certain duration."""
    return Duration(p50_min=minutes, p90_min=minutes)


def make_facility(facility_id: str, **changes: Any) -> Facility:
    """A facility that never closes and charges nothing; the country is that of its id."""
    country = changes.get("country", facility_id[:2])
    default = Facility(
        facility_id=facility_id,
        name_en=facility_id,
        name_zh=facility_id,
        country=country,
        lat=25.0,
        lon=102.7,
        timezone=TIMEZONES.get(country, "UTC"),
        kind=FacilityKind.BONDED_ZONE,
        modes=frozenset(Mode),
        hours=ALWAYS,
        customs_modes=ALL_CUSTOMS_MODES,
        consolidates=True,
        transfer_min=0,
        stuffing_min=0,
        unit_handling_mfen_per_teu_c=0,
        loose_handling_mfen_per_kg=0,
        storage_mfen_per_dm3_day=0,
        storage_free_min=0,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_crossing(crossing_id: str = "MOHAN-BOTEN-ROAD:CN-LA", **changes: Any) -> Crossing:
    """An open road crossing that takes no time and no money; countries are those of its id."""
    border_id, _, pair = crossing_id.partition(":")
    from_country, _, to_country = pair.partition("-")
    default = Crossing(
        crossing_id=crossing_id,
        border_id=border_id,
        name_en=border_id,
        name_zh=border_id,
        mode=Mode.ROAD,
        from_country=from_country,
        to_country=to_country,
        lat=21.19,
        lon=101.69,
        timezone=TIMEZONES.get(from_country, "UTC"),
        hours=ALWAYS,
        throughput_per_day=300,
        firm_share=0.1,
        status=BorderStatus.OPEN,
        status_note="",
        status_as_of=date(2026, 11, 1),
        interchange=Interchange.NONE,
        customs_modes=ALL_CUSTOMS_MODES,
        dwell={ANY: fixed(0)},
        unit_cost_mfen=0,
        loose_cost_mfen_per_kg=0,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_section(distance_km: float = 100, **changes: Any) -> Section:
    """A stretch in China at 50 km/h without a crossing at its end."""
    default = Section(
        country="CN",
        distance_m=round(distance_km * 1000),
        speed_km_per_h=50.0,
        traction="truck",
        crossing_id="",
    )
    return replace(default, **changes)


def make_call(facility_id: str, arrive: str = "", depart: str = "", **changes: Any) -> Call:
    """A call with wall-clock times such as ``1+20:30``; empty where there is none."""
    default = Call(
        facility_id=facility_id,
        arrive_min=wall_clock_min(arrive),
        depart_min=wall_clock_min(depart),
        cargo_cutoff_min=0,
        customs_cutoff_min=0,
        availability_min=0,
        sections=() if not arrive else (make_section(traction="electric"),),
        delay=fixed(0),
    )
    return replace(default, **changes)


def wall_clock_min(text: str) -> int:
    """Minutes of ``D+HH:MM``, or -1 of an empty text."""
    if not text:
        return -1
    day, _, clock = text.partition("+")
    hour, _, minute = clock.partition(":")
    return int(day) * 1440 + int(hour) * 60 + int(minute)


def make_service(service_id: str, calls: Iterable[Call], **changes: Any) -> Service:
    """A daily train that carries loose cargo and every load unit of :data:`LOAD_UNITS` by rail."""
    default = Service(
        service_id=service_id,
        name_en=service_id,
        name_zh=service_id,
        mode=Mode.RAIL,
        weekdays=frozenset(range(7)),
        valid_from=LONG_AGO,
        valid_to=FAR_AHEAD,
        booking_close_min=0,
        allotment_teu_c=2000,
        allotment_kg=0,
        allotment_positions=0,
        load_units=frozenset({LOOSE, "20GP", "40HQ", "40RF"}),
        cargo_classes=frozenset(CARGO_CLASSES),
        calls=tuple(calls),
        gauge_mm=1435,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_truck_lane(
    lane_id: str,
    from_facility_id: str,
    to_facility_id: str,
    sections: Iterable[Section],
    **changes: Any,
) -> TruckLane:
    """A truck with two drivers, without quota, that loads and unloads in no time."""
    default = TruckLane(
        lane_id=lane_id,
        from_facility_id=from_facility_id,
        to_facility_id=to_facility_id,
        sections=tuple(sections),
        n_drivers=2,
        quota_per_day=0,
        load_units=frozenset({LOOSE, "20GP", "40HQ", "40RF", "T136"}),
        cargo_classes=frozenset(CARGO_CLASSES),
        delay=fixed(0),
        loading_min=0,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_load_unit(code: str, **changes: Any) -> LoadUnitType:
    """A 40-foot container for rail and road: 26 t, 68 m3, two TEU."""
    default = LoadUnitType(
        code=code,
        name_en=code,
        name_zh=code,
        modes=frozenset({Mode.RAIL, Mode.ROAD}),
        payload_kg={Mode.RAIL: 26000, Mode.ROAD: 26000},
        usable_dm3=68000,
        inner_length_mm=12000,
        inner_width_mm=2350,
        inner_height_mm=2690,
        teu_c=200,
        positions=0,
        refrigerated=False,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_cargo_class(code: str = "general", **changes: Any) -> CargoClass:
    """Dry cargo."""
    default = CargoClass(
        code=code, name_en=code, name_zh=code, pool="dry", refrigerated=False, provenance=FACT
    )
    return replace(default, **changes)


def make_customs_mode(code: str = "0110", **changes: Any) -> CustomsMode:
    """A mode of the trade pool without a fee."""
    default = CustomsMode(
        code=code,
        name_en=code,
        name_zh=code,
        pool="trade",
        export=True,
        import_=True,
        declaration_mfen=0,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_clearance(
    country: str = ANY,
    direction: str = "export",
    customs_mode: str = ANY,
    duration: Duration | None = None,
) -> Clearance:
    """Customs clearance, by default of everything in no time."""
    return Clearance(
        country=country,
        direction=direction,
        customs_mode=customs_mode,
        duration=duration or fixed(0),
        provenance=FACT,
    )


def make_inspection(credit_class: CreditClass, mode: Mode, **changes: Any) -> Inspection:
    """An inspection that never happens."""
    default = Inspection(
        credit_class=credit_class,
        mode=mode,
        inspection_share=0.0,
        delay=fixed(0),
        cost_mfen=0,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_rate_card(
    scope: str,
    load_unit: str = LOOSE,
    breaks: Iterable[tuple[int, int]] = (),
    **changes: Any,
) -> RateCard:
    """A card without a charge; ``breaks`` are ``(from_kg, mfen_per_kg)``."""
    default = RateCard(
        rate_id=f"{scope}/{load_unit}",
        scope=scope,
        load_unit=load_unit,
        currency="CNY",
        fixed_mfen=0,
        per_km_mfen=0,
        per_tkm_mfen=0,
        minimum_mfen=0,
        volumetric_kg_per_m3=333,
        breaks=tuple(WeightBreak(from_kg=kg, mfen_per_kg=rate) for kg, rate in breaks),
        valid_from=LONG_AGO,
        valid_to=FAR_AHEAD,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_surcharge(scope: str, **changes: Any) -> Surcharge:
    """A surcharge of nothing."""
    default = Surcharge(
        surcharge_id=f"surcharge/{scope}",
        scope=scope,
        share_bp=0,
        per_unit_mfen=0,
        per_kg_mfen=0,
        valid_from=LONG_AGO,
        valid_to=FAR_AHEAD,
        provenance=FACT,
    )
    return replace(default, **changes)


def make_emission_factor(
    mode: Mode, traction: str, g_per_tkm: str, **changes: Any
) -> EmissionFactor:
    """A factor for every country and distance."""
    default = EmissionFactor(
        mode=mode,
        traction=traction,
        country="*",
        g_per_tkm=Decimal(g_per_tkm),
        from_distance_m=0,
        distance_add_m=0,
        provenance=FACT,
    )
    return replace(default, **changes)


def at_facility(facility: Facility) -> Place:
    """The place of a facility."""
    return Place(
        facility_id=facility.facility_id,
        lat=facility.lat,
        lon=facility.lon,
        country=facility.country,
    )


def at_point(*, lat: float, lon: float, country: str) -> Place:
    """A point on the map."""
    return Place(facility_id="", lat=lat, lon=lon, country=country)


def make_shipment(
    shipment_id: str, origin: Facility | Place, destination: Facility | Place, **changes: Any
) -> Shipment:
    """One tonne and three cubic metres of general trade, ready and booked at :data:`EPOCH`."""
    default = Shipment(
        shipment_id=shipment_id,
        shipper="Shipper",
        origin=at_facility(origin) if isinstance(origin, Facility) else origin,
        destination=at_facility(destination) if isinstance(destination, Facility) else destination,
        gross_kg=1000,
        volume_dm3=3000,
        n_packages=10,
        value_cny=10000,
        cargo_class="general",
        customs_mode="0110",
        credit_class=CreditClass.ORDINARY,
        ready_at=EPOCH,
        booked_at=EPOCH - timedelta(days=7),
    )
    return replace(default, **changes)


LOAD_UNITS = {
    unit.code: unit
    for unit in (
        make_load_unit("20GP", usable_dm3=30000, teu_c=100, inner_length_mm=5890),
        make_load_unit("40HQ"),
        make_load_unit("40RF", refrigerated=True, usable_dm3=60000),
        make_load_unit(
            "T136",
            modes=frozenset({Mode.ROAD}),
            payload_kg={Mode.ROAD: 30000},
            usable_dm3=85000,
            inner_length_mm=13600,
        ),
        make_load_unit(
            "PMC",
            modes=frozenset({Mode.AIR, Mode.ROAD}),
            payload_kg={Mode.AIR: 4500, Mode.ROAD: 4500},
            usable_dm3=9500,
            inner_length_mm=3170,
            teu_c=50,
            positions=1,
        ),
    )
}
CARGO_CLASSES = {
    "general": make_cargo_class("general"),
    "perishable": make_cargo_class("perishable", pool="cold", refrigerated=True),
}
CUSTOMS_MODES = {
    "0110": make_customs_mode("0110"),
    "9710": make_customs_mode("9710", pool="ecommerce"),
    "9610": make_customs_mode("9610", pool="ecommerce"),
    "1210": make_customs_mode("1210", pool="ecommerce"),
    "mail": make_customs_mode("mail", pool="mail"),
}
EMISSION_FACTORS = (
    make_emission_factor(Mode.RAIL, "electric", "20"),
    make_emission_factor(Mode.RAIL, "diesel", "30"),
    make_emission_factor(Mode.ROAD, "truck", "80"),
    make_emission_factor(Mode.ROAD, "connector", "100"),
    make_emission_factor(Mode.AIR, "freighter", "600", distance_add_m=95000),
    make_emission_factor(Mode.AIR, "belly", "900", distance_add_m=95000),
    make_emission_factor(Mode.RAIL, "hub", "1000"),
    make_emission_factor(Mode.ROAD, "hub", "500"),
    make_emission_factor(Mode.AIR, "hub", "2000"),
)


def make_network_data(
    *,
    facilities: Iterable[Facility] = (),
    crossings: Iterable[Crossing] = (),
    services: Iterable[Service] = (),
    truck_lanes: Iterable[TruckLane] = (),
    rate_cards: Iterable[RateCard] = (),
    surcharges: Iterable[Surcharge] = (),
    clearances: Iterable[Clearance] | None = None,
    inspections: Iterable[Inspection] | None = None,
    parameters: dict[str, float] | None = None,
    **changes: Any,
) -> NetworkData:
    """Network data of the objects given, with the standard units, classes, modes and factors."""
    if clearances is None:
        clearances = (make_clearance(direction="export"), make_clearance(direction="import"))
    if inspections is None:
        inspections = (make_inspection(credit, mode) for credit in CreditClass for mode in Mode)
    default = NetworkData(
        facilities={facility.facility_id: facility for facility in facilities},
        crossings={crossing.crossing_id: crossing for crossing in crossings},
        services={service.service_id: service for service in services},
        truck_lanes={lane.lane_id: lane for lane in truck_lanes},
        load_units=dict(LOAD_UNITS),
        cargo_classes=dict(CARGO_CLASSES),
        customs_modes=dict(CUSTOMS_MODES),
        clearances=tuple(clearances),
        inspections=tuple(inspections),
        rate_cards=tuple(rate_cards),
        surcharges=tuple(surcharges),
        exchange_rates=(
            ExchangeRate(
                currency="CNY", cny_per_unit=Decimal(1), on=date(2026, 11, 1), provenance=FACT
            ),
        ),
        emission_factors=EMISSION_FACTORS,
        territories={"DE": "EU", "PL": "EU", "KZ": "EAEU"},
        parameters=PARAMETERS | (parameters or {}),
        fingerprint="test",
        row_confidence={},
    )
    return replace(default, **changes)
