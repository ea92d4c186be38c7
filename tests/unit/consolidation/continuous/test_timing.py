from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.plan import as_plan, merge_simultaneous
from optimizer.models.consolidation.continuous.timing import (
    Grouping,
    find_times,
    grouping_fen,
    split_until_timely,
)
from optimizer.models.consolidation.continuous.ways import find_reach, list_ways
from optimizer.models.consolidation.network_design_evaluate import evaluate_plan
from tests.toy.small_designs import chain_design, hub_design


def all_together(design):
    """Everybody who uses an arc rides in one group."""
    prices = LoadPrices.of(design)
    grouping, group = Grouping.empty(), {}
    for way in list_ways(design, find_reach(design), prices):
        grouping.ways[way.commodity] = way
        for i, arc in enumerate(way.arcs):
            if arc not in group:
                group[arc] = grouping.new_group((arc, 0))
            grouping.put((way.commodity, i), group[arc])
    return grouping, group, prices


def test_a_group_leaves_when_its_last_rider_is_there():
    design = hub_design()
    grouping, group, prices = all_together(design)
    times = find_times(design, grouping, backward=True)
    assert times.late is None
    assert times.first_min == {group[0]: 0, group[2]: 35, group[1]: 15}
    # At the latest a must leave the hub at 40, so A at 30; b then has until 20 to leave B.
    assert times.last_min == {group[0]: 30, group[2]: 40, group[1]: 20}
    assert grouping_fen(design, prices, grouping) == 700


def test_the_chain_that_is_late_is_named_and_split():
    design = chain_design()
    grouping, group, prices = all_together(design)
    times = find_times(design, grouping)
    assert times.late == group[1]
    assert split_until_timely(design, grouping) == [[((0, 0), 20), ((1, 0), 30)]]
    assert grouping_fen(design, prices, grouping) == 300
    assert find_times(design, grouping).late is None


def test_the_plan_of_a_grouping_is_what_the_checker_says():
    design = hub_design(arc_fen_per_kg=[1, 2, 3])
    grouping, _, prices = all_together(design)
    found = evaluate_plan(design, as_plan(design, prices, grouping))
    assert found.violations == ()
    assert found.fen == grouping_fen(design, prices, grouping) == 700 + 4 * 4 + 5 * 5


def test_groups_that_leave_together_are_joined():
    design = hub_design(commodity_release_min=[25, 15])
    grouping, group, prices = all_together(design)
    alone = grouping.new_group((2, 0))
    grouping.riders[group[2]].remove((0, 1))
    grouping.put((0, 1), alone)
    assert grouping_fen(design, prices, grouping) == 1200
    merge_simultaneous(design, grouping)
    assert grouping_fen(design, prices, grouping) == 700


def test_taking_a_commodity_out_drops_the_groups_it_leaves_empty():
    design = hub_design()
    grouping, group, prices = all_together(design)
    copy = grouping.copy()
    grouping.remove(0)
    assert set(grouping.riders) == {group[1], group[2]}
    assert grouping_fen(design, prices, grouping) == 600
    assert grouping_fen(design, prices, copy) == 700
