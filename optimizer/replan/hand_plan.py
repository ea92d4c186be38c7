"""A person's decisions: who rides what, when, in which unit and with whom; no price, no arrival."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Shipment
from optimizer.plan.load import Content
from optimizer.plan.plan import Unassigned


@dataclass(frozen=True, slots=True, kw_only=True)
class HandRide:
    """
    One leg as a person states it.

    Parameters
    ----------
    where
        Place in the input, for findings.
    ref
        ``service_id`` or truck ``lane_id``; empty for a connector.
    departs_min
        Minutes since the plan epoch, or ``None`` for the first opportunity.
    n_units
        Load units, 0 when loose; ``None``: as many as the shipment needs.
    from_call, to_call
        Positions of the calls of a service, -1 where they are not stated.
    """

    where: str
    ref: str
    from_id: str
    to_id: str
    departs_min: int | None = None
    load_unit: str = LOOSE
    n_units: int | None = None
    from_call: int = -1
    to_call: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class HandLoad:
    """
    One shared load unit.

    Parameters
    ----------
    lane_id
        Loads of one lane departure have the same; shipments may be divided over them.
    customs_pool, cargo_pool
        As stated; a pool that none of the contents has is replaced by that of the first.
    """

    load_id: str
    lane_id: str
    load_unit: str
    rides: tuple[HandRide, ...]
    contents: tuple[Content, ...]
    customs_pool: str = ""
    cargo_pool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandWay:
    """
    How one shipment travels.

    Parameters
    ----------
    steps
        Legs of its own, and ids of the loads that it rides in, in order.
    export_at, import_at
        Facility of the clearance; empty: wherever it fits best on the way.
    """

    shipment_id: str
    steps: tuple[HandRide | str, ...]
    export_at: str = ""
    import_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandPlan:
    """
    A plan as a person states it.

    Parameters
    ----------
    unassigned
        Shipments left out with a reason; those that are neither here nor in ``ways`` are left out
        without one.
    """

    epoch_at: datetime
    planned_at: datetime
    planning_quantile: float
    share_rule: str
    shipments: dict[str, Shipment]
    ways: tuple[HandWay, ...]
    loads: tuple[HandLoad, ...]
    unassigned: tuple[Unassigned, ...] = ()
    warnings: tuple[str, ...] = ()
    input_hashes: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def last_departs_min(self) -> int:
        """Latest departure that is stated; 0 without one."""
        own = [step for way in self.ways for step in way.steps if isinstance(step, HandRide)]
        shared = [ride for load in self.loads for ride in load.rides]
        return max((ride.departs_min or 0 for ride in (*own, *shared)), default=0)
