"""What a shipment pays between legs, in exact integers: rules C3 to C7."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from optimizer.domain.border import CreditClass
from optimizer.domain.equipment import LoadUnitType
from optimizer.domain.location import Facility, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.tariff import CARBON_PRICE
from optimizer.units import MFEN_PER_FEN, MINUTES_PER_DAY, MINUTES_PER_HOUR, round_half_up_div

HALF = Fraction(1, 2)
G_PER_T = 1_000_000


def stuffing_fen(tail: Facility, head: Facility, gross_kg: int) -> int:
    """Stuffing at one end of a shared load and stripping at the other."""
    return sum(
        round_half_up_div(end.loose_handling_mfen_per_kg * gross_kg, MFEN_PER_FEN)
        for end in (tail, head)
    )


def storage_fen(facility: Facility, wait_min: int, volume_dm3: int) -> int:
    """Storage of a wait: started days beyond the free time."""
    beyond_min = max(0, wait_min - facility.storage_free_min)
    n_days = -(-beyond_min // MINUTES_PER_DAY)
    return round_half_up_div(facility.storage_mfen_per_dm3_day * volume_dm3 * n_days, MFEN_PER_FEN)


def declaration_fen(data: NetworkData, customs_mode: str) -> int:
    """Fee of one customs declaration."""
    return round_half_up_div(data.customs_modes[customs_mode].declaration_mfen, MFEN_PER_FEN)


def inspection_fen(data: NetworkData, credit_class: CreditClass) -> dict[Mode, int]:
    """Expected price of inspection at one crossing, by its mode."""
    return {
        row.mode: floor(Fraction(str(row.inspection_share)) * row.cost_mfen / MFEN_PER_FEN + HALF)
        for row in data.inspections
        if row.credit_class is credit_class
    }


def lateness_fen(lateness_min: int, late_fen_per_hour: int) -> int:
    """Price of lateness, by started hours."""
    return -(-max(0, lateness_min) // MINUTES_PER_HOUR) * late_fen_per_hour


def carbon_fen(data: NetworkData, co2e_g: int) -> int:
    """Price of the CO2e of a shipment's whole way, where the network puts one on it (C8)."""
    fen_per_t = int(data.parameters.get(CARBON_PRICE, 0))
    return round_half_up_div(co2e_g * fen_per_t, G_PER_T)


def n_own_units(unit: LoadUnitType, gross_kg: int, volume_dm3: int) -> int:
    """Load units that a shipment fills alone, by the least payload of all modes; 0 if none do."""
    payload_kg = min((unit.payload_kg.get(mode, 0) for mode in unit.modes), default=0)
    if payload_kg <= 0 or unit.usable_dm3 <= 0:
        return 0
    return max(1, -(-gross_kg // payload_kg), -(-volume_dm3 // unit.usable_dm3))
