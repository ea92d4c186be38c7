"""From a way that the kernel found to an exact itinerary of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from optimizer.costs.events import carbon_fen, lateness_fen, storage_fen
from optimizer.domain.border import BorderStatus
from optimizer.models.routing.estimates import estimate_refs
from optimizer.models.routing.legs import (
    Rider,
    facility_connector_leg,
    point_leg,
    service_leg,
    truck_leg,
)
from optimizer.models.routing.problem import Product, Request
from optimizer.models.routing.search import Step, Way
from optimizer.network.network import UNREACHED, Network
from optimizer.plan.itinerary import ClearanceEvent, Itinerary, Leg, StorageEvent

EXPORTED, IMPORTED_NOW, DELIVERED = -2, -3, -4
START = -1


MadeLegs = dict[tuple[Product, int, int, int], Leg | None]
"""Legs by product, offer, departure and moment: the ways of a front share most of them."""


def build_itinerary(request: Request, way: Way, made: MadeLegs | None = None) -> Itinerary | None:
    """
    The itinerary of a way, priced exactly.

    Parameters
    ----------
    made
        Legs of other ways of the same request, taken from here and added to it.

    Returns
    -------
    Itinerary or None
        ``None`` in the rare case that a last-mile card holds at the ready date but not on the day.
    """
    shipment = request.shipment
    legs = _legs(request, way, {} if made is None else made)
    if legs is None:
        return None
    clearances = _clearances(request.network, way.steps)
    storages = _storages(request, way, legs, clearances)
    delivered = _delivered(request, legs, clearances)
    lateness = 0 if request.due_min == UNREACHED else max(0, delivered - request.due_min)
    lines: Counter[str] = Counter()
    for leg in legs:
        lines.update(leg.cost_lines_fen)
    lines["storage"] += sum(event.cost_fen for event in storages)
    lines["customs"] += len(clearances) * request.declaration_fen
    lines["inspection"] += _inspections(request, way.steps)
    lines["lateness"] += lateness_fen(lateness, shipment.late_fen_per_hour)
    co2e_g = sum(leg.co2e_g for leg in legs)
    lines["carbon"] += carbon_fen(request.network.data, co2e_g)
    cost_lines = {name: fen for name, fen in lines.items() if fen}
    return Itinerary(
        shipment_id=shipment.shipment_id,
        legs=legs,
        clearances=clearances,
        storages=storages,
        cost_lines_fen=cost_lines,
        delivered_min=delivered,
        lateness_min=lateness,
        co2e_g=co2e_g,
        stand_alone_fen=sum(cost_lines.values()),
        estimate_refs=estimate_refs(request.network, shipment, legs, clearances),
        warnings=crossing_warnings(request.network, legs),
    )


def _legs(request: Request, way: Way, made: MadeLegs) -> tuple[Leg, ...] | None:
    network, shipment = request.network, request.shipment
    rider = Rider(
        product=way.product,
        prices=way.prices,
        gross_kg=shipment.gross_kg,
        volume_dm3=shipment.volume_dm3,
        dwell_min=request.dwell_min,
    )
    parcel = {
        "product": way.product,
        "gross_kg": shipment.gross_kg,
        "volume_dm3": shipment.volume_dm3,
    }
    legs: list[Leg | None] = []
    for step in way.steps:
        if step.made_by == START:
            if not shipment.origin.facility_id:
                legs.append(
                    point_leg(
                        network,
                        shipment.origin,
                        step.node,
                        outbound=False,
                        departs_min=request.ready_min,
                        **parcel,
                    )
                )
        elif step.made_by == DELIVERED:
            if not shipment.destination.facility_id:
                legs.append(
                    point_leg(
                        network,
                        shipment.destination,
                        step.node,
                        outbound=True,
                        departs_min=step.departs_min,
                        **parcel,
                    )
                )
        elif step.made_by >= 0:
            key = (way.product, step.made_by, step.ride, step.departs_min)
            if key not in made:
                made[key] = _offer_leg(network, step, rider)
            legs.append(made[key])
    return None if any(leg is None for leg in legs) else tuple(leg for leg in legs if leg)


def _offer_leg(network: Network, step: Step, rider: Rider) -> Leg | None:
    if step.made_by >= network.connectors.offer_from:
        return facility_connector_leg(network, step.made_by, step.departs_min, rider)
    if step.made_by >= network.trucks.offer_from:
        return truck_leg(network, step.made_by, step.departs_min, rider)
    return service_leg(network, step.made_by, step.ride, rider)


def _clearances(network: Network, steps: Sequence[Step]) -> tuple[ClearanceEvent, ...]:
    return tuple(
        ClearanceEvent(
            facility_id=network.facility_ids[step.node],
            direction="export" if step.made_by == EXPORTED else "import",
            starts_min=step.departs_min,
            ends_min=step.ready_min,
        )
        for step in steps
        if step.made_by in {EXPORTED, IMPORTED_NOW}
    )


def _storages(
    request: Request, way: Way, legs: Sequence[Leg], clearances: Sequence[ClearanceEvent]
) -> tuple[StorageEvent, ...]:
    network, events = request.network, []
    # Before the first leg the goods wait, afterwards what they ride in.
    since, volume_dm3 = request.ready_min, request.shipment.volume_dm3
    cleared_at = {event.facility_id for event in clearances}
    for leg in legs:
        if leg.from_id in network.facility_index:
            facility = network.data.facilities[leg.from_id]
            wait_min = leg.departs_min - since
            cost = storage_fen(facility, wait_min, volume_dm3)
            if cost or (wait_min and leg.from_id not in cleared_at):
                events.append(
                    StorageEvent(
                        facility_id=leg.from_id,
                        from_min=since,
                        until_min=leg.departs_min,
                        cost_fen=cost,
                    )
                )
        since, volume_dm3 = leg.available_min, way.product.storage_dm3
    return tuple(events)


def _delivered(request: Request, legs: Sequence[Leg], clearances: Sequence[ClearanceEvent]) -> int:
    delivered = legs[-1].available_min if legs else request.ready_min
    return max([delivered, *(event.ends_min for event in clearances)])


def _inspections(request: Request, steps: Sequence[Step]) -> int:
    return sum(int(request.inspection_fen[step.made_by]) for step in steps if step.made_by >= 0)


def crossing_warnings(network: Network, legs: Sequence[Leg]) -> tuple[str, ...]:
    """A sentence for each restricted crossing on the way, with the date of its status."""
    warnings: list[str] = []
    for leg in legs:
        for passage in leg.passages:
            crossing = network.data.crossings[passage.crossing_id]
            if crossing.status is BorderStatus.RESTRICTED:
                note = f": {crossing.status_note}" if crossing.status_note else ""
                warnings.append(
                    f"{crossing.crossing_id} is restricted (as of {crossing.status_as_of}){note}"
                )
    return tuple(dict.fromkeys(warnings))
