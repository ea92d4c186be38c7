"""
The front door with a plan at hand: plan again, explain, add one more, evaluate a person's plan.

:mod:`optimizer.planner` makes plans; this module starts from one. Commands and scenario runs come
through here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.datasets.query import read_query
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding, PlanError
from optimizer.plan.plan import Plan, PlanResult
from optimizer.planner import (
    QUOTE_HORIZON_DAYS,
    Inputs,
    OnProgress,
    check,
    explain,
    ignore_progress,
    load,
    read,
    shipments_hash,
)

if TYPE_CHECKING:
    from optimizer.replan.again import Replanned
    from optimizer.replan.evaluate_plan import Evaluated
    from optimizer.replan.hand_plan import HandPlan
    from optimizer.replan.wait_or_go import WaitOrGo
    from optimizer.stages import PlanOptions


def plan_again(
    inputs: Inputs,
    before: Plan,
    shipments: Sequence[Shipment],
    options: PlanOptions,
    on_progress: OnProgress = ignore_progress,
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
    on_progress: OnProgress = ignore_progress,
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
    data = read(data_dir)
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
    shipment = read_query(inputs.data, **dict[str, Any](fields))
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
    on_progress: OnProgress = ignore_progress,
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
