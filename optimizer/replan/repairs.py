"""
What gets a shipment served, or served in time, at which price: tried on the plan and checked.

Each change is carried out beside the plan, everything else staying as it is. Its price is what the
plan then costs more, penalties left aside. What is listed went through the independent checks with
the changed facts, so a repair is a plan, not a hint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from time import perf_counter

from optimizer.domain.shipment import Shipment
from optimizer.network.network import Network
from optimizer.plan.checks.run import run_checks
from optimizer.plan.plan import Plan, Repair
from optimizer.replan import changes
from optimizer.replan.apply import apply, remove
from optimizer.replan.board import Board
from optimizer.replan.changes import Change, network_after
from optimizer.replan.insert import Candidate, Insertion, find_candidates

HOUR_MIN = 60
MAX_HOURS = 14 * 24
MAX_PARTS = 4
N_ROOM = 3
N_REPAIRS = 6
NO_CEILING_FEN = 2**62
AS_IT_IS = ("penalty", "dearer_way")
"""Kinds that change neither the shipment nor a fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A change that worked: the plan with it."""

    change: Change
    plan: Plan
    cost_fen: int
    delivered_min: int


class RepairFinder:
    """
    Looks for repairs of one shipment.

    Parameters
    ----------
    board
        The plan with the shipment in it if it is late, without it if it is not served.
    plenty
        The board's network where nothing is full; see :func:`optimizer.replan.changes.with_plenty`.
    deadline_s
        ``perf_counter`` value after which no further change is tried.
    """

    def __init__(
        self, board: Board, shipment_id: str, *, plenty: Network, deadline_s: float
    ) -> None:
        self._plenty = plenty
        self._plan = board.plan
        self._shipment = board.plan.shipments[shipment_id]
        self._deadline_s = deadline_s
        self._in_time = any(i.shipment_id == shipment_id for i in board.plan.itineraries)
        self._board = remove(board, shipment_id) if self._in_time else board
        self._before_fen = _served_fen(board.plan)
        self._base = find_candidates(self._board, self._shipment)
        # A way that is open already is beaten on price or not at all.
        self._ceiling_fen = min(
            (one.marginal_fen for one in self._base.possible if self._is_good(self._shipment, one)),
            default=NO_CEILING_FEN,
        )

    @property
    def base(self) -> Insertion:
        """What the shipment could do as things are."""
        return self._base

    def find(self) -> list[Repair]:
        """Verified repairs, cheapest first, one of a kind and target."""
        found: dict[tuple[str, str], Trial] = {}
        for trial in self._trials():
            key = (trial.change.kind, trial.change.target)
            if key not in found or trial.cost_fen < found[key].cost_fen:
                found[key] = trial
        ranked = sorted(found.values(), key=lambda t: (t.cost_fen, t.change.amount, t.change.what))
        as_it_is = [t.cost_fen for t in ranked if t.change.kind in AS_IT_IS]
        if as_it_is:
            # Whoever may go as things are changes something only to pay less.
            ranked = [t for t in ranked if t.change.kind in AS_IT_IS or t.cost_fen < as_it_is[0]]
        repairs: list[Repair] = []
        kinds: dict[str, int] = {}
        for trial in ranked:
            if kinds.get(trial.change.kind, 0) >= N_ROOM or len(repairs) >= N_REPAIRS:
                continue
            if self._is_clean(trial):
                kinds[trial.change.kind] = kinds.get(trial.change.kind, 0) + 1
                repairs.append(_repair(self._shipment.shipment_id, trial))
        return repairs

    def _is_clean(self, trial: Trial) -> bool:
        return not run_checks(trial.change.data or self._board.network.data, trial.plan)

    def _trials(self) -> Iterator[Trial]:
        for search in (
            self._as_it_is,
            self._with_more_room,
            self._at_other_times,
            self._otherwise,
        ):
            for change in search():
                if perf_counter() > self._deadline_s:
                    return
                trial = self._try(change)
                if trial is not None:
                    yield trial

    # ------------------------------------------------------------ changes

    def _as_it_is(self) -> Iterator[Change]:
        """A way that fits, only dearer than what the plan weighed it against."""
        if any(self._is_good(self._shipment, one) for one in self._base.possible):
            shipment = self._shipment
            kind = "dearer_way" if self._in_time else "penalty"
            what = (
                "take the cheapest way that is in time"
                if self._in_time
                else "serve it although not serving it is priced lower"
            )
            yield Change(
                kind=kind,
                what=what,
                target=shipment.shipment_id,
                amount=0,
                unit="",
                shipments=(shipment,),
            )

    def _with_more_room(self) -> Iterator[Change]:
        """Ways that lack room, and ways that lack both time and room."""
        roomy = find_candidates(self._board, self._shipment, network=self._plenty)
        yield from self._rooms(roomy, lambda _: None)
        shipment = self._shipment
        if self._in_time or shipment.latest_at is None or roomy.candidates:
            return
        latest_min = self._board.network.minute(shipment.latest_at)
        free = find_candidates(self._board, replace(shipment, latest_at=None), network=self._plenty)
        yield from self._rooms(
            free,
            lambda one: changes.latest_later(
                shipment, ceil((one.delivered_min - latest_min) / HOUR_MIN)
            ),
        )

    def _rooms(
        self, insertion: Insertion, besides: Callable[[Candidate], Change | None]
    ) -> Iterator[Change]:
        tried: set[str] = set()
        for candidate in insertion.candidates:
            target = ";".join(candidate.lacking)
            if not target or target in tried or not self._is_good(self._shipment, candidate):
                continue
            tried.add(target)
            room = changes.more_room(self._board.network.data, self._shipment, candidate.lacking)
            if room is not None:
                other = besides(candidate)
                yield room if other is None else changes.both(other, room)
            if len(tried) >= N_ROOM:
                return

    def _at_other_times(self) -> Iterator[Change]:
        shipment, network = self._shipment, self._board.network
        # Goods that would have to have been ready in the past help nobody.
        notice_min = network.minute(shipment.ready_at) - self._now_min()
        early = self._least_hours(
            lambda hours: changes.ready_earlier(shipment, hours), most=notice_min // HOUR_MIN
        )
        if early is not None:
            yield early
        if self._in_time and shipment.due_at is not None:
            late = self._least_hours(
                lambda hours: changes.due_later(shipment, hours), most=MAX_HOURS
            )
            if late is not None:
                yield late
        if not self._in_time and shipment.latest_at is not None:
            free = find_candidates(self._board, replace(shipment, latest_at=None))
            latest_min = network.minute(shipment.latest_at)
            for one in _earliest_and_cheapest(free):
                hours = ceil((one.delivered_min - latest_min) / HOUR_MIN)
                if hours > 0:
                    yield changes.latest_later(shipment, hours)

    def _otherwise(self) -> Iterator[Change]:
        data, shipment = self._board.network.data, self._shipment
        for reason in self._base.quoted.reasons:
            if reason.code == "U804":
                for crossing_id in reason.resource.split(";"):
                    if crossing_id in data.crossings:
                        yield changes.reopened(data, shipment, crossing_id)
        yield from changes.other_customs_modes(data, shipment)
        yield from changes.other_gateways(data, shipment)
        most_parts = min(MAX_PARTS, shipment.gross_kg, shipment.volume_dm3)
        for n_parts in range(2, most_parts + 1):
            yield changes.divided(shipment, n_parts)

    def _least_hours(self, make: Callable[[int], Change], *, most: int) -> Change | None:
        """The smallest number of whole hours that helps; more hours never help less."""
        most = min(most, MAX_HOURS)
        low, high = 0, min(3, most)
        if most <= 0:
            return None
        while not self._helps(make(high)):
            if high == most or perf_counter() > self._deadline_s:
                return None
            low, high = high, min(2 * high, most)
        while high - low > 1:
            middle = (low + high) // 2
            if self._helps(make(middle)):
                high = middle
            else:
                low = middle
        return make(high)

    # ------------------------------------------------------------- trying

    def _is_good(self, shipment: Shipment, one: Candidate) -> bool:
        if not self._in_time or shipment.due_at is None:
            return True
        return one.delivered_min <= self._board.network.minute(shipment.due_at)

    def _best(
        self, board: Board, shipment: Shipment, network: Network | None = None
    ) -> tuple[Insertion, Candidate] | None:
        insertion = find_candidates(board, shipment, network=network)
        good = (one for one in insertion.possible if self._is_good(shipment, one))
        best = next(good, None)
        return None if best is None else (insertion, best)

    def _helps(self, change: Change) -> bool:
        (shipment,) = change.shipments
        best = self._best(self._board, shipment)
        return best is not None and best[1].marginal_fen < self._ceiling_fen

    def _now_min(self) -> int:
        return self._board.network.minute(self._plan.planned_at)

    def _try(self, change: Change) -> Trial | None:
        board, after = self._board, None
        if change.room:
            # Only what the change names has more room, not every departure of the service.
            after = network_after(board.network, change)
            board = replace(board, more=change.room)
        elif change.data is not None:
            board = Board.of(network_after(board.network, change), board.plan)
        delivered_min = 0
        if len(change.shipments) > 1:
            shipments = {
                key: one
                for key, one in board.plan.shipments.items()
                if key != self._shipment.shipment_id
            }
            unassigned = tuple(
                u for u in board.plan.unassigned if u.shipment_id != self._shipment.shipment_id
            )
            plan = replace(board.plan, shipments=shipments, unassigned=unassigned)
            board = replace(board, plan=plan)
        for shipment in change.shipments:
            best = self._best(board, shipment, after)
            if best is None:
                return None
            applied = apply(board, *best)
            delivered_min = max(delivered_min, applied.itinerary.delivered_min)
            board = replace(Board.of(board.network, applied.plan), more=board.more)
        return Trial(
            change=change,
            plan=board.plan,
            cost_fen=_served_fen(board.plan) - self._before_fen,
            delivered_min=delivered_min,
        )


def _served_fen(plan: Plan) -> int:
    return plan.objective_fen - sum(entry.penalty_fen for entry in plan.unassigned)


def _earliest_and_cheapest(insertion: Insertion) -> list[Candidate]:
    possible = insertion.possible
    if not possible:
        return []
    earliest = min(possible, key=lambda one: (one.delivered_min, one.marginal_fen))
    return [earliest] if earliest is possible[0] else [earliest, possible[0]]


def _repair(shipment_id: str, trial: Trial) -> Repair:
    return Repair(
        shipment_id=shipment_id,
        kind=trial.change.kind,
        what=trial.change.what,
        target=trial.change.target,
        amount=trial.change.amount,
        unit=trial.change.unit,
        cost_fen=trial.cost_fen,
        delivered_min=trial.delivered_min,
        is_verified=True,
    )
