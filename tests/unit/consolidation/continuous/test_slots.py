from optimizer.models.consolidation.continuous.dominance import keep_undominated
from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.refine import add_chains
from optimizer.models.consolidation.continuous.slots import first_slots
from optimizer.models.consolidation.continuous.ways import find_reach, list_ways
from optimizer.models.consolidation.network_design import FOREVER
from tests.toy.small_designs import chain_design, hub_design


def ways_of(design):
    prices = LoadPrices.of(design)
    return keep_undominated(design, prices, list_ways(design, find_reach(design), prices))


def test_windows_follow_release_due_and_fastest_paths():
    reach = find_reach(hub_design())
    assert reach.first_min[:, 0].tolist()[0::2] == [0, 10]
    assert reach.last_min[:, 0].tolist()[0::2] == [30, 40]
    assert (reach.first_min[2, 1], reach.last_min[2, 1]) == (35, 50)
    assert reach.usable.T.tolist() == [[True, False, True], [False, True, True]]


def test_windows_that_meet_share_one_slot():
    design = hub_design()
    # a may leave the hub in 10..40, b in 35..50.
    assert first_slots(design, ways_of(design)).starts_min[2, 0] == [10]


def test_windows_that_do_not_meet_are_cut_where_the_later_one_opens():
    design = hub_design(commodity_release_min=[0, 25])
    slots = first_slots(design, ways_of(design))
    assert slots.starts_min[2, 0] == [10, 45]
    assert slots.window((2, 0), 0) == (10, 44)
    assert slots.window((2, 0), 1) == (45, FOREVER)
    assert [slots.index((2, 0), minute) for minute in (0, 10, 44, 45, 99)] == [0, 0, 0, 1, 1]


def test_pools_have_slots_of_their_own():
    design = hub_design(commodity_pool=[0, 1])
    assert set(first_slots(design, ways_of(design)).starts_min) == {(0, 0), (1, 1), (2, 0), (2, 1)}


def test_a_chain_becomes_slots_once_and_then_halves_them():
    design = chain_design()
    slots = first_slots(design, ways_of(design))
    before = slots.n_slots
    chain = [((0, 0), 20), ((1, 0), 30)]
    assert add_chains(slots, [chain]) == 2
    assert slots.n_slots == before + 2
    assert add_chains(slots, [chain]) > 0
