"""
Ways of one shipment through shared loads: first mile, one to three lane departures, last mile.

A way is priced here without the load units it shares; :mod:`columns` collects ways into the
problem, :mod:`assemble` turns the chosen ones into itineraries. Rules in ``GLOSSARY.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from optimizer.costs.events import (
    carbon_fen,
    declaration_fen,
    inspection_fen,
    lateness_fen,
    storage_fen,
    stuffing_fen,
)
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place, Shipment
from optimizer.domain.tariff import CARBON_PRICE
from optimizer.models.consolidation.meter import Meter
from optimizer.network.clearances import clearance_min
from optimizer.network.network import Network
from optimizer.plan.itinerary import Leg
from optimizer.plan.load import LaneDeparture

ConnectorLeg = Callable[..., Leg | None]
"""``(network, from_place, to_place, *, departs_min, gross_kg, volume_dm3, load_unit, n_units)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    How a shipment reaches a hub from its origin, or its destination from a hub.

    Parameters
    ----------
    leg
        Connector as it would run at the shipment's ready time, or None where the hub is the place
        itself. Its duration and cost do not depend on when it runs.
    """

    hub_id: str
    leg: Leg | None

    @property
    def duration_min(self) -> int:
        """Driving and loading time."""
        return 0 if self.leg is None else self.leg.arrives_min - self.leg.departs_min

    @property
    def cost_fen(self) -> int:
        """Price of the connector."""
        return 0 if self.leg is None else self.leg.cost_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """
    One way of a shipment, timed and priced, without its share of load units.

    Parameters
    ----------
    chain
        One lane departure per bucket ridden in; any load unit of the bucket, they share the legs.
    departs_min
        Start of the first-mile connector; the ready time where there is none.
    accepted_min
        When the cargo is available at the first hub.
    storages
        ``(facility_id, from_min, until_min, cost_fen)``.
    """

    access: Access
    chain: tuple[LaneDeparture, ...]
    egress: Access
    departs_min: int
    accepted_min: int
    export_min: int
    import_min: int
    delivered_min: int
    lateness_min: int
    storages: tuple[tuple[str, int, int, int], ...]
    storage_fen: int
    stuffing_fen: int
    customs_fen: int
    inspection_fen: int
    lateness_fen: int
    carbon_fen: int = 0

    @property
    def own_cost_fen(self) -> int:
        """Everything the shipment pays by itself."""
        return (
            self.access.cost_fen
            + self.egress.cost_fen
            + self.storage_fen
            + self.stuffing_fen
            + self.customs_fen
            + self.inspection_fen
            + self.lateness_fen
            + self.carbon_fen
        )


class WayFinder:
    """
    Prices ways of one shipment.

    Parameters
    ----------
    connector_leg
        Makes a first- or last-mile leg, or None where a connector cannot run.
    quantile
        Planning quantile of clearance times.
    """

    def __init__(
        self,
        network: Network,
        shipment: Shipment,
        hubs: Sequence[str],
        connector_leg: ConnectorLeg,
        quantile: float,
    ) -> None:
        self._network = network
        self._shipment = shipment
        self._connector_leg = connector_leg
        self.ready_min = network.minute(shipment.ready_at)
        self.due_min = None if shipment.due_at is None else network.minute(shipment.due_at)
        self.latest_min = None if shipment.latest_at is None else network.minute(shipment.latest_at)
        data = network.data
        self.is_cleared = data.territory(shipment.origin.country) != data.territory(
            shipment.destination.country
        )
        mode = data.customs_modes[shipment.customs_mode]
        self.customs_pool = mode.pool
        self.cargo_pool = data.cargo_classes[shipment.cargo_class].pool
        usable = [hub for hub in hubs if not self.is_cleared or self._offers(hub)]
        self.accesses = {
            hub: access for hub in usable if (access := self._access(hub, inbound=True)) is not None
        }
        self.egresses = {
            hub: access
            for hub in usable
            if (access := self._access(hub, inbound=False)) is not None
        }
        fee_fen = declaration_fen(data, shipment.customs_mode)
        self._customs_fen = 2 * fee_fen if self.is_cleared else 0
        self._inspection_fen = inspection_fen(data, shipment.credit_class)
        self._export_min = {hub: self._clearance(hub, "export", quantile) for hub in self.accesses}
        self._import_min = {hub: self._clearance(hub, "import", quantile) for hub in self.egresses}
        # Nobody clears there: no row of the data covers the country and mode.
        self.accesses = {h: a for h, a in self.accesses.items() if self._export_min[h] >= 0}
        self.egresses = {h: a for h, a in self.egresses.items() if self._import_min[h] >= 0}
        # Without a price on it nobody asks for the CO2e of every way.
        self._meter = Meter(data) if data.parameters.get(CARBON_PRICE) else None
        self._inspection = lru_cache(maxsize=None)(self._inspection_of)
        self._stuffing = lru_cache(maxsize=None)(self._stuffing_of)

    def _offers(self, hub: str) -> bool:
        return self._shipment.customs_mode in self._network.data.facilities[hub].customs_modes

    def _clearance(self, hub: str, direction: str, quantile: float) -> int:
        if not self.is_cleared:
            return 0
        facility = self._network.data.facilities[hub]
        return clearance_min(
            self._network.clearance_rows,
            facility.country,
            direction,
            self._shipment.customs_mode,
            quantile,
        )

    def _access(self, hub: str, *, inbound: bool) -> Access | None:
        """The cheapest connector between the shipment's place and a hub, loose or in own trucks."""
        place = self._shipment.origin if inbound else self._shipment.destination
        if place.facility_id == hub:
            return Access(hub_id=hub, leg=None)
        facility = self._network.data.facilities[hub]
        if facility.country != place.country:
            return None
        hub_place = Place(
            facility_id=hub, lat=facility.lat, lon=facility.lon, country=facility.country
        )
        ends = (place, hub_place) if inbound else (hub_place, place)
        legs = [self._leg(*ends, unit, n) for unit, n in self._vehicles()]
        found = [leg for leg in legs if leg is not None]
        if not found:
            return None
        return Access(hub_id=hub, leg=min(found, key=lambda leg: (leg.cost_fen, leg.load_unit)))

    def _vehicles(self) -> list[tuple[str, int]]:
        """Loose, and the road-only units that hold the shipment, with how many it takes."""
        vehicles = [(LOOSE, 0)]
        for code, unit in self._network.data.load_units.items():
            if {mode.value for mode in unit.modes} != {"road"}:
                continue
            payload_kg = min(unit.payload_kg.values())
            n_units = max(
                -(-self._shipment.gross_kg // payload_kg),
                -(-self._shipment.volume_dm3 // unit.usable_dm3),
            )
            cold = self._network.data.cargo_classes[self._shipment.cargo_class].refrigerated
            if not cold or unit.refrigerated:
                vehicles.append((code, n_units))
        return vehicles

    def _leg(self, from_place: Place, to_place: Place, load_unit: str, n_units: int) -> Leg | None:
        return self._connector_leg(
            self._network,
            from_place,
            to_place,
            departs_min=self.ready_min,
            gross_kg=self._shipment.gross_kg,
            volume_dm3=self._shipment.volume_dm3,
            load_unit=load_unit,
            n_units=n_units,
        )

    def _inspection_of(self, crossing_ids: frozenset[str]) -> int:
        crossings = self._network.data.crossings
        return sum(self._inspection_fen.get(crossings[at].mode, 0) for at in crossing_ids)

    def _stuffing_of(self, from_id: str, to_id: str) -> int:
        data = self._network.data
        return stuffing_fen(
            data.facilities[from_id], data.facilities[to_id], self._shipment.gross_kg
        )

    def _arrival(self, access: Access, first: LaneDeparture) -> tuple[int, int] | None:
        """Departure of the first mile and acceptance at the hub, as late as possible, or None."""
        by_min = first.closes_min - self._export_min[access.hub_id]
        if access.leg is None:
            return (self.ready_min, self.ready_min) if self.ready_min <= by_min else None
        if self.ready_min + access.duration_min > by_min:
            return None
        arrives_min = self._network.last_open_facility(access.hub_id, by_min)
        if arrives_min - access.duration_min < self.ready_min:
            # The last opening before closing time is too early to reach; try to be there at once.
            arrives_min = self.ready_min + access.duration_min
        accepted_min = self._network.next_open_facility(access.hub_id, arrives_min)
        return (arrives_min - access.duration_min, accepted_min) if accepted_min <= by_min else None

    def _storage(self, facility_id: str, from_min: int, until_min: int) -> int:
        facility = self._network.data.facilities[facility_id]
        return storage_fen(facility, until_min - from_min, self._shipment.volume_dm3)

    def way(self, access: Access, chain: tuple[LaneDeparture, ...], egress: Access) -> Way | None:
        """Time and price a way; None where it cannot catch a departure or is later than allowed."""
        arrival = self._arrival(access, chain[0])
        if arrival is None:
            return None
        departs_min, accepted_min = arrival
        released_min = chain[-1].released_min
        import_min = self._import_min[egress.hub_id]
        cleared_min = released_min + import_min
        delivered_min = self._delivered(egress, cleared_min)
        if self.latest_min is not None and delivered_min > self.latest_min:
            return None
        lateness_min = 0 if self.due_min is None else max(0, delivered_min - self.due_min)

        waits: list[tuple[str, int, int]] = []
        origin_id = self._shipment.origin.facility_id
        load_departs_min = chain[0].legs[0].departs_min
        if access.leg is None:
            waits.append((origin_id, self.ready_min, load_departs_min))
        else:
            if origin_id:
                waits.append((origin_id, self.ready_min, departs_min))
            waits.append((access.hub_id, accepted_min, load_departs_min))
        waits.extend(
            (before.to_id, before.released_min, after.legs[0].departs_min)
            for before, after in pairwise(chain)
        )
        if egress.leg is not None:
            waits.append((egress.hub_id, released_min, cleared_min))
        storages = tuple((*wait, self._storage(*wait)) for wait in waits)
        crossings = frozenset[str]().union(*(lane.crossing_ids for lane in chain))
        return Way(
            access=access,
            chain=chain,
            egress=egress,
            departs_min=departs_min,
            accepted_min=accepted_min,
            export_min=self._export_min[access.hub_id],
            import_min=import_min,
            delivered_min=delivered_min,
            lateness_min=lateness_min,
            storages=storages,
            storage_fen=sum(storage[3] for storage in storages),
            stuffing_fen=sum(self._stuffing(lane.from_id, lane.to_id) for lane in chain),
            customs_fen=self._customs_fen,
            inspection_fen=self._inspection(crossings),
            lateness_fen=lateness_fen(lateness_min, self._shipment.late_fen_per_hour),
            carbon_fen=self._carbon(access, chain, egress),
        )

    def _carbon(self, access: Access, chain: tuple[LaneDeparture, ...], egress: Access) -> int:
        if self._meter is None:
            return 0
        ends_g = sum(end.leg.co2e_g for end in (access, egress) if end.leg is not None)
        kg = self._shipment.gross_kg
        lanes_g = sum(self._meter.grams(leg, kg) for lane in chain for leg in lane.legs)
        return carbon_fen(self._network.data, ends_g + lanes_g)

    def _delivered(self, egress: Access, cleared_min: int) -> int:
        if egress.leg is None:
            return cleared_min
        arrives_min = cleared_min + egress.duration_min
        destination_id = self._shipment.destination.facility_id
        if not destination_id:
            return arrives_min
        return self._network.next_open_facility(destination_id, arrives_min)
