"""Cost tables against the scalar reference, which shares no code with them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from optimizer.costs import events, rating_events
from optimizer.costs.rating import Carriage, RateBook
from optimizer.costs.rating_emissions import EmissionBook
from optimizer.costs.tables import LINES, cost_tables
from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from optimizer.network.build import build_network
from tests.factories import (
    EPOCH,
    make_call,
    make_facility,
    make_inspection,
    make_network_data,
    make_rate_card,
    make_section,
    make_service,
    make_surcharge,
)
from tests.reference.random_networks import make_random
from tests.toy.corridor import make_corridor


def _carriage(network, offer, on):
    facilities = tuple(network.data.facilities.values())
    return Carriage(
        mode=offer.mode,
        ref=offer.ref,
        country=facilities[offer.tail].country,
        distance_m=offer.distance_m,
        on=on,
        origin=facilities[offer.tail],
        destination=facilities[offer.head],
        crossings=tuple(network.data.crossings[one] for one in offer.crossing_ids),
    )


def _named(prices, row, offer):
    names = ("line_haul" if offer.ref else "connector", *LINES[1:])
    lines = dict(zip(names, prices.lines_fen[:, row].tolist(), strict=True))
    return {name: fen for name, fen in lines.items() if fen}


@pytest.mark.parametrize("seed", range(25))
def test_every_line_equals_the_reference(seed):
    data = make_corridor() if seed == 0 else make_random(seed, with_storage=True)[0]
    network = build_network(data, epoch_at=EPOCH, horizon_days=5)
    tables, book = cost_tables(network), RateBook(data)
    rng = random.Random(seed)  # noqa: S311
    kg, dm3 = rng.randrange(1, 26_000), rng.randrange(1, 90_000)
    loose = tables.loose_prices(kg, dm3)
    for at, offer in enumerate(network.offers):
        row = tables.row_first[at]
        carriage = _carriage(network, offer, EPOCH.date())
        expected = book.loose_lines(carriage, kg, dm3)
        assert bool(loose.sold[row]) == (expected is not None)
        if expected is not None:
            assert _named(loose, row, offer) == expected
            assert loose.total_fen[row] == sum(expected.values())
        for code, unit in data.load_units.items():
            prices = tables.unit_prices(code)
            expected = book.unit_lines(carriage, unit, 1)
            assert bool(prices.sold[row]) == (expected is not None)
            if expected is not None:
                assert _named(prices, row, offer) == expected


def test_exact_grams_equal_the_reference():
    data = make_corridor()
    network = build_network(data, epoch_at=EPOCH)
    tables, book = cost_tables(network), EmissionBook(data)
    for at, offer in enumerate(network.offers):
        country = data.facilities[network.facility_ids[offer.tail]].country
        for kg in (1, 333, 17_501):
            expected = (
                book.leg_g(offer.mode, offer.sections, kg, country)
                if offer.ref
                else book.connector_g(country, offer.distance_m, kg)
            )
            assert tables.leg_co2e_g(at, kg) == expected
            assert abs(int(tables.co2e_g(kg)[at]) - expected) <= 1


def test_prices_follow_the_local_date_of_departure():
    facilities = [make_facility("CNAAA-X"), make_facility("CNBBB-X", lat=40.0)]
    # Leaves at 02:00 in Kunming, still the day before in UTC.
    calls = [
        make_call("CNAAA-X", depart="0+02:00"),
        make_call("CNBBB-X", arrive="0+12:00", sections=(make_section(100),)),
    ]
    new_year = date(2026, 12, 3)
    data = make_network_data(
        facilities=facilities,
        services=[make_service("S", calls)],
        rate_cards=[
            make_rate_card(
                "S", fixed_mfen=1_000_000, valid_to=new_year - timedelta(days=1), rate_id="old"
            ),
            make_rate_card("S", fixed_mfen=2_000_000, valid_from=new_year, rate_id="new"),
        ],
        surcharges=[make_surcharge("S", share_bp=1000, valid_from=date(2026, 12, 5))],
    )
    network = build_network(data, epoch_at=EPOCH, horizon_days=8)
    tables = cost_tables(network)
    total = tables.loose_prices(1, 1).total_fen[tables.rides.row]
    by_date = {
        date.fromordinal(day): fen
        for day, fen in zip(network.ride_on.tolist(), total.tolist(), strict=True)
    }
    assert by_date[date(2026, 12, 2)] == 1000
    assert by_date[date(2026, 12, 3)] == 2000
    assert by_date[date(2026, 12, 5)] == 2200


def test_amounts_are_exact_where_floats_are_not():
    facilities = [make_facility("CNAAA-X"), make_facility("CNBBB-X", lat=40.0)]
    calls = [
        make_call("CNAAA-X", depart="0+02:00"),
        make_call("CNBBB-X", arrive="0+12:00", sections=(make_section(9_999.999),)),
    ]
    data = make_network_data(
        facilities=facilities,
        services=[make_service("S", calls)],
        rate_cards=[
            make_rate_card("S", per_tkm_mfen=54_321, fixed_mfen=987_654_321_987),
        ],
        surcharges=[make_surcharge("S", share_bp=3333, per_kg_mfen=7)],
    )
    network = build_network(data, epoch_at=EPOCH, horizon_days=8)
    tables = cost_tables(network)
    expected = RateBook(data).loose_lines(
        _carriage(network, network.offers[0], EPOCH.date()), 999_999, 1
    )
    assert _named(tables.loose_prices(999_999, 1), 0, network.offers[0]) == expected


def test_events_equal_the_reference():
    rng = random.Random(7)  # noqa: S311
    for _ in range(300):
        facility = make_facility(
            "CNAAA-X",
            storage_mfen_per_dm3_day=rng.randrange(0, 5000),
            storage_free_min=rng.randrange(0, 5000),
            loose_handling_mfen_per_kg=rng.randrange(0, 9000),
        )
        wait, dm3 = rng.randrange(0, 20_000), rng.randrange(1, 90_000)
        assert events.storage_fen(facility, wait, dm3) == rating_events.storage_fen(
            facility, wait, dm3
        )
        assert events.stuffing_fen(facility, facility, dm3) == rating_events.stuffing_fen(
            facility, facility, dm3
        )
        assert events.lateness_fen(wait, 77) == rating_events.lateness_fen(wait, 77)


def test_expected_inspection_is_rounded_half_up():
    data = make_network_data(
        inspections=[
            # 0.035 of 100 fen is 3.5 fen.
            make_inspection(
                CreditClass.ORDINARY, Mode.ROAD, inspection_share=0.035, cost_mfen=100_000
            )
        ]
    )
    assert events.inspection_fen(data, CreditClass.ORDINARY) == {Mode.ROAD: 4}
    assert events.inspection_fen(data, CreditClass.CERTIFIED) == {}


@pytest.mark.parametrize(
    ("kg", "dm3", "n_units"), [(1, 1, 1), (26_000, 68_000, 1), (26_001, 1, 2), (1, 136_001, 3)]
)
def test_own_units_by_mass_and_volume(kg, dm3, n_units):
    unit = make_corridor().load_units["40HQ"]
    assert events.n_own_units(unit, kg, dm3) == n_units
    light = replace(unit, payload_kg={Mode.RAIL: 20_000})
    assert events.n_own_units(light, kg, dm3) == 0  # it may not ride the road at all
