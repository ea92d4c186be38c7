"""Two plans of one question side by side: indicators, flows that moved, and why they did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.domain.location import Mode
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.plan import PlanResult
from optimizer.replan.diff import PathChange, changed_paths
from optimizer.units import cny_from_fen

G_PER_T = 1_000_000
UNSERVED = "not served"
NOT_ASKED = "not asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRow:
    """
    One indicator of two plans.

    Parameters
    ----------
    better
        ``up`` or ``down``: the direction that is good; empty where neither is.
    is_certain
        Whether the difference is larger than what the gaps of the two solves leave open. Only the
        objective has a bound; a difference of another indicator is as certain as the plans are
        optimal, so it is not certain unless both gaps are closed.
    """

    name: str
    unit: str
    base: float | None
    variant: float | None
    better: str
    is_certain: bool

    @property
    def change(self) -> float | None:
        """Variant less base."""
        if self.base is None or self.variant is None:
            return None
        return self.variant - self.base


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """
    What moved shipments.

    Parameters
    ----------
    code
        As in :class:`optimizer.replan.diff.PathChange`.
    resource
        The first thing that binds: a border, a service, a lane, a facility; empty for prices.
    """

    code: str
    resource: str
    text: str
    shipment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedFlow:
    """Shipments that left one corridor for another, with the reasons, most shipments first."""

    from_corridor: str
    to_corridor: str
    shipment_ids: tuple[str, ...]
    gross_kg: int
    cost_change_fen: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePrice:
    """
    What one more unit of a resource that the plan uses up would save.

    Parameters
    ----------
    used, capacity
        In the unit of the resource.
    price_fen
        Shadow price per unit, from the linear relaxation: a guide, not a promise.
    """

    resource: str
    used: int
    capacity: int
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A variant against the base."""

    base: str
    variant: str
    kpis: tuple[KpiRow, ...]
    moved: tuple[MovedFlow, ...]
    n_paths_changed: int
    prices: tuple[ResourcePrice, ...] = ()


def compare(
    base_name: str,
    base: PlanResult,
    variant_name: str,
    variant: PlanResult,
    variant_network: Network,
) -> Comparison:
    """
    What differs between the plan of the base and that of a variant.

    Parameters
    ----------
    variant_network
        Compiled from the variant's facts; the old paths are tried on it.
    """
    changes = changed_paths(variant_network, base.plan, variant.plan)
    return Comparison(
        base=base_name,
        variant=variant_name,
        kpis=tuple(kpi_rows(base, variant)),
        moved=tuple(moved_flows(base, variant, changes)),
        n_paths_changed=len(changes),
    )


def kpi_rows(base: PlanResult, variant: PlanResult) -> Iterator[KpiRow]:
    """The indicators that planners compare."""
    closed = base.gap == 0 and variant.gap == 0
    spans = [(one.bound_fen, one.plan.objective_fen) for one in (base, variant)]
    apart = spans[0][1] < spans[1][0] or spans[1][1] < spans[0][0]
    yield KpiRow(
        name="objective",
        unit="CNY",
        base=cny_from_fen(base.plan.objective_fen),
        variant=cny_from_fen(variant.plan.objective_fen),
        better="down",
        is_certain=apart or closed,
    )
    for name, unit, better in _INDICATORS:
        values = [_value(one.summary, name) for one in (base, variant)]
        yield KpiRow(
            name=name,
            unit=unit,
            base=values[0],
            variant=values[1],
            better=better,
            is_certain=closed or values[0] == values[1],
        )


_INDICATORS = (
    ("bound_cny", "CNY", "down"),
    ("n_shipments", "shipments", ""),
    ("n_served", "shipments", "up"),
    ("n_unserved", "shipments", "down"),
    ("n_loads", "loads", ""),
    ("co2e_t", "t", "down"),
    ("mean_on_time_share", "share", "up"),
    ("mean_mass_fill", "share", "up"),
    ("mean_volume_fill", "share", "up"),
    ("saving_share", "share", "up"),
    *((f"mode_tkm_share.{mode}", "share", "") for mode in Mode),
)


def _value(summary: dict[str, object], name: str) -> float | None:
    value: object = summary
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return float(value) if isinstance(value, int | float) else None


def corridor_of(itinerary: Itinerary | None) -> str:
    """Main mode and the borders it passes, such as ``rail over MOHAN-BOTEN-RAIL``."""
    if itinerary is None:
        return UNSERVED
    metres = dict.fromkeys(Mode, 0)
    for leg in itinerary.legs:
        metres[leg.mode] += leg.distance_m
    main = max(Mode, key=lambda mode: metres[mode])
    borders = [
        passage.crossing_id.partition(":")[0] for leg in itinerary.legs for passage in leg.passages
    ]
    over = " and ".join(dict.fromkeys(borders))
    return f"{main.value} over {over}" if over else main.value


def moved_flows(
    base: PlanResult, variant: PlanResult, changes: Sequence[PathChange]
) -> list[MovedFlow]:
    """Changed paths grouped by the corridor they left and the one they took, largest first."""
    old = {one.shipment_id: one for one in base.plan.itineraries}
    new = {one.shipment_id: one for one in variant.plan.itineraries}
    groups: dict[tuple[str, str], list[PathChange]] = {}
    for change in changes:
        name = change.shipment_id
        before = corridor_of(old.get(name)) if name in base.plan.shipments else NOT_ASKED
        after = corridor_of(new.get(name)) if name in variant.plan.shipments else NOT_ASKED
        if before != after:
            groups.setdefault((before, after), []).append(change)
    shipments = {**base.plan.shipments, **variant.plan.shipments}
    flows = [
        MovedFlow(
            from_corridor=before,
            to_corridor=after,
            shipment_ids=tuple(change.shipment_id for change in group),
            gross_kg=sum(shipments[change.shipment_id].gross_kg for change in group),
            cost_change_fen=sum(change.cost_change_fen for change in group),
            reasons=tuple(_reasons(group)),
        )
        for (before, after), group in groups.items()
    ]
    return sorted(flows, key=lambda flow: (-flow.gross_kg, flow.from_corridor, flow.to_corridor))


def _reasons(group: Sequence[PathChange]) -> list[Reason]:
    found: dict[tuple[str, str], list[PathChange]] = {}
    for change in group:
        found.setdefault((change.code, change.resource), []).append(change)
    reasons = [
        Reason(
            code=code,
            resource=resource,
            text=members[0].why,
            shipment_ids=tuple(change.shipment_id for change in members),
        )
        for (code, resource), members in found.items()
    ]
    return sorted(
        reasons, key=lambda reason: (-len(reason.shipment_ids), reason.code, reason.resource)
    )
