"""Slow twin of the consolidation model: every assignment, every packing, every set of units."""

from __future__ import annotations

from functools import cache
from itertools import product

from optimizer.models.consolidation.problem import UNSERVED, Problem


class Enumeration:
    """Optimum of a tiny problem in which at most one shipment may be cut."""

    def __init__(self, problem: Problem) -> None:
        self.p = problem
        assert int(problem.may_split.sum()) <= 1
        self.options = [
            [o for o in range(problem.n_options) if problem.option_bucket[o] == b]
            for b in range(problem.n_buckets)
        ]
        self.minimal_units = cache(self._minimal_units)

    def optimum_fen(self) -> int:
        """Cost of the cheapest plan."""
        p = self.p
        ways = [
            [UNSERVED, *(q for q in range(p.n_columns) if p.col_shipment[q] == k)]
            for k in range(p.n_shipments)
        ]
        best = int(p.unserved_fen.sum())
        for choice in product(*ways):
            own = sum(
                int(p.unserved_fen[k] if q == UNSERVED else p.col_fen[q])
                for k, q in enumerate(choice)
            )
            if own < best:
                units = self._units_fen(choice, best - own)
                if units is not None:
                    best = min(best, own + units)
        return best

    def _units_fen(self, choice: tuple[int, ...], below_fen: int) -> int | None:
        """Least price of units for an assignment within the resources, if it is below a limit."""
        p = self.p
        free = p.resource_capacity.tolist()
        contents: dict[int, list[int]] = {}
        for k, q in enumerate(choice):
            if q == UNSERVED:
                continue
            for i in range(p.col_draw_ptr[q], p.col_draw_ptr[q + 1]):
                free[p.col_draw_resource[i]] -= int(p.col_draw_amount[i])
            for i in range(p.col_bucket_ptr[q], p.col_bucket_ptr[q + 1]):
                contents.setdefault(int(p.col_bucket[i]), []).append(k)
        if min(free, default=0) < 0:
            return None
        menus = [self.minimal_units(b, tuple(inside)) for b, inside in sorted(contents.items())]
        if not all(menus) or sum(min(menu)[0] for menu in menus) >= below_fen:
            return None
        best: int | None = None
        for combination in product(*menus):
            fen = sum(units[0] for units in combination)
            if fen < below_fen and (best is None or fen < best) and self._within(combination, free):
                best = fen
        return best

    def _within(self, combination: tuple, free: list[int]) -> bool:
        left = list(free)
        for _, units in combination:
            for o in units:
                for i in range(self.p.option_draw_ptr[o], self.p.option_draw_ptr[o + 1]):
                    left[self.p.option_draw_resource[i]] -= int(self.p.option_draw_amount[i])
        return min(left, default=0) >= 0

    def _minimal_units(self, bucket: int, inside: tuple[int, ...]) -> list[tuple[int, tuple]]:
        """All sets of units that pack the contents and from which no unit can be spared."""
        options = self.options[bucket]
        ranges = [range(int(self.p.option_max_units[o]) + 1) for o in options]
        packing = {
            counts: self.packs(
                inside, tuple(o for o, n in zip(options, counts, strict=True) for _ in range(n))
            )
            for counts in product(*ranges)
        }
        found = []
        for counts, packs in packing.items():
            fewer = [(*counts[:i], n - 1, *counts[i + 1 :]) for i, n in enumerate(counts) if n > 0]
            if packs and not any(packing[less] for less in fewer):
                units = tuple(o for o, n in zip(options, counts, strict=True) for _ in range(n))
                found.append((sum(int(self.p.option_fen[o]) for o in units), units))
        return found

    def packs(self, inside: tuple[int, ...], units: tuple[int, ...]) -> bool:
        """Whether shipments can be put into units, by trying everything."""
        p = self.p

        def place(i: int, left: list[tuple[int, int]]) -> bool:
            if i == len(inside):
                return True
            k = inside[i]
            kg, dm3 = int(p.kg[k]), int(p.dm3[k])
            for u in range(len(units)):
                if kg <= left[u][0] and dm3 <= left[u][1]:
                    after = [*left]
                    after[u] = (left[u][0] - kg, left[u][1] - dm3)
                    if place(i + 1, after):
                        return True
            if not p.may_split[k]:
                return False
            others = [
                u
                for u, o in enumerate(units)
                if kg > int(p.option_kg[o]) or dm3 > int(p.option_dm3[o])
            ]
            # Whoever may be cut is placed last, into what the others leave.
            assert i == len(inside) - 1
            return self._pours(kg, dm3, [left[u] for u in others])

        inside = tuple(sorted(inside, key=lambda k: bool(p.may_split[k])))
        return place(0, [(int(p.option_kg[o]), int(p.option_dm3[o])) for o in units])

    @staticmethod
    def _pours(kg: int, dm3: int, rooms: list[tuple[int, int]]) -> bool:
        """Whether parts of one shipment, each of its density up to rounding, fill up to all of it."""
        reached = {(0, 0)}
        for room_kg, room_dm3 in rooms:
            parts = [
                (a, v)
                for a in range(min(kg, room_kg) + 1)
                for v in range(min(dm3, room_dm3) + 1)
                if abs(a * dm3 - v * kg) <= max(kg, dm3)
            ]
            reached = {
                (have_kg + a, have_dm3 + v)
                for have_kg, have_dm3 in reached
                for a, v in parts
                if have_kg + a <= kg and have_dm3 + v <= dm3
            }
        return (kg, dm3) in reached
