"""Plans as JSON: times in the zone of the place where they happen, money also in CNY."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Service, TruckLane
from optimizer.domain.shipment import Place, Shipment
from optimizer.plan.checks.clock import Clock
from optimizer.plan.itinerary import Itinerary, Leg, LegKind
from optimizer.plan.load import Load
from optimizer.plan.plan import PlanResult, Repair
from optimizer.units import cny_from_fen, moment_at

Json = dict[str, object]
G_PER_KG = 1_000
NO_MINUTE = -1


class PlanWriter:
    """
    Writes the parts of a plan.

    Parameters
    ----------
    data
        Network the plan was made for; places it does not know are written in UTC.
    epoch_at
        Zero of the minutes.
    """

    def __init__(self, data: NetworkData, epoch_at: datetime) -> None:
        self._data = data
        self._epoch_at = epoch_at
        self._clock = Clock(epoch_at)
        self._legs: dict[int, tuple[Leg, Json]] = {}
        self._shown: dict[tuple[int, str], str] = {}
        """Moments by minute and zone: legs, clearances and ways share most of theirs."""

    def _zone(self, *labels: str) -> str:
        """Zone of the first label that is a facility."""
        for label in labels:
            if label in self._data.facilities:
                return self._data.facilities[label].timezone
        return "UTC"

    def moment(self, minute: int, *labels: str) -> str:
        """RFC 3339 of a minute in the zone of the first label that is a facility."""
        return self._moment(minute, self._zone(*labels))

    def _moment(self, minute: int, zone: str) -> str:
        known = self._shown.get((minute, zone))
        if known is None:
            known = moment_at(self._epoch_at, minute).astimezone(ZoneInfo(zone)).isoformat()
            self._shown[minute, zone] = known
        return known

    def result(self, result: PlanResult) -> Json:
        """A whole plan with what was proved about it."""
        plan = result.plan
        return {
            "summary": dict(result.summary),
            "status": result.status,
            "bound_fen": result.bound_fen,
            "provenance": {
                "versions": dict(result.versions),
                "input_hashes": dict(result.input_hashes),
                "seed": result.seed,
                "n_threads": result.n_threads,
                "epoch_at": plan.epoch_at.isoformat(),
                "planned_at": plan.planned_at.isoformat(),
                "planning_quantile": plan.planning_quantile,
                "solve_seconds": result.solve_seconds,
                "stop_reason": result.stop_reason,
            },
            "incumbents": [
                {
                    "seconds": incumbent.seconds,
                    "objective_fen": incumbent.objective_fen,
                    "bound_fen": incumbent.bound_fen,
                    "note": incumbent.note,
                }
                for incumbent in result.incumbents
            ],
            "shipments": [shipment_to_json(shipment) for shipment in plan.shipments.values()],
            "itineraries": [self.itinerary(itinerary) for itinerary in plan.itineraries],
            "loads": [self.load(load) for load in plan.loads],
            "unassigned": [
                {
                    "shipment_id": entry.shipment_id,
                    "code": entry.code,
                    "reason": entry.reason,
                    "resource": entry.resource,
                    "remedy": entry.remedy,
                    "penalty_fen": entry.penalty_fen,
                }
                for entry in plan.unassigned
            ],
            "sharing": {
                "rule": plan.share_rule,
                "groups": [
                    {
                        "load_ids": list(group.load_ids),
                        "shipment_ids": list(group.shipment_ids),
                        "least_core_fen": group.least_core_fen,
                    }
                    for group in plan.share_groups
                ],
            },
            "repairs": [self.repair(repair) for repair in plan.repairs],
            "warnings": list(plan.warnings),
        }

    def repair(self, repair: Repair) -> Json:
        """A repair with its price."""
        return {
            "shipment_id": repair.shipment_id,
            "kind": repair.kind,
            "what": repair.what,
            "target": repair.target,
            "amount": repair.amount,
            "unit": repair.unit,
            "cost_cny": cny_from_fen(repair.cost_fen),
            "cost_fen": repair.cost_fen,
            "delivered_at": self.moment(repair.delivered_min),
            "is_verified": repair.is_verified,
        }

    def itinerary(self, itinerary: Itinerary) -> Json:
        """An itinerary with its legs, clearances and waits."""
        ends = (itinerary.legs[-1].to_id, itinerary.legs[-1].from_id) if itinerary.legs else ()
        return {
            "shipment_id": itinerary.shipment_id,
            "delivered_at": self.moment(itinerary.delivered_min, *ends),
            "delivered_p90_at": self.moment(itinerary.delivered_p90_min, *ends),
            "on_time_share": itinerary.on_time_share,
            "lateness_min": itinerary.lateness_min,
            "cost_cny": cny_from_fen(itinerary.cost_fen),
            "cost_lines_fen": dict(itinerary.cost_lines_fen),
            "share_fen": itinerary.share_fen,
            "stand_alone_fen": itinerary.stand_alone_fen,
            "co2e_kg": itinerary.co2e_g / G_PER_KG,
            "legs": [self.leg(leg) for leg in itinerary.legs],
            "clearances": [
                {
                    "facility_id": event.facility_id,
                    "direction": event.direction,
                    "starts_at": self.moment(event.starts_min, event.facility_id),
                    "ends_at": self.moment(event.ends_min, event.facility_id),
                }
                for event in itinerary.clearances
            ],
            "storages": [
                {
                    "facility_id": event.facility_id,
                    "from_at": self.moment(event.from_min, event.facility_id),
                    "until_at": self.moment(event.until_min, event.facility_id),
                    "cost_fen": event.cost_fen,
                }
                for event in itinerary.storages
            ],
            "estimates": list(itinerary.estimate_refs),
            "warnings": list(itinerary.warnings),
        }

    def leg(self, leg: Leg) -> Json:
        """A leg, with the cut-offs that lead to it; of a leg that is shared, the same object."""
        # The leg is kept with its form, so that its id stays its own.
        known = self._legs.get(id(leg))
        if known is None:
            known = self._legs[id(leg)] = (leg, self._leg(leg))
        return known[1]

    def _leg(self, leg: Leg) -> Json:
        return {
            "kind": str(leg.kind),
            "mode": str(leg.mode),
            "ref": leg.ref,
            "from": leg.from_id,
            "to": leg.to_id,
            "departs_at": self.moment(leg.departs_min, leg.from_id, leg.to_id),
            "arrives_at": self.moment(leg.arrives_min, leg.to_id, leg.from_id),
            "available_at": self.moment(leg.available_min, leg.to_id, leg.from_id),
            **self._cutoffs(leg),
            "distance_m": leg.distance_m,
            "voyage_on": leg.voyage_on.isoformat() if leg.voyage_on else None,
            "from_call": leg.from_call,
            "to_call": leg.to_call,
            "passages": [
                {
                    "crossing_id": passage.crossing_id,
                    "enters_at": self._at_border(passage.crossing_id, passage.enters_min),
                    "leaves_at": self._at_border(passage.crossing_id, passage.leaves_min),
                }
                for passage in leg.passages
            ],
            "load_unit": leg.load_unit,
            "n_units": leg.n_units,
            "load_id": leg.load_id,
            "cost_cny": cny_from_fen(leg.cost_fen),
            "cost_lines_fen": dict(leg.cost_lines_fen),
            "co2e_kg": leg.co2e_g / G_PER_KG,
        }

    def _at_border(self, crossing_id: str, minute: int) -> str | None:
        if minute == NO_MINUTE:
            return None
        crossing = self._data.crossings.get(crossing_id)
        return self._moment(minute, crossing.timezone if crossing else "UTC")

    def _cutoffs(self, leg: Leg) -> Json:
        """Latest booking, presence and customs release for a leg, where there are such."""
        booking = cargo = customs = None
        service = self._data.services.get(leg.ref) if leg.kind is LegKind.SERVICE else None
        lane = self._data.truck_lanes.get(leg.ref) if leg.kind is LegKind.TRUCK else None
        if service is not None and leg.voyage_on and 0 <= leg.from_call < len(service.calls):
            call = service.calls[leg.from_call]
            booking = self._booking_close_at(service, leg)
            cargo = self.moment(leg.departs_min - call.cargo_cutoff_min, leg.from_id)
            if self._leaves_territory(leg):
                customs = self.moment(leg.departs_min - call.customs_cutoff_min, leg.from_id)
        elif lane is not None:
            cargo = self.moment(leg.departs_min - self._loading_min(lane), leg.from_id)
        return {
            "booking_close_at": booking,
            "cargo_cutoff_at": cargo,
            "customs_cutoff_at": customs,
        }

    def _booking_close_at(self, service: Service, leg: Leg) -> str | None:
        first = service.calls[0]
        if leg.voyage_on is None or first.facility_id not in self._data.facilities:
            return None
        zone = self._zone(first.facility_id)
        departs_min = self._clock.wall_min(zone, leg.voyage_on, first.depart_min)
        return self.moment(departs_min - service.booking_close_min, first.facility_id)

    def _leaves_territory(self, leg: Leg) -> bool:
        ends = [self._data.facilities.get(label) for label in (leg.from_id, leg.to_id)]
        territories = {self._data.territory(end.country) for end in ends if end is not None}
        return bool(leg.passages) or len(territories) > 1

    def _loading_min(self, lane: TruckLane) -> int:
        facility = self._data.facilities.get(lane.from_facility_id)
        return max(lane.loading_min, facility.transfer_min if facility else 0)

    def load(self, load: Load) -> Json:
        """A shared load and its contents."""
        return {
            "load_id": load.load_id,
            "lane_id": load.lane_id,
            "from": load.from_id,
            "to": load.to_id,
            "load_unit": load.load_unit,
            "customs_pool": load.customs_pool,
            "cargo_pool": load.cargo_pool,
            "closes_at": self.moment(load.closes_min, load.from_id),
            "released_at": self.moment(load.released_min, load.to_id),
            "payload_kg": load.payload_kg,
            "usable_dm3": load.usable_dm3,
            "gross_kg": load.gross_kg,
            "volume_dm3": load.volume_dm3,
            "contents": [
                {
                    "shipment_id": content.shipment_id,
                    "gross_kg": content.gross_kg,
                    "volume_dm3": content.volume_dm3,
                }
                for content in load.contents
            ],
            "legs": [self.leg(leg) for leg in load.legs],
            "cost_cny": cny_from_fen(load.cost_fen),
            "cost_lines_fen": dict(load.cost_lines_fen),
            "co2e_kg": load.co2e_g / G_PER_KG,
        }


def shipment_to_json(shipment: Shipment) -> Json:
    """A shipment as it was asked for."""
    return {
        "shipment_id": shipment.shipment_id,
        "shipper": shipment.shipper,
        "origin": _place(shipment.origin),
        "destination": _place(shipment.destination),
        "gross_kg": shipment.gross_kg,
        "volume_dm3": shipment.volume_dm3,
        "n_packages": shipment.n_packages,
        "value_cny": shipment.value_cny,
        "cargo_class": shipment.cargo_class,
        "customs_mode": shipment.customs_mode,
        "credit_class": str(shipment.credit_class),
        "ready_at": shipment.ready_at.isoformat(),
        "booked_at": shipment.booked_at.isoformat(),
        "due_at": _moment(shipment.due_at),
        "latest_at": _moment(shipment.latest_at),
        "late_fen_per_hour": shipment.late_fen_per_hour,
        "unserved_fen": shipment.unserved_fen,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _place(place: Place) -> Mapping[str, object]:
    return {
        "facility_id": place.facility_id,
        "lat": place.lat,
        "lon": place.lon,
        "country": place.country,
    }
