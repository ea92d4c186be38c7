"""Between which hubs shared lanes make sense for given shipments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from optimizer.domain.location import Mode
from optimizer.domain.shipment import Place, Shipment
from optimizer.network.connectors import reach_of
from optimizer.network.network import Network

_SAME_CITY_KM = 60


def wanted_pairs(
    network: Network, shipments: Sequence[Shipment]
) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """
    Between which hubs shared loads make sense.

    Returns
    -------
    dict
        Pool (customs pool, cargo pool) -> pairs of consolidating facilities that at least two
        shipments of the pool have near their origin and near their destination. Near: the place
        itself, all that carriers call at in its city, and the nearest for each mode; only those
        that offer the customs mode.
    """
    data = network.data
    near = _NearHubs(network)
    counts: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for shipment in shipments:
        pool = (
            data.customs_modes[shipment.customs_mode].pool,
            data.cargo_classes[shipment.cargo_class].pool,
        )
        is_cleared = data.territory(shipment.origin.country) != data.territory(
            shipment.destination.country
        )
        mode = shipment.customs_mode if is_cleared else ""
        counts[pool].update(
            (tail, head)
            for tail in near.of(shipment.origin, mode)
            for head in near.of(shipment.destination, mode)
            if tail != head
        )
    return {
        pool: {pair for pair, n_shipments in counter.items() if n_shipments > 1}
        for pool, counter in sorted(counts.items())
    }


class _NearHubs:
    """Consolidating facilities near places, looked up once for each place and customs mode."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[tuple[Place, str], tuple[str, ...]] = {}
        data = network.data
        # A hub serves a mode where a service or truck lane calls, whatever else it is fit for.
        self._served: dict[str, set[Mode]] = defaultdict(set)
        for service in data.services.values():
            for call in service.calls:
                self._served[call.facility_id].add(service.mode)
        for lane in data.truck_lanes.values():
            self._served[lane.from_facility_id].add(Mode.ROAD)
            self._served[lane.to_facility_id].add(Mode.ROAD)

    def of(self, place: Place, customs_mode: str) -> tuple[str, ...]:
        """Facility ids; the customs mode is not asked for where it is empty."""
        key = (place, customs_mode)
        if key not in self._known:
            self._known[key] = tuple(self._find(place, customs_mode))
        return self._known[key]

    def _find(self, place: Place, customs_mode: str) -> Iterator[str]:
        data = self._network.data
        reach = reach_of(data, place)
        by_distance = [
            (int(metres), self._network.facility_ids[int(index)])
            for index, metres in zip(reach.facilities, reach.distance_m, strict=True)
        ]
        if place.facility_id:
            by_distance.append((0, place.facility_id))
        missing = set(Mode)
        for metres, facility_id in sorted(by_distance):
            facility = data.facilities[facility_id]
            fits = facility.consolidates and (
                not customs_mode or customs_mode in facility.customs_modes
            )
            served = self._served[facility_id]
            is_local = metres <= _SAME_CITY_KM * 1000 and served
            if fits and (not metres or is_local or served & missing):
                missing -= served
                yield facility_id
