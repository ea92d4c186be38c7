"""Quantities of the tables in the integers used inside, where ``units`` has no such conversion."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from optimizer.units import MINUTES_PER_DAY, MINUTES_PER_HOUR, TEU_C

_CLOCK = re.compile(r"(\d{1,2})\+([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_BASIS_POINTS = 10_000


def minutes_from_hours(hours: Decimal) -> int:
    """Whole minutes of a time in hours, rounded up: a cut-off or a stay is never cut short."""
    return int((hours * MINUTES_PER_HOUR).to_integral_value(ROUND_CEILING))


def minutes_from_days(days: Decimal) -> int:
    """Whole minutes of free days, rounded down."""
    return int((days * MINUTES_PER_DAY).to_integral_value(ROUND_FLOOR))


def teu_c_taken(teu: Decimal) -> int:
    """Hundredths of a TEU that a load unit takes, rounded up."""
    return int((teu * TEU_C).to_integral_value(ROUND_CEILING))


def teu_c_offered(teu: Decimal) -> int:
    """Hundredths of a TEU of a capacity, rounded down."""
    return int((teu * TEU_C).to_integral_value(ROUND_FLOOR))


def basis_points(share: Decimal) -> int:
    """Basis points of a share, rounded half up."""
    return int((share * _BASIS_POINTS).to_integral_value(ROUND_HALF_UP))


def clock_min(text: str) -> int | None:
    """Minutes since local midnight of day 0 of ``D+HH:MM``, or ``None`` for other text."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes = (int(part) for part in match.groups())
    return days * MINUTES_PER_DAY + hours * MINUTES_PER_HOUR + minutes
