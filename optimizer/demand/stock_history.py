"""Synthetic items, demand history and echelons of a cloud warehouse, as CSV; none is observed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

FIRST_ON = date(2026, 3, 2)
N_DAYS = 182
SEED = 38
SOURCE = "CNKMG-CBZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goods:
    """A made-up SKU: daily mean, spread as variance over mean, share of days with demand."""

    sku: str
    name: str
    unit_kg: str
    unit_dm3: str
    value_cny: str
    per_day: float
    dispersion: float
    occurs_share: float
    review_days: int
    policy: str
    service_kind: str
    lot_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """A warehouse with its customs mode and its share of the demand."""

    facility_id: str
    customs_mode: str
    demand_share: float
    promise_days: int


_GOODS = (
    _Goods(sku="COF-250", name="Yunnan coffee beans 250 g", unit_kg="0.3", unit_dm3="1.1",
           value_cny="42", per_day=60, dispersion=1.6, occurs_share=1, review_days=7,
           policy="auto", service_kind="fill", lot_units=1),
    _Goods(sku="TEA-357", name="Pu'er tea cake 357 g", unit_kg="0.42", unit_dm3="1.5",
           value_cny="168", per_day=18, dispersion=1.3, occurs_share=1, review_days=7,
           policy="auto", service_kind="cycle", lot_units=1),
    _Goods(sku="PHN-CSE", name="Phone case", unit_kg="0.08", unit_dm3="0.4", value_cny="15",
           per_day=220, dispersion=4.0, occurs_share=1, review_days=7, policy="auto",
           service_kind="fill", lot_units=50),
    _Goods(sku="ROU-AX3", name="Wireless router", unit_kg="0.9", unit_dm3="4.6", value_cny="210",
           per_day=9, dispersion=5.0, occurs_share=0.9, review_days=1, policy="auto",
           service_kind="cycle", lot_units=1),
    _Goods(sku="FAN-USB", name="Desk fan", unit_kg="1.2", unit_dm3="9", value_cny="88",
           per_day=14, dispersion=9.0, occurs_share=0.8, review_days=7, policy="auto",
           service_kind="fill", lot_units=10),
    _Goods(sku="DRL-KIT", name="Drill kit", unit_kg="3.6", unit_dm3="14", value_cny="390",
           per_day=2.2, dispersion=1.5, occurs_share=0.35, review_days=1, policy="auto",
           service_kind="cycle", lot_units=1),
    _Goods(sku="PMP-750", name="Water pump 750 W", unit_kg="11", unit_dm3="24", value_cny="540",
           per_day=1.4, dispersion=6.0, occurs_share=0.18, review_days=1, policy="auto",
           service_kind="fill", lot_units=1),
    _Goods(sku="TYR-MTO", name="Motorcycle tyre", unit_kg="4.1", unit_dm3="42", value_cny="150",
           per_day=7, dispersion=2.2, occurs_share=0.7, review_days=7, policy="s_nQ",
           service_kind="cycle", lot_units=20),
)  # fmt: skip
_SITES = (
    _Site(facility_id="CNMHN-SUB", customs_mode="0110", demand_share=0.4, promise_days=0),
    _Site(facility_id="LAVTE-OWH", customs_mode="9810", demand_share=0.7, promise_days=0),
    _Site(facility_id="THBKK-OWH", customs_mode="9810", demand_share=1.0, promise_days=1),
)

FILES = ("inventory_skus.csv", "demand_history.csv", "echelons.csv")


def write_stock_history(folder: Path, *, seed: int = SEED) -> list[Path]:
    """
    Write ``inventory_skus.csv``, ``demand_history.csv`` and ``echelons.csv``.

    Parameters
    ----------
    folder
        Exists.
    seed
        The same seed writes the same bytes.

    Notes
    -----
    A day has demand with a probability; its size is negative binomial with the given ratio of
    variance to mean, plus one unit. A weekday pattern is left out on purpose: the policies assume
    that days are alike.
    """
    generator = np.random.default_rng(seed)
    paths = [folder / name for name in FILES]
    _write(paths[0], _item_rows())
    _write(paths[1], _demand_rows(generator))
    _write(paths[2], _echelon_rows())
    return paths


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    beside = path.with_suffix(".part")
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    beside.replace(path)


def _item_rows() -> list[dict[str, str]]:
    return [
        {
            "sku": goods.sku,
            "name": goods.name,
            "warehouse": site.facility_id,
            "source": SOURCE,
            "customs_mode": site.customs_mode,
            "unit_kg": goods.unit_kg,
            "unit_dm3": goods.unit_dm3,
            "unit_value_cny": goods.value_cny,
            "holding_share_per_year": "0.25",
            "order_cny": "60",
            "review_days": str(goods.review_days),
            "policy": goods.policy,
            "service_kind": goods.service_kind,
            "service": "",
            "lot_units": str(goods.lot_units),
            "lead_days": "",
            "note": "synthetic",
        }
        for goods in _GOODS
        for site in _SITES
    ]


def _demand_rows(generator: np.random.Generator) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for goods in _GOODS:
        for site in _SITES:
            size = goods.per_day * site.demand_share / goods.occurs_share - 1
            size = max(0.2, size)
            chance = 1 / goods.dispersion
            occurs = generator.random(N_DAYS) < goods.occurs_share
            drawn = generator.negative_binomial(size * chance / (1 - chance), chance, N_DAYS) + 1
            rows += [
                {
                    "date": (FIRST_ON + timedelta(days=day)).isoformat(),
                    "sku": goods.sku,
                    "warehouse": site.facility_id,
                    "units": str(int(drawn[day])),
                }
                for day in np.flatnonzero(occurs).tolist()
            ]
    return rows


def _echelon_rows() -> list[dict[str, str]]:
    border = _SITES[0].facility_id
    rows = [("KUNMING", SOURCE, "", "0110", "3", "4", "", "0.18")]
    rows += [("MOHAN", border, "KUNMING", "0110", "", "0", str(_SITES[0].promise_days), "0.20")]
    rows += [
        (
            site.facility_id[2:5], site.facility_id, "KUNMING", site.customs_mode, "", "0",
            str(site.promise_days), "0.25",
        )
        for site in _SITES[1:]
    ]  # fmt: skip
    names = (
        "echelon", "facility", "supplier", "customs_mode", "processing_days", "inbound_days",
        "promise_days", "holding_share_per_year",
    )  # fmt: skip
    return [dict(zip(names, row, strict=True)) for row in rows]
