from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.models.consolidation.evaluate import evaluate
from optimizer.models.consolidation.solution import PackedUnit
from optimizer.models.consolidation.solve import solve
from optimizer.solvers.limits import SolveLimits
from tests.toy.consolidation_instances import two_departures

KG = {0: (6_000, 18_000), 1: (5_000, 20_000), 2: (8_000, 25_000)}


@pytest.fixture(scope="module")
def good():
    return solve(two_departures(), SolveLimits(time_s=20))


def _parts(*shipments):
    return tuple((k, *KG[k]) for k in shipments)


def test_the_optimum_of_the_toy_passes(good):
    evaluation = evaluate(two_departures(), good)
    assert evaluation.violations == ()
    assert evaluation.objective_fen == good.objective_fen == 191_000
    assert good.loads == (PackedUnit(option=1, parts=_parts(0, 1, 2)),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objective_fen": 190_999}, "the objective is 191000"),
        ({"bound_fen": 191_001}, "above the cost"),
        ({"column": np.array([3, 3, 6], dtype=np.int32)}, "not a way of shipment 0"),
        ({"column": np.array([0, 4, 6], dtype=np.int32)}, "rides elsewhere"),
        ({"loads": (PackedUnit(option=1, parts=_parts(0, 1)),)}, "shipment 2 is in no load"),
        ({"loads": (PackedUnit(option=0, parts=_parts(0, 1, 2)),)}, "19000 kg of 10000"),
        ({"units": np.array([0, 2, 0, 0], dtype=np.int32)}, "1 loads, not 2"),
        (
            {"loads": (PackedUnit(option=1, parts=(*_parts(0, 2), (1, 2_500, 10_000), (1, 2_500, 10_000))),)},
            "lists a shipment twice",
        ),
        (
            {
                "loads": (
                    PackedUnit(option=1, parts=(*_parts(0, 2), (1, 2_500, 10_000))),
                    PackedUnit(option=0, parts=((1, 2_500, 10_000),)),
                )
            },
            "must not be cut",
        ),
        ({"loads": (PackedUnit(option=1, parts=_parts(0, 1, 2)),) * 2}, "2 loads of 1"),
    ],
)  # fmt: skip
def test_each_defect_is_seen(good, change, message):
    violations = evaluate(two_departures(), replace(good, **change)).violations
    assert any(message in violation for violation in violations), violations


def test_an_overdrawn_resource_is_seen(good):
    loads = (
        PackedUnit(option=0, parts=_parts(0)),
        PackedUnit(option=1, parts=_parts(1, 2)),
    )
    units = np.array([1, 1, 0, 0], dtype=np.int32)
    violations = evaluate(two_departures(), replace(good, loads=loads, units=units)).violations
    assert "resource monday:teu is drawn 300 of 200" in violations
