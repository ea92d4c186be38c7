from __future__ import annotations

import numpy as np
import pytest

from optimizer.models.consolidation.packing import Packer
from tests.reference.consolidation_enumeration import Enumeration
from tests.toy.consolidation_instances import Draft, tiny


def _packer(shipments, units) -> Packer:
    draft = Draft(buckets=["b"])
    draft.shipments = [(f"s{k}", kg, dm3, 1, cut) for k, (kg, dm3, cut) in enumerate(shipments)]
    draft.options = [(0, f"o{o}", 1, kg, dm3, 9, []) for o, (kg, dm3) in enumerate(units)]
    draft.columns = [(k, 0, [0], []) for k in range(len(shipments))]
    return Packer(draft.problem())


def _is_packed(packer, packing, shipments, units) -> bool:
    for parts, o in zip(packing, units, strict=True):
        assert sum(kg for _, kg, _ in parts) <= packer.payload[o]
        assert sum(dm3 for _, _, dm3 in parts) <= packer.usable[o]
    for k in shipments:
        mine = [(kg, dm3) for parts in packing for j, kg, dm3 in parts if j == k]
        assert sum(kg for kg, _ in mine) == packer.kg[k]
        assert sum(dm3 for _, dm3 in mine) == packer.dm3[k]
    return True


def test_sums_that_fit_are_not_enough():
    # Three of 6 in two units of 10: 18 <= 20, but no two of them share a unit.
    packer = _packer([(6, 1, False)] * 3, [(10, 10)])
    assert packer.fast([0, 1, 2], [0, 0]) is None
    assert packer.exact([0, 1, 2], [0, 0]) is None
    packing = packer.exact([0, 1, 2], [0, 0, 0])
    assert packing is not None
    assert _is_packed(packer, packing, [0, 1, 2], [0, 0, 0])


def test_exact_finds_what_first_fit_misses():
    # Two bins of 20 from 10, 6, 4, 8, 7, 5: 10 + 6 + 4 and 8 + 7 + 5, all other mixes leave gaps.
    kg = [10, 8, 7, 6, 5, 4]
    packer = _packer([(q, 1, False) for q in kg], [(20, 100)])
    packing = packer.exact(range(6), [0, 0])
    assert packing is not None
    assert _is_packed(packer, packing, range(6), [0, 0])
    assert sorted(sum(kg for _, kg, _ in parts) for parts in packing) == [20, 20]


def test_a_shipment_is_cut_only_over_units_that_it_does_not_fit():
    packer = _packer([(30, 60, True)], [(12, 100), (40, 100)])
    packing = packer.fast([0], [0, 0, 0])
    assert packing is not None
    assert len([parts for parts in packing if parts]) == 3
    assert all(abs(2 * kg - dm3) <= 2 for parts in packing for _, kg, dm3 in parts)
    assert packer.fast([0], [0, 1]) == [[], [(0, 30, 60)]]
    uncut = _packer([(30, 60, False)], [(12, 100), (40, 100)])
    assert uncut.fast([0], [0, 0, 0]) is None
    assert uncut.exact([0], [0, 0, 0]) is None


def test_parts_keep_the_density_of_the_shipment():
    # 20 kg and 20 dm3 over a heavy-duty and a roomy unit: each takes only a quarter.
    packer = _packer([(20, 20, True)], [(15, 5), (5, 15)])
    assert packer.exact([0], [0, 1]) is None
    assert packer.exact([0], [0, 1, 0, 1]) is not None


def test_a_shipment_that_may_be_cut_leaves_whole_ones_their_place():
    packer = _packer([(8, 1, False), (8, 1, False), (12, 1, True)], [(10, 10)])
    assert packer.exact([0, 1, 2], [0, 0]) is None
    packing = packer.exact([0, 1, 2], [0, 0, 0])
    assert packing is not None
    assert _is_packed(packer, packing, [0, 1, 2], [0, 0, 0])


@pytest.mark.parametrize("seed", range(60))
def test_exact_agrees_with_trying_everything(seed):
    problem = tiny(seed, 5)
    oracle, packer = Enumeration(problem), Packer(problem)
    rng = np.random.default_rng(seed)
    for _ in range(4):
        b = int(rng.integers(problem.n_buckets))
        options = np.flatnonzero(problem.option_bucket == b)
        units = tuple(int(o) for o in rng.choice(options, size=int(rng.integers(1, 4))))
        inside = tuple(k for k in range(5) if rng.random() < 0.6)
        packing = packer.exact(inside, units)
        assert (packing is not None) == oracle.packs(inside, units)
        if packing is not None:
            assert _is_packed(packer, packing, inside, units)


def test_nothing_needs_no_unit():
    packer = _packer([(1, 1, False)], [(10, 10)])
    assert packer.fast([], []) == []
    assert packer.fast([0], []) is None
