"""Plans from JSON, whoever wrote it."""

from __future__ import annotations

from datetime import datetime

from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from optimizer.domain.shipment import Place, Shipment
from optimizer.errors import Finding, PlanError
from optimizer.plan.io_fields import Fields
from optimizer.plan.io_write import NO_MINUTE
from optimizer.plan.itinerary import (
    BorderPassage,
    ClearanceEvent,
    Itinerary,
    Leg,
    LegKind,
    StorageEvent,
)
from optimizer.plan.load import Content, Load
from optimizer.plan.plan import Incumbent, Plan, PlanResult, Repair, ShareGroup, Unassigned
from optimizer.plan.sharing_rules import ShareRule
from optimizer.units import cny_from_fen


def result_from_json(value: object) -> PlanResult:
    """
    A plan from its JSON form.

    Raises
    ------
    PlanError
        P790 where something is missing or malformed, P791 where a derived value contradicts its
        parts; all of them, with JSON pointers.
    """
    findings: list[Finding] = []
    fields = Fields(value, "", findings)
    provenance = fields.child("provenance")
    epoch_at = provenance.moment("epoch_at")
    reader = _Reader(epoch_at)
    sharing = fields.child("sharing")
    shipments = fields.items("shipments", shipment_from)
    by_id = {shipment.shipment_id: shipment for shipment in shipments}
    if len(by_id) != len(shipments):
        fields.report("P791", "has a shipment twice", "/shipments")
    plan = Plan(
        epoch_at=epoch_at,
        planned_at=provenance.moment("planned_at"),
        shipments=by_id,
        itineraries=fields.items("itineraries", reader.itinerary),
        loads=fields.items("loads", reader.load),
        unassigned=fields.items("unassigned", unassigned_from),
        planning_quantile=quantile_from(provenance),
        warnings=fields.texts("warnings"),
        share_rule=sharing.choice("rule", ShareRule),
        share_groups=sharing.items("groups", _share_group),
        repairs=fields.items("repairs", reader.repair),
    )
    result = PlanResult(
        plan=plan,
        status=fields.text("status"),
        bound_fen=fields.whole("bound_fen"),
        solve_seconds=provenance.number("solve_seconds"),
        stop_reason=provenance.text("stop_reason"),
        seed=provenance.whole("seed"),
        n_threads=provenance.whole("n_threads"),
        versions=provenance.texts_by_name("versions"),
        input_hashes=provenance.texts_by_name("input_hashes"),
        incumbents=fields.items("incumbents", _incumbent),
        summary=fields.mapping("summary"),
    )
    if findings:
        raise PlanError(findings)
    return result


def quantile_from(fields: Fields) -> float:
    """The planning quantile of a plan."""
    quantile = fields.number("planning_quantile")
    if not 0.0 < quantile < 1.0:
        place = fields.at("planning_quantile")
        fields.report("P790", "is not between 0 and 1", place, quantile)
        return 0.5
    return quantile


def _share_group(fields: Fields) -> ShareGroup:
    return ShareGroup(
        load_ids=fields.texts("load_ids"),
        shipment_ids=fields.texts("shipment_ids"),
        least_core_fen=fields.count("least_core_fen"),
    )


def _incumbent(fields: Fields) -> Incumbent:
    return Incumbent(
        seconds=fields.number("seconds"),
        objective_fen=fields.whole("objective_fen"),
        bound_fen=fields.whole("bound_fen"),
        note=fields.text("note"),
    )


def unassigned_from(fields: Fields) -> Unassigned:
    """An entry of the unserved list from its JSON form."""
    return Unassigned(
        shipment_id=fields.text("shipment_id"),
        code=fields.text("code"),
        reason=fields.text("reason"),
        resource=fields.text("resource"),
        remedy=fields.text("remedy"),
        penalty_fen=fields.whole("penalty_fen"),
    )


def shipment_from(fields: Fields) -> Shipment:
    """A shipment from its JSON form."""
    return Shipment(
        shipment_id=fields.text("shipment_id"),
        shipper=fields.text("shipper"),
        origin=_place(fields.child("origin")),
        destination=_place(fields.child("destination")),
        gross_kg=fields.count("gross_kg"),
        volume_dm3=fields.count("volume_dm3"),
        n_packages=fields.whole("n_packages"),
        value_cny=fields.whole("value_cny"),
        cargo_class=fields.text("cargo_class"),
        customs_mode=fields.text("customs_mode"),
        credit_class=fields.choice("credit_class", CreditClass),
        ready_at=fields.moment("ready_at"),
        booked_at=fields.moment("booked_at"),
        due_at=fields.moment_or_none("due_at"),
        latest_at=fields.moment_or_none("latest_at"),
        late_fen_per_hour=fields.count("late_fen_per_hour"),
        unserved_fen=fields.count("unserved_fen"),
    )


def _place(fields: Fields) -> Place:
    return Place(
        facility_id=fields.text("facility_id"),
        lat=fields.number("lat"),
        lon=fields.number("lon"),
        country=fields.text("country"),
    )


class _Reader:
    """Reads what has minutes, which need the epoch."""

    def __init__(self, epoch_at: datetime) -> None:
        self._epoch_at = epoch_at

    def repair(self, fields: Fields) -> Repair:
        repair = Repair(
            shipment_id=fields.text("shipment_id"),
            kind=fields.text("kind"),
            what=fields.text("what"),
            target=fields.text("target"),
            amount=fields.whole("amount"),
            unit=fields.text("unit"),
            cost_fen=fields.whole("cost_fen"),
            delivered_min=fields.minute("delivered_at", self._epoch_at),
            is_verified=fields.flag("is_verified"),
        )
        fields.agrees("cost_cny", cny_from_fen(repair.cost_fen))
        return repair

    def itinerary(self, fields: Fields) -> Itinerary:
        itinerary = Itinerary(
            shipment_id=fields.text("shipment_id"),
            legs=fields.items("legs", self.leg),
            clearances=fields.items("clearances", self._clearance),
            storages=fields.items("storages", self._storage),
            cost_lines_fen=fields.lines("cost_lines_fen"),
            share_fen=fields.whole("share_fen"),
            delivered_min=fields.minute("delivered_at", self._epoch_at),
            lateness_min=fields.whole("lateness_min"),
            co2e_g=fields.grams("co2e_kg"),
            on_time_share=fields.number("on_time_share"),
            delivered_p90_min=fields.minute("delivered_p90_at", self._epoch_at),
            stand_alone_fen=fields.whole("stand_alone_fen"),
            estimate_refs=fields.texts("estimates"),
            warnings=fields.texts("warnings"),
        )
        fields.agrees("cost_cny", cny_from_fen(itinerary.cost_fen))
        return itinerary

    def leg(self, fields: Fields) -> Leg:
        leg = Leg(
            kind=fields.choice("kind", LegKind),
            mode=fields.choice("mode", Mode),
            ref=fields.text("ref"),
            from_id=fields.text("from"),
            to_id=fields.text("to"),
            departs_min=fields.minute("departs_at", self._epoch_at),
            arrives_min=fields.minute("arrives_at", self._epoch_at),
            available_min=fields.minute("available_at", self._epoch_at),
            distance_m=fields.count("distance_m"),
            voyage_on=fields.day_or_none("voyage_on"),
            from_call=fields.whole("from_call"),
            to_call=fields.whole("to_call"),
            passages=fields.items("passages", self._passage),
            load_unit=fields.text("load_unit"),
            n_units=fields.count("n_units"),
            load_id=fields.text("load_id"),
            cost_lines_fen=fields.lines("cost_lines_fen"),
            co2e_g=fields.grams("co2e_kg"),
        )
        fields.agrees("cost_cny", cny_from_fen(leg.cost_fen))
        return leg

    def _passage(self, fields: Fields) -> BorderPassage:
        return BorderPassage(
            crossing_id=fields.text("crossing_id"),
            enters_min=fields.minute_or("enters_at", self._epoch_at, NO_MINUTE),
            leaves_min=fields.minute_or("leaves_at", self._epoch_at, NO_MINUTE),
        )

    def _clearance(self, fields: Fields) -> ClearanceEvent:
        return ClearanceEvent(
            facility_id=fields.text("facility_id"),
            direction=fields.text("direction"),
            starts_min=fields.minute("starts_at", self._epoch_at),
            ends_min=fields.minute("ends_at", self._epoch_at),
        )

    def _storage(self, fields: Fields) -> StorageEvent:
        return StorageEvent(
            facility_id=fields.text("facility_id"),
            from_min=fields.minute("from_at", self._epoch_at),
            until_min=fields.minute("until_at", self._epoch_at),
            cost_fen=fields.whole("cost_fen"),
        )

    def load(self, fields: Fields) -> Load:
        load = Load(
            load_id=fields.text("load_id"),
            lane_id=fields.text("lane_id"),
            from_id=fields.text("from"),
            to_id=fields.text("to"),
            load_unit=fields.text("load_unit"),
            customs_pool=fields.text("customs_pool"),
            cargo_pool=fields.text("cargo_pool"),
            legs=fields.items("legs", self.leg),
            closes_min=fields.minute("closes_at", self._epoch_at),
            released_min=fields.minute("released_at", self._epoch_at),
            payload_kg=fields.count("payload_kg"),
            usable_dm3=fields.count("usable_dm3"),
            contents=fields.items("contents", content_from),
            cost_lines_fen=fields.lines("cost_lines_fen"),
            co2e_g=fields.grams("co2e_kg"),
        )
        fields.agrees("cost_cny", cny_from_fen(load.cost_fen))
        fields.agrees("gross_kg", load.gross_kg)
        fields.agrees("volume_dm3", load.volume_dm3)
        return load


def content_from(fields: Fields) -> Content:
    """A part of a load from its JSON form."""
    return Content(
        shipment_id=fields.text("shipment_id"),
        gross_kg=fields.count("gross_kg"),
        volume_dm3=fields.count("volume_dm3"),
    )
