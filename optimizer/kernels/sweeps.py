# ruff: noqa: ANN401, ARG001  llvmlite has no types; intrinsics do not use their typing context
"""
Many distances at once over a customized hierarchy: tables and one-to-all. Arrays only.

Sixteen sources ride in the lanes of one row; the only inner step is ``row = min(row, other + w)``.
Everything rests on two facts of the elimination tree (``hierarchy.py``): the up-neighbours of a
node lie on its path to the root, and those of a subtree's nodes that lie outside it are
up-neighbours of the subtree's top. So a sweep in depth-first order needs one row a level, a few
kilobytes that stay in the first cache, and not one row a node.

A table (``plan_table``, ``run_table``) is a restricted sweep (RPHAST; Delling, Goldberg, Werneck,
doi:10.4230/OASIcs.ATMOS.2011.52) with one addition. Below some node of the tree only a few targets
are left, and it is cheaper to search from each of them up to that node once than to sweep the nodes
between for every source: where, follows from counts in one pass (``_choose_cuts``). What remains is
a short program of row operations, read once per group of sources. Where a node's arcs nearly equal
its parent's, four nodes are swept together, so that a row is loaded once for four.

Numba does not see changes of another file's functions, so everything compiled here is in this file.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import config, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]

FAR = 2**30 - 1
"""No path. Twice this fits int32; every stored value is at most this."""
UNREACHED = 2**31 - 1
"""No path, in results. Never added to."""
NONE = -1
LANES = 16
BLOCK = 4
"""Nodes or targets swept together."""
WIDTHS = (4, 2, 1)
"""Chunks that a sweep over all nodes takes at once: so many rows stay in registers."""

# Columns of nodes, of arcs and of marks.
PARENT, LEVEL, UP_FROM, UP_TO = 0, 1, 2, 3
OFFSET, WEIGHT = 0, 1
N_BELOW, KEPT, MEETS = 0, 1, 2
N_MARKS = 4

# Columns of meets.
NEXT, TARGET, BETWEEN = 0, 1, 2

# Columns of a program: kind of operation; its first row (level); its arcs, from and to; swept node,
# place among the leaves, or target.
KIND, ROW, ARCS_FROM, ARCS_TO, WHO = 0, 1, 2, 3, 4
N_COLUMNS = 5
NODE, NODES, LEAF, LEAVES, EMIT = 0, 1, 2, 3, 4

# How full a draft is, and sizes of a run.
N_STEPS, N_ARCS, N_LEAVES, N_MEETS, N_SWEPT = 0, 1, 2, 3, 4
N_LEVELS, N_KEPT, N_TARGETS, N_CHUNKS = 0, 1, 2, 3

# Times of parts of a table through that of one arc for one row of 16 lanes (0.6 ns; measured on an
# AVX2 machine). They decide how a table is computed, never what it is.
BLOCK_ARC_COST = 0.6
SWEEP_NODE_COST = 4.0
PLAN_COST = 3.0
CLIMB_COST = 2.0
MEET_COST = 8.0


class Tree(NamedTuple):
    """
    A customized hierarchy by position.

    ``nodes`` (n, 4): parent or ``NONE``, level, first up-arc, end of its up-arcs. ``rising``,
    ``falling`` (n_up_arcs, 2): level of the head times ``LANES``, and the weight from node to head
    or from head to node. What a climb needs of a node or arc lies together, because climbs wait for
    memory more than they add.
    """

    nodes: Ints
    rising: Ints
    falling: Ints


class Program(NamedTuple):
    """
    What a table does for every group of sources.

    ``steps`` (n_steps, N_COLUMNS). ``arcs`` flat: first lane of the other row, then one weight for
    each row that is swept together. ``leaf`` target of each leaf, ``NONE`` in an unused row of a
    block. ``meets`` (n_meets, 3): next meet of the same node or ``NONE``, target, distance to it:
    targets below a node that is not swept, with sources below it too. ``marks`` (n, N_MARKS) by
    position: number of sources below, number as a swept node or ``NONE``, first meet or ``NONE``.
    """

    steps: Ints
    arcs: Ints
    leaf: Ints
    meets: Ints
    marks: Ints


class Draft(NamedTuple):
    """
    A program in the making.

    ``rows`` (n_levels * LANES,) all ``FAR``; ``path`` (n_levels,) nodes of which those above a
    target are right; ``where`` (n_levels,) place of an arc by level; ``fill`` (5,) how many steps,
    numbers in ``arcs``, leaves, meets and swept nodes there are.
    """

    steps: Ints
    arcs: Ints
    leaf: Ints
    meets: Ints
    marks: Ints
    rows: Ints
    path: Ints
    where: Longs
    fill: Longs


class Scratch(NamedTuple):
    """
    Buffers of one thread, modified in place; see ``run_table`` for what they hold between calls.

    Between calls ``rows`` (n_chunks * n_levels * LANES,) is all ``FAR``, ``is_met`` (n_chunks *
    n_kept,) all 0. ``path`` (n_levels,) nodes; ``met`` (n_chunks *
    n_kept * LANES,) rows of swept nodes above sources; ``reached`` (n_chunks * n_targets * LANES,);
    ``some`` (BLOCK * LANES,).
    """

    rows: Ints
    path: Ints
    met: Ints
    is_met: Bytes
    reached: Ints
    some: Ints


def _interpreted() -> tuple[Any, ...]:
    """Row operations for the interpreter: tests and coverage without a compiler."""

    def fill(rows: Ints, at: int, value: int) -> None:
        rows[at : at + LANES] = value

    def copy(to: Ints, at: int, rows: Ints, start: int) -> None:
        to[at : at + LANES] = rows[start : start + LANES]

    def lower(to: Ints, at: int, rows: Ints, start: int, weight: int) -> None:
        row = to[at : at + LANES]
        np.minimum(row, rows[start : start + LANES] + weight, out=row)

    def push(rows: Ints, base: int, row: int, arcs: Ints, first: int, last: int) -> None:
        for offset, weight in arcs.reshape(-1)[first:last].reshape(-1, 2):
            lower(rows, base + offset, rows, row, weight)

    def pull_rows(n_rows: int) -> Any:
        def pull(
            to: Ints, at: int, rows: Ints, base: int, arcs: Ints, first: int, last: int
        ) -> None:
            for arc in arcs.reshape(-1)[first:last].reshape(-1, 1 + n_rows):
                for r in range(n_rows):
                    lower(to, at + r * LANES, rows, base + arc[0], arc[1 + r])

        return pull

    def pull_chunks(n_chunks: int) -> Any:
        def pull(
            to: Ints,
            at: int,
            stride: int,
            rows: Ints,
            row: int,
            height: int,
            arcs: Ints,
            first: int,
            last: int,
            is_fresh: int,
        ) -> None:
            for c in range(n_chunks):
                if is_fresh:
                    fill(rows, row + c * height, FAR)
                for offset, weight in arcs.reshape(-1)[first:last].reshape(-1, 2):
                    lower(rows, row + c * height, rows, c * height + offset, weight)
                copy(to, at + c * stride, rows, row + c * height)

        return pull

    chunked = [pull_chunks(n_chunks) for n_chunks in WIDTHS]
    return fill, copy, lower, push, pull_rows(1), pull_rows(BLOCK), *chunked


def _compiled() -> tuple[Any, ...]:
    """
    The same as LLVM vectors: LLVM turns loops over lanes into them only sometimes, and then badly.

    Rows are aligned to an element only. Indices are lanes from the start of an array.
    """
    i32, i64 = ir.IntType(32), ir.IntType(64)
    vector = ir.VectorType(i32, LANES)
    long = types.intp

    def data(context: Any, builder: Any, kind: Any, value: Any) -> Any:
        return context.make_array(kind)(context, builder, value).data

    def at(builder: Any, start: Any, index: Any) -> Any:
        return builder.bitcast(builder.gep(start, [index]), vector.as_pointer())

    def load(builder: Any, pointer: Any) -> Any:
        row = builder.load(pointer)
        row.align = 4
        return row

    def store(builder: Any, row: Any, pointer: Any) -> None:
        builder.store(row, pointer).align = 4

    def splat(builder: Any, scalar: Any) -> Any:
        nothing = ir.Constant(vector, ir.Undefined)
        one = builder.insert_element(nothing, scalar, ir.Constant(i32, 0))
        zeros = ir.Constant(ir.VectorType(i32, LANES), [0] * LANES)
        return builder.shuffle_vector(one, nothing, zeros)

    def number(builder: Any, start: Any, index: Any, shift: int) -> Any:
        place = builder.add(index, ir.Constant(i64, shift))
        return builder.load(builder.gep(start, [place]))

    def least(builder: Any, left: Any, right: Any) -> Any:
        return builder.select(builder.icmp_signed("<", left, right), left, right)

    def arc_loop(
        builder: Any, first: Any, last: Any, step: int, carried: list[Any], body: Any
    ) -> list[Any]:
        """``for arc in range(first, last, step): carried = body(arc, carried)``."""
        entry = builder.block
        loop, done = builder.append_basic_block("arcs"), builder.append_basic_block("done")
        builder.cbranch(builder.icmp_signed("<", first, last), loop, done)
        builder.position_at_end(loop)
        arc = builder.phi(i64)
        inside = [builder.phi(value.type) for value in carried]
        after = body(arc, inside)
        following = builder.add(arc, ir.Constant(i64, step))
        end = builder.block
        for phi, old, new in zip(
            [arc, *inside], [first, *carried], [following, *after], strict=True
        ):
            phi.add_incoming(old, entry)
            phi.add_incoming(new, end)
        builder.cbranch(builder.icmp_signed("<", following, last), loop, done)
        builder.position_at_end(done)
        results = []
        for old, new in zip(carried, after, strict=True):
            phi = builder.phi(old.type)
            phi.add_incoming(old, entry)
            phi.add_incoming(new, end)
            results.append(phi)
        return results

    @intrinsic
    def fill(typingctx: Any, rows: Any, start: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            target = data(context, builder, signature.args[0], args[0])
            store(builder, splat(builder, args[2]), at(builder, target, args[1]))
            return context.get_dummy_value()

        return types.void(rows, long, types.int32), generate

    @intrinsic
    def copy(typingctx: Any, to: Any, there: Any, rows: Any, start: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            target = data(context, builder, signature.args[0], args[0])
            source = data(context, builder, signature.args[2], args[2])
            row = load(builder, at(builder, source, args[3]))
            store(builder, row, at(builder, target, args[1]))
            return context.get_dummy_value()

        return types.void(to, long, rows, long), generate

    @intrinsic
    def lower(typingctx: Any, to: Any, there: Any, rows: Any, start: Any, weight: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pointer = at(builder, data(context, builder, signature.args[0], args[0]), args[1])
            source = data(context, builder, signature.args[2], args[2])
            row = load(builder, at(builder, source, args[3]))
            way = builder.add(row, splat(builder, args[4]))
            store(builder, least(builder, way, load(builder, pointer)), pointer)
            return context.get_dummy_value()

        return types.void(to, long, rows, long, types.int32), generate

    @intrinsic
    def push(  # noqa: ANN202
        typingctx: Any, rows: Any, base: Any, row: Any, arcs: Any, first: Any, last: Any
    ):
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            start = data(context, builder, signature.args[0], args[0])
            numbers = data(context, builder, signature.args[3], args[3])
            here = load(builder, at(builder, start, args[2]))

            def body(arc: Any, carried: list[Any]) -> list[Any]:
                shift = builder.sext(number(builder, numbers, arc, 0), i64)
                pointer = at(builder, start, builder.add(args[1], shift))
                way = builder.add(here, splat(builder, number(builder, numbers, arc, 1)))
                store(builder, least(builder, way, load(builder, pointer)), pointer)
                return carried

            arc_loop(builder, args[4], args[5], 2, [], body)
            return context.get_dummy_value()

        return types.void(rows, long, long, arcs, long, long), generate

    def pull_rows(n_rows: int) -> Any:
        """Pull adjacent rows over the same arcs; they stay in registers on the way."""

        def pull(  # noqa: ANN202
            typingctx: Any,
            to: Any,
            there: Any,
            rows: Any,
            base: Any,
            arcs: Any,
            first: Any,
            last: Any,
        ):
            def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
                target = data(context, builder, signature.args[0], args[0])
                start = data(context, builder, signature.args[2], args[2])
                numbers = data(context, builder, signature.args[4], args[4])
                pointers = [
                    at(builder, target, builder.add(args[1], ir.Constant(i64, r * LANES)))
                    for r in range(n_rows)
                ]

                def body(arc: Any, best: list[Any]) -> list[Any]:
                    shift = builder.sext(number(builder, numbers, arc, 0), i64)
                    row = load(builder, at(builder, start, builder.add(args[3], shift)))
                    return [
                        least(
                            builder,
                            builder.add(row, splat(builder, number(builder, numbers, arc, 1 + r))),
                            best[r],
                        )
                        for r in range(n_rows)
                    ]

                before = [load(builder, pointer) for pointer in pointers]
                best = arc_loop(builder, args[5], args[6], 1 + n_rows, before, body)
                for row, pointer in zip(best, pointers, strict=True):
                    store(builder, row, pointer)
                return context.get_dummy_value()

            return types.void(to, long, rows, long, arcs, long, long), generate

        return intrinsic(pull)

    def pull_chunks(n_chunks: int) -> Any:
        """Pull a node's row in adjacent chunks over the same arcs, and keep it in two places."""

        def pull(  # noqa: ANN202
            typingctx: Any,
            to: Any,
            there: Any,
            stride: Any,
            rows: Any,
            row: Any,
            height: Any,
            arcs: Any,
            first: Any,
            last: Any,
            is_fresh: Any,
        ):
            def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
                target = data(context, builder, signature.args[0], args[0])
                start = data(context, builder, signature.args[3], args[3])
                numbers = data(context, builder, signature.args[6], args[6])
                chunks = [ir.Constant(i64, chunk) for chunk in range(n_chunks)]
                bases = [builder.gep(start, [builder.mul(args[5], chunk)]) for chunk in chunks]

                def body(arc: Any, best: list[Any]) -> list[Any]:
                    shift = builder.sext(number(builder, numbers, arc, 0), i64)
                    weight = splat(builder, number(builder, numbers, arc, 1))
                    rows_there = [load(builder, at(builder, base, shift)) for base in bases]
                    ways = [builder.add(other, weight) for other in rows_there]
                    return [least(builder, *pair) for pair in zip(ways, best, strict=True)]

                fresh = builder.icmp_signed("!=", args[9], ir.Constant(i64, 0))
                far = ir.Constant(vector, [FAR] * LANES)
                here = [at(builder, base, args[4]) for base in bases]
                before = [builder.select(fresh, far, load(builder, pointer)) for pointer in here]
                best = arc_loop(builder, args[7], args[8], 2, before, body)
                for chunk, pointer, made in zip(chunks, here, best, strict=True):
                    store(builder, made, pointer)
                    place = builder.add(args[1], builder.mul(args[2], chunk))
                    store(builder, made, at(builder, target, place))
                return context.get_dummy_value()

            numbers = (long, long, rows, long, long, arcs, long, long, long)
            return types.void(to, *numbers), generate

        return intrinsic(pull)

    chunked = [pull_chunks(n_chunks) for n_chunks in WIDTHS]
    return fill, copy, lower, push, pull_rows(1), pull_rows(BLOCK), *chunked


_fill, _copy, _lower, _push, _pull, _pull_block, _pull_four, _pull_two, _pull_one = (
    _interpreted()
    if config.DISABLE_JIT  # pyright: ignore[reportAttributeAccessIssue]  set at import
    else _compiled()
)


@njit(cache=True, nogil=True)
def _walk(tree: Tree, ends: Ints, path: Ints, node: Ints, above: Ints, first_end: Ints) -> int:
    """
    The union of the paths from ``ends`` (rising positions) to their roots, depth first.

    ``node`` positions, ``above`` index of the parent in this list or ``NONE``, ``first_end`` index
    of the first end below: modified in place, as is ``path`` (n_levels,), index by level.

    Returns
    -------
    int
        Number of nodes.
    """
    n = 0
    path[:] = NONE
    for j in range(ends.shape[0]):
        v = ends[j]
        bottom = stop = tree.nodes[v, LEVEL]
        while stop >= 0 and (path[stop] == NONE or node[path[stop]] != v):
            v = tree.nodes[v, PARENT]
            stop -= 1
        v = ends[j]
        for high in range(bottom, stop, -1):
            at = n + high - stop - 1
            node[at] = v
            first_end[at] = j
            path[high] = at
            v = tree.nodes[v, PARENT]
        for high in range(stop + 1, bottom + 1):
            above[n] = path[high - 1] if high > 0 else NONE
            n += 1
    return n


@njit(cache=True, nogil=True)
def _choose_cuts(
    tree: Tree,
    marks: Ints,
    n_sources: int,
    node: Ints,
    above: Ints,
    below: Ints,
    size: Ints,
    cut: Ints,
) -> None:
    """
    Where to stop sweeping: at tops of subtrees whose targets are cheaper reached one by one.

    The unit is one arc for one row of all sources' chunks. ``below`` holds how many targets end
    at a node of the list and is summed up; ``size`` and ``cut`` are filled: all modified in place.
    """
    n_nodes = node.shape[0]
    n_chunks = (n_sources + LANES - 1) // LANES
    least = np.zeros(n_nodes)
    climb = np.zeros(n_nodes)
    meet = np.zeros(n_nodes)
    size[:] = 1
    for i in range(n_nodes - 1, -1, -1):
        v = node[i]
        n_up = tree.nodes[v, UP_TO] - tree.nodes[v, UP_FROM]
        n_below = marks[v, N_BELOW]
        climb[i] += (n_up + SWEEP_NODE_COST) * CLIMB_COST * (1 + below[i] // LANES)
        meet[i] += below[i] * MEET_COST * min(float(n_chunks), n_below / LANES + min(n_below, 1))
        sweep = (n_chunks + PLAN_COST) * (n_up + SWEEP_NODE_COST) + least[i]
        direct = n_chunks * below[i] * (n_up + SWEEP_NODE_COST) + climb[i] + meet[i]
        cut[i] = 1 if direct <= sweep else 0
        least[i] = min(direct, sweep)
        u = above[i]
        if u != NONE:
            least[u] += least[i]
            climb[u] += climb[i]
            meet[u] += meet[i]
            below[u] += below[i]
            size[u] += size[i]


@njit(cache=True, nogil=True)
def _measure(
    tree: Tree,
    node: Ints,
    targets: Ints,
    ends: Ints,
    below: Ints,
    size: Ints,
    cut: Ints,
    first_end: Ints,
) -> tuple[int, int, int, int]:
    """How much room a program needs at most: steps, arcs, leaves, meets."""
    n_steps = n_arcs = n_leaves = n_meets = 0
    i = 0
    while i < node.shape[0]:
        n_up = tree.nodes[node[i], UP_TO] - tree.nodes[node[i], UP_FROM]
        if cut[i] == 1:
            n_steps += below[i]
            # A group of 16 may end in a block with an unused row.
            room = below[i] + below[i] // LANES + 1
            n_arcs += 2 * room * n_up
            n_leaves += room
            for j in range(first_end[i], first_end[i] + below[i]):
                n_meets += tree.nodes[targets[j], LEVEL] - tree.nodes[node[i], LEVEL] + 1
            i += size[i]
        else:
            n_steps += 1 + ends[i]
            n_arcs += (1 + BLOCK) * n_up + BLOCK * BLOCK
            i += 1
    return n_steps, n_arcs, n_leaves, n_meets


@njit(cache=True, nogil=True)
def _search_up(tree: Tree, draft: Draft, top: int, targets: Ints, names: Ints) -> None:
    """
    Distances to at most ``LANES`` targets from the up-neighbours of ``top``, left in their rows.

    Nodes on the way that have sources below become meeting places.
    """
    rows, path, marks = draft.rows, draft.path, draft.marks
    ceiling = tree.nodes[top, LEVEL] - 1
    for lane in range(targets.shape[0]):
        v = targets[lane]
        bottom = high = tree.nodes[v, LEVEL]
        while high > ceiling and path[high] != v:
            path[high] = v
            v = tree.nodes[v, PARENT]
            high -= 1
        rows[bottom * LANES + lane] = 0
        shared = ceiling
        if lane + 1 < targets.shape[0]:
            v = targets[lane + 1]
            shared = tree.nodes[v, LEVEL]
            while shared > ceiling and path[shared] != v:
                v = tree.nodes[v, PARENT]
                shared -= 1
        for high in range(bottom, shared, -1):
            v = path[high]
            row = high * LANES
            if marks[v, N_BELOW] > 0:
                for q in range(lane + 1):
                    if rows[row + q] < FAR:
                        m = draft.fill[N_MEETS]
                        draft.fill[N_MEETS] += 1
                        draft.meets[m, NEXT] = marks[v, MEETS]
                        draft.meets[m, TARGET] = names[q]
                        draft.meets[m, BETWEEN] = rows[row + q]
                        marks[v, MEETS] = m
            first, last = 2 * tree.nodes[v, UP_FROM], 2 * tree.nodes[v, UP_TO]
            _push(rows, 0, row, tree.falling, first, last)
            _fill(rows, row, np.int32(FAR))


@njit(cache=True, nogil=True)
def _add_leaves(tree: Tree, draft: Draft, top: int, targets: Ints, names: Ints) -> None:
    """Reach each target below ``top`` from the up-neighbours of ``top``."""
    rows, arcs = draft.rows, draft.arcs
    up_from, up_to = tree.nodes[top, UP_FROM], tree.nodes[top, UP_TO]
    for begin in range(0, targets.shape[0], LANES):
        n = min(LANES, targets.shape[0] - begin)
        _search_up(tree, draft, top, targets[begin : begin + n], names[begin : begin + n])
        done = 0
        while done < n:
            # Three make a block too: its fourth row is read by nobody.
            width = BLOCK if n - done >= BLOCK - 1 else 1
            first, leaf = draft.fill[N_ARCS], draft.fill[N_LEAVES]
            at = first
            for a in range(up_from, up_to):
                offset = tree.falling[a, OFFSET]
                arcs[at] = offset
                for r in range(width):
                    arcs[at + 1 + r] = rows[offset + min(done + r, n - 1)]
                at += 1 + width
            step = draft.steps[draft.fill[N_STEPS]]
            step[KIND] = LEAF if width == 1 else LEAVES
            step[ROW], step[ARCS_FROM], step[ARCS_TO], step[WHO] = 0, first, at, leaf
            for r in range(width):
                draft.leaf[leaf + r] = names[begin + done + r] if done + r < n else NONE
            draft.fill[N_STEPS] += 1
            draft.fill[N_ARCS] = at
            draft.fill[N_LEAVES] += width
            done += width
        for a in range(up_from, up_to):
            _fill(rows, np.int64(tree.falling[a, OFFSET]), np.int32(FAR))


@njit(cache=True, nogil=True)
def _add_nodes(tree: Tree, draft: Draft, node: Ints) -> None:
    """Sweep a node, or four that are each the parent of the next, over the first one's arcs."""
    top, width = node[0], node.shape[0]
    first, n_up = draft.fill[N_ARCS], tree.nodes[top, UP_TO] - tree.nodes[top, UP_FROM]
    row = tree.nodes[top, LEVEL]
    inner = first + (1 + width) * n_up
    end = inner + width * (width - 1) // 2
    draft.arcs[first:end] = FAR
    at = first
    for a in range(tree.nodes[top, UP_FROM], tree.nodes[top, UP_TO]):
        draft.arcs[at] = tree.falling[a, OFFSET]
        draft.where[tree.falling[a, OFFSET] // LANES] = at
        at += 1 + width
    for r in range(width):
        v = node[r]
        for a in range(tree.nodes[v, UP_FROM], tree.nodes[v, UP_TO]):
            high = tree.falling[a, OFFSET] // LANES
            at = draft.where[high] + 1 + r
            if high >= row:
                at = inner + r * (r - 1) // 2 + high - row
            draft.arcs[at] = tree.falling[a, WEIGHT]
        draft.marks[v, KEPT] = draft.fill[N_SWEPT] + r
    step = draft.steps[draft.fill[N_STEPS]]
    step[KIND] = NODE if width == 1 else NODES
    step[ROW], step[ARCS_FROM], step[ARCS_TO], step[WHO] = row, first, inner, draft.fill[N_SWEPT]
    draft.fill[N_STEPS] += 1
    draft.fill[N_ARCS] = end
    draft.fill[N_SWEPT] += width


@njit(cache=True, nogil=True)
def _width(tree: Tree, node: Ints, above: Ints, cut: Ints, i: int) -> int:
    """How many nodes to sweep together from ``i`` on: four in a line if arcs are nearly equal."""
    n_up = tree.nodes[node[i], UP_TO] - tree.nodes[node[i], UP_FROM]
    if i + BLOCK > node.shape[0]:
        return 1
    n_apart = n_up
    for q in range(i + 1, i + BLOCK):
        if cut[q] == 1 or above[q] != q - 1:
            return 1
        n_apart += tree.nodes[node[q], UP_TO] - tree.nodes[node[q], UP_FROM]
    return BLOCK if BLOCK_ARC_COST * BLOCK * (n_up + 1) <= n_apart else 1


@njit(cache=True, nogil=True)
def plan_table(
    tree: Tree, sources: Ints, targets: Ints, names: Ints, n_levels: int, marks: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints, int]:
    """
    The program of a table.

    Parameters
    ----------
    sources, targets
        (n_sources,), (n_targets,) rising positions, at least one of each.
    names
        (n_targets,) place of each target in the result.
    marks
        (n, N_MARKS) all 0, ``NONE``, ``NONE``; modified in place, part of the program;
        ``forget_table`` resets it.

    Returns
    -------
    tuple
        ``steps``, ``arcs``, ``leaf``, ``meets`` of ``Program``, the nodes whose marks were set, and
        the number of swept nodes.
    """
    # Few ends have few nodes above them.
    n_most = min(tree.nodes.shape[0], max(sources.shape[0], targets.shape[0]) * n_levels)
    path = np.empty(n_levels, np.int32)
    above = np.empty(n_most, np.int32)
    first_end = np.empty(n_most, np.int32)
    room = np.empty(n_most, np.int32)
    touched = room[: _walk(tree, sources, path, room, above, first_end)].copy()
    for j in range(sources.shape[0]):
        marks[sources[j], N_BELOW] += 1
    for i in range(touched.shape[0] - 1, -1, -1):
        if above[i] != NONE:
            marks[touched[above[i]], N_BELOW] += marks[touched[i], N_BELOW]

    node = room[: _walk(tree, targets, path, room, above, first_end)]
    below = np.zeros(node.shape[0], np.int32)
    size = np.empty(node.shape[0], np.int32)
    cut = np.empty(node.shape[0], np.int32)
    at = 0
    for j in range(targets.shape[0]):
        while node[at] != targets[j]:
            at += 1
        below[at] += 1
    ends = below.copy()
    _choose_cuts(tree, marks, sources.shape[0], node, above, below, size, cut)
    n_steps, n_arcs, n_leaves, n_meets = _measure(
        tree, node, targets, ends, below, size, cut, first_end
    )
    draft = Draft(
        np.empty((n_steps, N_COLUMNS), np.int32),
        np.empty(n_arcs, np.int32),
        np.empty(n_leaves, np.int32),
        np.empty((n_meets, 3), np.int32),
        marks,
        np.full(n_levels * LANES, FAR, np.int32),
        np.full(n_levels, NONE, np.int32),
        np.zeros(n_levels, np.int64),
        np.zeros(5, np.int64),
    )
    i = 0
    while i < node.shape[0]:
        first = first_end[i]
        if cut[i] == 1:
            last = first + below[i]
            _add_leaves(tree, draft, node[i], targets[first:last], names[first:last])
            i += size[i]
            continue
        width = _width(tree, node, above, cut, i)
        _add_nodes(tree, draft, node[i : i + width])
        for q in range(i, i + width):
            for j in range(first_end[q], first_end[q] + ends[q]):
                # Targets that end at a node come first of those below it.
                step = draft.steps[draft.fill[N_STEPS]]
                step[KIND], step[ROW], step[WHO] = EMIT, tree.nodes[node[q], LEVEL], names[j]
                step[ARCS_FROM] = step[ARCS_TO] = 0
                draft.fill[N_STEPS] += 1
        i += width
    fill = draft.fill
    return (
        draft.steps[: fill[N_STEPS]],
        draft.arcs[: fill[N_ARCS]],
        draft.leaf[: fill[N_LEAVES]],
        draft.meets[: fill[N_MEETS]],
        np.concatenate((touched, node)),
        fill[N_SWEPT],
    )


@njit(cache=True, nogil=True)
def forget_table(touched: Ints, marks: Ints) -> None:
    """Reset the marks that ``plan_table`` has set."""
    for v in touched:
        marks[v, N_BELOW] = 0
        marks[v, KEPT] = marks[v, MEETS] = NONE


@njit(cache=True, nogil=True)
def _meet(program: Program, scratch: Scratch, sizes: Longs, chunk: int, row: int, v: int) -> None:
    """The row of ``v`` is final: hand it to the sweep and to targets below."""
    k = program.marks[v, KEPT]
    if k != NONE:
        _copy(scratch.met, (chunk * sizes[N_KEPT] + k) * LANES, scratch.rows, row)
        scratch.is_met[chunk * sizes[N_KEPT] + k] = 1
    m = program.marks[v, MEETS]
    while m != NONE:
        at = (chunk * sizes[N_TARGETS] + program.meets[m, TARGET]) * LANES
        _lower(scratch.reached, at, scratch.rows, row, program.meets[m, BETWEEN])
        m = program.meets[m, NEXT]


@njit(cache=True, nogil=True)
def _climb(
    tree: Tree, program: Program, scratch: Scratch, sources: Ints, sizes: Longs, chunk: int
) -> None:
    """
    Way up of at most ``LANES`` sources (rising positions), one lane each.

    A node leaves the path when the next source lies elsewhere; then its row is final.
    """
    base = chunk * sizes[N_LEVELS] * LANES
    path, rows = scratch.path, scratch.rows
    path[:] = NONE
    for lane in range(sources.shape[0]):
        v = sources[lane]
        bottom = high = tree.nodes[v, LEVEL]
        while high >= 0 and path[high] != v:
            path[high] = v
            v = tree.nodes[v, PARENT]
            high -= 1
        rows[base + bottom * LANES + lane] = 0
        shared = NONE
        if lane + 1 < sources.shape[0]:
            v = sources[lane + 1]
            shared = tree.nodes[v, LEVEL]
            while shared >= 0 and path[shared] != v:
                v = tree.nodes[v, PARENT]
                shared -= 1
        for high in range(bottom, shared, -1):
            v = path[high]
            row = base + high * LANES
            _meet(program, scratch, sizes, chunk, row, v)
            first, last = 2 * tree.nodes[v, UP_FROM], 2 * tree.nodes[v, UP_TO]
            _push(rows, base, row, tree.rising, first, last)
            _fill(rows, row, np.int32(FAR))


@njit(cache=True, nogil=True)
def _enter(scratch: Scratch, n_kept: int, chunk: int, who: int, row: int, width: int) -> None:
    """Rows of swept nodes before arcs are looked at: what sources below brought, or ``FAR``."""
    for r in range(width):
        k = chunk * n_kept + who + r
        if scratch.is_met[k] == 1:
            scratch.is_met[k] = 0
            _copy(scratch.rows, row + r * LANES, scratch.met, k * LANES)
        else:
            _fill(scratch.rows, row + r * LANES, np.int32(FAR))


@njit(cache=True, nogil=True)
def _sweep(program: Program, scratch: Scratch, sizes: Longs, n_chunks: int) -> None:
    """Way down of all lanes over the program; ``reached`` holds what met below already."""
    rows, reached, some, arcs = scratch.rows, scratch.reached, scratch.some, program.arcs
    n_kept, n_targets = sizes[N_KEPT], sizes[N_TARGETS]
    for s in range(program.steps.shape[0]):
        step = program.steps[s]
        kind, who = step[KIND], int(step[WHO])
        first, last = np.int64(step[ARCS_FROM]), np.int64(step[ARCS_TO])
        for chunk in range(n_chunks):
            base = chunk * sizes[N_LEVELS] * LANES
            row = base + np.int64(step[ROW]) * LANES
            if kind == NODE:
                _enter(scratch, n_kept, chunk, who, row, 1)
                _pull(rows, row, rows, base, arcs, first, last)
            elif kind == NODES:
                _enter(scratch, n_kept, chunk, who, row, BLOCK)
                _pull_block(rows, row, rows, base, arcs, first, last)
                inner = last
                for r in range(1, BLOCK):
                    for q in range(r):
                        _lower(rows, row + r * LANES, rows, row + q * LANES, arcs[inner])
                        inner += 1
            elif kind == LEAF:
                at = (chunk * n_targets + program.leaf[who]) * LANES
                _pull(reached, at, rows, base, arcs, first, last)
            elif kind == LEAVES:
                for r in range(BLOCK):
                    _fill(some, r * LANES, np.int32(FAR))
                _pull_block(some, 0, rows, base, arcs, first, last)
                for r in range(BLOCK):
                    if program.leaf[who + r] != NONE:
                        at = (chunk * n_targets + program.leaf[who + r]) * LANES
                        _lower(reached, at, some, r * LANES, np.int32(0))
            else:
                _lower(reached, (chunk * n_targets + who) * LANES, rows, row, np.int32(0))
    # The next climb starts from FAR.
    for at in range(0, n_chunks * sizes[N_LEVELS] * LANES, LANES):
        _fill(rows, at, np.int32(FAR))


@njit(cache=True, nogil=True)
def run_table(
    tree: Tree,
    program: Program,
    scratch: Scratch,
    sizes: Longs,
    sources: Ints,
    names: Ints,
    table: Ints,
) -> None:
    """
    Distances from sources to the targets of a program.

    Parameters
    ----------
    sizes
        (4,) numbers of levels, swept nodes, targets, and chunks of ``LANES`` sources a sweep.
    sources
        (n_sources,) rising positions.
    names
        (n_sources,) row of each source in ``table``.
    table
        (n_rows, n_targets) modified in place; ``UNREACHED`` where there is no path.

    Notes
    -----
    Rows do not depend on how sources are grouped, so threads may share out the sources.
    """
    n_targets = sizes[N_TARGETS]
    group = sizes[N_CHUNKS] * LANES
    for begin in range(0, sources.shape[0], group):
        end = min(begin + group, sources.shape[0])
        n_chunks = (end - begin + LANES - 1) // LANES
        for at in range(0, n_chunks * n_targets * LANES, LANES):
            _fill(scratch.reached, at, np.int32(FAR))
        for chunk in range(n_chunks):
            low = begin + chunk * LANES
            high = min(low + LANES, end)
            _climb(tree, program, scratch, sources[low:high], sizes, chunk)
        _sweep(program, scratch, sizes, n_chunks)
        for chunk in range(n_chunks):
            low = begin + chunk * LANES
            for lane in range(min(LANES, end - low)):
                line = table[names[low + lane]]
                at = chunk * n_targets * LANES + lane
                for t in range(n_targets):
                    distance = scratch.reached[at]
                    line[t] = UNREACHED if distance >= FAR else distance
                    at += LANES


@njit(cache=True, nogil=True)
def sweep_all(tree: Tree, program: Program, scratch: Scratch, sizes: Longs, sources: Ints) -> None:
    """
    Distances from sources to all nodes, left in lanes.

    Parameters
    ----------
    program
        With the positions themselves as numbers of swept nodes, and no meets.
    scratch
        ``met`` (n_chunks * n * LANES,) is the result: a row a chunk and position.
    sources
        (at most n_chunks * LANES,) rising positions. The number of chunks is one of ``WIDTHS``.

    Notes
    -----
    PHAST (Delling and others, doi:10.1016/j.jpdc.2012.02.007). Rows are written once and not read
    again: what a sweep reads are the rows of the levels above.
    """
    n, n_chunks = tree.nodes.shape[0], sizes[N_CHUNKS]
    rows, met, is_met, arcs = scratch.rows, scratch.met, scratch.is_met, tree.falling
    for chunk in range(n_chunks):
        low = chunk * LANES
        high = min(low + LANES, sources.shape[0])
        _climb(tree, program, scratch, sources[low:high], sizes, chunk)
    is_any = is_met[:n].copy()
    for chunk in range(1, n_chunks):
        is_any |= is_met[chunk * n : (chunk + 1) * n]
    height, stride = sizes[N_LEVELS] * LANES, np.int64(n * LANES)
    for v in range(n):
        first, last = 2 * np.int64(tree.nodes[v, UP_FROM]), 2 * np.int64(tree.nodes[v, UP_TO])
        row = np.int64(tree.nodes[v, LEVEL]) * LANES
        at = np.int64(v * LANES)
        fresh = np.int64(1 - is_any[v])
        if fresh == 0:
            for chunk in range(n_chunks):
                _enter(scratch, n, chunk, v, chunk * height + row, 1)
        if n_chunks == WIDTHS[0]:
            _pull_four(met, at, stride, rows, row, height, arcs, first, last, fresh)
        elif n_chunks == WIDTHS[1]:
            _pull_two(met, at, stride, rows, row, height, arcs, first, last, fresh)
        else:
            _pull_one(met, at, stride, rows, row, height, arcs, first, last, fresh)
    for at in range(0, n_chunks * height, LANES):
        _fill(rows, at, np.int32(FAR))
