import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.models.consolidation.network_design import UNLIMITED, NetworkDesign
from tests.toy.small_designs import hub_design, hub_fields


def test_what_is_not_given_is_the_static_family():
    design = NetworkDesign.build(
        node_names=["a", "b"],
        arc_tail=[0],
        arc_head=[1],
        option_arc=[0],
        option_fen=[5],
        option_kg=[10],
        commodity_ids=["x"],
        commodity_origin=[0],
        commodity_destination=[1],
        commodity_kg=[4],
    )
    assert design.is_static
    assert design.is_flexible
    assert design.commodity_must_serve.all()
    assert not design.commodity_may_split.any()
    assert design.option_dm3.tolist() == [UNLIMITED]
    assert (design.n_nodes, design.n_arcs, design.n_options, design.n_commodities) == (2, 1, 1, 1)


def test_due_is_latest_unless_it_is_given():
    design = hub_design()
    assert design.commodity_due_min.tolist() == [70, 80]
    assert not design.is_static
    soft = hub_design(commodity_due_min=[60, 80])
    assert soft.commodity_due_min.tolist() == [60, 80]
    assert soft.commodity_latest_min.tolist() == [70, 80]


def test_departures_make_an_arc_scheduled():
    design = hub_design(departure_arc=[2, 2], departure_min=[35, 60])
    assert not design.is_flexible
    assert design.departure_min_units.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"arc_head": [2, 2, 4]}, "arc_head points outside 0..3 at [2]"),
        ({"arc_head": [2, 2]}, "arc_head has shape (2,), not (3,)"),
        ({"option_arc": [0, 1, 9]}, "option_arc points outside 0..2 at [2]"),
        ({"option_fen": [100, -1, 500]}, "option_fen is outside"),
        ({"option_kg": [10, 0, 10]}, "option_kg is 0, so that nothing fits, at [1]"),
        ({"commodity_kg": [0, 5]}, "commodity_kg is outside 1.."),
        ({"commodity_origin": [3, 1]}, "commodities start where they end at [0]"),
        ({"commodity_ids": ["a", "a"]}, "commodity_ids repeat: a"),
        ({"commodity_release_min": [71, 15]}, "commodity_release_min is after commodity_latest"),
        ({"commodity_due_min": [71, 15]}, "commodity_due_min is after commodity_latest_min at [0]"),
        ({"departure_arc": [2, 2], "departure_min": [9, 9]}, "arcs depart twice at one minute"),
        ({"arc_travel_min": [10, 20, 2**31]}, "arc_travel_min is above"),
        ({"forbidden_commodity": [2], "forbidden_arc": [0]}, "forbidden_commodity points outside"),
        ({"arc_fen_per_kg": [2**40] * 3, "commodity_kg": [2**39, 1]}, "costs may add up to"),
        ({"draw_resource": [0], "draw_option": [0], "draw_from_min": [1], "draw_until_min": [0],
          "draw_amount": [1], "resource_names": ["r"], "resource_capacity": [3]},
         "draw_from_min is after draw_until_min"),
    ],
)  # fmt: skip
def test_each_defect_is_named(changes, text):
    with pytest.raises(ModelError) as error:
        hub_design(**changes)
    assert text in str(error.value)


def test_all_defects_come_at_once():
    with pytest.raises(ModelError) as error:
        hub_design(option_fen=[-1, 0, 0], arc_head=[2, 2, 7], commodity_ids=["a", "a"])
    assert str(error.value).count("M622") == 3


def test_missing_and_unknown_fields_are_named_together():
    fields = hub_fields(speed=[1])
    del fields["option_kg"]
    with pytest.raises(ModelError) as error:
        NetworkDesign.build(**fields)
    assert "lacks option_kg" in str(error.value)
    assert "does not know speed" in str(error.value)


@pytest.mark.parametrize("value", [[1.5, 2, 3], [np.nan, 1, 1], [2**70, 1, 1]])
def test_numbers_that_an_array_would_change_are_refused(value):
    with pytest.raises(ModelError, match="arc_travel_min"):
        hub_design(arc_travel_min=value)
