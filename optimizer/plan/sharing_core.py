"""
Which splits of a group of loads nobody can object to, and the one nearest to given targets.

A *group* is a set of loads tied together by shipments that ride in several of them. A split
belongs to the core if it pays every load exactly, if no rider pays more than travelling alone, and
if no riders of one load could buy a smaller unit of the same lane departure for less. Where the
core is empty, every limit is raised by the same least amount: the least-core value (Maschler,
Peleg, Shapley 1979, doi:10.1287/moor.4.4.303).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, floor
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

EXACT_COALITION_RIDERS = 12
_ROUNDS = 60
_SWEEPS = 4_000
_TOLERANCE_FEN = 1e-7
_TINY = 1e-9


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


def least_core(group: Group) -> tuple[float, list[Coalition]]:
    """
    Smallest amount by which limits have to rise, and the coalitions that matter.

    Returns
    -------
    value
        Fen; not positive: the core is not empty. Coalitions are found by separation, exactly for
        loads of up to ``EXACT_COALITION_RIDERS`` riders and greedily for larger ones.
    coalitions
        Those that were violated on the way.
    """
    coalitions: list[Coalition] = []
    value = 0.0
    for _ in range(_ROUNDS):
        value, split = _least_rise(group, coalitions)
        found = [c for c in _violated(group, split, max(value, 0.0)) if c not in coalitions]
        if not found:
            break
        coalitions += found
    return value, coalitions


def _least_rise(group: Group, coalitions: Sequence[Coalition]) -> tuple[float, Floats]:
    n_entries, n_riders = len(group.rider), len(group.limit_fen)
    rows = np.zeros((n_riders + len(coalitions), n_entries + 1))
    rows[group.rider, np.arange(n_entries)] = 1.0
    for at, coalition in enumerate(coalitions):
        rows[n_riders + at, list(coalition.entries)] = 1.0
    rows[:, -1] = -1.0
    upper = np.concatenate(
        [group.limit_fen, np.array([c.price_fen for c in coalitions], dtype=np.int64)]
    ).astype(np.float64)
    solution = _lp(
        costs=np.append(np.zeros(n_entries), 1.0),
        rows=rows,
        upper=upper,
        paid=np.hstack([_paid(group), np.zeros((len(group.load_fen), 1))]),
        load_fen=group.load_fen.astype(np.float64),
        bounds=[*([(0.0, None)] * n_entries), (None, None)],
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

    def fits(chosen: Sequence[int]) -> bool:
        picked = list(chosen)
        return bool(
            group.mass_kg[picked].sum() <= room[0] and group.volume_dm3[picked].sum() <= room[1]
        )

    if len(entries) > EXACT_COALITION_RIDERS:
        chosen: list[int] = []
        for entry in sorted(entries, key=lambda e: (-split[e], e)):
            if fits([*chosen, entry]):
                chosen.append(entry)
        return tuple(sorted(chosen))
    best: tuple[int, ...] = ()
    best_fen = 0.0
    for size in range(1, len(entries) + 1):
        for candidate in combinations(entries, size):
            paid_fen = float(split[list(candidate)].sum())
            if paid_fen > best_fen + _TOLERANCE_FEN and fits(candidate):
                best, best_fen = candidate, paid_fen
    return best


def nearest(
    group: Group, targets_fen: Floats, coalitions: Sequence[Coalition], rise_fen: float
) -> Whole:
    """
    Whole fen nearest to targets that pay every load exactly and keep all limits.

    Minimizes the Kullback-Leibler divergence to the targets, by scaling each limit in turn
    (Censor, Lent 1981: row-action maximum entropy), so shares keep their proportions wherever no
    limit binds. Rounding keeps loads and riders' limits exactly, coalitions to a fen a member.

    Parameters
    ----------
    targets_fen
        (E,) not negative.
    rise_fen
        What limits are raised by: the least-core value if positive, else 0.
    """
    split = np.maximum(targets_fen, _TINY)
    limits = np.maximum(group.limit_fen + rise_fen, 0.0)
    caps: list[tuple[NDArray[np.intp], float]] = [
        (np.flatnonzero(group.rider == rider), float(limit)) for rider, limit in enumerate(limits)
    ]
    caps += [(np.array(c.entries, dtype=np.intp), c.price_fen + rise_fen) for c in coalitions]
    loads = [np.flatnonzero(group.load == load) for load in range(len(group.load_fen))]
    factor = np.ones(len(caps))
    for _ in range(_SWEEPS):
        start = split.copy()
        for load, entries in enumerate(loads):
            split[entries] *= group.load_fen[load] / max(split[entries].sum(), _TINY)
        for at, (entries, limit) in enumerate(caps):
            wanted = min(1.0, factor[at] * max(limit, _TINY) / max(split[entries].sum(), _TINY))
            split[entries] *= wanted / factor[at]
            factor[at] = max(wanted, _TINY)
        if np.abs(split - start).max(initial=0.0) < _TOLERANCE_FEN:
            break
    return _whole(group, split, [ceil(limit - _TOLERANCE_FEN) for limit in limits])


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
