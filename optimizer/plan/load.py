"""Lane departures, and the loads that ride on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.plan.itinerary import Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneDeparture:
    """
    One complete movement of one load unit between two consolidating facilities.

    Parameters
    ----------
    bucket
        Same legs and pool, whatever the load-unit type: shipments of a bucket may share units.
    customs_pool, cargo_pool
        Who may share.
    closes_min
        Latest presence of a shipment at ``from_id``, cleared for export: before stuffing and the
        cut-offs of the first leg.
    released_min
        When its contents are available at ``to_id``: after stripping, before import clearance.
    cost_lines_fen
        Of one load unit, whole lane.
    draws
        ``(resource_id, amount)`` of one load unit: ``svc:<service>:<voyage>:<hop>:teu|kg|pos``
        (hop = call position it leaves from), ``quota:<lane>:<local date>``,
        ``border:<crossing>:<local date>``. Mass on ``kg`` resources is drawn by the shipments, not
        here.
    co2e_g_per_t
        Grams per tonne carried, whole lane.
    """

    lane_id: str
    bucket: str
    from_id: str
    to_id: str
    load_unit: str
    customs_pool: str
    cargo_pool: str
    legs: tuple[Leg, ...]
    closes_min: int
    released_min: int
    payload_kg: int
    usable_dm3: int
    cost_lines_fen: dict[str, int]
    draws: tuple[tuple[str, int], ...]
    co2e_g_per_t: float

    @property
    def cost_fen(self) -> int:
        """Cost of one load unit."""
        return sum(self.cost_lines_fen.values())

    @property
    def crossing_ids(self) -> frozenset[str]:
        """All crossings on the way."""
        return frozenset(p.crossing_id for leg in self.legs for p in leg.passages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A shipment, or a part of one that is larger than a unit, in a load."""

    shipment_id: str
    gross_kg: int
    volume_dm3: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """
    One physical load unit on one lane departure, and what rides in it.

    Parameters
    ----------
    lane_id
        The lane departure; equal for all its loads, whatever their load-unit types.
    """

    load_id: str
    lane_id: str
    from_id: str
    to_id: str
    load_unit: str
    customs_pool: str
    cargo_pool: str
    legs: tuple[Leg, ...]
    closes_min: int
    released_min: int
    payload_kg: int
    usable_dm3: int
    contents: tuple[Content, ...]
    cost_lines_fen: dict[str, int] = field(default_factory=dict[str, int])
    co2e_g: int = 0

    @property
    def cost_fen(self) -> int:
        """Cost of the load unit, whole lane."""
        return sum(self.cost_lines_fen.values())

    @property
    def gross_kg(self) -> int:
        """Mass inside."""
        return sum(content.gross_kg for content in self.contents)

    @property
    def volume_dm3(self) -> int:
        """Volume inside."""
        return sum(content.volume_dm3 for content in self.contents)
