"""How much of a resource there is: rules R1 to R3."""

from __future__ import annotations

from math import ceil, floor

from optimizer.network.network import Network
from optimizer.units import TEU_C

NOISE_DIGITS = 6
UNLIMITED = 2**31 - 1
"""Capacity of a resource that nothing limits."""


def capacity(network: Network, resource_id: str) -> int:
    """
    Capacity of a resource, in its own measure.

    Parameters
    ----------
    resource_id
        ``svc:<service>:<voyage date>:<hop>:teu|kg|pos`` (hundredths of a TEU, kilograms, places),
        ``quota:<lane>:<date>`` or ``border:<crossing>:<date>`` (trucks).

    Raises
    ------
    ValueError
        The id has none of these forms.
    KeyError
        It names something that the network does not have.
    """
    kind, _, rest = resource_id.partition(":")
    if kind == "svc":
        service_id, _, _, measure = rest.rsplit(":", 3)
        service = network.data.services[service_id]
        allotment = {
            "teu": service.allotment_teu_c,
            "kg": service.allotment_kg,
            "pos": service.allotment_positions,
        }[measure]
        return allotment or UNLIMITED
    if kind == "quota":
        lane_id, _, _ = rest.rpartition(":")
        return network.data.truck_lanes[lane_id].quota_per_day or UNLIMITED
    if kind == "border":
        crossing_id, _, _ = rest.rpartition(":")
        return border_trucks(network, crossing_id)
    raise ValueError(f"{resource_id!r} is not a resource id: svc:, quota: or border: expected")


def border_trucks(network: Network, crossing_id: str) -> int:
    """Trucks a day that may be planned over a crossing: rule R3."""
    crossing = network.data.crossings[crossing_id]
    return floor(round(crossing.throughput_per_day * crossing.firm_share, NOISE_DIGITS))


def loose_teu_c(network: Network, gross_kg: int, volume_dm3: int) -> int:
    """Hundredths of a TEU that loose cargo takes on a train: rule R1."""
    named = network.data.parameters
    teu = max(volume_dm3 / named["loose_teu_dm3"], gross_kg / named["loose_teu_kg"])
    return ceil(round(TEU_C * teu, NOISE_DIGITS))
