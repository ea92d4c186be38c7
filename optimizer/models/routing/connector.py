"""First mile, last mile and drayage for whoever composes itineraries."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from optimizer.costs.tables import cost_tables
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place
from optimizer.models.routing.legs import Rider, facility_connector_leg, point_leg
from optimizer.models.routing.problem import Product
from optimizer.network.network import Network
from optimizer.plan.itinerary import Leg


def connector_leg(
    network: Network,
    origin: Place,
    destination: Place,
    *,
    departs_min: int,
    gross_kg: int,
    volume_dm3: int,
    load_unit: str = LOOSE,
    n_units: int = 0,
) -> Leg | None:
    """
    A short road move that departs at a moment, with its cost lines.

    Parameters
    ----------
    origin, destination
        Two facilities, or a point and a facility.

    Returns
    -------
    Leg or None
        ``None`` where it is too far, in another country, between two points, or not sold.
    """
    if not origin.facility_id and not destination.facility_id:
        return None
    product = Product(
        load_unit=load_unit,
        n_units=n_units,
        storage_dm3=(
            volume_dm3
            if load_unit == LOOSE
            else network.data.load_units[load_unit].usable_dm3 * n_units
        ),
    )
    if not origin.facility_id or not destination.facility_id:
        outbound = bool(origin.facility_id)
        point, end = (destination, origin) if outbound else (origin, destination)
        return point_leg(
            network,
            point,
            network.facility_index[end.facility_id],
            outbound=outbound,
            departs_min=departs_min,
            product=product,
            gross_kg=gross_kg,
            volume_dm3=volume_dm3,
        )
    offer_at = _connectors(network).get((origin.facility_id, destination.facility_id))
    if offer_at is None:
        return None
    tables = cost_tables(network)
    carried = network.offer_units[offer_at] & network.unit_bits[load_unit]
    prices = (
        tables.loose_prices(gross_kg, volume_dm3)
        if load_unit == LOOSE
        else tables.unit_prices(load_unit)
    )
    if not carried or not prices.sold[tables.row_first[offer_at]]:
        return None
    rider = Rider(
        product=product,
        prices=prices,
        gross_kg=gross_kg,
        volume_dm3=volume_dm3,
        dwell_min=np.empty(0, dtype=np.int64),
    )
    return facility_connector_leg(network, offer_at, departs_min, rider)


@lru_cache(maxsize=8)
def _connectors(network: Network) -> dict[tuple[str, str], int]:
    first = network.connectors.offer_from
    return {
        (network.facility_ids[offer.tail], network.facility_ids[offer.head]): at
        for at, offer in enumerate(network.offers[first:], start=first)
    }
