"""
Three-criteria label setting on a graph without clocks. Arrays only.

A label is a path from the source, known by its three sums. Packed into one 64-bit key (first
criterion in front) labels become permanent in lexicographic order, so everything permanent at a
node is no worse in the first criterion and dominance needs only the other two: a staircase, sorted
by the second sum and falling in the third. Most questions to a staircase are answered by ``least``,
which has for every node and each of 64 bands of the second sum the least third sum up to there.

No label exists before it is permanent. Each arc points at the first permanent label of its tail
whose extension may still be new at its head; a node's best extension stands in a tournament tree
over the nodes. So memory is what the answer needs, and there is no heap of labels.

Every sum has a guard bit above its field (see ``Fields``); the kernel stops before a sum that is
not dominated would reach it. With lower bounds to a target the caller passes reduced weights (arc
plus bound at its head minus bound at its tail): then sums at all nodes are comparable with those at
the target, which prunes.

Everything is unsigned, because mixed signs cost a check per access and turn into floats.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Words = NDArray[np.uint32]

ZERO, ONE, TWO, THREE = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)
HALF_WORD = np.uint64(32)
NO_ARC = np.uint64(2**32 - 1)
LAST = np.uint64(2**63 - 1)
"""Behind every key."""
N_BANDS = np.uint64(64)
BAND_ROW = np.uint64(65)
FIRST_ROOM = np.uint64(8)
NOTHING = np.uint32(2**32 - 1)
"""Third sum of a band without labels."""

# Columns of ``Labels.nodes``, 8 a node.
FIRST_LABEL, LABEL_ROOM, N_LABELS = np.uint64(0), np.uint64(1), np.uint64(2)
FIRST_STEP, STEP_ROOM, N_STEPS = np.uint64(3), np.uint64(4), np.uint64(5)
BASE, BAND_SHIFT = np.uint64(6), np.uint64(7)
NODE_COLUMNS = 8

# Positions in ``Labels.used``.
USED_LABELS, USED_STEPS, PERMANENT, TESTED = 0, 1, 2, 3
N_USED = 4

# What a call ends with.
DONE, LABELS_FULL, STEPS_FULL, FIELD_FULL = 0, 1, 2, 3


class Arcs(NamedTuple):
    """
    A directed graph, arcs sorted by head.

    ``first_in`` (n_nodes + 1,) points into the arcs, ``tail``, ``head`` (n_arcs,) are nodes,
    ``key`` the packed weights. ``first_out`` (n_nodes + 1,) points into the positions of arcs
    sorted by tail.
    """

    first_in: Keys
    tail: Keys
    head: Keys
    key: Keys
    first_out: Keys


class Fields(NamedTuple):
    """Widths of the second and third sum in a key, guard bit included, and all guard bits."""

    second_bits: np.uint64
    third_bits: np.uint64
    guards: np.uint64


class Labels(NamedTuple):
    """
    State of a search, modified in place; a search that ran out of room goes on with larger arrays.

    ``nodes`` (n_nodes * 8,) has the columns above. ``key`` (any,) has the sums of the permanent
    labels, a run for each node; ``parent`` the arc in the upper half and the label of its tail in
    the lower. ``step`` (any,) has the staircases: second and third sum. ``least`` (n_nodes * 65,)
    is the third sum by band, one ahead. ``pointer``, ``next_key`` (n_arcs,): label of the tail and
    key of its extension, ``LAST`` if there is none. ``node_key`` (size,), ``node_arc`` (n_nodes,):
    best extension into a node. ``winner`` (2 * size,): tournament over ``size`` places, a power of
    two. ``idle_arc`` (n_arcs,), ``n_idle`` (n_nodes,): arcs out of a node without an extension.
    ``used`` (N_USED,): counters.
    """

    nodes: Keys
    key: Keys
    parent: Keys
    step: Keys
    least: Words
    pointer: Keys
    next_key: Keys
    node_key: Keys
    node_arc: Keys
    winner: Words
    idle_arc: Keys
    n_idle: Keys
    used: Keys


@njit(cache=True)
def _is_covered(nodes: Keys, step: Keys, fields: Fields, node: np.uint64, key: np.uint64) -> bool:
    """Whether a permanent label at a node is no worse than a key in the last two criteria."""
    row = node << THREE
    third_mask = (ONE << fields.third_bits) - ONE
    third = key & third_mask
    probe = (key & ((ONE << (fields.second_bits + fields.third_bits)) - ONE)) | third_mask
    low = nodes[row | FIRST_STEP]
    size = nodes[row | N_STEPS]
    covered = False
    if size > ZERO:
        while size > ONE:
            half = size >> ONE
            low = low + half if step[low + half] <= probe else low
            size -= half
        covered = bool(step[low] <= probe and (step[low] & third_mask) <= third)
    return covered


@njit(cache=True, nogil=True)
def start_search(arcs: Arcs, by_tail: Keys, base: Keys, source: int, labels: Labels) -> None:
    """
    Put the empty path at the source.

    Parameters
    ----------
    by_tail
        (n_arcs,) positions of the arcs sorted by tail.
    base
        (n_nodes,) lower bounds of the second sum at the nodes, where the bands begin. They cost
        or save time and change no result.
    """
    n_nodes = arcs.first_in.shape[0] - 1
    size = labels.node_key.shape[0]
    for at in range(labels.least.shape[0]):
        labels.least[at] = NOTHING
    used = ZERO
    for node in range(n_nodes):
        row = np.uint64(node) << THREE
        labels.nodes[row | FIRST_LABEL] = used
        labels.nodes[row | LABEL_ROOM] = FIRST_ROOM
        labels.nodes[row | N_LABELS] = ZERO
        labels.nodes[row | FIRST_STEP] = used
        labels.nodes[row | STEP_ROOM] = FIRST_ROOM
        labels.nodes[row | N_STEPS] = ZERO
        labels.nodes[row | BASE] = base[node]
        labels.nodes[row | BAND_SHIFT] = ZERO
        labels.node_arc[node] = NO_ARC
        labels.n_idle[node] = arcs.first_out[node + 1] - arcs.first_out[node]
        used += FIRST_ROOM
    labels.used[USED_LABELS] = used
    labels.used[USED_STEPS] = used
    labels.used[PERMANENT] = ZERO
    labels.used[TESTED] = ZERO
    for at in range(by_tail.shape[0]):
        labels.idle_arc[at] = by_tail[at]
        labels.next_key[at] = LAST
        labels.pointer[at] = ZERO
    for place in range(size):
        labels.node_key[place] = LAST
        labels.winner[size + place] = np.uint32(place)
    labels.node_key[source] = ZERO
    for place in range(size - 1, 0, -1):
        left, right = labels.winner[2 * place], labels.winner[2 * place + 1]
        labels.winner[place] = left if labels.node_key[left] <= labels.node_key[right] else right


@njit(cache=True, nogil=True)
def set_labels(arcs: Arcs, fields: Fields, target: int, labels: Labels) -> int:
    """
    Make labels permanent until none is left, or until room runs out.

    Parameters
    ----------
    target
        Node whose labels prune all others, or -1 for the fronts of all nodes. With a target the
        weights have to be reduced by lower bounds to it.
    labels
        Modified in place.

    Returns
    -------
    int
        ``DONE``; ``LABELS_FULL`` or ``STEPS_FULL``: call again after ``key`` and ``parent``, or
        ``step``, were enlarged; ``FIELD_FULL``: a sum does not fit its field, nothing is valid.

    Notes
    -----
    Label setting of Martins (1984), doi:10.1016/0377-2217(84)90202-2, with one explicit candidate
    a node as in Maristany de las Casas, Sedeno-Noda and Borndoerfer (2021),
    doi:10.1016/j.cor.2021.105424. Of labels with equal sums at a node the
    first one made is kept, and they are made in a fixed order: results are equal on all machines.
    """
    nodes, key, step, least = labels.nodes, labels.key, labels.step, labels.least
    next_key, pointer, idle_arc = labels.next_key, labels.pointer, labels.idle_arc
    node_key, node_arc, winner = labels.node_key, labels.node_arc, labels.winner
    third_bits = fields.third_bits
    third_mask = (ONE << third_bits) - ONE
    low_mask = (ONE << (fields.second_bits + third_bits)) - ONE
    size = np.uint64(node_key.shape[0])
    label_room, step_room = np.uint64(key.shape[0]), np.uint64(step.shape[0])
    has_target = target >= 0
    goal = np.uint64(max(target, 0))
    goal_row, goal_bands = goal << THREE, goal * BAND_ROW
    tested = ZERO
    status = -1
    while status < 0:
        v = np.uint64(winner[ONE])
        k = node_key[v]
        if k == LAST:
            status = DONE
            continue
        row = v << THREE
        bands = v * BAND_ROW
        a = node_arc[v]
        is_new = True
        if has_target and v != goal:
            is_new = not _is_covered(nodes, step, fields, goal, k)
        if is_new:
            if (k & fields.guards) != ZERO:
                status = FIELD_FULL
                continue
            # Room first: a search that goes on later has to find everything as it is here.
            n_here = nodes[row | N_LABELS]
            if n_here == nodes[row | LABEL_ROOM]:
                end = labels.used[USED_LABELS]
                if end + n_here + n_here > label_room:
                    status = LABELS_FULL
                    continue
                first = nodes[row | FIRST_LABEL]
                for at in range(n_here):
                    key[end + at] = key[first + at]
                    labels.parent[end + at] = labels.parent[first + at]
                nodes[row | FIRST_LABEL] = end
                nodes[row | LABEL_ROOM] = n_here + n_here
                labels.used[USED_LABELS] = end + n_here + n_here
            n_steps = nodes[row | N_STEPS]
            if n_steps == nodes[row | STEP_ROOM]:
                end = labels.used[USED_STEPS]
                if end + n_steps + n_steps > step_room:
                    status = STEPS_FULL
                    continue
                first = nodes[row | FIRST_STEP]
                for at in range(n_steps):
                    step[end + at] = step[first + at]
                nodes[row | FIRST_STEP] = end
                nodes[row | STEP_ROOM] = n_steps + n_steps
                labels.used[USED_STEPS] = end + n_steps + n_steps
            # The label becomes permanent.
            at = nodes[row | FIRST_LABEL] + n_here
            key[at] = k
            labels.parent[at] = (a << HALF_WORD) | (pointer[a] if a != NO_ARC else ZERO)
            nodes[row | N_LABELS] = n_here + ONE
            labels.used[PERMANENT] += ONE
            # It enters the bands.
            low = k & low_mask
            third = low & third_mask
            above = (low >> third_bits) - nodes[row | BASE]
            if n_here == ZERO:
                shift = ZERO
                while (above >> shift) >= N_BANDS:
                    shift += ONE
                nodes[row | BAND_SHIFT] = shift
            band = bands + min(above >> nodes[row | BAND_SHIFT], N_BANDS - ONE) + ONE
            while band < bands + BAND_ROW and np.uint64(least[band]) > third:
                least[band] = np.uint32(third)
                band += ONE
            # It enters the staircase in place of the steps that it covers.
            first = nodes[row | FIRST_STEP]
            end = first + n_steps
            place, high = first, end
            while place < high:
                middle = (place + high) >> ONE
                if step[middle] < low:
                    place = middle + ONE
                else:
                    high = middle
            keep = place
            while keep < end and (step[keep] & third_mask) >= third:
                keep += ONE
            if keep == place:
                at = end
                while at > place:
                    step[at] = step[at - ONE]
                    at -= ONE
            elif keep > place + ONE:
                for at in range(keep, end):
                    step[at - keep + place + ONE] = step[at]
            nodes[row | N_STEPS] = n_steps + ONE + place - keep
            step[place] = low
            # Arcs that waited for a label of this node get it; the others will come to it.
            at = arcs.first_out[v]
            end = at + labels.n_idle[v]
            if has_target and v == goal:
                end = at
            while at < end:
                arc = idle_arc[at]
                u = arcs.head[arc]
                extended = k + arcs.key[arc]
                if extended < node_key[u]:
                    if _is_covered(nodes, step, fields, u, extended) or (
                        has_target and _is_covered(nodes, step, fields, goal, extended)
                    ):
                        pointer[arc] = n_here + ONE
                        at += ONE
                        continue
                    node_arc[u] = arc
                    node_key[u] = extended
                    match = (size + u) >> ONE
                    while match > ZERO and (
                        node_key[winner[match]] > extended or np.uint64(winner[match]) == u
                    ):
                        winner[match] = np.uint32(u)
                        match >>= ONE
                next_key[arc] = extended
                pointer[arc] = n_here
                end -= ONE
                idle_arc[at] = idle_arc[end]
                idle_arc[end] = arc
                labels.n_idle[v] -= ONE
        # The next extension into this node: advance the arc that was used, take the least of all
        # arcs, and test it, until the least is new here.
        best = LAST
        arc = a
        first_step, n_steps = nodes[row | FIRST_STEP], nodes[row | N_STEPS]
        base, shift = nodes[row | BASE], nodes[row | BAND_SHIFT]
        skip = ONE
        while a != NO_ARC:
            u = arcs.tail[a]
            weight = arcs.key[a]
            tail_row = u << THREE
            first = nodes[tail_row | FIRST_LABEL]
            at = first + pointer[a] + skip
            end = first + nodes[tail_row | N_LABELS]
            found = LAST
            while at < end:
                extended = key[at] + weight
                third = extended & third_mask
                second = (extended & low_mask) >> third_bits
                tested += ONE
                band = bands + min((second - base) >> shift, N_BANDS - ONE)
                is_free = third < np.uint64(least[band])
                if is_free and third >= np.uint64(least[band + ONE]) and n_steps > ZERO:
                    probe = (extended & low_mask) | third_mask
                    low, count = first_step, n_steps
                    while count > ONE:
                        half = count >> ONE
                        low = low + half if step[low + half] <= probe else low
                        count -= half
                    is_free = step[low] > probe or (step[low] & third_mask) > third
                if is_free and has_target:
                    band = goal_bands + min(
                        (second - nodes[goal_row | BASE]) >> nodes[goal_row | BAND_SHIFT],
                        N_BANDS - ONE,
                    )
                    is_free = third < np.uint64(least[band])
                    if is_free and third >= np.uint64(least[band + ONE]):
                        is_free = not _is_covered(nodes, step, fields, goal, extended)
                if is_free:
                    found = extended
                    break
                at += ONE
            pointer[a] = at - first
            next_key[a] = found
            if found == LAST:
                idle_arc[arcs.first_out[u] + labels.n_idle[u]] = a
                labels.n_idle[u] += ONE
            best = LAST
            arc = NO_ARC
            for position in range(arcs.first_in[v], arcs.first_in[v + ONE]):
                other = next_key[position]
                arc = position if other < best else arc
                best = min(other, best)
            if best == LAST or arc == a:
                break
            a = arc
            skip = ZERO
        node_arc[v] = arc
        node_key[v] = best
        match = size + v
        champion = v
        while match > ONE:
            rival = np.uint64(winner[match ^ ONE])
            rival_key = node_key[rival]
            champion = rival if rival_key < best else champion
            best = min(rival_key, best)
            match >>= ONE
            winner[match] = np.uint32(champion)
    labels.used[TESTED] += tested
    return status
