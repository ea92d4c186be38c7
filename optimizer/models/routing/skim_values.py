"""What every arc of the network without clocks costs a load: money, mean time, metres, CO2e."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.costs.events import declaration_fen, inspection_fen
from optimizer.costs.tables import MODES, cost_tables
from optimizer.domain.border import ANY
from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from optimizer.domain.skim import SkimLoad
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.problem import clearance_table, crossing_dwell
from optimizer.models.routing.room import fits
from optimizer.network.network import Network
from optimizer.network.skim_graph import EXPORT, IMPORT, SkimGraph, skim_graph
from optimizer.network.skim_times import NEVER, offer_times, week_start_min
from optimizer.network.skims import CO2E, COMPONENTS, COST, DISTANCE, TIME, ArcValues
from optimizer.units import MFEN_PER_FEN


@dataclass(frozen=True, slots=True, kw_only=True)
class SkimRules:
    """Hard rules of skims; all hold, except while a reason is looked for."""

    closed_crossings: bool = True
    crossing_modes: bool = True
    export_modes: bool = True
    import_modes: bool = True
    cargo_classes: bool = True
    load_units: bool = True
    prices: bool = True
    capacity: bool = True
    times: bool = True
    modes: bool = True


ALL_RULES = SkimRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferValues:
    """
    Offers for one load.

    Parameters
    ----------
    values
        (n_offers, 4) by ``network.skims.COMPONENTS``.
    is_open
        (n_offers,) bool.
    is_sold
        (n_offers,) open, or open but for a mean time: what a clock may use.
    """

    values: Ints
    is_open: NDArray[np.bool_]
    is_sold: NDArray[np.bool_]


@lru_cache(maxsize=64)
def arc_values(
    network: Network,
    load: SkimLoad,
    week: date,
    without: frozenset[Mode] = frozenset(),
    rules: SkimRules = ALL_RULES,
) -> ArcValues:
    """
    Values of all arcs of ``skim_graph(network)``.

    Parameters
    ----------
    week
        Monday of the week that times are averaged over; prices are those of its first day.
    without
        Modes of line haul that may not be used; connectors are no line haul.
    """
    graph = skim_graph(network)
    offers = offer_values(network, load, week, without, rules)
    export_min, import_min = clearances(network, load, rules)
    fee = declaration_fen(network.data, load.customs_mode)
    values = np.zeros((graph.n_arcs, len(COMPONENTS)), dtype=np.int64)
    is_open = np.ones(graph.n_arcs, dtype=bool)
    by_offer = graph.made_by >= 0
    values[by_offer] = offers.values[graph.made_by[by_offer]]
    is_open[by_offer] = offers.is_open[graph.made_by[by_offer]]
    for made_by, minutes in ((EXPORT, export_min), (IMPORT, import_min)):
        _clear(graph, graph.made_by == made_by, minutes, fee, values, is_open)
    return ArcValues(values=values, is_open=is_open)


def _clear(  # noqa: PLR0917  two buffers
    graph: SkimGraph,
    here: NDArray[np.bool_],
    minutes: Ints,
    fee_fen: int,
    values: Ints,
    is_open: NDArray[np.bool_],
) -> None:
    of_arc = minutes[graph.facility[here]]
    is_open[here] = of_arc >= 0
    values[here, TIME] = np.maximum(of_arc, 0)
    values[here, COST] = fee_fen


def offer_values(
    network: Network,
    load: SkimLoad,
    week: date,
    without: frozenset[Mode] = frozenset(),
    rules: SkimRules = ALL_RULES,
) -> OfferValues:
    """
    Values of all offers: rules C1, C2, C4, C5 and E1, and the mean times of the week.

    The money of an offer is its price with handling, borders and surcharges, expected inspections,
    and the storage that waiting for it costs on average.
    """
    tables = cost_tables(network)
    week_min = week_start_min(network, week)
    quantile = network.data.parameters["planning_quantile"]
    dwell = crossing_dwell(network, load.customs_mode, quantile)
    times = offer_times(network, week_min, tuple(dwell.tolist()))
    rows = _rows_on(tables.row_first, tables.row_from_min, week_min)
    if load.load_unit == LOOSE:
        legs = tables.loose_prices(load.gross_kg, load.volume_dm3)
        price, stored_dm3 = legs.total_fen[rows], load.volume_dm3
    else:
        legs = tables.unit_prices(load.load_unit)
        price = legs.total_fen[rows] * load.n_units
        stored_dm3 = network.data.load_units[load.load_unit].usable_dm3 * load.n_units
    by_mode = inspection_fen(network.data, load.credit_class)
    inspected = tables.n_crossings @ np.array([by_mode.get(mode, 0) for mode in MODES])
    values = np.empty((len(network.offers), len(COMPONENTS)), dtype=np.int64)
    values[:, COST] = (
        np.where(legs.sold[rows], price, 0)
        + inspected
        + _storage_fen(network, times.storage_days, times.n_ready, stored_dm3)
    )
    values[:, TIME] = np.maximum(times.minutes, 0)
    values[:, DISTANCE] = tables.distance_m[rows]
    values[:, CO2E] = tables.co2e_g(load.gross_kg)
    is_open = _allowed(network, load, without, rules)
    if rules.prices:
        # What a carrier does not take has no price either; that is one obstacle and not two.
        taken = (network.offer_units & network.unit_bits[load.load_unit]) != 0
        is_open &= legs.sold[rows] | (not rules.load_units and ~taken)
    runs = times.minutes != NEVER
    return OfferValues(
        values=values, is_open=is_open & runs if rules.times else is_open, is_sold=is_open
    )


def _rows_on(row_first: Ints, row_from_min: Ints, minute: int) -> Ints:
    """(n_offers,) row of prices that holds at a minute."""
    past = np.concatenate(([0], np.cumsum(row_from_min <= minute)))
    n_past = past[row_first[1:]] - past[row_first[:-1]]
    return row_first[:-1] + np.maximum(n_past - 1, 0)


def _storage_fen(network: Network, days: Ints, n_ready: Ints, stored_dm3: int) -> Ints:
    """(n_offers,) mean storage before departure, rounded half up."""
    tails = np.array([offer.tail for offer in network.offers], dtype=np.int64)
    mfen = network.places.storage_mfen[tails] * stored_dm3 * days
    whole = MFEN_PER_FEN * n_ready
    return (2 * mfen + whole) // (2 * whole)


def _allowed(
    network: Network, load: SkimLoad, without: frozenset[Mode], rules: SkimRules
) -> NDArray[np.bool_]:
    allowed = np.ones(len(network.offers), dtype=bool)
    if rules.cargo_classes:
        allowed &= (network.offer_cargo & network.cargo_bits[load.cargo_class]) != 0
    if rules.load_units:
        allowed &= (network.offer_units & network.unit_bits[load.load_unit]) != 0
    if rules.closed_crossings:
        allowed &= ~network.offer_closed
    if rules.crossing_modes:
        allowed &= (network.n_passed == 0) | (
            (network.offer_customs & network.customs_bits[load.customs_mode]) != 0
        )
    if rules.capacity:
        allowed &= fits(
            network,
            load.load_unit,
            load.n_units,
            gross_kg=load.gross_kg,
            volume_dm3=load.volume_dm3,
        )
        allowed &= np.array([carries(network, load, offer.mode) for offer in network.offers])
    if rules.modes and without:
        allowed &= np.array(
            [not offer.ref or offer.mode not in without for offer in network.offers]
        )
    return allowed


def carries(network: Network, load: SkimLoad, mode: Mode) -> bool:
    """Whether the load units hold the mass in a mode; loose cargo has no units to overload."""
    if load.load_unit == LOOSE:
        return True
    payload_kg = network.data.load_units[load.load_unit].payload_kg.get(mode, 0)
    return payload_kg * load.n_units >= load.gross_kg


def clearances(network: Network, load: SkimLoad, rules: SkimRules = ALL_RULES) -> tuple[Ints, Ints]:
    """(n_facilities,) minutes of export and of import at each facility, -1 where not possible."""
    quantile = network.data.parameters["planning_quantile"]
    territories = {network.data.territory(f.country) for f in network.data.facilities.values()}
    found: list[Ints] = []
    for direction, holds in (("export", rules.export_modes), ("import", rules.import_modes)):
        mode = load.customs_mode if holds else ANY
        minutes = np.full(network.n_facilities, -1, dtype=np.int64)
        for territory in sorted(territories):
            of_territory = clearance_table(network, (territory, direction, mode), quantile)
            minutes = np.maximum(minutes, of_territory)
        found.append(minutes)
    return found[0], found[1]
