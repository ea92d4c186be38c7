# ruff: noqa: ANN401, ARG001  llvmlite has no types; intrinsics do not use their typing context
"""
Customization of sixteen metrics at once: ``hierarchy.customize`` with a metric in each lane.

Finding the triangles costs more than adding two numbers, and is the same for all metrics. Numba
does not see changes of another file's functions, so the row operation is in this file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

FAR = 2**30 - 1
"""No path. Twice this fits int32."""
NONE = -1
LANES = 16


def _interpreted() -> tuple[Any, ...]:
    def lower(rows: Ints, to: int, others: Ints, start: int) -> None:
        row = rows.reshape(-1)[to : to + LANES]
        np.minimum(row, others[start : start + LANES], out=row)

    def turn(weights: Ints, begin: int, tile: Ints) -> None:
        for lane in range(LANES):
            row = weights[lane if lane < len(weights) else 0]
            tile.reshape(LANES, LANES)[:, lane] = row[begin : begin + LANES]

    def relax(both: Ints, i: int, last: int, opposite: Ints, k: int) -> None:
        for j in range(i + 1, last):
            third = opposite[k + j - i - 1]
            np.minimum(both[third, 0], both[i, 1] + both[j, 0], out=both[third, 0])
            np.minimum(both[third, 1], both[j, 1] + both[i, 0], out=both[third, 1])

    return lower, turn, relax


def _compiled() -> tuple[Any, ...]:
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

    def put_least(builder: Any, row: Any, pointer: Any) -> None:
        old = load(builder, pointer)
        best = builder.select(builder.icmp_signed("<", row, old), row, old)
        builder.store(best, pointer).align = 4

    def interleave(builder: Any, one: Any, other: Any, begin: int) -> Any:
        """Half of the elements of two rows, from ``begin`` on, by turns."""
        places = [begin + i // 2 + (i % 2) * LANES for i in range(LANES)]
        mask = ir.Constant(ir.VectorType(i32, LANES), places)
        return builder.shuffle_vector(one, other, mask)

    @intrinsic
    def turn(typingctx: Any, weights: Any, begin: Any, tile: Any) -> Any:
        """Weights of 16 arcs from one row a metric to one row an arc; the first fills up."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            given = context.make_array(signature.args[0])(context, builder, args[0])
            target = data(context, builder, signature.args[2], args[2])
            n_metrics, n_arcs = (builder.extract_value(given.shape, axis) for axis in range(2))
            rows = []
            for lane in range(LANES):
                number = ir.Constant(i64, lane)
                is_used = builder.icmp_signed("<", number, n_metrics)
                metric = builder.select(is_used, number, ir.Constant(i64, 0))
                place = builder.add(builder.mul(metric, n_arcs), args[1])
                rows.append(load(builder, at(builder, given.data, place)))
            half = LANES // 2
            for _ in range(LANES.bit_length() - 1):
                rows = [
                    interleave(builder, rows[pair], rows[pair + half], begin)
                    for pair in range(half)
                    for begin in (0, half)
                ]
            for arc, row in enumerate(rows):
                pointer = at(builder, target, ir.Constant(i64, arc * LANES))
                builder.store(row, pointer).align = 4
            return context.get_dummy_value()

        return types.void(weights, long, tile), generate

    @intrinsic
    def lower(typingctx: Any, rows: Any, to: Any, others: Any, start: Any) -> Any:
        """Lower the row at index ``to`` by another."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            target = data(context, builder, signature.args[0], args[0])
            source = data(context, builder, signature.args[2], args[2])
            row = load(builder, at(builder, source, args[3]))
            put_least(builder, row, at(builder, target, args[1]))
            return context.get_dummy_value()

        return types.void(rows, long, others, long), generate

    @intrinsic
    def relax(typingctx: Any, both: Any, i: Any, last: Any, opposite: Any, k: Any) -> Any:
        """
        Lower both directions of the third arcs, of x to y over arcs i (to x) and j (to y).

        For all j from i + 1; the rows of i stay in registers.
        """

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            start = data(context, builder, signature.args[0], args[0])
            thirds = data(context, builder, signature.args[3], args[3])
            one = ir.Constant(i64, 1)

            def row(arc: Any, direction: int) -> Any:
                place = builder.mul(arc, ir.Constant(i64, 2 * LANES))
                place = builder.add(place, ir.Constant(i64, direction * LANES))
                return at(builder, start, place)

            i_up, i_down = (load(builder, row(args[1], direction)) for direction in range(2))
            before = builder.block
            loop, done = builder.append_basic_block("others"), builder.append_basic_block("done")
            following = builder.add(args[1], one)
            builder.cbranch(builder.icmp_signed("<", following, args[2]), loop, done)
            builder.position_at_end(loop)
            j, t = builder.phi(i64), builder.phi(i64)
            third = builder.sext(builder.load(builder.gep(thirds, [t])), i64)
            there = builder.add(i_down, load(builder, row(j, 0)))
            back = builder.add(load(builder, row(j, 1)), i_up)
            put_least(builder, there, row(third, 0))
            put_least(builder, back, row(third, 1))
            next_j, next_t = builder.add(j, one), builder.add(t, one)
            for phi, first, then in ((j, following, next_j), (t, args[4], next_t)):
                phi.add_incoming(first, before)
                phi.add_incoming(then, loop)
            builder.cbranch(builder.icmp_signed("<", next_j, args[2]), loop, done)
            builder.position_at_end(done)
            return context.get_dummy_value()

        return types.void(both, long, long, opposite, long), generate

    return lower, turn, relax


_lower, _turn, _relax = (
    _interpreted()
    if config.DISABLE_JIT  # pyright: ignore[reportAttributeAccessIssue]  set at import
    else _compiled()
)


@njit(cache=True, nogil=True)
def respect_lanes(slot: Ints, weights: Ints, both: Ints) -> None:
    """
    Weights of input arcs onto up-arcs, the least of parallel ones.

    Parameters
    ----------
    weights
        (n_metrics, n_arcs) at most ``FAR``; from 1 to ``LANES`` metrics.
    both
        (n_up_arcs, 2, LANES) modified in place; unused lanes repeat the first metric.
    """
    both[:] = FAR
    tile = np.empty(LANES * LANES, np.int32)
    n_arcs = slot.shape[0]
    n_whole = n_arcs - n_arcs % LANES
    for begin in range(0, n_whole, LANES):
        _turn(weights, np.int64(begin), tile)
        for a in range(LANES):
            at = np.int64(slot[begin + a])
            if at != NONE:
                _lower(both, at * LANES, tile, np.int64(a * LANES))
    for arc in range(n_whole, n_arcs):
        for lane in range(LANES):
            tile[lane] = weights[lane if lane < weights.shape[0] else 0, arc]
        at = np.int64(slot[arc])
        if at != NONE:
            _lower(both, at * LANES, tile, np.int64(0))


@njit(cache=True, nogil=True)
def customize_lanes(up_first: Longs, opposite: Ints, both: Ints) -> None:
    """
    Least weights over lower triangles, from the lowest node up, in all lanes.

    Parameters
    ----------
    opposite
        (n_triangles,) from ``hierarchy.triangles``.
    both
        (n_up_arcs, 2, LANES) after ``respect_lanes``, modified in place.
    """
    k = np.int64(0)
    for v in range(up_first.shape[0] - 2, -1, -1):
        end = up_first[v + 1]
        for i in range(up_first[v], end):
            _relax(both, np.int64(i), end, opposite, k)
            k += end - i - 1


@njit(cache=True, nogil=True)
def one_lane(both: Ints, lane: int, single: Ints) -> None:
    """One metric out of its lane, ``single`` (n_up_arcs, 2) modified in place."""
    for a in range(single.shape[0]):
        single[a, 0] = both[a, 0, lane]
        single[a, 1] = both[a, 1, lane]
