"""
A feasible plan in seconds, without a solver.

Everybody travels alone or not at all; then buckets open where the savings of those who would ride
pay for a unit; then single shipments move, buckets are emptied, and small related parts of the plan
are taken apart and put together again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from optimizer.models.consolidation.problem import UNSERVED, LongArray
from optimizer.models.consolidation.state import State
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import count_weighted

_MAX_RUINED = 14
_ROUNDS = 4
_NEVER_FEN = 1 << 62


class Heuristic:
    """
    Moves on one state.

    Parameters
    ----------
    state
        Changed in place; its cost never rises between calls.
    seed
        Of the order of moves.
    deadline
        No move starts after it.
    """

    def __init__(self, state: State, seed: int, deadline: Deadline) -> None:
        self.state = state
        self.rng = np.random.default_rng(seed)
        self.deadline = deadline
        self._lone: dict[tuple[int, int], int] = {}
        index, problem = state.index, state.problem
        n_buckets = np.diff(problem.col_bucket_ptr)
        direct = n_buckets[index.entry_col] == 1
        self._pair_column = _cheapest_column(
            index.entry_pair[direct],
            index.entry_col[direct],
            problem.col_fen,
            len(index.pair_bucket),
        )
        by_bucket = np.argsort(index.pair_bucket, kind="stable")
        ends = np.searchsorted(index.pair_bucket[by_bucket], np.arange(problem.n_buckets + 1))
        self._bucket_pairs = [by_bucket[ends[b] : ends[b + 1]] for b in range(problem.n_buckets)]

    # ---------------------------------------------------------------- single shipments

    def added_fen(self, shipment: int, column: int, limit_fen: int) -> int | None:
        """
        What serving an unserved shipment on a column adds; None if infeasible or over the limit.

        Compared with a plan in which the shipment does not exist: the penalty is not credited.
        """
        state = self.state
        fen = state.col_fen[column]
        if fen >= limit_fen or not state.alone_fits(column):
            return None
        for b in state.col_buckets[column]:
            if not state.members[b]:
                if fen + self._lone_fen(b, shipment) >= limit_fen:
                    return None
            elif self._has_room(b, shipment):
                continue
            units = state.cheapest_units(b, (*state.members[b], shipment))
            if units is None:
                return None
            fen += state.units_fen(units) - state.units_fen(state.units[b])
            if fen >= limit_fen:
                return None
        return fen

    def _lone_fen(self, bucket: int, shipment: int) -> int:
        """Least price of units that hold a shipment alone in sum, whatever the resources."""
        key = (bucket, shipment)
        if key not in self._lone:
            kg, dm3 = self.state.packer.kg[shipment], self.state.packer.dm3[shipment]
            menu = self.state.menus.of(bucket, kg, dm3)
            holding = menu.candidates(kg, dm3)
            self._lone[key] = int(menu.fen[holding[0]]) if len(holding) else _NEVER_FEN
        return self._lone[key]

    def _has_room(self, bucket: int, shipment: int) -> bool:
        """Whether a shipment fits into the only unit of a bucket as it is."""
        packer, inside = self.state.packer, self.state.members[bucket]
        units = self.state.units[bucket]
        if len(units) != 1:
            return False
        kg = packer.kg[shipment] + sum(packer.kg[k] for k in inside)
        dm3 = packer.dm3[shipment] + sum(packer.dm3[k] for k in inside)
        return kg <= packer.payload[units[0]] and dm3 <= packer.usable[units[0]]

    def insert_best(self, shipment: int) -> None:
        """Serve an unserved shipment on the column that adds least, unless the penalty is less."""
        state = self.state
        refused: set[int] = set()
        while True:
            best, best_fen = UNSERVED, state.unserved_fen[shipment]
            for column in state.shipment_cols[shipment]:
                if state.col_fen[column] >= best_fen:
                    break  # columns come by ascending price, and units never cost less than 0
                if column not in refused:
                    added = self.added_fen(shipment, column, best_fen)
                    if added is not None:
                        best, best_fen = column, added
            if best == UNSERVED or state.put_in(shipment, best):
                return
            refused.add(best)  # two buckets drew on one resource

    def try_change(self, change: Callable[[], bool | None]) -> bool:
        """Make a change; take it back unless it is feasible and lowers the cost."""
        before = self.state.cost_fen
        self.state.begin()
        if change() is False or self.state.cost_fen >= before:
            self.state.undo()
            return False
        return True

    def rebuild(self, shipments: Iterable[int]) -> None:
        """Take shipments out and serve them one after the other, as well as each then can be."""
        chosen = list(shipments)
        for k in chosen:
            self.state.take_out(k)
        for k in chosen:
            self.insert_best(k)

    def relocate_each(self) -> int:
        """Move single shipments to where they add least; how many moved."""
        moved = 0
        for k in self.rng.permutation(self.state.problem.n_shipments).tolist():
            if self.deadline.is_over:
                break
            moved += self.try_change(lambda k=k: self.rebuild((k,)))
        return moved

    # ---------------------------------------------------------------- buckets

    def removal_gains(self) -> LongArray:
        """(K,) int64, fen that each shipment costs now: own, and units that would go with it."""
        return np.array([self._gain(k) for k in range(len(self.state.column))], dtype=np.int64)

    def open_each(self) -> int:
        """Fill one more unit of a bucket with those who save by it; how many buckets gained."""
        state, gains, opened = self.state, self.removal_gains(), 0
        worth = [(self._worth(b, gains)[0], b) for b in self._promising(gains)]
        order = sorted((-fen, b) for fen, b in worth if fen > 0)
        for _, b in order:
            if self.deadline.is_over:
                break
            fen, group = self._worth(b, gains)
            if fen <= 0:
                continue
            touched = {b}
            for k in group:
                if state.column[k] != UNSERVED:
                    touched.update(state.col_buckets[state.column[k]])
            if self.try_change(lambda group=group: state.adopt(group, {})):
                opened += 1
                for k in set().union(*(state.members[t] for t in touched), group):
                    gains[k] = self._gain(k)
        return opened

    def _gain(self, k: int) -> int:
        state, column = self.state, self.state.column[k]
        gain = state.own_fen(k, column)
        for b in state.col_buckets[column] if column != UNSERVED else ():
            units = state.cheapest_units(b, state.members[b] - {k})
            if units is not None:
                gain += max(0, state.units_fen(state.units[b]) - state.units_fen(units))
        return gain

    def _promising(self, gains: LongArray) -> list[int]:
        """Buckets in which all savings together would pay for the cheapest unit."""
        state, p = self.state, self.state.problem
        direct = np.flatnonzero(self._pair_column >= 0)
        saving = gains[state.index.pair_shipment[direct]] - p.col_fen[self._pair_column[direct]]
        savings = count_weighted(
            state.index.pair_bucket[direct], np.maximum(0, saving), p.n_buckets
        )
        price = np.full(p.n_buckets, np.iinfo(np.int64).max)
        np.minimum.at(price, p.option_bucket, p.option_fen)
        return np.flatnonzero(savings > price).tolist()

    def _worth(self, bucket: int, gains: LongArray) -> tuple[int, dict[int, int]]:
        """Savings less price of the best filling of one more unit, and who would ride in it."""
        state, p = self.state, self.state.problem
        pairs = self._bucket_pairs[bucket]
        pairs = pairs[self._pair_column[pairs] >= 0]
        riders = state.index.pair_shipment[pairs]
        columns = self._pair_column[pairs]
        saving = gains[riders] - p.col_fen[columns]
        outside = np.array([k not in state.members[bucket] for k in riders.tolist()], dtype=bool)
        wanted = np.flatnonzero((saving > 0) & outside) if len(riders) else np.empty(0, dtype=int)
        best_fen, best_group = 0, np.empty(0, dtype=np.int64)
        for o in state.menus.options[bucket]:
            fits = wanted[(p.kg[riders[wanted]] <= p.option_kg[o])]
            fits = fits[p.dm3[riders[fits]] <= p.option_dm3[o]]
            share = p.kg[riders[fits]] / max(1, p.option_kg[o])
            share = np.maximum(share, p.dm3[riders[fits]] / max(1, p.option_dm3[o]))
            dense = fits[np.argsort(-saving[fits] / (share + 0.02), kind="stable")]
            inside = (np.cumsum(p.kg[riders[dense]]) <= p.option_kg[o]) & (
                np.cumsum(p.dm3[riders[dense]]) <= p.option_dm3[o]
            )
            chosen = dense[inside]
            fen = int(saving[chosen].sum()) - int(p.option_fen[o])
            if fen > best_fen:
                best_fen, best_group = fen, chosen
        group = dict(zip(riders[best_group].tolist(), columns[best_group].tolist(), strict=True))
        return best_fen, group

    def empty_each(self) -> int:
        """Empty buckets whose shipments do better elsewhere; how many were emptied or improved."""
        state, improved = self.state, 0
        used = [b for b in range(state.problem.n_buckets) if state.members[b]]
        for b in self.rng.permutation(used).tolist():
            if self.deadline.is_over:
                break
            inside = sorted(state.members[b], key=lambda k: (-state.packer.kg[k], k))
            if inside and len(inside) <= 2 * _MAX_RUINED:
                improved += self.try_change(lambda inside=inside: self.rebuild(inside))
        return improved

    def ruin(self, n_times: int) -> int:
        """Rebuild random related parts of the plan; how many became cheaper."""
        improved = 0
        for _ in range(n_times):
            if self.deadline.is_over:
                break
            group = self._related()
            improved += self.try_change(lambda group=group: self.rebuild(group))
        return improved

    def _related(self) -> list[int]:
        """Members of one bucket and of buckets that they could ride in, in random order."""
        state = self.state
        seed = int(self.rng.integers(state.problem.n_shipments))
        buckets = {b for q in state.shipment_cols[seed] for b in state.col_buckets[q]}
        used = [b for b in sorted(buckets) if state.members[b]]
        group = {seed}
        for b in self.rng.permutation(used).tolist():
            if len(group) + len(state.members[b]) <= _MAX_RUINED:
                group |= state.members[b]
        return self.rng.permutation(sorted(group)).tolist()


def _cheapest_column(
    pair: np.ndarray, column: np.ndarray, col_fen: LongArray, n_pairs: int
) -> LongArray:
    """(n_pairs,) int64, cheapest of the given columns of each pair, -1 where there is none."""
    found = np.full(n_pairs, -1, dtype=np.int64)
    dearest_first = np.argsort(-col_fen[column], kind="stable")
    found[pair[dearest_first]] = column[dearest_first]
    return found


def construct(
    state: State,
    seed: int,
    deadline: Deadline,
    on_alone: Callable[[], None] | None = None,
) -> None:
    """
    Bring a state from nobody served to a good plan.

    Parameters
    ----------
    state
        Changed in place. A state that already serves some shipments is improved.
    seed
        Of the order of moves.
    deadline
        Whatever is reached by then is feasible.
    on_alone
        Called when everybody who can travels alone, before anything is shared.
    """
    travel_alone(state)
    if on_alone is not None:
        on_alone()
    search = Heuristic(state, seed, deadline)
    for _ in range(_ROUNDS):
        before = state.cost_fen
        search.open_each()
        search.relocate_each()
        search.empty_each()
        if state.cost_fen > 0.999 * before or deadline.is_over:
            break
    search.ruin(state.problem.n_shipments // 2)


def travel_alone(state: State) -> None:
    """Serve whoever is not served on the cheapest column without buckets, the dearest first."""
    for k in np.argsort(-state.problem.unserved_fen, kind="stable").tolist():
        if state.column[k] == UNSERVED:
            _send_alone(state, k)


def _send_alone(state: State, shipment: int) -> None:
    for column in state.shipment_cols[shipment]:
        if state.col_fen[column] >= state.unserved_fen[shipment]:
            return
        if not state.col_buckets[column] and state.put_in(shipment, column):
            return
