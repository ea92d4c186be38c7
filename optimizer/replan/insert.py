"""All that one more shipment could do beside a plan: travel alone, or take seats in its loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.shipment import Shipment
from optimizer.models.bookings import itinerary_draws
from optimizer.models.consolidation.columns import Column, ColumnSet, build_columns
from optimizer.models.routing.connector import connector_leg
from optimizer.models.routing.quote import QuoteResult, quote
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary
from optimizer.replan.board import Board
from optimizer.replan.seats import Seat, find_seats

MAX_ALONE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """
    One way beside the plan, before it is turned into an itinerary.

    Parameters
    ----------
    column
        What the shipment does: an itinerary alone, or a way through seats.
    seats
        In the order of the way; empty when it travels alone.
    marginal_fen
        What the plan costs more with it, the price of not serving the shipment left aside.
    delivered_min
        Minutes since the plan epoch.
    lacking
        Resources that the plan leaves too little of, and how much is missing; empty: possible.
    """

    column: Column
    seats: tuple[Seat, ...]
    marginal_fen: int
    delivered_min: int
    lacking: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """
    Everything that was found for a shipment beside a plan.

    Parameters
    ----------
    candidates
        Possible or not, by rising marginal cost.
    stand_alone_fen
        Cheapest price alone on an empty network; 0 without a way.
    """

    shipment: Shipment
    quoted: QuoteResult
    candidates: tuple[Candidate, ...]
    stand_alone_fen: int

    @property
    def possible(self) -> tuple[Candidate, ...]:
        """Those that the plan leaves room for."""
        return tuple(one for one in self.candidates if not one.lacking)


def find_candidates(
    board: Board, shipment: Shipment, *, network: Network | None = None
) -> Insertion:
    """
    Ways of a shipment that is not in the plan, everything else staying as it is.

    Parameters
    ----------
    network
        Where to look for ways instead of the board's network, such as one where nothing is full;
        what they lack is always measured on the board.

    Nothing is booked before the plan was decided, nor before the shipment can be booked.
    """
    network, plan = network or board.network, board.plan
    not_before = max(shipment.booked_at, plan.planned_at)
    shipment = replace(shipment, booked_at=not_before)
    quoted = quote(network, shipment, max_itineraries=MAX_ALONE, quantile=plan.planning_quantile)
    seats = {seat.name: seat for seat in find_seats(board, shipment)}
    column_set = build_columns(
        network,
        [shipment],
        [seat.lane for seat in seats.values()],
        # Without prices alone no way is dropped as too dear: it may be faster or greener.
        {},
        connector_leg=connector_leg,
        quantile=plan.planning_quantile,
        planned_min=network.minute(plan.planned_at),
    )
    candidates = [_alone(board, network, shipment, one) for one in quoted.itineraries]
    candidates += [
        _shared(board, column_set, seats, number) for number in range(len(column_set.columns))
    ]
    candidates.sort(key=lambda one: (one.marginal_fen, one.delivered_min))
    return Insertion(
        shipment=shipment,
        quoted=quoted,
        candidates=tuple(candidates),
        stand_alone_fen=min((one.own_cost_fen for one in quoted.itineraries), default=0),
    )


def _alone(board: Board, network: Network, shipment: Shipment, itinerary: Itinerary) -> Candidate:
    return Candidate(
        column=Column(shipment_id=shipment.shipment_id, itinerary=itinerary, way=None, buckets=()),
        seats=(),
        marginal_fen=itinerary.own_cost_fen,
        delivered_min=itinerary.delivered_min,
        lacking=board.lacking(itinerary_draws(network, itinerary, shipment)),
    )


def _shared(
    board: Board, column_set: ColumnSet, seats: Mapping[str, Seat], number: int
) -> Candidate:
    column, problem = column_set.columns[number], column_set.problem
    taken = tuple(seats[column_set.buckets[index].name] for index in column.buckets)
    low, high = problem.col_draw_ptr[number], problem.col_draw_ptr[number + 1]
    draws = {
        problem.resource_names[int(resource)]: int(amount)
        for resource, amount in zip(
            problem.col_draw_resource[low:high], problem.col_draw_amount[low:high], strict=True
        )
    }
    for seat in taken:
        for resource, amount in seat.draws.items():
            draws[resource] = draws.get(resource, 0) + amount
    assert column.way is not None  # noqa: S101  (no shipment was given single itineraries)
    return Candidate(
        column=column,
        seats=taken,
        marginal_fen=int(problem.col_fen[number]) + sum(seat.price_fen for seat in taken),
        delivered_min=column.way.delivered_min,
        lacking=board.lacking(draws),
    )


def undominated(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that no other beats in delivery and marginal cost, by rising cost."""
    found: list[Candidate] = []
    earliest: int | None = None
    for one in sorted(candidates, key=lambda c: (c.marginal_fen, c.delivered_min)):
        if earliest is None or one.delivered_min < earliest:
            found.append(one)
            earliest = one.delivered_min
    return found
