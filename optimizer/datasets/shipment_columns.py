"""The columns of a file of shipments, and what people write instead of them."""

from __future__ import annotations

from typing import NamedTuple

from optimizer.domain.border import CreditClass

DEFAULT_CARGO_CLASS = "general"
DEFAULT_CUSTOMS_MODE = "0110"
DEFAULT_CREDIT_CLASS = CreditClass.ORDINARY


class Column(NamedTuple):
    """A column: its name, whether it must be filled in, and what it is, in two languages."""

    name: str
    required: bool
    numeric: bool
    note_en: str
    note_zh: str


COLUMNS: tuple[Column, ...] = (
    Column("shipment_id", True, False, "Your id, unique in the file.", "货件编号，文件内唯一。"),
    Column("shipper", False, False, "Who sends it; costs are shared by shipper.", "发货人。"),
    Column(
        "origin",
        True,
        False,
        "Facility id, UN/LOCODE, IATA code, or lat,lon in degrees.",
        "起运地：设施编号、UN/LOCODE、IATA 代码，或“纬度,经度”。",
    ),
    Column("destination", True, False, "As origin.", "目的地，写法同上。"),
    Column("gross_kg", True, True, "Gross mass in kilograms.", "毛重，公斤。"),
    Column("volume_m3", True, True, "Volume in cubic metres.", "体积，立方米。"),
    Column("n_packages", False, True, "Packages; 1 if empty.", "件数，缺省为 1。"),
    Column("value_cny", False, True, "Value of the goods in CNY.", "货值，人民币元。"),
    Column(
        "cargo_class", False, False, "Cargo class; general if empty.", "货物类别，缺省 general。"
    ),
    Column(
        "customs_mode", False, False, "Customs mode; 0110 if empty.", "海关监管方式，缺省 0110。"
    ),
    Column(
        "credit_class",
        False,
        False,
        "Credit class of the declarant; ordinary if empty.",
        "报关企业信用等级，缺省 ordinary。",
    ),
    Column(
        "ready_at",
        True,
        False,
        "Ready for collection; with zone, such as 2026-05-01T08:00+08:00.",
        "备妥时间，须带时区，如 2026-05-01T08:00+08:00。",
    ),
    Column("due_at", False, False, "Wanted by; later costs late_cny_per_h.", "期望送达时间。"),
    Column("latest_at", False, False, "Never later than this.", "最晚送达时间（硬约束）。"),
    Column("late_cny_per_h", False, True, "CNY per started hour late.", "每迟到一小时的费用，元。"),
    Column("unserved_cny", False, True, "Cost of not serving it.", "不承运的代价，元。"),
    Column("booked_at", False, False, "When it can be booked at the earliest.", "最早可订舱时间。"),
    Column(
        "tz",
        False,
        False,
        "IANA zone of times in this row that carry none, such as Asia/Shanghai.",
        "本行中不带时区的时间所用的 IANA 时区，如 Asia/Shanghai。",
    ),
)

NAMES = tuple(column.name for column in COLUMNS)
REQUIRED = tuple(column.name for column in COLUMNS if column.required)
NUMERIC = frozenset(column.name for column in COLUMNS if column.numeric)

_TONNES = "1 t is 1000"
_POUNDS = "1 lb is 0.45359237"
_LITRES = "1 litre is 0.001"
_FEET = "1 cubic foot is 0.0283168"
_OTHER_MONEY = "convert it to CNY at the rate of the day"

WRONG_UNITS: dict[str, tuple[str, str]] = {
    "gross_t": ("gross_kg", _TONNES),
    "weight_t": ("gross_kg", _TONNES),
    "mass_t": ("gross_kg", _TONNES),
    "tonnes": ("gross_kg", _TONNES),
    "tons": ("gross_kg", _TONNES),
    "gross_g": ("gross_kg", "1 g is 0.001"),
    "weight_g": ("gross_kg", "1 g is 0.001"),
    "gross_lb": ("gross_kg", _POUNDS),
    "gross_lbs": ("gross_kg", _POUNDS),
    "weight_lb": ("gross_kg", _POUNDS),
    "weight_lbs": ("gross_kg", _POUNDS),
    "volume_l": ("volume_m3", _LITRES),
    "volume_dm3": ("volume_m3", _LITRES),
    "volume_cm3": ("volume_m3", "1 cm3 is 0.000001"),
    "volume_ft3": ("volume_m3", _FEET),
    "volume_cuft": ("volume_m3", _FEET),
    "value_usd": ("value_cny", _OTHER_MONEY),
    "value_eur": ("value_cny", _OTHER_MONEY),
    "late_cny_per_day": ("late_cny_per_h", "divide by 24"),
    "late_usd_per_h": ("late_cny_per_h", _OTHER_MONEY),
    "unserved_usd": ("unserved_cny", _OTHER_MONEY),
}
"""Headers that name a unit: the right column, and the size of the unit in it."""

SYNONYMS: dict[str, str] = {
    "id": "shipment_id",
    "order_id": "shipment_id",
    "from": "origin",
    "to": "destination",
    "kg": "gross_kg",
    "weight": "gross_kg",
    "weight_kg": "gross_kg",
    "mass_kg": "gross_kg",
    "gross_weight": "gross_kg",
    "m3": "volume_m3",
    "cbm": "volume_m3",
    "volume": "volume_m3",
    "volume_cbm": "volume_m3",
    "packages": "n_packages",
    "pieces": "n_packages",
    "value": "value_cny",
    "ready": "ready_at",
    "due": "due_at",
    "deadline": "latest_at",
    "latest": "latest_at",
    "timezone": "tz",
    "货件编号": "shipment_id",
    "发货人": "shipper",
    "起运地": "origin",
    "目的地": "destination",
    "毛重": "gross_kg",
    "体积": "volume_m3",
    "件数": "n_packages",
    "货值": "value_cny",
    "监管方式": "customs_mode",
    "备妥时间": "ready_at",
}
"""Other words for a column, for the hint only: what they hold is not guessed."""
