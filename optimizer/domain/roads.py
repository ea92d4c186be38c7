"""What connectors know of the roads: a graph as it is read, and distances made of it beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

N_ENTRIES = 4
"""Nodes of the road graph by which a place is entered: its nearest ones."""


class Numbers(Protocol):
    """A one-dimensional array that plain Python can read."""

    def tolist(self) -> list[int] | list[float]:
        """All numbers as a list."""
        ...

    def __len__(self) -> int: ...


class RoadGraph(Protocol):
    """
    Directed roads; fields as in :class:`optimizer.network.roads.RoadNetwork`.

    Nodes have degrees and a country; the arcs of node n are ``first_arc[n]:first_arc[n + 1]``.
    """

    @property
    def lat_deg(self) -> Numbers:
        """(n_nodes,) degrees."""
        ...

    @property
    def lon_deg(self) -> Numbers:
        """(n_nodes,) degrees."""
        ...

    @property
    def country(self) -> Numbers:
        """(n_nodes,) index into ``countries``."""
        ...

    @property
    def countries(self) -> Sequence[str]:
        """ISO 3166 alpha-2 codes."""
        ...

    @property
    def first_arc(self) -> Numbers:
        """(n_nodes + 1,) first arc of a node."""
        ...

    @property
    def head(self) -> Numbers:
        """(n_arcs,) nodes."""
        ...

    @property
    def length_m(self) -> Numbers:
        """(n_arcs,) metres."""
        ...

    @property
    def forbidden(self) -> Numbers:
        """(n_arcs,) whether trucks may never use an arc."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorRoads:
    """
    Roads of the connectors of one network.

    Parameters
    ----------
    pairs_m
        Metres between two facilities, by their ids in the order of the alphabet; made of the graph
        beforehand, so that most questions need no graph. A pair that is not there has no road way.
    load
        The graph, for points; the same object at each call. ``None``: points have no road way.
    """

    pairs_m: Mapping[tuple[str, str], int]
    load: Callable[[], RoadGraph] | None = None

    def between_m(self, one: str, other: str) -> int | None:
        """Metres between two facilities over roads, or ``None``."""
        return self.pairs_m.get((one, other) if one < other else (other, one))
