"""Planning small things in tests: every plan made here has passed the checker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from optimizer import planner
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import PlanError
from optimizer.plan.checks.run import check_result
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.plan import PlanResult
from optimizer.stages import PlanOptions
from tests.factories import EPOCH


def solve_and_check(
    data: NetworkData,
    shipments: Sequence[Shipment],
    *,
    horizon_days: int = 14,
    planned_at: datetime | None = None,
    time_s: float = 20.0,
    gap: float = 0.0,
    **options: Any,
) -> PlanResult:
    """
    Plan shipments from :data:`EPOCH` on; to optimality unless ``gap`` or ``time_s`` say less.

    Fails with all violations when the plan, or what its summary says of it, breaks a rule.
    """
    inputs = planner.load(epoch_at=EPOCH, horizon_days=horizon_days, data=data)
    decided = planned_at or min([EPOCH, *(one.booked_at for one in shipments)])
    try:
        result = planner.plan(
            inputs,
            shipments,
            PlanOptions(planned_at=decided, time_s=time_s, gap=gap, **options),
        )
    except PlanError as error:
        raise AssertionError(f"the planner refused its own plan:\n{error}") from error
    violations = check_result(data, result)
    assert not violations, "\n".join(str(one) for one in violations)
    return result


def itinerary_of(result: PlanResult, shipment_id: str) -> Itinerary:
    """The itinerary of a shipment."""
    return next(one for one in result.plan.itineraries if one.shipment_id == shipment_id)


def refs(itinerary: Itinerary) -> list[str]:
    """Services and truck lanes on the way; empty for a connector."""
    return [leg.ref for leg in itinerary.legs]
