"""
The part of a road hierarchy that does not change with weights: built once, kept in files.

Nodes of the caller become positions (``kernels/hierarchy.py``). Everything is in flat arrays, so
that a file is mapped into memory and not read.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimizer.kernels import hierarchy as kernels
from optimizer.kernels.sweeps import LANES, LEVEL, PARENT, UP_FROM, UP_TO
from optimizer.network.ordering import nested_dissection, undirected

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

VERSION = 1
"""Of the files; raised when their meaning changes."""
MAX_TRIANGLES = 60_000_000
"""Beyond this the list of triangles (4 bytes each) and new metrics cost more than they save."""


@dataclass(frozen=True, kw_only=True)
class Structure:
    """
    A contraction hierarchy without weights.

    Parameters
    ----------
    position
        (n_nodes,) place of each node, 0 is contracted last.
    parent
        (n_nodes,) elimination tree by position.
    nodes
        (n_nodes, 4) ``sweeps.Tree.nodes``.
    up_first, up_head, up_offset, up_tail
        Up-arcs by tail: heads (the nearest ancestor first), their levels times lanes, tails.
    opposite
        (n_triangles,) third arcs, in the order of customization.
    slot
        (n_arcs,) twice the up-arc of an input arc, plus 1 for down; -1 for loops.
    """

    position: Ints
    parent: Ints
    nodes: Ints
    up_first: Longs
    up_head: Ints
    up_offset: Ints
    up_tail: Ints
    opposite: Ints
    slot: Ints

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.position)

    @cached_property
    def n_levels(self) -> int:
        """Height of the elimination tree."""
        return int(self.nodes[:, LEVEL].max(initial=-1)) + 1


def content_hash(n_nodes: int, tail: Ints, head: Ints) -> str:
    """SHA-256 of the graph and of the version of what is made of it."""
    digest = hashlib.sha256(f"road hierarchy {VERSION} {n_nodes} {len(tail)}".encode())
    digest.update(np.ascontiguousarray(tail).tobytes())
    digest.update(np.ascontiguousarray(head).tobytes())
    return digest.hexdigest()


def build_structure(
    n_nodes: int, tail: Ints, head: Ints, *, max_triangles: int = MAX_TRIANGLES
) -> tuple[Structure | None, int]:
    """
    Contract a graph.

    Returns
    -------
    tuple
        The structure and its number of triangles; no structure where those are too many. Counting
        comes before anything large is allocated.
    """
    first, neighbour = undirected(n_nodes, tail, head)
    order = nested_dissection(first, neighbour)
    rank = np.empty(n_nodes, np.int32)
    rank[order] = np.arange(n_nodes, dtype=np.int32)
    parent_rank = np.empty(n_nodes, np.int32)
    kernels.elimination_parents(first, neighbour, order, rank, parent_rank)
    by_rank = np.empty(n_nodes, np.int32)
    kernels.preorder(parent_rank, by_rank)
    position = by_rank[rank]
    parent = np.empty(n_nodes, np.int32)
    has_parent = parent_rank != kernels.NONE
    parent[by_rank] = kernels.NONE
    parent[by_rank[has_parent]] = by_rank[parent_rank[has_parent]]

    tail_at, head_at = position[tail], position[head]
    first, neighbour = undirected(n_nodes, tail_at, head_at)
    n_up = np.empty(n_nodes, np.int32)
    kernels.completion_sizes(first, neighbour, parent, n_up)
    n_triangles = int((n_up.astype(np.int64) * (n_up.astype(np.int64) - 1) // 2).sum())
    if n_triangles > max_triangles:
        return None, n_triangles
    up_first = np.zeros(n_nodes + 1, np.int64)
    np.cumsum(n_up, out=up_first[1:])
    up_head = np.empty(up_first[-1], np.int32)
    kernels.complete(first, neighbour, parent, up_first, up_head)
    opposite = np.empty(n_triangles, np.int32)
    kernels.triangles(up_first, up_head, opposite)
    level = np.empty(n_nodes, np.int32)
    kernels.levels(parent, level)
    slot = np.empty(len(tail), np.int32)
    kernels.place_arcs(tail_at, head_at, up_first, up_head, slot)
    nodes = np.empty((n_nodes, 4), np.int32)
    nodes[:, PARENT], nodes[:, LEVEL] = parent, level
    nodes[:, UP_FROM], nodes[:, UP_TO] = up_first[:-1], up_first[1:]
    return Structure(
        position=position,
        parent=parent,
        nodes=nodes,
        up_first=up_first,
        up_head=up_head,
        up_offset=level[up_head] * np.int32(LANES),
        up_tail=np.repeat(np.arange(n_nodes, dtype=np.int32), n_up),
        opposite=opposite,
        slot=slot,
    ), n_triangles


def save(structure: Structure, folder: Path) -> None:
    """One ``.npy`` file a field. The folder appears complete or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        whole = Path(unfinished) / folder.name
        whole.mkdir()
        for field in fields(structure):
            np.save(whole / f"{field.name}.npy", getattr(structure, field.name))
        try:
            whole.replace(folder)
        except OSError:
            # Another process was first: its files say the same. Anything else shows on reading.
            if not folder.is_dir():
                raise


def load(folder: Path) -> Structure | None:
    """Map the files of ``save`` into memory; ``None`` where they are missing or not readable."""
    arrays: dict[str, NDArray[np.int32]] = {}
    for field in fields(Structure):
        try:
            # Copy on write: the arrays count as writable, for which the kernels are compiled.
            mapped = np.load(folder / f"{field.name}.npy", mmap_mode="c", allow_pickle=False)
        except (OSError, ValueError):
            return None
        arrays[field.name] = np.asarray(mapped)
    return Structure(**arrays)  # pyright: ignore[reportArgumentType]  up_first is int64
