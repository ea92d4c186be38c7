from __future__ import annotations

import pytest

from optimizer.datasets.truck_rules import TruckSpeeds, barred


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "primary"}, ""),
        ({"highway": "footway"}, "class"),
        ({}, "class"),
        ({"highway": "service", "area": "yes"}, "class"),
        ({"highway": "primary", "hgv": "no"}, "access"),
        ({"highway": "primary", "access": "private"}, "access"),
        # The more specific key decides.
        ({"highway": "primary", "access": "no", "hgv": "designated"}, ""),
        ({"highway": "primary", "access": "yes", "motor_vehicle": "no"}, "access"),
        ({"highway": "primary", "hgv": "destination"}, ""),
        ({"highway": "primary", "maxweight": "7.5"}, "mass"),
        ({"highway": "primary", "maxweight": "17999 kg"}, "mass"),
        ({"highway": "primary", "maxweight": "18 t"}, ""),
        ({"highway": "primary", "maxweight": "7.5", "maxweight:hgv": "40"}, ""),
        # 19 short tons are 17,237 kg, 20 are 18,144 kg.
        ({"highway": "primary", "maxweight": "19 st"}, "mass"),
        ({"highway": "primary", "maxweight": "20 st"}, ""),
        ({"highway": "primary", "maxweight": "none"}, ""),
        ({"highway": "primary", "maxweight": "0"}, ""),
    ],
)
def test_what_bars_a_truck_of_18_tonnes(tags, reason):
    assert barred(tags, 18_000) == reason


def test_speed_is_of_the_country_and_never_above_the_limit():
    speeds = TruckSpeeds({("*", "trunk"): 60.0, ("LA", "trunk"): 40.0})
    assert speeds.of({"highway": "trunk"}, "FI") == 60.0
    assert speeds.of({"highway": "trunk"}, "LA") == 40.0
    assert speeds.of({"highway": "trunk", "maxspeed": "30"}, "LA") == 30.0
    assert speeds.of({"highway": "trunk", "maxspeed": "90"}, "LA") == 40.0
    assert speeds.of({"highway": "trunk", "maxspeed": "20 mph"}, "FI") == pytest.approx(32.18688)
    assert speeds.of({"highway": "trunk", "maxspeed": "90", "maxspeed:hgv": "50"}, "FI") == 50.0
    assert speeds.of({"highway": "trunk", "maxspeed": "CN:urban"}, "FI") == 60.0
