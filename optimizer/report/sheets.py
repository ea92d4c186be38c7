"""What stands on each sheet of the workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.domain.network_data import NetworkData
from optimizer.plan.plan import Plan, PlanResult
from optimizer.report.figures import cost_matrix, estimate_rows, figures
from optimizer.report.misses import miss_groups
from optimizer.report.places import Gazetteer
from optimizer.report.tables import MODE_KEYS, NO_MODE, LegRow, LoadRow, ShipmentRow
from optimizer.report.workbook_notes import NOTES
from optimizer.units import cny_from_fen

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column.

    Parameters
    ----------
    kind
        ``text``, ``long`` (wrapped), ``int``, ``money``, ``dec``, ``share``, or ``any``: by the
        unit in the last cell of the row.
    """

    title: str
    kind: str = "text"
    width: float = 14.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: columns, rows of cells, and how many columns stay in view."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    frozen: int = 1


def _sheet(
    name: str, columns: Iterable[Column], rows: Iterable[tuple[Cell, ...]], frozen: int = 1
) -> Sheet:
    return Sheet(name, tuple(columns), tuple(rows), frozen)


def summary(
    result: PlanResult, shipments: tuple[ShipmentRow, ...], loads: tuple[LoadRow, ...]
) -> Sheet:
    """Headline figures, one a row, each with its unit."""
    f = figures(result, shipments, loads)
    rows: list[tuple[Cell, ...]] = [
        ("Status", result.status, ""),
        ("Shipments", f.n_shipments, "count"),
        ("Delivered", f.n_served, "count"),
        ("Delivered mass", f.gross_kg, "kg"),
        ("Mass not served", f.missing_kg, "kg"),
        ("Cost of what is delivered", cny_from_fen(f.transport_fen), "CNY"),
        ("of which late delivery", cny_from_fen(f.late_fen), "CNY"),
        ("Penalty of what is not served (not money spent)", cny_from_fen(f.penalty_fen), "CNY"),
        ("Objective", cny_from_fen(f.objective_fen), "CNY"),
        ("Proved lower bound", cny_from_fen(result.bound_fen), "CNY"),
        ("Gap", result.gap, "share of objective"),
        ("Stand-alone cost of the same shipments", cny_from_fen(f.stand_alone_fen), "CNY"),
        ("Saving against stand-alone", f.saving_share, "share"),
        ("Shipments that share a load unit", f.n_shared, "count"),
        ("Shared load units", len(loads), "count"),
        ("Mean fill of volume", f.volume_fill, "share"),
        ("Mean fill of payload", f.mass_fill, "share"),
        ("Mean probability of being on time", f.on_time_share, "share"),
        ("Planned late", f.n_late, "count"),
        ("CO2e", f.co2e_g / 1000, "kg"),
        ("Money on legs priced with estimates", f.estimate_share, "share"),
        ("Broken rules found by the checker", f.n_violations, "count"),
        ("Planned at", result.plan.planned_at.isoformat(), ""),
        ("Solve time", result.solve_seconds, "s"),
        ("Stopped by", result.stop_reason, ""),
        ("Seed", result.seed, ""),
    ]
    return _sheet(
        "Summary",
        (Column("Figure", width=46), Column("Value", "any", 24), Column("Unit", width=20)),
        rows,
    )


def shipments(rows: tuple[ShipmentRow, ...]) -> Sheet:
    """Served shipments."""
    columns = (
        Column("Shipment"), Column("Shipper", width=22), Column("From", width=28),
        Column("To", width=28), Column("Gross, kg", "int", 10), Column("Volume, m3", "dec", 10),
        Column("Cargo class", width=12), Column("Customs mode", width=10),
        Column("Modes", width=18), Column("Loads", width=16),
        Column("Ready, local", width=26), Column("Departs, local", width=26),
        Column("Delivered, local", width=26), Column("Due, local", width=26),
        Column("Late, min", "int", 9), Column("On time, probability", "share", 11),
        Column("Own cost, CNY", "money", 12), Column("Share of loads, CNY", "money", 12),
        Column("Cost, CNY", "money", 12), Column("Alone, CNY", "money", 12),
        Column("Saving, CNY", "money", 12), Column("CO2e, kg", "dec", 10),
        Column("Warnings", "long", 40),
    )  # fmt: skip
    return _sheet("Shipments", columns, (_shipment(row) for row in rows))


def _shipment(row: ShipmentRow) -> tuple[Cell, ...]:
    it, ship = row.itinerary, row.shipment
    alone = it.stand_alone_fen or None
    return (
        it.shipment_id, ship.shipper, row.start.name_en, row.end.name_en, ship.gross_kg,
        ship.volume_dm3 / 1000, ship.cargo_class, ship.customs_mode, " > ".join(row.chain),
        ", ".join(row.load_ids), row.ready.isoformat(), row.departs.isoformat(),
        row.delivered.isoformat(), row.due.isoformat() if row.due else None, it.lateness_min,
        it.on_time_share if row.due else None, cny_from_fen(it.own_cost_fen),
        cny_from_fen(it.share_fen), cny_from_fen(it.cost_fen),
        cny_from_fen(alone) if alone else None, cny_from_fen(row.saving_fen) if alone else None,
        it.co2e_g / 1000, "; ".join(it.warnings),
    )  # fmt: skip


def legs(shipments: tuple[ShipmentRow, ...], loads: tuple[LoadRow, ...]) -> Sheet:
    """Legs of loads, then legs of shipments; a shipment's leg in a load costs nothing itself."""
    columns = (
        Column("Belongs to", width=10), Column("Load or shipment"), Column("No.", "int", 6),
        Column("Mode", width=10), Column("Service or lane", width=24), Column("Name", width=30),
        Column("From", width=28), Column("To", width=28), Column("Departs, local", width=26),
        Column("Arrives, local", width=26), Column("Available, local", width=26),
        Column("Distance, km", "int", 10), Column("Carried", width=20),
        Column("Crossings", width=36), Column("Cost, CNY", "money", 12),
        Column("CO2e, kg", "dec", 10),
    )  # fmt: skip
    rows = [_leg("load", leg) for load in loads for leg in load.legs]
    rows += [_leg("shipment", leg) for shipment in shipments for leg in shipment.legs]
    return _sheet("Legs", columns, rows, frozen=2)


def _leg(owner: str, leg: LegRow) -> tuple[Cell, ...]:
    return (
        owner, leg.owner, leg.position, leg.mode, leg.ref, leg.name, leg.start.name_en,
        leg.end.name_en, leg.departs.isoformat(), leg.arrives.isoformat(),
        leg.available.isoformat(), leg.distance_km, leg.carried_as,
        "; ".join(spot.label for spot in leg.crossings), cny_from_fen(leg.cost_fen),
        leg.co2e_g / 1000,
    )  # fmt: skip


def loads(plan: Plan, rows: tuple[LoadRow, ...]) -> Sheet:
    """Shared load units; above alone is the least rise of limits that lets a group be split."""
    above_fen = {
        load_id: group.least_core_fen for group in plan.share_groups for load_id in group.load_ids
    }
    columns = (
        Column("Load"), Column("Unit", width=8), Column("From", width=28), Column("To", width=28),
        Column("Modes", width=14), Column("Customs pool", width=11), Column("Cargo pool", width=10),
        Column("Closes, local", width=26), Column("Departs, local", width=26),
        Column("Arrives, local", width=26), Column("Released, local", width=26),
        Column("Gross, kg", "int", 10), Column("Payload, kg", "int", 10),
        Column("Fill of payload", "share", 9), Column("Volume, m3", "dec", 10),
        Column("Usable, m3", "dec", 10), Column("Fill of volume", "share", 9),
        Column("Shipments", "int", 10), Column("Cost, CNY", "money", 12),
        Column("Cost, CNY per m3", "money", 12), Column("CO2e, kg", "dec", 10),
        Column("Above alone, CNY", "money", 12),
    )  # fmt: skip
    return _sheet("Loads", columns, (_load(row, above_fen) for row in rows))


def _load(row: LoadRow, above_fen: dict[str, int]) -> tuple[Cell, ...]:
    load = row.load
    return (
        load.load_id, load.load_unit, row.start.name_en, row.end.name_en, " > ".join(row.chain),
        load.customs_pool, load.cargo_pool, row.closes.isoformat(), row.departs.isoformat(),
        row.arrives.isoformat(), row.released.isoformat(), load.gross_kg, load.payload_kg,
        row.mass_share, load.volume_dm3 / 1000, load.usable_dm3 / 1000, row.volume_share,
        len(load.contents), cny_from_fen(load.cost_fen), row.fen_per_m3 / 100,
        load.co2e_g / 1000, cny_from_fen(above_fen.get(load.load_id, 0)),
    )  # fmt: skip


def contents(plan: Plan, rows: tuple[LoadRow, ...]) -> Sheet:
    """Who rides in which load."""
    columns = (
        Column("Load"), Column("Shipment"), Column("Shipper", width=24),
        Column("Gross, kg", "int", 10), Column("Volume, m3", "dec", 10),
    )  # fmt: skip
    cells = (
        (
            row.load.load_id, content.shipment_id, plan.shipments[content.shipment_id].shipper,
            content.gross_kg, content.volume_dm3 / 1000,
        )
        for row in rows
        for content in row.load.contents
    )  # fmt: skip
    return _sheet("Contents", columns, cells, frozen=2)


def unserved(plan: Plan, places: Gazetteer) -> Sheet:
    """Who is not served, why, and what would help; reasons as on the page."""
    columns = (
        Column("Shipment"), Column("Shipper", width=22), Column("From", width=28),
        Column("To", width=28), Column("Gross, kg", "int", 10), Column("Volume, m3", "dec", 10),
        Column("Code", width=8), Column("Reason", "long", 44), Column("Detail", "long", 44),
        Column("Remedy", "long", 44), Column("Penalty, CNY", "money", 13),
    )  # fmt: skip
    cells = (
        (
            row.miss.shipment_id, row.shipment.shipper, row.start.name_en, row.end.name_en,
            row.shipment.gross_kg, row.shipment.volume_dm3 / 1000, group.code, group.meaning,
            row.detail, group.remedy, cny_from_fen(row.miss.penalty_fen),
        )
        for group in miss_groups(plan, places)
        for row in group.rows
    )  # fmt: skip
    return _sheet("Unserved", columns, cells)


def repairs(plan: Plan, places: Gazetteer) -> Sheet:
    """What would get a shipment served, cheapest first, shipments as on the page."""
    columns = (
        Column("Shipment"), Column("Shipper", width=22), Column("Code", width=8),
        Column("Change", "long", 60), Column("Target", width=40), Column("Amount", "int", 9),
        Column("Measure", width=12), Column("More cost, CNY", "money", 13),
        Column("Delivered, local", width=26), Column("Verified", width=9),
    )  # fmt: skip
    cells = (
        (
            row.miss.shipment_id, row.shipment.shipper, group.code, fix.what, fix.repair.target,
            fix.repair.amount, fix.repair.unit, cny_from_fen(fix.repair.cost_fen),
            fix.delivered.isoformat(), "yes" if fix.repair.is_verified else "no",
        )
        for group in miss_groups(plan, places)
        for row in group.rows
        for fix in row.repairs
    )  # fmt: skip
    return _sheet("Repairs", columns, cells)


def costs(plan: Plan) -> Sheet:
    """Cost by line and mode; then what is delivered, the penalty, and their sum."""
    modes = (*MODE_KEYS, NO_MODE)
    matrix = cost_matrix(plan)
    columns = (
        Column("Line", width=34),
        *(Column(f"{mode.capitalize()}, CNY", "money") for mode in modes),
        Column("Sum, CNY", "money"),
    )

    def cells(name: str, rows: Iterable[dict[str, int]]) -> tuple[Cell, ...]:
        listed = list(rows)
        sums = [sum(row.get(mode, 0) for row in listed) for mode in modes]
        return (name, *(cny_from_fen(fen) for fen in sums), cny_from_fen(sum(sums)))

    spent = {line: row for line, row in matrix.items() if line != "unserved"}
    rows = [cells(line, [row]) for line, row in spent.items()]
    rows.append(cells("delivered", spent.values()))
    if "unserved" in matrix:
        rows.append(cells("unserved (penalty, not money spent)", [matrix["unserved"]]))
    rows.append(cells("objective", matrix.values()))
    return _sheet("Costs", columns, rows)


def estimates(plan: Plan) -> Sheet:
    """Estimated data rows that the plan uses."""
    columns = (
        Column("Table", width=20), Column("Row", width=40), Column("Shipments", "int", 10),
        Column("Cost of these shipments, CNY", "money", 18),
    )  # fmt: skip
    cells = (
        (row.table, row.key, row.n_shipments, cny_from_fen(row.cost_fen))
        for row in estimate_rows(plan)
    )
    return _sheet("Estimates", columns, cells, frozen=2)


def notes(result: PlanResult, data: NetworkData) -> Sheet:
    """How to read the workbook, in English and Chinese, and where it comes from."""
    columns = (
        Column("Sheet or item", width=18), Column("Note", "long", 70), Column("说明", "long", 60)
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [*NOTES]
    rows += [(f"version {name}", version, "") for name, version in result.versions.items()]
    rows += [(f"hash {name}", value, "") for name, value in result.input_hashes.items()]
    rows.append(("network data", data.fingerprint, ""))
    rows += [("warning", warning, "") for warning in result.plan.warnings]
    return _sheet("Notes", columns, rows)
