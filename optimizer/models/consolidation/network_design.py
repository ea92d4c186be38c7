"""
The network-design form of consolidation: which arcs run load units when, and what rides in them.

Where ``problem.py`` lists complete ways, this form leaves the way through the network open. It
covers three families that are usually told apart:

- *static*: multicommodity capacitated fixed-charge design. All travel times and windows are zero,
  flow may split, an arc is opened at most once (``option_max_units`` 1);
- *flexible*: continuous-time service network design. Arcs without departures are dispatched at any
  minute; commodities stay whole, load units are integer, waiting is free or priced;
- *scheduled*: arcs with departures are dispatched at those minutes only.

An instance may mix flexible and scheduled arcs.

Problem
-------
Commodity k has ``commodity_kg`` and ``commodity_dm3`` to carry from its origin to its destination.
It may leave the origin from ``commodity_release_min`` on; it should arrive by ``commodity_due_min``
(every started hour later costs ``commodity_late_fen_per_hour``) and must by
``commodity_latest_min``. It takes one path, or, if it may split, any shares of its mass and volume
together on several paths; every path has times of its own. It is served whole, or not at all for
``commodity_unserved_fen`` unless it must be served.

A *dispatch* is an arc, a minute and a pool. Commodities that leave on an arc at one minute and
belong to one pool share its load units: their mass is at most ``sum option_kg * units`` and their
volume at most ``sum option_dm3 * units`` over the options of the arc, ``units`` integer. All pools
of one arc and minute take at most ``option_max_units`` of an option. What leaves arc a at t
arrives at ``t + arc_travel_min[a]``, may go on at once and may wait at a node. Waiting costs, for
each started day beyond ``node_free_min``, ``node_hold_fen_per_dm3`` times the volume plus
``node_hold_fen_per_kg`` times the mass; at the destination it is free.

Cost is ``sum option_fen * units + sum arc_fen_per_kg * kg``, holding, lateness and the unserved.

Resource r limits units: each unit of option ``draw_option`` dispatched in minutes
``draw_from_min <= t < draw_until_min`` draws ``draw_amount`` of ``resource_capacity``. One window a
day is a permit quota, one an hour a border's throughput, one minute the slots of a train. A
departure that runs carries at least ``departure_min_units`` load units.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from optimizer.errors import ModelError
from optimizer.models.consolidation.network_design_checks import find_defects

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

UNLIMITED = 2**40
"""Capacity or number of units that never binds; sums of a million stay inside int64."""
FOREVER = 2**30
"""Minute that is later than every other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDesign:
    """
    One instance; see the head of this file for what the fields mean together.

    Sizes: N nodes, A arcs, O options, D departures, K commodities, F forbidden pairs, R resources,
    W draws. Several arcs may join the same nodes. Options and departures may come in any order.

    Parameters
    ----------
    node_names, commodity_ids, resource_names
        N, K and R names, for explanations.
    node_free_min
        (N,) int64, minutes that a commodity waits without charge.
    node_hold_fen_per_kg, node_hold_fen_per_dm3
        (N,) int64, fen per kg (dm3) and started day beyond the free time.
    arc_tail, arc_head
        (A,) int32, nodes.
    arc_travel_min
        (A,) int64, minutes from dispatch to arrival, 0 or more.
    arc_fen_per_kg
        (A,) int64, variable cost of one kg, or of one unit of flow.
    option_arc
        (O,) int32, arc that the load unit may run on. An arc without options carries nothing.
    option_fen
        (O,) int64, fixed cost of one load unit.
    option_kg, option_dm3
        (O,) int64, payload and usable volume of one load unit; ``UNLIMITED`` if it never binds.
    option_max_units
        (O,) int64, most units of one dispatch minute.
    departure_arc, departure_min, departure_min_units
        (D,) int32, int64 and int64: timetabled dispatches of an arc, and the fewest load units with
        which it runs. An arc with no departure is flexible.
    commodity_origin, commodity_destination
        (K,) int32, nodes, different from each other.
    commodity_kg, commodity_dm3
        (K,) int64, mass (or units of flow) above 0, volume from 0.
    commodity_pool
        (K,) int32. Commodities of different pools never share a load unit.
    commodity_release_min, commodity_due_min, commodity_latest_min
        (K,) int64, minutes: may start, should have arrived, must have arrived.
    commodity_late_fen_per_hour
        (K,) int64, fen per started hour after due.
    commodity_must_serve, commodity_may_split
        (K,) bool.
    commodity_unserved_fen
        (K,) int64, price of not serving it; ignored where it must be served.
    forbidden_commodity, forbidden_arc
        (F,) int32 each: commodity may not use arc.
    resource_capacity
        (R,) int64.
    draw_resource, draw_option
        (W,) int32 each.
    draw_from_min, draw_until_min, draw_amount
        (W,) int64: half-open window of dispatch minutes, amount drawn by one unit.
    """

    node_names: tuple[str, ...]
    commodity_ids: tuple[str, ...]
    resource_names: tuple[str, ...]
    node_free_min: LongArray
    node_hold_fen_per_kg: LongArray
    node_hold_fen_per_dm3: LongArray
    arc_tail: IntArray
    arc_head: IntArray
    arc_travel_min: LongArray
    arc_fen_per_kg: LongArray
    option_arc: IntArray
    option_fen: LongArray
    option_kg: LongArray
    option_dm3: LongArray
    option_max_units: LongArray
    departure_arc: IntArray
    departure_min: LongArray
    departure_min_units: LongArray
    commodity_origin: IntArray
    commodity_destination: IntArray
    commodity_kg: LongArray
    commodity_dm3: LongArray
    commodity_pool: IntArray
    commodity_release_min: LongArray
    commodity_due_min: LongArray
    commodity_latest_min: LongArray
    commodity_late_fen_per_hour: LongArray
    commodity_must_serve: BoolArray
    commodity_may_split: BoolArray
    commodity_unserved_fen: LongArray
    forbidden_commodity: IntArray
    forbidden_arc: IntArray
    resource_capacity: LongArray
    draw_resource: IntArray
    draw_option: IntArray
    draw_from_min: LongArray
    draw_until_min: LongArray
    draw_amount: LongArray

    @classmethod
    def build(cls, **arrays: object) -> NetworkDesign:
        """
        Make an instance from lists or arrays of any integer dtype, and validate it.

        Only nodes, arcs, options and the ends and masses of commodities are needed: the rest
        defaults to the static family, where nothing takes time and everything must be served. With
        ``commodity_latest_min`` the due time is that minute too, and conversely.

        Raises
        ------
        ModelError
            With every defect found, one a line: missing, of the wrong shape or out of range.
        """
        missing = [name for name in _NEEDED if name not in arrays]
        unknown = sorted(set(arrays) - {spec.name for spec in fields(cls)})
        if missing or unknown:
            raise ModelError(
                "\n".join(
                    [f"M621 the network design lacks {name}" for name in missing]
                    + [f"M621 the network design does not know {name}" for name in unknown]
                )
            )
        cast: dict[str, object] = {}
        for name, value in {**_defaults(arrays), **arrays}.items():
            if name in _NAMES:
                cast[name] = tuple(str(item) for item in value)  # type: ignore[attr-defined]
            else:
                cast[name] = _as_array(name, value)
        design = cls(**cast)  # type: ignore[arg-type]
        design.validate()
        return design

    @property
    def n_nodes(self) -> int:
        """N."""
        return len(self.node_names)

    @property
    def n_arcs(self) -> int:
        """A."""
        return len(self.arc_tail)

    @property
    def n_options(self) -> int:
        """O."""
        return len(self.option_arc)

    @property
    def n_departures(self) -> int:
        """D."""
        return len(self.departure_arc)

    @property
    def n_commodities(self) -> int:
        """K."""
        return len(self.commodity_ids)

    @property
    def n_resources(self) -> int:
        """R."""
        return len(self.resource_capacity)

    @property
    def is_static(self) -> bool:
        """Whether nothing takes time and nobody can wait: the design is of one moment."""
        return not (
            self.n_departures
            or bool(np.any(self.arc_travel_min))
            or bool(np.any(self.commodity_latest_min != self.commodity_release_min))
            or len(np.unique(self.commodity_release_min)) > 1
        )

    @property
    def is_flexible(self) -> bool:
        """Whether every arc may be dispatched at any minute."""
        return self.n_departures == 0

    def validate(self) -> None:
        """
        Check shapes, ranges and references, all of them before raising.

        Raises
        ------
        ModelError
            With every defect found, one a line.
        """
        defects = find_defects(self)
        if defects:
            raise ModelError("\n".join(f"M622 {defect}" for defect in defects))


_NAMES = ("node_names", "commodity_ids", "resource_names")
_INT32 = {
    *("arc_tail", "arc_head", "option_arc", "departure_arc", "commodity_origin"),
    *("commodity_destination", "commodity_pool", "forbidden_commodity", "forbidden_arc"),
    *("draw_resource", "draw_option"),
}
_BOOL = {"commodity_must_serve", "commodity_may_split"}
_NEEDED = (
    *("node_names", "arc_tail", "arc_head", "option_arc", "option_fen", "option_kg"),
    *("commodity_ids", "commodity_origin", "commodity_destination", "commodity_kg"),
)


def _as_array(name: str, value: object) -> npt.NDArray[np.generic]:
    """One-dimensional array of the field's dtype; numbers that it would change are refused."""
    raw = np.atleast_1d(np.asarray(value))
    dtype = np.int32 if name in _INT32 else np.bool_ if name in _BOOL else np.int64
    with np.errstate(invalid="ignore"):
        cast = np.ascontiguousarray(raw, dtype=dtype) if raw.dtype != object else None
    if cast is None or (len(raw) and not np.array_equal(cast, raw)):
        raise ModelError(f"M621 {name} of the network design holds numbers that are not {dtype}")
    return cast


def _defaults(arrays: dict[str, object]) -> dict[str, object]:
    """Every optional field, for the sizes of the fields that are given."""

    def size(name: str) -> int:
        return len(arrays[name])  # type: ignore[arg-type]

    nodes, n_arcs = size("node_names"), size("arc_tail")
    options, commodities = size("option_arc"), size("commodity_ids")
    latest = arrays.get("commodity_latest_min", arrays.get("commodity_due_min"))
    if latest is None:
        latest = arrays.get("commodity_release_min", np.zeros(commodities, dtype=np.int64))
    given = {
        "resource_names": (),
        **{name: np.zeros(nodes, dtype=np.int64) for name in _OF_NODES},
        "arc_travel_min": np.zeros(n_arcs, dtype=np.int64),
        "arc_fen_per_kg": np.zeros(n_arcs, dtype=np.int64),
        "option_dm3": np.full(options, UNLIMITED),
        "option_max_units": np.full(options, UNLIMITED),
        **{name: np.zeros(commodities, dtype=np.int64) for name in _OF_COMMODITIES},
        "commodity_due_min": arrays.get("commodity_due_min", latest),
        "commodity_latest_min": latest,
        "commodity_must_serve": np.ones(commodities, dtype=np.bool_),
        "commodity_may_split": np.zeros(commodities, dtype=np.bool_),
        **{name: np.empty(0, dtype=np.int64) for name in _MAY_BE_EMPTY},
    }
    if "departure_arc" in arrays:
        given["departure_min_units"] = np.zeros(size("departure_arc"), dtype=np.int64)
    return given


_OF_NODES = ("node_free_min", "node_hold_fen_per_kg", "node_hold_fen_per_dm3")
_OF_COMMODITIES = (
    *("commodity_dm3", "commodity_pool", "commodity_release_min"),
    *("commodity_late_fen_per_hour", "commodity_unserved_fen"),
)
_MAY_BE_EMPTY = (
    *("departure_arc", "departure_min", "departure_min_units", "forbidden_commodity"),
    *("forbidden_arc", "resource_capacity", "draw_resource", "draw_option", "draw_from_min"),
    *("draw_until_min", "draw_amount"),
)
