"""Everything that can be wrong with the arrays of a network design, found at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from optimizer.models.consolidation.network_design import NetworkDesign

_MAX_SHOWN = 5
_MAX_MINUTE = 2**30
_MAX_AMOUNT = 2**40
_MAX_TOTAL = 2**62
"""Products and sums stay below this, so that int64 cannot overflow."""

_FAMILIES = {
    "node": ("node_free_min", "node_hold_fen_per_kg", "node_hold_fen_per_dm3"),
    "arc": ("arc_tail", "arc_head", "arc_travel_min", "arc_fen_per_kg"),
    "option": ("option_arc", "option_fen", "option_kg", "option_dm3", "option_max_units"),
    "departure": ("departure_arc", "departure_min", "departure_min_units"),
    "commodity": (
        *("commodity_origin", "commodity_destination", "commodity_kg", "commodity_dm3"),
        *("commodity_pool", "commodity_release_min", "commodity_due_min", "commodity_latest_min"),
        *("commodity_late_fen_per_hour", "commodity_must_serve", "commodity_may_split"),
        "commodity_unserved_fen",
    ),
    "forbidden": ("forbidden_commodity", "forbidden_arc"),
    "resource": ("resource_capacity",),
    "draw": ("draw_resource", "draw_option", "draw_from_min", "draw_until_min", "draw_amount"),
}
_AMOUNTS = (
    *("node_free_min", "node_hold_fen_per_kg", "node_hold_fen_per_dm3", "arc_travel_min"),
    *("arc_fen_per_kg", "option_fen", "option_kg", "option_dm3", "option_max_units"),
    *("departure_min_units", "commodity_dm3", "commodity_late_fen_per_hour"),
    *("commodity_unserved_fen", "resource_capacity", "draw_amount"),
)
_MINUTES = (
    *("departure_min", "commodity_release_min", "commodity_due_min", "commodity_latest_min"),
    *("draw_from_min", "draw_until_min"),
)


def find_defects(design: NetworkDesign) -> list[str]:
    """
    One sentence for every defect; an empty list if the instance can be solved.

    Ranges are only looked at when all shapes are right.
    """
    return _wrong_shapes(design) or [
        *_out_of_range(design),
        *_wrong_references(design),
        *_wrong_order(design),
        *_wrong_commodities(design),
        *_repeated_departures(design),
        *_overflowing(design),
    ]


def _wrong_shapes(design: NetworkDesign) -> list[str]:
    sizes = {
        "node": len(design.node_names),
        "commodity": len(design.commodity_ids),
        "resource": len(design.resource_names),
    }
    found = []
    for family, names in _FAMILIES.items():
        size = sizes.get(family, len(getattr(design, names[0])))
        for name in names:
            value = getattr(design, name)
            if value.ndim != 1 or len(value) != size:
                found.append(f"{name} has shape {value.shape}, not ({size},)")
    return found


def _out_of_range(design: NetworkDesign) -> list[str]:
    found = []
    for names, low, high in ((_AMOUNTS, 0, _MAX_AMOUNT), (_MINUTES, -_MAX_MINUTE, _MAX_MINUTE)):
        for name in names:
            value = getattr(design, name)
            wrong = (value < low) | (value > high)
            if bool(np.any(wrong)):
                found.append(f"{name} is outside {low}..{high} at {_places(wrong)}")
    wrong = (design.commodity_kg <= 0) | (design.commodity_kg > _MAX_AMOUNT)
    if bool(np.any(wrong)):
        found.append(f"commodity_kg is outside 1..{_MAX_AMOUNT} at {_places(wrong)}")
    wrong = design.option_kg == 0
    if bool(np.any(wrong)):
        found.append(f"option_kg is 0, so that nothing fits, at {_places(wrong)}")
    wrong = design.arc_travel_min > _MAX_MINUTE
    if bool(np.any(wrong)):
        found.append(f"arc_travel_min is above {_MAX_MINUTE} at {_places(wrong)}")
    return found


def _wrong_references(design: NetworkDesign) -> list[str]:
    found = []
    for name, size in (
        ("arc_tail", design.n_nodes),
        ("arc_head", design.n_nodes),
        ("option_arc", design.n_arcs),
        ("departure_arc", design.n_arcs),
        ("commodity_origin", design.n_nodes),
        ("commodity_destination", design.n_nodes),
        ("forbidden_commodity", design.n_commodities),
        ("forbidden_arc", design.n_arcs),
        ("draw_resource", design.n_resources),
        ("draw_option", design.n_options),
    ):
        value = getattr(design, name)
        wrong = (value < 0) | (value >= size)
        if bool(np.any(wrong)):
            found.append(f"{name} points outside 0..{size - 1} at {_places(wrong)}")
    return found


def _wrong_order(design: NetworkDesign) -> list[str]:
    found = []
    for before, after in (
        ("commodity_release_min", "commodity_latest_min"),
        ("commodity_due_min", "commodity_latest_min"),
        ("draw_from_min", "draw_until_min"),
    ):
        wrong = getattr(design, before) > getattr(design, after)
        if bool(np.any(wrong)):
            found.append(f"{before} is after {after} at {_places(wrong)}")
    return found


def _wrong_commodities(design: NetworkDesign) -> list[str]:
    found = []
    wrong = design.commodity_origin == design.commodity_destination
    if bool(np.any(wrong)):
        found.append(f"commodities start where they end at {_places(wrong)}")
    ids, counts = np.unique(np.array(design.commodity_ids, dtype=object), return_counts=True)
    if bool(np.any(counts > 1)):
        found.append(f"commodity_ids repeat: {', '.join(ids[counts > 1][:_MAX_SHOWN])}")
    return found


def _repeated_departures(design: NetworkDesign) -> list[str]:
    pairs = np.stack((design.departure_arc.astype(np.int64), design.departure_min), axis=1)
    values, counts = np.unique(pairs, axis=0, return_counts=True)
    if not bool(np.any(counts > 1)):
        return []
    return [f"arcs depart twice at one minute: {values[counts > 1][:_MAX_SHOWN].tolist()}"]


def _overflowing(design: NetworkDesign) -> list[str]:
    """Whether costs of all commodities on all arcs could leave int64; told in Python integers."""
    kg = sum(design.commodity_kg.tolist())
    most = sum(design.arc_fen_per_kg.tolist()) * kg
    units = [-(-kg // capacity) if capacity else 0 for capacity in design.option_kg.tolist()]
    most += sum(fen * count for fen, count in zip(design.option_fen.tolist(), units, strict=True))
    most += sum(design.commodity_unserved_fen.tolist())
    return [f"costs may add up to {most}, above {_MAX_TOTAL}"] if most > _MAX_TOTAL else []


def _places(mask: npt.NDArray[np.bool_]) -> list[int]:
    return np.flatnonzero(mask)[:_MAX_SHOWN].tolist()
