from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest

from optimizer.models.consolidation.envelope import (
    EnvelopeSeparator,
    set_prices,
    subset_sums,
)
from optimizer.models.consolidation.index import make_index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.relaxation import Relaxation
from optimizer.solvers.limits import Deadline
from tests.toy.consolidation_instances import CorridorSize, Draft, corridor, tiny


def test_subset_sums_count_in_binary():
    assert subset_sums(np.array([1, 10, 100])).tolist() == [0, 1, 10, 11, 100, 101, 110, 111]


@pytest.mark.parametrize("seed", range(20))
def test_prices_of_sets_are_those_of_the_cheapest_combination(seed):
    problem = tiny(seed, 5)
    menus = Menus(problem, make_index(problem))
    rng = np.random.default_rng(seed)
    kg, dm3 = rng.integers(0, 30, 40), rng.integers(0, 90, 40)
    menu = menus.of(0, 30, 90)
    prices = set_prices(menu, kg, dm3)
    for need_kg, need_dm3, price in zip(kg, dm3, prices, strict=True):
        holding = (menu.kg >= need_kg) & (menu.dm3 >= need_dm3)
        expected = menu.fen[holding].min() / 100 if holding.any() else np.inf
        assert price == expected


def test_two_shipments_that_do_not_share_a_unit_pay_two():
    # Each of 6 in units of 10 for 100 yuan. Half of each: linking asks for half a unit only,
    # the envelope knows that both together cost 200 and each alone 100.
    prices = np.array([0.0, 100.0, 100.0, 200.0])
    alpha, gamma = EnvelopeSeparator().multipliers(prices, np.array([0.5, 0.5]), 60.0)
    assert alpha @ [0.5, 0.5] - gamma == pytest.approx(100.0)
    assert EnvelopeSeparator().multipliers(prices, np.array([0.5, 0.5]), 100.0) is None


def test_a_lifted_coefficient_is_the_largest_valid_one():
    draft = Draft(buckets=["b"], shipments=[(f"s{k}", 8, 1, 1, False) for k in range(3)])
    draft.options = [(0, "o", 10_000, 10, 10, 9, [])]
    draft.columns = [(k, 0, [0], []) for k in range(3)]
    problem = draft.problem()
    menu = Menus(problem, make_index(problem)).of(0, 24, 3)
    inside = (np.array([8, 8]), np.array([1, 1]), np.array([100.0, 100.0]), 0.0)
    # A third shipment of 8 adds a third unit whatever else rides.
    assert EnvelopeSeparator.lift(menu, inside, np.array([8]), np.array([1])).tolist() == [100.0]
    # One of 4 rides along with any one, but adds nothing to it.
    assert EnvelopeSeparator.lift(menu, inside, np.array([4]), np.array([1])).tolist() == [0.0]


@pytest.mark.parametrize("seed", range(4))
def test_every_cut_holds_for_every_set_of_riders(seed):
    problem = corridor(seed, CorridorSize(n_shipments=60, n_days=8))
    index = make_index(problem)
    menus = Menus(problem, index)
    relaxation = Relaxation(problem, index, menus)
    relaxation.solve_root(Deadline(30))
    for _ in range(4):
        relaxation.tighten(Deadline(30))
    assert relaxation.cuts
    for cut in relaxation.cuts:
        riders = index.pair_shipment[cut.pairs]
        assert np.all(index.pair_bucket[cut.pairs] == cut.bucket)
        menu = menus.of(cut.bucket, int(problem.kg[riders].sum()), int(problem.dm3[riders].sum()))
        n = len(riders)
        sets = chain.from_iterable(combinations(range(n), size) for size in range(min(n, 5) + 1))
        for chosen in map(list, sets):
            price = set_prices(
                menu,
                problem.kg[riders[chosen]].sum(keepdims=True),
                problem.dm3[riders[chosen]].sum(keepdims=True),
            )[0]
            assert cut.alpha[chosen].sum() - cut.gamma <= price + 1e-6
