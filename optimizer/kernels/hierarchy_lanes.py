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


def _interpreted() -> Any:
    def relax(both: Ints, i: int, j: int, third: int) -> None:
        np.minimum(both[third, 0], both[i, 1] + both[j, 0], out=both[third, 0])
        np.minimum(both[third, 1], both[j, 1] + both[i, 0], out=both[third, 1])

    return relax


def _compiled() -> Any:
    i32, i64 = ir.IntType(32), ir.IntType(64)
    vector = ir.VectorType(i32, LANES)

    @intrinsic
    def relax(typingctx: Any, both: Any, i: Any, j: Any, third: Any) -> Any:
        """Lower both directions of the third arc, of x to y over arcs i (to x) and j (to y)."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            start = context.make_array(signature.args[0])(context, builder, args[0]).data

            def at(arc: Any, direction: int) -> Any:
                row = builder.mul(arc, ir.Constant(i64, 2 * LANES))
                place = builder.add(row, ir.Constant(i64, direction * LANES))
                return builder.bitcast(builder.gep(start, [place]), vector.as_pointer())

            def load(pointer: Any) -> Any:
                row = builder.load(pointer)
                row.align = 4
                return row

            for direction in range(2):
                down, up = (args[1], args[2]) if direction == 0 else (args[2], args[1])
                way = builder.add(load(at(down, 1)), load(at(up, 0)))
                pointer = at(args[3], direction)
                old = load(pointer)
                best = builder.select(builder.icmp_signed("<", way, old), way, old)
                builder.store(best, pointer).align = 4
            return context.get_dummy_value()

        long = types.intp
        return types.void(both, long, long, long), generate

    return relax


_relax = (
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
        (n_metrics, n_arcs) at most ``FAR``; at most ``LANES`` metrics.
    both
        (n_up_arcs, 2, LANES) modified in place; unused lanes are ``FAR``.
    """
    both[:] = FAR
    for a in range(slot.shape[0]):
        at = slot[a]
        if at != NONE:
            row = both[at // 2, at % 2]
            for lane in range(weights.shape[0]):
                row[lane] = min(row[lane], weights[lane, a])


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
    k = 0
    for v in range(up_first.shape[0] - 2, -1, -1):
        end = up_first[v + 1]
        for i in range(up_first[v], end):
            for j in range(i + 1, end):
                _relax(both, i, j, np.int64(opposite[k]))
                k += 1


@njit(cache=True, nogil=True)
def one_lane(both: Ints, lane: int, single: Ints) -> None:
    """One metric out of its lane, ``single`` (n_up_arcs, 2) modified in place."""
    for a in range(single.shape[0]):
        single[a, 0] = both[a, 0, lane]
        single[a, 1] = both[a, 1, lane]
