"""
A new shipment beside a plan: leave now alone, wait for a shared load, take a faster mode.

Each choice is carried out on a copy of the plan, so its marginal cost, its fair share and what it
changes for co-loaders are those of a whole plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.shipment import Shipment
from optimizer.models.bookings import book_by_min
from optimizer.models.consolidation.assemble import Meter, load_of
from optimizer.models.load_waits import with_waits
from optimizer.models.routing.evaluate import sample_delivered_min
from optimizer.models.routing.lane_units import lead_of
from optimizer.plan.itinerary import Itinerary, LegKind
from optimizer.plan.load import Load
from optimizer.plan.plan import Plan
from optimizer.replan.apply import Applied, apply, itinerary_of
from optimizer.replan.board import Board
from optimizer.replan.insert import Candidate, Insertion, find_candidates

ALONE = "alone"
MAX_CHOICES = 10
_QUANTILES = (10, 50, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    One thing a new shipment can do.

    Parameters
    ----------
    kind
        ``alone``, ``join``, ``larger`` or ``beside``: the dearest thing it does to load units.
    marginal_fen
        What the plan costs more with it.
    loads
        Shared loads it rides in, as they are with it.
    co_loaders
        Shipments in the same loads.
    share_change_fen
        What others of the same group pay more, by shipment; negative: they save.
    next_cutoff_min
        When it has to be booked or handed over at the latest, minutes since the plan epoch.
    delivered_p10_min, delivered_p50_min, delivered_p90_min
        Quantiles of delivery, by sampling.
    """

    kind: str
    itinerary: Itinerary
    marginal_fen: int
    loads: tuple[Load, ...]
    co_loaders: tuple[str, ...]
    share_change_fen: dict[str, int]
    next_cutoff_min: int
    delivered_p10_min: int
    delivered_p50_min: int
    delivered_p90_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitOrGo:
    """
    Choices of a new shipment, by rising marginal cost.

    Parameters
    ----------
    insertion
        All that was looked at; its quote holds the reasons where there is no way.
    n_full
        Ways that the plan has taken the room of.
    """

    insertion: Insertion
    choices: tuple[Choice, ...]
    n_full: int


def wait_or_go(board: Board, shipment: Shipment, *, max_choices: int = MAX_CHOICES) -> WaitOrGo:
    """
    The Pareto set over delivery, marginal cost and CO2e, beside a plan.

    Where there are more than ``max_choices``, those that are cheapest, fastest and greenest stay,
    then those that add most to the span of delivery times.
    """
    insertion = find_candidates(board, shipment)
    possible = insertion.possible
    meter = Meter(board.network.data)
    drafts = [(one, _draft(board, insertion, one, meter)) for one in possible]
    front = _front(drafts)
    chosen = _spread(front, max_choices)
    choices = [
        _choice(board, insertion, candidate, apply(board, insertion, candidate))
        for candidate, _ in chosen
    ]
    choices.sort(key=lambda one: (one.marginal_fen, one.itinerary.delivered_min))
    return WaitOrGo(
        insertion=insertion,
        choices=tuple(choices),
        n_full=len(insertion.candidates) - len(possible),
    )


_Draft = tuple[Candidate, Itinerary]


def _draft(board: Board, insertion: Insertion, candidate: Candidate, meter: Meter) -> Itinerary:
    """The itinerary before shares and sampling, which cost most of the time."""
    loads = [
        load_of(meter, seat.unit, seat.load.contents, seat.load.load_id) for seat in candidate.seats
    ]
    return itinerary_of(board, insertion, candidate, loads=loads, meter=meter)


def _values(draft: _Draft) -> tuple[int, int, int]:
    return draft[0].marginal_fen, draft[0].delivered_min, draft[1].co2e_g


def _front(drafts: list[_Draft]) -> list[_Draft]:
    """Those that no other beats in all three; of equals, the first."""
    found: list[_Draft] = []
    for draft in sorted(drafts, key=_values):
        mine = _values(draft)
        if not any(all(a <= b for a, b in zip(_values(o), mine, strict=True)) for o in found):
            found.append(draft)
    return found


def _spread(front: list[_Draft], limit: int) -> list[_Draft]:
    if len(front) <= limit:
        return front
    chosen = list(
        dict.fromkeys(
            min(range(len(front)), key=lambda at: _values(front[at])[criterion])
            for criterion in range(3)
        )
    )
    times = [float(_values(draft)[1]) for draft in front]
    while len(chosen) < limit:
        apart = [min(abs(times[at] - times[one]) for one in chosen) for at in range(len(front))]
        best = max(
            (at for at in range(len(front)) if at not in chosen), key=lambda at: (apart[at], -at)
        )
        chosen.append(best)
    return [front[at] for at in sorted(chosen)]


def _choice(board: Board, insertion: Insertion, candidate: Candidate, applied: Applied) -> Choice:
    itinerary, shipment = applied.itinerary, insertion.shipment
    kinds = [seat.kind.value for seat in candidate.seats]
    p10, p50, p90 = _quantiles_min(board, applied.plan, shipment, itinerary)
    return Choice(
        kind=next((kind for kind in ("beside", "larger", "join") if kind in kinds), ALONE),
        itinerary=itinerary,
        marginal_fen=candidate.marginal_fen,
        loads=applied.loads,
        co_loaders=tuple(
            sorted(
                {part.shipment_id for load in applied.loads for part in load.contents}
                - {shipment.shipment_id}
            )
        ),
        share_change_fen=applied.share_change_fen,
        next_cutoff_min=_next_cutoff_min(board, itinerary, applied.loads),
        delivered_p10_min=p10,
        delivered_p50_min=p50,
        delivered_p90_min=p90,
    )


def _quantiles_min(
    board: Board, plan: Plan, shipment: Shipment, itinerary: Itinerary
) -> tuple[int, int, int]:
    loads = {load.load_id: load for load in plan.loads}
    waiting = replace(itinerary, legs=with_waits(board.network.data, itinerary, loads))
    delivered = sample_delivered_min(board.network, shipment, waiting)
    latest_known = max(board.network.horizon_min, itinerary.delivered_min)
    p10, p50, p90 = (
        min(int(np.percentile(delivered, q, method="higher")), latest_known) for q in _QUANTILES
    )
    return p10, p50, p90


def _next_cutoff_min(board: Board, itinerary: Itinerary, loads: tuple[Load, ...]) -> int:
    """The first of: end of booking, closing of a load, cut-off or departure of the first leg."""
    if not itinerary.legs:
        return itinerary.delivered_min
    moments = [book_by_min(board.network, itinerary.legs)]
    moments += [load.closes_min for load in loads]
    first = itinerary.legs[0]
    is_own = not first.load_id and first.kind is not LegKind.CONNECTOR
    moments.append(first.departs_min - (lead_of(board.network, first) if is_own else 0))
    return min(moments)
