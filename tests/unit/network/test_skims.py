"""Skims against networkx on the same graph; components against the unpacked way."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest

from optimizer.domain.skim import SkimLoad, SkimWeights
from optimizer.errors import DemandError
from optimizer.models.routing.skim_values import arc_values
from optimizer.network.build import build_network
from optimizer.network.skim_graph import CAME, IMPORTED, NOT_CLEARED, ON, node_of, skim_graph
from optimizer.network.skims import UNREACHED, ArcValues, generalized, skims_of
from tests.factories import EPOCH
from tests.reference.random_networks import make_random
from tests.toy.corridor import make_corridor

WEEK = (EPOCH + timedelta(days=7)).date()
BALANCED = SkimWeights(time_cny_per_h=Fraction(20), co2e_cny_per_t=Fraction(100))
LOAD = SkimLoad(gross_kg=1000, volume_dm3=6000)


def _network(data):
    return build_network(data, epoch_at=EPOCH, horizon_days=45)


@pytest.mark.parametrize("seed", range(12))
def test_every_pair_equals_networkx_and_its_own_way(seed):
    network = _network(make_random(seed, with_storage=True)[0])
    graph = skim_graph(network)
    arcs = arc_values(network, LOAD, WEEK)
    skims = skims_of(graph)
    everywhere = np.arange(graph.n_nodes)
    found = skims.skim(arcs, (SkimWeights(), BALANCED), everywhere, everywhere)
    for weights, skim in zip((SkimWeights(), BALANCED), found, strict=True):
        weight = generalized(arcs, graph.made_by, weights)
        peer = nx.MultiDiGraph()
        peer.add_nodes_from(range(graph.n_nodes))
        for arc in np.flatnonzero(weight != UNREACHED).tolist():
            peer.add_edge(int(graph.tail[arc]), int(graph.head[arc]), weight=int(weight[arc]))
        n_joined = 0
        for source, distances in nx.all_pairs_dijkstra_path_length(peer):
            row = np.full(graph.n_nodes, -1)
            row[list(distances)] = list(distances.values())
            assert np.array_equal(skim.generalized_fen[source], row)
            n_joined += len(distances)
        assert n_joined > graph.n_nodes
        rng = np.random.default_rng(seed)
        joined = np.argwhere(skim.generalized_fen >= 0)
        for source, target in rng.choice(joined, size=20).tolist():
            way = skims.path(arcs, weights, source, target)
            assert way is not None
            nodes = [source, *graph.head[way].tolist()]
            assert graph.tail[way].tolist() == nodes[:-1]
            assert nodes[-1] == target
            assert weight[way].sum() == skim.generalized_fen[source, target]
            assert np.array_equal(arcs.values[way].sum(axis=0), skim.components[source, target])


def test_the_toy_by_hand():
    """Train from Kunming to Vientiane: three a week, and nothing else goes there."""
    network = _network(make_corridor())
    graph, arcs = skim_graph(network), arc_values(network, LOAD, WEEK)
    tail, head = network.facility_index["CNKMG-WJX"], network.facility_index["LAVTE-TNL"]
    source, target = node_of(tail, NOT_CLEARED, CAME), node_of(head, IMPORTED, ON)
    skim = skims_of(graph).skim(arcs, (SkimWeights(),), np.array([source]), np.array([target]))[0]
    # Mo, We, Fr 20:00 +8: gaps of 3, 2 and 2 days between deadlines; waits are 0 .. gap - 1.
    gaps = [3 * 1440, 2 * 1440, 2 * 1440]
    wait = sum(gap * (gap - 1) // 2 for gap in gaps) / sum(gaps)
    # Cut-off of customs 480; 20 hours and one more for the zone; available after 240.
    ride = 480 + 21 * 60 + 240
    cost, time, distance, co2e = skim.components[0, 0].tolist()
    assert time == round(wait + ride) + 240 + 360  # clearances for export and import
    assert distance == 1_020_000
    # 333 kg/m3 makes 6 m3 1998 kg: 0.70 CNY each; handling 50 CNY a tonne twice, the border 20.
    haul = round(1998 * 0.7 * 100)
    handling, border = 2 * 5_000, 2_000
    # Two days are free; then two CNY a m3 and started day, on average over the week.
    days = sum(-(-max(0, wait_min + 480 - 2880) // 1440) for gap in gaps for wait_min in range(gap))
    storage = round(200 * 6000 * days / 10080 / 1000)
    assert cost == haul + handling + border + storage
    assert skim.generalized_fen[0, 0] == cost + 2  # a fen for each clearance, which is free here
    assert co2e > 0


def test_a_cost_that_cannot_be_added_up_is_refused():
    arcs = ArcValues(values=np.full((2, 4), 10**9, dtype=np.int64), is_open=np.array([True, True]))
    with pytest.raises(DemandError, match="S372"):
        generalized(arcs, np.zeros(2, dtype=np.int64), SkimWeights(cost=Fraction(10)))


def test_closed_arcs_count_for_nothing_and_free_ones_for_a_fen():
    arcs = ArcValues(
        values=np.array([[0, 0, 0, 0], [2**50, 1, 1, 1], [7, 0, 0, 0]], dtype=np.int64),
        is_open=np.array([True, False, True]),
    )
    weights = generalized(arcs, np.zeros(3, dtype=np.int64), SkimWeights())
    assert weights.tolist() == [1, UNREACHED, 7]
