"""Where a person's plan goes: places, borders, and the stops at which a shipment may clear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.costs.events import n_own_units
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place, Shipment
from optimizer.network.clearances import clearance_min as row_min
from optimizer.network.network import Network
from optimizer.network.timetable import crosses_border
from optimizer.replan.hand_legs import LegMaker
from optimizer.replan.hand_plan import HandPlan, HandRide, HandWay


class Places:
    """Look-ups over a person's plan on a network."""

    def __init__(self, network: Network, hand: HandPlan, maker: LegMaker) -> None:
        self._network = network
        self._data = network.data
        self._hand = hand
        self._maker = maker
        self._hand_loads = {load.load_id: load for load in hand.loads}
        self._planned_min = network.minute(hand.planned_at)

    def clearing_stops(self, way: HandWay) -> tuple[list[int], list[int]]:
        """Stops at which a way may be cleared for export and for import; -1: nowhere."""
        shipment = self._hand.shipments[way.shipment_id]
        if not self.is_international(shipment):
            return [-1], [-1]
        crossing = [at for at, step in enumerate(way.steps) if self._crosses(step, shipment)]
        labels = self.labels(way)
        if not crossing:
            return [-1], [-1]
        before = range(crossing[0] + 1)
        behind = range(crossing[-1] + 1, len(labels))
        return (
            self._possible(shipment, labels, before, "export", way.export_at),
            self._possible(shipment, labels, behind, "import", way.import_at),
        )

    def _possible(
        self,
        shipment: Shipment,
        labels: Sequence[str],
        stops: Iterable[int],
        direction: str,
        at: str,
    ) -> list[int]:
        data = self._data
        end = shipment.origin if direction == "export" else shipment.destination
        home = data.territory(end.country)
        inside = [
            stop
            for stop in stops
            if labels[stop] in data.facilities
            and data.territory(data.facilities[labels[stop]].country) == home
            and self.clearance_min(labels[stop], direction, shipment) >= 0
        ]
        stated = [stop for stop in inside if labels[stop] == at]
        offered = [
            stop
            for stop in inside
            if shipment.customs_mode in data.facilities[labels[stop]].customs_modes
        ]
        return stated or offered or inside or [-1]

    def clearance_min(self, facility_id: str, direction: str, shipment: Shipment) -> int:
        """Minutes of clearance at a facility, -1 where no row covers it (rule T7)."""
        return row_min(
            self._network.clearance_rows,
            self._data.facilities[facility_id].country,
            direction,
            shipment.customs_mode,
            self._hand.planning_quantile,
        )

    def _crosses(self, step: HandRide | str, shipment: Shipment) -> bool:
        rides = self._hand_loads[step].rides if isinstance(step, str) else (step,)
        return any(self._ride_crosses(ride, shipment) for ride in rides)

    def _ride_crosses(self, ride: HandRide, shipment: Shipment) -> bool:
        if not ride.ref:
            ends = self.place(ride.from_id, shipment), self.place(ride.to_id, shipment)
            return self._data.territory(ends[0].country) != self._data.territory(ends[1].country)
        n_crossings = len(self._maker.crossing_ids(ride))
        return crosses_border(self._data, (ride.from_id, ride.to_id), n_crossings)

    def labels(self, way: HandWay) -> list[str]:
        """Where a shipment is before, between and after its steps."""
        steps = [
            self._hand_loads[step].rides if isinstance(step, str) else (step,) for step in way.steps
        ]
        return [*(rides[0].from_id for rides in steps), steps[-1][-1].to_id]

    def n_units(self, ride: HandRide, shipment: Shipment) -> int:
        """Load units of a ride: as stated, else as many as the shipment fills."""
        if ride.load_unit == LOOSE:
            return 0
        if ride.n_units is not None:
            return ride.n_units
        unit = self._data.load_units[ride.load_unit]
        return max(1, n_own_units(unit, shipment.gross_kg, shipment.volume_dm3))

    def booked_min(self, shipment: Shipment) -> int:
        """When a shipment is booked: not before the plan is decided."""
        return max(self._planned_min, self._network.minute(shipment.booked_at))

    def is_international(self, shipment: Shipment) -> bool:
        """Whether it leaves its customs territory."""
        territory = self._data.territory
        return territory(shipment.origin.country) != territory(shipment.destination.country)

    def facility(self, facility_id: str) -> Place:
        """A facility as a place."""
        one = self._data.facilities[facility_id]
        return Place(facility_id=facility_id, lat=one.lat, lon=one.lon, country=one.country)

    def place(self, label: str, shipment: Shipment) -> Place:
        """A facility, or one of the ends of a shipment."""
        if label in self._data.facilities:
            return self.facility(label)
        return shipment.origin if label == shipment.origin.label else shipment.destination
