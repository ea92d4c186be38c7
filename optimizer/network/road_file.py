"""
File form of a road or rail network: few bytes, and the same bytes from the same arrays.

An uncompressed ``.npz`` of byte arrays. Every integer array is delta-coded where its neighbours are
alike, split into byte planes and packed with LZMA; the metadata is JSON. Lengths are kept as the
excess over the great circle, which is close to zero for most edges.
"""

from __future__ import annotations

import json
import lzma
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 1
EARTH_M = 6_371_008.8
"""Mean radius of the earth, metres."""

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

_DELTA = ("lat_mdeg", "lon_mdeg", "country", "edge_tail")
_ARRAYS = (*_DELTA, "edge_span", "excess_m", "section", "kind", "crossing", "forbidden", "gauge_mm")
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNetwork:
    """
    Undirected network as it is stored.

    Parameters
    ----------
    lat_mdeg, lon_mdeg
        (n_nodes,) int32, thousandths of a degree.
    country
        (n_nodes,) int32, index into ``countries``.
    tail, head
        (n_edges,) int32, node indices, ``tail < head``, sorted by (tail, head).
    raw_length_m
        (n_edges,) int32, metres before calibration.
    section
        (n_edges,) int32, index into ``sections``: what calibrates the length and gives the speed.
    kind, crossing, forbidden, gauge_mm
        (n_edges,) int32, as in `optimizer.network.roads.RoadNetwork`.
    countries, crossings
        Names.
    sections
        Rows of name, length factor and speed in km/h.
    meta
        What else a reader may want to know: sources, licence, versions.
    """

    lat_mdeg: Int32Array
    lon_mdeg: Int32Array
    country: Int32Array
    tail: Int32Array
    head: Int32Array
    raw_length_m: Int32Array
    section: Int32Array
    kind: Int32Array
    crossing: Int32Array
    forbidden: Int32Array
    gauge_mm: Int32Array
    countries: tuple[str, ...]
    crossings: tuple[str, ...]
    sections: tuple[tuple[str, float, int], ...]
    meta: dict[str, Any]


def great_circle_m(
    lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike, to_lat: npt.ArrayLike, to_lon: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Great-circle metres between points in degrees (haversine)."""
    lat_1, lon_1, lat_2, lon_2 = (np.radians(x) for x in (lat_deg, lon_deg, to_lat, to_lon))
    half = np.sin((lat_2 - lat_1) / 2) ** 2
    half = half + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


def _straight_m(
    lat_mdeg: Int32Array, lon_mdeg: Int32Array, tail: Int32Array, head: Int32Array
) -> Int64Array:
    # Plain arithmetic and a square root, which are the same to the last bit on every machine;
    # library sines are not, and a stored excess must come back exact.
    middle = (lat_mdeg[tail].astype(np.int64) + lat_mdeg[head]) * (np.pi / 360_000)
    square = middle * middle
    cosine = 1 - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56)))
    north = (lat_mdeg[head].astype(np.int64) - lat_mdeg[tail]) * 1.0
    east = (lon_mdeg[head].astype(np.int64) - lon_mdeg[tail]) * cosine
    return np.floor(np.sqrt(north * north + east * east) * 111.195).astype(np.int64)


def _packed(values: Int64Array, *, is_delta: bool) -> npt.NDArray[np.uint8]:
    steps = np.diff(values, prepend=0) if is_delta else values
    zigzag = np.where(steps >= 0, 2 * steps, -2 * steps - 1).astype("<u4")
    planes = zigzag.view(np.uint8).reshape(-1, 4).T
    raw = np.ascontiguousarray(planes).tobytes()
    return np.frombuffer(lzma.compress(raw, format=lzma.FORMAT_XZ, filters=_FILTERS), np.uint8)


def _unpacked(packed: npt.NDArray[np.uint8], *, is_delta: bool) -> Int64Array:
    planes = np.frombuffer(lzma.decompress(packed.tobytes()), np.uint8).reshape(4, -1)
    zigzag = np.ascontiguousarray(planes.T).reshape(-1).view("<u4").astype(np.int64)
    steps = np.where(zigzag % 2 == 0, zigzag // 2, -((zigzag + 1) // 2))
    return np.cumsum(steps) if is_delta else steps


def to_bytes(network: StoredNetwork) -> bytes:
    """
    Content of the file.

    Raises
    ------
    ValueError
        Edges are not sorted by (tail, head) with ``tail < head``.
    """
    tail, head = network.tail.astype(np.int64), network.head.astype(np.int64)
    order = np.lexsort((head, tail))
    if (tail >= head).any() or (order != np.arange(len(tail))).any():
        raise ValueError("edges must be sorted by tail and head, tail before head")
    straight = _straight_m(network.lat_mdeg, network.lon_mdeg, network.tail, network.head)
    arrays = {
        name: getattr(network, name)
        for name in (*_DELTA[:3], "section", "kind", "crossing", "forbidden", "gauge_mm")
    } | {"edge_tail": tail, "edge_span": head - tail, "excess_m": network.raw_length_m - straight}
    names = {
        "format": FORMAT,
        "countries": network.countries,
        "crossings": network.crossings,
        "sections": network.sections,
        "meta": network.meta,
    }
    text = json.dumps(names, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    stored = {
        name: _packed(np.asarray(arrays[name], dtype=np.int64), is_delta=name in _DELTA)
        for name in _ARRAYS
    }
    buffer = BytesIO()
    np.savez(buffer, names=np.frombuffer(text.encode(), np.uint8), **stored)  # pyright: ignore[reportArgumentType]
    return buffer.getvalue()


def from_bytes(content: bytes) -> StoredNetwork:
    """
    Network from the content of a file.

    Raises
    ------
    ValueError
        The content is of another kind or another format.
    """
    try:
        with np.load(BytesIO(content), allow_pickle=False) as file:
            names = json.loads(file["names"].tobytes())
            if names["format"] != FORMAT:
                raise ValueError(f"format {names['format']}, expected {FORMAT}")
            arrays = {name: _unpacked(file[name], is_delta=name in _DELTA) for name in _ARRAYS}
    except (KeyError, OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile) as problem:
        raise ValueError(f"not a road or rail network: {problem}") from problem
    small = {name: values.astype(np.int32) for name, values in arrays.items()}
    tail = small["edge_tail"]
    head = tail + small["edge_span"]
    straight = _straight_m(small["lat_mdeg"], small["lon_mdeg"], tail, head)
    return StoredNetwork(
        lat_mdeg=small["lat_mdeg"],
        lon_mdeg=small["lon_mdeg"],
        country=small["country"],
        tail=tail,
        head=head,
        raw_length_m=(straight + arrays["excess_m"]).astype(np.int32),
        section=small["section"],
        kind=small["kind"],
        crossing=small["crossing"],
        forbidden=small["forbidden"],
        gauge_mm=small["gauge_mm"],
        countries=tuple(names["countries"]),
        crossings=tuple(names["crossings"]),
        sections=tuple((str(n), float(f), int(v)) for n, f, v in names["sections"]),
        meta=names["meta"],
    )


def read(path: Path) -> StoredNetwork:
    """Network of a file; `from_bytes` says what may be wrong with it."""
    return from_bytes(path.read_bytes())
