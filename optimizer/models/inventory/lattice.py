"""Distributions on 0, 1, 2, ...: sums, mixtures, partial expectations. Probabilities as arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

from optimizer.errors import ModelError

Floats = npt.NDArray[np.float64]

MAX_POINTS = 1 << 17
_TAIL_SDS = 12.0
_TAIL = 1e-12


def checked_pmf(pmf: npt.ArrayLike) -> Floats:
    """
    Probabilities as an array that sums to one.

    Raises
    ------
    ModelError
        M664: empty, negative, not finite, or far from a sum of one.
    """
    found = np.asarray(pmf, dtype=np.float64)
    if found.ndim != 1 or not found.size or not np.all(np.isfinite(found)) or found.min() < 0:
        raise ModelError("M664 probabilities must be a row of finite numbers >= 0")
    total = float(found.sum())
    if abs(total - 1.0) > 1e-6:  # noqa: PLR2004  (sums of rounded shares)
        raise ModelError(f"M664 probabilities must sum to 1 (got {total:g})")
    return found / total


def moments(pmf: Floats) -> tuple[float, float]:
    """Mean and standard deviation."""
    at = np.arange(len(pmf))
    mean = float(pmf @ at)
    return mean, float(np.sqrt(max(0.0, pmf @ (at - mean) ** 2)))


def poisson_pmf(mean: float) -> Floats:
    """Poisson probabilities, the tail above 1e-12 cut off."""
    most = int(stats.poisson.isf(_TAIL, mean)) + 1 if mean > 0 else 0
    return checked_pmf(stats.poisson.pmf(np.arange(most + 1), mean))


def normal_pmf(mean: float, sd: float) -> Floats:
    """Normal, rounded to whole units, what is below zero put at zero."""
    if sd <= 0:
        return grid_pmf(np.array([mean]), 1.0)
    most = int(np.ceil(mean + 7.5 * sd)) + 1
    edges = stats.norm.cdf(np.arange(most + 1) + 0.5, mean, sd)
    pmf = np.diff(np.concatenate(([0.0], edges)))
    return pmf / pmf.sum()


def grid_pmf(values: npt.ArrayLike, step: float) -> Floats:
    """
    Equally likely values on a grid, each split over its two neighbours so that the mean stays.

    Parameters
    ----------
    values
        (n,) units, from 0 on.
    step
        Units a grid point.
    """
    at = np.asarray(values, dtype=np.float64) / step
    low = np.floor(at).astype(np.int64)
    high_share = at - low
    size = int(low.max()) + 2
    pmf = np.bincount(low, 1.0 - high_share, size) + np.bincount(low + 1, high_share, size)
    pmf = pmf / len(at)
    return np.trim_zeros(pmf, "b") if pmf.any() else pmf


def compound_pmf(occurs_share: float, sizes: Floats) -> Floats:
    """Nothing, or with a probability a size: demand that comes now and then."""
    pmf = occurs_share * sizes
    pmf[0] += 1.0 - occurs_share
    return pmf


def sums_of_random_length(pmf: Floats, lengths: Floats, *, plus: int) -> Floats:
    """
    Sum of N + ``plus`` independent draws, N random.

    Parameters
    ----------
    pmf
        Of one draw.
    lengths
        Of N, on 0, 1, 2, ...
    plus
        Draws beside N.

    Returns
    -------
    numpy.ndarray
        Probabilities; mass beyond the mean plus 12 standard deviations is aliased, not lost.

    Raises
    ------
    ModelError
        M665: more than ``MAX_POINTS`` grid points; use a coarser grid.

    Notes
    -----
    The transform of the sum is sum over n of P(N = n) phi**(n + plus), phi that of one draw.
    """
    mean, sd = moments(pmf)
    n_mean, n_sd = moments(lengths)
    n_mean += plus
    full = (len(pmf) - 1) * (len(lengths) - 1 + plus) + 1
    spread = np.sqrt(n_mean * sd**2 + (n_sd * mean) ** 2)
    # The longest lead time may lie far above the mean: its own sum has to fit too.
    longest = len(lengths) - 1 + plus
    reach = longest * mean + _TAIL_SDS * np.sqrt(longest) * sd
    needed = min(full, int(max(n_mean * mean + _TAIL_SDS * spread, reach)) + len(pmf) + 1)
    size = 1 << max(1, int(needed - 1).bit_length())
    if size > MAX_POINTS:
        raise ModelError(f"M665 {needed} grid points are too many: count in larger units")
    phi = np.fft.rfft(pmf, size)
    # Horner's rule over the lengths.
    total = np.zeros_like(phi)
    for share in lengths[::-1]:
        total = total * phi + share
    found = np.fft.irfft(total * phi**plus, size)
    found = np.maximum(found, 0.0)
    return found / found.sum()


def losses(pmf: Floats, levels: npt.ArrayLike) -> Floats:
    """E max(0, X - y) for each whole level y; beyond the support 0, below zero mean - y."""
    tail = np.concatenate((np.cumsum(pmf[::-1])[::-1], [0.0]))
    # E (X - y)+ = sum over x > y of P(X >= x).
    above = np.concatenate((np.cumsum(tail[::-1])[::-1], [0.0]))
    y = np.asarray(levels, dtype=np.int64)
    inside = above[np.clip(y + 1, 0, len(above) - 1)]
    mean = float(pmf @ np.arange(len(pmf)))
    return np.where(y < 0, mean - y, inside)


def cumulative(pmf: Floats, levels: npt.ArrayLike) -> Floats:
    """P(X <= y) for each whole level y."""
    total = np.minimum(np.cumsum(pmf), 1.0)
    y = np.asarray(levels, dtype=np.int64)
    return np.where(y < 0, 0.0, total[np.clip(y, 0, len(total) - 1)])


def quantile(pmf: Floats, share: float) -> int:
    """Least whole x with P(X <= x) >= share; sums that miss by 1e-12 count as reached."""
    return int(np.searchsorted(np.cumsum(pmf), share - 1e-12))
