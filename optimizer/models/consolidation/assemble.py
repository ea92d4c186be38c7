"""From the solution of the array problem back to itineraries and loads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place, Shipment
from optimizer.errors import ModelError
from optimizer.models.consolidation.columns import ColumnSet
from optimizer.models.consolidation.meter import Meter
from optimizer.models.consolidation.problem import UNSERVED
from optimizer.models.consolidation.solution import Solution
from optimizer.models.consolidation.ways import ConnectorLeg, Way
from optimizer.network.network import Network
from optimizer.plan.itinerary import ClearanceEvent, Itinerary, Leg, LegKind, StorageEvent
from optimizer.plan.load import Content, LaneDeparture, Load


def assemble(
    network: Network,
    column_set: ColumnSet,
    solution: Solution,
    *,
    connector_leg: ConnectorLeg,
) -> tuple[list[Itinerary], list[Load], list[str]]:
    """
    Turn a solution into itineraries and loads.

    Returns
    -------
    itineraries, loads, unserved
        One itinerary per served shipment, in shipment order; loads numbered by departure;
        ids of the shipments that are not served.

    Raises
    ------
    ModelError
        The rebuilt costs differ from the column's: a defect of the model.
    """
    meter = Meter(network.data)
    loads = _loads(meter, column_set, solution)
    load_of: dict[tuple[str, str], Load] = {}
    for bucket_load, bucket_name in loads:
        for content in bucket_load.contents:
            load_of.setdefault((content.shipment_id, bucket_name), bucket_load)
    itineraries: list[Itinerary] = []
    unserved: list[str] = []
    for shipment, column_index in zip(column_set.shipments, solution.column, strict=True):
        if int(column_index) == UNSERVED:
            unserved.append(shipment.shipment_id)
            continue
        column = column_set.columns[int(column_index)]
        if column.itinerary is not None:
            itineraries.append(column.itinerary)
            continue
        assert column.way is not None  # noqa: S101  (a column is one or the other)
        ridden = [
            load_of[shipment.shipment_id, column_set.buckets[index].name]
            for index in column.buckets
        ]
        itinerary = shared_itinerary(
            network,
            shipment,
            column.way,
            loads=ridden,
            connector_leg=connector_leg,
            meter=meter,
        )
        if itinerary.own_cost_fen != column.way.own_cost_fen:
            raise ModelError(
                f"M602 {shipment.shipment_id} costs {itinerary.own_cost_fen} fen rebuilt, "
                f"{column.way.own_cost_fen} fen in the model"
            )
        itineraries.append(itinerary)
    return itineraries, [load for load, _ in loads], unserved


def _loads(meter: Meter, column_set: ColumnSet, solution: Solution) -> list[tuple[Load, str]]:
    """Loads with the name of their bucket, by departure."""
    units = sorted(
        solution.loads,
        key=lambda unit: (
            column_set.options[unit.option].legs[0].departs_min,
            column_set.options[unit.option].bucket,
            column_set.options[unit.option].load_unit,
        ),
    )
    loads: list[tuple[Load, str]] = []
    for number, unit in enumerate(units, start=1):
        lane = column_set.options[unit.option]
        contents = tuple(
            Content(
                shipment_id=column_set.shipments[k].shipment_id,
                gross_kg=int(kg),
                volume_dm3=int(dm3),
            )
            for k, kg, dm3 in sorted(unit.parts)
        )
        load = load_of(meter, lane, contents, f"L{number:04d}")
        loads.append((load, lane.bucket))
    return loads


def load_of(meter: Meter, lane: LaneDeparture, contents: tuple[Content, ...], load_id: str) -> Load:
    """One load unit of a lane departure with its contents; its legs carry its id."""
    legs = tuple(
        replace(
            leg,
            load_id=load_id,
            co2e_g=sum(meter.grams(leg, content.gross_kg) for content in contents),
        )
        for leg in lane.legs
    )
    return Load(
        load_id=load_id,
        lane_id=lane.bucket,
        from_id=lane.from_id,
        to_id=lane.to_id,
        load_unit=lane.load_unit,
        customs_pool=lane.customs_pool,
        cargo_pool=lane.cargo_pool,
        legs=legs,
        closes_min=lane.closes_min,
        released_min=lane.released_min,
        payload_kg=lane.payload_kg,
        usable_dm3=lane.usable_dm3,
        contents=contents,
        cost_lines_fen=dict(lane.cost_lines_fen),
        co2e_g=sum(leg.co2e_g for leg in legs),
    )


def shared_itinerary(
    network: Network,
    shipment: Shipment,
    way: Way,
    *,
    loads: Iterable[Load],
    connector_leg: ConnectorLeg,
    meter: Meter,
) -> Itinerary:
    """The itinerary of a way through loads, in the order in which it rides in them."""
    legs: list[Leg] = []
    if way.access.leg is not None:
        legs.append(
            _moved(network, shipment, way.access.leg, way.departs_min, connector_leg, is_last=False)
        )
    for load in loads:
        legs.extend(
            replace(leg, cost_lines_fen={}, co2e_g=meter.grams(leg, shipment.gross_kg))
            for leg in load.legs
        )
    cleared_min = way.chain[-1].released_min + way.import_min
    if way.egress.leg is not None:
        legs.append(
            _moved(network, shipment, way.egress.leg, cleared_min, connector_leg, is_last=True)
        )
    return Itinerary(
        shipment_id=shipment.shipment_id,
        legs=tuple(legs),
        clearances=_clearances(network.data, shipment, way),
        storages=tuple(
            StorageEvent(facility_id=at, from_min=start, until_min=until, cost_fen=fen)
            for at, start, until, fen in way.storages
            if fen
        ),
        cost_lines_fen=_cost_lines(way, legs),
        delivered_min=way.delivered_min,
        lateness_min=way.lateness_min,
        co2e_g=sum(leg.co2e_g for leg in legs),
    )


def _cost_lines(way: Way, legs: Iterable[Leg]) -> dict[str, int]:
    """What the shipment pays itself, by cause."""
    lines: dict[str, int] = defaultdict(int)
    for leg in legs:
        for key, fen in leg.cost_lines_fen.items():
            lines[key] += fen
    for key, fen in (
        ("stuffing", way.stuffing_fen),
        ("storage", way.storage_fen),
        ("customs", way.customs_fen),
        ("inspection", way.inspection_fen),
        ("lateness", way.lateness_fen),
        ("carbon", way.carbon_fen),
    ):
        if fen:
            lines[key] += fen
    return dict(lines)


def _clearances(data: NetworkData, shipment: Shipment, way: Way) -> tuple[ClearanceEvent, ...]:
    """Export at the first hub and import at the last, unless it stays inside a territory."""
    ends = shipment.origin.country, shipment.destination.country
    if data.territory(ends[0]) == data.territory(ends[1]):
        return ()
    released_min = way.chain[-1].released_min
    return (
        ClearanceEvent(
            facility_id=way.access.hub_id,
            direction="export",
            starts_min=way.accepted_min,
            ends_min=way.accepted_min + way.export_min,
        ),
        ClearanceEvent(
            facility_id=way.egress.hub_id,
            direction="import",
            starts_min=released_min,
            ends_min=released_min + way.import_min,
        ),
    )


def _moved(
    network: Network,
    shipment: Shipment,
    template: Leg,
    departs_min: int,
    connector_leg: ConnectorLeg,
    *,
    is_last: bool,
) -> Leg:
    """The connector of a template, at another time."""
    hub_id = template.from_id if is_last else template.to_id
    hub = network.data.facilities[hub_id]
    hub_place = Place(facility_id=hub_id, lat=hub.lat, lon=hub.lon, country=hub.country)
    ends = (shipment.origin, hub_place) if not is_last else (hub_place, shipment.destination)
    leg = connector_leg(
        network,
        *ends,
        departs_min=departs_min,
        gross_kg=shipment.gross_kg,
        volume_dm3=shipment.volume_dm3,
        load_unit=template.load_unit,
        n_units=template.n_units,
    )
    if leg is None:
        raise ModelError(f"M603 the connector {template.from_id} - {template.to_id} has vanished")
    assert leg.kind is LegKind.CONNECTOR  # noqa: S101
    return leg
