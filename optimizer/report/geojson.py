"""A plan as GeoJSON (RFC 7946, WGS-84, longitude first) for any map program."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from optimizer.domain.network_data import NetworkData
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.load import Load
from optimizer.plan.plan import Plan, PlanResult
from optimizer.report.flows import Flow, flows, nodes_of, way
from optimizer.report.places import Gazetteer
from optimizer.report.tables import mode_key

_DIGITS = 5
"""Decimals of a degree that are kept, about one metre."""

Feature = dict[str, object]


def write_geojson(result: PlanResult, data: NetworkData, path: Path) -> None:
    """
    Write facilities, flows and loads of a plan as one feature collection.

    ``layer`` tells features apart: ``facility`` and ``crossing`` (points), ``flow`` (one line per
    mode and way), ``load`` (one multi-line per shared load unit, a line per leg). Air legs follow
    the great circle.

    Parameters
    ----------
    path
        File to write; its folder must exist.

    Raises
    ------
    OSError
        The file cannot be written.
    KeyError
        The plan names something that the data does not have.
    """
    collection = feature_collection(result.plan, data)
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def feature_collection(plan: Plan, data: NetworkData) -> dict[str, object]:
    """The features of a plan; see :func:`write_geojson`."""
    places = Gazetteer(data, plan.epoch_at)
    moving = flows(plan, data)
    features = [
        *_points(moving, data, places),
        *(_flow(flow, places) for flow in moving),
        *(_load(load, data, places) for load in plan.loads),
    ]
    return {"type": "FeatureCollection", "features": features}


def itinerary_collection(
    itinerary: Itinerary, data: NetworkData, epoch_at: datetime
) -> dict[str, object]:
    """A line for each leg of an itinerary, in their order."""
    places = Gazetteer(data, epoch_at)
    features = [
        _feature(
            "LineString",
            _coordinates(way(mode_key(leg), nodes_of(leg, data), places)),
            {"layer": "leg", "mode": leg.mode.value, "ref": leg.ref, "n": n},
        )
        for n, leg in enumerate(itinerary.legs)
    ]
    return {"type": "FeatureCollection", "features": features}


def _coordinates(points: Iterable[tuple[float, float]]) -> list[list[float]]:
    return [[round(lon, _DIGITS), round(lat, _DIGITS)] for lon, lat in points]


def _feature(kind: str, coordinates: object, properties: dict[str, object]) -> Feature:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _points(moving: tuple[Flow, ...], data: NetworkData, places: Gazetteer) -> Iterable[Feature]:
    mass: dict[str, int] = {}
    for flow in moving:
        for node in flow.nodes:
            mass[node] = mass.get(node, 0) + flow.gross_kg
    for label in sorted(mass):
        spot = places.spot(label)
        properties: dict[str, object] = {
            "layer": spot.kind if spot.kind != "point" else "address",
            "id": label,
            "name_en": spot.name_en,
            "name_zh": spot.name_zh,
            "country": spot.country,
            "passing_t": mass[label] / 1000,
        }
        crossing = data.crossings.get(label)
        if crossing is not None:
            properties["status"] = crossing.status.value
            properties["status_as_of"] = crossing.status_as_of.isoformat()
        yield _feature("Point", _coordinates([(spot.lon, spot.lat)])[0], properties)


def _flow(flow: Flow, places: Gazetteer) -> Feature:
    return _feature(
        "LineString",
        _coordinates(way(flow.mode, flow.nodes, places)),
        {
            "layer": "flow",
            "mode": flow.mode,
            "from_id": flow.nodes[0],
            "to_id": flow.nodes[-1],
            "via": list(flow.nodes[1:-1]),
            "services": sorted(flow.refs),
            "mass_t": flow.gross_kg / 1000,
            "teu": flow.teu_c / 100,
            "cost_cny": flow.cost_fen / 100,
            "co2e_kg": flow.co2e_g / 1000,
            "n_shipments": len(flow.shipment_ids),
            "n_departures": len(flow.departures),
        },
    )


def _load(load: Load, data: NetworkData, places: Gazetteer) -> Feature:
    lines = [_coordinates(way(mode_key(leg), nodes_of(leg, data), places)) for leg in load.legs]
    return _feature(
        "MultiLineString",
        lines,
        {
            "layer": "load",
            "id": load.load_id,
            "from_id": load.from_id,
            "to_id": load.to_id,
            "load_unit": load.load_unit,
            "modes": [mode_key(leg) for leg in load.legs],
            "departs": places.local(load.from_id, load.legs[0].departs_min).isoformat(),
            "arrives": places.local(load.legs[-1].to_id, load.legs[-1].arrives_min).isoformat(),
            "mass_t": load.gross_kg / 1000,
            "volume_m3": load.volume_dm3 / 1000,
            "mass_fill": load.gross_kg / load.payload_kg,
            "volume_fill": load.volume_dm3 / load.usable_dm3,
            "cost_cny": load.cost_fen / 100,
            "shipments": [content.shipment_id for content in load.contents],
        },
    )
