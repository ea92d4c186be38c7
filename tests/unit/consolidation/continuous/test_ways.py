import pytest

from optimizer.models.consolidation.continuous.dominance import keep_undominated
from optimizer.models.consolidation.continuous.loads import LoadPrices, can_carry
from optimizer.models.consolidation.continuous.ways import find_reach, list_ways
from optimizer.models.consolidation.network_design import NetworkDesign
from tests.toy.small_designs import hub_design


def two_path_design(*, detour_fen: int, others: int = 0) -> NetworkDesign:
    """
    S -> T in 10 minutes for 100 fen a truck, or S -> V -> T in 6 + 6 for 50 and ``detour_fen``.

    ``others`` commodities travel V -> T in a window that meets the detour's.
    """
    n = 1 + others
    return NetworkDesign.build(
        node_names=["S", "V", "T"],
        arc_tail=[0, 0, 1],
        arc_head=[2, 1, 2],
        arc_travel_min=[10, 6, 6],
        option_arc=[0, 1, 2],
        option_fen=[100, 50, detour_fen],
        option_kg=[10, 10, 10],
        commodity_ids=[f"k{k}" for k in range(n)],
        commodity_origin=[0] + [1] * others,
        commodity_destination=[2] * n,
        commodity_kg=[3] * n,
        commodity_release_min=[0] + [6] * others,
        commodity_latest_min=[20] * n,
    )


def arcs_of(design):
    prices = LoadPrices.of(design)
    ways = keep_undominated(design, prices, list_ways(design, find_reach(design), prices))
    return [way.arcs for way in ways if way.commodity == 0]


def test_a_dearer_way_without_company_is_dropped():
    assert arcs_of(two_path_design(detour_fen=60)) == [(0,)]


def test_a_cheaper_detour_alone_replaces_the_direct_way():
    assert arcs_of(two_path_design(detour_fen=40)) == [(1, 2)]


def test_company_keeps_a_dearer_way():
    # Alone the detour costs 110, with company on its second arc perhaps only 50.
    assert sorted(arcs_of(two_path_design(detour_fen=60, others=1))) == [(0,), (1, 2)]


def test_ways_that_are_too_slow_or_forbidden_are_not_listed():
    design = hub_design(forbidden_commodity=[0], forbidden_arc=[2])
    prices = LoadPrices.of(design)
    ways = list_ways(design, find_reach(design), prices)
    assert [way.commodity for way in ways] == [1]
    assert not can_carry(design)[2, 0]


def test_soft_due_times_give_one_way_for_each_late_hour():
    design = hub_design(
        commodity_due_min=[45, 80],
        commodity_latest_min=[150, 80],
        commodity_late_fen_per_hour=[7, 0],
    )
    prices = LoadPrices.of(design)
    ways = [way for way in list_ways(design, find_reach(design), prices) if way.commodity == 0]
    assert [(way.slack_min, way.fen) for way in ways] == [(5, 0), (65, 7), (110, 14)]


def test_staying_unserved_is_a_way():
    design = hub_design(commodity_must_serve=[False, True], commodity_unserved_fen=[90, 0])
    prices = LoadPrices.of(design)
    ways = [way for way in list_ways(design, find_reach(design), prices) if way.commodity == 0]
    # The truck on the first leg alone costs 100, so that being served never pays.
    assert [(way.arcs, way.fen) for way in ways] == [((), 90)]


@pytest.mark.parametrize(
    ("kg", "dm3", "fen"),
    [(0, 0, 0), (1, 0, 30), (10, 0, 30), (11, 0, 60), (40, 0, 90), (70, 0, 120), (4, 50, 90)],
)
def test_cheapest_units_for_a_load(kg, dm3, fen):
    # One option holds 10 kg and 20 dm3 for 30 fen, the other 60 kg and 90 dm3 for 90 fen.
    design = NetworkDesign.build(
        node_names=["A", "B"],
        arc_tail=[0],
        arc_head=[1],
        option_arc=[0, 0],
        option_fen=[30, 90],
        option_kg=[10, 60],
        option_dm3=[20, 90],
        commodity_ids=["a"],
        commodity_origin=[0],
        commodity_destination=[1],
        commodity_kg=[1],
    )
    prices = LoadPrices.of(design)
    assert prices.fen(0, kg, dm3) == fen
    units = prices.units(0, kg, dm3)
    assert sum(n * int(design.option_fen[option]) for option, n in units) == fen
    assert prices.least_added_fen(0, kg, dm3) == 0


def test_least_added_cost_counts_full_units():
    prices = LoadPrices.of(hub_design())
    assert [prices.least_added_fen(2, kg, 0) for kg in (9, 10, 25)] == [0, 500, 1000]
