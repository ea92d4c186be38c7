"""
Which splits of a group of loads nobody can object to, and the one nearest to given targets.

A *group* is a set of loads tied together by shipments that ride in several of them. A split
belongs to the core if it pays every load exactly, if no rider pays more than travelling alone, and
if no riders of one load could buy a smaller unit of the same lane departure for less. Where riders
cannot pay their loads, every limit is raised by the same least amount: the least-core value
(Maschler, Peleg, Shapley 1979, doi:10.1287/moor.4.4.303). Smaller units come second: their prices
are raised by a least amount of their own, so that nobody pays more than alone for their sake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, inf
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

EXACT_COALITION_RIDERS = 12
_ROUNDS = 20
_SWEEPS = 4_000
_TOLERANCE_FEN = 1e-7
_SETTLED_FEN = 1e-3
_TINY = 1e-9
_WHOLE_FEN = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """
    The transport problem of one group: entries are (rider, load) pairs.

    Parameters
    ----------
    rider, load
        (E,) int64, of each entry.
    load_fen
        (L,) int64, cost of each load.
    limit_fen
        (R,) int64, price alone less what the rider pays itself; may be negative.
    mass_kg, volume_dm3
        (E,) int64, of the entry.
    smaller
        For each load, (payload kg, usable dm3, fen) of cheaper units of its lane departure.
    """

    rider: Whole
    load: Whole
    load_fen: Whole
    limit_fen: Whole
    mass_kg: Whole
    volume_dm3: Whole
    smaller: tuple[tuple[tuple[int, int, int], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coalition:
    """Entries of one load that fit a cheaper unit, and its price."""

    entries: tuple[int, ...]
    price_fen: int


def individual_rise(group: Group) -> int:
    """
    Smallest whole amount by which limits have to rise for the riders to pay their loads, in fen.

    Nobody is paid to ride: who would have to be pays nothing, and only if the others cannot pay
    for everything is that rider's limit raised above nothing, too. 0: no limit has to rise.
    """
    may_pay = group.limit_fen >= 0
    value = _least_rise_of(group, may_pay)
    for rider in np.argsort(-group.limit_fen, kind="stable").tolist():
        if may_pay[rider]:
            continue
        if value <= -group.limit_fen[rider]:
            break
        may_pay[rider] = True
        value = _least_rise_of(group, may_pay)
    # Values are fractions with small denominators, so what is nearly whole is whole.
    return max(0, ceil(value - _WHOLE_FEN))


def _least_rise_of(group: Group, may_pay: NDArray[np.bool_]) -> float:
    """The rise if only some may pay; infinite where nobody may pay for a load."""
    n_entries, n_riders = len(group.rider), len(group.limit_fen)
    rows = np.zeros((n_riders, n_entries + 1))
    rows[group.rider, np.arange(n_entries)] = 1.0
    rows[may_pay, -1] = -1.0
    try:
        solution = _lp(
            costs=np.append(np.zeros(n_entries), 1.0),
            rows=rows,
            upper=np.where(may_pay, group.limit_fen, 0).astype(np.float64),
            paid=np.hstack([_paid(group), np.zeros((len(group.load_fen), 1))]),
            load_fen=group.load_fen.astype(np.float64),
            # Without a bound the value would say how much limits could fall.
            bounds=[*([(0.0, None)] * n_entries), (0.0, None)],
        )
    except ArithmeticError:
        return inf
    return float(solution[-1])


def coalition_rise(group: Group, caps_fen: Whole) -> tuple[float, list[Coalition]]:
    """
    Smallest amount by which prices of smaller units have to rise, nobody paying above a cap.

    Returns
    -------
    value
        Fen; 0: no riders of a load have to pay more than a smaller unit for them costs. Coalitions
        are found by separation, exactly for loads of up to ``EXACT_COALITION_RIDERS`` riders and
        greedily for larger ones.
    coalitions
        Those that were violated on the way.
    """
    coalitions: list[Coalition] = []
    value = 0.0
    for _ in range(_ROUNDS):
        value, split = _least_objection(group, caps_fen, coalitions)
        found = [c for c in _violated(group, split, value) if c not in coalitions]
        if not found:
            break
        coalitions += found
    return value, coalitions


def _least_objection(
    group: Group, caps_fen: Whole, coalitions: Sequence[Coalition]
) -> tuple[float, Floats]:
    n_entries, n_riders = len(group.rider), len(caps_fen)
    rows = np.zeros((n_riders + len(coalitions), n_entries + 1))
    rows[group.rider, np.arange(n_entries)] = 1.0
    for at, coalition in enumerate(coalitions):
        rows[n_riders + at, [*coalition.entries, n_entries]] = [1.0] * len(coalition.entries) + [
            -1.0
        ]
    upper = [*caps_fen.tolist(), *(coalition.price_fen for coalition in coalitions)]
    solution = _lp(
        costs=np.append(np.zeros(n_entries), 1.0),
        rows=rows,
        upper=np.array(upper, dtype=np.float64),
        paid=np.hstack([_paid(group), np.zeros((len(group.load_fen), 1))]),
        load_fen=group.load_fen.astype(np.float64),
        bounds=[*([(0.0, None)] * n_entries), (0.0, None)],
    )
    return float(solution[-1]), solution[:-1]


def _paid(group: Group) -> Floats:
    matrix = np.zeros((len(group.load_fen), len(group.rider)))
    matrix[group.load, np.arange(len(group.rider))] = 1.0
    return matrix


def _lp(
    *,
    costs: Floats,
    rows: Floats,
    upper: Floats,
    paid: Floats,
    load_fen: Floats,
    bounds: Sequence[tuple[float | None, float | None]],
) -> Floats:
    from scipy.optimize import linprog  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    answer = cast(
        "Any",
        linprog(
            costs,
            A_ub=rows,
            b_ub=upper,
            A_eq=paid,
            b_eq=load_fen,
            bounds=list(bounds),
            method="highs-ds",
        ),
    )
    if answer.x is None:
        raise ArithmeticError(f"the split has no solution: {answer.message}")
    return np.asarray(answer.x, dtype=np.float64)


def _violated(group: Group, split: Floats, rise_fen: float) -> list[Coalition]:
    found: list[Coalition] = []
    for load, units in enumerate(group.smaller):
        entries = np.flatnonzero(group.load == load)
        for payload_kg, usable_dm3, price_fen in units:
            chosen = _dearest_fitting(group, split, entries.tolist(), (payload_kg, usable_dm3))
            if split[list(chosen)].sum() > price_fen + rise_fen + _TOLERANCE_FEN:
                found.append(Coalition(entries=chosen, price_fen=price_fen))
    return found


def _dearest_fitting(
    group: Group, split: Floats, entries: list[int], room: tuple[int, int]
) -> tuple[int, ...]:
    """The entries that pay most of all sets that fit, or a greedy choice where there are many."""
    mass_kg, volume_dm3 = group.mass_kg[entries], group.volume_dm3[entries]
    if len(entries) > EXACT_COALITION_RIDERS:
        left_kg, left_dm3 = room
        chosen: list[int] = []
        for at in sorted(range(len(entries)), key=lambda at: (-split[entries[at]], at)):
            kg, dm3 = int(mass_kg[at]), int(volume_dm3[at])
            if kg <= left_kg and dm3 <= left_dm3:
                left_kg, left_dm3 = left_kg - kg, left_dm3 - dm3
                chosen.append(entries[at])
        return tuple(sorted(chosen))
    subsets = _subsets(len(entries))
    fits = (subsets @ mass_kg <= room[0]) & (subsets @ volume_dm3 <= room[1])
    best = int(np.argmax(np.where(fits, subsets @ split[entries], -1.0)))
    return tuple(entries[at] for at in np.flatnonzero(subsets[best]).tolist())


@lru_cache(maxsize=EXACT_COALITION_RIDERS + 1)
def _subsets(n: int) -> Whole:
    """(2 ** n, n) of 0 and 1: all subsets, the small ones first."""
    rows = np.arange(1 << n)[:, None] >> np.arange(n) & 1
    return rows[np.argsort(rows.sum(axis=1), kind="stable")].astype(np.int64)


def nearest(
    group: Group,
    targets_fen: Floats,
    caps_fen: Whole,
    coalitions: Sequence[Coalition],
    objection_fen: float,
) -> Whole:
    """
    Whole fen nearest to targets that pay every load exactly and keep all limits.

    Minimizes the Kullback-Leibler divergence to the targets, by scaling each limit in turn
    (Censor, Lent 1981: row-action maximum entropy), so shares keep their proportions wherever no
    limit binds. Rounding keeps loads and riders' caps exactly, coalitions to a fen a member.

    Parameters
    ----------
    targets_fen
        (E,) not negative.
    caps_fen
        (R,) what each rider pays at most, not negative, and together enough.
    objection_fen
        What prices of coalitions are raised by.
    """
    split = np.maximum(targets_fen, _TINY)
    n_riders, n_loads = len(caps_fen), len(group.load_fen)
    sets = [np.array(c.entries, dtype=np.intp) for c in coalitions]
    prices = [c.price_fen + objection_fen for c in coalitions]
    by_rider, by_set = np.ones(n_riders), np.ones(len(sets))
    for _ in range(_SWEEPS):
        start = split.copy()
        # Sets of entries that do not overlap may be scaled at once: loads, then riders.
        paid = np.bincount(group.load, weights=split, minlength=n_loads)
        split *= (group.load_fen / np.maximum(paid, _TINY))[group.load]
        paid = np.bincount(group.rider, weights=split, minlength=n_riders)
        wanted = by_rider * np.maximum(caps_fen, _TINY) / np.maximum(paid, _TINY)
        wanted = np.clip(wanted, _TINY, 1.0)
        split *= (wanted / by_rider)[group.rider]
        by_rider = wanted
        for at, (entries, price) in enumerate(zip(sets, prices, strict=True)):
            paid_fen = max(float(split[entries].sum()), _TINY)
            factor = min(max(by_set[at] * max(price, _TINY) / paid_fen, _TINY), 1.0)
            split[entries] *= factor / by_set[at]
            by_set[at] = factor
        if np.abs(split - start).max(initial=0.0) < _SETTLED_FEN:
            break
    return _whole(group, split, caps_fen.tolist())


def _whole(group: Group, split: Floats, limits: Sequence[int]) -> Whole:
    """
    Round to whole fen without touching sums.

    The transport polytope has whole vertices, so a simplex solution within a fen of the split is
    whole; the neighbourhood grows in case the scaling had not settled.
    """
    n_entries = len(group.rider)
    rows = np.zeros((len(limits), n_entries))
    rows[group.rider, np.arange(n_entries)] = 1.0
    fraction = split - np.floor(split)
    for reach in (0, 1, 10, 1_000, None):
        bounds = [
            (0.0, None)
            if reach is None
            else (
                float(max(0, floor(amount + _TOLERANCE_FEN) - reach)),
                floor(amount) + 1.0 + reach,
            )
            for amount in split
        ]
        try:
            answer = _lp(
                costs=-fraction if reach == 0 else _distance_costs(split),
                rows=rows,
                upper=np.array(limits, dtype=np.float64),
                paid=_paid(group),
                load_fen=group.load_fen.astype(np.float64),
                bounds=bounds,
            )
        except ArithmeticError:
            continue
        return np.round(answer).astype(np.int64)
    raise ArithmeticError("no whole split pays the loads within the limits")


def _distance_costs(split: Floats) -> Floats:
    """Cheaper where much is paid already, so that a wide neighbourhood moves large shares."""
    return 1.0 / (1.0 + split)
