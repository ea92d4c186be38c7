"""How numbers and times are written for people: units always said, thousands grouped."""

from __future__ import annotations

import re
from datetime import datetime
from math import floor
from zoneinfo import ZoneInfo

from optimizer.units import cny_from_fen

_NOTHING = "–"
_NBSP = "\N{NO-BREAK SPACE}"
"""Between a number and its unit, so that no line ends between them."""
_MINUS = "−"
_STAMP = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)")
_MINUTES = re.compile(r"\b(\d{1,9}) minutes\b")


def number(value: float, decimals: int = 0) -> str:
    """A number with grouped thousands and a real minus sign."""
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(digit not in "0.," for digit in text)
    return _MINUS + text if negative else text


def cny(amount_fen: float, decimals: int = 0) -> str:
    """Money with its currency, such as ``CNY 12,300``."""
    sign, value = (_MINUS, -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}CNY{_NBSP}{value / 100:,.{decimals}f}"


def cny_exact(amount_fen: int) -> str:
    """Money to the fen, such as ``CNY 12,300.07``."""
    sign = _MINUS if amount_fen < 0 else ""
    return f"{sign}CNY{_NBSP}{cny_from_fen(abs(amount_fen)):,.2f}"


def cny_short(amount_fen: float) -> str:
    """Money rounded for an axis or a card: ``CNY 541 k``, ``CNY 5.41 M``."""
    value = amount_fen / 100
    if abs(value) >= 1e6:  # noqa: PLR2004
        return f"CNY{_NBSP}{number(value / 1e6, 2)}{_NBSP}M"
    if abs(value) >= 1e5:  # noqa: PLR2004
        return f"CNY{_NBSP}{number(value / 1e3)}{_NBSP}k"
    return f"CNY{_NBSP}{number(value)}"


def share(value: float | None, decimals: int = 0) -> str:
    """A share as per cent; ``100 %`` only for a whole, a dash where it is not known."""
    if value is None:
        return _NOTHING
    text = number(value * 100, decimals)
    if value < 1 and text == "100":
        text = number(floor(value * 1000) / 10, 1)
    return f"{text}{_NBSP}%"


def tonnes(mass_kg: float) -> str:
    """Kilograms below one tonne, tonnes above."""
    if mass_kg < 1000:  # noqa: PLR2004
        return f"{number(mass_kg)}{_NBSP}kg"
    return f"{number(mass_kg / 1000, 1 if mass_kg < 1e6 else 0)}{_NBSP}t"  # noqa: PLR2004


def co2e(mass_g: float) -> str:
    """Greenhouse gas in kilograms or tonnes CO2e."""
    if mass_g < 1e6:  # noqa: PLR2004
        return f"{number(mass_g / 1e3)}{_NBSP}kg"
    return f"{number(mass_g / 1e6, 2 if mass_g < 1e8 else 1)}{_NBSP}t"  # noqa: PLR2004


def cubic_metres(volume_dm3: float) -> str:
    """Volume in cubic metres."""
    return f"{number(volume_dm3 / 1000, 1)}{_NBSP}m³"


def hours(duration_min: float) -> str:
    """A duration as people say it: ``45 min``, ``9 h``, ``3.2 d``."""
    if duration_min < 60:  # noqa: PLR2004
        return f"{number(duration_min)}{_NBSP}min"
    if duration_min < 48 * 60:
        return f"{number(duration_min / 60)}{_NBSP}h"
    return f"{number(duration_min / 1440, 1)}{_NBSP}d"


def day(moment: datetime) -> str:
    """A date such as ``Wed 9 Sep``."""
    return f"{moment:%a}{_NBSP}{moment.day}{_NBSP}{moment:%b}"


def stamp(moment: datetime) -> str:
    """Local date and clock time, such as ``Wed 9 Sep 14:05``."""
    return f"{day(moment)} {moment:%H:%M}"


def plainly(text: str, zone: ZoneInfo) -> str:
    """A text for machines made readable: its times local, its minutes as hours or days."""

    def local(match: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(match[0].replace("Z", "+00:00")).astimezone(zone)
        except (ValueError, OverflowError):
            return match[0]
        return f"{stamp(moment)} ({offset(moment)})"

    return _MINUTES.sub(lambda match: hours(int(match[1])), _STAMP.sub(local, text))


def offset(moment: datetime) -> str:
    """Offset of the zone from UTC, such as ``+08`` or ``+06:30``."""
    text = moment.isoformat(timespec="minutes")[-6:]
    return text.removesuffix(":00")


def plural(count: int, noun: str) -> str:
    """A count and its noun: ``1 shipment``, ``2 shipments``."""
    return f"{number(count)} {noun}" if count == 1 else f"{number(count)} {noun}s"
