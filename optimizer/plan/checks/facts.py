"""A plan held against the network: what each leg, ride and stop of it refers to."""

from __future__ import annotations

from optimizer.costs.rating import Carriage
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Section, Service, TruckLane
from optimizer.domain.shipment import Place, Shipment
from optimizer.plan.checks.clock import Clock
from optimizer.plan.checks.parts import End, Move, Ride, Stop, Way
from optimizer.plan.checks.roads import RoadFacts
from optimizer.plan.itinerary import ClearanceEvent, Itinerary, Leg, LegKind
from optimizer.plan.plan import Plan


class Facts:
    """Look-ups over one plan and the network it was made for."""

    def __init__(self, data: NetworkData, plan: Plan) -> None:
        self.data = data
        self.plan = plan
        self.clock = Clock(plan.epoch_at)
        self.roads = RoadFacts(data.roads, data.parameters)
        self.loads = {load.load_id: load for load in plan.loads}

    def end(self, label: str, shipment: Shipment | None) -> End | None:
        """Facility of that id, or the origin or destination of the shipment."""
        facility = self.data.facilities.get(label)
        if facility is not None:
            return End(
                label=label,
                facility=facility,
                lat=facility.lat,
                lon=facility.lon,
                country=facility.country,
            )
        points: tuple[Place, ...] = (shipment.origin, shipment.destination) if shipment else ()
        for place in points:
            if not place.facility_id and place.label == label:
                return End(
                    label=label, facility=None, lat=place.lat, lon=place.lon, country=place.country
                )
        return None

    def way(self, leg: Leg, shipment: Shipment | None) -> Way | str:
        """The way of a leg, or the code of what is wrong with it."""
        origin, destination = self.end(leg.from_id, shipment), self.end(leg.to_id, shipment)
        if origin is None or destination is None:
            return "P702"
        if leg.kind is LegKind.CONNECTOR:
            return self._connector_way(leg, origin, destination)
        if leg.kind is LegKind.TRUCK:
            return self._truck_way(leg, origin, destination)
        return self._service_way(leg, origin, destination)

    def _connector_way(self, leg: Leg, origin: End, destination: End) -> Way | str:
        known = origin.facility or destination.facility
        if leg.ref:
            return "P739"
        if known is None:
            return "P747"
        return self._way(Mode.ROAD, None, (origin, destination), (), known.timezone)

    def _truck_way(self, leg: Leg, origin: End, destination: End) -> Way | str:
        lane = self.data.truck_lanes.get(leg.ref)
        if lane is None:
            return "P702"
        if origin.facility is None or (leg.from_id, leg.to_id) != (
            lane.from_facility_id,
            lane.to_facility_id,
        ):
            return "P739"
        ends, timezone = (origin, destination), origin.facility.timezone
        return self._way(Mode.ROAD, lane, ends, lane.sections, timezone)

    def _service_way(self, leg: Leg, origin: End, destination: End) -> Way | str:
        service = self.data.services.get(leg.ref)
        if service is None:
            return "P702"
        if origin.facility is None or not _rides_calls(leg, service):
            return "P739"
        calls = service.calls[leg.from_call + 1 : leg.to_call + 1]
        sections = tuple(section for call in calls for section in call.sections)
        ends, timezone = (origin, destination), origin.facility.timezone
        return self._way(service.mode, service, ends, sections, timezone)

    def _way(
        self,
        mode: Mode,
        product: Service | TruckLane | None,
        ends: tuple[End, End],
        sections: tuple[Section, ...],
        timezone: str,
    ) -> Way | str:
        ids = [section.crossing_id for section in sections if section.crossing_id]
        if any(crossing_id not in self.data.crossings for crossing_id in ids):
            return "P702"
        territories = {self.data.territory(end.country) for end in ends}
        return Way(
            mode=mode,
            product=product,
            origin=ends[0],
            destination=ends[1],
            sections=sections,
            crossings=tuple(self.data.crossings[crossing_id] for crossing_id in ids),
            timezone=timezone,
            crosses_border=bool(ids) or len(territories) > 1,
        )

    def is_international(self, shipment: Shipment) -> bool:
        """Whether origin and destination lie in different customs territories."""
        return self.data.territory(shipment.origin.country) != self.data.territory(
            shipment.destination.country
        )

    def served(self) -> list[tuple[Itinerary, Shipment]]:
        """Itineraries of known shipments that have legs."""
        return [
            (itinerary, self.plan.shipments[itinerary.shipment_id])
            for itinerary in self.plan.itineraries
            if itinerary.shipment_id in self.plan.shipments and itinerary.legs
        ]

    def rides(self, itinerary: Itinerary) -> list[Ride]:
        """The legs of an itinerary, those in one load together."""
        rides: list[Ride] = []
        first = 0
        for position in range(1, len(itinerary.legs) + 1):
            load_id = itinerary.legs[first].load_id
            if (
                position < len(itinerary.legs)
                and load_id
                and itinerary.legs[position].load_id == load_id
            ):
                continue
            legs = itinerary.legs[first:position]
            rides.append(Ride(first=first, legs=legs, load=self.loads.get(load_id)))
            first = position
        return rides

    def stops(self, itinerary: Itinerary, shipment: Shipment, rides: list[Ride]) -> list[Stop]:
        """Where the shipment is before, between and after its rides: one more than rides."""
        labels = [ride.legs[0].from_id for ride in rides] + [rides[-1].legs[-1].to_id]
        available = [self.clock.minute(shipment.ready_at), *(r.available_min for r in rides)]
        held: list[list[ClearanceEvent]] = [[] for _ in labels]
        for event in itinerary.clearances:
            here = [n for n, label in enumerate(labels) if label == event.facility_id]
            # A place that is passed twice clears at the last visit that began before.
            begun = [n for n in here if available[n] <= event.starts_min]
            if here:
                held[begun[-1] if begun else here[0]].append(event)
        return [
            Stop(
                label=label,
                available_min=available[n],
                ready_min=max([available[n], *(event.ends_min for event in held[n])]),
                clearances=tuple(held[n]),
            )
            for n, label in enumerate(labels)
        ]

    def moves(self) -> list[Move]:
        """All legs that are paid, with their ways; legs that make no sense are left out."""
        moves: list[Move] = []
        for itinerary, shipment in self.served():
            for position, leg in enumerate(itinerary.legs):
                way = self.way(leg, shipment)
                if not leg.load_id and isinstance(way, Way):
                    where = f"shipment {shipment.shipment_id} leg {position}"
                    moves.append(Move(where=where, leg=leg, way=way, shipment=shipment, load=None))
        for load in self.plan.loads:
            for position, leg in enumerate(load.legs):
                way = self.way(leg, None)
                if isinstance(way, Way):
                    where = f"load {load.load_id} leg {position}"
                    moves.append(Move(where=where, leg=leg, way=way, shipment=None, load=load))
        return moves


def carriage(facts: Facts, move: Move) -> Carriage:
    """What the price of a leg depends on."""
    way = move.way
    return Carriage(
        mode=way.mode,
        ref=move.leg.ref,
        country=way.origin.country,
        distance_m=move.leg.distance_m,
        on=facts.clock.local_date(way.timezone, move.leg.departs_min),
        origin=way.origin.facility,
        destination=way.destination.facility,
        crossings=way.crossings,
    )


def _rides_calls(leg: Leg, service: Service) -> bool:
    if leg.voyage_on is None or not 0 <= leg.from_call < leg.to_call < len(service.calls):
        return False
    boards, leaves = service.calls[leg.from_call], service.calls[leg.to_call]
    return (
        (boards.facility_id, leaves.facility_id) == (leg.from_id, leg.to_id)
        and boards.depart_min >= 0
        and leaves.arrive_min >= 0
    )
