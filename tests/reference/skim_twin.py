"""
Twin of skims: the week minute by minute, prices from the scalar reference, Dijkstra by networkx.

Shares no code with the network, the kernels or the cost tables. States are (facility, layer, after
a connector); every ready minute of the week is tried for services, every half past for trucks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from math import floor
from zoneinfo import ZoneInfo

import networkx as nx

from optimizer.costs.rating import Carriage, RateBook
from optimizer.costs.rating_emissions import EmissionBook
from optimizer.costs.rating_events import customs_fen, inspection_fen
from optimizer.domain.border import BorderStatus, Crossing
from optimizer.domain.location import Facility, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE, Section
from optimizer.domain.shipment import Place
from optimizer.domain.skim import SkimLoad, SkimWeights
from tests.factories import at_facility, make_shipment
from tests.reference.pareto_twin import MINUTE, at_wall_clock, drive, great_circle_m, next_open

WEEK = timedelta(days=7)
WEEK_MIN = 7 * 1440
State = tuple[str, int, bool]
Values = tuple[int, int, int, int]


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def weigh(values: Values, weights: SkimWeights) -> int:
    """Generalized cost of an arc in whole fen, at least 1."""
    cost, time, _, co2e = values
    micro = weights.micro_fen
    exact = Fraction(cost * micro[0] + time * micro[1] + co2e * micro[2], 10**6)
    return max(1, half_up(exact))


class SkimTwin:
    """One load, one week, one network."""

    def __init__(self, data: NetworkData, load: SkimLoad, week: date) -> None:
        self.data, self.load = data, load
        self.monday = datetime(week.year, week.month, week.day, tzinfo=ZoneInfo("UTC"))
        self.rates, self.emissions = RateBook(data), EmissionBook(data)
        self._arcs: list[tuple[State, State, Values]] = []
        anyone = at_facility(next(iter(data.facilities.values())))
        self.rider = make_shipment(
            "S",
            anyone,
            anyone,
            gross_kg=load.gross_kg,
            customs_mode=load.customs_mode,
            credit_class=load.credit_class,
        )

    def graph(self, weights: SkimWeights) -> nx.DiGraph:
        """States and arcs with ``weight``; of parallel arcs the least."""
        graph: nx.DiGraph = nx.DiGraph()
        self._arcs = self._arcs or list(self.arcs())
        for tail, head, values in self._arcs:
            weight = weigh(values, weights)
            known = graph.get_edge_data(tail, head)
            if known is None or weight < known["weight"]:
                graph.add_edge(tail, head, weight=weight, values=values)
        return graph

    def least(
        self, weights: SkimWeights, origin: Place, destination: Place
    ) -> tuple[int, Values] | None:
        """Generalized cost and sums of one way that has it."""
        graph = self.graph(weights)
        territory = self.data.territory
        layer = 2 if territory(origin.country) == territory(destination.country) else 0
        for facility in self.data.facilities.values():
            if not origin.facility_id:
                for values in self._address(origin, facility, inbound=True):
                    graph.add_edge(
                        "from",
                        (facility.facility_id, layer, True),
                        weight=weigh(values, weights),
                        values=values,
                    )
            if not destination.facility_id:
                for values in self._address(destination, facility, inbound=False):
                    graph.add_edge(
                        (facility.facility_id, 2, False),
                        "to",
                        weight=weigh(values, weights),
                        values=values,
                    )
        nothing = {"weight": 0, "values": (0, 0, 0, 0)}
        if origin.facility_id:
            graph.add_edge("from", (origin.facility_id, layer, False), **nothing)
        if destination.facility_id:
            for after in (False, True):
                graph.add_edge((destination.facility_id, 2, after), "to", **nothing)
        if "from" not in graph or "to" not in graph or not nx.has_path(graph, "from", "to"):
            return None
        path = nx.dijkstra_path(graph, "from", "to")
        edges = [graph.edges[pair] for pair in pairwise(path)]
        sums = tuple(sum(edge["values"][at] for edge in edges) for at in range(4))
        return sum(edge["weight"] for edge in edges), sums

    def arcs(self) -> Iterator[tuple[State, State, Values]]:
        """All arcs of all offers and clearances."""
        for tail, head, is_connector, crosses, values in self._offers():
            for layer in (1,) if crosses else (0, 1, 2):
                for after in (False,) if is_connector else (False, True):
                    yield (tail, layer, after), (head, layer, is_connector), values
        fee = customs_fen(self.data.customs_modes[self.load.customs_mode], 1)
        for facility in self.data.facilities.values():
            if self.load.customs_mode not in facility.customs_modes:
                continue
            for layer, direction in ((0, "export"), (1, "import")):
                minutes = self._clearance_min(facility, direction)
                for after in (False, True):
                    here = (facility.facility_id, layer, after)
                    yield here, (here[0], layer + 1, after), (fee, minutes, 0, 0)

    def _clearance_min(self, facility: Facility, direction: str) -> int:
        mode = self.load.customs_mode
        rows = {
            (row.country, row.customs_mode): row.duration.p50_min
            for row in self.data.clearances
            if row.direction == direction
        }
        keys = ((facility.country, mode), (facility.country, "*"), ("*", mode), ("*", "*"))
        return next(rows[key] for key in keys if key in rows)

    def _offers(self) -> Iterator[tuple[str, str, bool, bool, Values]]:
        facilities = self.data.facilities
        for service in self.data.services.values():
            for i, j in combinations(range(len(service.calls)), 2):
                ends = (
                    facilities[service.calls[i].facility_id],
                    facilities[service.calls[j].facility_id],
                )
                sections = tuple(s for call in service.calls[i + 1 : j + 1] for s in call.sections)
                crosses = self._crosses(ends, sections)
                times = self._service_times(service, i, j, crosses=crosses)
                values = self._leg(service.mode, service.service_id, ends, sections, times)
                if values and self._takes(service, sections, service.mode):
                    yield ends[0].facility_id, ends[1].facility_id, False, crosses, values
        for lane in self.data.truck_lanes.values():
            ends = facilities[lane.from_facility_id], facilities[lane.to_facility_id]
            times = self._truck_times(lane, ends)
            values = self._leg(Mode.ROAD, lane.lane_id, ends, lane.sections, times)
            if values and self._takes(lane, lane.sections, Mode.ROAD):
                crosses = self._crosses(ends, lane.sections)
                yield ends[0].facility_id, ends[1].facility_id, False, crosses, values
        for tail in facilities.values():
            for head in facilities.values():
                if tail is head:
                    continue
                for values in self._connector(tail, head, tail.country, "connector_max_km", head):
                    yield tail.facility_id, head.facility_id, True, False, values

    def _takes(self, product, sections: tuple[Section, ...], mode: Mode) -> bool:
        for crossing in self._crossings(sections):
            if crossing.status is BorderStatus.CLOSED:
                return False
            if self.load.customs_mode not in crossing.customs_modes:
                return False
        load = self.load
        return (
            self._holds(mode)
            and load.load_unit in product.load_units
            and load.cargo_class in product.cargo_classes
        )

    def _holds(self, mode: Mode) -> bool:
        load = self.load
        if load.load_unit == LOOSE:
            return True
        payload = self.data.load_units[load.load_unit].payload_kg.get(mode, 0)
        return payload * load.n_units >= load.gross_kg

    def _crossings(self, sections: tuple[Section, ...]) -> tuple[Crossing, ...]:
        return tuple(self.data.crossings[s.crossing_id] for s in sections if s.crossing_id)

    def _crosses(self, ends: tuple[Facility, Facility], sections: tuple[Section, ...]) -> bool:
        territory = self.data.territory
        differs = territory(ends[0].country) != territory(ends[1].country)
        return differs or bool(self._crossings(sections))

    def _service_times(self, service, i: int, j: int, *, crosses: bool) -> tuple[int, int, int]:
        """Summed minutes, summed days of storage, ready times; minute by minute."""
        facilities = self.data.facilities
        tail, head = facilities[service.calls[i].facility_id], service.calls[j]
        call = service.calls[i]
        lead = max(call.cargo_cutoff_min, tail.transfer_min)
        if crosses:
            lead = max(lead, call.customs_cutoff_min)
        rides = []
        for offset in range(-40, 40):
            day = self.monday.date() + timedelta(days=offset)
            if day.weekday() not in service.weekdays:
                continue
            departs = at_wall_clock(day, call.depart_min, tail.timezone)
            arrives = at_wall_clock(
                day, head.arrive_min, facilities[head.facility_id].timezone
            ) + timedelta(minutes=head.availability_min)
            deadline = self._minute(departs) - lead
            rides.append((deadline, self._minute(departs), self._minute(arrives)))
        rides.sort()
        minutes = days = 0
        at = 0
        for ready in range(WEEK_MIN):
            while rides[at][0] < ready:
                at += 1
            minutes += rides[at][2] - ready
            days += self._days(tail, rides[at][1] - ready)
        return minutes, days, WEEK_MIN

    def _truck_times(self, lane, ends: tuple[Facility, Facility]) -> tuple[int, int, int]:
        minutes = days = 0
        for hour in range(7 * 24):
            ready = self.monday + timedelta(hours=hour, minutes=30)
            lead = max(lane.loading_min, ends[0].transfer_min)
            departs = next_open(ends[0], ready + lead * MINUTE)
            arrives = drive(self.data, lane, departs, self.load.customs_mode)
            available = next_open(ends[1], arrives) + lane.loading_min * MINUTE
            minutes += self._minute(available) - self._minute(ready)
            days += self._days(ends[0], self._minute(departs) - self._minute(ready))
        return minutes, days, 7 * 24

    def _minute(self, at: datetime) -> int:
        return round((at - self.monday).total_seconds() / 60)

    def _days(self, facility: Facility, wait_min: int) -> int:
        return -(-max(0, wait_min - facility.storage_free_min) // 1440)

    def _leg(
        self,
        mode: Mode,
        ref: str,
        ends: tuple[Facility, Facility],
        sections: tuple[Section, ...],
        times: tuple[int, int, int],
    ) -> Values | None:
        metres = sum(section.distance_m for section in sections)
        fen = self._price(mode, ref, ends, metres, self._crossings(sections))
        if fen is None:
            return None
        minutes, days, n_ready = times
        load = self.load
        dm3 = load.volume_dm3
        if load.load_unit != LOOSE:
            dm3 = self.data.load_units[load.load_unit].usable_dm3 * load.n_units
        stored = Fraction(ends[0].storage_mfen_per_dm3_day * dm3 * days, 1000 * n_ready)
        grams = self.emissions.leg_g(mode, sections, load.gross_kg, ends[0].country) or 0
        return fen + half_up(stored), half_up(Fraction(minutes, n_ready)), metres, grams

    def _price(
        self,
        mode: Mode,
        ref: str,
        ends: tuple[Facility | None, Facility | None],
        metres: int,
        crossings: tuple[Crossing, ...] = (),
    ) -> int | None:
        anchor = ends[0] or ends[1]
        assert anchor is not None
        carriage = Carriage(
            mode=mode,
            ref=ref,
            country=anchor.country,
            distance_m=metres,
            on=self.monday.astimezone(ZoneInfo(anchor.timezone)).date(),
            origin=ends[0],
            destination=ends[1],
            crossings=crossings,
        )
        load = self.load
        if load.load_unit == LOOSE:
            lines = self.rates.loose_lines(carriage, load.gross_kg, load.volume_dm3)
        else:
            unit = self.data.load_units[load.load_unit]
            if unit.payload_kg.get(mode, 0) <= 0:
                return None
            lines = self.rates.unit_lines(carriage, unit, load.n_units)
        if lines is None:
            return None
        return sum(lines.values()) + inspection_fen(self.data.inspections, self.rider, crossings)

    def _address(self, place: Place, facility: Facility, *, inbound: bool) -> Iterator[Values]:
        gate = facility if inbound else None
        yield from self._connector(place, facility, place.country, "connector_address_max_km", gate)

    def _connector(
        self,
        a: Place | Facility,
        b: Facility,
        country: str,
        limit: str,
        gate: Facility | None,
    ) -> Iterator[Values]:
        named = self.data.parameters
        great_circle = great_circle_m(a, b)
        if a.country != b.country or great_circle > named[limit] * 1000:
            return
        metres = round(great_circle * named["circuity_default"])
        speed = round(named["connector_speed_km_per_h"] * 1000)
        minutes = -(-metres * 60 // speed) + round(named["connector_fixed_min"])
        if gate is not None:
            waits = 0
            for hour in range(7 * 24):
                reached = self.monday + timedelta(hours=hour, minutes=30)
                waits += self._minute(next_open(gate, reached)) - self._minute(reached)
            minutes += half_up(Fraction(waits, 7 * 24))
        origin = a if isinstance(a, Facility) else None
        fen = self._price(Mode.ROAD, "", (origin, b), metres)
        if fen is not None and self._holds(Mode.ROAD):
            grams = self.emissions.connector_g(country, metres, self.load.gross_kg) or 0
            yield fen, minutes, metres, grams
