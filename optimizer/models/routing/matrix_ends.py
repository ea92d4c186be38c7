"""Where places meet the network of a matrix: facilities themselves, addresses by connector."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from optimizer.costs.emissions import grams
from optimizer.costs.tables import cost_tables
from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place
from optimizer.domain.skim import SkimLoad
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.ends import NOT_SOLD, place_reach, point_connector_fen
from optimizer.models.routing.problem import Product
from optimizer.models.routing.skim_values import carries
from optimizer.network.network import Network
from optimizer.network.skim_times import NEVER, gate_waits, week_start_min
from optimizer.network.skims import CO2E, COMPONENTS, COST, DISTANCE, TIME


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceEnds:
    """
    How a place gets onto the network, or off it.

    Parameters
    ----------
    facilities
        (n,) facilities.
    values
        (n, 4) of the connector, zeros for a facility itself, by ``network.skims.COMPONENTS``.
    by_connector
        Whether the place is an address.
    """

    facilities: Ints
    values: Ints
    by_connector: bool


@lru_cache(maxsize=4096)
def place_ends(
    network: Network, place: Place, load: SkimLoad, week: date, *, inbound: bool
) -> PlaceEnds:
    """
    Ends of a place: rules T6, C1, C2 and E1, at the prices of the week's first day.

    Parameters
    ----------
    inbound
        From the place onto the network, where the facility's gate has to be open; otherwise off it.
    """
    if place.facility_id:
        return PlaceEnds(
            facilities=np.array([network.facility_index[place.facility_id]], dtype=np.int64),
            values=np.zeros((1, len(COMPONENTS)), dtype=np.int64),
            by_connector=False,
        )
    week_min = week_start_min(network, week)
    waits = gate_waits(network, week_min)
    reach = place_reach(network, place)
    product = Product(load_unit=load.load_unit, n_units=load.n_units, storage_dm3=0)
    rates = cost_tables(network).rates
    found: list[tuple[int, tuple[int, ...]]] = []
    for facility, metres, minutes in zip(
        reach.facilities.tolist(),
        reach.distance_m.tolist(),
        reach.duration_min.tolist(),
        strict=True,
    ):
        fen = point_connector_fen(
            network,
            place,
            facility,
            metres,
            departs_min=week_min,
            product=product,
            gross_kg=load.gross_kg,
            volume_dm3=load.volume_dm3 if load.load_unit == LOOSE else 0,
        )
        wait = int(waits[facility]) if inbound else 0
        if fen == NOT_SOLD or wait == NEVER or not carries(network, load, Mode.ROAD):
            continue
        emitted = grams(rates.connector(place.country, metres), load.gross_kg)
        found.append((facility, _values(fen, minutes + wait, metres, emitted)))
    return PlaceEnds(
        facilities=np.array([facility for facility, _ in found], dtype=np.int64),
        values=np.array([values for _, values in found], dtype=np.int64).reshape(
            -1, len(COMPONENTS)
        ),
        by_connector=True,
    )


def _values(cost_fen: int, time_min: int, distance_m: int, co2e_g: int) -> tuple[int, ...]:
    by_column = {COST: cost_fen, TIME: time_min, DISTANCE: distance_m, CO2E: co2e_g}
    return tuple(by_column[column] for column in range(len(COMPONENTS)))
