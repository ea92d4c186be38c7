"""What the load units of one dispatch cost, and the least that a commodity adds to one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.models.consolidation.network_design import UNLIMITED, NetworkDesign

Units = tuple[tuple[int, int], ...]
"""(option, number of load units) of one dispatch."""


@dataclass(slots=True)
class LoadPrices:
    """
    Cheapest load units for a mass and volume on each arc.

    Parameters
    ----------
    options
        For each arc its (option, fen, kg, dm3), cheapest a kg first.
    """

    options: list[list[tuple[int, int, int, int]]]
    _known: dict[tuple[int, int, int], tuple[int, Units]] = field(default_factory=dict)

    @classmethod
    def of(cls, design: NetworkDesign) -> LoadPrices:
        """Collect the options of a design by arc."""
        options: list[list[tuple[int, int, int, int]]] = [[] for _ in range(design.n_arcs)]
        for option, arc in enumerate(design.option_arc.tolist()):
            options[arc].append(
                (
                    option,
                    int(design.option_fen[option]),
                    int(design.option_kg[option]),
                    int(design.option_dm3[option]),
                )
            )
        for listed in options:
            listed.sort(key=lambda row: (row[1] / row[2], row[0]))
        return cls(options=options)

    def fen(self, arc: int, kg: int, dm3: int) -> int:
        """Fixed cost of a dispatch that carries so much."""
        return self._best(arc, kg, dm3)[0]

    def units(self, arc: int, kg: int, dm3: int) -> Units:
        """Load units of a dispatch that carries so much."""
        return self._best(arc, kg, dm3)[1]

    def least_added_fen(self, arc: int, kg: int, dm3: int) -> int:
        """
        A lower bound of what a commodity adds to any dispatch that others already fill.

        ``ceil((Q + q) / u) - ceil(Q / u) >= floor(q / u)`` for one option with one capacity that
        binds; otherwise 0, because cost does not fall with the load.
        """
        listed = self.options[arc]
        if len(listed) != 1 or (dm3 and listed[0][3] < UNLIMITED):
            return 0
        return kg // listed[0][2] * listed[0][1]

    def _best(self, arc: int, kg: int, dm3: int) -> tuple[int, Units]:
        key = (arc, kg, dm3)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _cheapest(self.options[arc], kg, dm3)
        return found


def _cheapest(options: list[tuple[int, int, int, int]], kg: int, dm3: int) -> tuple[int, Units]:
    """Cheapest cover of a load, by trying every number of units of all options but the last."""
    if kg <= 0 and dm3 <= 0:
        return 0, ()
    option, fen, unit_kg, unit_dm3 = options[0]
    if unit_dm3 == 0 and dm3 > 0:
        most = -(-kg // unit_kg)
    else:
        most = max(-(-kg // unit_kg), -(-dm3 // unit_dm3) if dm3 > 0 else 0)
    if len(options) == 1:
        if unit_dm3 == 0 and dm3 > 0:
            return _NEVER, ()
        return fen * most, ((option, most),)
    best: tuple[int, Units] = (_NEVER, ())
    for n in range(most, -1, -1):
        if n * fen >= best[0]:
            continue
        rest, units = _cheapest(options[1:], kg - n * unit_kg, dm3 - n * unit_dm3)
        if n * fen + rest < best[0]:
            best = (n * fen + rest, (((option, n), *units) if n else units))
    return best


_NEVER = 2**62


def can_carry(design: NetworkDesign) -> np.ndarray:
    """(A, K) bool: arc a has a load unit for commodity k and is not forbidden to it."""
    carries = np.zeros((design.n_arcs, 2), dtype=np.bool_)
    carries[design.option_arc, 0] = True
    carries[design.option_arc[design.option_dm3 > 0], 1] = True
    allowed = carries[:, (design.commodity_dm3 > 0).astype(np.int64)]
    allowed[design.forbidden_arc, design.forbidden_commodity] = False
    return allowed
