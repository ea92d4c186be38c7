"""
Units, their conversion, and the direction in which each conversion rounds.

Inside Teahorse everything is an integer: minutes UTC since an epoch, fen (0.01 CNY), kilograms,
cubic decimetres, metres, grams CO2e, hundredths of a TEU. This is the only module that rounds.
Demand rounds up, capacity rounds down, money rounds half up.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor

FEN_PER_CNY = 100
MFEN_PER_FEN = 1_000
"""Tariffs are integer milli-fen (1e-5 CNY), so that a rate per kilogram keeps its digits."""

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * 60
TEU_C = 100
"""One TEU in hundredths of a TEU."""


def fen_from_cny(amount_cny: str | int | float | Decimal) -> int:
    """Integer fen of an amount in CNY, rounded half up."""
    return int((Decimal(str(amount_cny)) * FEN_PER_CNY).quantize(Decimal(1), ROUND_HALF_UP))


def cny_from_fen(amount_fen: int) -> float:
    """CNY of an integer amount in fen, for display and JSON."""
    return amount_fen / FEN_PER_CNY


def mfen_from_amount(amount: str | int | float | Decimal, cny_per_unit: Decimal) -> int:
    """Integer milli-fen of an amount in a currency, at ``cny_per_unit``, rounded half up."""
    cny = Decimal(str(amount)) * cny_per_unit
    return int((cny * FEN_PER_CNY * MFEN_PER_FEN).quantize(Decimal(1), ROUND_HALF_UP))


def round_half_up_div(numerator: int, denominator: int) -> int:
    """Quotient of two non-negative integers, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def demand_dm3_from_m3(volume_m3: float) -> int:
    """Cubic decimetres a shipment takes: rounded up, after removing binary noise."""
    return ceil(round(volume_m3 * 1000, 6))


def capacity_dm3_from_m3(volume_m3: float) -> int:
    """Cubic decimetres that may be filled: rounded down, after removing binary noise."""
    return floor(round(volume_m3 * 1000, 6))


def demand_kg(gross_kg: float) -> int:
    """Kilograms a shipment takes: rounded up, after removing binary noise."""
    return ceil(round(gross_kg, 6))


def m_from_km(distance_km: float) -> int:
    """Metres of a distance in kilometres, rounded half up."""
    return int(Decimal(str(distance_km)).scaleb(3).quantize(Decimal(1), ROUND_HALF_UP))


def chargeable_kg(gross_kg: int, volume_dm3: int, volumetric_kg_per_m3: int) -> int:
    """The larger of gross mass and volumetric mass, in whole kilograms, rounded up."""
    volumetric = -(-volume_dm3 * volumetric_kg_per_m3 // 1000)
    return max(gross_kg, volumetric)


def minutes_since(epoch: datetime, moment: datetime) -> int:
    """Whole minutes from ``epoch`` to ``moment``; both must carry a zone. Seconds are dropped."""
    if epoch.tzinfo is None or moment.tzinfo is None:
        raise ValueError("a time without a zone has no place on the time line")
    return floor((moment - epoch).total_seconds() / 60)


def moment_at(epoch: datetime, minute: int) -> datetime:
    """The UTC moment ``minute`` minutes after ``epoch``."""
    return epoch.astimezone(UTC) + timedelta(minutes=int(minute))
