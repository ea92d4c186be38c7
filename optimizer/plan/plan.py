"""Plans: every shipment's itinerary, the shared loads, and who is not served."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from optimizer.domain.shipment import Shipment
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.load import Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """
    A shipment without a place in the plan.

    Parameters
    ----------
    code
        Reason code, ``U801`` and on; see ``plan/reasons.py``.
    resource
        What binds: a crossing, a departure, a facility, a time.
    penalty_fen
        What not serving it adds to the objective.
    """

    shipment_id: str
    code: str
    reason: str
    resource: str = ""
    remedy: str = ""
    penalty_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that a plan breaks: where, and by how much in the rule's unit."""

    code: str
    rule: str
    where: str
    amount: float
    unit: str

    def __str__(self) -> str:
        return f"{self.code} [{self.where}] {self.rule}: {self.amount:g} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """
    One change after which a shipment is served, or served in time; tried, not guessed.

    Parameters
    ----------
    kind
        ``more_room``, ``ready_earlier``, ``latest_later``, ``due_later``, ``customs_mode``,
        ``gateway``, ``reopen``, ``divide``, ``dearer_way``, ``penalty``.
    what
        The change in words.
    target
        What it changes: a resource, a facility, a customs mode, a time.
    amount, unit
        How much: hours, hundredths of a TEU, kilograms, positions, trucks, parts.
    cost_fen
        What serving the shipment then costs the plan more than leaving it out, penalties aside; for
        a late shipment, more than its present way. The change itself is not priced in it.
    delivered_min
        Delivery after the change, minutes since the plan epoch.
    is_verified
        Whether the changed plan went through all checks with the shipment served at that price.
    """

    shipment_id: str
    kind: str
    what: str
    target: str
    amount: int
    unit: str
    cost_fen: int
    delivered_min: int
    is_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareGroup:
    """
    Loads tied together by shipments that ride in several of them, and how they could be split.

    Parameters
    ----------
    shipment_ids
        All who ride in them.
    least_core_fen
        0: nobody pays more than travelling alone. Positive: the loads cost more than that allows,
        and this is the least amount, in fen, by which everybody's limit had to rise.
    """

    load_ids: tuple[str, ...]
    shipment_ids: tuple[str, ...]
    least_core_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    A complete plan.

    Parameters
    ----------
    epoch_at
        Zero of all minutes, UTC.
    planned_at
        When it is decided: nothing may be booked before.
    shipments
        All shipments the plan is about, by id.
    share_rule
        How loads were split where limits left a choice; see ``plan/sharing_rules.py``.
    repairs
        By shipment, cheapest first; only for shipments that were looked into.
    """

    epoch_at: datetime
    planned_at: datetime
    shipments: dict[str, Shipment]
    itineraries: tuple[Itinerary, ...]
    loads: tuple[Load, ...]
    unassigned: tuple[Unassigned, ...]
    planning_quantile: float = 0.5
    warnings: tuple[str, ...] = ()
    share_rule: str = "proportional"
    share_groups: tuple[ShareGroup, ...] = ()
    repairs: tuple[Repair, ...] = ()

    @property
    def objective_fen(self) -> int:
        """Own costs, loads and penalties of what is not served."""
        return (
            sum(itinerary.own_cost_fen for itinerary in self.itineraries)
            + sum(load.cost_fen for load in self.loads)
            + sum(unassigned.penalty_fen for unassigned in self.unassigned)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incumbent:
    """State of a solve at a moment: what was found, what is proved."""

    seconds: float
    objective_fen: int
    bound_fen: int
    note: str = ""

    @property
    def gap(self) -> float:
        """Distance of the bound from the objective, as a share of the objective."""
        if self.objective_fen <= 0:
            return 0.0
        return max(0.0, (self.objective_fen - self.bound_fen) / self.objective_fen)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """A plan with what was proved about it and where it comes from."""

    plan: Plan
    status: str
    """``optimal``, ``feasible``."""
    bound_fen: int
    solve_seconds: float
    stop_reason: str
    seed: int
    n_threads: int
    versions: dict[str, str]
    input_hashes: dict[str, str]
    incumbents: tuple[Incumbent, ...] = ()
    summary: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def gap(self) -> float:
        """Gap between the plan's objective and the bound."""
        return Incumbent(
            seconds=0.0, objective_fen=self.plan.objective_fen, bound_fen=self.bound_fen
        ).gap
