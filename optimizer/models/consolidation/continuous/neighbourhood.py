"""Large-neighbourhood search: some commodities choose again, the others stay in their groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.refine import add_chains
from optimizer.models.consolidation.continuous.slot_model import (
    Choice,
    Offer,
    Offers,
    add_choices,
    build_model,
    read_choices,
    start_point,
)
from optimizer.models.consolidation.continuous.slots import Slots, first_slots
from optimizer.models.consolidation.continuous.timing import (
    Grouping,
    Times,
    find_times,
    grouping_fen,
    split_until_timely,
)
from optimizer.models.consolidation.continuous.ways import Way
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import Deadline
from optimizer.solvers.status import SolverStatus

_MAX_NODES = 300
_MAX_ROUNDS = 4
_GAP = 1e-5


@dataclass(slots=True)
class Neighbours:
    """For each commodity those that it could share an arc with, and on how many arcs."""

    partners: dict[int, dict[int, int]]

    @classmethod
    def of(cls, design: NetworkDesign, ways: list[Way]) -> Neighbours:
        """Look at all windows of all ways."""
        windows: dict[tuple[int, int], dict[int, tuple[int, int]]] = defaultdict(dict)
        for way in ways:
            pool = int(design.commodity_pool[way.commodity])
            for arc, start in zip(way.arcs, way.starts_min, strict=True):
                old = windows[arc, pool].get(way.commodity, (start, start))
                windows[arc, pool][way.commodity] = (
                    min(old[0], start),
                    max(old[1], start + way.slack_min),
                )
        partners: dict[int, dict[int, int]] = {way.commodity: {} for way in ways}
        for riders in windows.values():
            ks = np.array(list(riders), dtype=np.int64)
            first, last = np.array(list(riders.values()), dtype=np.int64).reshape(-1, 2).T
            meets = (first[:, None] <= last) & (first <= last[:, None])
            for a, b in zip(*np.nonzero(meets), strict=True):
                k, other = int(ks[a]), int(ks[b])
                if k != other:
                    partners[k][other] = partners[k].get(other, 0) + 1
        return cls(partners=partners)

    def draw(self, rng: np.random.Generator, size: int) -> list[int]:
        """A connected set of commodities, grown from a random one by random partners."""
        everyone = sorted(self.partners)
        chosen = {everyone[int(rng.integers(len(everyone)))]}
        weight: dict[int, int] = dict(self.partners[next(iter(chosen))])
        while len(chosen) < min(size, len(everyone)):
            if not weight:
                left = [k for k in everyone if k not in chosen]
                added = left[int(rng.integers(len(left)))]
            else:
                ks = sorted(weight)
                mass = np.array([weight[k] for k in ks], dtype=np.float64)
                added = ks[int(rng.choice(len(ks), p=mass / mass.sum()))]
            chosen.add(added)
            weight.pop(added, None)
            for k, n in self.partners[added].items():
                if k not in chosen:
                    weight[k] = weight.get(k, 0) + n
        return sorted(chosen)


def choose_again(
    design: NetworkDesign,
    prices: LoadPrices,
    grouping: Grouping,
    freed: dict[int, list[Way]],
    *,
    time_s: float,
    seed: int,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[Grouping, int, bool]:
    """
    The best that freed commodities can do with their ways while all others stay in their groups.

    Groups that stay can shift in time within what their riders allow. Besides them the freed can
    meet each other in slots that begin as few as for them alone; chains that make a choice
    untimely become breakpoints, and they choose once more.

    Returns
    -------
    The best new grouping, timely; its cost; and whether the small models were solved to the end.
    """
    kept = grouping.copy()
    for k in freed:
        kept.remove(k)
    ways = [way for listed in freed.values() for way in listed]
    slots, times = first_slots(design, ways), find_times(design, grouping)
    best, best_fen, is_complete = grouping, grouping_fen(design, prices, grouping), True
    deadline = Deadline(time_s)
    for _ in range(_MAX_ROUNDS):
        model = build_model(design, prices, ways, _offers(design, slots, kept, ways))
        current = _current(times, slots, grouping, kept, freed)
        result = solve_mip(
            model.linear,
            time_s=max(0.01, deadline.left_s),
            gap=_GAP,
            seed=seed,
            start=start_point(design, prices, model, current),
            max_nodes=_MAX_NODES,
            should_stop=should_stop,
        )
        is_complete &= result.status == SolverStatus.OPTIMAL
        if result.values is None or result.objective >= best_fen:
            break
        found = kept.copy()
        groups = {(place, (1, group)): group for group, place in kept.place.items()}
        add_choices(design, model, read_choices(model, result.values), found, groups)
        chains = split_until_timely(design, found)
        fen = grouping_fen(design, prices, found)
        if fen <= best_fen:
            best, best_fen = found, fen
        if not chains or add_chains(slots, chains) == 0:
            break
    return best, best_fen, is_complete


def _offers(design: NetworkDesign, slots: Slots, kept: Grouping, ways: list[Way]) -> Offers:
    """Groups that stay, with the minutes in which they can leave, and all empty slots."""
    times = find_times(design, kept, backward=True)
    places = {(arc, int(design.commodity_pool[way.commodity])) for way in ways for arc in way.arcs}
    offers: Offers = {
        place: [
            Offer(*slots.window(place, slot), 0, 0, (0, slot))
            for slot in range(len(slots.starts_min[place]))
        ]
        for place in sorted(places)
    }
    for group, place in kept.place.items():
        if place in offers:
            first, last = times.first_min[group], times.last_min[group]
            offers[place].append(Offer(first, last, *kept.load(design, group), (1, group)))
    return offers


def _current(
    times: Times,
    slots: Slots,
    grouping: Grouping,
    kept: Grouping,
    freed: dict[int, list[Way]],
) -> dict[int, Choice]:
    """What the freed commodities do now, in terms of the small model."""
    choices: dict[int, Choice] = {}
    first = 0
    for k, ways in freed.items():
        way = grouping.ways[k]
        keys: list[tuple[int, ...]] = []
        for i in range(len(way.arcs)):
            group = grouping.group_of[k, i]
            place = grouping.place[group]
            if group in kept.place:
                keys.append((1, group))
            else:
                keys.append((0, slots.index(place, times.first_min[group])))
        choices[k] = (first + ways.index(way), tuple(keys))
        first += len(ways)
    return choices
