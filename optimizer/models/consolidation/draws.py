"""What single itineraries and shipments draw on shared resources: rules R1 to R3."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Shipment
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary, Leg, LegKind
from optimizer.units import TEU_C


def _hops(leg: Leg) -> list[str]:
    return [f"svc:{leg.ref}:{leg.voyage_on}:{hop}" for hop in range(leg.from_call, leg.to_call)]


def mass_draws(data: NetworkData, legs: Sequence[Leg]) -> tuple[str, ...]:
    """Resources on which each shipment of a load draws its gross mass, kg."""
    return tuple(
        f"{hop}:kg"
        for leg in legs
        if leg.kind is LegKind.SERVICE and data.services[leg.ref].allotment_kg > 0
        for hop in _hops(leg)
    )


def loose_teu_c(data: NetworkData, gross_kg: int, volume_dm3: int) -> int:
    """Hundredths of a TEU that loose cargo takes on a train, rounded up."""
    by_volume = -(-TEU_C * volume_dm3 // int(data.parameters["loose_teu_dm3"]))
    by_mass = -(-TEU_C * gross_kg // int(data.parameters["loose_teu_kg"]))
    return max(by_volume, by_mass)


def itinerary_draws(network: Network, itinerary: Itinerary, shipment: Shipment) -> dict[str, int]:
    """What a shipment that travels alone draws, resource id -> amount."""
    data = network.data
    drawn: dict[str, int] = defaultdict(int)
    for leg in itinerary.legs:
        if leg.kind is LegKind.SERVICE:
            service = data.services[leg.ref]
            unit = data.load_units.get(leg.load_unit)
            for hop in _hops(leg):
                if service.allotment_teu_c:
                    drawn[f"{hop}:teu"] += (
                        loose_teu_c(data, shipment.gross_kg, shipment.volume_dm3)
                        if unit is None
                        else unit.teu_c * leg.n_units
                    )
                if service.allotment_kg:
                    drawn[f"{hop}:kg"] += shipment.gross_kg
                if service.allotment_positions and unit is not None:
                    drawn[f"{hop}:pos"] += unit.positions * leg.n_units
        elif leg.kind is LegKind.TRUCK and leg.load_unit != LOOSE:
            lane = data.truck_lanes[leg.ref]
            if lane.quota_per_day:
                zone = data.facilities[leg.from_id].timezone
                on = network.local_date(zone, leg.departs_min)
                drawn[f"quota:{lane.lane_id}:{on}"] += leg.n_units
            for passage in leg.passages:
                zone = data.crossings[passage.crossing_id].timezone
                on = network.local_date(zone, passage.enters_min)
                drawn[f"border:{passage.crossing_id}:{on}"] += leg.n_units
    return dict(drawn)
