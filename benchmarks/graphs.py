"""Graphs of the matrix benchmark: roads or rails of ``scgraph_data``, or a file of the user's."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

METRES_PER_KM = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Directed arcs with integer weights; coordinates in degrees, zero where unknown."""

    name: str
    n_nodes: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    weight: NDArray[np.int64]
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]


def load_graph(name: str) -> Graph:
    """
    ``world_highways``, ``world_railways``, or an ``.npz`` file.

    A file holds ``n``, ``tail``, ``head``, ``weight`` and perhaps ``lat``, ``lon``. Of the named
    graphs the largest strongly connected component is taken, with weights in whole metres.
    """
    if name.endswith(".npz"):
        with np.load(name) as file:
            n = int(file["n"])
            zeros = np.zeros(n)
            return Graph(
                name=Path(name).stem,
                n_nodes=n,
                tail=file["tail"].astype(np.int32),
                head=file["head"].astype(np.int32),
                weight=file["weight"].astype(np.int64),
                lat_deg=file.get("lat", zeros),
                lon_deg=file.get("lon", zeros),
            )
    return _largest_component(name, *_read_scgraph(name))


def _read_scgraph(name: str) -> tuple[list[dict[int, float]], list[list[float]]]:
    """Arcs and places of a data module, whichever version of scgraph is there."""

    class Record:
        def __init__(self, graph: object, nodes: object) -> None:
            self.graph, self.nodes = graph, nodes

    # The data modules import a class by an address that newer scgraph has given up.
    stand_in = ModuleType("scgraph.core")
    stand_in.GeoGraph = Record  # pyright: ignore[reportAttributeAccessIssue]
    before = sys.modules.get("scgraph.core")
    sys.modules["scgraph.core"] = stand_in
    try:
        module = __import__(f"scgraph_data.{name}", fromlist=[name])
    finally:
        if before is None:
            del sys.modules["scgraph.core"]
        else:
            sys.modules["scgraph.core"] = before
    record = getattr(module, f"{name}_geograph")
    return record.graph, record.nodes


def _largest_component(name: str, graph: list[dict[int, float]], nodes: list[list[float]]) -> Graph:
    n_out = [len(arcs) for arcs in graph]
    tail = np.repeat(np.arange(len(graph)), n_out)
    head = np.fromiter((node for arcs in graph for node in arcs), np.int64, sum(n_out))
    weight_km = np.fromiter((km for arcs in graph for km in arcs.values()), float, sum(n_out))
    matrix = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(len(graph),) * 2)
    _, component = connected_components(matrix, connection="strong")
    kept = component == np.bincount(component).argmax()
    number = np.cumsum(kept) - 1
    inside = kept[tail] & kept[head]
    places = np.array(nodes)[kept]
    return Graph(
        name=name,
        n_nodes=int(kept.sum()),
        tail=number[tail[inside]].astype(np.int32),
        head=number[head[inside]].astype(np.int32),
        weight=np.rint(weight_km[inside] * METRES_PER_KM).astype(np.int64),
        lat_deg=places[:, 0],
        lon_deg=places[:, 1],
    )
