"""Guaranteed service times on trees, exactly: arrays for the kernel, and its answer."""

from __future__ import annotations

import numpy as np

from optimizer.errors import ModelError
from optimizer.kernels.guaranteed_tree import NONE, ServiceTree, solve_tree
from optimizer.models.inventory.guaranteed_service import Ints, ServiceNetwork, ServiceTimes


def solve_forest(network: ServiceNetwork) -> ServiceTimes:
    """
    Optimal service times of a network without undirected cycles.

    Raises
    ------
    ModelError
        M663: the network is no forest.

    Notes
    -----
    See :mod:`optimizer.kernels.guaranteed_tree`. Any cost by net replenishment time is allowed.
    """
    if not network.is_forest:
        raise ModelError("M663 the stages form no tree: use solve_network")
    least = np.array([stage.inbound_least for stage in network.stages], dtype=np.int64)
    inbound_most, outbound_most = network.service_limits
    return solve_within(network, np.arange(len(network.tail)), least, inbound_most, outbound_most)


def solve_within(
    network: ServiceNetwork,
    arcs: Ints,
    inbound_least: Ints,
    inbound_most: Ints,
    outbound_most: Ints,
) -> ServiceTimes:
    """
    Optimal service times over some arcs of a network and within tighter limits.

    Parameters
    ----------
    arcs
        Positions of arcs that form a forest; the others are left out.
    inbound_least, inbound_most, outbound_most
        (n,) int64. Service times below 0 make the answer infeasible.
    """
    n = len(network.stages)
    inbound, outbound = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if n and (int(outbound_most.min()) < 0 or bool(np.any(inbound_least > inbound_most))):
        return _answer(inbound, outbound, float("inf"))
    order, parent, is_customer = _hang(n, network.tail[arcs], network.head[arcs])
    sizes = np.array([len(table) for table in network.cost_tables], dtype=np.int64)
    tree = ServiceTree(
        order=order,
        parent=parent,
        is_parent_customer=is_customer,
        processing=np.array([stage.processing for stage in network.stages], dtype=np.int64),
        inbound_least=inbound_least,
        inbound_most=inbound_most,
        outbound_most=outbound_most,
        cost_first=_offsets(sizes),
        cost=np.concatenate(network.cost_tables) if n else np.zeros(0),
        in_first=_offsets(inbound_most + 1),
        out_first=_offsets(outbound_most + 1),
    )
    return _answer(inbound, outbound, float(solve_tree(tree, inbound, outbound)))


def _answer(inbound: Ints, outbound: Ints, cost: float) -> ServiceTimes:
    status = "optimal" if np.isfinite(cost) else "infeasible"
    return ServiceTimes(inbound=inbound, outbound=outbound, cost=cost, bound=cost, status=status)


def _offsets(sizes: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def _hang(n: int, tail: Ints, head: Ints) -> tuple[Ints, Ints, np.ndarray]:
    """Order with children first, parents, and whether the parent is the customer."""
    neighbours: list[list[tuple[int, bool]]] = [[] for _ in range(n)]
    for i, j in zip(tail.tolist(), head.tolist(), strict=True):
        neighbours[i].append((j, False))
        neighbours[j].append((i, True))
    parent = np.full(n, NONE, dtype=np.int64)
    is_customer = np.zeros(n, dtype=np.bool_)
    seen = np.zeros(n, dtype=np.bool_)
    order: list[int] = []
    for root in range(n):
        if seen[root]:
            continue
        seen[root] = True
        begin = len(order)
        order.append(root)
        at = begin
        while at < len(order):
            k = order[at]
            at += 1
            for other, k_is_customer in neighbours[k]:
                if not seen[other]:
                    seen[other] = True
                    parent[other], is_customer[other] = k, k_is_customer
                    order.append(other)
    return np.array(order[::-1], dtype=np.int64), parent, is_customer
