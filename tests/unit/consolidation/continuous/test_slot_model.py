import numpy as np

from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.slot_model import (
    build_model,
    read_choices,
    slot_offers,
    start_point,
)
from optimizer.models.consolidation.continuous.slots import first_slots
from optimizer.models.consolidation.continuous.ways import find_reach, list_ways
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.highs_relaxation import solve_relaxation
from tests.toy.small_designs import chain_design, hub_design


def model_of(design, minutes=()):
    prices = LoadPrices.of(design)
    ways = list_ways(design, find_reach(design), prices)
    slots = first_slots(design, ways)
    for place, minute in minutes:
        slots.add(place, minute)
    return prices, build_model(design, prices, ways, slot_offers(slots))


def least(design, minutes=()):
    return solve_mip(model_of(design, minutes)[1].linear, time_s=10).objective


def test_one_slot_is_one_truck():
    assert least(hub_design()) == 700
    assert least(hub_design(commodity_kg=[6, 5])) == 1200
    assert least(hub_design(commodity_pool=[0, 1])) == 1200


def test_volume_needs_trucks_too():
    assert least(hub_design(commodity_dm3=[6, 6], option_dm3=[10, 10, 10])) == 1200


def test_the_relaxation_allows_what_time_does_not_until_slots_forbid_it():
    assert least(chain_design()) == 200
    assert least(chain_design(), [((0, 0), 20)]) == 200
    assert least(chain_design(), [((0, 0), 20), ((1, 0), 30)]) == 300


def test_a_start_point_is_feasible_and_costs_what_it_should():
    design = chain_design()
    prices, model = model_of(design)
    best = solve_mip(model.linear, time_s=10)
    point = start_point(design, prices, model, read_choices(model, best.require_values()))
    assert point is not None
    activity = model.linear.row_activity(point)
    assert np.all(activity <= model.linear.rows.upper + 1e-9)
    assert np.all(activity >= model.linear.rows.lower - 1e-9)
    assert model.linear.objective(point) == best.objective


def test_both_methods_prove_the_same_bound():
    linear = model_of(chain_design(), [((0, 0), 20), ((1, 0), 30)])[1].linear
    bounds = []
    for interior in (False, True):
        relaxed = solve_relaxation(linear, time_s=10, interior=interior)
        assert relaxed is not None
        assert relaxed.is_optimal
        bounds.append(relaxed.bound)
    assert abs(bounds[0] - bounds[1]) < 1e-3
    assert bounds[0] <= 300 + 1e-6
