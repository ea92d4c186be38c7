"""
Legs of a person's plan, timed and priced whether or not a rule forbids them.

The searches never make a leg that breaks a rule, so their leg builders take offers of the network.
A person may take a train on a day on which it does not run, or a unit that it does not carry: here
the same clocks, tables and charges are read by product instead of by offer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from optimizer.costs.charges import fen_from_mfen, loose_charges, tariffs_of, unit_charges
from optimizer.costs.price_book import CONNECTOR, card_scopes, price_book, surcharge_scopes
from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE, Section
from optimizer.domain.shipment import Place
from optimizer.kernels.arrays import Ints
from optimizer.models.consolidation.assemble import Meter
from optimizer.models.routing.ends import place_reach
from optimizer.models.routing.evaluate import truck_positions
from optimizer.models.routing.legs import MAX_PASSAGES
from optimizer.network.connectors import (
    ConnectorRules,
    facility_distance_m,
    great_circle_m,
    reach_of,
)
from optimizer.network.network import UNREACHED, Network
from optimizer.network.timetable import crosses_border, voyage_days
from optimizer.plan.itinerary import BorderPassage, Leg, LegKind
from optimizer.replan.hand_plan import HandRide
from optimizer.units import MINUTES_PER_DAY

_ANYWHERE_KM = 25_000.0
"""More than half the circumference of the earth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo:
    """
    What rides a leg and pays for it.

    Parameters
    ----------
    dwell_min
        (n_places,) at crossings, for its customs mode or pool.
    """

    load_unit: str
    n_units: int
    gross_kg: int
    volume_dm3: int
    dwell_min: Ints


class LegMaker:
    """Makes legs over a network in which everything that a plan uses runs."""

    def __init__(self, network: Network, meter: Meter) -> None:
        self._network = network
        self._data = network.data
        self._meter = meter
        self._rules = ConnectorRules.of(network.data)

    # ------------------------------------------------------------------ when

    def lead_min(self, ride: HandRide) -> int:
        """Minutes for which cargo is ready before a ride departs (rules T4, T5)."""
        if not ride.ref:
            return 0
        transfer_min = self._data.facilities[ride.from_id].transfer_min
        lane = self._data.truck_lanes.get(ride.ref)
        if lane is not None:
            return max(lane.loading_min, transfer_min)
        service = self._data.services[ride.ref]
        call = service.calls[self.calls_of(ride)[0]]
        n_crossings = len(self.crossing_ids(ride))
        crosses = crosses_border(self._data, (ride.from_id, ride.to_id), n_crossings)
        customs_min = call.customs_cutoff_min if crosses else 0
        return max(call.cargo_cutoff_min, transfer_min, customs_min)

    def departs_min(self, ride: HandRide, ready_min: int, booked_min: int) -> int | None:
        """The stated departure, else the first after the cargo is ready; ``None`` without any."""
        if ride.departs_min is not None:
            return ride.departs_min
        if not ride.ref:
            return ready_min
        from_min = ready_min + self.lead_min(ride)
        if ride.ref in self._data.truck_lanes:
            opens = self._network.next_open_facility(ride.from_id, from_min)
            return None if opens == UNREACHED else opens
        return self._first_voyage(ride, from_min, booked_min)

    def _first_voyage(self, ride: HandRide, from_min: int, booked_min: int) -> int | None:
        network, service = self._network, self._data.services[ride.ref]
        call = service.calls[self.calls_of(ride)[0]]
        clock = network.clock(self._data.facilities[ride.from_id].timezone)
        starts = network.clock(self._data.facilities[service.calls[0].facility_id].timezone)
        first = clock.local(from_min).toordinal() - call.depart_min // MINUTES_PER_DAY - 1
        last = network.local_date("UTC", network.horizon_min).toordinal()
        for day in voyage_days(service, first, last).tolist():
            departs = clock.minute(day, call.depart_min)
            closes = starts.minute(day, service.calls[0].depart_min) - service.booking_close_min
            if departs >= from_min and booked_min <= closes:
                return departs
        return None

    def crossing_ids(self, ride: HandRide) -> tuple[str, ...]:
        """Crossings on the way of a service or truck."""
        lane = self._data.truck_lanes.get(ride.ref)
        return _crossing_ids(lane.sections if lane is not None else self._sections(ride))

    def calls_of(self, ride: HandRide) -> tuple[int, int]:
        """Positions of the calls that a ride of a service joins; the first pair that does."""
        calls = self._data.services[ride.ref].calls
        stated = ride.from_call, ride.to_call
        pairs = [
            (i, j)
            for i, boards in enumerate(calls)
            if boards.facility_id == ride.from_id and boards.depart_min >= 0
            for j, leaves in enumerate(calls[i + 1 :], start=i + 1)
            if leaves.facility_id == ride.to_id and leaves.arrive_min >= 0
        ]
        return stated if stated in pairs else pairs[0]

    # ------------------------------------------------------------------ what

    def leg(
        self, ride: HandRide, departs_min: int, cargo: Cargo, ends: tuple[Place, Place]
    ) -> Leg | None:
        """
        The leg of a ride, or ``None`` where a border or the far end never opens again.

        Parameters
        ----------
        ends
            Where it leaves and arrives; at least one is a facility, both for a product.
        """
        if not ride.ref:
            leg = self._connector(departs_min, ends)
        elif ride.ref in self._data.services:
            leg = self._service(ride, departs_min)
        else:
            leg = self._truck(ride, departs_min, cargo)
        if leg is None:
            return None
        lines = self._connector_lines(leg, cargo, ends) if not ride.ref else self._lines(leg, cargo)
        return replace(
            leg,
            load_unit=cargo.load_unit,
            n_units=cargo.n_units,
            cost_lines_fen=lines,
            co2e_g=self._meter.grams(leg, cargo.gross_kg),
        )

    def _service(self, ride: HandRide, departs_min: int) -> Leg:
        network, service = self._network, self._data.services[ride.ref]
        from_call, to_call = self.calls_of(ride)
        boards, leaves = service.calls[from_call], service.calls[to_call]
        clocks = [
            network.clock(self._data.facilities[end].timezone) for end in (ride.from_id, ride.to_id)
        ]
        # Of the stated local date, whether or not the service runs on it.
        day = clocks[0].local(departs_min).toordinal() - boards.depart_min // MINUTES_PER_DAY
        arrives = clocks[1].minute(day, leaves.arrive_min)
        sections = self._sections(ride)
        return Leg(
            kind=LegKind.SERVICE,
            mode=service.mode,
            ref=ride.ref,
            from_id=ride.from_id,
            to_id=ride.to_id,
            departs_min=departs_min,
            arrives_min=arrives,
            available_min=arrives + leaves.availability_min,
            distance_m=sum(section.distance_m for section in sections),
            voyage_on=date.fromordinal(day),
            from_call=from_call,
            to_call=to_call,
            passages=tuple(BorderPassage(crossing_id=one) for one in _crossing_ids(sections)),
        )

    def _truck(self, ride: HandRide, departs_min: int, cargo: Cargo) -> Leg | None:
        from optimizer.kernels.timetabled_labels import truck_run

        network, lane = self._network, self._data.truck_lanes[ride.ref]
        at = truck_positions(network)[ride.ref]
        passed = np.empty((MAX_PASSAGES, 2), dtype=np.int64)
        arrives = int(
            truck_run(network.places, network.trucks, at, departs_min, cargo.dwell_min, passed)
        )
        if arrives == UNREACHED:
            return None
        opens = network.next_open_facility(ride.to_id, arrives)
        if opens == UNREACHED:
            return None
        crossing_ids = _crossing_ids(lane.sections)
        return Leg(
            kind=LegKind.TRUCK,
            mode=Mode.ROAD,
            ref=ride.ref,
            from_id=ride.from_id,
            to_id=ride.to_id,
            departs_min=departs_min,
            arrives_min=arrives,
            available_min=opens + lane.loading_min,
            distance_m=sum(section.distance_m for section in lane.sections),
            passages=tuple(
                BorderPassage(crossing_id=one, enters_min=enters, leaves_min=leaves)
                for one, (enters, leaves) in zip(crossing_ids, passed.tolist(), strict=False)
            ),
        )

    def _connector(self, departs_min: int, ends: tuple[Place, Place]) -> Leg | None:
        metres = self._connector_m(*ends)
        arrives = departs_min + self._rules.duration_min(metres)
        to_id = ends[1].facility_id
        available = self._network.next_open_facility(to_id, arrives) if to_id else arrives
        if available == UNREACHED:
            return None
        return Leg(
            kind=LegKind.CONNECTOR,
            mode=Mode.ROAD,
            ref="",
            from_id=ends[0].label,
            to_id=ends[1].label,
            departs_min=departs_min,
            arrives_min=arrives,
            available_min=available,
            distance_m=metres,
        )

    def _connector_m(self, origin: Place, destination: Place) -> int:
        """Distance by rule T6, also beyond the longest that a connector may have."""
        data = self._data
        hub, other = (origin, destination) if origin.facility_id else (destination, origin)
        lats, lons = np.array([other.lat]), np.array([other.lon])
        direct_m = float(great_circle_m(hub.lat, hub.lon, lats, lons)[0])
        if origin.country != destination.country:
            return self._rules.straight_m(direct_m, origin.country)
        if other.facility_id:
            one, two = data.facilities[origin.facility_id], data.facilities[destination.facility_id]
            return facility_distance_m(data, self._rules, one, two, direct_m)
        at = self._network.facility_index[hub.facility_id]
        reach = place_reach(self._network, other)
        if at not in reach.facilities:
            far = replace(
                data, parameters=data.parameters | {"connector_address_max_km": _ANYWHERE_KM}
            )
            reach = reach_of(far, other)
        return int(reach.distance_m[reach.facilities == at][0])

    # ------------------------------------------------------------------ price

    def _lines(self, leg: Leg, cargo: Cargo) -> dict[str, int]:
        """Cost lines of a service or truck leg (rules C1, C2); none where it is not sold."""
        data, book = self._data, price_book(self._network)
        tail, head = data.facilities[leg.from_id], data.facilities[leg.to_id]
        on = self._network.local_date(tail.timezone, leg.departs_min)
        card = book.card(card_scopes(leg.ref, tail.country), cargo.load_unit, on)
        if card is None:
            return {}
        tariff = tariffs_of([card], [book.surcharges(surcharge_scopes(leg.ref, leg.mode), on)])
        metres = np.array([leg.distance_m], dtype=np.int64)
        crossings = [data.crossings[passage.crossing_id] for passage in leg.passages]
        if cargo.load_unit == LOOSE:
            charges = loose_charges(
                tariff, metres, gross_kg=cargo.gross_kg, volume_dm3=cargo.volume_dm3
            )
            handling = [end.loose_handling_mfen_per_kg * cargo.gross_kg for end in (tail, head)]
            border = [one.loose_cost_mfen_per_kg * cargo.gross_kg for one in crossings]
        else:
            charges = unit_charges(tariff, metres)
            teu_c = data.load_units[cargo.load_unit].teu_c
            handling = [end.unit_handling_mfen_per_teu_c * teu_c for end in (tail, head)]
            border = [one.unit_cost_mfen for one in crossings]
        amounts = {
            "line_haul": int(charges[0][0]),
            "surcharge": int(charges[1][0]),
            "handling": _rounded_fen(handling),
            "border": _rounded_fen(border),
        }
        multiple = 1 if cargo.load_unit == LOOSE else cargo.n_units
        return {name: fen * multiple for name, fen in amounts.items() if fen}

    def _connector_lines(self, leg: Leg, cargo: Cargo, ends: tuple[Place, Place]) -> dict[str, int]:
        known = ends[0].facility_id or ends[1].facility_id
        on = self._network.local_date(self._data.facilities[known].timezone, leg.departs_min)
        scopes = card_scopes("", ends[0].country)
        card = price_book(self._network).card(scopes, cargo.load_unit, on)
        if card is None:
            return {}
        tariff, metres = tariffs_of([card], [[]]), np.array([leg.distance_m], dtype=np.int64)
        if cargo.load_unit == LOOSE:
            fen = int(
                loose_charges(tariff, metres, gross_kg=cargo.gross_kg, volume_dm3=cargo.volume_dm3)[
                    0
                ][0]
            )
        else:
            fen = int(unit_charges(tariff, metres)[0][0]) * cargo.n_units
        return {CONNECTOR: fen} if fen else {}

    def _sections(self, ride: HandRide) -> tuple[Section, ...]:
        from_call, to_call = self.calls_of(ride)
        calls = self._data.services[ride.ref].calls[from_call + 1 : to_call + 1]
        return tuple(section for call in calls for section in call.sections)


def _crossing_ids(sections: Sequence[Section]) -> tuple[str, ...]:
    return tuple(section.crossing_id for section in sections if section.crossing_id)


def _rounded_fen(amounts_mfen: Sequence[int]) -> int:
    return int(fen_from_mfen(np.array(amounts_mfen, dtype=np.int64)).sum())
