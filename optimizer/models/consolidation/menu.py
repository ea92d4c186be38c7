"""What combinations of load units a bucket may take, cheapest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.index import Index
from optimizer.models.consolidation.problem import LongArray, Problem

_FIRST_UNITS = 4
_MAX_COMBINATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Menu:
    """
    Combinations of the unit types of a bucket by ascending price.

    Parameters
    ----------
    counts
        (n, types) int64, units of each option of the bucket, options as in ``bucket_option``.
    fen, kg, dm3
        (n,) int64, price, payload and volume of each combination.
    n_units
        Combinations of up to so many units are listed.
    is_last
        No longer menu is made: there are no larger combinations, or too many.
    """

    counts: LongArray
    fen: LongArray
    kg: LongArray
    dm3: LongArray
    n_units: int
    is_last: bool

    def candidates(self, kg: int, dm3: int) -> LongArray:
        """Indices of combinations that hold a mass and a volume in sum, cheapest first."""
        return np.flatnonzero((self.kg >= kg) & (self.dm3 >= dm3))


class Menus:
    """
    Menus of all buckets; buckets with the same unit types share one.

    Parameters
    ----------
    problem, index
        Of the consolidation model.
    """

    def __init__(self, problem: Problem, index: Index) -> None:
        self._options = [
            index.bucket_option[index.bucket_option_ptr[b] : index.bucket_option_ptr[b + 1]]
            for b in range(problem.n_buckets)
        ]
        self.options: list[list[int]] = [options.tolist() for options in self._options]
        self._problem = problem
        self._max_units = problem.option_max_units
        self._shared: dict[tuple[bytes, int], Menu] = {}
        self._of_bucket: list[Menu | None] = [None] * problem.n_buckets

    def of(self, bucket: int, kg: int = 0, dm3: int = 0, n_units: int = 0) -> Menu:
        """The menu of a bucket, long enough to hold twice a mass and a volume, and ``n_units``."""
        menu = self._of_bucket[bucket]
        while menu is None or (
            not menu.is_last and (menu.n_units < n_units or _is_short(menu, kg, dm3))
        ):
            menu = self._make(bucket, 2 * menu.n_units if menu else _FIRST_UNITS)
            self._of_bucket[bucket] = menu
        return menu

    def _make(self, bucket: int, n_units: int) -> Menu:
        options, p = self._options[bucket], self._problem
        limits = np.minimum(self._max_units[options], n_units).astype(np.int64)
        table = np.concatenate(
            (p.option_fen[options], p.option_kg[options], p.option_dm3[options], limits)
        )
        key = (table.tobytes(), n_units)
        if key not in self._shared:
            self._shared[key] = self._enumerate(bucket, limits, n_units)
        return self._shared[key]

    def _enumerate(self, bucket: int, limits: LongArray, n_units: int) -> Menu:
        options, p = self._options[bucket], self._problem
        counts = np.zeros((1, len(options)), dtype=np.int64)
        for place, limit in enumerate(limits):
            blocks = []
            for n in range(int(limit) + 1):
                block = counts[counts.sum(axis=1) + n <= n_units].copy()
                block[:, place] = n
                blocks.append(block)
            counts = np.concatenate(blocks) if blocks else counts
        fen = counts @ p.option_fen[options]
        kg, dm3 = counts @ p.option_kg[options], counts @ p.option_dm3[options]
        order = np.lexsort((counts.sum(axis=1), fen))
        complete = bool(np.all(p.option_max_units[options] <= limits)) and bool(
            int(limits.sum()) <= n_units
        )
        too_many = len(counts) > _MAX_COMBINATIONS
        return Menu(counts[order], fen[order], kg[order], dm3[order], n_units, complete or too_many)


def _is_short(menu: Menu, kg: int, dm3: int) -> bool:
    return int(menu.kg.max(initial=0)) < 2 * kg or int(menu.dm3.max(initial=0)) < 2 * dm3
