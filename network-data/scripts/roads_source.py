"""
Graphs of the package ``scgraph_data`` as arrays, read as text.

The package keeps OpenStreetMap roads and railways as Python literals. They are parsed, never
imported: importing needs another package and three times the memory.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

PACKAGE = "scgraph_data"
FILES = {"road": "world_highways.py", "rail": "world_railways.py"}

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGraph:
    """
    Undirected graph.

    Attributes
    ----------
    lat_deg, lon_deg
        (n_nodes,) float64, degrees.
    tail, head
        (n_edges,) int64, node indices, ``tail < head``, sorted, no duplicates.
    length_m
        (n_edges,) int64, metres.
    """

    lat_deg: FloatArray
    lon_deg: FloatArray
    tail: IntArray
    head: IntArray
    length_m: IntArray

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.lat_deg)


def find_file(mode: str) -> Path:
    """
    Path of the graph of a mode inside the installed package.

    Raises
    ------
    FileNotFoundError
        The package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"{PACKAGE} is not installed: it belongs to the group 'dev'")
    return Path(next(iter(spec.submodule_search_locations))) / FILES[mode]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _numbers(text: str, unwanted: str) -> FloatArray:
    cleaned = text.translate(str.maketrans(unwanted, " " * len(unwanted)))
    return np.array(cleaned.split(), dtype=np.float64)


def parse(text: str) -> SourceGraph:
    """
    Graph from the text of a module with the lines ``graph=[{head: km, ...}, ...]`` and ``nodes=``.

    Both directions of a connection are there in the source; the shorter length counts. Loops go.

    Raises
    ------
    ValueError
        A line is missing, or the numbers do not add up.
    """
    lines = {line.partition("=")[0].strip(): line.partition("=")[2] for line in text.split("\n")}
    if not {"graph", "nodes"} <= set(lines):
        raise ValueError("no lines 'graph=' and 'nodes=' in the source")
    rows = lines["graph"].strip().strip("[]").split("}")[:-1]
    degree = np.array([row.count(":") for row in rows], dtype=np.int64)
    flat = _numbers(" ".join(rows), "{},:").reshape(-1, 2)
    points = _numbers(lines["nodes"], "[],").reshape(-1, 2)
    if len(flat) != degree.sum() or len(points) != len(rows):
        raise ValueError("graph and nodes of the source differ in number")
    ends = np.repeat(np.arange(len(rows)), degree), flat[:, 0].astype(np.int64)
    length_m = np.maximum(np.rint(flat[:, 1] * 1000).astype(np.int64), 1)
    tail, head, length_m = unique_edges(np.minimum(*ends), np.maximum(*ends), length_m)
    return SourceGraph(
        lat_deg=points[:, 0].copy(),
        lon_deg=points[:, 1].copy(),
        tail=tail,
        head=head,
        length_m=length_m,
    )


def unique_edges(
    tail: IntArray, head: IntArray, length_m: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Edges sorted by (tail, head); of equal ones the shortest stays, loops go."""
    order = np.lexsort((length_m, head, tail))
    tail, head, length_m = tail[order], head[order], length_m[order]
    is_new = np.ones(len(tail), dtype=bool)
    is_new[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    is_new &= tail != head
    return tail[is_new], head[is_new], length_m[is_new]


def load(mode: str, path: Path | None = None) -> SourceGraph:
    """Graph of mode ``road`` or ``rail``, from the installed package or from ``path``."""
    return parse((path or find_file(mode)).read_text(encoding="utf-8"))
