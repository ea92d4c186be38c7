"""A quote in a warm process: one shipment, the whole Pareto set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from benchmarks.registry import Case, Subject, register

EPOCH_AT = datetime(2026, 9, 13, tzinfo=UTC)
"""The day before the synthetic week starts."""


def prepare(n: int, seed: int) -> Sequence[Case]:
    """Quotes of the first ``n`` shipments of a synthetic week: random ends, sizes and modes."""
    from optimizer import planner
    from optimizer.demand.generate import generate_week

    data = planner.read()
    inputs = planner.load(epoch_at=EPOCH_AT, data=data)
    shipments = generate_week(data, seed=seed, n_shipments=n)
    return [partial(planner.quote, inputs, shipment) for shipment in shipments]


register(
    Subject(
        name="quote",
        question="How long does one quote take in a warm process?",
        size="shipments",
        default_n=200,
        prepare=prepare,
    )
)
