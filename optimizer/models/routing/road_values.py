"""What arcs of the road and railway graphs cost a load: tariffs by country, borders, CO2e."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.costs.events import inspection_fen
from optimizer.costs.price_book import PriceBook, card_scopes
from optimizer.domain.border import ANY, BorderStatus, Crossing
from optimizer.domain.hours import WeeklyHours
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.domain.skim import MatrixQuery, SkimLoad, SkimMode
from optimizer.domain.tariff import RateCard
from optimizer.kernels.arrays import Ints
from optimizer.network.durations import quantile_min
from optimizer.network.roads import RoadNetwork
from optimizer.network.skim_times import WEEK_MIN
from optimizer.units import MFEN_PER_FEN, MINUTES_PER_DAY, chargeable_kg, round_half_up_div

HAUL, DRIVE, METRES, EMITTED, BORDER_FEN, BORDER_MIN = range(6)
"""Columns of summed values: micro-mfen, seconds, metres, micrograms, fen, minutes."""
N_VALUES = 6
MICRO = 1_000_000
TRACTION = {SkimMode.ROAD: "truck", SkimMode.RAIL: "electric"}
MODE = {SkimMode.ROAD: Mode.ROAD, SkimMode.RAIL: Mode.RAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """
    Price of a road haul: rules C1 and C2 with the cards of connectors, country by country.

    Parameters
    ----------
    fixed_mfen, minimum_mfen
        Of the country that the haul starts in.
    micro_mfen_per_m
        Milli-fen per metre, in millionths.
    multiple
        Load units paid for.
    """

    fixed_mfen: int
    minimum_mfen: int
    micro_mfen_per_m: int
    multiple: int


def tariff_of(book: PriceBook, country: str, load: SkimLoad, week: date) -> Tariff | None:
    """Tariff of a country on a date, or ``None`` where no card holds."""
    card = book.card(card_scopes("", country), load.load_unit, week)
    if card is None:
        return None
    if load.load_unit != LOOSE:
        return Tariff(
            fixed_mfen=card.fixed_mfen,
            minimum_mfen=card.minimum_mfen,
            micro_mfen_per_m=card.per_km_mfen * (MICRO // 1000),
            multiple=load.n_units,
        )
    taken_kg = chargeable_kg(load.gross_kg, load.volume_dm3, card.volumetric_kg_per_m3)
    return Tariff(
        fixed_mfen=card.fixed_mfen + _by_break_mfen(card, taken_kg),
        minimum_mfen=card.minimum_mfen,
        # Milli-fen per tonne and kilometre are millionths per kilogram and metre.
        micro_mfen_per_m=card.per_km_mfen * (MICRO // 1000) + card.per_tkm_mfen * taken_kg,
        multiple=1,
    )


def _by_break_mfen(card: RateCard, taken_kg: int) -> int:
    return min((one.mfen_per_kg * max(taken_kg, one.from_kg) for one in card.breaks), default=0)


def haul_fen(tariff: Tariff, micro_mfen: int) -> int:
    """Price of a haul whose metres were summed up country by country."""
    base = max(tariff.minimum_mfen * MICRO, tariff.fixed_mfen * MICRO + micro_mfen)
    return tariff.multiple * round_half_up_div(base, MFEN_PER_FEN * MICRO)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadValues:
    """
    A graph for one load.

    Parameters
    ----------
    values
        (n_arcs, 6) by the columns of this module.
    closed
        (n_arcs,) arcs that an international load may not use.
    is_border
        (n_arcs,) arcs that leave a customs territory: closed for domestic loads.
    tariffs
        By country; on the railway graph all are missing.
    """

    values: Ints
    closed: NDArray[np.bool_]
    is_border: NDArray[np.bool_]
    tariffs: dict[str, Tariff | None]


def road_values(data: NetworkData, roads: RoadNetwork, query: MatrixQuery) -> RoadValues:
    """
    Values of all arcs.

    A border is passed only where the tables know it, it is not closed, and it offers the customs
    mode; borders inside a customs territory are none. Its time is the dwell and the mean wait for
    its hours.
    """
    load = query.load
    book = PriceBook(data)
    values = np.zeros((roads.n_arcs, N_VALUES), dtype=np.int64)
    length = roads.length_m.astype(np.int64)
    tail_country, head_country = roads.country[roads.tail], roads.country[roads.head]
    by_road = query.mode is SkimMode.ROAD
    tariffs = {
        code: tariff_of(book, code, load, query.week) if by_road else None
        for code in roads.countries
    }
    per_m = [0 if one is None else one.micro_mfen_per_m for one in tariffs.values()]
    grams = [_micro_g_per_m(data, query.mode, code, load) for code in roads.countries]
    values[:, HAUL] = np.array(per_m, dtype=np.int64)[tail_country] * length
    values[:, EMITTED] = np.array(grams, dtype=np.int64)[tail_country] * length
    values[:, DRIVE] = roads.drive_s
    values[:, METRES] = length
    closed = roads.closed()
    territory = np.array([data.territory(code) for code in roads.countries])
    is_border = territory[tail_country] != territory[head_country]
    for arc in np.flatnonzero(is_border).tolist():
        crossing = crossing_at(
            data,
            roads,
            int(roads.crossing[arc]),
            roads.countries[tail_country[arc]],
            roads.countries[head_country[arc]],
        )
        if crossing is None or not _may_pass(crossing, load):
            closed[arc] = True
            continue
        values[arc, BORDER_FEN] = _border_fen(data, crossing, load)
        values[arc, BORDER_MIN] = _border_min(data, crossing, load)
    return RoadValues(values=values, closed=closed, is_border=is_border, tariffs=tariffs)


def crossing_at(
    data: NetworkData, roads: RoadNetwork, border: int, from_country: str, to_country: str
) -> Crossing | None:
    """The crossing that an arc between two countries is, or ``None`` where the tables have none."""
    if border < 0:
        return None
    return data.crossings.get(f"{roads.crossings[border]}:{from_country}-{to_country}")


def _may_pass(crossing: Crossing, load: SkimLoad) -> bool:
    return (
        crossing.status is not BorderStatus.CLOSED and load.customs_mode in crossing.customs_modes
    )


def _border_fen(data: NetworkData, crossing: Crossing, load: SkimLoad) -> int:
    if load.load_unit == LOOSE:
        paid = round_half_up_div(crossing.loose_cost_mfen_per_kg * load.gross_kg, MFEN_PER_FEN)
    else:
        paid = load.n_units * round_half_up_div(crossing.unit_cost_mfen, MFEN_PER_FEN)
    return paid + inspection_fen(data, load.credit_class).get(crossing.mode, 0)


def _border_min(data: NetworkData, crossing: Crossing, load: SkimLoad) -> int:
    dwell = quantile_min(
        crossing.dwell_for(load.customs_mode), data.parameters["planning_quantile"]
    )
    return dwell + mean_opening_wait_min(crossing.hours)


@lru_cache(maxsize=256)
def mean_opening_wait_min(hours: WeeklyHours) -> int:
    """Mean minutes until a place is open over all minutes of a week, rounded half up."""
    is_open = np.zeros(WEEK_MIN, dtype=bool)
    for weekday, opens, closes in hours.intervals:
        is_open[weekday * MINUTES_PER_DAY + opens : weekday * MINUTES_PER_DAY + closes] = True
    opened = np.flatnonzero(is_open)
    if not len(opened):
        return WEEK_MIN
    minutes = np.arange(WEEK_MIN)
    following = np.append(opened, opened[0] + WEEK_MIN)[np.searchsorted(opened, minutes)]
    return round_half_up_div(int((following - minutes).sum()), WEEK_MIN)


def _micro_g_per_m(data: NetworkData, mode: SkimMode, country: str, load: SkimLoad) -> int:
    """Micrograms of CO2e per metre: rule E1 with the factor of long hauls, without hubs."""
    for place in (country, ANY):
        for factor in data.emission_factors:
            if (factor.mode, factor.traction, factor.country) == (
                MODE[mode],
                TRACTION[mode],
                place,
            ):
                # Grams per tonne and kilometre are micrograms per kilogram and metre.
                return round(factor.g_per_tkm * load.gross_kg)
    return 0
