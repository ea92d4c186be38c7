"""A person's plan from a file: an edited ``plan.json``, or rows as CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding, PlanError, show_value
from optimizer.plan.sharing_rules import ShareRule
from optimizer.replan.hand_checks import find_hand_faults
from optimizer.replan.hand_from_plan import hand_from_plan
from optimizer.replan.hand_plan import HandPlan
from optimizer.replan.hand_rows import read_rows, rows_of_csv, rows_of_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """
    What rows do not say of a plan.

    Parameters
    ----------
    epoch_at
        Zero of all minutes.
    planned_at
        Nothing is booked before.
    """

    epoch_at: datetime
    planned_at: datetime
    planning_quantile: float
    share_rule: str

    @classmethod
    def around(cls, shipments: Mapping[str, Shipment], planning_quantile: float) -> Frame:
        """Decided as early as any shipment can be booked; the epoch is the day before all."""
        ready_at = min(one.ready_at for one in shipments.values())
        midnight = ready_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(
            epoch_at=midnight - timedelta(days=1),
            planned_at=min(one.booked_at for one in shipments.values()),
            planning_quantile=planning_quantile,
            share_rule=ShareRule.PROPORTIONAL,
        )


def read_hand_plan(
    path: Path,
    data: NetworkData,
    shipments: Mapping[str, Shipment] | None = None,
    frame: Frame | None = None,
) -> HandPlan:
    """
    Read a person's plan.

    Parameters
    ----------
    shipments
        By id; rows need them, a ``plan.json`` has its own, which these replace.
    frame
        Of the scenario, if any; it applies to rows, and must agree with a ``plan.json``.

    Raises
    ------
    PlanError
        P770-P778 as in :func:`optimizer.replan.hand_rows.read_rows` and
        :func:`optimizer.replan.hand_checks.find_hand_faults`; P779: rows without shipments; P790
        and P791 as in :func:`optimizer.plan.io.read_plan`; P792: not a readable document; P798: the
        plan counts from another moment than the scenario.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError([_finding("P792", "cannot be read", str(path), str(error))]) from error
    if path.suffix.lower() == ".csv":
        return _from_rows(text, None, data, shipments, frame)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanError([_finding("P792", "is not JSON", str(path), str(error))]) from error
    if isinstance(value, Mapping) and "itineraries" not in value and "rows" in value:
        return _from_rows("", value, data, shipments, frame)
    hand = hand_from_plan(value, shipments)
    if frame is not None and frame.epoch_at != hand.epoch_at:
        what, remedy = "the plan counts from another moment", "use its own scenario, or none"
        shown = hand.epoch_at.isoformat()
        raise PlanError([_finding("P798", what, "plan", shown, remedy)])
    _refuse(find_hand_faults(data, hand))
    return hand


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise PlanError(findings)


def _from_rows(
    text: str,
    value: object,
    data: NetworkData,
    shipments: Mapping[str, Shipment] | None,
    frame: Frame | None,
) -> HandPlan:
    if not shipments:
        remedy = "name them by --shipments or --scenario"
        raise PlanError([_finding("P779", "rows come without shipments", "rows", "", remedy)])
    findings: list[Finding] = []
    rows = rows_of_csv(text, findings) if value is None else rows_of_json(value, findings)
    frame = frame or Frame.around(shipments, data.parameters["planning_quantile"])
    ways, loads = read_rows(rows, shipments, frame.epoch_at, findings)
    hand = HandPlan(
        epoch_at=frame.epoch_at,
        planned_at=frame.planned_at,
        planning_quantile=frame.planning_quantile,
        share_rule=frame.share_rule,
        shipments=dict(shipments),
        ways=ways,
        loads=loads,
    )
    _refuse(findings + find_hand_faults(data, hand))
    return hand


def _finding(code: str, what: str, where: str, value: str, remedy: str = "") -> Finding:
    return Finding(code=code, what=what, where=where, value=show_value(value), remedy=remedy)
