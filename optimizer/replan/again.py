"""A plan made again: what is frozen stays, the rest is solved beside it, changes are explained."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from optimizer import stages
from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding, PlanError
from optimizer.models.consolidation.assemble import Meter, assemble
from optimizer.models.consolidation.columns import ColumnSet
from optimizer.models.consolidation.solution import Solution
from optimizer.models.consolidation.unserved import resource_use
from optimizer.models.routing.connector import connector_leg
from optimizer.models.routing.quote import QuoteResult
from optimizer.network.network import Network
from optimizer.plan.checks.run import run_checks
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.load import LaneDeparture, Load
from optimizer.plan.plan import Plan, Unassigned, Violation
from optimizer.replan.apply import join_load, rides_again, share_again
from optimizer.replan.board import Board
from optimizer.replan.diff import NOT_OF_THE_PATH, PathChange, changed_paths
from optimizer.replan.freeze import SEAT, keep_only, seat_lane
from optimizer.replan.hint import start_from
from optimizer.stages import OnProgress, PlanOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """
    A plan made again.

    Parameters
    ----------
    bound_fen
        Of the objective, with what is frozen at its price.
    frozen
        Shipments whose way was not touched.
    """

    plan: Plan
    solution: Solution
    bound_fen: int
    solve_seconds: float
    frozen: tuple[str, ...]
    changes: tuple[PathChange, ...]


def plan_again(
    network: Network,
    before: Plan,
    shipments: Sequence[Shipment],
    options: PlanOptions,
    on_progress: OnProgress,
    *,
    frozen: set[str],
    with_hint: bool,
    warnings: Sequence[str] = (),
) -> Replanned:
    """
    Plan shipments with part of an earlier plan standing.

    Parameters
    ----------
    before
        Earlier plan, in minutes of the same epoch.
    shipments
        All that is to be planned now; new ones and changed ones too.
    frozen
        Shipments of ``before`` that keep their way and load units.
    with_hint
        Whether the solve starts from what ``before`` does with the others.

    Raises
    ------
    PlanError
        P795: something frozen is not possible any more. A closed border is not passed because it
        was passed before.
    """
    by_id = {shipment.shipment_id: shipment for shipment in shipments}
    kept = _kept(network, before, by_id, frozen & by_id.keys(), options)
    board = Board.of(network, kept)
    free = _free(kept, shipments, options)
    quotes = stages.quote_all(network, free, options, on_progress)
    column_set = stages.build_problem(
        network,
        free,
        quotes,
        options,
        on_progress,
        more_lanes=_seats(kept, network.minute(options.planned_at)),
        capacity_of=lambda name: 1 if name.startswith(SEAT) else board.free(name),
    )
    start = start_from(column_set, before) if with_hint else None
    began = time.perf_counter()
    solution = stages.solve(column_set, options, on_progress, start)
    seconds = time.perf_counter() - began
    on_progress("joining what is frozen and what is new", None)
    plan = _joined(
        network,
        kept,
        column_set=column_set,
        solution=solution,
        quotes=quotes,
        options=options,
        warnings=warnings,
    )
    plan = replace(plan, shipments={key: plan.shipments[key] for key in by_id})
    return Replanned(
        plan=plan,
        solution=solution,
        bound_fen=solution.bound_fen + kept.objective_fen,
        solve_seconds=seconds,
        frozen=tuple(sorted(kept.shipments)),
        changes=tuple(changed_paths(network, before, plan)),
    )


def _free(kept: Plan, shipments: Sequence[Shipment], options: PlanOptions) -> list[Shipment]:
    """Shipments that are planned anew."""
    if not kept.shipments:
        return list(shipments)
    return [
        # The plan keeps the moment at which what is frozen was decided; the rest is booked now.
        replace(shipment, booked_at=max(shipment.booked_at, options.planned_at))
        for shipment in shipments
        if shipment.shipment_id not in kept.shipments
    ]


def _seats(kept: Plan, now_min: int) -> list[LaneDeparture]:
    """Room in frozen loads that have not closed."""
    lanes = (seat_lane(load) for load in kept.loads if load.closes_min >= now_min)
    return [lane for lane in lanes if lane is not None]


def _kept(
    network: Network,
    before: Plan,
    shipments: dict[str, Shipment],
    frozen: set[str],
    options: PlanOptions,
) -> Plan:
    """The frozen part, checked on the network as it is now."""
    kept = keep_only(before, frozen)
    changed = {
        # It was booked before, whenever the others can be.
        key: replace(shipments[key], booked_at=before.shipments[key].booked_at)
        for key in kept.shipments
    }
    kept = replace(
        kept,
        shipments=changed,
        planning_quantile=options.planning_quantile,
        share_rule=options.share_rule,
    )
    # First the way: emissions and shares are made anew on legs that the network has to have.
    _refuse(one for one in run_checks(network.data, kept) if one.code not in NOT_OF_THE_PATH)
    meter = Meter(network.data)
    loads = {load.load_id: join_load(meter, load, ()) for load in kept.loads}
    kept = replace(kept, loads=tuple(loads.values()))
    kept = replace(kept, itineraries=tuple(rides_again(meter, kept, list(loads), loads)))
    kept = share_again(network, kept, set(loads))
    _refuse(run_checks(network.data, kept))
    return kept


def _refuse(violations: Iterable[Violation]) -> None:
    findings = [
        Finding(
            code="P795",
            what=f"what is frozen is not possible any more: {one.rule}",
            where=one.where,
            value=f"{one.amount:g} {one.unit}",
            remedy="do not freeze it, or undo the change that forbids it",
        )
        for one in violations
    ]
    if findings:
        raise PlanError(findings)


def _joined(
    network: Network,
    kept: Plan,
    *,
    column_set: ColumnSet,
    solution: Solution,
    quotes: dict[str, QuoteResult],
    options: PlanOptions,
    warnings: Sequence[str],
) -> Plan:
    itineraries, loads, unserved = assemble(
        network, column_set, solution, connector_leg=connector_leg
    )
    renamed, all_loads = _merge(Meter(network.data), kept.loads, loads)
    itineraries = [
        replace(
            _renamed(one, renamed),
            stand_alone_fen=stages.stand_alone_fen(quotes[one.shipment_id]),
        )
        for one in itineraries
    ]
    draft = replace(
        kept,
        planned_at=min(kept.planned_at, options.planned_at)
        if kept.shipments
        else options.planned_at,
        shipments={
            **kept.shipments,
            **{shipment.shipment_id: shipment for shipment in column_set.shipments},
        },
        itineraries=(*kept.itineraries, *itineraries),
        loads=tuple(all_loads.values()),
    )
    changed = set(renamed.values())
    meter = Meter(network.data)
    draft = replace(draft, itineraries=tuple(rides_again(meter, draft, sorted(changed), all_loads)))
    draft = share_again(network, draft, changed)
    shares = {one.shipment_id: one.share_fen for one in draft.itineraries}

    def finished_one(one: Itinerary) -> Itinerary:
        if one.shipment_id not in quotes:
            return one
        shipment, quoted = draft.shipments[one.shipment_id], quotes[one.shipment_id]
        return stages.finish(network, shipment, one, shares=shares, loads=all_loads, quoted=quoted)

    finished = tuple(finished_one(one) for one in draft.itineraries)
    used = resource_use(column_set.problem, solution)
    unassigned: tuple[Unassigned, ...] = tuple(
        stages.why_unassigned(column_set, used, shipment_id, quotes[shipment_id])
        for shipment_id in unserved
    )
    noted = [*warnings, *(warning for one in finished for warning in one.warnings)]
    return replace(
        draft,
        itineraries=finished,
        unassigned=unassigned,
        warnings=tuple(dict.fromkeys(noted)),
    )


def _merge(
    meter: Meter, kept: Sequence[Load], made: Sequence[Load]
) -> tuple[dict[str, str], dict[str, Load]]:
    """
    New loads beside the frozen ones.

    Returns
    -------
    renamed
        Name of each new load -> its name in the plan: that of the frozen load that it is the rest
        of, or one that is not taken.
    loads
        All, by name.
    """
    loads = {load.load_id: load for load in kept}
    numbers = (f"L{number:04d}" for number in range(1, len(kept) + len(made) + 1))
    fresh = (name for name in numbers if name not in {load.load_id for load in kept})
    renamed: dict[str, str] = {}
    for load in made:
        if load.lane_id.startswith(SEAT):
            name = load.lane_id.removeprefix(SEAT)
            loads[name] = join_load(meter, loads[name], load.contents)
        else:
            name = next(fresh)
            legs = tuple(replace(leg, load_id=name) for leg in load.legs)
            loads[name] = replace(load, load_id=name, legs=legs)
        renamed[load.load_id] = name
    return renamed, loads


def _renamed(itinerary: Itinerary, names: dict[str, str]) -> Itinerary:
    legs = tuple(
        replace(leg, load_id=names[leg.load_id]) if leg.load_id else leg for leg in itinerary.legs
    )
    return replace(itinerary, legs=legs)
