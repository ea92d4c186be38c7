"""Nudge every value of plan.json, or drop an item: the checker must notice, or it is on a list."""

from __future__ import annotations

import copy
import json
import re
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from optimizer.errors import PlanError
from optimizer.plan.checks.run import check_result, run_checks
from optimizer.plan.io import plan_to_json, read_plan
from optimizer.plan.kpis import summarize
from tests.toy.checked_network import make_checked_network
from tests.toy.checked_plan import make_checked_plan, make_checked_result
from tests.toy.json_places import get, leaves, put

EXEMPT = {
    "how it was solved, not what it says": (
        r"/provenance/(seed|n_threads|stop_reason|versions/.*|input_hashes/.*)$|/incumbents/.*"
    ),
    "the zero of time moves, the times do not": r"/provenance/epoch_at$",
    "inputs with slack: another plan would also be right": (
        r"/provenance/planned_at$|/shipments/\d+/(booked_at|ready_at|due_at|latest_at)$"
    ),
    "inputs that no rule reads": r"/shipments/\d+/(n_packages|value_cny)$",
    "inputs that only matter to late or unserved shipments": (
        r"/shipments/[0-6]/unserved_fen$|/shipments/[1-7]/late_fen_per_hour$"
    ),
    "the shipment that is not served": (
        r"/shipments/7/(gross_kg|volume_dm3|(origin|destination)/(facility_id|country))$"
    ),
    "volumes that do not bind: containers with room, mass that is chargeable": (
        r"/shipments/(1|4|6)/volume_dm3$"
    ),
    "customs mode of a domestic shipment": r"/shipments/6/customs_mode$",
    "names and words": (
        r"/shipments/\d+/shipper$|/loads/0/lane_id$|/loads/2/load_id$"
        r"|/itineraries/0/warnings/0$|/unassigned/0/(reason|resource|remedy)$"
    ),
    "place of an end that is a facility, known by its id": (
        r"/shipments/(0|[2-7])/origin/(lat|lon)$|/shipments/([0-2]|[4-7])/destination/(lat|lon)$"
    ),
    "from sampling, which is not repeated": r"/itineraries/\d+/delivered_p90_at$",
    "shown for readers, never read back": r".*/(booking_close|cargo_cutoff|customs_cutoff)_at$",
}


def nudged(value: object) -> object:
    """A slightly different value of the same kind."""
    if value is None:
        return "X"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value + 0.25
    try:
        later = datetime.fromisoformat(str(value))
    except ValueError:
        return f"{value}X"
    if later.tzinfo is None:
        return (later + timedelta(days=1)).date().isoformat()
    return (later + timedelta(minutes=7)).isoformat()


@pytest.fixture(scope="module")
def document() -> dict:
    data, plan = make_checked_network(), make_checked_plan()
    summary = summarize(data, plan, bound_fen=8_000_000, solve_seconds=1.5, n_violations=0)
    return json.loads(json.dumps(plan_to_json(data, make_checked_result(summary=summary))))


def is_noticed(data, document: dict) -> bool:
    try:
        return bool(check_result(data, read_plan(document)))
    except PlanError:
        return True


def test_the_document_itself_is_clean(document) -> None:
    assert check_result(make_checked_network(), read_plan(document)) == []


def test_every_nudge_is_noticed_or_exempt(document) -> None:
    data = make_checked_network()
    unnoticed, n_tried = [], 0
    for place, value in list(leaves(document)):
        if any(re.fullmatch(rule, place) for rule in EXEMPT.values()):
            continue
        n_tried += 1
        other = nudged(value)
        put(document, place, other)
        if not is_noticed(data, document):
            unnoticed.append(f"{place}: {value} -> {other}")
        put(document, place, value)
    assert unnoticed == []
    assert n_tried > 500


def test_every_item_dropped_is_noticed(document) -> None:
    data = make_checked_network()
    free = re.compile(r"/incumbents/.*|/itineraries/0/storages/0")
    lists = [
        f"/{section}/{number}/{name}"
        for section in ("itineraries", "loads")
        for number, item in enumerate(document[section])
        for name in ("legs", "clearances", "storages", "contents", "cost_lines_fen")
        if name in item
    ]
    lists += ["/shipments", "/itineraries", "/loads", "/unassigned"]
    unnoticed, n_tried = [], 0
    for place in lists:
        items = get(document, place)
        for key in range(len(items)) if isinstance(items, list) else list(items):
            changed = copy.deepcopy(document)
            del get(changed, place)[key]
            n_tried += 1
            if not is_noticed(data, changed) and not free.fullmatch(f"{place}/{key}"):
                unnoticed.append(f"{place}/{key}")
    assert unnoticed == []
    assert n_tried > 80


def test_exemptions_are_needed(document) -> None:
    places = [place for place, _ in leaves(document)]
    for why, rule in EXEMPT.items():
        assert any(re.fullmatch(rule, place) for place in places), why


def test_six_hundred_shipments_take_less_than_three_seconds() -> None:
    data, plan = make_checked_network(), make_checked_plan()
    n_copies = 86
    shipments, itineraries, loads = {}, [], []
    for copy_number in range(n_copies):
        for itinerary in plan.itineraries:
            name = f"{itinerary.shipment_id}-{copy_number}"
            old = plan.shipments[itinerary.shipment_id]
            shipments[name] = replace(old, shipment_id=name)
            legs = tuple(
                replace(leg, load_id=leg.load_id and f"{leg.load_id}-{copy_number}")
                for leg in itinerary.legs
            )
            itineraries.append(replace(itinerary, shipment_id=name, legs=legs))
        for load in plan.loads:
            contents = tuple(
                replace(part, shipment_id=f"{part.shipment_id}-{copy_number}")
                for part in load.contents
            )
            name, lane = f"{load.load_id}-{copy_number}", f"{load.lane_id}-{copy_number}"
            loads.append(replace(load, load_id=name, lane_id=lane, contents=contents))
    big = replace(
        plan,
        shipments=shipments,
        itineraries=tuple(itineraries),
        loads=tuple(loads),
        unassigned=(),
    )
    assert len(big.itineraries) > 600
    started = time.process_time()
    found = run_checks(data, big)
    seconds = time.process_time() - started
    # Only what all copies share is exceeded: 86 * 10 TEU on 10, 86 * 3 trucks on 3, the flight;
    # and the copies' loads are in groups of their own.
    assert {v.code for v in found} == {"P718", "P719", "P720", "P756"}
    by_place = {v.where: v.amount for v in found}
    assert by_place["svc:RAIL-KMG-VTE:2026-12-02:1:teu"] == (n_copies - 1) * 1000
    assert by_place["quota:TRK-VTE-BKK:2026-12-03"] == (n_copies - 1) * 3
    assert by_place["svc:AIR-KMG-BKK:2026-11-30:0:kg"] == n_copies * 300 - 6000
    assert seconds < 3.0
