"""Seats for one more shipment: room in a load, a larger unit for it, one more unit beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from optimizer.domain.shipment import Shipment
from optimizer.models.routing.lane_units import in_load_units
from optimizer.plan.load import Content, LaneDeparture, Load
from optimizer.plan.plan import Plan
from optimizer.replan.board import Board
from optimizer.replan.hint import Path, path_of


class SeatKind(StrEnum):
    """What happens to the plan's load units when a seat is taken."""

    JOIN = "join"
    """The shipment fits beside what is loaded."""

    LARGER = "larger"
    """The load changes to a larger unit of the same departure."""

    BESIDE = "beside"
    """One more unit on the same departure, for the shipment alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """
    One way to ride on a departure that the plan uses already.

    Parameters
    ----------
    unit
        The departure in the load unit that would carry the shipment, with all its costs.
    lane
        The same under the name of the seat, costing what taking it adds to the plan.
    price_fen
        Of the seat: 0 where there is room.
    draws
        What taking the seat draws on shared resources beyond the plan, mass excepted.
    """

    name: str
    kind: SeatKind
    load: Load
    unit: LaneDeparture
    lane: LaneDeparture
    price_fen: int
    draws: dict[str, int]


def find_seats(board: Board, shipment: Shipment) -> list[Seat]:
    """
    Seats that the pools and sizes allow; times and customs modes are looked at with the ways.

    A shipment is not divided to take a seat.
    """
    data = board.network.data
    pools = (
        data.customs_modes[shipment.customs_mode].pool,
        data.cargo_classes[shipment.cargo_class].pool,
    )
    # What has closed when the plan is made, or before the goods are there, takes nobody in.
    from_min = board.network.minute(max(shipment.ready_at, board.plan.planned_at))
    found: list[Seat] = []
    # By legs, not by lane id: ids of a plan made in two steps count offers of two networks.
    offered: dict[tuple[Path, int], list[LaneDeparture]] = {}
    for load in board.plan.loads:
        if (load.customs_pool, load.cargo_pool) != pools or load.closes_min < from_min:
            continue
        departure = (path_of(load.legs), load.closes_min)
        is_first = departure not in offered
        if is_first:
            offered[departure] = in_load_units(
                board.network, load, data.load_units, quantile=board.plan.planning_quantile
            )
        units = offered[departure]
        found.extend(_in_load(board.plan, load, units, shipment))
        if is_first:
            found.extend(_beside(load, units, shipment))
    return found


def _fits(lane: LaneDeparture | Load, kg: int, dm3: int) -> bool:
    return kg <= lane.payload_kg and dm3 <= lane.usable_dm3


def _in_load(
    plan: Plan, load: Load, units: list[LaneDeparture], shipment: Shipment
) -> Iterator[Seat]:
    """Room as it is, else the cheapest larger unit."""
    kg, dm3 = load.gross_kg + shipment.gross_kg, load.volume_dm3 + shipment.volume_dm3
    own = next((unit for unit in units if unit.load_unit == load.load_unit), None)
    if own is None:
        return
    if _fits(load, kg, dm3):
        yield _seat(SeatKind.JOIN, load, own, price_fen=0, draws={})
        return
    if any(_is_part(plan, part) for part in load.contents):
        # A divided shipment is in units of one type (rule L2): none of them changes alone.
        return
    larger = [unit for unit in units if _fits(unit, kg, dm3)]
    if larger:
        unit = min(larger, key=lambda lane: (lane.cost_fen, lane.load_unit))
        before = dict(own.draws)
        more = {
            resource: amount - before.get(resource, 0)
            for resource, amount in unit.draws
            if amount > before.get(resource, 0)
        }
        price_fen = unit.cost_fen - load.cost_fen
        yield _seat(SeatKind.LARGER, load, unit, price_fen=price_fen, draws=more)


def _is_part(plan: Plan, part: Content) -> bool:
    whole = plan.shipments[part.shipment_id]
    return (part.gross_kg, part.volume_dm3) != (whole.gross_kg, whole.volume_dm3)


def _beside(load: Load, units: list[LaneDeparture], shipment: Shipment) -> Iterator[Seat]:
    fitting = [unit for unit in units if _fits(unit, shipment.gross_kg, shipment.volume_dm3)]
    if fitting:
        unit = min(fitting, key=lambda lane: (lane.cost_fen, lane.load_unit))
        yield _seat(SeatKind.BESIDE, load, unit, price_fen=unit.cost_fen, draws=dict(unit.draws))


def _seat(
    kind: SeatKind, load: Load, unit: LaneDeparture, *, price_fen: int, draws: dict[str, int]
) -> Seat:
    name = f"{kind.value}:{load.load_id}:{unit.load_unit}"
    lane = replace(
        unit,
        bucket=name,
        lane_id=name,
        cost_lines_fen={"seat": max(0, price_fen)} if price_fen else {},
        draws=(),
    )
    return Seat(
        name=name,
        kind=kind,
        load=load,
        unit=unit,
        lane=lane,
        price_fen=price_fen,
        draws=draws,
    )
