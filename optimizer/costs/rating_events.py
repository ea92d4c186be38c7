"""Rates of what happens between legs, in plain integers: rules C3 to C7."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from optimizer.costs.rating import fen_from_mfen
from optimizer.domain.border import Crossing, CustomsMode, Inspection
from optimizer.domain.equipment import LoadUnitType
from optimizer.domain.location import Facility, Mode
from optimizer.domain.shipment import Shipment
from optimizer.domain.tariff import CARBON_PRICE
from optimizer.units import MFEN_PER_FEN, MINUTES_PER_DAY, MINUTES_PER_HOUR

G_PER_T = 1_000_000


def stuffing_fen(origin: Facility, destination: Facility, gross_kg: int) -> int:
    """Stuffing and stripping of a shipment that rides in a shared load (C3)."""
    return sum(
        fen_from_mfen(end.loose_handling_mfen_per_kg * gross_kg) for end in (origin, destination)
    )


def storage_fen(facility: Facility, wait_min: int, volume_dm3: int) -> int:
    """Storage for a wait: started days beyond the free time (C4)."""
    paid_min = max(0, wait_min - facility.storage_free_min)
    days = -(-paid_min // MINUTES_PER_DAY)
    return fen_from_mfen(facility.storage_mfen_per_dm3_day * volume_dm3 * days)


def customs_fen(mode: CustomsMode, n_clearances: int) -> int:
    """Declaration fees of a number of clearances (C5)."""
    return n_clearances * fen_from_mfen(mode.declaration_mfen)


def inspection_fen(
    inspections: Iterable[Inspection], shipment: Shipment, crossings: Iterable[Crossing]
) -> int:
    """Expected price of inspections at the crossings on the way (C5)."""
    rows = {(row.credit_class, row.mode): row for row in inspections}
    return sum(
        _expected_fen(rows.get((shipment.credit_class, crossing.mode))) for crossing in crossings
    )


def _expected_fen(row: Inspection | None) -> int:
    if row is None:
        return 0
    expected_mfen = Decimal(str(row.inspection_share)) * row.cost_mfen
    return int((expected_mfen / MFEN_PER_FEN).quantize(Decimal(1), ROUND_HALF_UP))


def lateness_fen(lateness_min: int, late_fen_per_hour: int) -> int:
    """Price of lateness, by started hours (C6)."""
    return -(-lateness_min // MINUTES_PER_HOUR) * late_fen_per_hour


def carbon_fen(parameters: Mapping[str, float], co2e_g: int) -> int:
    """Price of the CO2e of a shipment's whole way (C8)."""
    fen = Decimal(co2e_g) * Decimal(int(parameters.get(CARBON_PRICE, 0))) / G_PER_T
    return int(fen.quantize(Decimal(1), ROUND_HALF_UP))


def n_own_units(
    load_unit: LoadUnitType, modes: Iterable[Mode], gross_kg: int, volume_dm3: int
) -> int | None:
    """
    Load units that a shipment needs for itself (C7).

    Parameters
    ----------
    modes
        Modes that the units ride on; the least payload binds.

    Returns
    -------
    int or None
        At least 1; ``None`` where a mode does not take the type, or it has no room.
    """
    payloads_kg = [load_unit.payload_kg.get(mode, 0) for mode in modes]
    payload_kg = min(payloads_kg, default=0)
    if payload_kg <= 0 or load_unit.usable_dm3 <= 0:
        return None
    return max(1, -(-gross_kg // payload_kg), -(-volume_dm3 // load_unit.usable_dm3))
