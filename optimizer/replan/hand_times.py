"""
A person's plan carried out: every way and load timed and priced by the rules, broken or not.

Nothing is repaired: a train that was missed is taken all the same, and the checks say by how much
it was missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

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
from optimizer.models.consolidation.assemble import Meter
from optimizer.models.routing.lane_search import make_pool
from optimizer.models.routing.problem import crossing_dwell
from optimizer.network.network import Network
from optimizer.plan.itinerary import ClearanceEvent, Itinerary, Leg, StorageEvent
from optimizer.plan.load import Load
from optimizer.replan.hand_legs import Cargo, LegMaker
from optimizer.replan.hand_places import Places
from optimizer.replan.hand_plan import HandLoad, HandPlan, HandRide, HandWay


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """
    A person's plan with clock times and prices, before shares.

    Parameters
    ----------
    stuck
        Shipment -> product or place from which there is no departure any more.
    """

    itineraries: tuple[Itinerary, ...]
    loads: tuple[Load, ...]
    stuck: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One step of a way: a leg of its own, or the legs inside a load."""

    legs: tuple[Leg, ...]
    load: Load | None

    @property
    def available_min(self) -> int:
        return self.load.released_min if self.load else self.legs[-1].available_min


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A way with its clearances at certain stops; ``missed_min`` is what boardings are late by."""

    parts: tuple[_Part, ...]
    clearances: tuple[ClearanceEvent, ...]
    missed_min: int
    delivered_min: int


class _Stuck(Exception):
    """No departure is left; the argument says where."""


def time_plan(network: Network, hand: HandPlan) -> Timed:
    """
    Time and price a person's plan.

    Parameters
    ----------
    network
        One on which all services and lanes that the plan uses run.
    """
    timer = _Timer(network, hand)
    itineraries: list[Itinerary] = []
    stuck: dict[str, str] = {}
    for way in hand.ways:
        try:
            itineraries.append(timer.itinerary(way))
        except _Stuck as reason:
            stuck[way.shipment_id] = str(reason)
    loads = [timer.load(load.load_id) for load in hand.loads] if not stuck else []
    return Timed(itineraries=tuple(itineraries), loads=tuple(loads), stuck=stuck)


class _Timer:
    def __init__(self, network: Network, hand: HandPlan) -> None:
        self._network = network
        self._data = network.data
        self._hand = hand
        self._meter = Meter(network.data)
        self._maker = LegMaker(network, self._meter)
        self._places = Places(network, hand, self._maker)
        self._hand_loads = {load.load_id: load for load in hand.loads}
        self._ways = {way.shipment_id: way for way in hand.ways}
        self._planned_min = network.minute(hand.planned_at)
        self._loads: dict[str, Load] = {}

    # ------------------------------------------------------------------ loads

    def load(self, load_id: str) -> Load:
        if load_id not in self._loads:
            self._loads[load_id] = self._time_load(self._hand_loads[load_id])
        return self._loads[load_id]

    def _time_load(self, hand: HandLoad) -> Load:
        data, quantile = self._data, self._hand.planning_quantile
        unit = data.load_units[hand.load_unit]
        pools = self._pools(hand)
        pool = make_pool(self._network, *pools, quantile)
        empty = Cargo(
            load_unit=unit.code, n_units=1, gross_kg=0, volume_dm3=0, dwell_min=pool.dwell_min
        )
        from_id, to_id = hand.rides[0].from_id, hand.rides[-1].to_id
        riders = [self._hand.shipments[part.shipment_id] for part in hand.contents]
        booked_min = max(
            (self._places.booked_min(one) for one in riders), default=self._planned_min
        )
        at_min = 0
        if hand.rides[0].departs_min is None:
            at_min = self._filled_min(hand) + data.facilities[from_id].stuffing_min
        legs: list[Leg] = []
        for ride in hand.rides:
            ends = self._places.facility(ride.from_id), self._places.facility(ride.to_id)
            leg = self._leg(ride, at_min, booked_min, empty, ends)
            grams = sum(self._meter.grams(leg, part.gross_kg) for part in hand.contents)
            legs.append(replace(leg, load_id=hand.load_id, co2e_g=grams))
            at_min = leg.available_min
        lines: Counter[str] = Counter()
        for leg in legs:
            lines.update(leg.cost_lines_fen)
        for before, after in pairwise(legs):
            wait_min = after.departs_min - before.available_min
            lines["storage"] += storage_fen(
                data.facilities[after.from_id], wait_min, unit.usable_dm3
            )
        lead_min = self._maker.lead_min(hand.rides[0])
        return Load(
            load_id=hand.load_id,
            lane_id=hand.lane_id,
            from_id=from_id,
            to_id=to_id,
            load_unit=unit.code,
            customs_pool=pools[0],
            cargo_pool=pools[1],
            legs=tuple(legs),
            closes_min=legs[0].departs_min - lead_min - data.facilities[from_id].stuffing_min,
            released_min=legs[-1].available_min + data.facilities[to_id].stuffing_min,
            payload_kg=min(unit.payload_kg.get(leg.mode, 0) for leg in legs),
            usable_dm3=unit.usable_dm3,
            contents=hand.contents,
            cost_lines_fen={name: fen for name, fen in lines.items() if fen},
            co2e_g=sum(leg.co2e_g for leg in legs),
        )

    def _pools(self, hand: HandLoad) -> tuple[str, str]:
        """As stated where any content has them, else those of the first content."""
        data = self._data
        inside = [self._hand.shipments[part.shipment_id] for part in hand.contents]
        customs = [
            data.customs_modes[one.customs_mode].pool
            for one in inside
            if one.customs_mode in data.customs_modes
        ]
        cargo = [
            data.cargo_classes[one.cargo_class].pool
            for one in inside
            if one.cargo_class in data.cargo_classes
        ]
        return _pool(hand.customs_pool, customs), _pool(hand.cargo_pool, cargo)

    def _filled_min(self, hand: HandLoad) -> int:
        """When the last of its contents is there and cleared."""
        ways = [self._ways[c.shipment_id] for c in hand.contents if c.shipment_id in self._ways]
        return max((self._reaches_min(way, hand.load_id) for way in ways), default=0)

    def _reaches_min(self, way: HandWay, load_id: str) -> int:
        if load_id not in way.steps:
            return self._network.minute(self._hand.shipments[way.shipment_id].ready_at)
        until = way.steps.index(load_id)
        exports, _ = self._places.clearing_stops(way)
        runs = [self._run(way, {at: "export"} if at >= 0 else {}, until) for at in exports]
        return min(run.delivered_min for run in runs)

    # ------------------------------------------------------------------ ways

    def itinerary(self, way: HandWay) -> Itinerary:
        """The way with the clearance places that break least, then deliver first."""
        exports, imports = self._places.clearing_stops(way)
        runs = [
            self._run(way, {at: name for at, name in ((e, "export"), (i, "import")) if at >= 0})
            for e, i in product(exports, imports)
        ]
        made = [(run, self._priced(way, run)) for run in runs]
        _, best = min(
            made,
            key=lambda one: (one[0].missed_min, one[0].delivered_min, one[1].own_cost_fen),
        )
        return best

    def _run(self, way: HandWay, clears: dict[int, str], until: int | None = None) -> _Run:
        """
        Go along a way.

        Parameters
        ----------
        clears
            Stop -> direction of the clearance there.
        until
            Step before which to stop; then delivery is being ready for it.
        """
        shipment = self._hand.shipments[way.shipment_id]
        dwell = crossing_dwell(self._network, shipment.customs_mode, self._hand.planning_quantile)
        booked_min = self._places.booked_min(shipment)
        parts: list[_Part] = []
        events: list[ClearanceEvent] = []
        available_min = ready_min = self._network.minute(shipment.ready_at)
        missed_min = 0
        labels = self._places.labels(way)
        for at, step in enumerate([*way.steps[:until], None]):
            ready_min = available_min
            if at in clears:
                ready_min += self._places.clearance_min(labels[at], clears[at], shipment)
                events.append(
                    ClearanceEvent(
                        facility_id=labels[at],
                        direction=clears[at],
                        starts_min=available_min,
                        ends_min=ready_min,
                    )
                )
            if step is None:
                break
            if isinstance(step, str):
                part = self._ridden(step, shipment)
                assert part.load is not None  # noqa: S101  (made so)
                missed_min += max(0, ready_min - part.load.closes_min)
            else:
                cargo = Cargo(
                    load_unit=step.load_unit,
                    n_units=self._places.n_units(step, shipment),
                    gross_kg=shipment.gross_kg,
                    volume_dm3=shipment.volume_dm3,
                    dwell_min=dwell,
                )
                ends = (
                    self._places.place(step.from_id, shipment),
                    self._places.place(step.to_id, shipment),
                )
                leg = self._leg(step, ready_min, booked_min, cargo, ends)
                missed_min += max(0, ready_min + self._maker.lead_min(step) - leg.departs_min)
                part = _Part(legs=(leg,), load=None)
            parts.append(part)
            available_min = part.available_min
        return _Run(
            parts=tuple(parts),
            clearances=tuple(events),
            missed_min=missed_min,
            delivered_min=ready_min,
        )

    def _priced(self, way: HandWay, run: _Run) -> Itinerary:
        data, shipment = self._data, self._hand.shipments[way.shipment_id]
        legs = [leg for part in run.parts for leg in part.legs]
        storages = self._storages(shipment, run)
        due_at = shipment.due_at
        lateness_min = (
            0 if due_at is None else max(0, run.delivered_min - self._network.minute(due_at))
        )
        inspections = inspection_fen(data, shipment.credit_class)
        lines: Counter[str] = Counter()
        for leg in legs:
            lines.update(leg.cost_lines_fen)
            for passage in leg.passages:
                mode = data.crossings[passage.crossing_id].mode
                lines["inspection"] += inspections.get(mode, 0)
        for part in run.parts:
            if part.load is not None:
                ends = data.facilities[part.load.from_id], data.facilities[part.load.to_id]
                lines["stuffing"] += stuffing_fen(*ends, shipment.gross_kg)
        if self._places.is_international(shipment) and shipment.customs_mode in data.customs_modes:
            lines["customs"] += 2 * declaration_fen(data, shipment.customs_mode)
        lines["storage"] += sum(event.cost_fen for event in storages)
        lines["lateness"] += lateness_fen(lateness_min, shipment.late_fen_per_hour)
        co2e_g = sum(leg.co2e_g for leg in legs)
        lines["carbon"] += carbon_fen(data, co2e_g)
        return Itinerary(
            shipment_id=shipment.shipment_id,
            legs=tuple(legs),
            clearances=run.clearances,
            storages=storages,
            cost_lines_fen={name: fen for name, fen in lines.items() if fen},
            delivered_min=run.delivered_min,
            lateness_min=lateness_min,
            co2e_g=co2e_g,
        )

    def _storages(self, shipment: Shipment, run: _Run) -> tuple[StorageEvent, ...]:
        """Rule C4: own units that stay packed take their whole volume."""
        events: list[StorageEvent] = []
        # Itineraries that share nothing list waits that cost nothing too, as quotes do.
        silent = {event.facility_id for event in run.clearances}
        lists_all = all(part.load is None for part in run.parts)
        since_min, before = self._network.minute(shipment.ready_at), None
        for part in run.parts:
            first = part.legs[0]
            facility = self._data.facilities.get(first.from_id)
            dm3 = shipment.volume_dm3
            last = before.legs[-1] if before and not before.load and not part.load else None
            if last and last.load_unit == first.load_unit != LOOSE:
                dm3 = self._data.load_units[last.load_unit].usable_dm3 * last.n_units
            wait_min = first.departs_min - since_min
            fen = storage_fen(facility, wait_min, dm3) if facility else 0
            if fen or (facility and lists_all and wait_min > 0 and first.from_id not in silent):
                events.append(
                    StorageEvent(
                        facility_id=first.from_id,
                        from_min=since_min,
                        until_min=first.departs_min,
                        cost_fen=fen,
                    )
                )
            since_min, before = part.available_min, part
        return tuple(events)

    def _ridden(self, load_id: str, shipment: Shipment) -> _Part:
        load = self.load(load_id)
        return _Part(
            legs=tuple(
                replace(leg, cost_lines_fen={}, co2e_g=self._meter.grams(leg, shipment.gross_kg))
                for leg in load.legs
            ),
            load=load,
        )

    # ------------------------------------------------------------------ small things

    def _leg(
        self,
        ride: HandRide,
        ready_min: int,
        booked_min: int,
        cargo: Cargo,
        ends: tuple[Place, Place],
    ) -> Leg:
        departs_min = self._maker.departs_min(ride, ready_min, booked_min)
        if departs_min is None:
            raise _Stuck(ride.ref or ride.from_id)
        leg = self._maker.leg(ride, departs_min, cargo, ends)
        if leg is None:
            raise _Stuck(ride.ref or ride.to_id)
        return leg


def _pool(stated: str, inside: Sequence[str]) -> str:
    return stated if stated in inside or not inside else inside[0]
