"""
Lower bounds for lane consolidation: price shipments, let every bucket fill its best units.

Arrays only. A price for each shipment relaxes its assignment, a price for each resource its
capacity, and a price for each ride before the last bucket of a column ties the buckets of that
column together. What is left falls apart by buckets: a knapsack in mass and volume for one unit of
each type, and for small combinations of types. Any prices give a valid bound, because every
knapsack is bounded from above: by branch and bound, or by a fractional knapsack where that stops
early. Prices rise by a subgradient method with Polyak's step and a smoothed direction
(Camerini, Fratta and Maffioli 1975, doi:10.1007/BFb0120697).

With b(v) the bound of prices v: b(v) <= the cost of every plan that is packed into units, and the
best b is the bound of the model with one column for each content of a unit.
"""

# pyright: reportArgumentType=false, reportReturnType=false, reportIncompatibleMethodOverride=false

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NONE = -1
BY_RIDE_PRICE = -2
"""What a pair's profit comes from: no column, or the price of a ride before the last."""
NOTHING = 1e-9
BOUND, STEP, FAILURES, REFERENCE, CURRENT = 0, 1, 2, 3, 4
"""Places in ``Prices.control``."""
MOST_UNITS = 3
"""Units in the combinations that are looked at one by one."""
SHORT = 40
"""Lists to this length are sorted by insertion."""
MAX_NODES = 400
"""Of one knapsack's branch and bound."""
PATIENCE, SHRINK, LEAST_STEP, FRESH_STEP, SMOOTHING = 40, 0.75, 1e-3, 0.05, 0.85
LEAST_GAIN = 2e-5
SURROGATES, RATES = 3, 16
UNIT_KG, UNIT_DM3 = 25_000.0, 65_000.0
"""Only scale mass against volume in surrogates; any numbers give valid bounds."""
AVERAGE = 0.02
"""Weight of the newest point in the averages of columns and units."""


class Model(NamedTuple):
    """
    The problem in yuan. Pairs of shipment and bucket come bucket by bucket (``pair_first``
    (B + 1,)); ``ride`` is the price variable of a pair that some column rides before its last
    bucket, or ``NONE``; ``pair_cut`` whether the shipment may be cut. ``end_first`` (L + 1,) lists
    the columns whose last bucket is the pair's. By column: ``shipment``, ``fen``, ``before_*``
    price variables of its other buckets, ``draw_*``. ``alone_*``: columns without buckets by
    shipment. Options bucket by bucket (``option_first``). Resources are in units of a typical draw.
    """

    pair_first: Longs
    pair_shipment: Longs
    pair_kg: Floats
    pair_dm3: Floats
    pair_cut: Bools
    ride: Longs
    end_first: Longs
    end_column: Longs
    shipment: Longs
    price: Floats
    before_first: Longs
    before: Longs
    draw_first: Longs
    draw_resource: Longs
    draw_amount: Floats
    alone_first: Longs
    alone_column: Longs
    unserved: Floats
    option_first: Longs
    option_price: Floats
    option_kg: Floats
    option_dm3: Floats
    option_most: Longs
    unit_draw_first: Longs
    unit_draw_resource: Longs
    unit_draw_amount: Floats
    capacity: Floats
    n_rides: int


class Prices(NamedTuple):
    """
    State, modified in place. ``best``, ``trial``, ``slope``, ``direction`` (n,): shipments, rides,
    resources. ``column_price`` (P,) reduced by all but the shipment's own price. ``chosen`` (P,),
    ``opened`` (O,): what the last point takes; ``use``, ``opening``: averages. ``control`` (5,).
    """

    best: Floats
    trial: Floats
    slope: Floats
    direction: Floats
    column_price: Floats
    chosen: Floats
    opened: Floats
    use: Floats
    opening: Floats
    control: Floats


class Work(NamedTuple):
    """
    Buffers of one bucket. (n,): ``profit``, ``kg``, ``dm3``, ``pair``, ``by`` what the profit
    comes from; the same for those that fit a type (``fit_*``, ``fit_at``); ``order``, ``other``,
    ``taken``, ``weight``, ``key`` of a knapsack; ``inside``, ``best_inside`` shares taken. By type:
    ``unit_price``, ``gain``, ``count``, ``best_count``. ``sequence`` types of a combination.
    """

    profit: Floats
    kg: Floats
    dm3: Floats
    pair: Longs
    by: Longs
    fit_profit: Floats
    fit_kg: Floats
    fit_dm3: Floats
    fit_at: Longs
    order: Longs
    other: Longs
    taken: Longs
    weight: Floats
    key: Floats
    inside: Floats
    best_inside: Floats
    unit_price: Floats
    gain: Floats
    count: Longs
    best_count: Longs
    sequence: Longs


# -------------------------------------------------------------------- one knapsack


@njit(cache=True, nogil=True)
def _sort(n: int, key: Floats, order: Longs) -> None:
    for i in range(n):
        order[i] = i
    if n > SHORT:
        order[:n] = np.argsort(key[:n])
        return
    for i in range(1, n):
        one = order[i]
        j = i - 1
        while j >= 0 and key[order[j]] > key[one]:
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = one


@njit(cache=True, nogil=True)
def _relaxed(
    n: int, profit: Floats, kg: Floats, dm3: Floats, most_kg: float, most_dm3: float,
    floor: float, work: Work,
) -> float:  # fmt: skip
    """Fractional knapsack under the best surrogate; order and weights stay in ``work``."""
    order, other, weight, key = work.order, work.other, work.weight, work.key
    best, best_share = inf, 0.0
    for a in range(SURROGATES):
        by_mass = a / (SURROGATES - 1)
        for i in range(n):
            weight[i] = by_mass * kg[i] / most_kg + (1.0 - by_mass) * dm3[i] / most_dm3
            key[i] = -profit[i] / (weight[i] + 1e-12)
        _sort(n, key, other)
        room, bound = 1.0, 0.0
        for place in range(n):
            i = other[place]
            if weight[i] > room:
                bound += profit[i] * room / weight[i]
                break
            room -= weight[i]
            bound += profit[i]
        if bound < best:
            best, best_share = bound, by_mass
            order[:n] = other[:n]
        if best <= floor:
            return best
    for place in range(n):
        i = order[place]
        weight[place] = best_share * kg[i] / most_kg + (1.0 - best_share) * dm3[i] / most_dm3
    return best


@njit(cache=True, nogil=True)
def _knapsack(
    n: int, profit: Floats, kg: Floats, dm3: Floats, most_kg: float, most_dm3: float,
    floor: float, work: Work,
) -> tuple[float, float]:  # fmt: skip
    """
    Most profit within mass and volume, as far as it exceeds ``floor``.

    Returns
    -------
    Upper bound, and the profit of the set in ``work.inside``, 0 if none beats the floor.
    """
    all_kg = all_dm3 = everything = 0.0
    for i in range(n):
        all_kg += kg[i]
        all_dm3 += dm3[i]
        everything += profit[i]
    if everything <= floor:
        return everything, 0.0
    if all_kg <= most_kg and all_dm3 <= most_dm3:
        work.inside[:n] = 1.0
        return everything, everything
    relaxed = _relaxed(n, profit, kg, dm3, most_kg, most_dm3, floor, work)
    if relaxed <= floor:
        return relaxed, 0.0
    order, weight, taken = work.order, work.weight, work.taken
    best, found, n_taken, n_nodes, place = floor, 0.0, 0, 0, 0
    value = used_kg = used_dm3 = used = 0.0
    while True:
        room, bound, ahead = 1.0 - used, value, place
        while ahead < n and weight[ahead] <= room:
            room -= weight[ahead]
            bound += profit[order[ahead]]
            ahead += 1
        if ahead < n and weight[ahead] > 0.0:
            bound += profit[order[ahead]] * max(0.0, room) / weight[ahead]
        n_nodes += 1
        if n_nodes > MAX_NODES:
            return relaxed, found
        if bound > best + NOTHING:
            while place < n:
                i = order[place]
                place += 1
                if used_kg + kg[i] > most_kg or used_dm3 + dm3[i] > most_dm3:
                    break
                taken[n_taken] = place - 1
                n_taken += 1
                value += profit[i]
                used_kg += kg[i]
                used_dm3 += dm3[i]
                used += weight[place - 1]
            if value > best:
                best = found = value
                work.inside[:n] = 0.0
                for j in range(n_taken):
                    work.inside[order[taken[j]]] = 1.0
            if place < n:
                continue
        if n_taken == 0:
            return best, found
        n_taken -= 1
        last = taken[n_taken]
        i = order[last]
        value -= profit[i]
        used_kg -= kg[i]
        used_dm3 -= dm3[i]
        used -= weight[last]
        place = last + 1


# -------------------------------------------------------------------- one bucket


@njit(cache=True, nogil=True)
def reduce_columns(model: Model, v: Floats, column_price: Floats) -> None:
    """Prices of columns with what they draw and ride before their last bucket, in place."""
    n_shipments = model.unserved.shape[0]
    resource = n_shipments + model.n_rides
    for q in range(model.price.shape[0]):
        price = model.price[q]
        for i in range(model.draw_first[q], model.draw_first[q + 1]):
            price += v[resource + model.draw_resource[i]] * model.draw_amount[i]
        for i in range(model.before_first[q], model.before_first[q + 1]):
            price += v[n_shipments + model.before[i]]
        column_price[q] = price


@njit(cache=True, nogil=True)
def cap_shipments(model: Model, v: Floats, column_price: Floats) -> None:
    """No shipment is worth more than its cheapest way without a bucket, or its penalty."""
    for k in range(model.unserved.shape[0]):
        cap = model.unserved[k]
        for i in range(model.alone_first[k], model.alone_first[k + 1]):
            cap = min(cap, column_price[model.alone_column[i]])
        v[k] = min(v[k], cap)


@njit(cache=True, nogil=True)
def _open_bucket(
    model: Model, v: Floats, column_price: Floats, b: int, work: Work
) -> tuple[int, float, float]:
    """Profits of a bucket's riders and prices of its types; how many, their sum, the least."""
    n_shipments = model.unserved.shape[0]
    n, total = 0, 0.0
    for pair in range(model.pair_first[b], model.pair_first[b + 1]):
        k, by, profit = model.pair_shipment[pair], NONE, NOTHING
        if model.ride[pair] >= 0 and v[n_shipments + model.ride[pair]] > profit:
            profit, by = v[n_shipments + model.ride[pair]], BY_RIDE_PRICE
        for i in range(model.end_first[pair], model.end_first[pair + 1]):
            q = model.end_column[i]
            if v[k] - column_price[q] > profit:
                profit, by = v[k] - column_price[q], q
        if by != NONE:
            work.profit[n], work.by[n], work.pair[n] = profit, by, pair
            work.kg[n], work.dm3[n] = model.pair_kg[pair], model.pair_dm3[pair]
            total += profit
            n += 1
    cheapest, resource = inf, n_shipments + model.n_rides
    first = model.option_first[b]
    if n > 0:
        for o in range(first, model.option_first[b + 1]):
            price = model.option_price[o]
            for i in range(model.unit_draw_first[o], model.unit_draw_first[o + 1]):
                drawn = model.unit_draw_resource[i]
                price += v[resource + drawn] * model.unit_draw_amount[i]
            work.unit_price[o - first] = price
            if model.option_most[o] > 0:
                cheapest = min(cheapest, price)
    return n, total, cheapest


@njit(cache=True, nogil=True)
def _fitting(model: Model, o: int, n: int, work: Work) -> tuple[int, float, float, float]:
    """
    Riders that fit one unit of a type; how many, their profit, and most of that of parts of others.

    A part has its shipment's density up to one kilogram or cubic decimetre: its shares of mass and
    volume differ by ``1 / min(kg, dm3)`` at most. The last number is the profit of that.
    """
    most_kg, most_dm3 = model.option_kg[o], model.option_dm3[o]
    m, whole, parts, rounding = 0, 0.0, 0.0, 0.0
    for i in range(n):
        if work.kg[i] <= most_kg and work.dm3[i] <= most_dm3:
            work.fit_profit[m], work.fit_at[m] = work.profit[i], i
            work.fit_kg[m], work.fit_dm3[m] = work.kg[i], work.dm3[i]
            whole += work.profit[i]
            m += 1
        elif model.pair_cut[work.pair[i]]:
            share, least = 1.0, max(1.0, min(work.kg[i], work.dm3[i]))
            if work.kg[i] > 0.0:
                share = min(share, most_kg / work.kg[i])
            if work.dm3[i] > 0.0:
                share = min(share, most_dm3 / work.dm3[i])
            parts += work.profit[i] * min(1.0, share + 1.0 / least)
            rounding += work.profit[i] / least
    return m, whole, parts, rounding


@njit(cache=True, nogil=True)
def _keep(n: int, m: int, work: Work) -> None:
    """Remember the set of a knapsack over those that fit as the best of the bucket."""
    work.best_inside[:n] = 0.0
    for j in range(m):
        work.best_inside[work.fit_at[j]] = work.inside[j]


@njit(cache=True, nogil=True)
def _single_units(model: Model, b: int, n: int, work: Work) -> tuple[float, float, float, bool]:
    """Best gain of one unit: its bound, that found, most of any type, and if riders are cut."""
    first, n_types = model.option_first[b], model.option_first[b + 1] - model.option_first[b]
    best = found = most = 0.0
    is_cut = False
    for t in range(n_types):
        o, price = first + t, work.unit_price[t]
        work.gain[t] = -inf
        work.count[t] = 0
        if model.option_most[o] <= 0:
            continue
        m, whole, parts, rounding = _fitting(model, o, n, work)
        is_cut = is_cut or parts > 0.0
        work.gain[t] = whole + parts - price
        if whole + parts <= price:
            continue
        most_kg, most_dm3 = model.option_kg[o], model.option_dm3[o]
        floor = price if parts == 0.0 else 0.0
        upper, value = _knapsack(
            m, work.fit_profit, work.fit_kg, work.fit_dm3, most_kg, most_dm3, floor, work
        )
        work.gain[t] = upper - price
        best = max(best, work.gain[t])
        if value - price > found:
            found = value - price
            _keep(n, m, work)
            work.best_count[:n_types] = 0
            work.best_count[t] = 1
        if parts > 0.0:
            # Several units may share what fits none; one takes its part of the profit at most.
            mixed = _relaxed(n, work.profit, work.kg, work.dm3, most_kg, most_dm3, 0.0, work)
            work.gain[t] = max(work.gain[t], min(upper + parts, mixed + rounding) - price)
        most = max(most, work.gain[t])
    return best, found, most, is_cut


@njit(cache=True, nogil=True)
def _several_units(
    model: Model, b: int, n: int, total: float, best: float, found: float, most: float,
    is_cut: bool, work: Work,
) -> tuple[float, float]:  # fmt: skip
    """
    The same over combinations of up to ``MOST_UNITS`` units.

    A type that cannot gain is left out of them, unless its unit may hold a part of a rider.
    """
    first, n_types = model.option_first[b], model.option_first[b + 1] - model.option_first[b]
    depth, t = 0, 0
    kg = dm3 = price = gain = 0.0
    while True:
        if depth < MOST_UNITS and t < n_types:
            reach = gain + work.gain[t] + (MOST_UNITS - depth - 1) * most
            if (
                (work.gain[t] > 0.0 or is_cut)
                and work.count[t] < model.option_most[first + t]
                and total - price - work.unit_price[t] > best + NOTHING
                and reach > best + NOTHING
            ):
                work.sequence[depth] = t
                depth += 1
                work.count[t] += 1
                kg += model.option_kg[first + t]
                dm3 += model.option_dm3[first + t]
                price += work.unit_price[t]
                gain += work.gain[t]
                if depth > 1:
                    upper, value = _knapsack(
                        n, work.profit, work.kg, work.dm3, kg, dm3, price + best, work
                    )
                    best = max(best, min(upper - price, gain))
                    if value - price > found:
                        found = value - price
                        work.best_inside[:n] = work.inside[:n]
                        work.best_count[:n_types] = work.count[:n_types]
            else:
                t += 1
            continue
        if depth == 0:
            return best, found
        depth -= 1
        t = work.sequence[depth]
        work.count[t] -= 1
        kg -= model.option_kg[first + t]
        dm3 -= model.option_dm3[first + t]
        price -= work.unit_price[t]
        gain -= work.gain[t]
        t += 1


@njit(cache=True, nogil=True)
def _many_units(
    model: Model, b: int, n: int, total: float, cheapest: float, best: float, work: Work
) -> float:
    """
    Bound of the gain with more than ``MOST_UNITS`` units.

    For any rate r >= 0 per unit of a surrogate weight w: riders gain ``max(0, profit - r w)``, and
    at least ``MOST_UNITS + 1`` units each gain ``r W - price``, as long as that is at most 0.
    """
    first, n_types = model.option_first[b], model.option_first[b + 1] - model.option_first[b]
    least = MOST_UNITS + 1
    bound = total - least * cheapest
    for a in range(SURROGATES):
        if bound <= best:
            break
        by_mass = a / (SURROGATES - 1)
        top = inf
        for t in range(n_types):
            weight = by_mass * model.option_kg[first + t] / UNIT_KG
            weight += (1.0 - by_mass) * model.option_dm3[first + t] / UNIT_DM3
            work.key[t] = weight
            if model.option_most[first + t] > 0 and weight > 0.0:
                top = min(top, work.unit_price[t] / weight)
        if top == inf:
            continue
        for step in range(1, RATES + 1):
            rate, worst = top * step / RATES, -inf
            for t in range(n_types):
                if model.option_most[first + t] > 0:
                    worst = max(worst, rate * work.key[t] - work.unit_price[t])
            value = least * min(0.0, worst)
            for i in range(n):
                weight = by_mass * work.kg[i] / UNIT_KG
                weight += (1.0 - by_mass) * work.dm3[i] / UNIT_DM3
                value += max(0.0, work.profit[i] - rate * weight)
            bound = min(bound, value)
    return bound


# -------------------------------------------------------------------- all buckets


@njit(cache=True, nogil=True)
def evaluate(model: Model, v: Floats, prices: Prices, work: Work) -> float:
    """
    Bound of prices ``v``, which are capped in place; slope and choices go into ``prices``.

    Returns
    -------
    Yuan; no packed plan costs less, but for rounding of sums.
    """
    n_shipments, n_rides = model.unserved.shape[0], model.n_rides
    resource = n_shipments + n_rides
    slope, column_price = prices.slope, prices.column_price
    slope[:] = 0.0
    prices.chosen[:] = 0.0
    prices.opened[:] = 0.0
    reduce_columns(model, v, column_price)
    cap_shipments(model, v, column_price)
    bound = 0.0
    for k in range(n_shipments):
        bound += v[k]
        slope[k] = 1.0
    for r in range(model.capacity.shape[0]):
        bound -= v[resource + r] * model.capacity[r]
        slope[resource + r] = -model.capacity[r]
    for b in range(model.option_first.shape[0] - 1):
        n, total, cheapest = _open_bucket(model, v, column_price, b, work)
        if total <= cheapest:
            continue
        best, found, most, is_cut = _single_units(model, b, n, work)
        if most <= 0.0:
            continue
        best, found = _several_units(model, b, n, total, best, found, most, is_cut, work)
        best = max(best, _many_units(model, b, n, total, cheapest, best, work))
        bound -= best
        if found <= 0.0:
            continue
        for i in range(n):
            share, by = work.best_inside[i], work.by[i]
            if share <= 0.0:
                continue
            if by == BY_RIDE_PRICE:
                slope[n_shipments + model.ride[work.pair[i]]] -= share
                continue
            slope[model.shipment[by]] -= share
            prices.chosen[by] += share
            _draw_column(model, by, share, resource, n_shipments, slope)
        first = model.option_first[b]
        for t in range(model.option_first[b + 1] - first):
            n_units = work.best_count[t]
            if n_units > 0:
                o = first + t
                prices.opened[o] = n_units
                for i in range(model.unit_draw_first[o], model.unit_draw_first[o + 1]):
                    at = resource + model.unit_draw_resource[i]
                    slope[at] += n_units * model.unit_draw_amount[i]
    _send_alone(model, v, prices)
    return bound


@njit(cache=True, nogil=True)
def _draw_column(
    model: Model, q: int, share: float, resource: int, n_shipments: int, slope: Floats
) -> None:
    for i in range(model.before_first[q], model.before_first[q + 1]):
        slope[n_shipments + model.before[i]] += share
    for i in range(model.draw_first[q], model.draw_first[q + 1]):
        slope[resource + model.draw_resource[i]] += share * model.draw_amount[i]


@njit(cache=True, nogil=True)
def _send_alone(model: Model, v: Floats, prices: Prices) -> None:
    """Shipments at their cap that no bucket took go alone: the slope there may be chosen so."""
    n_shipments = model.unserved.shape[0]
    for k in range(n_shipments):
        left = prices.slope[k]
        if left <= 0.0:
            continue
        cap, way = model.unserved[k], NONE
        for i in range(model.alone_first[k], model.alone_first[k + 1]):
            q = model.alone_column[i]
            if prices.column_price[q] < cap:
                cap, way = prices.column_price[q], q
        if v[k] < cap - NOTHING:
            continue
        prices.slope[k] = 0.0
        if way != NONE:
            prices.chosen[way] += left
            _draw_column(model, way, left, n_shipments + model.n_rides, n_shipments, prices.slope)


@njit(cache=True, nogil=True)
def start(model: Model, prices: Prices, work: Work) -> float:
    """Evaluate ``prices.best`` and begin the averages with its choices; the bound."""
    bound = evaluate(model, prices.best, prices, work)
    prices.trial[:] = prices.best
    prices.direction[:] = prices.slope
    prices.use[:] = prices.chosen
    prices.opening[:] = prices.opened
    control = prices.control
    control[BOUND] = control[REFERENCE] = control[CURRENT] = bound
    control[FAILURES] = 0.0
    return bound


@njit(cache=True, nogil=True)
def improve(model: Model, prices: Prices, work: Work, target: float, n_steps: int) -> float:
    """
    Take steps of the subgradient method.

    Parameters
    ----------
    target
        A cost that the bound is not expected to exceed, yuan: that of the best plan.

    Returns
    -------
    Best bound so far, that of ``prices.best``.
    """
    control, trial, direction = prices.control, prices.trial, prices.direction
    n_shipments = model.unserved.shape[0]
    for _ in range(n_steps):
        norm = 0.0
        for i in range(trial.shape[0]):
            if i < n_shipments or trial[i] > 0.0 or direction[i] > 0.0:
                norm += direction[i] * direction[i]
        if norm <= NOTHING:
            break
        distance = max(target - control[CURRENT], 1e-4 * abs(target))
        step = control[STEP] * distance / norm
        for i in range(trial.shape[0]):
            trial[i] += step * direction[i]
            if i >= n_shipments and trial[i] < 0.0:
                trial[i] = 0.0
        bound = evaluate(model, trial, prices, work)
        control[CURRENT] = bound
        for i in range(trial.shape[0]):
            direction[i] = SMOOTHING * direction[i] + (1.0 - SMOOTHING) * prices.slope[i]
        for q in range(prices.use.shape[0]):
            prices.use[q] += AVERAGE * (prices.chosen[q] - prices.use[q])
        for o in range(prices.opening.shape[0]):
            prices.opening[o] += AVERAGE * (prices.opened[o] - prices.opening[o])
        if bound > control[BOUND]:
            control[BOUND] = bound
            prices.best[:] = trial
        if control[BOUND] > control[REFERENCE] + LEAST_GAIN * abs(control[REFERENCE]):
            control[REFERENCE] = control[BOUND]
            control[FAILURES] = 0.0
            continue
        control[FAILURES] += 1.0
        if control[FAILURES] >= PATIENCE:
            control[FAILURES] = 0.0
            control[REFERENCE] = control[BOUND]
            control[CURRENT] = control[BOUND]
            trial[:] = prices.best
            control[STEP] *= SHRINK
            if control[STEP] < LEAST_STEP:
                control[STEP] = FRESH_STEP
    return float(control[BOUND])


@njit(cache=True, nogil=True)
def price_units(
    model: Model, v: Floats, prices: Prices, work: Work, slack: float,
    option: Longs, reduced: Floats, first: Longs, member: Longs, by: Longs,
) -> int:  # fmt: skip
    """
    The best content of one unit of each type in each bucket, where it nearly pays.

    Parameters
    ----------
    v
        Prices, capped in place.
    slack
        Yuan that a unit may cost more than its content is worth.
    option, reduced, first, member, by
        (n,), (n,), (n + 1,), (m,), (m,): modified in place. Unit type, price less worth, and the
        pairs inside with what their profit comes from. Stops when a buffer is full.

    Returns
    -------
    How many units were found.
    """
    reduce_columns(model, v, prices.column_price)
    cap_shipments(model, v, prices.column_price)
    n_found, at = 0, 0
    first[0] = 0
    for b in range(model.option_first.shape[0] - 1):
        n, total, cheapest = _open_bucket(model, v, prices.column_price, b, work)
        if total <= cheapest - slack:
            continue
        for o in range(model.option_first[b], model.option_first[b + 1]):
            price = work.unit_price[o - model.option_first[b]]
            m, whole, _, _ = _fitting(model, o, n, work)
            if model.option_most[o] <= 0 or whole <= price - slack:
                continue
            _, value = _knapsack(
                m, work.fit_profit, work.fit_kg, work.fit_dm3,
                model.option_kg[o], model.option_dm3[o], max(0.0, price - slack), work,
            )  # fmt: skip
            if value <= 0.0:
                continue
            if n_found >= option.shape[0] or at + m > member.shape[0]:
                return n_found
            option[n_found], reduced[n_found] = o, price - value
            for j in range(m):
                if work.inside[j] > 0.0:
                    member[at] = work.pair[work.fit_at[j]]
                    by[at] = work.by[work.fit_at[j]]
                    at += 1
            n_found += 1
            first[n_found] = at
    return n_found
