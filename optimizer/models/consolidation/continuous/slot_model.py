"""The mixed-integer model of ways and of the dispatches that they may join."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.slots import Place, Slots
from optimizer.models.consolidation.continuous.timing import Grouping
from optimizer.models.consolidation.continuous.ways import Way
from optimizer.models.consolidation.network_design import UNLIMITED, NetworkDesign
from optimizer.solvers.linear import INFINITY, Columns, FloatArray, LinearModel, Rows


@dataclass(frozen=True, slots=True)
class Offer:
    """A dispatch that ways may join: when it may leave, what is aboard already, its key."""

    first_min: int
    last_min: int
    kg: int
    dm3: int
    key: tuple[int, ...]


Offers = dict[Place, list[Offer]]
Choice = tuple[int, tuple[tuple[int, ...], ...]]
"""Index of a way, and the key of the offer that it takes at each position."""


def slot_offers(slots: Slots) -> Offers:
    """One empty offer for every slot; keys are (0, slot)."""
    return {
        place: [Offer(*slots.window(place, slot), 0, 0, (0, slot)) for slot in range(len(starts))]
        for place, starts in slots.starts_min.items()
    }


@dataclass(slots=True)
class _Draft:
    """Columns and rows while a model grows."""

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    ptr: list[int] = field(default_factory=lambda: [0])
    col: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)

    def column(self, cost: float, lower: float, upper: float) -> int:
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.cost) - 1

    def row(self, cols: list[int], values: list[float], lower: float, upper: float) -> None:
        self.col.extend(cols)
        self.value.extend(values)
        self.ptr.append(len(self.col))
        self.row_lower.append(lower)
        self.row_upper.append(upper)

    def model(self, offset: float) -> LinearModel:
        n = len(self.cost)
        return LinearModel(
            columns=Columns(
                cost=np.array(self.cost, dtype=np.float64),
                lower=np.array(self.lower, dtype=np.float64),
                upper=np.array(self.upper, dtype=np.float64),
                is_integer=np.ones(n, dtype=np.bool_),
            ),
            rows=Rows(
                ptr=np.array(self.ptr, dtype=np.int64),
                col=np.array(self.col, dtype=np.int32),
                value=np.array(self.value, dtype=np.float64),
                lower=np.array(self.row_lower, dtype=np.float64),
                upper=np.array(self.row_upper, dtype=np.float64),
            ),
            offset=offset,
        )


@dataclass(frozen=True, slots=True)
class _Seat:
    """One offer that a way may take at one position: the column, and how late it makes the way."""

    col: int
    offer: Offer
    from_delay: int
    to_delay: int


@dataclass(frozen=True, slots=True)
class _Joining:
    """Commodities that may join an offer: their columns, mass and volume."""

    cols: dict[int, list[int]]
    kg: dict[int, int]
    dm3: dict[int, int]


@dataclass(slots=True)
class SlotModel:
    """
    A linear model and what its columns mean.

    Parameters
    ----------
    way_col
        Column of each way.
    seats
        For each way and position the seats to choose from.
    unit_cols
        For each place and offer key: (column, option) of its load units.
    """

    linear: LinearModel
    ways: list[Way]
    way_col: list[int]
    seats: list[list[list[_Seat]]]
    unit_cols: dict[tuple[Place, tuple[int, ...]], list[tuple[int, int]]]
    ways_of: dict[int, list[int]]


def build_model(
    design: NetworkDesign, prices: LoadPrices, ways: list[Way], offers: Offers
) -> SlotModel:
    """
    Choose one way for each commodity, an offer for each of its arcs, and load units for offers.

    With the slots of a partition of time as offers this is a relaxation: every real dispatch lies
    in one slot. Rows are, in this order: one way a commodity; one offer a position; no way is
    late for a later offer; whoever rides needs a load unit; load units hold mass and volume.
    """
    draft = _Draft()
    ways_of: dict[int, list[int]] = defaultdict(list)
    for w, way in enumerate(ways):
        ways_of[way.commodity].append(w)
    way_col = [draft.column(float(way.fen), 0.0, 1.0) for way in ways]
    for members in ways_of.values():
        draft.row([way_col[w] for w in members], [1.0] * len(members), 1.0, 1.0)
    seats = [_seats_of(design, draft, way, way_col[w], offers) for w, way in enumerate(ways)]
    joins: dict[tuple[Place, Offer], dict[int, list[int]]] = {}
    for way, positions in zip(ways, seats, strict=True):
        pool = int(design.commodity_pool[way.commodity])
        for arc, choices in zip(way.arcs, positions, strict=True):
            for seat in choices:
                riders = joins.setdefault(((arc, pool), seat.offer), {})
                riders.setdefault(way.commodity, []).append(seat.col)
    unit_cols: dict[tuple[Place, tuple[int, ...]], list[tuple[int, int]]] = {}
    offset = 0.0
    for (place, offer), riders in joins.items():
        offset -= prices.fen(place[0], offer.kg, offer.dm3)
        joining = _Joining(
            cols=riders,
            kg={k: int(design.commodity_kg[k]) for k in riders},
            dm3={k: int(design.commodity_dm3[k]) for k in riders},
        )
        cols, fixed = _define_units(prices, draft, place[0], offer, joining)
        unit_cols[place, offer.key] = cols
        offset += fixed
    return SlotModel(
        linear=draft.model(offset),
        ways=ways,
        way_col=way_col,
        seats=seats,
        unit_cols=unit_cols,
        ways_of=ways_of,
    )


def _seats_of(
    design: NetworkDesign, draft: _Draft, way: Way, col: int, offers: Offers
) -> list[list[_Seat]]:
    """Seats of a way, their columns, and the rows that tie them to the way and to each other."""
    pool = int(design.commodity_pool[way.commodity])
    positions: list[list[_Seat]] = []
    for arc, start in zip(way.arcs, way.starts_min, strict=True):
        end = start + way.slack_min
        open_offers = [
            offer
            for offer in offers.get((arc, pool), ())
            if offer.last_min >= start and offer.first_min <= end
        ]
        if len(open_offers) == 1:
            cols = [col]
        else:
            cols = [draft.column(0.0, 0.0, 1.0) for _ in open_offers]
            draft.row([*cols, col], [1.0] * len(cols) + [-1.0], 0.0, 0.0)
        positions.append(
            [
                _Seat(
                    c, offer, max(offer.first_min, start) - start, min(offer.last_min, end) - start
                )
                for c, offer in zip(cols, open_offers, strict=True)
            ]
        )
    for i in range(len(positions)):
        for later in range(i + 1, len(positions)):
            _define_order(draft, col, positions[i], positions[later])
    return positions


def _define_order(draft: _Draft, col: int, before: list[_Seat], after: list[_Seat]) -> None:
    """
    A way that joined an offer after delay d cannot join a later one that leaves by a delay below d.

    For each such delay h: ``sum_{seats after, to_delay <= h} x + sum_{seats before, from_delay > h}
    x <= z``. Of the h with the same second sum the largest is enough.
    """
    if len(before) == 1 and before[0].from_delay == 0:
        return
    delays = sorted({seat.to_delay for seat in after})
    for at, delay in enumerate(delays):
        too_late = [seat.col for seat in before if seat.from_delay > delay]
        if not too_late:
            return
        if at + 1 < len(delays) and not any(
            delay < seat.from_delay <= delays[at + 1] for seat in before
        ):
            continue
        early = [seat.col for seat in after if seat.to_delay <= delay]
        terms: dict[int, float] = defaultdict(float)
        for c in (*early, *too_late):
            terms[c] += 1.0
        terms[col] -= 1.0
        draft.row(list(terms), list(terms.values()), -INFINITY, 0.0)


def _define_units(
    prices: LoadPrices, draft: _Draft, arc: int, offer: Offer, joining: _Joining
) -> tuple[list[tuple[int, int]], float]:
    """Load units of one offer; their columns, and cost that is there in any case."""
    base_fen = prices.fen(arc, offer.kg, offer.dm3)
    riders, kg, dm3 = joining.cols, joining.kg, joining.dm3
    full_kg, full_dm3 = offer.kg + sum(kg.values()), offer.dm3 + sum(dm3.values())
    if len(riders) == 1 or prices.fen(arc, full_kg, full_dm3) == base_fen:
        for k, cols in riders.items():
            added = prices.fen(arc, offer.kg + kg[k], offer.dm3 + dm3[k]) - base_fen
            for c in cols:
                draft.cost[c] += added
        return [], float(base_fen)
    listed = prices.options[arc]
    if len(listed) > 1:
        return _define_mixed_units(draft, listed, offer, joining), 0.0
    option, fen, unit_kg, unit_dm3 = listed[0]

    def count(mass: int, volume: int) -> int:
        return max(-(-mass // unit_kg), -(-volume // unit_dm3) if volume else 0)

    base, most = count(offer.kg, offer.dm3), count(full_kg, full_dm3)
    units = draft.column(float(fen), float(base), float(most))
    everyone_counts = True
    for k, cols in riders.items():
        more = count(offer.kg + kg[k], offer.dm3 + dm3[k]) - base
        everyone_counts &= more > 0
        if more > 0:
            draft.row([*cols, units], [float(more)] * len(cols) + [-1.0], -INFINITY, float(-base))
    if most > base + 1 or not everyone_counts:
        _define_capacity(draft, riders, kg, [(units, unit_kg)], offer.kg)
        if unit_dm3 < UNLIMITED:
            _define_capacity(draft, riders, dm3, [(units, unit_dm3)], offer.dm3)
    return [(units, option)], 0.0


def _define_capacity(
    draft: _Draft,
    riders: dict[int, list[int]],
    amount: dict[int, int],
    units: list[tuple[int, int]],
    base: int,
) -> None:
    """``sum amount x - sum capacity y <= -base``."""
    cols = [c for listed in riders.values() for c in listed]
    values = [float(amount[k]) for k, listed in riders.items() for _ in listed]
    cols += [c for c, _ in units]
    values += [-float(capacity) for _, capacity in units]
    draft.row(cols, values, -INFINITY, float(-base))


def _define_mixed_units(
    draft: _Draft,
    listed: list[tuple[int, int, int, int]],
    offer: Offer,
    joining: _Joining,
) -> list[tuple[int, int]]:
    """Load units of an offer on an arc with several options."""
    riders, kg, dm3 = joining.cols, joining.kg, joining.dm3
    full_kg = offer.kg + sum(kg.values())
    full_dm3 = offer.dm3 + sum(dm3.values())
    units = []
    for option, fen, unit_kg, unit_dm3 in listed:
        most = -(-full_kg // unit_kg) + (-(-full_dm3 // unit_dm3) if unit_dm3 and full_dm3 else 0)
        units.append((draft.column(float(fen), 0.0, float(most)), option))
    cols = [c for c, _ in units]
    _define_capacity(
        draft, riders, kg, [(c, row[2]) for c, row in zip(cols, listed, strict=True)], offer.kg
    )
    if full_dm3 and min(row[3] for row in listed) < UNLIMITED:
        _define_capacity(
            draft,
            riders,
            dm3,
            [(c, row[3]) for c, row in zip(cols, listed, strict=True)],
            offer.dm3,
        )
    for listed_cols in riders.values():
        draft.row(
            [*listed_cols, *cols],
            [1.0] * len(listed_cols) + [-1.0] * len(cols),
            -INFINITY,
            0.0,
        )
    return units


def read_choices(
    model: SlotModel, values: FloatArray, rng: np.random.Generator | None = None
) -> dict[int, Choice]:
    """
    A way and offer keys for each commodity, from a point of the model.

    Those with the largest values; with ``rng``, drawn with the values as odds.
    """
    noise = rng.exponential(size=len(values)) if rng is not None else np.ones(len(values))
    # The largest of value / exponential noise is a draw with the values as odds.
    odds = (np.maximum(values, 0.0) / noise).tolist()
    choices: dict[int, Choice] = {}
    for k, members in model.ways_of.items():
        w = max(members, key=lambda m: odds[model.way_col[m]])
        keys = tuple(
            max(seats, key=lambda seat: odds[seat.col]).offer.key for seats in model.seats[w]
        )
        choices[k] = (w, keys)
    return choices


def add_choices(
    design: NetworkDesign,
    model: SlotModel,
    choices: dict[int, Choice],
    grouping: Grouping,
    groups: dict[tuple[Place, tuple[int, ...]], int],
) -> None:
    """Put commodities into a grouping, in place; ``groups`` names groups that exist by key."""
    for k, (w, keys) in choices.items():
        way = model.ways[w]
        grouping.ways[k] = way
        for i, (arc, key) in enumerate(zip(way.arcs, keys, strict=True)):
            place = (arc, int(design.commodity_pool[k]))
            group = groups.get((place, key))
            if group is None:
                group = groups[place, key] = grouping.new_group(place)
            grouping.put((k, i), group)


def start_point(
    design: NetworkDesign, prices: LoadPrices, model: SlotModel, choices: dict[int, Choice]
) -> FloatArray | None:
    """Point of the model that takes the choices, or None if one is not among its seats."""
    values = model.linear.columns.lower.copy()
    loads: dict[tuple[Place, Offer], list[int]] = {}
    for k, (w, keys) in choices.items():
        values[model.way_col[w]] = 1.0
        way = model.ways[w]
        for arc, key, seats in zip(way.arcs, keys, model.seats[w], strict=True):
            seat = next((seat for seat in seats if seat.offer.key == key), None)
            if seat is None:
                return None
            values[seat.col] = 1.0
            place = (arc, int(design.commodity_pool[k]))
            load = loads.setdefault((place, seat.offer), [seat.offer.kg, seat.offer.dm3])
            load[0] += int(design.commodity_kg[k])
            load[1] += int(design.commodity_dm3[k])
    for (place, offer), (kg, dm3) in loads.items():
        cols = {option: col for col, option in model.unit_cols[place, offer.key]}
        for option, n in prices.units(place[0], kg, dm3):
            if option in cols:
                values[cols[option]] = float(n)
    return values
