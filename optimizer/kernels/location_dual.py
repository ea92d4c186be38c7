"""
Lower bounds for capacitated location: demand is relaxed, each facility is a knapsack and a path.

Arrays only. The rows "all of this demand is served" are relaxed with a price for every demand row.
What is left falls apart by facilities: for every period and class a continuous knapsack says what
each level of capacity would earn, and the cheapest path through the levels over the periods says
which level to hold when. Any prices give a valid bound; the best of them give that of the linear
relaxation with strong linking rows, and more where the rule of total capacity is kept as a binary
knapsack (Klose and Goertz 2007, doi:10.1016/j.ejor.2005.03.078). The volume algorithm of Barahona
and Anbil (2000), doi:10.1007/s101070050002, finds good prices and averages the levels on its way.

Only cells (facility, row) with a cost below the row's ceiling are stored, and no price may exceed
its ceiling: the cells left out could never pay, so the bound stays valid for all of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BOUND, STEP, FAILURES, MIX, MULTIPLIER = 0, 1, 2, 3, 4
"""Places in ``Dual.control``: best bound, step factor, steps without a gain, weight, price of the
rule of total capacity at the best bound."""
NOTHING = 1e-12
MOST_FAILURES, LEAST_STEP, MOST_STEP = 10, 1e-4, 2.0
COVER_NODES = 2_000
"""Nodes of the binary knapsack; what is still open then counts with its relaxed value."""


class Sites(NamedTuple):
    """
    Facilities i, periods t, levels l (0 is closed), classes g, demand rows r sorted by (t, g).

    ``first``: (n * T * G + 1,) cells of facility i, period t, class g begin at
    ``first[(i * T + t) * G + g]``; ``row``, ``unit``: of each cell, cost of a unit of the row;
    ``demand``, ``ceiling``: (R,), ceiling of the price of a whole row; ``capacity``: (n, L, G);
    ``holding``: (n, T, L) fixed cost of a level in a period; ``change``: (n, T, L, L) cost of going
    from one level to another, infinite where it may not be; ``initial``: (n,) level before the
    first period; ``need``: total capacity that must be open, used with one period, one class and
    one level, 0 for no such rule.
    """

    first: Longs
    row: Ints
    unit: Floats
    demand: Floats
    ceiling: Floats
    capacity: Floats
    holding: Floats
    change: Floats
    initial: Ints
    need: float


class Dual(NamedTuple):
    """
    State, modified in place. ``best``, ``trial``, ``surplus``, ``direction``: (R,) prices and
    unserved shares; ``value``: (n, T, L) cost of a level in a period less what it earns;
    ``level``: (n, T) chosen; ``mean``: (n, T, L) average choice; ``critical``, ``width``:
    (n * T * G, L) where the last knapsack of a level ended, and how far that may move until the
    next one; ``control``: (5,).
    """

    best: Floats
    trial: Floats
    surplus: Floats
    direction: Floats
    value: Floats
    level: Ints
    mean: Floats
    critical: Floats
    width: Floats
    control: Floats


class Work(NamedTuple):
    """Scratch: ``price`` (R,) of a unit; ``ratio``, ``weight``: (R,) cells of one knapsack."""

    price: Floats
    ratio: Floats
    weight: Floats


@njit(cache=True, nogil=True)
def _select(ratio: Floats, weight: Floats, n: int, room: float) -> tuple[float, float]:
    """
    Continuous knapsack over n cells that do not all fit, by selection; reorders them.

    Returns
    -------
    Value, and the ratio of the first cell that does not fit whole.
    """
    low, high, value = 0, n, 0.0
    while high - low > 1:
        middle = (low + high) // 2
        a, b, c = ratio[low], ratio[middle], ratio[high - 1]
        pivot = max(min(a, b), min(max(a, b), c))
        # Three parts: below, equal to and above the pivot.
        left, at, right = low, low, high
        below, gain, equal = 0.0, 0.0, 0.0
        while at < right:
            if ratio[at] < pivot:
                below += weight[at]
                gain += weight[at] * ratio[at]
                ratio[at], ratio[left] = ratio[left], ratio[at]
                weight[at], weight[left] = weight[left], weight[at]
                left += 1
                at += 1
            elif ratio[at] > pivot:
                right -= 1
                ratio[at], ratio[right] = ratio[right], ratio[at]
                weight[at], weight[right] = weight[right], weight[at]
            else:
                equal += weight[at]
                at += 1
        if below > room:
            high = left
            continue
        value += gain
        room -= below
        if equal > room:
            return value + room * pivot, pivot
        value += equal * pivot
        room -= equal
        low = right
    if low == high:
        return value, 0.0
    return value + ratio[low] * min(room, weight[low]), ratio[low]


@njit(cache=True, nogil=True)
def _earn(
    sites: Sites, block: int, room: float, guess: float, width: float, work: Work
) -> tuple[float, float]:
    """
    Continuous knapsack of a block at the prices in ``work``.

    Parameters
    ----------
    guess, width
        Only cells within the width of the guessed critical ratio are sorted out one by one; a
        wrong guess costs another pass and changes nothing else.

    Returns
    -------
    Value (at most 0), and the critical ratio: cells below it are taken whole.
    """
    begin, end = sites.first[block], sites.first[block + 1]
    low, high = guess - width, min(0.0, guess + width)
    while True:
        inside, value, n, near = 0.0, 0.0, 0, 0.0
        for cell in range(begin, end):
            r = sites.row[cell]
            ratio = sites.unit[cell] - work.price[r]
            if ratio < high:
                weight = float(sites.demand[r])
                if ratio < low:
                    inside += weight
                    value += weight * ratio
                else:
                    work.ratio[n] = ratio
                    work.weight[n] = weight
                    near += weight
                    n += 1
        if inside > room:
            low, high = -np.inf, low
        elif inside + near > room:
            more, critical = _select(work.ratio, work.weight, n, room - inside)
            return value + more, critical
        elif high < 0.0:
            low, high = high, 0.0
        else:
            for place in range(n):
                value += work.ratio[place] * work.weight[place]
            return value, 0.0


@njit(cache=True, nogil=True)
def _relaxed(sizes: Floats, gains: Floats, place: int, short: float) -> float:
    """
    Continuous knapsack over the places from ``place`` on, by sums up to each place.

    Parameters
    ----------
    sizes, gains
        (n + 1,) float64, sums of all earlier places, in the order of gain per size.

    Returns
    -------
    Least gain of a total size ``short``; infinite if all the places do not suffice.
    """
    n = sizes.shape[0] - 1
    if sizes[n] - sizes[place] < short:
        return np.inf
    low, high = place, n
    # The last place whose sum before it still leaves something missing.
    while high - low > 1:
        middle = (low + high) // 2
        if sizes[middle] - sizes[place] < short:
            low = middle
        else:
            high = middle
    missing = short - (sizes[low] - sizes[place])
    share = missing / (sizes[low + 1] - sizes[low])
    return gains[low] - gains[place] + share * (gains[low + 1] - gains[low])


@njit(cache=True, nogil=True)
def _cover(gain: Floats, size: Floats, need: float, taken: Bools) -> tuple[float, float]:
    """
    Least of ``sum gain y`` over binary y with ``sum size y >= need``; no gain is negative.

    Depth first in the order of gain per size, each node bounded by its continuous relaxation.

    Parameters
    ----------
    taken
        (n,) bool, modified in place: the best choice found.

    Returns
    -------
    A lower bound, exact unless the nodes ran out; and the multiplier of the relaxation.
    """
    n = gain.shape[0]
    order = np.argsort(gain / size, kind="mergesort")
    sizes, gains = np.zeros(n + 1), np.zeros(n + 1)
    for place in range(n):
        sizes[place + 1] = sizes[place] + size[order[place]]
        gains[place + 1] = gains[place] + gain[order[place]]
    taken[:] = False
    root = _relaxed(sizes, gains, 0, need)
    multiplier = 0.0
    for place in range(n):
        if sizes[place + 1] >= need or place == n - 1:
            multiplier = float(gain[order[place]] / size[order[place]])
            break
    pick = np.zeros(n, dtype=np.bool_)
    best, place, short, cost = np.inf, 0, need, 0.0
    for _ in range(COVER_NODES):
        if cost + _relaxed(sizes, gains, place, short) < best:
            # Take the next ones down to the first that closes what is missing.
            while short > 0.0 and place < n:
                i = order[place]
                pick[i] = True
                cost += float(gain[i])
                short -= float(size[i])
                place += 1
            if short <= 0.0 and cost < best:
                best = cost
                taken[:] = pick
        # Back to the last one taken, and leave it out.
        while place > 0 and not pick[order[place - 1]]:
            place -= 1
        if place == 0:
            return best, multiplier
        i = order[place - 1]
        pick[i] = False
        cost -= float(gain[i])
        short += float(size[i])
    return min(best, root), multiplier


@njit(cache=True, nogil=True)
def _values(sites: Sites, allowed: Bools, dual: Dual, work: Work) -> None:
    """Cost of every allowed level in every period, less what it earns at the prices."""
    n, n_periods, n_levels = allowed.shape
    n_classes = sites.capacity.shape[2]
    dual.value[:, :, :] = sites.holding
    for i in range(n):
        for t in range(n_periods):
            for level in range(1, n_levels):
                if not allowed[i, t, level]:
                    continue
                for g in range(n_classes):
                    room = sites.capacity[i, level, g]
                    if room <= 0.0:
                        continue
                    block = (i * n_periods + t) * n_classes + g
                    guess = dual.critical[block, level]
                    value, critical = _earn(
                        sites, block, room, guess, dual.width[block, level], work
                    )
                    dual.value[i, t, level] += value
                    dual.critical[block, level] = critical
                    moved = max(3.0 * abs(critical - guess), -0.01 * critical)
                    dual.width[block, level] = moved


@njit(cache=True, nogil=True)
def _path(
    sites: Sites, value: Floats, allowed: Bools, i: int, level: Ints, reach: Floats, came: Ints
) -> float:
    """
    Cheapest path of facility i through its levels; ``level``, (n, T), is modified in place.

    Parameters
    ----------
    reach, came
        (T, L) scratch.
    """
    n_periods, n_levels = allowed.shape[1], allowed.shape[2]
    reach[:, :] = np.inf
    for t in range(n_periods):
        for to in range(n_levels):
            if not allowed[i, t, to]:
                continue
            if t == 0:
                reach[t, to] = sites.change[i, t, sites.initial[i], to]
            else:
                for source in range(n_levels):
                    cost = reach[t - 1, source] + sites.change[i, t, source, to]
                    if cost < reach[t, to]:
                        reach[t, to] = cost
                        came[t, to] = source
            reach[t, to] += value[i, t, to]
    at, least = 0, np.inf
    for to in range(n_levels):
        if reach[n_periods - 1, to] < least:
            least = reach[n_periods - 1, to]
            at = to
    for t in range(n_periods - 1, -1, -1):
        level[i, t] = at
        at = came[t, at]
    return least


@njit(cache=True, nogil=True)
def _choose(sites: Sites, allowed: Bools, dual: Dual) -> tuple[float, float]:
    """Levels of least cost; with ``need``, together large enough. Value and multiplier of need."""
    n = allowed.shape[0]
    total = 0.0
    reach = np.zeros((allowed.shape[1], allowed.shape[2]))
    came = np.zeros((allowed.shape[1], allowed.shape[2]), dtype=np.int32)
    for i in range(n):
        total += _path(sites, dual.value, allowed, i, dual.level, reach, came)
    if sites.need <= 0.0:
        return total, 0.0
    left, n_free = sites.need, 0
    who = np.zeros(n, dtype=np.int32)
    gain, size = np.zeros(n), np.zeros(n)
    for i in range(n):
        if dual.level[i, 0] == 1:
            left -= sites.capacity[i, 1, 0]
        elif allowed[i, 0, 1]:
            start = sites.initial[i]
            more = dual.value[i, 0, 1] + sites.change[i, 0, start, 1]
            more -= dual.value[i, 0, 0] + sites.change[i, 0, start, 0]
            who[n_free] = i
            gain[n_free] = max(more, 0.0)
            size[n_free] = sites.capacity[i, 1, 0]
            n_free += 1
    if left <= NOTHING * sites.need:
        return total, 0.0
    if size[:n_free].sum() < left:
        return np.inf, 0.0
    taken = np.zeros(n_free, dtype=np.bool_)
    extra, multiplier = _cover(gain[:n_free], size[:n_free], left, taken)
    for place in range(n_free):
        if taken[place]:
            dual.level[who[place], 0] = 1
    return total + extra, multiplier


@njit(cache=True, nogil=True)
def _serve(
    sites: Sites, block: int, room: float, critical: float, work: Work, surplus: Floats
) -> None:
    """Take the shares that a block's knapsack serves from ``surplus``, in place."""
    equal = 0
    for cell in range(sites.first[block], sites.first[block + 1]):
        r = sites.row[cell]
        ratio = sites.unit[cell] - work.price[r]
        if ratio < critical:
            surplus[r] -= 1.0
            room -= float(sites.demand[r])
        elif ratio == critical and critical < 0.0:
            equal += 1
    if equal == 0:
        return
    for cell in range(sites.first[block], sites.first[block + 1]):
        r = sites.row[cell]
        if sites.unit[cell] - work.price[r] == critical and room > 0.0:
            share = min(1.0, room / sites.demand[r])
            surplus[r] -= share
            room -= float(share * sites.demand[r])


@njit(cache=True, nogil=True)
def _evaluate(
    sites: Sites, price: Floats, allowed: Bools, dual: Dual, work: Work
) -> tuple[float, float]:
    """Bound of prices and multiplier of need; unserved shares and levels go into ``dual``."""
    bound = 0.0
    for r in range(price.shape[0]):
        work.price[r] = price[r] / sites.demand[r]
        bound += price[r]
    _values(sites, allowed, dual, work)
    total, multiplier = _choose(sites, allowed, dual)
    if total == np.inf:
        return total, 0.0
    dual.surplus[:] = 1.0
    n, n_periods = dual.level.shape
    n_classes = sites.capacity.shape[2]
    for i in range(n):
        for t in range(n_periods):
            level = dual.level[i, t]
            for g in range(n_classes):
                room = sites.capacity[i, level, g]
                if room > 0.0:
                    block = (i * n_periods + t) * n_classes + g
                    critical = float(dual.critical[block, level])
                    _serve(sites, block, room, critical, work, dual.surplus)
    return bound + total, multiplier


@njit(cache=True, nogil=True)
def refresh(sites: Sites, allowed: Bools, dual: Dual) -> float:
    """
    Bound of ``dual.best``; its values, levels and unserved shares go into ``dual``.

    Returns
    -------
    The bound, infinite if the allowed levels cannot be; it and the multiplier also in ``control``.
    """
    n_rows = sites.demand.shape[0]
    work = Work(np.zeros(n_rows), np.zeros(n_rows), np.zeros(n_rows))
    bound, multiplier = _evaluate(sites, dual.best, allowed, dual, work)
    dual.control[BOUND] = bound
    dual.control[MULTIPLIER] = multiplier
    return bound


@njit(cache=True, nogil=True)
def improve(sites: Sites, allowed: Bools, dual: Dual, target: float, n_steps: int) -> float:
    """
    Take steps of the volume algorithm.

    Parameters
    ----------
    target
        Cost of a known solution: steps are scaled by the distance to it, and end when the bound
        reaches it.

    Returns
    -------
    Best bound so far, that of ``dual.best``.
    """
    n_rows = sites.demand.shape[0]
    work = Work(np.zeros(n_rows), np.zeros(n_rows), np.zeros(n_rows))
    control, direction, surplus = dual.control, dual.direction, dual.surplus
    for _ in range(n_steps):
        if control[BOUND] >= target:
            break
        norm = 0.0
        for r in range(n_rows):
            norm += direction[r] * direction[r]
        if norm <= NOTHING:
            break
        distance = max(target - control[BOUND], 1e-6 * abs(target))
        step = control[STEP] * distance / norm
        for r in range(n_rows):
            price = dual.best[r] + step * direction[r]
            dual.trial[r] = min(max(price, 0.0), sites.ceiling[r])
        bound, multiplier = _evaluate(sites, dual.trial, allowed, dual, work)
        across, own = 0.0, 0.0
        for r in range(n_rows):
            across += surplus[r] * direction[r]
            own += surplus[r] * surplus[r]
        # The weight that makes the mixed shares shortest, kept small.
        spread = own - 2.0 * across + norm
        mix = control[MIX]
        if spread > NOTHING:
            mix = min(max((norm - across) / spread, 0.1 * mix), mix)
        for r in range(n_rows):
            direction[r] += mix * (surplus[r] - direction[r])
        dual.mean[:, :, :] = dual.mean * (1.0 - mix)
        for i in range(dual.level.shape[0]):
            for t in range(dual.level.shape[1]):
                dual.mean[i, t, dual.level[i, t]] += mix
        if bound > control[BOUND]:
            if across >= 0.0:
                control[STEP] = min(1.1 * control[STEP], MOST_STEP)
            control[BOUND] = bound
            control[MULTIPLIER] = multiplier
            control[FAILURES] = 0.0
            dual.best[:] = dual.trial
        else:
            control[FAILURES] += 1.0
            if control[FAILURES] >= MOST_FAILURES:
                control[STEP] = max(0.66 * control[STEP], LEAST_STEP)
                control[FAILURES] = 0.0
    return control[BOUND]
