"""Border crossings that a plan uses, as rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.domain.border import Crossing
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.plan.itinerary import Leg
from optimizer.plan.plan import Plan


@dataclass(slots=True, kw_only=True)
class CrossingRow:
    """
    What passes one crossing in one direction.

    Parameters
    ----------
    n_units
        Load units; loose consignments are not counted.
    """

    crossing: Crossing
    gross_kg: int = 0
    n_units: int = 0
    shipment_ids: set[str] = field(default_factory=set)


def crossing_rows(plan: Plan, data: NetworkData) -> tuple[CrossingRow, ...]:
    """Crossings on the ground, heaviest first."""
    rows: dict[str, CrossingRow] = {}

    def add(leg: Leg, gross_kg: int, n_units: int, shipment_ids: set[str]) -> None:
        for passage in leg.passages:
            crossing = data.crossings[passage.crossing_id]
            if crossing.mode is Mode.AIR:
                continue
            row = rows.setdefault(passage.crossing_id, CrossingRow(crossing=crossing))
            row.gross_kg += gross_kg
            row.n_units += n_units
            row.shipment_ids |= shipment_ids

    for load in plan.loads:
        ids = {content.shipment_id for content in load.contents}
        for leg in load.legs:
            add(leg, load.gross_kg, 1, ids)
    for itinerary in plan.itineraries:
        gross_kg = plan.shipments[itinerary.shipment_id].gross_kg
        for leg in itinerary.legs:
            if not leg.load_id:
                add(leg, gross_kg, leg.n_units, {itinerary.shipment_id})
    return tuple(sorted(rows.values(), key=lambda row: (-row.gross_kg, row.crossing.crossing_id)))
