from __future__ import annotations

import pytest

from optimizer.datasets.query import read_query
from optimizer.errors import DemandError

GOOD = {
    "origin": "CNKMG-WJX",
    "destination": "17.9,102.6",
    "kg": "1200",
    "m3": "6.5",
    "ready": "2026-05-01T08:00+08:00",
}


def test_query_has_the_defaults(network):
    query = read_query(network, **GOOD)
    assert (query.shipment_id, query.customs_mode, query.cargo_class) == (
        "QUERY",
        "0110",
        "general",
    )
    assert query.booked_at == query.ready_at
    assert query.destination.country == "LA"


def test_query_takes_all_options(network):
    query = read_query(
        network, **GOOD, due="2026-05-05T00:00Z", latest="2026-05-06T00:00Z", customs_mode="9610",
        cargo_class="perishable", credit_class="certified", booked="2026-04-30T00:00Z",
    )  # fmt: skip
    assert query.due_at is not None
    assert query.booked_at < query.ready_at < query.due_at
    assert (query.customs_mode, query.cargo_class) == ("9610", "perishable")


def test_query_says_everything_at_once_by_parameter(network):
    with pytest.raises(DemandError) as caught:
        read_query(
            network, origin="XXX", destination="", kg="ten", m3="0", ready="2026-05-01T08:00"
        )
    found = [(finding.code, finding.where) for finding in caught.value.findings]
    assert found == [
        ("S307", "destination"),
        ("S317", "origin"),
        ("S308", "kg"),
        ("S310", "m3"),
        ("S312", "ready"),
    ]
