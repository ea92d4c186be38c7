"""What a chain of legs may carry: customs modes of its crossings, cargo classes of its carriers."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.network.network import Network


def customs_modes_through(network: Network, crossing_ids: Iterable[str]) -> frozenset[str]:
    """Customs modes that every crossing offers; all modes where there is none."""
    modes = frozenset(network.data.customs_modes)
    for crossing_id in crossing_ids:
        modes &= network.data.crossings[crossing_id].customs_modes
    return modes


def cargo_classes_taken(network: Network, refs: Iterable[str]) -> frozenset[str]:
    """Cargo classes that every service and truck lane takes; connectors (empty ref) take all."""
    data = network.data
    classes = frozenset(data.cargo_classes)
    for ref in refs:
        product = data.services.get(ref) or data.truck_lanes.get(ref)
        if product is not None:
            classes &= product.cargo_classes
    return classes
