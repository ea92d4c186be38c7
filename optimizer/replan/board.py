"""A plan laid out for changes: what its loads still hold and what its departures still have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from optimizer.models.bookings import itinerary_draws, mass_draws, unit_draws
from optimizer.network.capacity import capacity
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """
    A plan on its network.

    Parameters
    ----------
    used
        Resource id -> what the plan draws, in the measure of the resource (rules R1 to R3).
    more
        Resource id -> what there is of it beyond what the network says.
    """

    network: Network
    plan: Plan
    used: Mapping[str, int]
    more: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, network: Network, plan: Plan) -> Board:
        """Count what a plan draws on every shared resource."""
        used: dict[str, int] = defaultdict(int)
        for load in plan.loads:
            for resource, amount in unit_draws(network, load.legs):
                used[resource] += amount
            for resource, amount in mass_draws(network, load.legs, load.gross_kg):
                used[resource] += amount
        for itinerary in plan.itineraries:
            shipment = plan.shipments[itinerary.shipment_id]
            for resource, amount in itinerary_draws(
                network, own_legs_of(itinerary), shipment
            ).items():
                used[resource] += amount
        return cls(network=network, plan=plan, used=dict(used))

    def free(self, resource: str) -> int:
        """What is left of a resource; negative where the plan overdraws it."""
        there_is = capacity(self.network, resource) + self.more.get(resource, 0)
        return there_is - self.used.get(resource, 0)

    def lacking(self, draws: Mapping[str, int]) -> dict[str, int]:
        """Resources that do not have enough left for draws, and how much is missing."""
        return {
            resource: amount - self.free(resource)
            for resource, amount in draws.items()
            if amount > self.free(resource)
        }


def own_legs_of(itinerary: Itinerary) -> Itinerary:
    """The itinerary with only those legs that the shipment pays itself."""
    return replace(itinerary, legs=tuple(leg for leg in itinerary.legs if not leg.load_id))
