"""Searches between random facilities of the network that comes with Teahorse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.kernels.arrays import Ints, Prices, Query
    from optimizer.models.routing.problem import Product, Request

EPOCH_AT = datetime(2026, 9, 13, tzinfo=UTC)
READY_AT = EPOCH_AT + timedelta(days=1)


def corridor_searches(n_pairs: int, seed: int) -> list[Callable[[], int]]:
    """
    Kernel calls for loose shipments between random pairs that are joined.

    Returns
    -------
    list of callables
        Each runs the bounds and the search, and returns the number of labels.
    """
    from optimizer import planner
    from optimizer.demand.generate import generate_week
    from optimizer.domain.shipment import Place
    from optimizer.models.routing.problem import build_request, products_of

    data = planner.read()
    network = planner.load(epoch_at=EPOCH_AT, data=data).network
    like = generate_week(data, seed=seed, n_shipments=1)[0]
    facilities = list(data.facilities.values())
    rng = np.random.default_rng(seed)
    searches: list[Callable[[], int]] = []
    while len(searches) < n_pairs:
        ends = [facilities[at] for at in rng.choice(len(facilities), 2, replace=False)]
        places = [
            Place(facility_id=f.facility_id, lat=f.lat, lon=f.lon, country=f.country) for f in ends
        ]
        shipment = replace(
            like,
            origin=places[0],
            destination=places[1],
            customs_mode="0110",
            cargo_class="general",
            ready_at=READY_AT,
            booked_at=READY_AT,
            due_at=None,
            latest_at=None,
        )
        request = build_request(network, shipment, quantile=0.5)
        search = partial(_search, request, *_prepared(request, products_of(network, shipment)[0]))
        if search() > 1:
            searches.append(search)
    return searches


def _prepared(request: Request, product: Product) -> tuple[Ints, Prices, Query]:
    from optimizer.models.routing.ends import finals_of, starts_of
    from optimizer.models.routing.search import make_query

    starts = starts_of(request, product)
    return (
        starts,
        request.prices(product)[1],
        make_query(request, product, finals_of(request, product)),
    )


def _search(request: Request, starts: Ints, prices: Prices, query: Query) -> int:
    from optimizer.kernels.static_bounds import least_remaining
    from optimizer.kernels.timetabled_labels import pareto_search
    from optimizer.models.routing.search import bounds_of, workspace_of

    network, rides = request.network, request.tables.rides
    bounds, workspace = bounds_of(network), workspace_of(network)
    trucks, connectors = network.trucks, network.connectors
    least_remaining(rides, trucks, connectors, prices, query, bounds)
    workspace.counters[2] = 0
    n_labels = pareto_search(
        network.places, rides, trucks, connectors, prices, query, bounds, starts, workspace
    )
    return int(n_labels)
