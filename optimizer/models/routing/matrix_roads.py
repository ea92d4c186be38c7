"""Matrices over the road and railway graphs: door to door without any timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimizer.costs.events import declaration_fen
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place
from optimizer.domain.skim import MICRO as MICRO_WEIGHT
from optimizer.domain.skim import MatrixQuery, SkimMode
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.matrix_result import NOTHING, MatrixResult
from optimizer.models.routing.matrix_store import content_hash, epoch_of
from optimizer.models.routing.matrix_zones import aggregate, members_of
from optimizer.models.routing.road_values import (
    BORDER_FEN,
    BORDER_MIN,
    DRIVE,
    EMITTED,
    HAUL,
    METRES,
    MICRO,
    RoadValues,
    haul_fen,
    road_values,
)
from optimizer.network.clearances import clearance_min, clearance_rows
from optimizer.network.connectors import ConnectorRules
from optimizer.network.skim_roads import RoadGraph, road_graph, sums_between, whole_weights
from optimizer.network.skims import CO2E, COMPONENTS, COST, DISTANCE, TIME
from optimizer.units import MFEN_PER_FEN, MINUTES_PER_HOUR, round_half_up_div

SECONDS_PER_MINUTE = 60
MAX_ACCESS_M = 100_000
"""A place farther from the graph than this is not on it."""
_REASONS = (
    ("U801", "the place is not within 100 km of the graph, or no terminal of this mode"),
    ("U802", "the graph does not join the two places"),
    ("U804", "every way uses a border that is closed or that the tables do not know"),
    ("U803", "customs offers no clearance under {customs} in one of the two countries"),
    ("U807", "no rate card for {unit} by road is valid at the origin"),
    ("U811", "the load does not ride by road: {unit}"),
)
_NOT_HERE, _NO_WAY, _CLOSED, _NO_CLEARANCE, _NO_CARD, _NOT_BY_ROAD = range(len(_REASONS))
_NOTES = {
    SkimMode.ROAD: (
        "direct haul by one truck with one driver, at the cards of connectors of the countries on "
        "the way; rests after each longest driving time; borders with their mean wait",
    ),
    SkimMode.RAIL: (
        "path of a goods train over the railway graph, electric traction, from terminal to "
        "terminal; no tariffs, so no money; no timetable",
    ),
}


def graph_hash(mode: SkimMode) -> str:
    """Content hash of the graph of a mode."""
    return road_graph(mode.value).roads.content_hash


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Snapped:
    """Places on the graph: node (-1 where not), and metres to it."""

    node: Ints
    access_m: Ints


def road_matrix(data: NetworkData, query: MatrixQuery) -> MatrixResult:
    """
    A matrix of direct hauls.

    Time is driving at truck speeds, rests of one driver, the mean stay at borders, clearance at
    both ends of an international haul, and the fixed time of a short road move. Money is the haul,
    borders and declarations.
    """
    graph = road_graph(query.mode.value)
    rows, columns = members_of(query.origins), members_of(query.destinations)
    generalized_fen, components, reason = _between(data, graph, query, rows.places, columns.places)
    words = {"customs": query.load.customs_mode, "unit": query.load.load_unit}
    return MatrixResult(
        query=query,
        cells=aggregate(generalized_fen, components, reason, rows, columns, query.zone_rule),
        reasons=tuple((code, text.format(**words)) for code, text in _REASONS),
        content_hash=content_hash(query, data.fingerprint, graph.roads.content_hash),
        data_fingerprint=data.fingerprint,
        used_road_data=True,
        epoch_at=epoch_of(query),
        notes=_NOTES[query.mode],
    )


def _between(
    data: NetworkData,
    graph: RoadGraph,
    query: MatrixQuery,
    rows: Sequence[Place],
    columns: Sequence[Place],
) -> tuple[Ints, Ints, Ints]:
    values = road_values(data, graph.roads, query)
    tails, heads = (_snap(data, graph, query, places) for places in (rows, columns))
    sums = {
        is_domestic: _sums(graph, query, values, tails, heads, is_domestic=is_domestic)
        for is_domestic in (False, True)
    }
    shape = (len(rows), len(columns))
    generalized = np.full(shape, NOTHING, dtype=np.int64)
    components = np.full((*shape, len(COMPONENTS)), NOTHING, dtype=np.int64)
    reason = np.full(shape, NOTHING, dtype=np.int64)
    cell = _Cell(data, query, values)
    for i, origin in enumerate(rows):
        for j, destination in enumerate(columns):
            is_domestic = data.territory(origin.country) == data.territory(destination.country)
            found = sums[is_domestic][i, j]
            problem = cell.problem(
                origin, destination, tails.node[i], heads.node[j], found, is_domestic=is_domestic
            )
            if problem != NOTHING:
                reason[i, j] = problem
                continue
            access_m = 0 if origin == destination else int(tails.access_m[i] + heads.access_m[j])
            attributes = cell.components(
                origin, destination, found, access_m, is_domestic=is_domestic
            )
            components[i, j] = attributes
            generalized[i, j] = cell.generalized_fen(attributes)
    return generalized, components, reason


def _snap(
    data: NetworkData, graph: RoadGraph, query: MatrixQuery, places: Sequence[Place]
) -> _Snapped:
    nodes, access_m = graph.snap([place.lat for place in places], [place.lon for place in places])
    usable = access_m <= MAX_ACCESS_M
    if query.mode is SkimMode.RAIL:
        usable &= np.array(
            [
                bool(place.facility_id) and Mode.RAIL in data.facilities[place.facility_id].modes
                for place in places
            ]
        )
    rules = ConnectorRules.of(data)
    by_road = [
        rules.distance_m(float(metres), place.country)
        for metres, place in zip(access_m.tolist(), places, strict=True)
    ]
    return _Snapped(
        node=np.where(usable, nodes, NOTHING).astype(np.int64),
        access_m=np.array(by_road, dtype=np.int64),
    )


def _sums(
    graph: RoadGraph,
    query: MatrixQuery,
    values: RoadValues,
    tails: _Snapped,
    heads: _Snapped,
    *,
    is_domestic: bool,
) -> Ints:
    of_cost, of_time, of_co2e = (weight / MICRO_WEIGHT for weight in query.weights.micro_fen)
    columns = values.values.astype(np.float64).T
    exact = (
        of_cost * (columns[HAUL] / (MICRO * MFEN_PER_FEN) + columns[BORDER_FEN])
        + of_time * (columns[DRIVE] / SECONDS_PER_MINUTE + columns[BORDER_MIN])
        + of_co2e * columns[EMITTED] / MICRO
    )
    closed = values.closed | values.is_border if is_domestic else values.closed
    weights = whole_weights(exact, graph.roads.length_m, closed)[graph.arcs]
    on_graph = np.maximum(tails.node, 0), np.maximum(heads.node, 0)
    return sums_between(graph, weights, values.values[graph.arcs], *on_graph)


class _Cell:
    """Attributes of one haul from sums along its way."""

    def __init__(self, data: NetworkData, query: MatrixQuery, values: RoadValues) -> None:
        self.data, self.query, self.values = data, query, values
        self.rules = ConnectorRules.of(data)
        self.clearances = clearance_rows(data)
        self.quantile = data.parameters["planning_quantile"]
        self.fee_fen = declaration_fen(data, query.load.customs_mode)
        load = query.load
        self.rides = load.load_unit == LOOSE or (
            data.load_units[load.load_unit].payload_kg.get(Mode(query.mode.value), 0) * load.n_units
            >= load.gross_kg
        )

    def problem(
        self,
        origin: Place,
        destination: Place,
        tail: int,
        head: int,
        found: Ints,
        *,
        is_domestic: bool,
    ) -> int:
        """Position of the reason why there is no haul, or -1."""
        if not self.rides:
            return _NOT_BY_ROAD
        if NOTHING in (tail, head):
            return _NOT_HERE
        if found[METRES] == NOTHING:
            return _NO_WAY if is_domestic else _CLOSED
        if not is_domestic and NOTHING in self._clearance_min(origin, destination):
            return _NO_CLEARANCE
        if self.query.mode is SkimMode.ROAD and self.values.tariffs.get(origin.country) is None:
            return _NO_CARD
        return NOTHING

    def _clearance_min(self, origin: Place, destination: Place) -> tuple[int, int]:
        mode = self.query.load.customs_mode
        ends = ((origin.country, "export"), (destination.country, "import"))
        export_min, import_min = (
            clearance_min(self.clearances, country, direction, mode, self.quantile)
            for country, direction in ends
        )
        return export_min, import_min

    def components(
        self,
        origin: Place,
        destination: Place,
        found: Ints,
        access_m: int,
        *,
        is_domestic: bool,
    ) -> list[int]:
        """Attributes by ``network.skims.COMPONENTS``; money -1 where there is no tariff."""
        if origin == destination:
            return [0] * len(COMPONENTS)
        drive = Fraction(int(found[DRIVE]), SECONDS_PER_MINUTE)
        drive += Fraction(access_m * MINUTES_PER_HOUR) / (self.rules.speed_km_per_h * 1000)
        drive_min = -(-drive.numerator // drive.denominator)
        attributes = [0] * len(COMPONENTS)
        attributes[DISTANCE] = int(found[METRES]) + access_m
        attributes[TIME] = drive_min + int(found[BORDER_MIN])
        attributes[COST] = NOTHING
        per_m = Fraction(int(found[EMITTED]), max(1, int(found[METRES])))
        emitted = int(found[EMITTED]) + round(per_m * access_m)
        attributes[CO2E] = round_half_up_div(emitted, MICRO)
        tariff = self.values.tariffs.get(origin.country)
        if tariff is not None:
            attributes[TIME] += self._rests_min(drive_min) + self.rules.fixed_min
            micro_mfen = int(found[HAUL]) + tariff.micro_mfen_per_m * access_m
            attributes[COST] = haul_fen(tariff, micro_mfen) + int(found[BORDER_FEN])
        if not is_domestic:
            attributes[TIME] += sum(self._clearance_min(origin, destination))
            if tariff is not None:
                attributes[COST] += 2 * self.fee_fen
        return attributes

    def _rests_min(self, drive_min: int) -> int:
        """Rests of one driver: rule T5, borders apart."""
        longest = round(self.data.parameters["driver_max_drive_min"])
        return (max(1, drive_min) - 1) // longest * round(self.data.parameters["driver_rest_min"])

    def generalized_fen(self, attributes: Sequence[int]) -> int:
        """Generalized cost of the whole, rounded half up."""
        of_cost, of_time, of_co2e = self.query.weights.micro_fen
        money = max(0, attributes[COST])
        exact = money * of_cost + attributes[TIME] * of_time + attributes[CO2E] * of_co2e
        return round_half_up_div(exact, MICRO_WEIGHT)
