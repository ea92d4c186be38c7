"""All facilities to all facilities of the corridor network, three generalized costs, warm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial

from benchmarks.registry import Case, Subject, register

EPOCH_AT = datetime(2026, 9, 13, tzinfo=UTC)
"""The day before the synthetic week starts."""
LOADS_KG = 500
"""Step between the loads of cases, so that no case finds the arcs of the one before."""


def prepare(n: int, seed: int) -> Sequence[Case]:
    """``n`` loose loads; each case prices the arcs anew and skims them three times."""
    from optimizer import planner
    from optimizer.datasets.matrix_places import place_of
    from optimizer.domain.skim import MatrixQuery, SkimLoad, SkimWeights, Zone
    from optimizer.models.routing.matrix_average import between_places

    data = planner.read()
    network = planner.load(epoch_at=EPOCH_AT, data=data).network
    places = tuple(place_of(facility) for facility in data.facilities.values())
    zones = tuple(Zone(label=place.label, places=(place,)) for place in places)
    weights = (
        SkimWeights(),
        SkimWeights(cost=Fraction(0), time_cny_per_h=Fraction(1)),
        SkimWeights(time_cny_per_h=Fraction(20), co2e_cny_per_t=Fraction(100)),
    )
    week = EPOCH_AT.date().replace(day=EPOCH_AT.day + 1)
    queries = [
        MatrixQuery(
            origins=zones,
            destinations=zones,
            load=SkimLoad(gross_kg=LOADS_KG * (at + 1) + seed, volume_dm3=6000),
            week=week,
        )
        for at in range(n)
    ]
    return [partial(between_places, network, query, places, places, weights) for query in queries]


register(
    Subject(
        name="skims",
        question="How long do all facilities to all facilities take, for three generalized costs "
        "with money, time, distance and CO2e along each way?",
        size="loads",
        default_n=25,
        prepare=prepare,
    )
)
