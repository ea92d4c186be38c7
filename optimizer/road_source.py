"""Network data with the roads of its connectors: the shipped graph, a table, street patches."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.datasets.catalog import open_catalog
from optimizer.datasets.connector_table import CONNECTOR_TABLE, read_connector_table
from optimizer.datasets.read import read_network
from optimizer.domain.network_data import NetworkData
from optimizer.domain.roads import ConnectorRoads

if TYPE_CHECKING:
    from optimizer.network.roads import RoadNetwork

ROADS_FILE = Path("derived") / "osm" / "roads.npz"


def read_data(data_dir: Path | None = None) -> NetworkData:
    """
    Read a network data package, with the roads of its connectors.

    Raises
    ------
    DataError, NetworkError
        As :func:`optimizer.datasets.read.read_network`; D117 for a broken table of connectors.
    """
    return with_roads(read_network(data_dir), data_dir)


def with_roads(data: NetworkData, data_dir: Path | None = None) -> NetworkData:
    """
    The same facts with the roads of connectors (rule T6), and their content in the fingerprint.

    Parameters
    ----------
    data
        As it was read.
    data_dir
        Folder it was read from. Its own ``derived/osm/roads.npz`` and ``streets/`` come first; then
        the installed graph and the user's patches hold. The table of facility pairs is only taken
        from the package itself, as it belongs to its facilities.
    """
    from optimizer.datasets.street_store import patch_files

    catalog = open_catalog(data_dir)
    own = catalog.root / ROADS_FILE
    roads_file = own if own.is_file() else open_catalog().root / ROADS_FILE
    patches = patch_files(data_dir) or (patch_files() if data_dir else ())
    digest = hashlib.sha256(data.fingerprint.encode())
    pairs_m: dict[tuple[str, str], int] = {}
    table = catalog.root / CONNECTOR_TABLE
    if table.is_file():
        content = table.read_bytes()
        pairs_m = read_connector_table(content, data.facilities)
        digest.update(hashlib.sha256(content).digest())
    load = None
    if roads_file.is_file():
        stamps = tuple(_stamp(path) for path in (roads_file, *patches))
        for path, _, _ in stamps:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        load = partial(_load, stamps)
    elif not pairs_m:
        return data
    return replace(
        data,
        roads=ConnectorRoads(pairs_m=pairs_m, load=load),
        fingerprint=digest.hexdigest(),
    )


Stamp = tuple[Path, int, int]
"""A file, its size and its time of change: the graph is read again where one of them differs."""


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return path, status.st_size, status.st_mtime_ns


@cache
def _load(stamps: tuple[Stamp, ...]) -> RoadNetwork:
    from optimizer.datasets.street_store import load_patch
    from optimizer.network.roads import load_roads
    from optimizer.network.streets import join_patches

    (roads_file, _, _), *patches = stamps
    roads = load_roads(roads_file)
    return join_patches(roads, (load_patch(path) for path, _, _ in patches)).roads
