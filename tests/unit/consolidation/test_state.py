from __future__ import annotations

import numpy as np
import pytest

from optimizer.models.consolidation.index import make_index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.packing import Packer
from optimizer.models.consolidation.problem import UNSERVED
from optimizer.models.consolidation.state import State
from tests.toy.consolidation_instances import CorridorSize, corridor, tiny, two_departures


def _state(problem) -> State:
    index = make_index(problem)
    return State(problem, index, Packer(problem), Menus(problem, index))


def _audit(state: State) -> None:
    """Recompute from the arrays what the state keeps in step."""
    p = state.problem
    cost = sum(state.own_fen(k, q) for k, q in enumerate(state.column))
    free = p.resource_capacity.tolist()
    for units in state.units:
        for o in units:
            cost += int(p.option_fen[o])
            for i in range(p.option_draw_ptr[o], p.option_draw_ptr[o + 1]):
                free[p.option_draw_resource[i]] -= int(p.option_draw_amount[i])
    for q in state.column:
        for i in range(p.col_draw_ptr[q], p.col_draw_ptr[q + 1]) if q != UNSERVED else ():
            free[p.col_draw_resource[i]] -= int(p.col_draw_amount[i])
    assert state.cost_fen == cost
    assert state.free == free
    assert min(free, default=0) >= 0
    for b, inside in enumerate(state.members):
        assert inside == {
            k for k, q in enumerate(state.column) if q != UNSERVED and b in state.col_buckets[q]
        }
        assert state.packer.fast(sorted(inside), state.units[b]) is not None


def test_units_grow_and_shrink_with_their_contents():
    state = _state(two_departures())
    assert state.cost_fen == 3 * 900_000
    assert state.put_in(0, 0)  # 6 t on Monday: a 20GP
    assert state.units[0] == (0,)
    assert state.put_in(1, 3)  # 11 t: one 40HQ for 1600 instead of two 20GP for 2000
    assert state.units[0] == (1,)
    assert state.cost_fen == 900_000 + 10_000 + 12_000 + 160_000
    state.take_out(0)
    assert state.units[0] == (0,)
    assert state.cost_fen == 2 * 900_000 + 12_000 + 100_000


def test_a_resource_that_is_gone_refuses_a_column_without_a_trace():
    state = _state(two_departures())
    assert state.put_in(1, 5)  # Monday and Thursday; Thursday's only TEU is taken
    before = (state.cost_fen, list(state.free), list(state.units))
    assert not state.put_in(0, 1)  # 18 m3 do not fit beside 20 of 30 m3, and there is no second TEU
    _audit(state)
    state.take_out(0)
    assert (state.cost_fen, list(state.free), list(state.units)) == before


@pytest.mark.parametrize("seed", range(12))
def test_random_changes_keep_everything_in_step(seed):
    problem = tiny(seed, 6) if seed % 2 else corridor(seed, CorridorSize(n_shipments=25))
    state, rng = _state(problem), np.random.default_rng(seed)
    for _ in range(60):
        before = (state.cost_fen, list(state.column), list(state.units), list(state.free))
        state.begin()
        k = int(rng.integers(problem.n_shipments))
        state.take_out(k)
        if state.shipment_cols[k] and rng.random() < 0.8:
            state.put_in(k, int(rng.choice(state.shipment_cols[k])))
        _audit(state)
        if rng.random() < 0.3:
            state.undo()
            assert (state.cost_fen, state.column, state.units, state.free) == before
    saved, cost = state.snapshot(), state.cost_fen
    for k in range(problem.n_shipments):
        state.take_out(k)
    assert state.cost_fen == int(problem.unserved_fen.sum())
    state.restore(saved)
    assert state.cost_fen == cost
    _audit(state)


def test_adopt_replaces_units_that_do_not_pack():
    state = _state(two_departures())
    state.begin()
    assert state.adopt({0: 0, 1: 3, 2: 6}, {0: (0,)})  # one 20GP was proposed for 19 t
    assert state.units[0] == (1,)
    _audit(state)
    state.undo()
    assert state.cost_fen == 3 * 900_000
