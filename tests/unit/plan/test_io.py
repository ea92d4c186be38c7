"""plan.json: nothing is lost on the way out and back, and nothing from outside is trusted."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from optimizer.domain.shipment import Place, Shipment
from optimizer.errors import PlanError
from optimizer.plan.checks.run import run_checks
from optimizer.plan.io import itinerary_to_json, plan_to_json, read_plan, write_plan
from optimizer.plan.itinerary import (
    BorderPassage,
    ClearanceEvent,
    Itinerary,
    Leg,
    LegKind,
    StorageEvent,
)
from optimizer.plan.load import Content, Load
from optimizer.plan.plan import Incumbent, Plan, PlanResult, Unassigned
from tests.factories import EPOCH, make_facility
from tests.toy.checked_network import make_checked_network
from tests.toy.checked_plan import S2, S5, make_checked_result
from tests.toy.json_places import leaves, put

DATA = make_checked_network()
# A zone with clock changes, so that written times have both of its offsets.
DATA = replace(DATA, facilities=DATA.facilities | {"DEDUI-RAIL": make_facility("DEDUI-RAIL")})

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
labels = st.sampled_from([*DATA.facilities, "25.0000,102.0000", "", "～é\n"])
minutes = st.integers(-1_000_000, 5_000_000).filter(lambda minute: minute != -1)
amounts = st.integers(-(10**12), 10**12)
counts = st.integers(0, 10**9)
lines = st.dictionaries(texts, amounts, max_size=3)
zones = st.integers(-840, 840).map(lambda offset: timezone(timedelta(minutes=offset)))
moments = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001  (hypothesis wants bounds without a zone)
    datetime(2190, 1, 1),  # noqa: DTZ001
    timezones=zones,
)
shares = st.floats(0, 1)
passages = st.builds(
    BorderPassage,
    crossing_id=st.sampled_from([*DATA.crossings, "?"]),
    enters_min=st.just(-1) | minutes,
    leaves_min=st.just(-1) | minutes,
)
legs = st.builds(
    Leg,
    kind=st.sampled_from(LegKind),
    mode=st.sampled_from(Mode),
    ref=st.sampled_from([*DATA.services, *DATA.truck_lanes, ""]),
    from_id=labels,
    to_id=labels,
    departs_min=minutes,
    arrives_min=minutes,
    available_min=minutes,
    distance_m=counts,
    voyage_on=st.none() | st.dates(date(1971, 1, 1), date(2190, 1, 1)),
    from_call=st.integers(-1, 3),
    to_call=st.integers(-1, 3),
    passages=st.lists(passages, max_size=2).map(tuple),
    load_unit=texts,
    n_units=counts,
    load_id=texts,
    cost_lines_fen=lines,
    co2e_g=counts,
)
clearances = st.builds(
    ClearanceEvent, facility_id=labels, direction=texts, starts_min=minutes, ends_min=minutes
)
storages = st.builds(
    StorageEvent, facility_id=labels, from_min=minutes, until_min=minutes, cost_fen=amounts
)
itineraries = st.builds(
    Itinerary,
    shipment_id=texts,
    legs=st.lists(legs, max_size=3).map(tuple),
    clearances=st.lists(clearances, max_size=2).map(tuple),
    storages=st.lists(storages, max_size=2).map(tuple),
    cost_lines_fen=lines,
    share_fen=amounts,
    delivered_min=minutes,
    lateness_min=amounts,
    co2e_g=counts,
    on_time_share=shares,
    delivered_p90_min=minutes,
    stand_alone_fen=amounts,
    estimate_refs=st.lists(texts, max_size=2).map(tuple),
    warnings=st.lists(texts, max_size=2).map(tuple),
)
contents = st.builds(Content, shipment_id=texts, gross_kg=counts, volume_dm3=counts)
loads = st.builds(
    Load,
    load_id=texts,
    lane_id=texts,
    from_id=labels,
    to_id=labels,
    load_unit=texts,
    customs_pool=texts,
    cargo_pool=texts,
    legs=st.lists(legs, max_size=2).map(tuple),
    closes_min=minutes,
    released_min=minutes,
    payload_kg=counts,
    usable_dm3=counts,
    contents=st.lists(contents, max_size=2).map(tuple),
    cost_lines_fen=lines,
    co2e_g=counts,
)
places = st.builds(
    Place,
    facility_id=labels,
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    country=texts,
)
shipments = st.builds(
    Shipment,
    shipment_id=texts,
    shipper=texts,
    origin=places,
    destination=places,
    gross_kg=counts,
    volume_dm3=counts,
    n_packages=counts,
    value_cny=counts,
    cargo_class=texts,
    customs_mode=texts,
    credit_class=st.sampled_from(CreditClass),
    ready_at=moments,
    booked_at=moments,
    due_at=st.none() | moments,
    latest_at=st.none() | moments,
    late_fen_per_hour=counts,
    unserved_fen=counts,
)
unassigned = st.builds(
    Unassigned,
    shipment_id=texts,
    code=texts,
    reason=texts,
    resource=texts,
    remedy=texts,
    penalty_fen=amounts,
)
plans = st.builds(
    Plan,
    epoch_at=st.just(EPOCH) | st.just(datetime(2026, 3, 28, 12, 34, 56, 789, tzinfo=UTC)),
    planned_at=moments,
    shipments=st.lists(shipments, max_size=2).map(
        lambda listed: {shipment.shipment_id: shipment for shipment in listed}
    ),
    itineraries=st.lists(itineraries, max_size=2).map(tuple),
    loads=st.lists(loads, max_size=2).map(tuple),
    unassigned=st.lists(unassigned, max_size=2).map(tuple),
    planning_quantile=st.floats(0.01, 0.99),
    warnings=st.lists(texts, max_size=2).map(tuple),
)
results = st.builds(
    PlanResult,
    plan=plans,
    status=texts,
    bound_fen=amounts,
    solve_seconds=st.floats(0, 1e6),
    stop_reason=texts,
    seed=counts,
    n_threads=counts,
    versions=st.dictionaries(texts, texts, max_size=2),
    input_hashes=st.dictionaries(texts, texts, max_size=2),
    incumbents=st.lists(
        st.builds(
            Incumbent,
            seconds=st.floats(0, 1e6),
            objective_fen=amounts,
            bound_fen=amounts,
            note=texts,
        ),
        max_size=2,
    ).map(tuple),
    summary=st.dictionaries(texts, st.none() | texts | amounts, max_size=2),
)
BRIEF = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@BRIEF
@given(results)
def test_what_is_written_reads_back_the_same(result: PlanResult) -> None:
    text = json.dumps(plan_to_json(DATA, result))
    assert read_plan(text.encode()) == result


def test_file_round_trip_and_order(tmp_path) -> None:
    result = make_checked_result()
    write_plan(DATA, result, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == result
    assert read_plan(str(tmp_path / "plan.json")) == result
    raw = (tmp_path / "plan.json").read_bytes()
    assert list(json.loads(raw))[:4] == ["summary", "status", "bound_fen", "provenance"]
    assert raw.endswith(b"}\n")
    assert b"\r" not in raw


def test_times_are_local_and_cut_offs_are_three() -> None:
    leg = itinerary_to_json(DATA, S2, EPOCH)["legs"][1]
    assert leg["departs_at"] == "2026-12-02T20:00:00+08:00"
    assert leg["arrives_at"] == "2026-12-03T16:00:00+07:00"
    # Booking 24 h before the first departure, cargo 6 h, customs 8 h.
    assert leg["booking_close_at"] == "2026-12-01T20:00:00+08:00"
    assert leg["cargo_cutoff_at"] == "2026-12-02T14:00:00+08:00"
    assert leg["customs_cutoff_at"] == "2026-12-02T12:00:00+08:00"
    assert leg["cost_cny"] == 18_300.0
    assert leg["passages"][0]["enters_at"] is None


def test_connectors_and_trucks_have_the_cut_offs_that_they_have() -> None:
    first, _, last = itinerary_to_json(DATA, S2, EPOCH)["legs"]
    assert first["cargo_cutoff_at"] is first["booking_close_at"] is None
    # The factory is a point: its time is that of the terminal. 00:30 UTC.
    assert first["departs_at"] == "2026-11-30T08:30:00+08:00"
    # Vientiane: transfer 120 before 5220, which is 22:00 on Thursday.
    assert last["cargo_cutoff_at"] == "2026-12-03T20:00:00+07:00"
    assert last["customs_cutoff_at"] is None
    assert last["passages"][0]["enters_at"] == "2026-12-04T06:00:00+07:00"


def test_quote_has_delivery_and_chance() -> None:
    quote = itinerary_to_json(DATA, S5, EPOCH)
    assert quote["delivered_at"] == "2026-12-01T10:30:00+07:00"  # 1650 min
    assert quote["delivered_p90_at"] == "2026-12-02T04:00:00+07:00"  # 2700 min
    assert quote["co2e_kg"] == 369.15
    assert quote["cost_cny"] == 5_042.0
    assert quote["on_time_share"] == 1.0


@pytest.fixture
def document() -> dict:
    return json.loads(json.dumps(plan_to_json(DATA, make_checked_result())))


@pytest.mark.parametrize(
    ("place", "value", "code", "found_at"),
    [
        ("/bound_fen", 1.5, "P790", "/bound_fen"),
        ("/bound_fen", True, "P790", "/bound_fen"),
        ("/bound_fen", 10**30, "P790", "/bound_fen"),
        ("/provenance", [], "P790", "/provenance"),
        ("/provenance/epoch_at", "2026-11-30T00:00:00", "P790", "/provenance/epoch_at"),
        ("/provenance/epoch_at", "0001-01-01T00:00:00Z", "P790", "/provenance/epoch_at"),
        ("/provenance/planning_quantile", 1, "P790", "/provenance/planning_quantile"),
        ("/shipments/0/credit_class", "good", "P790", "/shipments/0/credit_class"),
        ("/shipments/0/gross_kg", -1, "P790", "/shipments/0/gross_kg"),
        ("/shipments/1/shipment_id", "S1", "P791", "/shipments"),
        ("/itineraries/0/legs/0/mode", "sea", "P790", "/itineraries/0/legs/0/mode"),
        ("/itineraries/0/legs/0/cost_cny", 4685.6, "P791", "/itineraries/0/legs/0/cost_cny"),
        ("/itineraries/0/legs/0/co2e_kg", 180.2003, "P790", "/itineraries/0/legs/0/co2e_kg"),
        (
            "/itineraries/0/legs/0/departs_at",
            "2026-11-30T14:00:30+08:00",
            "P790",
            "/itineraries/0/legs/0/departs_at",
        ),
        (
            "/itineraries/1/legs/1/voyage_on",
            "2026-02-30",
            "P790",
            "/itineraries/1/legs/1/voyage_on",
        ),
        (
            "/itineraries/0/cost_lines_fen/customs",
            "much",
            "P790",
            "/itineraries/0/cost_lines_fen/customs",
        ),
        ("/itineraries/0/legs", {}, "P790", "/itineraries/0/legs"),
        ("/itineraries/0/legs/0", None, "P790", "/itineraries/0/legs/0"),
        ("/loads/0/gross_kg", 8001, "P791", "/loads/0/gross_kg"),
        ("/warnings/0", 5, "P790", "/warnings/0"),
    ],
)
def test_malformed_values_are_found_with_their_place(document, place, value, code, found_at):
    document["warnings"] = ["x"]
    put(document, place, value)
    with pytest.raises(PlanError) as raised:
        read_plan(document)
    assert (code, found_at) in {(f.code, f.where) for f in raised.value.findings}


def test_all_findings_at_once_and_missing_fields(document) -> None:
    del document["status"], document["loads"][0]["load_id"]
    document["seed"] = "ignored: nobody asked for it"
    with pytest.raises(PlanError) as raised:
        read_plan(document)
    places = [(finding.where, finding.what) for finding in raised.value.findings]
    assert places == [("/loads/0/load_id", "is missing"), ("/status", "is missing")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"NaN",
        b'{"bound_fen": Infinity}',
        b"9" * 5000,
    ],
)
def test_unreadable_text_is_one_finding(raw: bytes) -> None:
    with pytest.raises(PlanError) as raised:
        read_plan(raw)
    assert [finding.code for finding in raised.value.findings] == ["P792"]


def test_missing_file_and_folder(tmp_path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(PlanError, match="P792"):
            read_plan(path)


@pytest.mark.parametrize("raw", [b"null", b"[]", b"3", b'"text"', b"{}"])
def test_other_json_is_refused_with_findings(raw: bytes) -> None:
    with pytest.raises(PlanError) as raised:
        read_plan(raw)
    assert {finding.code for finding in raised.value.findings} == {"P790"}


def test_findings_are_limited_in_number_and_length(document) -> None:
    document["warnings"] = [{"x" * 10_000: 1}] * 10_000
    with pytest.raises(PlanError) as raised:
        read_plan(document)
    assert len(raised.value.findings) == 100
    assert len(str(raised.value)) < 20_000


HOSTILE = [None, True, -1, 0, 10**15, -(10**15), 1.5, "", "S1", "CNKMG-RAIL", "connector", [], {}]
HOSTILE += [{"x": 1}, "1970-01-01T00:00:00Z", "2199-12-31T23:59:00+14:00", "2199-12-31"]
PLACES = [
    place for place, _ in leaves(json.loads(json.dumps(plan_to_json(DATA, make_checked_result()))))
]


@settings(BRIEF, max_examples=250)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(HOSTILE)), max_size=3))
def test_hostile_values_never_raise_anything_else(changes) -> None:
    document = json.loads(json.dumps(plan_to_json(DATA, make_checked_result())))
    for place, value in changes:
        try:
            put(document, place, value)
        except (KeyError, TypeError, IndexError):
            continue
    with contextlib.suppress(PlanError):
        assert isinstance(run_checks(DATA, read_plan(document).plan), list)
