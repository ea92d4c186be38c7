"""
What tells two ways of a shipment apart.

Two ways differ in what somebody would say about them first: by which modes they go, which borders
they cross, at which hub they leave the country, whether the cargo has a load unit of its own, and
on which days it leaves. ``difference`` counts that: ``MODES_WEIGHT`` if the sequence of modes is
another, and so on for each trait; 0 means that only times and prices differ, and such a way is not
another alternative. The weights only rank: a way by another mode goes before one over another
border, that before one through another hub, that before one that leaves in other days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.service import LOOSE
from optimizer.units import MINUTES_PER_DAY

if TYPE_CHECKING:
    from optimizer.models.routing.search import Way
    from optimizer.network.network import Network, Offer

MODES_WEIGHT, CROSSINGS_WEIGHT, GATEWAY_WEIGHT, CARRIAGE_WEIGHT, DAYS_WEIGHT = 16, 8, 4, 2, 1
DAY_BAND = 2
"""Days of departure that count as the same time: today or tomorrow, the two days after, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """
    What a person would say about a way.

    Parameters
    ----------
    modes
        Of line hauls in order, equal neighbours once; drayage does not count.
    crossing_ids
        In the order in which they are passed.
    gateway_id
        Facility from which the first haul across a border leaves; of the first haul if none does.
    is_own
        In load units of its own; otherwise loose.
    day_band
        Days from ready to the first haul, in bands of ``DAY_BAND``.
    """

    modes: tuple[str, ...]
    crossing_ids: tuple[str, ...]
    gateway_id: str
    is_own: bool
    day_band: int

    @property
    def days_after_ready(self) -> tuple[int, int]:
        """Between how many days after ready, and how many (not reached), the first haul leaves."""
        return self.day_band * DAY_BAND, (self.day_band + 1) * DAY_BAND


def traits_of(network: Network, way: Way, ready_min: int) -> Traits:
    """The traits of a way that the search found."""
    hauls: list[tuple[Offer, int]] = [
        (network.offers[step.made_by], step.departs_min)
        for step in way.steps
        if 0 <= step.made_by < network.connectors.offer_from
    ]
    modes = [offer.mode.value for offer, _ in hauls]
    across = [offer for offer, _ in hauls if offer.crossing_ids] or [offer for offer, _ in hauls]
    return Traits(
        modes=tuple(mode for at, mode in enumerate(modes) if at == 0 or mode != modes[at - 1]),
        crossing_ids=tuple(one for offer, _ in hauls for one in offer.crossing_ids),
        gateway_id=network.facility_ids[across[0].tail] if across else "",
        is_own=way.product.load_unit != LOOSE,
        day_band=(hauls[0][1] - ready_min) // (DAY_BAND * MINUTES_PER_DAY) if hauls else 0,
    )


def difference(one: Traits, other: Traits) -> int:
    """How different two ways are: the weights of the traits that are not equal, 0 to 31."""
    return (
        MODES_WEIGHT * (one.modes != other.modes)
        + CROSSINGS_WEIGHT * (one.crossing_ids != other.crossing_ids)
        + GATEWAY_WEIGHT * (one.gateway_id != other.gateway_id)
        + CARRIAGE_WEIGHT * (one.is_own != other.is_own)
        + DAYS_WEIGHT * (one.day_band != other.day_band)
    )
