from itertools import pairwise

import pytest

from optimizer.report.flows import flows, great_circle, nodes_of, way
from optimizer.report.places import Gazetteer, haversine_m
from optimizer.report.segments import segments


def test_great_circle_is_as_long_as_the_distance() -> None:
    start, end = (102.93, 25.10), (5.44, 50.64)
    points = great_circle(start, end)
    assert (points[0], points[-1]) == (start, end)
    length = sum(haversine_m(a[1], a[0], b[1], b[0]) for a, b in pairwise(points))
    assert length == pytest.approx(haversine_m(25.10, 102.93, 50.64, 5.44), rel=1e-9)


def test_great_circle_on_the_equator_stays_there() -> None:
    for lon, lat in great_circle((90.0, 0.0), (120.0, 0.0)):
        assert lat == pytest.approx(0.0)
        assert 90 <= lon <= 120


def test_one_load_is_one_flow_that_counts_its_mass_once(tiny) -> None:
    result, data = tiny
    (flow,) = flows(result.plan, data)
    assert flow.nodes == ("CNKMG-WJX", "MOHAN-BOTEN-RAIL:CN-LA", "LAVTE-TNL")
    assert (flow.gross_kg, flow.teu_c, flow.cost_fen) == (5000, 200, 690_000)
    assert flow.shipment_ids == {"A", "B"}
    assert flow.co2e_g == 100_000


def test_flows_carry_all_costs_of_legs_and_all_mass(sample) -> None:
    result, data = sample
    found = flows(result.plan, data)
    by_leg = sum(leg.cost_fen for load in result.plan.loads for leg in load.legs) + sum(
        leg.cost_fen for it in result.plan.itineraries for leg in it.legs if not leg.load_id
    )
    assert sum(flow.cost_fen for flow in found) == by_leg
    into = sum(flow.gross_kg for flow in found if flow.nodes[-1] == "LAVTE-TNL")
    assert into == sum(
        result.plan.shipments[it.shipment_id].gross_kg
        for it in result.plan.itineraries
        if any(leg.to_id == "LAVTE-TNL" for leg in it.legs)
    )


def test_a_train_goes_through_its_calls_and_borders(sample) -> None:
    result, data = sample
    leg = next(leg for load in result.plan.loads for leg in load.legs if leg.ref == "CRE-DUI")
    assert nodes_of(leg, data) == (
        "CNKMG-WJX", "CNCDU-QBJ", "KHORGOS-ALTYNKOL:CN-KZ", "KZALA-RT", "BREST-MALA:BY-PL",
        "PLMLA-RT", "DEDUI-RT",
    )  # fmt: skip


def test_ways_on_the_ground_pass_their_nodes_and_in_the_air_bend(sample) -> None:
    result, data = sample
    places = Gazetteer(data, result.plan.epoch_at)
    assert len(way("road", ("CNKMG-RD", "HEKOU-LAOCAI-ROAD:CN-VN", "VNHAN-RD"), places)) == 3
    assert len(way("air", ("CNKMG-KMG", "BELGG-LGG"), places)) > 20


def test_both_directions_of_a_segment_are_one_line(sample) -> None:
    result, data = sample
    places = Gazetteer(data, result.plan.epoch_at)
    moving = [flow for flow in flows(result.plan, data) if flow.mode == "road"]
    there = next(f for f in moving if f.nodes[0] == "CNKMG-RD" and f.nodes[-1] == "THBKK-LKB")
    back = next(f for f in moving if f.nodes[0] == "THBKK-LKB")
    cut = segments([there, back], data, places)
    assert len(cut) == 3
    assert all(s.gross_kg == there.gross_kg + back.gross_kg for s in cut)
    assert all({s.there.gross_kg, s.back.gross_kg} == {there.gross_kg, back.gross_kg} for s in cut)
