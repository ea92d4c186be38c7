"""
Twin of the Pareto search: tries every chain of legs, on domain objects, with datetimes.

Shares no code with the network, the kernels or the cost tables; prices come from the scalar
reference. Every leg leaves at its first opportunity; no facility is visited twice in one customs
layer, but for once after a connector and once after another leg.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from optimizer.costs.rating import Carriage, RateBook
from optimizer.costs.rating_emissions import EmissionBook
from optimizer.costs.rating_events import customs_fen, inspection_fen, lateness_fen, storage_fen
from optimizer.domain.border import BorderStatus, Crossing
from optimizer.domain.location import Facility, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE, Section, Service, TruckLane
from optimizer.domain.shipment import Place, Shipment

MINUTE = timedelta(minutes=1)
MAX_STATES = 25_000
"""A few networks in a thousand have hundreds of thousands of chains, and take a minute each."""
EARTH_RADIUS_M = 6371008.8


@dataclass(frozen=True)
class State:
    facility: str
    layer: int
    ready: datetime
    since: datetime
    after_connector: bool
    cost: int
    storage: int
    co2e: int
    visited: frozenset[tuple[str, int, bool]]
    moved: bool = True


@dataclass(frozen=True)
class Delivery:
    delivered: datetime
    cost: int
    co2e: int
    storage: int


@cache
def at_wall_clock(day: date, minutes: int, zone: str) -> datetime:
    """Wall-clock time of a day as a moment; minutes may pass midnight."""
    naive = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def next_open(place: Facility | Crossing, moment: datetime) -> datetime:
    """First minute at which a place is open, day by day."""
    day = moment.astimezone(ZoneInfo(place.timezone)).date() - timedelta(days=1)
    for _ in range(40):
        for weekday, opens, closes in place.hours.intervals:
            if weekday != day.weekday():
                continue
            start = at_wall_clock(day, opens, place.timezone)
            end = at_wall_clock(day, closes, place.timezone)
            at = max(start, moment)
            for _ in getattr(place, "closures", ()):
                for closure in place.closures:
                    if closure.from_at <= at < closure.until_at:
                        at = closure.until_at
            if at < end:
                return at
        day += timedelta(days=1)
    raise AssertionError("closed for forty days")


def great_circle_m(a: Place | Facility, b: Place | Facility) -> float:
    """Haversine."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


def drive(data: NetworkData, lane: TruckLane, departs: datetime, customs_mode: str) -> datetime:
    """Truck, minute by minute."""
    now, driven = departs, 0
    limit, rest = data.parameters["driver_max_drive_min"], data.parameters["driver_rest_min"]
    for section in lane.sections:
        for _ in range(math.ceil(section.distance_m * 60 / (section.speed_km_per_h * 1000))):
            if lane.n_drivers == 1 and driven == limit:
                now += timedelta(minutes=rest)
                driven = 0
            now += MINUTE
            driven += 1
        if section.crossing_id:
            crossing = data.crossings[section.crossing_id]
            left = next_open(crossing, now) + crossing.dwell_for(customs_mode).p50_min * MINUTE
            if left - now >= timedelta(minutes=rest):
                driven = 0
            now = left
    return now


class TooManyChains(Exception):
    """The network is not small enough to try everything."""


class Twin:
    """One shipment, one load unit (or loose), one network."""

    def __init__(
        self,
        data: NetworkData,
        shipment: Shipment,
        *,
        epoch: datetime,
        horizon_days: int,
        load_unit: str = LOOSE,
        n_units: int = 0,
    ) -> None:
        self.data, self.shipment = data, shipment
        self.unit, self.n_units = load_unit, n_units
        self.epoch, self.until = epoch, epoch + timedelta(days=horizon_days)
        self.known: dict[tuple[str, int], list[tuple[date, datetime, datetime]]] = {}
        # Chains meet the same leg on the same day again and again: asked once each.
        self.prices: dict[tuple[object, ...], int | None] = {}
        self.arrivals: dict[tuple[str, datetime], datetime] = {}
        self.opens: dict[tuple[str, datetime], datetime] = {}
        self.n_states = 0
        self.rates, self.emissions = RateBook(data), EmissionBook(data)
        home = data.territory(shipment.origin.country)
        self.target = data.territory(shipment.destination.country)
        self.home, self.international = home, home != self.target
        self.dm3 = (
            shipment.volume_dm3
            if load_unit == LOOSE
            else data.load_units[load_unit].usable_dm3 * n_units
        )

    def price(
        self,
        mode: Mode,
        ref: str,
        *,
        ends: tuple[Facility | None, Facility | None],
        distance_m: int,
        departs: datetime,
        crossings: tuple[Crossing, ...] = (),
    ) -> int | None:
        anchor = ends[0] or ends[1]
        on = departs.astimezone(ZoneInfo(anchor.timezone)).date()
        names = [end.facility_id if end else "" for end in ends]
        key = (mode, ref, *names, distance_m, on, *(c.crossing_id for c in crossings))
        if key not in self.prices:
            carriage = Carriage(
                mode=mode,
                ref=ref,
                country=anchor.country,
                distance_m=distance_m,
                on=on,
                origin=ends[0],
                destination=ends[1],
                crossings=crossings,
            )
            self.prices[key] = self._price(carriage)
        return self.prices[key]

    def _price(self, carriage: Carriage) -> int | None:
        if self.unit == LOOSE:
            lines = self.rates.loose_lines(
                carriage, self.shipment.gross_kg, self.shipment.volume_dm3
            )
        else:
            unit = self.data.load_units[self.unit]
            if unit.payload_kg.get(carriage.mode, 0) <= 0:
                return None
            lines = self.rates.unit_lines(carriage, unit, self.n_units)
        if lines is None:
            return None
        inspection = inspection_fen(self.data.inspections, self.shipment, carriage.crossings)
        return sum(lines.values()) + inspection

    def _next_open(self, facility: Facility, moment: datetime) -> datetime:
        key = (facility.facility_id, moment)
        if key not in self.opens:
            self.opens[key] = next_open(facility, moment)
        return self.opens[key]

    def _drive(self, lane: TruckLane, departs: datetime) -> datetime:
        key = (lane.lane_id, departs)
        if key not in self.arrivals:
            self.arrivals[key] = drive(self.data, lane, departs, self.shipment.customs_mode)
        return self.arrivals[key]

    def deliveries(self) -> list[Delivery]:
        """Every delivery that any chain makes."""
        start = self.shipment.ready_at
        layer = 0 if self.international else 2
        origin = self.shipment.origin
        if origin.facility_id:
            states = [
                State(origin.facility_id, layer, start, start, False, 0, 0, 0, frozenset(), False)
            ]
        else:
            states = list(self._from_point(origin, start, layer))
        found: list[Delivery] = []
        for state in states:
            visited = frozenset({(state.facility, state.layer, state.after_connector)})
            self._go(replace(state, visited=visited), found)
        return found

    def _from_point(self, origin: Place, start: datetime, layer: int) -> Iterator[State]:
        for facility in self.data.facilities.values():
            way = self._connector(origin, facility, address=True)
            if way is None:
                continue
            metres, minutes = way
            price = self.price(
                Mode.ROAD, "", ends=(None, facility), distance_m=metres, departs=start
            )
            if price is not None:
                ready = self._next_open(facility, start + minutes)
                grams = self.emissions.connector_g(origin.country, metres, self.shipment.gross_kg)
                yield State(
                    facility.facility_id, layer, ready, ready, True, price, 0, grams, frozenset()
                )

    def _connector(
        self, a: Place | Facility, b: Place | Facility, *, address: bool
    ) -> tuple[int, timedelta] | None:
        named = self.data.parameters
        limit = named["connector_address_max_km"] if address else named["connector_max_km"]
        great_circle = great_circle_m(a, b)
        if a.country != b.country or great_circle > limit * 1000:
            return None
        metres = round(great_circle * named["circuity_default"])
        speed = named["connector_speed_km_per_h"] * 1000
        return metres, timedelta(
            minutes=math.ceil(metres * 60 / speed) + named["connector_fixed_min"]
        )

    def _go(self, state: State, found: list[Delivery]) -> None:
        self.n_states += 1
        if self.n_states > MAX_STATES:
            raise TooManyChains
        self._finish(state, found)
        for following in (
            *self._customs(state),
            *self._services(state),
            *self._trucks(state),
            *self._connectors(state),
        ):
            key = (following.facility, following.layer, following.after_connector)
            if key not in state.visited:
                self._go(replace(following, visited=state.visited | {key}), found)

    def _finish(self, state: State, found: list[Delivery]) -> None:
        if state.layer != 2:
            return
        shipment, place = self.shipment, self.shipment.destination
        delivered, cost, co2e, storage = state.ready, state.cost, state.co2e, state.storage
        if place.facility_id:
            if place.facility_id != state.facility:
                return
        else:
            facility = self.data.facilities[state.facility]
            way = self._connector(facility, place, address=True)
            if way is None or state.after_connector:
                return
            price = self.price(
                Mode.ROAD, "", ends=(facility, None), distance_m=way[0], departs=state.ready
            )
            if price is None:
                return
            paid = self._storage(state, state.ready)
            cost += price + paid
            storage += paid
            co2e += self.emissions.connector_g(place.country, way[0], shipment.gross_kg)
            delivered += way[1]
        if shipment.latest_at is not None and delivered > shipment.latest_at:
            return
        if shipment.due_at is not None and delivered > shipment.due_at:
            minutes = int((delivered - shipment.due_at).total_seconds() // 60)
            cost += lateness_fen(minutes, shipment.late_fen_per_hour)
        found.append(Delivery(delivered, cost, co2e, storage))

    def _storage(self, state: State, departs: datetime) -> int:
        wait = int((departs - state.since).total_seconds() // 60)
        dm3 = self.dm3 if state.moved else self.shipment.volume_dm3
        return storage_fen(self.data.facilities[state.facility], wait, dm3)

    def _customs(self, state: State) -> Iterator[State]:
        facility = self.data.facilities[state.facility]
        territory = self.data.territory(facility.country)
        step = {0: ("export", self.home), 1: ("import", self.target)}.get(state.layer)
        if step is None or step[1] != territory:
            return
        if self.shipment.customs_mode not in facility.customs_modes:
            return
        rows = {
            (row.country, row.customs_mode): row.duration.p50_min
            for row in self.data.clearances
            if row.direction == step[0]
        }
        mode = self.shipment.customs_mode
        keys = ((facility.country, mode), (facility.country, "*"), ("*", mode), ("*", "*"))
        minutes = next(rows[key] for key in keys if key in rows)
        fee = customs_fen(self.data.customs_modes[mode], 1)
        yield replace(
            state,
            layer=state.layer + 1,
            ready=state.ready + minutes * MINUTE,
            cost=state.cost + fee,
        )

    def _may(
        self, state: State, ends: tuple[Facility, Facility], sections: tuple[Section, ...]
    ) -> tuple[Crossing, ...] | None:
        crossings = tuple(self.data.crossings[s.crossing_id] for s in sections if s.crossing_id)
        territory = self.data.territory
        crosses = crossings or territory(ends[0].country) != territory(ends[1].country)
        if crosses and state.layer != 1:
            return None
        for crossing in crossings:
            if crossing.status is BorderStatus.CLOSED:
                return None
            if self.shipment.customs_mode not in crossing.customs_modes:
                return None
        return crossings

    def _ride(
        self,
        state: State,
        mode: Mode,
        ref: str,
        *,
        head: Facility,
        sections: tuple[Section, ...],
        departs: datetime,
        available: datetime,
    ) -> Iterator[State]:
        tail = self.data.facilities[state.facility]
        crossings = self._may(state, (tail, head), sections)
        if crossings is None:
            return
        metres = sum(section.distance_m for section in sections)
        price = self.price(
            mode,
            ref,
            ends=(tail, head),
            distance_m=metres,
            departs=departs,
            crossings=crossings,
        )
        if price is None:
            return
        paid = self._storage(state, departs)
        grams = self.emissions.leg_g(mode, sections, self.shipment.gross_kg, tail.country)
        yield State(
            head.facility_id,
            state.layer,
            available,
            available,
            False,
            state.cost + price + paid,
            state.storage + paid,
            state.co2e + grams,
            state.visited,
        )

    def _takes(self, product: Service | TruckLane) -> bool:
        return (
            self.unit in product.load_units
            and self.shipment.cargo_class in product.cargo_classes
            and product.status == "running"
        )

    def _services(self, state: State) -> Iterator[State]:
        tail = self.data.facilities[state.facility]
        for service in self.data.services.values():
            if not self._takes(service):
                continue
            for i, call in enumerate(service.calls):
                if call.facility_id != state.facility or call.depart_min < 0:
                    continue
                for j in range(i + 1, len(service.calls)):
                    to = service.calls[j]
                    head = self.data.facilities[to.facility_id]
                    sections = tuple(s for c in service.calls[i + 1 : j + 1] for s in c.sections)
                    if head is tail:
                        continue
                    territory = self.data.territory
                    crosses = any(s.crossing_id for s in sections) or territory(
                        tail.country
                    ) != territory(head.country)
                    lead = max(call.cargo_cutoff_min, tail.transfer_min)
                    if crosses:
                        lead = max(lead, call.customs_cutoff_min)
                    day = self._voyage(service, i, j, state.ready + lead * MINUTE)
                    if day is None:
                        continue
                    departs = at_wall_clock(day, call.depart_min, tail.timezone)
                    arrives = at_wall_clock(day, to.arrive_min, head.timezone)
                    available = arrives + to.availability_min * MINUTE
                    yield from self._ride(
                        state,
                        service.mode,
                        service.service_id,
                        head=head,
                        sections=sections,
                        departs=departs,
                        available=available,
                    )

    def _voyage(self, service: Service, i: int, j: int, ready: datetime) -> date | None:
        for day, departs, book_by in self._voyages(service, i):
            if departs < ready or book_by < self.shipment.booked_at:
                continue
            if not any(self._is_shut(service, k, day) for k in range(i, j)):
                return day
        return None

    def _is_shut(self, service: Service, k: int, day: date) -> bool:
        """Whether a closure overlaps the stretch from call ``k`` to the next."""
        tail, head = service.calls[k], service.calls[k + 1]
        zones = [self.data.facilities[c.facility_id].timezone for c in (tail, head)]
        leaves = at_wall_clock(day, max(tail.depart_min, tail.arrive_min), zones[0])
        arrives = at_wall_clock(day, head.arrive_min, zones[1])
        return any(
            leaves < closure.until_at and arrives > closure.from_at
            for section in head.sections
            if section.crossing_id
            for closure in self.data.crossings[section.crossing_id].closures
        )

    def _voyages(self, service: Service, i: int) -> list[tuple[date, datetime, datetime]]:
        if (service.service_id, i) not in self.known:
            zones = [self.data.facilities[c.facility_id].timezone for c in service.calls]
            table = []
            day = self.epoch.date() - timedelta(days=20)
            while day <= self.until.date() + timedelta(days=2):
                departs = at_wall_clock(day, service.calls[i].depart_min, zones[i])
                starts = at_wall_clock(day, service.calls[0].depart_min, zones[0])
                if (
                    day.weekday() in service.weekdays
                    and service.valid_from <= day <= service.valid_to
                    and self.epoch <= departs <= self.until
                ):
                    table.append((day, departs, starts - service.booking_close_min * MINUTE))
                day += timedelta(days=1)
            self.known[service.service_id, i] = table
        return self.known[service.service_id, i]

    def _trucks(self, state: State) -> Iterator[State]:
        tail = self.data.facilities[state.facility]
        for lane in self.data.truck_lanes.values():
            if lane.from_facility_id != state.facility or not self._takes(lane):
                continue
            head = self.data.facilities[lane.to_facility_id]
            lead = max(lane.loading_min, tail.transfer_min)
            departs = self._next_open(tail, state.ready + lead * MINUTE)
            if departs > self.until:
                continue
            arrives = self._drive(lane, departs)
            available = self._next_open(head, arrives) + lane.loading_min * MINUTE
            yield from self._ride(
                state,
                Mode.ROAD,
                lane.lane_id,
                head=head,
                sections=lane.sections,
                departs=departs,
                available=available,
            )

    def _connectors(self, state: State) -> Iterator[State]:
        if state.after_connector:
            return
        tail = self.data.facilities[state.facility]
        for head in self.data.facilities.values():
            way = None if head is tail else self._connector(tail, head, address=False)
            if way is None:
                continue
            price = self.price(
                Mode.ROAD, "", ends=(tail, head), distance_m=way[0], departs=state.ready
            )
            if price is None:
                continue
            paid = self._storage(state, state.ready)
            ready = self._next_open(head, state.ready + way[1])
            grams = self.emissions.connector_g(tail.country, way[0], self.shipment.gross_kg)
            yield State(
                head.facility_id,
                state.layer,
                ready,
                ready,
                True,
                state.cost + price + paid,
                state.storage + paid,
                state.co2e + grams,
                state.visited,
            )


def pareto_front(points: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Points that no other point beats, by comparing all pairs."""
    distinct = sorted(set(points))
    return [
        p
        for p in distinct
        if not any(q != p and all(a <= b for a, b in zip(q, p, strict=True)) for q in distinct)
    ]
