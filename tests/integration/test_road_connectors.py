"""Connectors on the shipped road graph: the table is current, the checker agrees, and it is sane."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from optimizer import planner
from optimizer.domain.shipment import Place
from optimizer.network.connectors import ConnectorRules, reach_of
from optimizer.plan.checks.parts import End, great_circle_m
from optimizer.plan.checks.roads import RoadFacts

pytestmark = pytest.mark.data

ROOT = Path(__file__).parents[2]
CITIES = (
    ("CN", 25.04, 102.72),
    ("CN", 22.0, 100.8),
    ("LA", 17.97, 102.6),
    ("TH", 13.75, 100.5),
    ("VN", 21.03, 105.85),
    ("VN", 10.78, 106.7),
    ("MM", 21.97, 96.08),
    ("MY", 3.14, 101.69),
    ("KH", 11.56, 104.92),
    ("DE", 51.2, 6.8),
)


@pytest.fixture(scope="module")
def data():
    return planner.read()


def _end(place, facility=None):
    label = facility.facility_id if facility else "p"
    return End(label=label, facility=facility, lat=place.lat, lon=place.lon, country=place.country)


def test_the_table_of_pairs_is_current():
    script = ROOT / "network-data" / "scripts" / "build_connectors.py"
    ran = subprocess.run(
        [sys.executable, str(script), "--check"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ran.stdout.strip() == "current", ran.stderr


def test_the_checker_agrees_around_ten_cities(data):
    rng = np.random.default_rng(11)
    facilities = list(data.facilities.values())
    rules = ConnectorRules.of(data)
    facts = RoadFacts(data.roads, data.parameters)
    n_on_roads, n_asked = 0, 0
    for country, lat, lon in CITIES:
        for north, east in rng.normal(0, 0.4, (5, 2)):
            place = Place(
                facility_id="",
                lat=round(lat + float(north), 3),
                lon=round(lon + float(east), 3),
                country=country,
            )
            reach = reach_of(data, place)
            for index, metres in zip(reach.facilities, reach.distance_m, strict=True):
                facility = facilities[index]
                start, end = _end(place), _end(facility, facility)
                direct_m = great_circle_m(start, end)
                circuity = rules.hops(country).circuity
                assert facts.distance_m(start, end, direct_m, circuity) == metres
                n_asked += 1
                n_on_roads += metres != rules.straight_m(direct_m, country)
    assert n_asked > 200
    assert n_on_roads > n_asked / 2


def test_roads_are_longer_than_straight_as_published_pairs_are(data):
    """Published road pairs are 1.06 to 1.77 great circles long; half of ours lie in that range."""
    ratios = []
    for (one, other), metres in data.roads.pairs_m.items():
        start, end = (_end(data.facilities[key], data.facilities[key]) for key in (one, other))
        direct_m = great_circle_m(start, end)
        # Hops are measured with the circuity, so that only ways of some length say something.
        if direct_m > 2 * 25_000:
            ratios.append(metres / direct_m)
    assert len(ratios) > 50
    assert min(ratios) >= 1.0
    assert max(ratios) <= 3.0
    low, high = np.percentile(ratios, [25, 75])
    assert 1.06 < low < high < 1.77
