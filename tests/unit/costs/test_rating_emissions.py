"""CO2e of legs: rule E1, by arithmetic."""

from __future__ import annotations

from optimizer.costs.rating_emissions import EmissionBook
from optimizer.domain.location import Mode
from tests.factories import make_emission_factor, make_network_data, make_section


def book(*factors) -> EmissionBook:
    return EmissionBook(make_network_data(emission_factors=factors))


def test_sections_have_their_own_factors_and_loading_counts_once() -> None:
    emissions = book(
        make_emission_factor(Mode.RAIL, "electric", "20"),
        make_emission_factor(Mode.RAIL, "diesel", "30.5"),
        make_emission_factor(Mode.RAIL, "electric", "7", country="LA"),
        make_emission_factor(Mode.RAIL, "hub", "1000"),
    )
    way = (
        make_section(100, traction="electric"),
        make_section(100, traction="electric", country="LA"),
        make_section(10, traction="diesel"),
    )
    # 2 t * (100 * 20 + 100 * 7 + 10 * 30.5) + 2 t * 1000.
    assert emissions.leg_g(Mode.RAIL, way, 2000, "CN") == 2 * (2000 + 700 + 305) + 2000


def test_long_flights_have_their_factor_and_the_added_distance_once() -> None:
    emissions = book(
        make_emission_factor(Mode.AIR, "belly", "1000", distance_add_m=95_000),
        make_emission_factor(
            Mode.AIR, "belly", "500", from_distance_m=1_500_000, distance_add_m=95_000
        ),
    )
    short = (make_section(1499.999, country="*", traction="belly"),)
    long = (make_section(1000, country="*", traction="belly"),) * 2
    # 1 kg * 1594.999 km * 1 g = 1594.999 -> 1595; two hops share one leg: 1 kg * 2095 km * 0.5 g.
    assert emissions.leg_g(Mode.AIR, short, 1, "CN") == 1_595
    assert emissions.leg_g(Mode.AIR, long, 1, "CN") == 1_048  # 1047.5 rounds up


def test_connector() -> None:
    emissions = book(
        make_emission_factor(Mode.ROAD, "connector", "100"),
        make_emission_factor(Mode.ROAD, "connector", "90", country="TH"),
        make_emission_factor(Mode.ROAD, "hub", "500"),
    )
    assert emissions.connector_g("CN", 28_911, 1000) == 2_891  # 2891.1, no loading
    assert emissions.connector_g("TH", 10_000, 1000) == 900


def test_missing_factor_is_no_number() -> None:
    emissions = book(make_emission_factor(Mode.ROAD, "truck", "80", country="LA"))
    assert emissions.leg_g(Mode.ROAD, (make_section(1),), 1000, "CN") is None
    assert emissions.connector_g("CN", 1, 1) is None
