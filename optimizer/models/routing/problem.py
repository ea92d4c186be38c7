"""One shipment as arrays: where it may start, clear customs and end, and what it may buy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.costs.events import declaration_fen, inspection_fen, n_own_units
from optimizer.costs.tables import MODES, CostTables, LegPrices, cost_tables
from optimizer.domain.border import ANY
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place, Shipment
from optimizer.kernels.arrays import Ints, Prices
from optimizer.models.routing.room import fits
from optimizer.network.clearances import clearance_min
from optimizer.network.durations import quantile_min
from optimizer.network.network import UNREACHED, Network

MAX_OWN_UNITS = 20
MAX_TYPES_A_GROUP = 3
"""Load-unit types tried among those that ride the same modes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Which hard rules hold; all of them, except while a reason is looked for."""

    latest: bool = True
    booking: bool = True
    closed_crossings: bool = True
    crossing_modes: bool = True
    export_modes: bool = True
    import_modes: bool = True
    cargo_classes: bool = True
    refrigeration: bool = True
    prices: bool = True
    capacity: bool = True


ALL_RULES = Rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """
    How a shipment may travel: loose, or in a number of load units of its own.

    Parameters
    ----------
    storage_dm3
        Volume that pays storage while it waits between legs.
    """

    load_unit: str
    n_units: int
    storage_dm3: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """
    A shipment against a network, apart from the product.

    Parameters
    ----------
    quantile
        Of uncertain durations.
    ready_min, booked_min, due_min, latest_min
        Clock minutes; ``UNREACHED`` where there is no due or latest time.
    dwell_min
        (n_places,) at crossings, for the shipment's customs mode.
    export_min, import_min
        (n_facilities,) duration of clearance, -1 where it is not possible.
    allowed
        (n_offers,) bool: customs mode, status and cargo class, whatever the product.
    inspection_fen
        (n_offers,) expected price of inspections on the way.
    """

    network: Network
    tables: CostTables
    shipment: Shipment
    quantile: float
    rules: Rules
    is_international: bool
    ready_min: int
    booked_min: int
    due_min: int
    latest_min: int
    dwell_min: Ints
    export_min: Ints
    import_min: Ints
    declaration_fen: int
    allowed: NDArray[np.bool_]
    inspection_fen: Ints

    def prices(self, product: Product) -> tuple[LegPrices, Prices]:
        """
        What a product costs: lines by row, and the arrays that the kernel takes.

        The kernel's cost of a row includes expected inspections.
        """
        network, tables, shipment = self.network, self.tables, self.shipment
        if product.load_unit == LOOSE:
            legs = tables.loose_prices(shipment.gross_kg, shipment.volume_dm3)
            total = legs.total_fen
        else:
            legs = tables.unit_prices(product.load_unit)
            total = legs.total_fen * product.n_units
        carried = (network.offer_units & network.unit_bits[product.load_unit]) != 0
        open_offers = self.allowed & carried
        if self.rules.capacity:
            open_offers &= fits(
                network,
                product.load_unit,
                product.n_units,
                gross_kg=shipment.gross_kg,
                volume_dm3=shipment.volume_dm3,
            )
        sold = legs.sold if self.rules.prices else np.ones_like(legs.sold)
        cost = np.where(
            sold & open_offers[tables.row_offer],
            np.where(legs.sold, total, 0) + self.inspection_fen[tables.row_offer],
            -1,
        )
        return legs, Prices(
            row_first=tables.row_first,
            row_from_min=tables.row_from_min,
            cost_fen=cost,
            co2e_g=tables.co2e_g(shipment.gross_kg),
            risk_mnp=no_risk(network),
        )


@lru_cache(maxsize=8)
def no_risk(network: Network) -> Ints:
    """(n_offers,) zeros: risk is no criterion."""
    return np.zeros(len(network.offers), dtype=np.int64)


def build_request(
    network: Network, shipment: Shipment, *, quantile: float, rules: Rules = ALL_RULES
) -> Request:
    """The request of a shipment."""
    data = network.data
    home, target = (
        data.territory(shipment.origin.country),
        data.territory(shipment.destination.country),
    )
    mode = shipment.customs_mode
    return Request(
        network=network,
        tables=cost_tables(network),
        shipment=shipment,
        quantile=quantile,
        rules=rules,
        is_international=home != target,
        ready_min=network.minute(shipment.ready_at),
        booked_min=network.minute(shipment.booked_at) if rules.booking else -UNREACHED,
        due_min=UNREACHED if shipment.due_at is None else network.minute(shipment.due_at),
        latest_min=(
            UNREACHED
            if shipment.latest_at is None or not rules.latest
            else network.minute(shipment.latest_at)
        ),
        dwell_min=crossing_dwell(network, mode, quantile),
        export_min=clearance_table(
            network, (home, "export", mode if rules.export_modes else ANY), quantile
        ),
        import_min=clearance_table(
            network, (target, "import", mode if rules.import_modes else ANY), quantile
        ),
        declaration_fen=declaration_fen(data, mode) if mode in data.customs_modes else 0,
        allowed=_allowed(network, shipment, rules),
        inspection_fen=_inspections(network, shipment),
    )


def _allowed(network: Network, shipment: Shipment, rules: Rules) -> NDArray[np.bool_]:
    allowed = np.ones(len(network.offers), dtype=bool)
    if rules.cargo_classes:
        allowed &= (network.offer_cargo & network.cargo_bits.get(shipment.cargo_class, 0)) != 0
    if rules.closed_crossings:
        allowed &= ~network.offer_closed
    if rules.crossing_modes:
        # A domestic shipment needs no mode; the kernel keeps it from crossing at all.
        bit = network.customs_bits.get(shipment.customs_mode, 0)
        has_border = network.n_passed > 0
        allowed &= ~has_border | ((network.offer_customs & bit) != 0)
    return allowed


def _inspections(network: Network, shipment: Shipment) -> Ints:
    price = inspection_fen(network.data, shipment.credit_class)
    by_mode = np.array([price.get(mode, 0) for mode in MODES], dtype=np.int64)
    return cost_tables(network).n_crossings @ by_mode


@lru_cache(maxsize=64)
def crossing_dwell(network: Network, customs_mode: str, quantile: float) -> Ints:
    """(n_places,) minutes at crossings for a customs mode; 0 at facilities."""
    dwell = np.zeros(network.n_facilities + len(network.crossing_ids), dtype=np.int64)
    for at, crossing in enumerate(network.data.crossings.values()):
        dwell[network.n_facilities + at] = quantile_min(crossing.dwell_for(customs_mode), quantile)
    return dwell


@lru_cache(maxsize=256)
def clearance_table(network: Network, what: tuple[str, str, str], quantile: float) -> Ints:
    """
    Minutes of clearance at every facility.

    Parameters
    ----------
    what
        Territory, ``export`` or ``import``, and customs mode; ``ANY`` for whether or not a facility
        offers the mode.

    Returns
    -------
    (n_facilities,)
        -1 where it is not offered.
    """
    territory, direction, customs_mode = what
    data = network.data
    by_country: dict[str, int] = {}
    minutes = np.full(network.n_facilities, -1, dtype=np.int64)
    for at, facility in enumerate(data.facilities.values()):
        if data.territory(facility.country) != territory:
            continue
        if customs_mode not in {ANY, *facility.customs_modes}:
            continue
        if facility.country not in by_country:
            by_country[facility.country] = clearance_min(
                network.clearance_rows, facility.country, direction, customs_mode, quantile
            )
        minutes[at] = by_country[facility.country]
    return minutes


def products_of(network: Network, shipment: Shipment, rules: Rules = ALL_RULES) -> list[Product]:
    """
    Ways to travel that are worth a search: loose first, then own load units.

    Of the types that ride the same modes, the three that fill best; refrigerated ones only for
    cargo that needs them, and for such cargo no others.
    """
    cargo = network.data.cargo_classes.get(shipment.cargo_class)
    cold = cargo is not None and cargo.refrigerated and rules.refrigeration
    products = [Product(load_unit=LOOSE, n_units=0, storage_dm3=shipment.volume_dm3)]
    groups: dict[frozenset[str], list[Product]] = {}
    for unit in network.data.load_units.values():
        n_units = n_own_units(unit, shipment.gross_kg, shipment.volume_dm3)
        if unit.refrigerated != cold or not 0 < n_units <= MAX_OWN_UNITS:
            continue
        groups.setdefault(frozenset(unit.modes), []).append(
            Product(load_unit=unit.code, n_units=n_units, storage_dm3=unit.usable_dm3 * n_units)
        )
    for group in groups.values():
        group.sort(key=lambda product: (product.storage_dm3, product.load_unit))
        products.extend(group[:MAX_TYPES_A_GROUP])
    return products


def zone_of(network: Network, place: Place, other_facility: int) -> str:
    """Zone whose dates hold at a place: a point has that of the facility at the other end."""
    facility_id = place.facility_id or network.facility_ids[other_facility]
    return network.data.facilities[facility_id].timezone
