"""
Which shipment rides in which load unit: vector packing by mass and volume.

A shipment that fits one unit of a type rides in it whole. Only a shipment that may be cut, and only
in units that it does not fit, is poured: each unit takes the same share of its mass and of its
volume, up to one kilogram or one cubic decimetre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optimizer.models.consolidation.problem import Problem

Part = tuple[int, int, int]
"""Shipment, kg, dm3."""
Packing = list[list[Part]]
"""Parts in each unit, in the order of the units given."""

EXACT_TIME_S = 2.0
_EXACT_MAX_ITEMS = 60


class Packer:
    """
    Packs shipments into given load units of one bucket.

    Parameters
    ----------
    problem
        Demands and sizes are copied into plain lists: packing runs inside local search.
    seed
        Of the exact search.
    """

    def __init__(self, problem: Problem, seed: int = 1) -> None:
        self.kg: list[int] = problem.kg.tolist()
        self.dm3: list[int] = problem.dm3.tolist()
        self.may_split: list[bool] = problem.may_split.tolist()
        self.payload: list[int] = problem.option_kg.tolist()
        self.usable: list[int] = problem.option_dm3.tolist()
        self.seed = seed
        self._exact_answers: dict[tuple[tuple[int, ...], tuple[int, ...]], Packing | None] = {}

    def fits(self, shipment: int, option: int) -> bool:
        """Whether a shipment fits one unit."""
        return (
            self.kg[shipment] <= self.payload[option] and self.dm3[shipment] <= self.usable[option]
        )

    def fast(self, shipments: Sequence[int], units: Sequence[int]) -> Packing | None:
        """
        First-fit decreasing in several orders; None if none of them works.

        Parameters
        ----------
        shipments
            In any order.
        units
            Option of each physical unit.
        """
        if not self._fits_in_sum(shipments, units):
            return None
        whole = [k for k in shipments if any(self.fits(k, o) for o in units)]
        poured = [k for k in shipments if k not in whole]
        if not all(self.may_split[k] for k in poured):
            return None
        # With one unit the sums are the whole truth, as long as every shipment fits it.
        if len(units) <= 1:
            alone = [[(k, self.kg[k], self.dm3[k]) for k in whole] for _ in units]
            return None if poured else alone
        return self._first_fit(whole, poured, units)

    def _fits_in_sum(self, shipments: Sequence[int], units: Sequence[int]) -> bool:
        return sum(self.kg[k] for k in shipments) <= sum(self.payload[o] for o in units) and (
            sum(self.dm3[k] for k in shipments) <= sum(self.usable[o] for o in units)
        )

    def _first_fit(
        self, whole: Sequence[int], poured: Sequence[int], units: Sequence[int]
    ) -> Packing | None:
        widest = (max(self.payload[o] for o in units), max(self.usable[o] for o in units))
        flexible = frozenset(k for k in whole if self.may_split[k])
        for order in self._orders(widest):
            items = sorted(whole, key=order)
            for room_first in (False, True):
                for cut in (frozenset[int](), flexible) if flexible else (flexible,):
                    packing = self._place(items, poured, units, room_first, cut)
                    if packing is not None:
                        return packing
        return None

    def _orders(self, widest: tuple[int, int]) -> tuple[Callable[[int], tuple[float, int]], ...]:
        payload, usable = max(1, widest[0]), max(1, widest[1])
        kg, dm3 = self.kg, self.dm3
        return (
            lambda k: (-max(kg[k] / payload, dm3[k] / usable), k),
            lambda k: (-(kg[k] / payload + dm3[k] / usable), k),
            lambda k: (-kg[k], k),
            lambda k: (-dm3[k], k),
        )

    def _place(
        self,
        items: Sequence[int],
        poured: Sequence[int],
        units: Sequence[int],
        room_first: bool,
        cut: frozenset[int],
    ) -> Packing | None:
        """Whole items into the fullest (or emptiest) unit with room, then what is cut."""
        room_kg = [self.payload[o] for o in units]
        room_dm3 = [self.usable[o] for o in units]
        packing: Packing = [[] for _ in units]
        left = [*poured]
        for k in items:
            if k in cut:
                left.append(k)
                continue
            best, best_slack = -1, 0.0
            for i, o in enumerate(units):
                if room_kg[i] < self.kg[k] or room_dm3[i] < self.dm3[k]:
                    continue
                slack = (room_kg[i] - self.kg[k]) / max(1, self.payload[o])
                slack += (room_dm3[i] - self.dm3[k]) / max(1, self.usable[o])
                slack = -slack if room_first else slack
                if best < 0 or slack < best_slack:
                    best, best_slack = i, slack
            if best < 0 and self.may_split[k]:
                left.append(k)
                continue
            if best < 0:
                return None
            packing[best].append((k, self.kg[k], self.dm3[k]))
            room_kg[best] -= self.kg[k]
            room_dm3[best] -= self.dm3[k]
        for k in sorted(left, key=lambda k: (-self.kg[k], k)):
            if not self._pour(k, units, room_kg, room_dm3, packing):
                return None
        return packing

    def _pour(
        self,
        k: int,
        units: Sequence[int],
        room_kg: list[int],
        room_dm3: list[int],
        packing: Packing,
    ) -> bool:
        """Cut a shipment over the units it does not fit, each filled before the next."""
        kg_left, dm3_left = self.kg[k], self.dm3[k]
        kg, dm3 = max(1, kg_left), max(1, dm3_left)
        emptiest = sorted(
            (i for i, o in enumerate(units) if not self.fits(k, o)),
            key=lambda i: (-min(room_kg[i] / kg, room_dm3[i] / dm3), i),
        )
        for i in emptiest:
            share = min(room_kg[i] / kg, room_dm3[i] / dm3)
            if kg_left <= room_kg[i] and dm3_left <= room_dm3[i]:
                part_kg, part_dm3 = kg_left, dm3_left
            else:
                part_kg = min(kg_left, int(share * self.kg[k]))
                part_dm3 = min(dm3_left, int(share * self.dm3[k]))
            if part_kg <= 0 and part_dm3 <= 0:
                continue
            packing[i].append((k, part_kg, part_dm3))
            room_kg[i] -= part_kg
            room_dm3[i] -= part_dm3
            kg_left, dm3_left = kg_left - part_kg, dm3_left - part_dm3
            if kg_left == 0 and dm3_left == 0:
                return all(self._proportional(part) for unit in packing for part in unit)
        return False

    def _proportional(self, part: Part) -> bool:
        k, kg, dm3 = part
        off = abs(kg * self.dm3[k] - dm3 * self.kg[k])
        return off <= max(self.kg[k], self.dm3[k])

    def remember(self, packing: Packing, units: Sequence[int]) -> None:
        """Keep a packing that is known, so that ``exact`` need not search for it."""
        inside = tuple(sorted({k for unit in packing for k, _, _ in unit}))
        self._exact_answers[inside, tuple(units)] = packing

    def exact(self, shipments: Sequence[int], units: Sequence[int]) -> Packing | None:
        """
        A packing if there is one, by CP-SAT on one worker; None if there is none.

        Raises
        ------
        PackingUnknown
            The search was too long to tell.
        """
        packing = self.fast(shipments, units)
        if packing is not None:
            return packing
        key = (tuple(sorted(shipments)), tuple(units))
        if key not in self._exact_answers:
            self._exact_answers[key] = self._search(*key)
        return self._exact_answers[key]

    def _search(self, shipments: tuple[int, ...], units: tuple[int, ...]) -> Packing | None:
        from optimizer.models.consolidation.packing_exact import search_packing

        if len(shipments) > _EXACT_MAX_ITEMS:
            raise PackingUnknown
        answer, packing = search_packing(self, shipments, units, EXACT_TIME_S, self.seed)
        if not answer:
            raise PackingUnknown
        return packing


class PackingUnknown(Exception):
    """The exact search neither found a packing nor excluded one. Never leaves the model."""
