"""An earlier plan as the point where a solve starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from optimizer.models.consolidation.columns import ColumnSet
from optimizer.models.consolidation.problem import UNSERVED
from optimizer.models.consolidation.solution import PackedUnit, Solution
from optimizer.plan.itinerary import Itinerary, Leg
from optimizer.plan.plan import Plan
from optimizer.replan.freeze import SEAT

Path = tuple[tuple[str, str, str, str, int], ...]


def path_of(legs: tuple[Leg, ...]) -> Path:
    """What identifies a leg sequence, whatever it costs and whoever pays it."""
    return tuple((leg.kind.value, leg.ref, leg.from_id, leg.to_id, leg.departs_min) for leg in legs)


def start_from(column_set: ColumnSet, plan: Plan) -> Solution:
    """
    The columns and units that come closest to a plan, to start a solve with.

    Shipments whose way is not among the columns start unserved; units that are not offered any
    more are left out, and the solver drops whoever then has no room.
    """
    seats = {
        lane.lane_id.removeprefix(SEAT): number
        for number, lane in enumerate(column_set.options)
        if lane.lane_id.startswith(SEAT)
    }
    options = {
        (path_of(lane.legs), lane.load_unit, lane.customs_pool, lane.cargo_pool): number
        for number, lane in enumerate(column_set.options)
        if not lane.lane_id.startswith(SEAT)
    }
    loads = {load.load_id: load for load in plan.loads}
    option_of = {
        # What stays of a frozen load is offered under its own name, beside the whole departure.
        load.load_id: seats.get(load.load_id)
        if load.load_id in seats
        else options.get((path_of(load.legs), load.load_unit, load.customs_pool, load.cargo_pool))
        for load in plan.loads
    }
    itineraries = {one.shipment_id: one for one in plan.itineraries}
    by_shipment: dict[str, list[int]] = defaultdict(list)
    for number, column in enumerate(column_set.columns):
        by_shipment[column.shipment_id].append(number)
    chosen = np.full(column_set.problem.n_shipments, UNSERVED, dtype=np.int32)
    place = {shipment.shipment_id: k for k, shipment in enumerate(column_set.shipments)}
    for shipment_id, k in place.items():
        itinerary = itineraries.get(shipment_id)
        if itinerary is not None:
            chosen[k] = _column(column_set, by_shipment[shipment_id], itinerary, option_of)
    units = [
        PackedUnit(
            option=option,
            parts=tuple(
                (place[part.shipment_id], part.gross_kg, part.volume_dm3)
                for part in loads[load_id].contents
                if part.shipment_id in place
            ),
        )
        for load_id, option in option_of.items()
        if option is not None and any(p.shipment_id in place for p in loads[load_id].contents)
    ]
    counts = np.bincount(
        np.array([unit.option for unit in units], dtype=np.int64),
        minlength=column_set.problem.n_options,
    )
    return Solution(
        column=chosen,
        units=counts.astype(np.int32),
        loads=tuple(units),
        objective_fen=0,
        bound_fen=0,
        status="feasible",
        stop_reason="hint",
        seconds=0.0,
    )


def _column(
    column_set: ColumnSet,
    numbers: list[int],
    itinerary: Itinerary,
    option_of: Mapping[str, int | None],
) -> int:
    ridden = list(dict.fromkeys(leg.load_id for leg in itinerary.legs if leg.load_id))
    options = [option_of.get(load_id) for load_id in ridden]
    option_bucket = column_set.problem.option_bucket
    shared = tuple(int(option_bucket[option]) for option in options if option is not None)
    if len(shared) < len(ridden):
        return UNSERVED
    for number in numbers:
        column = column_set.columns[number]
        if column.itinerary is not None:
            if not shared and _same_alone(column.itinerary, itinerary):
                return number
        elif column.buckets == shared:
            return number
    return UNSERVED


def _same_alone(one: Itinerary, other: Itinerary) -> bool:
    units = [[(leg.load_unit, leg.n_units) for leg in it.legs] for it in (one, other)]
    return path_of(one.legs) == path_of(other.legs) and units[0] == units[1]
