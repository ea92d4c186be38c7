"""Whether commodities that ride together can do so in time; if not, the chain that is to blame."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.slots import Place
from optimizer.models.consolidation.continuous.ways import Way
from optimizer.models.consolidation.network_design import NetworkDesign

Rider = tuple[int, int]
"""(commodity, position of the arc on its way)."""
Chain = list[tuple[Place, int]]
"""(place, minute): dispatches that each wait for the one before, and the minutes they come to."""


@dataclass(slots=True)
class Grouping:
    """
    Who rides with whom: a way for each commodity, and groups that are dispatched together.

    Parameters
    ----------
    ways
        By commodity; commodities may be missing while a plan is being changed.
    group_of
        Group of every rider.
    place, riders
        By group.
    """

    ways: dict[int, Way]
    group_of: dict[Rider, int]
    place: dict[int, Place]
    riders: dict[int, list[Rider]]
    next_group: int = 0

    @classmethod
    def empty(cls) -> Grouping:
        """Nobody rides."""
        return cls(ways={}, group_of={}, place={}, riders={})

    def copy(self) -> Grouping:
        """An independent copy."""
        return Grouping(
            ways=dict(self.ways),
            group_of=dict(self.group_of),
            place=dict(self.place),
            riders={group: list(riders) for group, riders in self.riders.items()},
            next_group=self.next_group,
        )

    def new_group(self, place: Place) -> int:
        """An empty group."""
        group = self.next_group
        self.next_group += 1
        self.place[group], self.riders[group] = place, []
        return group

    def put(self, rider: Rider, group: int) -> None:
        """Let a rider ride in a group."""
        self.group_of[rider] = group
        self.riders[group].append(rider)

    def remove(self, commodity: int) -> None:
        """Take a commodity out of the plan, and the groups that it leaves empty."""
        for position in range(len(self.ways.pop(commodity).arcs)):
            group = self.group_of.pop((commodity, position))
            self.riders[group].remove((commodity, position))
            if not self.riders[group]:
                del self.riders[group], self.place[group]

    def load(self, design: NetworkDesign, group: int) -> tuple[int, int]:
        """Mass and volume of a group."""
        ks = [k for k, _ in self.riders[group]]
        return int(design.commodity_kg[ks].sum()), int(design.commodity_dm3[ks].sum())


def grouping_fen(design: NetworkDesign, prices: LoadPrices, grouping: Grouping) -> int:
    """Cost of a grouping: variable cost, lateness, unserved, and load units of every group."""
    total = sum(way.fen for way in grouping.ways.values())
    for group, (arc, _) in grouping.place.items():
        total += prices.fen(arc, *grouping.load(design, group))
    return total


@dataclass(slots=True)
class Times:
    """
    Earliest and latest dispatch of every group.

    ``late`` is a group that cannot leave in time, or None; then the minutes are not final.
    ``pushed_by`` names the rider whose arrival sets a group's earliest minute.
    """

    first_min: dict[int, int]
    last_min: dict[int, int]
    pushed_by: dict[int, Rider]
    late: int | None


def find_times(design: NetworkDesign, grouping: Grouping, *, backward: bool = False) -> Times:
    """
    Earliest dispatch of every group, by pushing arrivals along the ways.

    A group leaves when its last rider has arrived. Latest minutes are those of the riders' own
    windows; with ``backward`` they are also pulled along the ways.
    """
    first, last, pushed = {}, {}, {}
    for group, riders in grouping.riders.items():
        windows = [
            (grouping.ways[k].starts_min[i], grouping.ways[k].slack_min, k, i) for k, i in riders
        ]
        start, _, k, i = max(windows)
        first[group], pushed[group] = start, (k, i)
        last[group] = min(start + slack for start, slack, _, _ in windows)
    late = next((group for group in first if first[group] > last[group]), None)
    times = Times(first, last, pushed, late)
    if late is None:
        _push(design, grouping, times)
    if backward and times.late is None:
        _pull(design, grouping, times)
    return times


def _push(design: NetworkDesign, grouping: Grouping, times: Times) -> None:
    first, last = times.first_min, times.last_min
    travel, group_of = design.arc_travel_min, grouping.group_of
    queue, queued = deque(first), set(first)
    while queue:
        group = queue.popleft()
        queued.discard(group)
        arrives = first[group] + int(travel[grouping.place[group][0]])
        for k, i in grouping.riders[group]:
            after = group_of.get((k, i + 1))
            if after is None or arrives <= first[after]:
                continue
            first[after], times.pushed_by[after] = arrives, (k, i + 1)
            if arrives > last[after]:
                times.late = after
                return
            if after not in queued:
                queued.add(after)
                queue.append(after)


def _pull(design: NetworkDesign, grouping: Grouping, times: Times) -> None:
    last, group_of = times.last_min, grouping.group_of
    queue, queued = deque(last), set(last)
    while queue:
        group = queue.popleft()
        queued.discard(group)
        for k, i in grouping.riders[group]:
            before = group_of.get((k, i - 1)) if i else None
            if before is None:
                continue
            latest = last[group] - int(design.arc_travel_min[grouping.place[before][0]])
            if latest < last[before]:
                last[before] = latest
                if before not in queued:
                    queued.add(before)
                    queue.append(before)


def _chain(grouping: Grouping, times: Times) -> Chain:
    """The dispatches that make ``times.late`` late, from a release on."""
    chain: Chain = []
    group: int | None = times.late
    seen: set[int] = set()
    while group is not None and group not in seen:
        seen.add(group)
        chain.append((grouping.place[group], times.first_min[group]))
        k, i = times.pushed_by[group]
        group = _pusher(grouping, times, group, k, i)
    return chain[::-1]


def _pusher(grouping: Grouping, times: Times, group: int, k: int, i: int) -> int | None:
    """The group before, if the rider came with it later than its own window asks."""
    if i == 0 or times.first_min[group] == grouping.ways[k].starts_min[i]:
        return None
    return grouping.group_of[k, i - 1]


def split_until_timely(design: NetworkDesign, grouping: Grouping) -> list[Chain]:
    """
    Split groups, in place, until all can leave in time; the chains that made it necessary.

    The riders of a late group who could not wait for the last one leave apart. The last one came
    within its own window, so it stays, and every split makes one group more: this ends.
    """
    chains: list[Chain] = []
    while True:
        times = find_times(design, grouping)
        if times.late is None:
            return chains
        chains.append(_chain(grouping, times))
        late, minute = times.late, times.first_min[times.late]
        riders = grouping.riders[late]
        early = [
            (k, i)
            for k, i in riders
            if grouping.ways[k].starts_min[i] + grouping.ways[k].slack_min < minute
        ]
        grouping.riders[late] = [rider for rider in riders if rider not in early]
        apart = grouping.new_group(grouping.place[late])
        for rider in early:
            grouping.put(rider, apart)
