"""Matrices of averages: generalized cost over the network without clocks, place to place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.shipment import Place
from optimizer.domain.skim import MatrixQuery, SkimWeights
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.matrix_ends import PlaceEnds, place_ends
from optimizer.models.routing.matrix_result import NOTHING
from optimizer.models.routing.skim_values import arc_values
from optimizer.network.network import Network
from optimizer.network.skim_graph import CAME, IMPORTED, NOT_CLEARED, ON, node_of, skim_graph
from optimizer.network.skims import ArcValues, Skims, generalized, skims_of

FAR = np.iinfo(np.int64).max // 4
"""More than any generalized cost; three of them do not overflow."""
CONNECTOR_MADE = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceValues:
    """Between places: (n_rows, n_columns) generalized cost, (.., 4) components; -1 for no way."""

    generalized_fen: Ints
    components: Ints


def between_places(
    network: Network,
    query: MatrixQuery,
    rows: Sequence[Place],
    columns: Sequence[Place],
    weights: Sequence[SkimWeights],
) -> list[PlaceValues]:
    """
    Values for several generalized costs at once.

    An international pair starts uncleared, a domestic one may not cross a border at all: the
    customs territories of the two places decide.
    """
    arcs = arc_values(network, query.load, query.week, query.without)
    skims = skims_of(skim_graph(network))
    tails = [place_ends(network, one, query.load, query.week, inbound=True) for one in rows]
    heads = [place_ends(network, one, query.load, query.week, inbound=False) for one in columns]
    domestic = is_domestic(network, rows, columns)
    return join_ends(skims, arcs, weights, tails, heads, domestic)


def is_domestic(
    network: Network, rows: Sequence[Place], columns: Sequence[Place]
) -> NDArray[np.bool_]:
    """(n_rows, n_columns) whether both places are in one customs territory."""
    data = network.data
    home = [data.territory(place.country) for place in rows]
    target = [data.territory(place.country) for place in columns]
    return np.array([[one == other for other in target] for one in home], dtype=bool).reshape(
        len(home), len(target)
    )


def join_ends(  # noqa: PLR0917  both ends of one join
    skims: Skims,
    arcs: ArcValues,
    weights: Sequence[SkimWeights],
    tails: Sequence[PlaceEnds],
    heads: Sequence[PlaceEnds],
    domestic: NDArray[np.bool_],
) -> list[PlaceValues]:
    """Join the ends of places through the network: first the tails, then the heads."""
    tail_nodes, tail_first, tail_values = _stack(tails, ON, CAME)
    head_nodes, head_first, head_values = _stack(heads, CAME, ON)
    n_tails = len(tail_nodes)
    # Uncleared sources first, then cleared ones; the layer is what differs.
    sources = np.concatenate([_in_layer(tail_nodes, NOT_CLEARED), _in_layer(tail_nodes, IMPORTED)])
    targets = _in_layer(head_nodes, IMPORTED)
    distinct_sources, source_of = np.unique(sources, return_inverse=True)
    distinct_targets, target_of = np.unique(targets, return_inverse=True)
    found: list[PlaceValues] = []
    skimmed = skims.skim(arcs, weights, distinct_sources, distinct_targets)
    for weighed, skim in zip(weights, skimmed, strict=True):
        of_tail, of_head = (_weigh(values, weighed) for values in (tail_values, head_values))
        between = skim.generalized_fen[np.ix_(source_of, target_of)]
        total = np.where(between == NOTHING, FAR, between)
        total = total + np.tile(of_tail, 2)[:, None] + of_head[None, :]
        best, by_tail = _least_by(total, tail_first, n_tails)
        least, by_head = _least_over_heads(best, head_first)
        generalized_fen = np.where(domestic, least[1], least[0])
        joined = generalized_fen < FAR
        components = np.full((*domestic.shape, skim.components.shape[2]), NOTHING, dtype=np.int64)
        i, j = np.nonzero(joined)
        layer = domestic[i, j].astype(np.int64)
        head = by_head[layer, i, j]
        tail = by_tail[layer, i, head]
        components[i, j] = (
            skim.components[source_of[layer * n_tails + tail], target_of[head]]
            + tail_values[tail]
            + head_values[head]
        )
        found.append(
            PlaceValues(
                generalized_fen=np.where(joined, generalized_fen, NOTHING), components=components
            )
        )
    return found


def _stack(
    ends: Sequence[PlaceEnds], connected_side: int, own_side: int
) -> tuple[Ints, Ints, Ints]:
    """Nodes in layer 0, first end of each place, values."""
    nodes = [
        np.asarray(node_of(one.facilities, 0, connected_side if one.by_connector else own_side))
        for one in ends
    ]
    first = np.concatenate(([0], np.cumsum([len(part) for part in nodes]))).astype(np.int64)
    values = [one.values for one in ends]
    return np.concatenate(nodes).astype(np.int64), first, np.concatenate(values)


def _in_layer(nodes: Ints, layer: int) -> Ints:
    return nodes + np.asarray(node_of(0, layer, 0))


def _weigh(values: Ints, weights: SkimWeights) -> Ints:
    """Generalized cost of connectors; at least 1, as for arcs, unless there is none."""
    arcs = ArcValues(values=values, is_open=np.ones(len(values), dtype=bool))
    fen = generalized(arcs, np.full(len(values), CONNECTOR_MADE, dtype=np.int64), weights)
    return np.where(values.any(axis=1), fen, 0).astype(np.int64)


def _least_by(total: Ints, first: Ints, n_tails: int) -> tuple[Ints, Ints]:
    """(2, n_places, n_heads) least over the ends of each place, and which; ties to the first."""
    shape = (2, len(first) - 1, total.shape[1])
    if n_tails == shape[1] and (np.diff(first) == 1).all():  # facilities only: nothing to choose
        every = np.broadcast_to(np.arange(n_tails)[None, :, None], shape)
        return total.reshape(shape), every
    least = np.full(shape, FAR, dtype=np.int64)
    which = np.zeros(shape, dtype=np.int64)
    for layer in range(2):
        for place in range(len(first) - 1):
            low, high = first[place], first[place + 1]
            if low == high:
                continue
            block = total[layer * n_tails + low : layer * n_tails + high]
            which[layer, place] = low + block.argmin(axis=0)
            least[layer, place] = block.min(axis=0)
    return least, which


def _least_over_heads(best: Ints, first: Ints) -> tuple[Ints, Ints]:
    """(2, n_rows, n_columns) least over the ends of each destination, and which."""
    shape = (*best.shape[:2], len(first) - 1)
    if best.shape == shape and (np.diff(first) == 1).all():
        return best, np.broadcast_to(np.arange(shape[2]), shape)
    least = np.full(shape, FAR, dtype=np.int64)
    which = np.zeros(shape, dtype=np.int64)
    for place in range(len(first) - 1):
        low, high = first[place], first[place + 1]
        if low < high:
            block = best[:, :, low:high]
            which[:, :, place] = low + block.argmin(axis=2)
            least[:, :, place] = block.min(axis=2)
    return least, which
