"""Random draws that are the same on every platform and in every version of numpy."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from statistics import NormalDist

import numpy as np

_NORMAL = NormalDist()
_LEAST_SHARE = 1e-6


class Sampler:
    """
    Draws from a seeded stream.

    Only raw uniform doubles are taken from the bit generator: PCG64 and its conversion to doubles
    are fixed, while numpy may change how its own distributions use them. Everything else is done
    here by inversion.

    Parameters
    ----------
    key
        Seed and, for independent streams, further numbers.
    """

    def __init__(self, *key: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))

    def share(self) -> float:
        """Uniform in [0, 1)."""
        return float(self._generator.random())

    def between(self, low: float, high: float) -> float:
        """Uniform in [low, high)."""
        return low + (high - low) * self.share()

    def whole(self, low: int, high: int) -> int:
        """Uniform integer in [low, high]."""
        return low + int(self.share() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        """True with a probability."""
        return self.share() < probability

    def choice(self, weights: Mapping[str, float]) -> str:
        """A key, in proportion to its weight."""
        return choose(weights, self.share())

    def lognormal(self, median: float, sigma: float) -> float:
        """Lognormal through a median; ``sigma`` is the deviation of the natural logarithm."""
        share = min(max(self.share(), _LEAST_SHARE), 1 - _LEAST_SHARE)
        return median * exp(sigma * _NORMAL.inv_cdf(share))


def choose(weights: Mapping[str, float], share: float) -> str:
    """The key at a share, 0 to 1, of the summed weights in their order."""
    remaining = share * sum(weights.values())
    for key, weight in weights.items():
        remaining -= weight
        if remaining < 0:
            return key
    return list(weights)[-1]
