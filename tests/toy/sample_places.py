"""A small network for report tests: real places, round numbers, no claim to be complete."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from optimizer.domain.border import (
    ANY,
    BorderStatus,
    Crossing,
    CustomsMode,
    Duration,
    Interchange,
)
from optimizer.domain.equipment import CargoClass, LoadUnitType
from optimizer.domain.hours import WeeklyHours
from optimizer.domain.location import Facility, FacilityKind, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.provenance import Confidence, Provenance
from optimizer.domain.service import Call, Section, Service, TruckLane
from optimizer.domain.tariff import ExchangeRate

FACT = Provenance(source_id="TEST", confidence=Confidence.MEDIUM, as_of=date(2026, 6, 1))
GUESS = Provenance(source_id="EST", confidence=Confidence.ESTIMATE, as_of=date(2026, 6, 1))
ALWAYS = WeeklyHours.parse("24/7")
SURE = Duration(p50_min=0, p90_min=0)

_FACILITIES = """
CNKMG-WJX|Kunming Wangjiaying West|昆明王家营西站|CN|24.98|102.84|Asia/Shanghai|rail_terminal|rail road
CNKMG-KMG|Kunming Changshui Airport|昆明长水机场|CN|25.10|102.93|Asia/Shanghai|airport|air road
CNKMG-RD|Kunming Tengjun road hub|昆明腾俊国际陆港|CN|24.75|102.66|Asia/Shanghai|road_hub|road
CNMHN-RD|Mohan|磨憨|CN|21.19|101.69|Asia/Shanghai|border|road
CNCDU-QBJ|Chengdu Qingbaijiang|成都青白江|CN|30.86|104.35|Asia/Shanghai|rail_terminal|rail road
LAVTE-TNL|Vientiane South|万象南站|LA|17.90|102.72|Asia/Vientiane|rail_terminal|rail road
VNHAN-RD|Hanoi Yen Vien|河内安员|VN|21.08|105.92|Asia/Ho_Chi_Minh|road_hub|road
VNSGN-RD|Ho Chi Minh City|胡志明市|VN|10.85|106.76|Asia/Ho_Chi_Minh|road_hub|road
THBKK-LKB|Lat Krabang ICD|拉格拉邦|TH|13.73|100.78|Asia/Bangkok|dry_port|rail road
THBKK-BKK|Bangkok Suvarnabhumi|曼谷素万那普机场|TH|13.69|100.75|Asia/Bangkok|airport|air road
MMMDL-RD|Mandalay|曼德勒|MM|21.97|96.08|Asia/Yangon|road_hub|road
SGSIN-SIN|Singapore Changi|新加坡樟宜机场|SG|1.36|103.99|Asia/Singapore|airport|air road
BDDAC-DAC|Dhaka|达卡|BD|23.84|90.40|Asia/Dhaka|airport|air road
KZALA-RT|Almaty|阿拉木图|KZ|43.35|76.95|Asia/Almaty|rail_terminal|rail road
PLMLA-RT|Małaszewicze|马拉舍维奇|PL|52.02|23.53|Europe/Warsaw|rail_terminal|rail road
DEDUI-RT|Duisburg|杜伊斯堡|DE|51.43|6.72|Europe/Berlin|rail_terminal|rail road
BELGG-LGG|Liège Airport|列日机场|BE|50.64|5.44|Europe/Brussels|airport|air road
"""

_CROSSINGS = """
MOHAN-BOTEN-RAIL|CN-LA|Mohan–Boten (rail)|磨憨—磨丁铁路|rail|21.20|101.70|open|none
MOHAN-BOTEN-ROAD|CN-LA|Mohan–Boten (road)|磨憨—磨丁公路|road|21.18|101.68|open|truck_swap
THANALENG-NONGKHAI|LA-TH|Thanaleng–Nong Khai|他那廊—廊开|road|17.88|102.72|open|truck_swap
HEKOU-LAOCAI-ROAD|CN-VN|Hekou–Kim Thanh|河口—金城|road|22.51|103.95|open|truck_swap
RUILI-MUSE-ROAD|CN-MM|Ruili–Muse|瑞丽—木姐|road|23.99|97.90|restricted|truck_swap
KHORGOS-ALTYNKOL|CN-KZ|Khorgos–Altynkol|霍尔果斯—阿腾科里|rail|44.20|80.25|open|gauge_change
BREST-MALA|BY-PL|Brest–Małaszewicze|布列斯特—马拉舍维奇|rail|52.08|23.66|restricted|gauge_change
POIPET|TH-KH|Aranyaprathet–Poipet|亚兰—波贝|road|13.66|102.55|closed|none
"""

_SERVICES = """
CKL-VTE|China–Laos Railway express|中老铁路快运|rail|CNKMG-WJX>MOHAN-BOTEN-RAIL>LAVTE-TNL
CRE-DUI|Chengdu–Duisburg block train|成都—杜伊斯堡中欧班列|rail|CNKMG-WJX>>CNCDU-QBJ>KHORGOS-ALTYNKOL>KZALA-RT>BREST-MALA>PLMLA-RT>>DEDUI-RT
AIR-BKK|Kunming–Bangkok freighter|昆明—曼谷货机|air|CNKMG-KMG>>THBKK-BKK
AIR-SIN|Kunming–Singapore belly|昆明—新加坡腹舱|air|CNKMG-KMG>>SGSIN-SIN
AIR-DAC|Kunming–Dhaka freighter|昆明—达卡货机|air|CNKMG-KMG>>BDDAC-DAC
AIR-LGG|Kunming–Liège freighter|昆明—列日货机|air|CNKMG-KMG>>BELGG-LGG
"""

_TRUCKS = """
TRK-CNKMG-VNHAN|CNKMG-RD>HEKOU-LAOCAI-ROAD>VNHAN-RD
TRK-CNKMG-MMMDL|CNKMG-RD>RUILI-MUSE-ROAD>MMMDL-RD
TRK-CNKMG-THBKK|CNKMG-RD>MOHAN-BOTEN-ROAD>THANALENG-NONGKHAI>THBKK-LKB
TRK-LAVTE-THBKK|LAVTE-TNL>THANALENG-NONGKHAI>THBKK-LKB
TRK-THBKK-CNKMG|THBKK-LKB>THANALENG-NONGKHAI>MOHAN-BOTEN-ROAD>CNKMG-RD
"""

_UNITS = (
    ("40HQ", "40 ft high cube", "四十英尺高柜", "rail road", 26000, 68000, 200, 0),
    ("T136", "13.6 m semi-trailer", "13.6米半挂车", "road", 28000, 85000, 200, 0),
    ("40RF", "40 ft reefer", "四十英尺冷藏箱", "rail road", 25000, 58000, 200, 0),
    ("PMC", "PMC pallet", "PMC集装板", "air", 5000, 11000, 50, 1),
)


def _lines(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


def _facility(cells: list[str]) -> Facility:
    fid, name_en, name_zh, country, lat, lon, zone, kind, modes = cells
    return Facility(
        facility_id=fid,
        name_en=name_en,
        name_zh=name_zh,
        country=country,
        lat=float(lat),
        lon=float(lon),
        timezone=zone,
        kind=FacilityKind(kind),
        modes=frozenset(Mode(mode) for mode in modes.split()),
        hours=ALWAYS,
        customs_modes=frozenset({"0110", "9610", "9710"}),
        consolidates=True,
        transfer_min=240,
        stuffing_min=180,
        unit_handling_mfen_per_teu_c=30_000,
        loose_handling_mfen_per_kg=4_000,
        storage_mfen_per_dm3_day=150,
        storage_free_min=2880,
        provenance=GUESS if fid.startswith("MM") else FACT,
    )


def _crossing(cells: list[str], direction: str) -> Crossing:
    border_id, _, name_en, name_zh, mode, lat, lon, status, interchange = cells
    from_country, _, to_country = direction.partition("-")
    return Crossing(
        crossing_id=f"{border_id}:{direction}",
        border_id=border_id,
        name_en=name_en,
        name_zh=name_zh,
        mode=Mode(mode),
        from_country=from_country,
        to_country=to_country,
        lat=float(lat),
        lon=float(lon),
        timezone="Asia/Shanghai",
        hours=ALWAYS,
        throughput_per_day=400,
        firm_share=0.1,
        status=BorderStatus(status),
        status_note="small trucks only, daytime" if status == "restricted" else "",
        status_as_of=date(2026, 6, 1),
        interchange=Interchange(interchange),
        customs_modes=frozenset({"0110", "9610", "9710"}),
        dwell={ANY: Duration(p50_min=360, p90_min=1440)},
        unit_cost_mfen=90_000_000,
        loose_cost_mfen_per_kg=6_000,
        provenance=FACT,
    )


def _sections(
    way: list[str], crossings: dict[str, Crossing], total_m: int
) -> list[tuple[str, tuple[Section, ...]]]:
    """Calls with the sections into them; ``way`` alternates facility, crossings (or empty)."""
    calls: list[tuple[str, tuple[Section, ...]]] = []
    pending: list[Section] = []
    for name in way:
        if name in crossings:
            section = Section(
                country="CN", distance_m=total_m // 2, speed_km_per_h=60.0, traction="electric",
                crossing_id=name,
            )  # fmt: skip
            pending.append(section)
        elif name:
            final = Section(
                country="CN", distance_m=total_m // 2, speed_km_per_h=60.0, traction="electric"
            )
            calls.append((name, (*pending, final) if calls else ()))
            pending = []
    return calls


def _directed(way: list[str], crossings: dict[str, Crossing], facilities: dict[str, Facility]):
    """Replace border ids by the crossing id of the direction in which the way passes."""
    directed = []
    for position, name in enumerate(way):
        ways = [crossing for crossing in crossings.values() if crossing.border_id == name]
        if not ways:
            directed.append(name)
            continue
        before = [facilities[n].country for n in way[:position] if n in facilities]
        before += [c.split(":")[1][3:] for c in directed if ":" in c]
        origin = before[-1]
        chosen = next((c for c in ways if c.from_country == origin), ways[0])
        directed.append(chosen.crossing_id)
    return directed


def make_network() -> NetworkData:
    """Seventeen facilities, eight borders in both directions, six services, five truck lanes."""
    facilities = {cells[0]: _facility(cells) for cells in _lines(_FACILITIES)}
    crossings: dict[str, Crossing] = {}
    for cells in _lines(_CROSSINGS):
        there = cells[1]
        for direction in (there, "-".join(reversed(there.split("-")))):
            crossing = _crossing(cells, direction)
            crossings[crossing.crossing_id] = crossing
    every = frozenset({"general", "perishable"})
    services = {}
    for sid, name_en, name_zh, mode, way in _lines(_SERVICES):
        names = _directed(way.split(">"), crossings, facilities)
        calls = tuple(
            Call(
                facility_id=name, arrive_min=1440 * i if i else -1, depart_min=1440 * i + 600,
                cargo_cutoff_min=720, customs_cutoff_min=360, availability_min=240,
                sections=sections, delay=SURE,
            )
            for i, (name, sections) in enumerate(_sections(names, crossings, 1_000_000))
        )  # fmt: skip
        services[sid] = Service(
            service_id=sid, name_en=name_en, name_zh=name_zh, mode=Mode(mode),
            weekdays=frozenset(range(7)), valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31),
            booking_close_min=1440, allotment_teu_c=2000, allotment_kg=0, allotment_positions=0,
            load_units=frozenset({"40HQ", "PMC", "LOOSE"}), cargo_classes=every, calls=calls,
            gauge_mm=1435, provenance=FACT,
        )  # fmt: skip
    lanes = {}
    for lane_id, way in _lines(_TRUCKS):
        names = _directed(way.split(">"), crossings, facilities)
        stops = _sections(names, crossings, 800_000)
        lanes[lane_id] = TruckLane(
            lane_id=lane_id, from_facility_id=names[0], to_facility_id=names[-1],
            sections=stops[-1][1], n_drivers=2, quota_per_day=0,
            load_units=frozenset({"T136", "40RF", "LOOSE"}), cargo_classes=every, delay=SURE,
            loading_min=120, provenance=GUESS,
        )  # fmt: skip
    units = {
        code: LoadUnitType(
            code=code, name_en=en, name_zh=zh, modes=frozenset(Mode(m) for m in modes.split()),
            payload_kg={Mode(m): kg for m in modes.split()}, usable_dm3=dm3,
            inner_length_mm=12000, inner_width_mm=2350, inner_height_mm=2600, teu_c=teu_c,
            positions=positions, refrigerated=code == "40RF", provenance=FACT,
        )
        for code, en, zh, modes, kg, dm3, teu_c, positions in _UNITS
    }  # fmt: skip
    classes = {
        code: CargoClass(
            code=code, name_en=code, name_zh="普通货物" if pool == "dry" else "冷链", pool=pool,
            refrigerated=pool == "cold", provenance=FACT,
        )
        for code, pool in (("general", "dry"), ("perishable", "cold"))
    }  # fmt: skip
    modes = {
        code: CustomsMode(
            code=code, name_en=en, name_zh=zh, pool=pool, export=True, import_=True,
            declaration_mfen=20_000_000, provenance=FACT,
        )
        for code, en, zh, pool in (
            ("0110", "General trade", "一般贸易", "trade"),
            ("9610", "B2C direct", "跨境电商直邮", "ecommerce"),
            ("9710", "B2B direct", "跨境电商B2B直接出口", "trade"),
        )
    }  # fmt: skip
    return NetworkData(
        facilities=facilities,
        crossings=crossings,
        services=services,
        truck_lanes=lanes,
        load_units=units,
        cargo_classes=classes,
        customs_modes=modes,
        clearances=(),
        inspections=(),
        rate_cards=(),
        surcharges=(),
        exchange_rates=(
            ExchangeRate(
                currency="USD", cny_per_unit=Decimal("7.1"), on=date(2026, 6, 1), provenance=FACT
            ),
        ),
        emission_factors=(),
        territories={"DE": "EU", "PL": "EU", "BE": "EU"},
        parameters={"loose_teu_dm3": 33000.0, "loose_teu_kg": 21700.0},
        fingerprint="5f1d0c9a7e42b8d36a10c4f2e9b7785d0a61e3c4d2b19f80",
        row_confidence={"truck_lanes": {"estimate": 5}, "facilities": {"medium": 16}},
    )
