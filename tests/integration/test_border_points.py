"""Points at borders: the road graph says on which side they are where a facility is misleading."""

from __future__ import annotations

import pytest

from optimizer import planner
from optimizer.datasets.places import PlaceResolver

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def resolver():
    return PlaceResolver(planner.read())


@pytest.mark.parametrize(
    ("town", "point", "country"),
    [
        ("Muse", "23.99,97.90", "MM"),
        ("Ruili", "24.01,97.85", "CN"),
        ("Mohan", "21.188,101.69", "CN"),
        ("Boten", "21.18,101.68", "LA"),
        ("Savannakhet", "16.556,104.75", "LA"),
        ("Mukdahan", "16.543,104.723", "TH"),
        ("Myawaddy", "16.689,98.508", "MM"),
        ("Mae Sot", "16.716,98.570", "TH"),
        ("Lao Cai", "22.486,103.971", "VN"),
        ("Hekou", "22.529,103.957", "CN"),
    ],
)
def test_towns_at_the_border_are_in_their_country(town, point, country, resolver):
    place = resolver.resolve(point)
    assert place.country == country, town
