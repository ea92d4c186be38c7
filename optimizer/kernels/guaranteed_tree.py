"""
Guaranteed service times on trees by dynamic programming. Arrays only.

Graves and Willems, Manufacturing & Service Operations Management 2 (2000) 68,
doi:10.1287/msom.2.1.68.23267. The tree is undirected: a stage's parent may be its customer or its
supplier, so a stage with demand of its own may stand anywhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NONE = -1


class ServiceTree(NamedTuple):
    """
    Stages of a forest; ragged tables lie one after the other.

    ``order`` (n,) lists children before parents. ``parent`` (n,) is NONE at a root, and
    ``is_parent_customer`` (n,) says on which side of the stage the parent is. ``processing``,
    ``inbound_least``, ``inbound_most``, ``outbound_most`` (n,) are time units. Stage k holds
    ``cost[cost_first[k] + t]`` for a net replenishment time of t units. ``in_first`` and
    ``out_first`` (n + 1,) are offsets of tables with one entry per inbound and outbound service
    time, from 0 on.
    """

    order: Ints
    parent: Ints
    is_parent_customer: NDArray[np.bool_]
    processing: Ints
    inbound_least: Ints
    inbound_most: Ints
    outbound_most: Ints
    cost_first: Ints
    cost: Floats
    in_first: Ints
    out_first: Ints


@njit(cache=True, nogil=True)
def _best_by_outbound(
    tree: ServiceTree, k: int, below: Floats, value: Floats, choice: Ints
) -> None:
    """Least cost of stage and suppliers' side for each outbound time; the inbound time chosen."""
    low, most, time = tree.inbound_least[k], tree.inbound_most[k], tree.processing[k]
    first, base = tree.in_first[k], tree.cost_first[k]
    for out in range(tree.outbound_most[k] + 1):
        best, at = np.inf, NONE
        for inbound in range(max(low, out - time), most + 1):
            one = below[first + inbound] + tree.cost[base + inbound + time - out]
            if one < best:
                best, at = one, inbound
        value[out], choice[out] = best, at


@njit(cache=True, nogil=True)
def _best_by_inbound(tree: ServiceTree, k: int, above: Floats, value: Floats, choice: Ints) -> None:
    """Least cost of stage and customers' side for each inbound time; the outbound time chosen."""
    time, first, base = tree.processing[k], tree.out_first[k], tree.cost_first[k]
    for inbound in range(tree.inbound_most[k] + 1):
        best, at = np.inf, NONE
        if inbound >= tree.inbound_least[k]:
            for out in range(min(tree.outbound_most[k], inbound + time) + 1):
                one = above[first + out] + tree.cost[base + inbound + time - out]
                if one < best:
                    best, at = one, out
        value[inbound], choice[inbound] = best, at


@njit(cache=True, nogil=True)
def solve_tree(tree: ServiceTree, inbound: Ints, outbound: Ints) -> float:
    """
    Service times of least cost.

    Parameters
    ----------
    inbound, outbound
        (n,) int64 time units, modified in place: service times quoted to and by each stage.

    Returns
    -------
    float
        Cost; infinite if no service times satisfy all limits.

    Notes
    -----
    ``below`` sums, for each inbound time of a stage, what its suppliers' branches cost when none
    quotes more; ``above`` sums, for each outbound time, what its customers' branches cost when none
    is promised less. Ties go to the smaller time. O(sum of inbound times x outbound times).
    """
    n = tree.order.shape[0]
    below = np.zeros(tree.in_first[n])
    above = np.zeros(tree.out_first[n])
    # What the parent of a branch sees: for each of ITS times the best time of the branch's stage.
    seen_by_customer = np.zeros(tree.out_first[n], dtype=np.int64)
    seen_by_supplier = np.zeros(tree.in_first[n], dtype=np.int64)
    partner_of_out = np.zeros(tree.out_first[n], dtype=np.int64)
    partner_of_in = np.zeros(tree.in_first[n], dtype=np.int64)
    total = 0.0
    for k in tree.order:
        p = tree.parent[k]
        out_at, in_at = tree.out_first[k], tree.in_first[k]
        n_out, n_in = tree.outbound_most[k] + 1, tree.inbound_most[k] + 1
        if p == NONE or tree.is_parent_customer[k]:
            value = np.empty(n_out)
            _best_by_outbound(tree, k, below, value, partner_of_out[out_at : out_at + n_out])
            best, at = np.inf, NONE
            for out in range(n_out):
                one = value[out] + above[out_at + out]
                if one < best:
                    best, at = one, out
                # A customer with inbound time t may be promised any outbound time up to t.
                seen_by_customer[out_at + out] = at
                value[out] = best
            if p == NONE:
                total += best
                outbound[k] = at
                continue
            first = tree.in_first[p]
            for t in range(tree.inbound_most[p] + 1):
                below[first + t] += value[min(t, n_out - 1)]
        else:
            value = np.empty(n_in)
            _best_by_inbound(tree, k, above, value, partner_of_in[in_at : in_at + n_in])
            best, at = np.inf, NONE
            for back in range(n_in):
                t = n_in - 1 - back
                one = value[t] + below[in_at + t]
                if one <= best:
                    best, at = one, t
                # A supplier that promises t leaves the customer any inbound time from t on.
                seen_by_supplier[in_at + t] = at
                value[t] = best
            first = tree.out_first[p]
            for t in range(tree.outbound_most[p] + 1):
                above[first + t] += value[t] if t < n_in else np.inf
    if total == np.inf:
        return total
    for back in range(n):
        k = tree.order[n - 1 - back]
        p = tree.parent[k]
        if p != NONE and not tree.is_parent_customer[k]:
            inbound[k] = seen_by_supplier[tree.in_first[k] + outbound[p]]
            outbound[k] = partner_of_in[tree.in_first[k] + inbound[k]]
            continue
        if p != NONE:
            most = min(inbound[p], tree.outbound_most[k])
            outbound[k] = seen_by_customer[tree.out_first[k] + most]
        inbound[k] = partner_of_out[tree.out_first[k] + outbound[k]]
    return total
