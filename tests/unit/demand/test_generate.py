"""The generator on the toy corridor: every promise that its docstring makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from optimizer.demand.checks import check_shipments
from optimizer.demand.generate import HARD_EVERY, HARD_OFFSET, generate_week
from optimizer.demand.profile import ADDRESS, Flow, Market, Product, Profile
from optimizer.domain.border import BorderStatus
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import DemandError
from tests.toy.corridor import make_corridor

MONDAY = date(2026, 9, 14)
PLANNED_AT = datetime(2026, 9, 14, 6, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PRODUCT = Product(
    code="toys",
    weight=1,
    modes={"0110": 1.0},
    cargo_class="general",
    median_m3=4.0,
    sigma_m3=0.7,
    least_m3=1.0,
    most_m3=20.0,
    kg_per_m3=200,
    cny_per_kg=50,
    package_m3=0.1,
    near_ends={"CNKMG-WJX": 1.0, ADDRESS: 1.0},
    markets={"south": 1.0},
)
PROFILE = Profile(
    flows={Flow.EXPORT: 0.75, Flow.DOMESTIC: 0.25},
    products={
        Flow.EXPORT: (PRODUCT,),
        Flow.DOMESTIC: (replace(PRODUCT, near_ends={"CNKMG-AIR": 1.0}, markets={"home": 1.0}),),
    },
    markets={
        # The last end is not in the network, and is never drawn.
        "south": Market(
            facilities={"LAVTE-TNL": 1.0, "THBKK-LKB": 1.0, "SGSIN-OWH": 1.0},
            express_days=(3, 4),
            standard_days=(7, 12),
        ),
        "home": Market(facilities={"CNKMG-WJX": 1.0}, express_days=(2, 3), standard_days=(4, 7)),
    },
    home_lat=25.0,
    home_lon=102.8,
    home_radius_km=150.0,
    market_address_share=0.2,
    market_radius_km=50.0,
    credit_by_rank=((2, "certified"), (10, "ordinary")),
)


def _week(
    data: NetworkData, n_shipments: int = 120, seed: int = 5, profile: Profile = PROFILE
) -> list[Shipment]:
    return generate_week(
        data, seed=seed, n_shipments=n_shipments, week_start=MONDAY, profile=profile
    )


def _with_south(south: Market) -> Profile:
    return replace(PROFILE, markets=PROFILE.markets | {"south": south})


def _is_hard(shipment: Shipment) -> bool:
    return int(shipment.shipment_id[1:]) % HARD_EVERY == HARD_OFFSET


def test_a_shipment_depends_on_seed_and_number_only() -> None:
    data = make_corridor()
    week = _week(data)
    assert week == _week(data)
    assert week[:30] == _week(data, 30)
    assert week != _week(data, seed=6)


def test_shares_of_flows_hold_for_any_number() -> None:
    for n_shipments in (40, 120):
        week = _week(make_corridor(), n_shipments)
        n_exports = sum(shipment.is_international for shipment in week)
        # The golden ratio leaves a few numbers at most; hard cases keep their flow.
        assert abs(n_exports - 0.75 * n_shipments) <= 3


def test_sizes_times_and_prices_are_in_their_ranges() -> None:
    for shipment in _week(make_corridor()):
        assert 1000 <= shipment.volume_dm3 <= 20000
        assert 60 < shipment.gross_kg / (shipment.volume_dm3 / 1000) < 700
        assert MONDAY <= shipment.ready_at.date() < MONDAY + timedelta(days=7)
        assert 9 <= shipment.ready_at.hour <= 18
        assert PLANNED_AT <= shipment.booked_at <= shipment.ready_at
        assert shipment.due_at is not None
        assert shipment.latest_at is None or shipment.latest_at >= shipment.due_at
        # 5000 CNY and 40 a kilogram, in fen, up to a tonne and at least gross.
        assert shipment.unserved_fen >= 100 * (5000 + 40 * min(shipment.gross_kg, 1000))
        # 1.5 % of the value a day, never below 2 CNY an hour.
        per_hour_fen = max(200, shipment.value_cny * 100 * 0.015 / 24)
        assert abs(shipment.late_fen_per_hour - per_hour_fen) <= 0.5


def test_markets_that_are_flown_to_get_small_lots_and_far_ones_no_bulky_express() -> None:
    south = replace(PROFILE.markets["south"], most_m3=2.0)
    for shipment in _week(make_corridor(), profile=_with_south(south)):
        assert not shipment.is_international or shipment.volume_dm3 <= 2000
    patient = replace(PROFILE.markets["south"], express_most_m3=0.0)
    for shipment in _week(make_corridor(), profile=_with_south(patient)):
        if shipment.is_international and not _is_hard(shipment):
            assert shipment.due_at is not None
            assert shipment.due_at - shipment.ready_at > timedelta(days=6)


def test_due_times_are_of_the_service_sold() -> None:
    for shipment in _week(make_corridor()):
        assert shipment.due_at is not None
        if not _is_hard(shipment) and shipment.is_international:
            zone = shipment.due_at.tzinfo
            days = (shipment.due_at.date() - shipment.ready_at.astimezone(zone).date()).days
            assert days in {3, 4, *range(7, 13)}
            assert shipment.due_at.hour == 18


def test_only_hard_cases_are_implausible() -> None:
    data = make_corridor()
    week = _week(data)
    easy = [shipment for shipment in week if not _is_hard(shipment)]
    assert check_shipments(data, easy, planned_at=PLANNED_AT) == []
    # Numbers 53 and 93 must arrive within 20 hours, or should on the next day.
    hard = {shipment.shipment_id: shipment for shipment in week if _is_hard(shipment)}
    assert list(hard) == ["S0013", "S0053", "S0093"]
    assert hard["S0053"].latest_at == hard["S0053"].due_at
    assert hard["S0053"].due_at is not None
    assert hard["S0053"].due_at - hard["S0053"].ready_at <= timedelta(hours=20)
    assert hard["S0093"].latest_at is None


def test_addresses_are_within_the_radius_and_the_country() -> None:
    week = _week(make_corridor())
    points = [p for one in week for p in (one.origin, one.destination) if not p.facility_id]
    assert points
    for point in points:
        if point.country == "CN":
            assert abs(point.lat - 25.0) * 111.2 <= 150.1
        assert point.label.count(",") == 1


def test_large_shippers_have_the_better_class() -> None:
    week = _week(make_corridor())
    for shipment in week:
        rank = int(shipment.shipper.removeprefix("shipper-"))
        assert shipment.credit_class == ("certified" if rank <= 2 else "ordinary")


def test_s359_a_network_that_joins_nothing() -> None:
    data = make_corridor()
    closed = {
        key: replace(crossing, status=BorderStatus.CLOSED)
        for key, crossing in data.crossings.items()
    }
    grounded = {key: replace(one, status="planned") for key, one in data.services.items()}
    with pytest.raises(DemandError) as caught:
        _week(replace(data, crossings=closed, services=grounded), 1)
    assert caught.value.findings[0].code == "S359"
