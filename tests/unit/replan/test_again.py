"""What is frozen stays, or it is said why it cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer import planner, replanner
from optimizer.errors import PlanError
from optimizer.plan.plan import PlanResult
from optimizer.replan.freeze import frozen_shipments, parse_freezes
from optimizer.stages import PlanOptions
from tests.factories import EPOCH, make_call
from tests.helpers import solve_and_check
from tests.integration.test_infeasible_cases import TRAIN, K, network
from tests.integration.test_replan import BOX_FEN, DAY, again, parcel


@pytest.fixture(scope="module")
def result() -> PlanResult:
    return solve_and_check(network(), [parcel("A"), parcel("B")], time_s=5.0)


@pytest.mark.parametrize(
    "train",
    [
        replace(TRAIN, service_id="OTHER"),
        replace(TRAIN, calls=(make_call(K.facility_id, depart="0+10:00"), TRAIN.calls[1])),
    ],
    ids=["withdrawn", "at another time"],
)
def test_a_frozen_departure_that_is_gone_is_a_finding(result, train) -> None:
    with pytest.raises(PlanError) as caught:
        again(result, [parcel("A"), parcel("B")], network(services=(train,)), freezes=["all"])
    assert {one.code for one in caught.value.findings} == {"P795"}


def test_what_is_frozen_was_booked_when_it_was_planned(result) -> None:
    """Ten days later nothing of the old plan could be booked anew; what stays is on its way."""
    inputs = planner.load(epoch_at=EPOCH, horizon_days=20, data=network())
    now = EPOCH + DAY
    options = PlanOptions(planned_at=now, time_s=5.0, gap=0.0, explain_s=0.0)
    shipments = [parcel(name, booked_at=now) for name in ("A", "B", "C")]
    new, done = replanner.plan_again(inputs, result.plan, shipments, options, freezes=["all"])
    assert done.frozen == ("A", "B")
    assert new.plan.loads == result.plan.loads
    # C does not get on the train that has left, although it has room.
    (mine,) = (one for one in new.plan.itineraries if one.shipment_id == "C")
    assert mine.legs[0].departs_min >= inputs.network.minute(now)


def test_a_load_is_frozen_with_the_parts_of_divided_shipments(result) -> None:
    (load,) = result.plan.loads
    rest = replace(load, load_id="L0002", contents=load.contents[:1])
    plan = replace(result.plan, loads=(load, rest))
    assert frozen_shipments(plan, parse_freezes(["load:L0002"])) == {"A"}


def test_the_hint_tells_a_frozen_unit_from_another_of_the_same_departure() -> None:
    # Four of 14 m3 fill two boxes of 30 m3; one box stays, the other is only hinted at.
    four = [parcel(name, volume_dm3=14_000) for name in "ABCD"]
    base = solve_and_check(network(), four, time_s=5.0)
    first, second = base.plan.loads
    _, done = again(base, four, freezes=[f"load:{first.load_id}"])
    assert done.solution.incumbents[0].objective_fen == second.cost_fen == BOX_FEN
    assert done.changes == ()
