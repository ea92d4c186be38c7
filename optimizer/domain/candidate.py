"""Candidate warehouses and yearly demand: what a location study is asked with."""

from __future__ import annotations

from dataclasses import dataclass

CLASSES = ("bonded", "normal")
"""Stock that never shares capacity: in bond, and in free circulation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLevel:
    """
    One size of a candidate warehouse.

    Parameters
    ----------
    level
        1 and up; 0 is closed and has no row.
    capacity_t
        Tonnes a year by class, in the order of ``CLASSES``.
    fixed_fen, opening_fen, closing_fen
        A year of holding the level; building it from nothing; giving it up.
    throughput_fen_per_t
        Handling in the warehouse.
    supplied_from
        Facility that its stock comes from; empty if stock begins here.
    is_held
        Whether this is the level before the first year.
    """

    facility_id: str
    level: int
    capacity_t: tuple[int, int]
    fixed_fen: int
    opening_fen: int
    closing_fen: int
    throughput_fen_per_t: int
    supplied_from: str
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDemand:
    """Tonnes of a class that a facility's market asks for in the year before the first period."""

    facility_id: str
    stock_class: str
    t_per_year: int
