"""A plan that search can change and take back: columns, units, resources and cost kept in step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from optimizer.models.consolidation.index import Index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.packing import Packer, Packing
from optimizer.models.consolidation.problem import UNSERVED, Problem
from optimizer.models.consolidation.solution import PackedUnit

Units = tuple[int, ...]
"""Option of each physical unit of a bucket, cheapest options first."""

_MAX_COMBINATIONS_TRIED = 60


class State:
    """
    A feasible plan under change. It begins with nobody served, which is always feasible.

    Every bucket has units that are known to pack its shipments, and no resource is overdrawn.

    Parameters
    ----------
    problem, index
        Of the consolidation model.
    packer, menus
        Shared between states of the same problem.
    """

    def __init__(self, problem: Problem, index: Index, packer: Packer, menus: Menus) -> None:
        self.problem, self.index, self.packer, self.menus = problem, index, packer, menus
        p = problem
        self.col_fen: list[int] = p.col_fen.tolist()
        self.unserved_fen: list[int] = p.unserved_fen.tolist()
        self.col_buckets = _csr_lists(p.col_bucket_ptr, p.col_bucket)
        self.col_draws = _draws(p.col_draw_ptr, p.col_draw_resource, p.col_draw_amount)
        self.option_draws = _draws(p.option_draw_ptr, p.option_draw_resource, p.option_draw_amount)
        self.option_fen: list[int] = p.option_fen.tolist()
        self.shipment_cols = _csr_lists(index.shipment_ptr, index.shipment_col)
        self.col_shipment: list[int] = p.col_shipment.tolist()
        self.column = [UNSERVED] * p.n_shipments
        self.members: list[set[int]] = [set() for _ in range(p.n_buckets)]
        self.units: list[Units] = [()] * p.n_buckets
        self.free: list[int] = p.resource_capacity.tolist()
        self.cost_fen = int(p.unserved_fen.sum())
        self._journal: list[tuple[str, int, object]] | None = None

    # ---------------------------------------------------------------- prices

    def own_fen(self, shipment: int, column: int) -> int:
        """What a shipment pays itself on a column, or for not being served."""
        return self.unserved_fen[shipment] if column == UNSERVED else self.col_fen[column]

    def units_fen(self, units: Units) -> int:
        """Price of units."""
        return sum(self.option_fen[o] for o in units)

    def cheapest_units(self, bucket: int, shipments: Iterable[int]) -> Units | None:
        """
        Cheapest units that are known to pack shipments, with the free resources and its own.

        First-fit decides, so a cheaper combination that only an exact search could pack is missed.
        """
        inside = sorted(shipments)
        if not inside:
            return ()
        packer = self.packer
        kg, dm3 = sum(packer.kg[k] for k in inside), sum(packer.dm3[k] for k in inside)
        menu, options = self.menus.of(bucket, kg, dm3), self.menus.options[bucket]
        own = self._unit_draws(self.units[bucket])
        for place in menu.candidates(kg, dm3)[:_MAX_COMBINATIONS_TRIED].tolist():
            units = tuple(
                o
                for o, n in zip(options, menu.counts[place].tolist(), strict=True)
                for _ in range(n)
            )
            if self._affordable(units, own) and packer.fast(inside, units) is not None:
                return units
        return None

    def _unit_draws(self, units: Units) -> dict[int, int]:
        total: dict[int, int] = {}
        for o in units:
            for r, amount in self.option_draws[o]:
                total[r] = total.get(r, 0) + amount
        return total

    def _affordable(self, units: Units, own: Mapping[int, int]) -> bool:
        free = self.free
        return all(
            amount <= free[r] + own.get(r, 0) for r, amount in self._unit_draws(units).items()
        )

    def alone_fits(self, column: int) -> bool:
        """Whether the shipment's own draws of a column are free."""
        return all(amount <= self.free[r] for r, amount in self.col_draws[column])

    # ---------------------------------------------------------------- changes

    def begin(self) -> None:
        """Start to write down changes, so that ``undo`` can take them back."""
        self._journal = []

    def undo(self) -> None:
        """Take back everything since ``begin``."""
        journal, self._journal = self._journal or [], None
        for kind, place, old in reversed(journal):
            if kind == "column":
                self._set_column(place, old)  # type: ignore[arg-type]
            else:
                self._set_units(place, old)  # type: ignore[arg-type]

    def _set_units(self, bucket: int, units: Units) -> None:
        if self._journal is not None:
            self._journal.append(("units", bucket, self.units[bucket]))
        for o in self.units[bucket]:
            self.cost_fen -= self.option_fen[o]
            for r, amount in self.option_draws[o]:
                self.free[r] += amount
        for o in units:
            self.cost_fen += self.option_fen[o]
            for r, amount in self.option_draws[o]:
                self.free[r] -= amount
        self.units[bucket] = units

    def _set_column(self, shipment: int, column: int) -> None:
        old = self.column[shipment]
        if self._journal is not None:
            self._journal.append(("column", shipment, old))
        self.cost_fen += self.own_fen(shipment, column) - self.own_fen(shipment, old)
        if old != UNSERVED:
            for r, amount in self.col_draws[old]:
                self.free[r] += amount
            for b in self.col_buckets[old]:
                self.members[b].discard(shipment)
        if column != UNSERVED:
            for r, amount in self.col_draws[column]:
                self.free[r] -= amount
            for b in self.col_buckets[column]:
                self.members[b].add(shipment)
        self.column[shipment] = column

    def take_out(self, shipment: int) -> None:
        """Leave a shipment unserved; its buckets give back what they no longer need."""
        old = self.column[shipment]
        if old == UNSERVED:
            return
        self._set_column(shipment, UNSERVED)
        for b in self.col_buckets[old]:
            self.refit(b)

    def put_in(self, shipment: int, column: int) -> bool:
        """Serve an unserved shipment on a column; False and no change if that is not feasible."""
        if not self.alone_fits(column):
            return False
        self._set_column(shipment, column)
        done: list[tuple[int, Units]] = []
        for b in self.col_buckets[column]:
            units = self.cheapest_units(b, self.members[b])
            if units is None:
                self._set_column(shipment, UNSERVED)
                for bucket, before in done:
                    self._set_units(bucket, before)
                return False
            done.append((b, self.units[b]))
            self._set_units(b, units)
        return True

    def serve(self, columns: Mapping[int, int]) -> None:
        """
        Serve many unserved shipments at once, each on its column, and find units only then.

        Buckets are filled as a whole, so units that only a part would need draw nothing on the way.
        Where no units hold a bucket's contents, those who cost least if left behind stay out.
        """
        for k in sorted(columns, key=lambda k: (-self.unserved_fen[k], k)):
            if self.alone_fits(columns[k]):
                self._set_column(k, columns[k])
        worth = [sum(self.unserved_fen[k] for k in inside) for inside in self.members]
        for b in sorted(range(len(worth)), key=lambda b: (-worth[b], b)):
            while self.members[b]:
                units = self.cheapest_units(b, self.members[b])
                if units is not None:
                    self._set_units(b, units)
                    break
                least = min(self.members[b], key=lambda k: (self.unserved_fen[k], k))
                others = [c for c in self.col_buckets[self.column[least]] if c != b]
                self._set_column(least, UNSERVED)
                for c in others:
                    self.refit(c)

    def refit(self, bucket: int) -> None:
        """Give a bucket the cheapest units for what is in it, if they are cheaper than it has."""
        units = self.cheapest_units(bucket, self.members[bucket])
        if units is not None and self.units_fen(units) < self.units_fen(self.units[bucket]):
            self._set_units(bucket, units)
        elif not self.members[bucket] and self.units[bucket]:
            self._set_units(bucket, ())

    def adopt(
        self, columns: Mapping[int, int], units: Mapping[int, Units], *, exactly: bool = False
    ) -> bool:
        """
        Move several shipments at once, with units proposed for the buckets they touch.

        Parameters
        ----------
        columns
            Shipment -> its new column or ``UNSERVED``.
        units
            Bucket -> units that a model proposes; they are checked and, where they do not pack,
            replaced.
        exactly
            Whether an exact search decides that proposed units do not pack; else first-fit does.

        Returns
        -------
        Whether it was feasible. If not, the caller has to ``undo``.
        """
        pack = self.packer.exact if exactly else self.packer.fast
        touched: set[int] = set()
        for k, column in columns.items():
            for old in (self.column[k], column):
                if old != UNSERVED:
                    touched.update(self.col_buckets[old])
            self._set_column(k, column)
        for b in touched:
            self._set_units(b, ())
        if any(amount < 0 for amount in self.free):
            return False
        for b in sorted(touched):
            proposed = tuple(sorted(units.get(b, ())))
            inside = sorted(self.members[b])
            if not inside:
                continue
            if not self._affordable(proposed, {}) or pack(inside, proposed) is None:
                found = self.cheapest_units(b, inside)
                if found is None:
                    return False
                proposed = found
            self._set_units(b, proposed)
        for b in sorted(touched):
            self.refit(b)
        return True

    # ---------------------------------------------------------------- in and out

    def snapshot(self) -> tuple[list[int], list[Units]]:
        """Columns and units, to be restored later or to make a solution of."""
        return list(self.column), list(self.units)

    def restore(self, saved: tuple[list[int], list[Units]]) -> None:
        """Return to a snapshot of a state of the same problem."""
        columns, units = saved
        for b, before in enumerate(units):
            if self.units[b] and self.units[b] != before:
                self._set_units(b, ())
        for k, column in enumerate(columns):
            if self.column[k] != column:
                self._set_column(k, column)
        for b, after in enumerate(units):
            if self.units[b] != after:
                self._set_units(b, after)

    def take(self, columns: Sequence[int], loads: Iterable[PackedUnit]) -> None:
        """Become a feasible plan whose loads and contents are known."""
        packed: dict[int, list[PackedUnit]] = {}
        for load in loads:
            packed.setdefault(int(self.problem.option_bucket[load.option]), []).append(load)
        units: list[Units] = [()] * len(self.units)
        for b, inside in packed.items():
            inside.sort(key=lambda load: (self.option_fen[load.option], load.option, load.parts))
            units[b] = tuple(load.option for load in inside)
            self.packer.remember([list(load.parts) for load in inside], units[b])
        self.restore((list(columns), units))

    def loads(self) -> tuple[PackedUnit, ...]:
        """Physical units with their contents; empty units are left out."""
        found: list[PackedUnit] = []
        for b, units in enumerate(self.units):
            if units:
                packing = pack_known(self.packer, sorted(self.members[b]), units)
                found.extend(
                    PackedUnit(option=o, parts=tuple(parts))
                    for o, parts in zip(units, packing, strict=True)
                    if parts
                )
        return tuple(found)


def pack_known(packer: Packer, shipments: Sequence[int], units: Units) -> Packing:
    """The packing of units that are known to hold their shipments."""
    packing = packer.exact(shipments, units)
    if packing is None:
        raise AssertionError(f"units {units} were accepted without a packing")
    return packing


def _csr_lists(ptr: np.ndarray, member: np.ndarray) -> list[list[int]]:
    flat, ends = member.tolist(), ptr.tolist()
    return [flat[ends[i] : ends[i + 1]] for i in range(len(ends) - 1)]


def _draws(
    ptr: np.ndarray, resource: np.ndarray, amount: np.ndarray
) -> list[list[tuple[int, int]]]:
    pairs = list(zip(resource.tolist(), amount.tolist(), strict=True))
    ends = ptr.tolist()
    return [
        [pair for pair in pairs[ends[i] : ends[i + 1]] if pair[1]] for i in range(len(ends) - 1)
    ]
