"""
Lower bounds to the destination over the network without clocks, for ``timetabled_labels``.

Arrays only. Layers as there: 0 not cleared, 1 in transit, 2 imported.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.kernels.arrays import Bounds, Connectors, Ints, Prices, Query, Rides, Trucks

UNREACHED = 2**31 - 1
NONE = -1
N_LAYERS = 3
IN_TRANSIT, IMPORTED = 1, 2
FAR = 2**60
"""Cost or grams of what cannot be reached; sums of a few stay below int64."""

# Columns of the table of edges.
TAIL, HEAD, CROSSES, MINUTES, COST, CO2E = 0, 1, 2, 3, 4, 5


@njit(cache=True)
def _least_cost(prices: Prices, offer: int) -> int:
    """Least price over the dates of an offer, ``NONE`` where it is never sold."""
    least = NONE
    for row in range(prices.row_first[offer], prices.row_first[offer + 1]):
        cost = prices.cost_fen[row]
        if cost >= 0 and (least == NONE or cost < least):
            least = cost
    return least


@njit(cache=True)
def _add_edges(
    first_out: Ints,
    heads: Ints,
    crosses: Ints,
    minutes: Ints,
    prices: Prices,
    offer_from: int,
    edges: Ints,
    n_edges: int,
) -> int:
    """Append the offers of one kind that are sold; returns the new number of edges."""
    for tail in range(first_out.shape[0] - 1):
        for at in range(first_out[tail], first_out[tail + 1]):
            least = _least_cost(prices, offer_from + at)
            if least != NONE:
                edges[n_edges, TAIL] = tail
                edges[n_edges, HEAD] = heads[at]
                edges[n_edges, CROSSES] = crosses[at]
                edges[n_edges, MINUTES] = minutes[at]
                edges[n_edges, COST] = least
                edges[n_edges, CO2E] = prices.co2e_g[offer_from + at]
                n_edges += 1
    return n_edges


@njit(cache=True)
def _relax(bound: Ints, tail: int, head: int, values: Ints) -> bool:
    """Three criteria, each alone; rows of ``bound`` are states."""
    changed = False
    for criterion in range(3):
        through = bound[head, criterion] + values[criterion]
        if through < bound[tail, criterion]:
            bound[tail, criterion] = through
            changed = True
    return changed


@njit(cache=True, nogil=True)
def least_remaining(
    rides: Rides,
    trucks: Trucks,
    connectors: Connectors,
    prices: Prices,
    query: Query,
    bounds: Bounds,
) -> None:
    """
    Least minutes, fen and grams from every facility and layer to the destination.

    Parameters
    ----------
    bounds
        Modified in place; ``UNREACHED`` minutes where the destination cannot be reached at all.

    Notes
    -----
    Relaxation from the destination outward: in each round only edges into facilities that the last
    round improved.
    """
    n_nodes = rides.first_out.shape[0] - 1
    edges = np.empty((prices.row_first.shape[0] - 1, 6), dtype=np.int64)
    inland = np.zeros(connectors.head.shape[0], dtype=np.int64)
    n_edges = _add_edges(
        rides.first_out, rides.head, rides.crosses, rides.least_min, prices, 0, edges, 0
    )
    n_edges = _add_edges(
        trucks.first_out,
        trucks.head,
        trucks.crosses,
        trucks.least_min,
        prices,
        trucks.offer_from,
        edges,
        n_edges,
    )
    n_edges = _add_edges(
        connectors.first_out,
        connectors.head,
        inland,
        connectors.duration_min,
        prices,
        connectors.offer_from,
        edges,
        n_edges,
    )
    bound = np.full((n_nodes * N_LAYERS, 3), FAR, dtype=np.int64)
    export = np.array([0, query.export_fen, 0])
    entry = np.array([0, query.import_fen, 0])
    fresh = np.zeros(n_nodes, dtype=np.bool_)
    coming = np.zeros(n_nodes, dtype=np.bool_)
    for node in range(n_nodes):
        if query.final_min[node] >= 0:
            bound[node * N_LAYERS + IMPORTED, 0] = query.final_min[node]
            bound[node * N_LAYERS + IMPORTED, 1] = query.final_fen[node]
            bound[node * N_LAYERS + IMPORTED, 2] = query.final_co2e_g[node]
            coming[node] = True
    changed = True
    while changed:
        changed = False
        for node in range(n_nodes):
            fresh[node] = coming[node]
            coming[node] = False
            if fresh[node]:
                at = node * N_LAYERS
                if query.import_min[node] >= 0:
                    entry[0] = query.import_min[node]
                    _relax(bound, at + 1, at + 2, entry)
                if query.export_min[node] >= 0:
                    export[0] = query.export_min[node]
                    _relax(bound, at, at + 1, export)
        for edge in range(n_edges):
            head = edges[edge, HEAD]
            if not fresh[head]:
                continue
            tail = edges[edge, TAIL]
            for layer in range(N_LAYERS):
                if edges[edge, CROSSES] == 1 and layer != IN_TRANSIT:
                    continue
                below = bound[head * N_LAYERS + layer, 0]
                if below < FAR and _relax(
                    bound, tail * N_LAYERS + layer, head * N_LAYERS + layer, edges[edge, MINUTES:]
                ):
                    coming[tail] = True
                    changed = True
    for at in range(n_nodes * N_LAYERS):
        bounds.minutes[at] = UNREACHED if bound[at, 0] >= FAR else bound[at, 0]
        bounds.cost_fen[at] = bound[at, 1]
        bounds.co2e_g[at] = bound[at, 2]
