"""Modifications: each does what its name says, to new objects, and says what it cannot do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from optimizer.domain.border import BorderStatus, Interchange
from optimizer.domain.hours import WeeklyHours
from optimizer.errors import ScenarioError
from optimizer.network.build import build_network
from optimizer.scenario.modifications.apply import apply_all
from optimizer.scenario.modifications.base import World
from optimizer.scenario.modifications.kinds import AnyModification
from tests.factories import EPOCH, make_shipment
from tests.toy.corridor import BANGKOK_DRY, KUNMING_RAIL, VIENTIANE, make_corridor

KINDS = TypeAdapter(AnyModification)
ROAD = "MOHAN-BOTEN-ROAD:CN-LA"


def make_world():
    shipments = (
        make_shipment("S1", KUNMING_RAIL, BANGKOK_DRY, due_at=EPOCH + timedelta(days=9)),
        make_shipment("S2", KUNMING_RAIL, VIENTIANE, gross_kg=333),
        make_shipment("S3", KUNMING_RAIL, VIENTIANE),
    )
    return World(
        data=make_corridor(),
        shipments=shipments,
        planned_at=EPOCH,
        horizon_start=EPOCH,
        horizon_end=EPOCH + timedelta(days=30),
    )


def after(*documents, world=None):
    return apply_all(world or make_world(), [KINDS.validate_python(one) for one in documents])


def findings(*documents):
    with pytest.raises(ScenarioError) as caught:
        after(*documents)
    return [(one.code, one.where) for one in caught.value.findings]


def test_nothing_to_do_leaves_the_world_and_its_fingerprint() -> None:
    world = make_world()
    assert apply_all(world, []) is world


def test_the_base_is_not_touched() -> None:
    world, twin = make_world(), make_world()
    changed = after({"kind": "close_border", "border": "MOHAN-BOTEN-ROAD"}, world=world)
    assert world == twin
    assert changed.data.fingerprint != world.data.fingerprint
    assert changed.data.crossings[ROAD].status is BorderStatus.CLOSED
    assert changed.data.services is world.data.services


def test_a_dated_closure_stops_a_train_and_keeps_the_others() -> None:
    # Trains leave Kunming Monday, Wednesday, Friday at 12:00 UTC and arrive 21 hours later.
    world = make_world()
    shut = {
        "kind": "close_border",
        "border": "MOHAN-BOTEN-RAIL:CN-LA",
        "from_at": EPOCH + timedelta(days=2, hours=20),
        "until_at": EPOCH + timedelta(days=3),
    }
    before = build_network(world.data, epoch_at=EPOCH, horizon_days=14)
    changed = build_network(after(shut, world=world).data, epoch_at=EPOCH, horizon_days=14)
    train = [
        [
            int(minute)
            for at, offer in enumerate(network.offers)
            if offer.ref == "RAIL-KMG-VTE"
            for minute in network.rides.departs_min[
                network.rides.first[at] : network.rides.first[at + 1]
            ]
        ]
        for network in (before, changed)
    ]
    wednesday = 2 * 1440 + 12 * 60
    assert wednesday in train[0]
    assert train[1] == [minute for minute in train[0] if minute != wednesday]


def test_half_a_span_and_spans_that_make_no_sense_are_findings() -> None:
    border = {"kind": "close_border", "border": ROAD}
    start = EPOCH + timedelta(days=1)
    assert findings(
        {**border, "from_at": start},
        {**border, "from_at": start, "until_at": start},
        {**border, "from_at": start - timedelta(days=90), "until_at": start - timedelta(days=80)},
        {**border, "border": "MOHAN-BOTEN-RAOD:CN-LA"},
    ) == [
        ("C521", "modifications.0.until_at"),
        ("C521", "modifications.1.until_at"),
        ("C521", "modifications.2.from_at"),
        ("C520", "modifications.3.border"),
    ]


def test_an_unknown_name_comes_with_the_nearest_one() -> None:
    with pytest.raises(ScenarioError) as caught:
        after({"kind": "stop_service", "services": ["RAIL-KMG-VTX"]})
    assert "RAIL-KMG-VTE" in caught.value.findings[0].remedy


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "reopen_border", "border": ROAD},
        {"kind": "border_hours", "border": ROAD, "hours": "Mo-Su 08:00-20:00"},
        {"kind": "tariff_factor", "scopes": ["mode:rail"], "factor": 1.0},
        {"kind": "demand_growth", "factor_per_year": 1.0},
        {"kind": "start_service", "services": ["RAIL-KMG-VTE"]},
    ],
    ids=lambda document: document["kind"],
)
def test_what_changes_nothing_is_a_finding(document) -> None:
    assert findings(document) == [("C522", "modifications.0")]


def test_borders() -> None:
    data = after(
        {"kind": "restrict_border", "border": ROAD, "customs_modes": ["9610"]},
        {"kind": "border_hours", "border": ROAD, "hours": "Mo-Fr 09:00-17:00"},
        {"kind": "border_throughput", "border": ROAD, "factor": 2.0},
        {"kind": "border_dwell", "border": ROAD, "factor": 0.5, "customs_mode": "9610"},
        {
            "kind": "border_interchange",
            "border": "MOHAN-BOTEN-RAIL",
            "interchange": "gauge_change",
            "dwell_factor": 2.0,
            "cost_factor": 1.5,
        },
    ).data
    road, rail = data.crossings[ROAD], data.crossings["MOHAN-BOTEN-RAIL:CN-LA"]
    assert (road.status, road.customs_modes) == (BorderStatus.RESTRICTED, frozenset({"9610"}))
    assert road.hours == WeeklyHours.parse("Mo-Fr 09:00-17:00")
    assert road.throughput_per_day == 600
    assert (road.dwell["9610"].p50_min, road.dwell["*"].p50_min) == (60, 180)
    assert rail.interchange is Interchange.GAUGE_CHANGE
    assert (rail.dwell["*"].p50_min, rail.dwell["*"].p90_min) == (480, 1440)
    assert (rail.unit_cost_mfen, rail.loose_cost_mfen_per_kg) == (45_000_000, 3_000)


def test_services() -> None:
    data = after(
        {"kind": "service_frequency", "services": ["RAIL-*"], "weekdays": [0, 1, 2, 3, 4, 5, 6]},
        {"kind": "service_capacity", "services": ["RAIL-KMG-VTE"], "factor": 0.5},
        {"kind": "retime_service", "services": ["RAIL-KMG-VTE"], "shift_min": -120},
        {"kind": "stop_service", "services": ["AIR-KMG-BKK"]},
    ).data
    train = data.services["RAIL-KMG-VTE"]
    assert len(train.weekdays) == 7
    assert train.allotment_teu_c == 200
    assert (train.calls[0].depart_min, train.calls[1].arrive_min) == (18 * 60, 1440 + 14 * 60)
    assert data.services["AIR-KMG-BKK"].status == "suspended"


def test_a_faster_train_keeps_the_difference_of_the_zones() -> None:
    # 20:00 in China to 16:00 the next day in Laos, one hour behind: 21 hours; at half, 10:30 h.
    train = after(
        {"kind": "service_speed", "services": ["RAIL-KMG-VTE"], "time_factor": 0.5}
    ).data.services["RAIL-KMG-VTE"]
    assert train.calls[1].arrive_min == 20 * 60 + 630 - 60
    assert train.calls[1].delay.p90_min == 120


def test_a_new_service_copies_its_model_with_the_rate_cards() -> None:
    world = make_world()
    data = after(
        {
            "kind": "add_service",
            "like": "RAIL-KMG-VTE",
            "service_id": "RAIL-KMG-VTE-2",
            "weekdays": [1],
            "shift_min": 60,
        },
        world=world,
    ).data
    made = data.services["RAIL-KMG-VTE-2"]
    assert made.weekdays == frozenset({1})
    assert made.calls[0].depart_min == 21 * 60
    cards = [card for card in data.rate_cards if card.scope == "RAIL-KMG-VTE-2"]
    assert len(cards) == 3
    assert len({card.rate_id for card in data.rate_cards}) == len(data.rate_cards)
    again = {"kind": "add_service", "like": "X", "service_id": "AIR-KMG-BKK", "weekdays": [1]}
    assert findings(again) == [
        ("C520", "modifications.0.like"),
        ("C521", "modifications.0.service_id"),
    ]


def test_money() -> None:
    world = make_world()
    data = after(
        {"kind": "tariff_factor", "scopes": ["mode:rail"], "factor": 1.5, "load_units": ["40HQ"]},
        {"kind": "subsidy", "scopes": ["RAIL-KMG-VTE"], "cny_per_unit": 2000.0, "cny_per_kg": 0.1},
        world=world,
    ).data
    cards = {card.load_unit: card for card in data.rate_cards if card.scope == "RAIL-KMG-VTE"}
    assert cards["40HQ"].fixed_mfen == 1_200_000_000 - 200_000_000
    assert cards["20GP"].fixed_mfen == 500_000_000 - 200_000_000
    assert [step.mfen_per_kg for step in cards["LOOSE"].breaks] == [80_000, 60_000]
    dearer = after({"kind": "fuel_price", "change_share": 0.4}, world=world).data
    truck = next(
        card
        for card in dearer.rate_cards
        if (card.scope, card.load_unit) == ("TRK-CNKMG-THBKK", "40HQ")
    )
    # 35 % of a truck's charge is fuel: 0.4 * 0.35 = 14 % more.
    assert (truck.fixed_mfen, truck.per_km_mfen) == (570_000_000, 1_026_000)


def test_a_weaker_currency_moves_its_cards_only() -> None:
    world = make_world()
    cards = tuple(
        replace(card, currency="THB") if card.scope == "TRK-LAVTE-THBKK" else card
        for card in world.data.rate_cards
    )
    rates = tuple(replace(rate, currency="THB") for rate in world.data.exchange_rates[:1])
    world = world.with_data(rate_cards=cards, exchange_rates=rates)
    document = {"kind": "exchange_rate", "currency": "THB", "factor": 0.5}
    if not rates:
        assert findings(document) == [("C520", "modifications.0.currency")]
        return
    data = after(document, world=world).data
    assert data.exchange_rates[0].cny_per_unit == rates[0].cny_per_unit * Decimal("0.5")


def test_roads() -> None:
    data = after(
        {"kind": "slow_road", "speed_factor": 0.5, "countries": ["LA"], "delay_factor": 2.0},
        {"kind": "permit_quota", "via": "MOHAN-BOTEN-ROAD", "per_day": 0},
        {"kind": "close_road", "lanes": ["TRK-LAVTE-*"]},
    ).data
    through = data.truck_lanes["TRK-CNKMG-THBKK"]
    assert [section.speed_km_per_h for section in through.sections] == [70.0, 23.0, 60.0]
    assert (through.delay.p50_min, through.quota_per_day) == (120, 0)
    assert data.truck_lanes["TRK-LAVTE-THBKK"].status == "suspended"
    assert findings({"kind": "close_road", "via": "HEKOU-LAOCAI-ROAD"}) == [
        ("C520", "modifications.0.via")
    ]


def test_sites_and_uncertainty() -> None:
    data = after(
        {"kind": "close_site", "facilities": ["LAVTE-TNL"]},
        {"kind": "site_handling", "facilities": ["CNKMG-WJX"], "time_factor": 0.5},
        {"kind": "delays", "factor": 3.0, "modes": ["air"]},
    ).data
    assert not data.facilities["LAVTE-TNL"].consolidates
    assert data.facilities["LAVTE-TNL"].customs_modes == frozenset()
    assert data.facilities["CNKMG-WJX"].transfer_min == 60
    assert data.services["AIR-KMG-BKK"].calls[1].delay.p90_min == 270
    assert data.services["RAIL-KMG-VTE"].calls[1].delay.p90_min == 240


def test_demand_grows_by_whole_copies_and_one_more_by_chance_of_the_name() -> None:
    world = replace(
        make_world(),
        shipments=tuple(make_shipment(f"S{at:03d}", KUNMING_RAIL, VIENTIANE) for at in range(400)),
    )
    sizes = []
    kept = set()
    for factor in (1.25, 1.5, 2.0, 3.5):
        grown = after({"kind": "demand_growth", "factor_per_year": factor}, world=world).shipments
        names = {one.shipment_id for one in grown}
        assert len(names) == len(grown)
        assert kept <= names  # growing further drops none
        kept = names
        sizes.append(len(grown))
    assert sizes[2] == 800
    for size, factor in zip(sizes, (1.25, 1.5, 2.0, 3.5), strict=True):
        # Four standard deviations of a binomial draw.
        assert abs(size - 400 * factor) <= 4 * (400 * 0.25) ** 0.5


def test_demand_of_one_lane_grows_moves_and_swells() -> None:
    grown = after(
        {"kind": "demand_growth", "factor_per_year": 2.0, "to_countries": ["TH"]},
        {"kind": "demand_shift", "hours": 6.0, "to_countries": ["TH"]},
        {"kind": "demand_size", "factor": 1.5, "to_countries": ["LA"]},
    ).shipments
    assert [one.shipment_id for one in grown] == ["S1", "S1+1", "S2", "S3"]
    assert grown[0].ready_at == EPOCH + timedelta(hours=6)
    assert grown[0].due_at == EPOCH + timedelta(days=9, hours=6)
    assert [one.gross_kg for one in grown] == [1000, 1000, 500, 1500]
    assert findings({"kind": "demand_shift", "hours": 1.0, "to_countries": ["VN"]}) == [
        ("C520", "modifications.0.to_countries")
    ]


INDEPENDENT = [
    {"kind": "border_hours", "border": ROAD, "hours": "Mo-Fr 09:00-17:00"},
    {"kind": "border_throughput", "border": ROAD, "factor": 0.5},
    {"kind": "service_capacity", "services": ["RAIL-KMG-VTE"], "factor": 0.5},
    {"kind": "retime_service", "services": ["RAIL-KMG-VTE"], "shift_min": 60},
    {"kind": "delays", "factor": 2.0, "modes": ["air"]},
    {"kind": "permit_quota", "via": "MOHAN-BOTEN-ROAD", "per_day": 0},
    {"kind": "demand_shift", "hours": 6.0},
    {"kind": "demand_size", "factor": 2.0},
]


@pytest.mark.parametrize("first", range(len(INDEPENDENT)))
def test_those_that_touch_different_things_commute(first) -> None:
    for second in range(first):
        ways = [
            after(INDEPENDENT[first], INDEPENDENT[second]),
            after(INDEPENDENT[second], INDEPENDENT[first]),
        ]
        same = [replace(one, data=replace(one.data, fingerprint="")) for one in ways]
        assert same[0] == same[1]


def test_a_reopening_after_a_closure_is_not_a_closure_after_a_reopening() -> None:
    shut, reopened = ({"kind": kind, "border": ROAD} for kind in ("close_border", "reopen_border"))
    assert after(shut, reopened).data.crossings[ROAD].status is BorderStatus.OPEN
    assert findings(reopened, shut) == [("C522", "modifications.0")]


def test_a_carbon_price_is_paid_on_every_gram_and_the_checker_agrees() -> None:
    from optimizer import planner
    from optimizer.plan.checks.run import run_checks
    from optimizer.stages import PlanOptions

    shipments = tuple(
        make_shipment(f"S{at}", KUNMING_RAIL, BANGKOK_DRY, gross_kg=2500 + at, volume_dm3=7000)
        for at in range(8)
    )
    world = after(
        {"kind": "carbon_price", "cny_per_t": 600.0},
        world=replace(make_world(), shipments=shipments),
    )
    inputs = planner.load(epoch_at=EPOCH, horizon_days=30, data=world.data)
    options = PlanOptions(planned_at=EPOCH, time_s=10.0, gap=0.0, explain_s=0.0)
    plan = planner.plan(inputs, shipments, options).plan
    assert run_checks(world.data, plan) == []
    assert any(load.contents for load in plan.loads)
    for itinerary in plan.itineraries:
        # 600 CNY a tonne are 60 000 fen for 1 000 000 g: 3 fen for 50 g.
        wanted = (itinerary.co2e_g * 60_000 + 500_000) // 1_000_000
        assert itinerary.cost_lines_fen["carbon"] == wanted > 0
    cheaper = replace(world.data, parameters={**world.data.parameters, "carbon_price_fen_per_t": 0})
    assert {one.code for one in run_checks(cheaper, plan)} == {"P727"}
