"""Uncertain durations at a quantile: rule T2."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, exp, log
from statistics import NormalDist

from optimizer.domain.border import Duration

Z90 = 1.2815515655446004
"""Standard normal quantile of 0.9, which ties the spread to the 90th percentile."""
NOISE_DIGITS = 6
MEDIAN = 0.5


def sigma_of(duration: Duration) -> float:
    """Spread of the logarithm; 0 where the duration is certain."""
    if duration.p50_min <= 0 or duration.p90_min <= duration.p50_min:
        return 0.0
    return log(duration.p90_min / duration.p50_min) / Z90


@lru_cache(maxsize=4096)
def quantile_min(duration: Duration, quantile: float) -> int:
    """
    Minutes that the duration stays under with probability ``quantile``, rounded up.

    Parameters
    ----------
    quantile
        Between 0 and 1, exclusive.
    """
    sigma = sigma_of(duration)
    if sigma == 0.0 or quantile == MEDIAN:
        return duration.p50_min
    minutes = duration.p50_min * exp(NormalDist().inv_cdf(quantile) * sigma)
    return ceil(round(minutes, NOISE_DIGITS))
