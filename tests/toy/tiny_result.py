"""Two shipments in one container and one not served: every figure of the report by head."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place, Shipment
from optimizer.plan.itinerary import BorderPassage, Itinerary, Leg, LegKind, StorageEvent
from optimizer.plan.load import Content, Load
from optimizer.plan.plan import Plan, PlanResult, Repair, ShareGroup, Unassigned
from tests.toy.sample_places import make_network

EPOCH = datetime(2026, 9, 6, 16, 0, tzinfo=UTC)
"""Midnight of Monday 7 September 2026 in Kunming."""
LOAD_LINES = {"line_haul": 600_000, "border": 90_000, "storage": 10_000}
"""Sums to 7,000 CNY; the leg carries the first two."""


def _shipment(name: str, gross_kg: int, volume_dm3: int, due: bool) -> Shipment:
    return Shipment(
        shipment_id=name, shipper=f"Shipper {name}",
        origin=Place(facility_id="CNKMG-WJX", lat=24.98, lon=102.84, country="CN"),
        destination=Place(facility_id="LAVTE-TNL", lat=17.90, lon=102.72, country="LA"),
        gross_kg=gross_kg, volume_dm3=volume_dm3, n_packages=10, value_cny=1000,
        cargo_class="general", customs_mode="0110", credit_class=CreditClass.ORDINARY,
        ready_at=EPOCH, booked_at=EPOCH,
        due_at=EPOCH + timedelta(days=3) if due else None,
    )  # fmt: skip


def _leg(load_id: str, lines: dict[str, int], co2e_g: int) -> Leg:
    return Leg(
        kind=LegKind.SERVICE, mode=Mode.RAIL, ref="CKL-VTE", from_id="CNKMG-WJX",
        to_id="LAVTE-TNL", departs_min=1440, arrives_min=2880, available_min=3000,
        distance_m=1_000_000, voyage_on=date(2026, 9, 8), from_call=0, to_call=1,
        passages=(BorderPassage(crossing_id="MOHAN-BOTEN-RAIL:CN-LA"),), load_unit="40HQ",
        n_units=1, load_id=load_id, cost_lines_fen=lines, co2e_g=co2e_g,
    )  # fmt: skip


def _itinerary(name: str, share_fen: int, alone_fen: int, co2e_g: int) -> Itinerary:
    return Itinerary(
        shipment_id=name, legs=(_leg("L-1", {}, co2e_g),),
        storages=(StorageEvent(facility_id="CNKMG-WJX", from_min=0, until_min=1440, cost_fen=0),),
        cost_lines_fen={"customs": 40_000, "stuffing": 10_000}, share_fen=share_fen,
        delivered_min=3200, co2e_g=co2e_g, on_time_share=0.8, stand_alone_fen=alone_fen,
        estimate_refs=("rate_cards:R1",) if name == "A" else ("rate_cards:R1", "borders:X"),
    )  # fmt: skip


def make_tiny() -> tuple[PlanResult, NetworkData]:
    """
    A and B share L-1; C is not served.

    Objective: 2 x 500 CNY of their own + 7,000 CNY of the load + 3,000 CNY of penalty = 11,000.
    """
    contents = (
        Content(shipment_id="A", gross_kg=1000, volume_dm3=10_000),
        Content(shipment_id="B", gross_kg=4000, volume_dm3=24_000),
    )
    load = Load(
        load_id="L-1", lane_id="CKL-VTE@1440", from_id="CNKMG-WJX", to_id="LAVTE-TNL",
        load_unit="40HQ", customs_pool="trade", cargo_pool="dry",
        legs=(_leg("L-1", {"line_haul": 600_000, "border": 90_000}, 100_000),),
        closes_min=600, released_min=3180, payload_kg=20_000, usable_dm3=68_000,
        contents=contents, cost_lines_fen=dict(LOAD_LINES), co2e_g=100_000,
    )  # fmt: skip
    shipments = {
        "A": _shipment("A", 1000, 10_000, due=True),
        "B": _shipment("B", 4000, 24_000, due=False),
        "C": _shipment("C", 500, 2000, due=True),
    }
    plan = Plan(
        epoch_at=EPOCH, planned_at=EPOCH, shipments=shipments,
        itineraries=(
            _itinerary("A", 200_000, 400_000, 20_000), _itinerary("B", 500_000, 600_000, 80_000)
        ),
        loads=(load,),
        unassigned=(
            Unassigned(shipment_id="C", code="U801", reason="no way", penalty_fen=300_000),
        ),
    )  # fmt: skip
    result = PlanResult(
        plan=plan, status="optimal", bound_fen=1_100_000, solve_seconds=1.5, stop_reason="optimal",
        seed=1, n_threads=1, versions={"teahorse": "0.1.0"}, input_hashes={"network": "abc"},
        summary={"n_violations": 0, "estimate_share": 0.25},
    )  # fmt: skip
    return result, make_network()


def with_repairs(result: PlanResult, data: NetworkData) -> tuple[PlanResult, NetworkData]:
    """The same with two repairs of C, the dearer one first, and a group that no split suits."""

    def repair(what: str, cost_fen: int, is_verified: bool) -> Repair:
        return Repair(
            shipment_id="C", kind="ready_earlier", what=what, target="", amount=2, unit="h",
            cost_fen=cost_fen, delivered_min=3200, is_verified=is_verified,
        )  # fmt: skip

    plan = replace(
        result.plan,
        repairs=(
            repair("another crossing", 90_000, is_verified=False),
            repair("ready 2 hours earlier", 25_000, is_verified=True),
        ),
        share_groups=(
            ShareGroup(load_ids=("L-1",), shipment_ids=("A", "B"), least_core_fen=1_234),
        ),
    )
    return replace(result, plan=plan), data
