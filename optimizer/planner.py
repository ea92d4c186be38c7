"""
The front door: read, quote, plan, check. Each function calls the stages in order.

Command, service and scenario runs all come through here. If you read one file, read this one.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from optimizer.datasets.places import place_note
from optimizer.datasets.query import read_query
from optimizer.datasets.shipments import read_shipments
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import DataError, DemandError, Finding, PlanError, show_value
from optimizer.plan.plan import Incumbent, Plan, PlanResult, Violation
from optimizer.road_source import read_data

if TYPE_CHECKING:
    from optimizer.domain.skim import MatrixQuery
    from optimizer.models.routing.matrix_result import MatrixResult
    from optimizer.models.routing.quote import QuoteResult as Quote
    from optimizer.network.network import Network
    from optimizer.replan.again import Replanned
    from optimizer.replan.evaluate_plan import Evaluated
    from optimizer.replan.hand_plan import HandPlan
    from optimizer.replan.wait_or_go import WaitOrGo
    from optimizer.stages import PlanOptions

OnProgress = Callable[[str, Incumbent | None], None]
"""Called with the stage and, while solving, the best plan and bound so far."""

QUOTE_HORIZON_DAYS = 52
_QUOTE_LEAD_DAYS = 1
_WEEKS_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Facts, and the network that they compile to over a horizon."""

    data: NetworkData
    network: Network


def _ignore(_stage: str, _incumbent: Incumbent | None) -> None:
    return


def read(data_dir: Path | None = None) -> NetworkData:
    """Read and check the tables; all findings at once, in one ``DataError``."""
    return read_data(data_dir)


def load(
    data_dir: Path | None = None,
    *,
    epoch_at: datetime,
    horizon_days: int = QUOTE_HORIZON_DAYS,
    data: NetworkData | None = None,
) -> Inputs:
    """
    Compile the network over a horizon.

    Parameters
    ----------
    epoch_at
        Zero of all minutes, with zone. Nothing is ready before it.
    horizon_days
        Departures later than this are not seen.
    data
        Facts that were read before; otherwise they are read from ``data_dir``.
    """
    from optimizer.network.build import build_network

    if data is None:
        data = read_data(data_dir)
    network = build_network(data, epoch_at=epoch_at.astimezone(UTC), horizon_days=horizon_days)
    return Inputs(data=data, network=network)


class QueryCache:
    """
    Networks around the weeks that queries ask about, compiled once each.

    Parameters
    ----------
    data
        Facts that all queries use.
    """

    def __init__(self, data: NetworkData) -> None:
        self.data = data
        self._inputs: OrderedDict[datetime, Inputs] = OrderedDict()
        self._lock = Lock()

    def query(self, **fields: str) -> tuple[Shipment, Inputs]:
        """
        A shipment from the text of a query, and the network around its ready time.

        Raises
        ------
        DemandError
            With everything that is wrong with the query.
        """
        shipment = read_query(self.data, **fields)
        midnight = shipment.ready_at.astimezone(UTC).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        monday = midnight - timedelta(days=midnight.weekday() + _QUOTE_LEAD_DAYS)
        with self._lock:
            inputs = self._inputs.get(monday)
            if inputs is None:
                inputs = load(epoch_at=monday, data=self.data)
                self._inputs[monday] = inputs
            self._inputs.move_to_end(monday)
            if len(self._inputs) > _WEEKS_KEPT:
                self._inputs.popitem(last=False)
        return shipment, inputs


def query(data_dir: Path | None, **fields: str) -> tuple[Shipment, Inputs]:
    """A shipment from the text of a query, and the network for it; see :class:`QueryCache`."""
    return QueryCache(read_data(data_dir)).query(**fields)


def place_notes(data: NetworkData, shipment: Shipment, origin: str, destination: str) -> list[str]:
    """What the addresses of a query were taken for, where that was a choice."""
    ends = ((origin, shipment.origin), (destination, shipment.destination))
    return [note for text, place in ends if (note := place_note(text, place, data))]


def quote(
    inputs: Inputs, shipment: Shipment, *, max_itineraries: int = 12, n_alternatives: int = 0
) -> Quote:
    """
    The Pareto set of door-to-door itineraries over arrival, cost and CO2e.

    Parameters
    ----------
    n_alternatives
        If above 0, at most so many itineraries that a person would call different, instead.

    Returns
    -------
    QuoteResult
        ``itineraries`` by rising cost; where there is none, ``reasons``.
    """
    if n_alternatives:
        from optimizer.models.routing.alternatives import quote_alternatives

        return quote_alternatives(inputs.network, shipment, n_alternatives)
    from optimizer.models.routing.quote import quote as search

    return search(inputs.network, shipment, max_itineraries=max_itineraries)


def matrix_query(data: NetworkData, **fields: Any) -> MatrixQuery:
    """A matrix query from text; see :func:`optimizer.datasets.matrix_query.read_matrix_query`."""
    from optimizer.datasets.matrix_query import read_matrix_query

    return read_matrix_query(data, **fields)


def matrix(data: NetworkData, query: MatrixQuery, *, use_cache: bool = True) -> MatrixResult:
    """
    Costs between sets of facilities, zones and addresses.

    Parameters
    ----------
    use_cache
        Whether answers are taken from, and kept in, the disk cache.

    Raises
    ------
    DemandError
        The query asks for what the network does not know.
    """
    from optimizer.models.routing.matrix_run import run_matrix

    def compile_network(epoch_at: datetime) -> Network:
        return load(epoch_at=epoch_at, data=data).network

    return run_matrix(data, query, compile_network, use_cache=use_cache)


def plan(
    inputs: Inputs,
    shipments: Sequence[Shipment],
    options: PlanOptions,
    on_progress: OnProgress = _ignore,
    *,
    warnings: Sequence[str] = (),
) -> PlanResult:
    """
    Consolidate and route shipments.

    Quotes each shipment alone, builds lane departures between the hubs in reach, lets the
    consolidation model choose, and has the checker look at the result before anybody sees it.

    Parameters
    ----------
    warnings
        What is known to be odd about the input; the plan repeats it.

    Raises
    ------
    PlanError
        The checker found a violation: a defect of the planner, never delivered as a plan.
    """
    from optimizer import stages
    from optimizer.plan.checks.run import run_checks

    network = inputs.network
    quotes = stages.quote_all(network, shipments, options, on_progress)
    column_set = stages.build_problem(network, shipments, quotes, options, on_progress)
    solve_from = time.perf_counter()
    solution = stages.solve(column_set, options, on_progress)
    solve_seconds = time.perf_counter() - solve_from
    on_progress("assembling itineraries and loads", None)
    draft = stages.make_plan(network, column_set, solution, quotes, options, warnings=warnings)
    on_progress("checking", None)
    violations = run_checks(inputs.data, draft)
    if violations:
        raise PlanError(stages.as_findings(violations))
    draft = explain(inputs, draft, time_s=options.explain_s, on_progress=on_progress)
    return stages.make_result(
        inputs.data,
        draft,
        solution,
        options,
        solve_seconds=solve_seconds,
        shipments_hash=shipments_hash(shipments),
    )


def plan_again(
    inputs: Inputs,
    before: Plan,
    shipments: Sequence[Shipment],
    options: PlanOptions,
    on_progress: OnProgress = _ignore,
    *,
    freezes: Sequence[str] = (),
    with_hint: bool = True,
    warnings: Sequence[str] = (),
) -> tuple[PlanResult, Replanned]:
    """
    Plan again, with parts of an earlier plan standing and the rest starting from it.

    Parameters
    ----------
    before
        Earlier plan over the same epoch.
    freezes
        ``all``, ``until:TIME``, ``service:ID``, ``lane:ID``, ``load:ID``, ``shipment:ID``.
    with_hint
        Whether the solver starts from the earlier plan; a hint is never a constraint.

    Returns
    -------
    result, replanned
        The plan, and every path that changed with the reason.

    Raises
    ------
    PlanError
        P795-P798: a freeze is unknown, without effect or not possible any more, or the plans do
        not share an epoch; or the checker found a violation, a defect of the planner.
    """
    from optimizer import stages
    from optimizer.plan.checks.run import run_checks
    from optimizer.replan.again import plan_again as solve_again
    from optimizer.replan.freeze import frozen_shipments, parse_freezes

    if before.epoch_at != inputs.network.epoch_at:
        raise PlanError(
            [
                Finding(
                    code="P798",
                    what="the earlier plan counts from another moment",
                    where="plan",
                    value=before.epoch_at.isoformat(),
                    remedy=f"use the scenario that it was made for ({inputs.network.epoch_at})",
                )
            ]
        )
    again = solve_again(
        inputs.network,
        before,
        shipments,
        options,
        on_progress,
        frozen=frozen_shipments(before, parse_freezes(freezes)),
        with_hint=with_hint,
        warnings=warnings,
    )
    on_progress("checking", None)
    violations = run_checks(inputs.data, again.plan)
    if violations:
        raise PlanError(stages.as_findings(violations))
    explained = explain(inputs, again.plan, time_s=options.explain_s, on_progress=on_progress)
    result = stages.make_result(
        inputs.data,
        explained,
        replace(again.solution, bound_fen=again.bound_fen),
        options,
        solve_seconds=again.solve_seconds,
        shipments_hash=shipments_hash(shipments),
    )
    return result, again


def explain(
    inputs: Inputs,
    draft: Plan,
    shipment_ids: Sequence[str] | None = None,
    *,
    time_s: float,
    on_progress: OnProgress = _ignore,
) -> Plan:
    """
    A plan with priced and verified repairs.

    Parameters
    ----------
    draft
        A plan over the network of ``inputs``.
    shipment_ids
        Which shipments to look into: unserved or late ones; all unserved ones if not given.
    time_s
        Budget for all of them together.

    Raises
    ------
    PlanError
        P793: a shipment is not in the plan, or neither unserved nor late.
    """
    from optimizer.replan.explain import late_of, unserved_of, with_repairs

    unserved = unserved_of(draft)
    chosen = list(shipment_ids) if shipment_ids is not None else unserved
    unknown = [one for one in chosen if one not in {*unserved, *late_of(draft)}]
    if unknown:
        raise PlanError(
            [
                Finding(
                    code="P793",
                    what="is in time, or not in the plan" if one in draft.shipments else "unknown",
                    where="shipment",
                    value=show_value(one),
                    remedy="name shipments that the plan does not serve, or serves late",
                )
                for one in unknown
            ]
        )
    if not chosen or time_s <= 0:
        return draft
    return with_repairs(
        inputs.network,
        draft,
        chosen,
        time_s=time_s,
        on_shipment=lambda done, n: on_progress(f"pricing repairs {done}/{n}", None),
    )


def load_for(plan: Plan, data: NetworkData) -> Inputs:
    """The network that a plan lives on, with a margin of weeks behind its last delivery."""
    last_min = max((one.delivered_min for one in plan.itineraries), default=0)
    days = last_min // (24 * 60) + QUOTE_HORIZON_DAYS // 2
    return load(epoch_at=plan.epoch_at, horizon_days=max(days, QUOTE_HORIZON_DAYS), data=data)


def explain_file(
    plan_file: Path,
    data_dir: Path | None = None,
    *,
    shipment_ids: Sequence[str] | None = None,
    with_late: bool = False,
    time_s: float,
    on_progress: OnProgress = _ignore,
) -> tuple[PlanResult, list[str]]:
    """
    Repairs for a plan file.

    Returns
    -------
    result, shipment_ids
        The plan with its repairs, and who was looked into.

    Raises
    ------
    PlanError
        The file is not a plan, breaks a rule on this network, or does not know a shipment.
    """
    from optimizer.replan.explain import late_of, unserved_of

    result, inputs = _clean_plan(plan_file, data_dir)
    chosen = list(shipment_ids or unserved_of(result.plan))
    if with_late:
        chosen += [one for one in late_of(result.plan) if one not in chosen]
    found = explain(inputs, result.plan, chosen, time_s=time_s, on_progress=on_progress)
    return replace(result, plan=found), chosen


def _clean_plan(plan_file: Path, data_dir: Path | None) -> tuple[PlanResult, Inputs]:
    """A plan file and its network; refused where it breaks a rule there."""
    data = read_data(data_dir)
    result, violations = check(plan_file, data=data)
    if violations:
        raise PlanError(
            [
                Finding(
                    code="P794",
                    what=f"the plan breaks a rule on this network: {one.rule}",
                    where=one.where,
                    value=f"{one.amount:g} {one.unit}",
                    remedy="plan again on this network, or name the one it was made for by --data",
                )
                for one in violations
            ]
        )
    return result, load_for(result.plan, data)


def beside(
    plan_file: Path, data_dir: Path | None = None, **fields: str
) -> tuple[PlanResult, Inputs, Shipment, WaitOrGo]:
    """
    What a new shipment can do beside a plan: wait for a load, share, or leave alone.

    Raises
    ------
    DemandError
        With everything that is wrong with the query.
    PlanError
        The file is not a plan, or breaks a rule on this network.
    """
    from optimizer.replan.board import Board
    from optimizer.replan.wait_or_go import wait_or_go

    result, inputs = _clean_plan(plan_file, data_dir)
    shipment = read_query(inputs.data, **fields)
    taken = set(result.plan.shipments)
    if shipment.shipment_id in taken:
        numbers = (f"{shipment.shipment_id}-{n}" for n in range(1, len(taken) + 2))
        name = next(one for one in numbers if one not in taken)
        shipment = replace(shipment, shipment_id=name)
    return result, inputs, shipment, wait_or_go(Board.of(inputs.network, result.plan), shipment)


def evaluate(
    data: NetworkData,
    hand: HandPlan,
    *,
    horizon_days: int = 0,
    on_progress: OnProgress = _ignore,
) -> tuple[PlanResult, Evaluated]:
    """
    Price a person's plan softly: broken rules are listed and priced, and stop nothing.

    Parameters
    ----------
    hand
        From :func:`optimizer.replan.hand_file.read_hand_plan`.
    horizon_days
        Of the network; long enough for the plan unless given.

    Returns
    -------
    result, evaluated
        The plan timed, priced and shared anew, of which nothing is proved (bound 0); its
        violations with penalties.

    Raises
    ------
    PlanError
        P770-P778: the plan names what does not exist, or legs that do not connect.
    """
    from optimizer import stages
    from optimizer.replan.evaluate_plan import evaluate_plan, used_refs, with_running
    from optimizer.replan.hand_checks import find_hand_faults

    findings = find_hand_faults(data, hand)
    if findings:
        raise PlanError(findings)
    days = horizon_days or max(
        QUOTE_HORIZON_DAYS, hand.last_departs_min // (24 * 60) + QUOTE_HORIZON_DAYS // 2
    )
    inputs = load(epoch_at=hand.epoch_at, horizon_days=days, data=data)
    soft = with_running(data, used_refs(hand))
    soft_network = (
        inputs.network
        if soft is data
        else load(epoch_at=hand.epoch_at, horizon_days=days, data=soft).network
    )
    found = evaluate_plan(inputs.network, hand, soft_network=soft_network, on_progress=on_progress)
    result = stages.evaluated_result(
        data, found.plan, n_violations=len(found.penalties), input_hashes=hand.input_hashes
    )
    return result, found


def shipments_hash(shipments: Sequence[Shipment]) -> str:
    """Content hash of shipments, independent of the file they came from."""
    digest = hashlib.sha256()
    for shipment in shipments:
        digest.update(repr(shipment).encode())
    return digest.hexdigest()


def check(
    plan_file: Path, data_dir: Path | None = None, *, data: NetworkData | None = None
) -> tuple[PlanResult, list[Violation]]:
    """
    Recompute feasibility and every cost line of a plan file.

    Parameters
    ----------
    data
        Facts that were read before; otherwise they are read from ``data_dir``.

    Raises
    ------
    PlanError
        The file is not a plan.
    """
    from optimizer.plan.checks.run import check_result
    from optimizer.plan.io import read_plan

    result = read_plan(plan_file)
    return result, check_result(data or read_data(data_dir), result)


def shipments_from(
    path: Path, data: NetworkData, *, booked_at: datetime | None = None
) -> list[Shipment]:
    """Read shipments from CSV, Excel or JSON; all findings at once."""
    return read_shipments(path, data, default_booked_at=booked_at)


def write_template(path: Path, data_dir: Path | None = None) -> None:
    """Write an empty Excel workbook for shipments."""
    from optimizer.datasets.workbook import shipments_template

    shipments_template(path, read_data(data_dir))


def generate(
    path: Path, *, n_shipments: int, seed: int, week: str, data_dir: Path | None = None
) -> int:
    """
    Write a synthetic week of shipments as CSV.

    Returns
    -------
    int
        How many.

    Raises
    ------
    DemandError
        ``week`` is not a date.
    """
    from datetime import date

    from optimizer.demand.generate import generate_week
    from optimizer.demand.shipments_csv import write_shipments_csv

    try:
        week_start = date.fromisoformat(week)
    except ValueError as error:
        raise DemandError(
            Finding(
                code="S360",
                what="the week is not a date",
                where="week",
                value=show_value(week),
                remedy="write the Monday of the week like 2026-09-14",
            )
        ) from error
    made = generate_week(
        read_data(data_dir), seed=seed, n_shipments=n_shipments, week_start=week_start
    )
    write_shipments_csv(path, made)
    return len(made)


def describe(data: NetworkData) -> dict[str, object]:
    """Size of the network and its rows by confidence."""
    return {
        "fingerprint": data.fingerprint,
        "n_facilities": len(data.facilities),
        "n_crossings": len(data.crossings),
        "n_services": len(data.services),
        "n_truck_lanes": len(data.truck_lanes),
        "rows_by_confidence": data.row_confidence,
    }


_LISTINGS = ("facilities", "borders", "services", "trucks")


def listing(data: NetworkData, what: str) -> list[dict[str, object]]:
    """
    Rows of a part of the network, for people.

    Raises
    ------
    DataError
        ``what`` is not a part of the network.
    """
    if what == "facilities":
        return [
            {
                "id": f.facility_id,
                "name": f.name_en,
                "名称": f.name_zh,
                "kind": f.kind.value,
                "modes": " ".join(sorted(mode.value for mode in f.modes)),
                "customs modes": " ".join(sorted(f.customs_modes)),
                "confidence": f.provenance.confidence.value,
            }
            for f in data.facilities.values()
        ]
    if what == "borders":
        return [
            {
                "id": c.crossing_id,
                "名称": c.name_zh,
                "mode": c.mode.value,
                "status": c.status.value,
                "as of": c.status_as_of,
                "interchange": c.interchange.value,
                "customs modes": " ".join(sorted(c.customs_modes)),
                "note": c.status_note,
                "confidence": c.provenance.confidence.value,
            }
            for c in data.crossings.values()
        ]
    if what == "services":
        return [
            {
                "id": s.service_id,
                "name": s.name_en,
                "mode": s.mode.value,
                "days": "".join(str(day + 1) for day in sorted(s.weekdays)),
                "calls": " ".join(call.facility_id for call in s.calls),
                "status": s.status,
                "confidence": s.provenance.confidence.value,
            }
            for s in data.services.values()
        ]
    if what == "trucks":
        return [
            {
                "id": lane.lane_id,
                "from": lane.from_facility_id,
                "to": lane.to_facility_id,
                "km": round(sum(section.distance_m for section in lane.sections) / 1000),
                "quota a day": lane.quota_per_day or "",
                "status": lane.status,
                "confidence": lane.provenance.confidence.value,
            }
            for lane in data.truck_lanes.values()
        ]
    raise DataError(
        Finding(
            code="D120",
            what="no such part of the network",
            value=what,
            remedy=f"one of {', '.join(_LISTINGS)}",
        )
    )
