"""Demand that comes now and then: forecasts by Croston's kind, and the pattern of a history."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optimizer.errors import ModelError

ADI_LIMIT = 1.32
CV2_LIMIT = 0.49
"""Cut-offs of Syntetos, Boylan and Croston, Journal of the OR Society 56 (2005) 495."""


class DemandPattern(StrEnum):
    """By how often demand comes, and how much its size varies."""

    SMOOTH = "smooth"
    ERRATIC = "erratic"
    INTERMITTENT = "intermittent"
    LUMPY = "lumpy"


class IntermittentForecast(NamedTuple):
    """Mean size of a demand, share of days with one, and their product."""

    size: float
    occurs_share: float
    per_day: float


def pattern_of(history: npt.ArrayLike) -> DemandPattern:
    """Pattern by mean interval between demands, and squared coefficient of variation of sizes."""
    units = _checked(history)
    sizes = units[units > 0]
    is_rare = len(units) / len(sizes) > ADI_LIMIT
    is_varied = (sizes.std() / sizes.mean()) ** 2 > CV2_LIMIT
    if is_rare:
        return DemandPattern.LUMPY if is_varied else DemandPattern.INTERMITTENT
    return DemandPattern.ERRATIC if is_varied else DemandPattern.SMOOTH


def croston(
    history: npt.ArrayLike, smoothing: float = 0.1, *, is_debiased: bool = True
) -> IntermittentForecast:
    """
    Exponential smoothing of sizes and of intervals, updated where there is demand.

    Parameters
    ----------
    is_debiased
        Multiply by 1 - smoothing / 2 (Syntetos and Boylan 2005); Croston (1972) itself is biased
        upwards.
    """
    units = _checked(history)
    _check_smoothing(smoothing)
    days = np.flatnonzero(units)
    size, interval, last = float(units[days[0]]), float(days[0] + 1), int(days[0])
    for day in days[1:].tolist():
        size += smoothing * (float(units[day]) - size)
        interval += smoothing * (day - last - interval)
        last = day
    factor = 1.0 - smoothing / 2 if is_debiased else 1.0
    share = min(1.0, 1.0 / interval)
    return IntermittentForecast(size, share, factor * size * share)


def tsb(
    history: npt.ArrayLike, smoothing: float = 0.1, share_smoothing: float = 0.02
) -> IntermittentForecast:
    """
    Smoothing of sizes, and every day of the probability: a demand that dies out is forgotten.

    Teunter, Syntetos and Babai, EJOR 214 (2011) 606. The start is the mean of the history's first
    half.
    """
    units = _checked(history)
    _check_smoothing(smoothing)
    _check_smoothing(share_smoothing)
    sizes = units[units > 0]
    half = units[: max(1, len(units) // 2)]
    share, size = float((half > 0).mean()), float(sizes[: max(1, len(sizes) // 2)].mean())
    for one in units[len(half) :].tolist():
        share += share_smoothing * ((1.0 if one > 0 else 0.0) - share)
        if one > 0:
            size += smoothing * (one - size)
    return IntermittentForecast(size, share, size * share)


def _checked(history: npt.ArrayLike) -> npt.NDArray[np.float64]:
    units = np.asarray(history, dtype=np.float64)
    if units.ndim != 1 or not np.all(np.isfinite(units)) or units.size == 0 or units.min() < 0:
        raise ModelError("M664 a demand history is a row of finite numbers >= 0")
    if not units.any():
        raise ModelError("M666 a history without demand has no pattern")
    return units


def _check_smoothing(smoothing: float) -> None:
    if not 0 < smoothing <= 1:
        raise ModelError(f"M668 a smoothing factor is above 0 and up to 1 (got {smoothing:g})")
