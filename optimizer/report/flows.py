"""Movements of a plan added up by relation, with the way they take: for the map and for GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import asin, atan2, ceil, cos, degrees, radians, sin, sqrt

from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.plan.itinerary import Leg
from optimizer.plan.plan import Plan
from optimizer.report.places import EARTH_RADIUS_M, Gazetteer, haversine_m
from optimizer.report.tables import mode_key

_ARC_STEP_M = 150_000.0


@dataclass(slots=True, kw_only=True)
class Flow:
    """
    All movements with one mode from one place to another on one way.

    Parameters
    ----------
    nodes
        Labels on the way: facilities at which the service calls, crossings, both ends.
    teu_c
        Hundredths of a TEU, by what the load unit takes on a train; loose cargo by mass or volume.
    co2e_g, cost_fen
        Of what moves here. A shared load is counted once.
    """

    mode: str
    nodes: tuple[str, ...]
    gross_kg: int = 0
    teu_c: int = 0
    cost_fen: int = 0
    co2e_g: int = 0
    distance_m: int = 0
    refs: set[str] = field(default_factory=set)
    shipment_ids: set[str] = field(default_factory=set)
    departures: set[tuple[str, int]] = field(default_factory=set)


def nodes_of(leg: Leg, data: NetworkData) -> tuple[str, ...]:
    """
    Labels of the places a leg passes in order: calls of the service, and crossings on the ground.

    In the air a border is a matter of customs, not a place on the way.
    """
    nodes = [leg.from_id]
    on_ground = leg.mode is not Mode.AIR
    service = data.services.get(leg.ref)
    lane = data.truck_lanes.get(leg.ref)
    if service is not None and 0 <= leg.from_call < leg.to_call < len(service.calls):
        for call in service.calls[leg.from_call + 1 : leg.to_call + 1]:
            nodes.extend(s.crossing_id for s in call.sections if s.crossing_id and on_ground)
            nodes.append(call.facility_id)
    elif lane is not None:
        nodes.extend(s.crossing_id for s in lane.sections if s.crossing_id)
        nodes.append(leg.to_id)
    else:
        nodes.extend(passage.crossing_id for passage in leg.passages if on_ground)
        nodes.append(leg.to_id)
    return tuple(nodes)


def flows(plan: Plan, data: NetworkData) -> tuple[Flow, ...]:
    """Movements of all loads and all own legs, largest mass first."""
    found: dict[tuple[str, tuple[str, ...]], Flow] = {}

    def flow_of(leg: Leg) -> Flow:
        key = (mode_key(leg), nodes_of(leg, data))
        flow = found.setdefault(key, Flow(mode=key[0], nodes=key[1]))
        flow.cost_fen += leg.cost_fen
        flow.co2e_g += leg.co2e_g
        flow.distance_m = max(flow.distance_m, leg.distance_m)
        flow.departures.add((leg.ref, leg.departs_min))
        if leg.ref:
            flow.refs.add(leg.ref)
        return flow

    for load in plan.loads:
        for leg in load.legs:
            flow = flow_of(leg)
            flow.gross_kg += load.gross_kg
            flow.teu_c += data.load_units[load.load_unit].teu_c
            flow.shipment_ids.update(content.shipment_id for content in load.contents)
    for itinerary in plan.itineraries:
        shipment = plan.shipments[itinerary.shipment_id]
        for leg in itinerary.legs:
            if leg.load_id:
                continue
            flow = flow_of(leg)
            flow.gross_kg += shipment.gross_kg
            flow.teu_c += _own_teu_c(leg, shipment.gross_kg, shipment.volume_dm3, data)
            flow.shipment_ids.add(shipment.shipment_id)
    return tuple(sorted(found.values(), key=lambda flow: (-flow.gross_kg, flow.nodes)))


def _own_teu_c(leg: Leg, gross_kg: int, volume_dm3: int, data: NetworkData) -> int:
    if leg.load_unit != LOOSE:
        return data.load_units[leg.load_unit].teu_c * leg.n_units
    by_volume = volume_dm3 / data.parameters.get("loose_teu_dm3", 33_000.0)
    by_mass = gross_kg / data.parameters.get("loose_teu_kg", 21_700.0)
    return ceil(100 * max(by_volume, by_mass))


def great_circle(
    start: tuple[float, float], end: tuple[float, float], step_m: float = _ARC_STEP_M
) -> list[tuple[float, float]]:
    """Points ``(lon, lat)`` in degrees along the shortest way, ends included."""
    distance_m = haversine_m(start[1], start[0], end[1], end[0])
    if distance_m < step_m:
        return [start, end]
    angle = distance_m / EARTH_RADIUS_M
    lon1, lat1, lon2, lat2 = (radians(value) for value in (*start, *end))
    points = []
    n_steps = ceil(distance_m / step_m)
    for i in range(n_steps + 1):
        a = sin((1 - i / n_steps) * angle) / sin(angle)
        b = sin(i / n_steps * angle) / sin(angle)
        x = a * cos(lat1) * cos(lon1) + b * cos(lat2) * cos(lon2)
        y = a * cos(lat1) * sin(lon1) + b * cos(lat2) * sin(lon2)
        z = a * sin(lat1) + b * sin(lat2)
        points.append((degrees(atan2(y, x)), degrees(asin(z / sqrt(x * x + y * y + z * z)))))
    return [start, *points[1:-1], end]


def way(mode: str, nodes: tuple[str, ...], places: Gazetteer) -> list[tuple[float, float]]:
    """Line ``(lon, lat)`` of a movement: through its nodes, in the air along great circles."""
    spots = [places.spot(node) for node in nodes]
    points = [(spot.lon, spot.lat) for spot in spots]
    if mode != "air":
        return points
    line = points[:1]
    for start, end in pairwise(points):
        line.extend(great_circle(start, end)[1:])
    return line
