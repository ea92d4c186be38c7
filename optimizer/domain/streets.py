"""A local street network: what trucks may use on the first and last kilometres."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HIGHWAY_RANKS = (
    ("motorway", "motorway_link"),
    ("trunk", "trunk_link"),
    ("primary", "primary_link"),
    ("secondary", "secondary_link"),
    ("tertiary", "tertiary_link"),
    ("unclassified", "residential", "living_street", "service", "road"),
)
"""OpenStreetMap's classes of roads by importance; the position is the rank."""

MAIN_RANK = 4
"""Roads up to this rank carry through traffic: they join a patch to the road graph."""

RANK_OF_HIGHWAY = {name: rank for rank, group in enumerate(HIGHWAY_RANKS) for name in group}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetPatch:
    """
    Streets of one place as arrays; every node can be reached from every other one, at the latest
    by way of the road graph outside.

    Parameters
    ----------
    name
        What it is called in files and lists: lower case, digits and hyphens.
    source
        Where it comes from: the name of a file, or the place and the server.
    country
        ISO 3166 alpha-2 code; picks the row of truck speeds.
    gross_kg
        Mass of the truck that roads must bear; those with a lower limit were left out.
    lat_deg, lon_deg
        (n_nodes,) float64, degrees.
    rank
        (n_nodes,) int8, best rank of the roads at a node, an index into :data:`HIGHWAY_RANKS`.
    rim
        (n_nodes,) bool. Here the extract was cut through a road that goes on.
    tail, head
        (n_arcs,) int32, nodes. One-way streets have one arc. Sorted by (tail, head).
    length_m
        (n_arcs,) int32, metres, at least 1.
    drive_s
        (n_arcs,) int32, seconds of a truck in free flow, at least 1.
    counts
        What was read and what was left out, by a readable name.
    """

    name: str
    source: str
    country: str
    gross_kg: int
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    rank: NDArray[np.int8]
    rim: NDArray[np.bool_]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.int32]
    drive_s: NDArray[np.int32]
    counts: dict[str, int]

    @property
    def n_nodes(self) -> int:
        """Number of crossings, ends and rim nodes."""
        return len(self.lat_deg)

    @property
    def n_arcs(self) -> int:
        """Number of directed streets."""
        return len(self.tail)

    @property
    def content_hash(self) -> str:
        """SHA-256 in hexadecimal over the arrays."""
        digest = hashlib.sha256()
        for array in self.arrays().values():
            digest.update(array.tobytes())
        return digest.hexdigest()

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """All arrays by field name."""
        return {
            "lat_deg": self.lat_deg,
            "lon_deg": self.lon_deg,
            "rank": self.rank,
            "rim": self.rim,
            "tail": self.tail,
            "head": self.head,
            "length_m": self.length_m,
            "drive_s": self.drive_s,
        }
