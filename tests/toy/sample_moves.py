"""Lanes, legs and shipments of the synthetic plan for report tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from optimizer.domain.shipment import Place, Shipment
from optimizer.plan.itinerary import BorderPassage, Leg, LegKind

EPOCH = datetime(2026, 9, 6, 16, 0, tzinfo=UTC)
"""Midnight of Monday 7 September 2026 in Kunming."""

# ref, mode, from, to, km, hours, unit, line haul CNY per unit, g CO2e per tkm, crossings
LANES = (
    ("CKL-VTE", "rail", "CNKMG-WJX", "LAVTE-TNL", 1022, 27, "40HQ", 6100, 18, ("MOHAN-BOTEN-RAIL:CN-LA",)),
    ("TRK-CNKMG-VNHAN", "road", "CNKMG-RD", "VNHAN-RD", 655, 25, "T136", 11800, 75, ("HEKOU-LAOCAI-ROAD:CN-VN",)),
    ("TRK-CNKMG-THBKK", "road", "CNKMG-RD", "THBKK-LKB", 1840, 66, "T136", 27400, 75, ("MOHAN-BOTEN-ROAD:CN-LA", "THANALENG-NONGKHAI:LA-TH")),
    ("CRE-DUI", "rail", "CNKMG-WJX", "DEDUI-RT", 11400, 408, "40HQ", 43500, 17, ("KHORGOS-ALTYNKOL:CN-KZ", "BREST-MALA:BY-PL")),
    ("AIR-LGG", "air", "CNKMG-KMG", "BELGG-LGG", 8450, 13, "PMC", 78000, 560, ()),
    ("AIR-BKK", "air", "CNKMG-KMG", "THBKK-BKK", 1270, 3, "PMC", 16200, 760, ()),
    ("TRK-CNKMG-MMMDL", "road", "CNKMG-RD", "MMMDL-RD", 1150, 52, "T136", 21500, 82, ("RUILI-MUSE-ROAD:CN-MM",)),
    ("TRK-THBKK-CNKMG", "road", "THBKK-LKB", "CNKMG-RD", 1840, 68, "40RF", 33900, 88, ("THANALENG-NONGKHAI:TH-LA", "MOHAN-BOTEN-ROAD:LA-CN")),
    ("AIR-SIN", "air", "CNKMG-KMG", "SGSIN-SIN", 2840, 4, "PMC", 24800, 720, ()),
    ("AIR-DAC", "air", "CNKMG-KMG", "BDDAC-DAC", 1450, 3, "PMC", 15100, 760, ()),
)  # fmt: skip
_SHIPPERS = ("Dounan Flower Co", "Yunnan Baiyao", "Pu’er Tea Guild", "Honghe Electronics",
             "Dali Foods", "<b>Lijiang</b> & Sons", "Yuxi Metals", "Lancang Fresh")  # fmt: skip
_CN_POINTS = ((25.04, 102.71), (24.35, 102.55), (25.60, 100.27), (23.36, 103.38))


def _fen(cny: float) -> int:
    return round(cny * 100)


def lane_legs(lane: tuple, departs_min: int, load_id: str) -> tuple[tuple[Leg, ...], dict]:
    """Legs of one load unit with their own cost lines; rail to Laos goes on by truck half the time."""
    ref, mode, from_id, to_id, km, hours, unit, cny, g_per_tkm, crossings = lane
    kind = LegKind.TRUCK if ref.startswith("TRK") else LegKind.SERVICE
    lines = {"line_haul": _fen(cny), "surcharge": _fen(cny * 0.08), "handling": 64_000}
    if crossings:
        lines["border"] = 90_000 * len(crossings)
    passages = tuple(
        BorderPassage(crossing_id=c)
        if kind is LegKind.SERVICE
        else BorderPassage(
            crossing_id=c, enters_min=departs_min + 600 + 900 * i, leaves_min=departs_min + 960 + 900 * i
        )
        for i, c in enumerate(crossings)
    )  # fmt: skip
    leg = Leg(
        kind=kind,
        mode=Mode(mode),
        ref=ref,
        from_id=from_id,
        to_id=to_id,
        departs_min=departs_min,
        arrives_min=departs_min + hours * 60,
        available_min=departs_min + hours * 60 + 240,
        distance_m=km * 1000,
        voyage_on=date(2026, 9, 7) + timedelta(minutes=departs_min)
        if kind is LegKind.SERVICE
        else None,
        from_call=0 if kind is LegKind.SERVICE else -1,
        to_call={"CRE-DUI": 4}.get(ref, 1) if kind is LegKind.SERVICE else -1,
        passages=passages,
        load_unit=unit,
        n_units=1,
        load_id=load_id,
        cost_lines_fen=lines,
    )
    return (leg,), {"g_per_tkm": g_per_tkm, "km": km}


def grams(leg: Leg, gross_kg: int, g_per_tkm: float) -> int:
    return round(gross_kg / 1000 * leg.distance_m / 1000 * g_per_tkm)


def make_connector(from_id: str, to_id: str, departs_min: int, gross_kg: int) -> Leg:
    km = 38
    return Leg(
        kind=LegKind.CONNECTOR, mode=Mode.ROAD, ref="", from_id=from_id, to_id=to_id,
        departs_min=departs_min, arrives_min=departs_min + 95, available_min=departs_min + 110,
        distance_m=km * 1000, cost_lines_fen={"connector": 9_000 + 12 * gross_kg},
        co2e_g=round(gross_kg * km * 0.12),
    )  # fmt: skip


def make_shipment(*, number, lane, gross_kg, volume_dm3, ready_min, due_min, rng, data) -> Shipment:
    ref, _, from_id, to_id, *_ = lane
    origin, dest = data.facilities[from_id], data.facilities[to_id]
    lat, lon = rng.choice(_CN_POINTS)
    start = (
        Place(facility_id="", lat=lat, lon=lon, country="CN")
        if origin.country == "CN"
        else Place(facility_id=from_id, lat=origin.lat, lon=origin.lon, country=origin.country)
    )
    return Shipment(
        shipment_id=f"S-{number:04d}",
        shipper=_SHIPPERS[number % len(_SHIPPERS)],
        origin=start,
        destination=Place(
            facility_id="", lat=dest.lat + 0.12, lon=dest.lon - 0.1, country=dest.country
        ),
        gross_kg=gross_kg,
        volume_dm3=volume_dm3,
        n_packages=max(1, gross_kg // 40),
        value_cny=gross_kg * 60,
        cargo_class="perishable" if ref == "TRK-THBKK-CNKMG" else "general",
        customs_mode=rng.choice(("0110", "9710")),
        credit_class=CreditClass.CERTIFIED,
        ready_at=EPOCH + timedelta(minutes=ready_min),
        booked_at=EPOCH,
        due_at=EPOCH + timedelta(minutes=due_min) if due_min else None,
        late_fen_per_hour=2_000,
    )
