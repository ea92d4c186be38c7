"""When a warehouse hands over: picking in working hours, waves on open days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date

from optimizer.domain.stock import Warehouse
from optimizer.models.allocation.offers import NEVER
from optimizer.network.network import Network
from optimizer.units import MINUTES_PER_DAY


class Waves:
    """
    Working hours and waves of one warehouse over the network's horizon.

    Parameters
    ----------
    network
        Gives the facility's opening hours and clock.

    Notes
    -----
    Picking takes ``pick_min`` working minutes, an interval of opening hours after another. A wave
    falls on a local time of ``waves_local_min`` at which the facility is open.
    """

    def __init__(self, network: Network, warehouse: Warehouse) -> None:
        facility_id = warehouse.warehouse_id
        place = network.facility_index[facility_id]
        low, high = network.places.open_first[place], network.places.open_first[place + 1]
        self._opens: list[int] = network.places.opens[low:high].tolist()
        self._closes: list[int] = network.places.closes[low:high].tolist()
        self._pick_min = warehouse.pick_min
        zone = network.data.facilities[facility_id].timezone
        clock = network.clock(zone)
        first = network.local_date(zone, 0).toordinal()
        last = first + network.horizon_min // MINUTES_PER_DAY
        self.minutes: list[int] = []
        self.days: list[int] = []
        for day in range(first, last + 1):
            for local_min in warehouse.waves_local_min:
                minute = clock.minute(day, local_min)
                if minute >= 0 and network.next_open_facility(facility_id, minute) == minute:
                    self.minutes.append(minute)
                    self.days.append(day)
        self._known: dict[tuple[int, int], int] = {}

    def picked_min(self, from_min: int) -> int:
        """When picking that may start at a minute is done."""
        left, at = self._pick_min, bisect_right(self._closes, from_min)
        while at < len(self._opens):
            start = max(from_min, self._opens[at])
            if start + left <= self._closes[at]:
                return start + left
            left -= self._closes[at] - start
            at += 1
        return NEVER

    def first(self, from_min: int, release_min: int) -> int:
        """First wave after picking from ``from_min`` on and then ``release_min`` of customs."""
        key = (from_min, release_min)
        known = self._known.get(key)
        if known is None:
            ready = self.picked_min(from_min) + release_min
            at = bisect_left(self.minutes, ready)
            known = self.minutes[at] if at < len(self.minutes) else NEVER
            self._known[key] = known
        return known

    def day(self, wave_min: int) -> int:
        """Ordinal of the local date of a wave."""
        return self.days[bisect_left(self.minutes, wave_min)]

    def next_day(self, wave_min: int) -> int:
        """First wave on a later date than that of a wave, or ``NEVER``."""
        at = bisect_right(self.days, self.day(wave_min))
        return self.minutes[at] if at < len(self.minutes) else NEVER


def monday_of(day_ordinal: int) -> date:
    """Monday of the week of a day."""
    day = date.fromordinal(day_ordinal)
    return date.fromordinal(day_ordinal - day.weekday())


def waves_of(network: Network, warehouses: Sequence[Warehouse]) -> tuple[Waves, ...]:
    """Waves of each warehouse in order."""
    return tuple(Waves(network, one) for one in warehouses)
