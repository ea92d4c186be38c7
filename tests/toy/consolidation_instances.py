"""Consolidation problems for tests: tiny unstructured ones, and corridors that look like the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimizer.models.consolidation.problem import Problem

DAY_MIN = 1_440


@dataclass
class Draft:
    """Rows of a problem while it grows."""

    shipments: list[tuple[str, int, int, int, bool]] = field(default_factory=list)
    buckets: list[str] = field(default_factory=list)
    options: list[tuple[int, str, int, int, int, int, list[tuple[int, int]]]] = field(
        default_factory=list
    )
    columns: list[tuple[int, int, list[int], list[tuple[int, int]]]] = field(default_factory=list)
    resources: list[tuple[str, int]] = field(default_factory=list)

    def problem(self) -> Problem:
        """The arrays."""
        self.columns.sort(key=lambda column: column[0])
        ids, kg, dm3, unserved, split = zip(*self.shipments, strict=True)
        bucket_ptr = np.cumsum([0, *(len(column[2]) for column in self.columns)])
        draws = [draw for column in self.columns for draw in column[3]]
        option_draws = [draw for option in self.options for draw in option[6]]
        return Problem.build(
            shipment_ids=ids,
            bucket_names=self.buckets,
            option_names=[option[1] for option in self.options],
            resource_names=[name for name, _ in self.resources],
            kg=kg,
            dm3=dm3,
            unserved_fen=unserved,
            may_split=split,
            col_shipment=[column[0] for column in self.columns],
            col_fen=[column[1] for column in self.columns],
            col_bucket_ptr=bucket_ptr,
            col_bucket=[bucket for column in self.columns for bucket in column[2]],
            col_draw_ptr=np.cumsum([0, *(len(column[3]) for column in self.columns)]),
            col_draw_resource=[resource for resource, _ in draws],
            col_draw_amount=[amount for _, amount in draws],
            option_bucket=[option[0] for option in self.options],
            option_fen=[option[2] for option in self.options],
            option_kg=[option[3] for option in self.options],
            option_dm3=[option[4] for option in self.options],
            option_max_units=[option[5] for option in self.options],
            option_draw_ptr=np.cumsum([0, *(len(option[6]) for option in self.options)]),
            option_draw_resource=[resource for resource, _ in option_draws],
            option_draw_amount=[amount for _, amount in option_draws],
            resource_capacity=[capacity for _, capacity in self.resources],
        )


def two_departures() -> Problem:
    """
    Three shipments, a Monday and a Thursday train, one 20GP and one 40HQ type, one TEU limit.

    The 20GP takes 10 t and 30 m3 for 1000 yuan, the 40HQ 20 t and 70 m3 for 1600. All three
    shipments (6 t and 18 m3, 5 t and 20 m3, 8 t and 25 m3) fit one 40HQ on Monday: own costs
    100 + 120 + 90, together 1910 yuan.
    """
    draft = Draft()
    draft.shipments = [
        ("s1", 6_000, 18_000, 900_000, False),
        ("s2", 5_000, 20_000, 900_000, False),
        ("s3", 8_000, 25_000, 900_000, False),
    ]
    draft.buckets = ["monday", "thursday"]
    draft.resources = [("monday:teu", 200), ("thursday:teu", 100)]
    for b in (0, 1):
        draft.options.append(
            (b, f"{draft.buckets[b]}:20GP", 100_000, 10_000, 30_000, 2, [(b, 100)])
        )
        draft.options.append(
            (b, f"{draft.buckets[b]}:40HQ", 160_000, 20_000, 70_000, 1, [(b, 200)])
        )
    draft.columns = [
        (0, 10_000, [0], []),
        (0, 12_000, [1], []),
        (0, 130_000, [], [(0, 100)]),
        (1, 12_000, [0], []),
        (1, 11_000, [1], []),
        (1, 15_000, [0, 1], []),
        (2, 9_000, [0], []),
    ]
    return draft.problem()


def tiny(seed: int, n_shipments: int = 4) -> Problem:
    """
    An unstructured problem, small enough to enumerate: up to three buckets, mixed types.

    At most one shipment may be cut, so that the enumeration can decide every packing.
    """
    rng = np.random.default_rng(seed)
    n_split = 0
    draft = Draft()
    n_buckets = int(rng.integers(1, 4))
    n_resources = int(rng.integers(0, 3))
    draft.resources = [(f"r{r}", int(rng.integers(1, 7))) for r in range(n_resources)]

    def draws(share: float) -> list[tuple[int, int]]:
        return [(r, int(rng.integers(1, 4))) for r in range(n_resources) if rng.random() < share]

    for b in range(n_buckets):
        draft.buckets.append(f"b{b}")
        for o in range(int(rng.integers(1, 3))):
            size = int(rng.integers(4, 13))
            option = (
                b,
                f"b{b}o{o}",
                int(rng.integers(20, 60) + 4 * size),
                size,
                int(size * rng.integers(2, 5)),
                int(rng.integers(1, 3)),
                draws(0.4),
            )
            draft.options.append(option)
    for k in range(n_shipments):
        kg = int(rng.integers(1, 9)) if rng.random() < 0.8 else int(rng.integers(8, 20))
        split = kg > 6 and n_split == 0 and bool(rng.random() < 0.8)
        n_split += split
        draft.shipments.append(
            (f"s{k}", kg, int(kg * rng.integers(1, 5)), int(rng.integers(60, 200)), split)
        )
        for b in range(n_buckets):
            if rng.random() < 0.75:
                draft.columns.append((k, int(rng.integers(0, 25)), [b], draws(0.2)))
        if n_buckets > 1 and rng.random() < 0.4:
            pair = [int(b) for b in rng.permutation(n_buckets)[:2]]
            draft.columns.append((k, int(rng.integers(0, 10)), pair, []))
        if rng.random() < 0.5:
            draft.columns.append((k, int(rng.integers(25, 90)), [], draws(0.5)))
    return draft.problem()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorSize:
    """How much of everything a corridor has."""

    n_shipments: int = 500
    n_origins: int = 3
    n_gateways: int = 4
    n_destinations: int = 6
    n_days: int = 14
    n_pools: int = 2
    tightness: float = 1.0
    """Above 1 resources bind harder."""


@dataclass(frozen=True, slots=True)
class _Lane:
    origin: int
    destination: int
    mode: str
    km: float
    hours: float
    days: tuple[int, ...]


# type, payload kg, usable dm3, fixed yuan, yuan per km, TEU hundredths
_UNITS = {
    "road": (("T76", 14_000, 42_000, 400, 4.6), ("T96", 18_000, 55_000, 500, 5.4),
             ("T136", 30_000, 85_000, 700, 7.4)),
    "rail": (("20GP", 21_500, 29_000, 1_500, 2.3), ("40GP", 26_000, 58_000, 2_100, 3.3),
             ("40HQ", 26_000, 67_000, 2_200, 3.5)),
    "air": (("AKE", 1_500, 3_900, 600, 6.0), ("PMC", 5_000, 11_000, 1_500, 17.0)),
}  # fmt: skip
_TEU_C = {"20GP": 100, "40GP": 200, "40HQ": 200, "T76": 1, "T96": 1, "T136": 1, "AKE": 1, "PMC": 2}
_LOOSE_YUAN_PER_T_KM = {"road": 0.95, "rail": 0.55, "air": 9.0}


def corridor(seed: int = 1, size: CorridorSize | None = None) -> Problem:
    """
    Origin hubs, gateways and destinations joined by trucks, trains and flights.

    Lane departures run over ``n_days``; every shipment may catch the departures that leave after
    it is ready and arrive before its latest time, directly or re-consolidated at a gateway, or
    travel alone: loose by mass, or in load units of its own. Prices per unit have economies of
    scale, most shipments are well under half a unit, and trains, flights and trucks are limited.
    """
    return _Corridor(np.random.default_rng(seed), size or CorridorSize()).draft().problem()


class _Corridor:
    def __init__(self, rng: np.random.Generator, size: CorridorSize) -> None:
        self.rng, self.size, self.out = rng, size, Draft()
        self.resources: dict[str, int] = {}
        self.bucket_of: dict[tuple[int, int, int], int] = {}
        n_hubs = size.n_origins + size.n_gateways + size.n_destinations
        self.xy = np.empty((n_hubs, 2))
        self.xy[: size.n_origins] = rng.normal([0, 0], [150, 150], (size.n_origins, 2))
        middle = slice(size.n_origins, size.n_origins + size.n_gateways)
        self.xy[middle] = rng.normal([500, 0], [80, 350], (size.n_gateways, 2))
        far = slice(size.n_origins + size.n_gateways, n_hubs)
        self.xy[far] = rng.normal([1_300, 0], [300, 500], (size.n_destinations, 2))
        self.lanes = self._lanes()

    def _resource(self, name: str, capacity: int) -> int:
        if name not in self.resources:
            self.resources[name] = len(self.out.resources)
            self.out.resources.append((name, int(capacity)))
        return self.resources[name]

    def _lanes(self) -> list[_Lane]:
        size, rng, lanes = self.size, self.rng, []
        origins = range(size.n_origins)
        gateways = range(size.n_origins, size.n_origins + size.n_gateways)
        far = range(size.n_origins + size.n_gateways, len(self.xy))
        speed = {"road": 45.0, "rail": 40.0, "air": 600.0}

        def add(i: int, j: int, mode: str, share: float) -> None:
            if rng.random() < share:
                km = float(np.hypot(*(self.xy[i] - self.xy[j]))) * (1.0 if mode == "air" else 1.3)
                every = {"road": 1, "rail": int(rng.integers(2, 4)), "air": int(rng.integers(1, 4))}
                days = tuple(range(int(rng.integers(0, every[mode])), size.n_days, every[mode]))
                lanes.append(_Lane(i, j, mode, km, km / speed[mode] + 12, days))

        for i in origins:
            for j in gateways:
                add(i, j, "road", 0.8)
                add(i, j, "rail", 0.4)
            for j in far:
                add(i, j, "road", 0.6)
                add(i, j, "rail", 0.6)
                add(i, j, "air", 0.7)
        for i in gateways:
            for j in far:
                add(i, j, "road", 0.6)
        return lanes

    def draft(self) -> Draft:
        for k in range(self.size.n_shipments):
            self._shipment(k)
        return self.out

    def _bucket(self, lane_index: int, day: int, pool: int) -> int:
        key = (lane_index, day, pool)
        if key in self.bucket_of:
            return self.bucket_of[key]
        lane = self.lanes[lane_index]
        b = self.bucket_of[key] = len(self.out.buckets)
        name = f"{lane.origin}-{lane.destination}:{lane.mode}:{day}:{pool}"
        self.out.buckets.append(name)
        for unit, payload, usable, fixed, per_km in _UNITS[lane.mode]:
            fen = int(100 * (fixed + per_km * lane.km))
            draws = self._unit_draws(lane_index, day, unit)
            self.out.options.append((b, f"{name}:{unit}", fen, payload, usable, 20, draws))
        return b

    def _unit_draws(self, index: int, day: int, unit: str, n: int = 1) -> list[tuple[int, int]]:
        lane = self.lanes[index]
        tight = self.size.tightness * 500 / max(100, self.size.n_shipments)
        if lane.mode == "rail":
            teu_c = max(400, int(800 / tight))
            return [(self._resource(f"teu:{index}:{day}", teu_c), n * _TEU_C[unit])]
        if lane.mode == "air":
            positions = max(3, int(8 / tight))
            return [(self._resource(f"pos:{index}:{day}", positions), n * _TEU_C[unit])]
        border = self._resource(f"trucks:{lane.destination}:{day}", max(3, int(12 / tight)))
        return [(border, n)]

    def _own_draws(self, lane: _Lane, index: int, day: int, kg: int) -> list[tuple[int, int]]:
        if lane.mode != "air":
            return []
        return [(self._resource(f"kg:{index}:{day}", 16_000), kg)]

    def _shipment(self, k: int) -> None:
        rng, size = self.rng, self.size
        kg = max(50, int(rng.lognormal(7.2, 1.0)))
        dm3 = max(100, int(kg * rng.lognormal(1.3, 0.45)))
        if rng.random() < 0.02:  # larger than any unit
            kg = int(rng.integers(28_000, 50_000))
            dm3 = int(kg * rng.uniform(1.5, 2.6))
        origin = int(rng.integers(size.n_origins))
        target = size.n_origins + size.n_gateways + int(rng.integers(size.n_destinations))
        ready = float(rng.uniform(0, size.n_days - 4)) * DAY_MIN
        due = ready + float(rng.uniform(3, 7)) * DAY_MIN
        latest = due + 3 * DAY_MIN
        pool = int(rng.integers(size.n_pools))
        late_fen_per_hour = int(kg * rng.uniform(0.5, 5))
        fits = min(unit[1] >= kg and unit[2] >= dm3 for unit in _UNITS["rail"][2:])
        unserved = int(200 * kg * 30) + 2_000_000
        self.out.shipments.append((f"s{k:04d}", kg, dm3, unserved, not fits))

        def own(ready_min: float, departs: float, arrives: float, n_loads: int) -> int:
            wait_days = max(0.0, departs - ready_min - DAY_MIN) / DAY_MIN
            late_h = max(0.0, arrives - due) / 60
            stuffing = 8 * kg * n_loads
            return int(30_000 + stuffing + wait_days * 3 * dm3 + late_h * late_fen_per_hour)

        first = [(a, lane) for a, lane in enumerate(self.lanes) if lane.origin == origin]
        for a, lane in first:
            for day in lane.days:
                departs, arrives = self._times(lane, day)
                if departs < ready + 360:
                    continue
                if lane.destination == target:
                    if arrives > latest:
                        continue
                    bucket = [self._bucket(a, day, pool)]
                    fen = own(ready, departs, arrives, 1)
                    own_draws = self._own_draws(lane, a, day, kg)
                    self.out.columns.append((k, fen, bucket, own_draws))
                    self._alone(k, a, day, kg=kg, dm3=dm3, fen=fen)
                elif departs < ready + 4 * DAY_MIN:
                    ride = (k, a, day, pool)
                    self._via(ride, target, latest, lambda t0, t1: own(ready, t0, t1, 2))

    def _times(self, lane: _Lane, day: int) -> tuple[float, float]:
        departs = day * DAY_MIN + 18 * 60
        return departs, departs + lane.hours * 60

    def _alone(self, k: int, a: int, day: int, *, kg: int, dm3: int, fen: int) -> None:
        lane = self.lanes[a]
        factor = 167 if lane.mode == "air" else 333
        chargeable = max(kg, dm3 * factor // 1000)
        loose = int(100 * _LOOSE_YUAN_PER_T_KM[lane.mode] * chargeable / 1000 * lane.km) + 15_000
        draws = self._own_draws(lane, a, day, kg)
        if lane.mode == "rail":
            teu = -(-dm3 * 100 // 33_000)
            draws = [(self._unit_draws(a, day, "20GP")[0][0], teu)]
        self.out.columns.append((k, fen + loose, [], draws))
        unit, payload, usable, fixed, per_km = _UNITS[lane.mode][-1]
        n = max(-(-kg // payload), -(-dm3 // usable))
        price = n * int(100 * (fixed + per_km * lane.km))
        if price < 3 * loose:
            own_unit = self._unit_draws(a, day, unit, n)
            self.out.columns.append(
                (k, fen + price, [], own_unit + self._own_draws(lane, a, day, kg))
            )

    def _via(
        self,
        first: tuple[int, int, int, int],
        target: int,
        latest: float,
        own: Callable[[float, float], int],
    ) -> None:
        k, a, day, pool = first
        gateway = self.lanes[a].destination
        departs, at_gateway = self._times(self.lanes[a], day)
        for a2, lane2 in enumerate(self.lanes):
            if lane2.origin != gateway or lane2.destination != target:
                continue
            for day2 in lane2.days:
                departs2, arrives2 = self._times(lane2, day2)
                wait_min = departs2 - at_gateway
                if 360 <= wait_min <= 2 * DAY_MIN and arrives2 <= latest:
                    buckets = [self._bucket(a, day, pool), self._bucket(a2, day2, pool)]
                    self.out.columns.append((k, own(departs, arrives2), buckets, []))
