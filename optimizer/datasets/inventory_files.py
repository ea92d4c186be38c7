"""Items, demand history and echelons from CSV files, with everything that is wrong said at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from pathlib import Path

from optimizer.datasets import table_findings as say
from optimizer.datasets.collect import Findings, Suggester
from optimizer.datasets.inventory_cells import (
    MORE_CODE,
    Column,
    Row,
    days_between,
    read_table,
    unknown,
)
from optimizer.domain.inventory import DemandHistory, Echelon, StockedItem
from optimizer.domain.network_data import NetworkData
from optimizer.errors import DataError

MAX_DAYS = 3_660
MAX_UNITS_PER_DAY = 1_000_000
_NEAR_ONE = 0.9999
POLICIES = ("auto", "base_stock", "s_S", "s_nQ")
SERVICES = ("cycle", "fill")

ITEM_COLUMNS = (
    Column("sku"),
    Column("name", is_required=False, default=""),
    Column("warehouse"),
    Column("source"),
    Column("customs_mode", is_required=False, default="0110"),
    Column("unit_kg", "number", 0.001, 100_000),
    Column("unit_dm3", "number", 0.001, 100_000),
    Column("unit_value_cny", "number", 0.01, 10_000_000),
    Column("holding_share_per_year", "number", 0.0001, 10),
    Column("order_cny", "number", 0, 10_000_000),
    Column("review_days", "integer", 1, 91, is_required=False, default=1),
    Column("policy", allowed=POLICIES, is_required=False, default="auto"),
    Column("service_kind", allowed=SERVICES, is_required=False, default="cycle"),
    Column("service", "number", 0.01, _NEAR_ONE, is_required=False),
    Column("lot_units", "integer", 1, 1_000_000, is_required=False, default=1),
    Column("lead_days", "integer", 0, 365, is_required=False),
)
DEMAND_COLUMNS = (
    Column("date", "date"),
    Column("sku"),
    Column("warehouse"),
    Column("units", "integer", 0, MAX_UNITS_PER_DAY),
)
ECHELON_COLUMNS = (
    Column("echelon"),
    Column("facility"),
    Column("supplier", is_required=False, default=""),
    Column("customs_mode", is_required=False, default="0110"),
    Column("processing_days", "integer", 0, 365, is_required=False),
    Column("inbound_days", "integer", 0, 365, is_required=False, default=0),
    Column("promise_days", "integer", 0, 365, is_required=False),
    Column("holding_share_per_year", "number", 0.0001, 10),
)


def read_inventory(
    items_path: Path,
    demand_path: Path,
    echelons_path: Path | None,
    data: NetworkData,
) -> tuple[list[StockedItem], DemandHistory, list[Echelon]]:
    """
    Read and check the files together.

    Raises
    ------
    DataError
        With all findings of all files: cells (D101 to D117), ids twice (D110), references that
        point at nothing (D111), echelons that supply themselves (D121).
    """
    findings = Findings(MORE_CODE)
    items = _items(items_path, data, findings)
    history = _history(demand_path, {one.key for one in items}, findings)
    echelons = [] if echelons_path is None else _echelons(echelons_path, data, findings)
    if not findings:
        for item in items:
            if not any(history.units.get(item.key, ())):
                where = f"{items_path.name} sku {item.sku} warehouse {item.warehouse_id}"
                findings.add(
                    say.unknown_reference(
                        where, item.sku, demand_path.name, "add its demand, or drop the item"
                    )
                )
    if findings:
        raise DataError(findings.listed())
    return items, history, echelons


def _items(path: Path, data: NetworkData, findings: Findings) -> list[StockedItem]:
    items: list[StockedItem] = []
    seen: dict[tuple[str, str], int] = {}
    suggester = Suggester()
    for number, row in read_table(path, ITEM_COLUMNS, findings):
        before = findings.n_total
        for column in ("warehouse", "source"):
            _known(
                path, number, column, row, "facilities.csv", data.facilities, findings, suggester
            )
        _known(
            path, number, "customs_mode", row, "customs_modes.csv", data.customs_modes, findings,
            suggester,
        )  # fmt: skip
        key = (row["sku"], row["warehouse"])
        if key in seen:
            findings.add(
                say.duplicate(say.at(path.name, number, "sku"), " in ".join(key), seen[key])
            )
        seen.setdefault(key, number)
        if row["warehouse"] == row["source"] and row["lead_days"] is None:
            where = say.at(path.name, number, "source")
            findings.add(say.out_of_range(where, row["source"], "another place than warehouse"))
        if findings.n_total == before:
            items.append(_item(row))
    return items


def _item(row: Row) -> StockedItem:
    return StockedItem(
        sku=row["sku"],
        name=row["name"],
        warehouse_id=row["warehouse"],
        source_id=row["source"],
        customs_mode=row["customs_mode"],
        unit_g=_ceil(row["unit_kg"] * 1000),
        unit_cm3=_ceil(row["unit_dm3"] * 1000),
        value_fen=_round(row["unit_value_cny"] * 100),
        holding_share=float(row["holding_share_per_year"]),
        order_fen=_round(row["order_cny"] * 100),
        review_days=row["review_days"],
        policy=row["policy"],
        service_kind=row["service_kind"],
        service=None if row["service"] is None else float(row["service"]),
        lot_units=row["lot_units"],
        lead_days=row["lead_days"],
    )


def _ceil(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_CEILING))


def _round(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))


def _known(  # noqa: PLR0917  (a cell, what it may be, where findings go)
    path: Path,
    number: int,
    column: str,
    row: Row,
    target: str,
    known: Mapping[str, object],
    findings: Findings,
    suggester: Suggester,
) -> None:
    if row[column] not in known:
        where = say.at(path.name, number, column)
        findings.add(unknown(where, row[column], target, known, suggester))


def _history(path: Path, keys: set[tuple[str, str]], findings: Findings) -> DemandHistory:
    found: dict[tuple[str, str], dict[date, int]] = {}
    rows: dict[tuple[date, str, str], int] = {}
    skus = {sku for sku, _ in keys}
    suggester = Suggester()
    for number, row in read_table(path, DEMAND_COLUMNS, findings):
        key = (row["sku"], row["warehouse"])
        if keys and key not in keys:
            # Without items there is one finding already, and not one more a row.
            where = say.at(path.name, number, "sku")
            findings.add(unknown(where, " in ".join(key), "the items", skus, suggester))
            continue
        day = (row["date"], *key)
        if day in rows:
            findings.add(say.duplicate(say.at(path.name, number, "date"), str(day[0]), rows[day]))
        rows.setdefault(day, number)
        found.setdefault(key, {})[row["date"]] = row["units"]
    days = [day for series in found.values() for day in series]
    if not days:
        return DemandHistory(first_on=date.min, n_days=0, units={})
    first, n_days = min(days), days_between(min(days), max(days))
    if n_days > MAX_DAYS:
        findings.add(say.out_of_range(path.name, f"{n_days} days", f"at most {MAX_DAYS} days"))
        return DemandHistory(first_on=first, n_days=0, units={})
    units = {
        key: tuple(series.get(date.fromordinal(first.toordinal() + at), 0) for at in range(n_days))
        for key, series in found.items()
    }
    return DemandHistory(first_on=first, n_days=n_days, units=units)


def _echelons(path: Path, data: NetworkData, findings: Findings) -> list[Echelon]:
    numbered: dict[str, int] = {}
    echelons: list[Echelon] = []
    suggester = Suggester()
    for number, row in read_table(path, ECHELON_COLUMNS, findings):
        _known(
            path, number, "facility", row, "facilities.csv", data.facilities, findings, suggester
        )
        _known(
            path, number, "customs_mode", row, "customs_modes.csv", data.customs_modes, findings,
            suggester,
        )  # fmt: skip
        if row["echelon"] in numbered:
            where = say.at(path.name, number, "echelon")
            findings.add(say.duplicate(where, row["echelon"], numbered[row["echelon"]]))
            continue
        numbered[row["echelon"]] = number
        if not row["supplier"] and row["processing_days"] is None:
            findings.add(say.missing_value(say.at(path.name, number, "processing_days")))
        echelons.append(
            Echelon(
                echelon_id=row["echelon"],
                facility_id=row["facility"],
                supplier_id=row["supplier"],
                customs_mode=row["customs_mode"],
                processing_days=row["processing_days"],
                inbound_days=row["inbound_days"],
                promise_days=row["promise_days"],
                holding_share=float(row["holding_share_per_year"]),
            )
        )
    for one in echelons:
        if one.supplier_id and one.supplier_id not in numbered:
            where = say.at(path.name, numbered[one.echelon_id], "supplier")
            findings.add(unknown(where, one.supplier_id, "column echelon", numbered, suggester))
    _no_circles(path.name, echelons, numbered, findings)
    return echelons


def _no_circles(
    file: str, echelons: Sequence[Echelon], numbered: Mapping[str, int], findings: Findings
) -> None:
    supplier = {one.echelon_id: one.supplier_id for one in echelons}
    for one in echelons:
        at, seen = one.supplier_id, 0
        while at in supplier and at != one.echelon_id and seen <= len(echelons):
            at, seen = supplier[at], seen + 1
        if at == one.echelon_id:
            where = say.at(file, numbered[one.echelon_id], "supplier")
            findings.add(
                say.sequence_gap(where, one.supplier_id, "so that no echelon feeds itself")
            )
