"""Calls the Pareto kernel for one shipment and product, and reads its labels back."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from optimizer.costs.tables import LegPrices
from optimizer.kernels.arrays import Bounds, Ints, Query, Workspace
from optimizer.models.routing.ends import finals_of, starts_of
from optimizer.models.routing.problem import Product, Request
from optimizer.models.routing.risk import leg_risks
from optimizer.network.network import UNREACHED, Network

MAX_LABELS = 60_000
MAX_FRONT = 2_048
N_LABEL_COLUMNS, N_FRONT_COLUMNS = 17, 5
MAX_HAULS = 8
N_LAYERS = 3
HORIZON_MARGIN_MIN = 40 * 1440
"""Delivery is looked for this long after the last departure."""

_OF_THREAD = threading.local()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One label of a way: what made it, and the clock.

    Parameters
    ----------
    made_by
        Offer number, or ``START``, ``EXPORTED``, ``IMPORTED_NOW``, ``DELIVERED`` of the kernel.
    ride
        Departure number of a service, row of the starts, or -1.
    since_min
        When it came to be at the facility.
    """

    made_by: int
    ride: int
    node: int
    departs_min: int
    ready_min: int
    since_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to the destination that nothing found beats: its steps from the start."""

    product: Product
    prices: LegPrices
    steps: tuple[Step, ...]
    delivered_min: int
    cost_fen: int
    co2e_g: int
    risk_mnp: int = 0


@dataclass(slots=True)
class Search:
    """
    Pareto front of a shipment over its products, searched one after the other.

    What one product has found prunes the next.

    Parameters
    ----------
    with_risk
        Whether risk is a fourth criterion.
    """

    request: Request
    with_risk: bool = False
    n_labels: int = 0
    n_searches: int = 0
    overflowed: bool = False

    def front(self, products: list[Product]) -> list[Way]:
        """
        All ways that no other beats in delivery, cost and emissions (and risk), over all products.

        Ordered by cost, then delivery.
        """
        ways: list[Way] = []
        front = np.empty((0, N_FRONT_COLUMNS), dtype=np.int64)
        for product in products:
            workspace = self._run(product, front)
            if workspace is None:
                continue
            found = workspace.front[: workspace.counters[2]].copy()
            for row in np.flatnonzero(found[:, 3] >= 0):
                label = int(found[row, 3])
                ways.append(self._way(product, workspace.labels, label))
                found[row, 3] = -1 - len(ways)  # -1 is no label, so the first way is -2
            front = found
        kept = [ways[-2 - int(mark)] for mark in front[:, 3]]
        return sorted(kept, key=lambda way: (way.cost_fen, way.delivered_min, way.co2e_g))

    def _run(self, product: Product, front: Ints) -> Workspace | None:
        from optimizer.kernels.static_bounds import least_remaining
        from optimizer.kernels.timetabled_labels import pareto_search

        request = self.request
        network = request.network
        starts = starts_of(request, product)
        finals = finals_of(request, product)
        if not len(starts) or not (finals[0] >= 0).any():
            return None
        self._legs, prices = request.prices(product)
        if self.with_risk:
            prices = prices._replace(risk_mnp=leg_risks(network, request.shipment))
        query = make_query(request, product, finals)
        workspace = workspace_of(network)
        bounds = bounds_of(network)
        rides = request.tables.rides
        least_remaining(rides, network.trucks, network.connectors, prices, query, bounds)
        states = starts[:, 0] * N_LAYERS + starts[:, 1]
        if (bounds.minutes[states] == UNREACHED).all():
            return None
        workspace.front[: len(front)] = front
        workspace.counters[2] = len(front)
        self.n_searches += 1
        self.n_labels += pareto_search(
            network.places,
            rides,
            network.trucks,
            network.connectors,
            prices,
            query,
            bounds,
            starts,
            workspace,
        )
        self.overflowed |= bool(workspace.counters[3])
        return workspace

    def _way(self, product: Product, labels: Ints, label: int) -> Way:
        last = labels[label]
        return Way(
            product=product,
            prices=self._legs,
            steps=steps_to(labels, label),
            delivered_min=int(last[4]),
            cost_fen=int(last[6]),
            co2e_g=int(last[7]),
            risk_mnp=int(last[16]),
        )

    _legs: LegPrices = None  # type: ignore[assignment]


def steps_to(labels: Ints, label: int) -> tuple[Step, ...]:
    """Steps that lead to a label, from the start."""
    steps: list[Step] = []
    while label >= 0:
        row = labels[label].tolist()
        steps.append(
            Step(
                made_by=row[9],
                ride=row[10],
                node=row[0],
                departs_min=row[11],
                ready_min=row[4],
                since_min=row[5],
            )
        )
        label = row[8]
    return tuple(reversed(steps))


def make_query(request: Request, product: Product, finals: tuple[Ints, Ints, Ints]) -> Query:
    """What the kernel is asked."""
    network, shipment = request.network, request.shipment
    return Query(
        dwell_min=request.dwell_min,
        export_min=request.export_min,
        import_min=request.import_min,
        export_fen=request.declaration_fen,
        import_fen=request.declaration_fen,
        booked_min=request.booked_min,
        until_min=min(request.latest_min, network.horizon_min + HORIZON_MARGIN_MIN),
        horizon_min=network.horizon_min,
        due_min=request.due_min,
        late_fen_per_hour=shipment.late_fen_per_hour,
        storage_dm3=product.storage_dm3,
        origin_dm3=shipment.volume_dm3,
        max_hauls=MAX_HAULS,
        final_min=finals[0],
        final_fen=finals[1],
        final_co2e_g=finals[2],
        final_is_connector=int(not shipment.destination.facility_id),
    )


def workspace_of(network: Network) -> Workspace:
    """Buffers of this thread, large enough for a network; meaningful until its next search."""
    n_states = network.n_facilities * N_LAYERS
    known: Workspace | None = getattr(_OF_THREAD, "workspace", None)
    if known is None or len(known.bucket) != n_states:
        known = Workspace(
            labels=np.empty((MAX_LABELS, N_LABEL_COLUMNS), dtype=np.int64),
            bucket=np.empty(n_states, dtype=np.int64),
            heap=np.empty(MAX_LABELS, dtype=np.int64),
            front=np.empty((MAX_FRONT, N_FRONT_COLUMNS), dtype=np.int64),
            candidate=np.empty(N_LABEL_COLUMNS, dtype=np.int64),
            counters=np.zeros(4, dtype=np.int64),
        )
        _OF_THREAD.workspace = known
    return known


def bounds_of(network: Network) -> Bounds:
    """Empty bounds for a network."""
    n_states = network.n_facilities * N_LAYERS
    return Bounds(
        minutes=np.empty(n_states, dtype=np.int64),
        cost_fen=np.empty(n_states, dtype=np.int64),
        co2e_g=np.empty(n_states, dtype=np.int64),
    )
