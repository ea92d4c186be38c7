"""
Road and rail networks of Eurasia from the graphs of ``scgraph_data``.

Usage::

    uv sync --group dev                       # brings scgraph_data
    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python network-data/scripts/build_roads.py package/countries-10m.json [--mode road|rail]

Writes ``derived/osm/roads.npz`` and ``derived/osm/railways.npz``, the same bytes on every run. The
graphs derive from OpenStreetMap; see ``derived/osm/ATTRIBUTION.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import roads_borders
import roads_gauge
import roads_links
import roads_sections
import roads_source
from roads_country import Countries, country_fixes, fixed
from roads_graph import Draft, from_source, in_order, without_small_parts
from table_io import INPUTS, read_rows

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT.parent))

from optimizer.network.road_file import StoredNetwork, to_bytes  # noqa: E402

OUT = ROOT / "derived" / "osm"
NAMES = {"road": "roads.npz", "rail": "railways.npz"}
WEST_DEG, EAST_DEG, SOUTH_DEG = -5.0, 180.0, -12.0
MIN_NODES = {"road": 100, "rail": 30}
"""Components of fewer nodes are islands that no corridor touches, or scraps."""

OTHERS = """
AO BF BI BJ BW CD CF CG CI CM DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG
ML MR MW MZ NA NE NG RW SC SD SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW AU FJ FM GU
MP NC NR PG PW SB VU US CA GL IS
"""
NOT_EURASIA = frozenset(OTHERS.split())
"""Africa, Oceania and North America, as far as they reach into the box."""


def crop(source: roads_source.SourceGraph, country: npt.NDArray[np.str_]) -> Draft:
    """Part of a source graph inside the region; ``country`` is of all its nodes."""
    is_kept = (source.lon_deg >= WEST_DEG) & (source.lon_deg < EAST_DEG)
    is_kept &= (source.lat_deg >= SOUTH_DEG) & ~np.isin(country, sorted(NOT_EURASIA))
    return from_source(source, country, is_kept)


def joined(mode: str, draft: Draft) -> Draft:
    """Graph with its gates, gauges, repairs and places, in its final order."""
    rules = read_rows(INPUTS / "road_border_rules.csv")
    roads_borders.check_rules(rules)
    known = roads_borders.crossings(mode)
    draft, n_edges = roads_borders.at_crossings(draft, known, rules)
    if mode == "rail":
        rows = roads_gauge.gauges()
        draft = roads_gauge.with_gauges(draft, rows)
        draft = roads_gauge.with_dual_lines(draft, rows)
    links = roads_links.links(mode)
    draft = roads_links.with_links(draft, links)
    by_link = {row["crossing_id"] for row in links}
    missing = [one.border_id for one in known if one.border_id not in {*n_edges, *by_link}]
    if missing:
        print(f"nothing passes at {', '.join(missing)}", file=sys.stderr)
    if mode == "road":
        draft, n_places = roads_links.with_places(draft, roads_links.places({"road"}))
        print(f"{n_places} places got a node")
    return in_order(without_small_parts(draft, MIN_NODES[mode]))


def stored(
    mode: str, draft: Draft, forbidden: npt.NDArray[np.bool_], source_sha: str
) -> StoredNetwork:
    """Network as it is stored, with sections assigned."""
    rows = roads_sections.sections(mode)
    index = roads_sections.assign(draft, rows)
    countries = sorted(set(draft.country.tolist()))
    crossings = sorted(set(draft.crossing.tolist()) - {""})
    place = {name: number for number, name in enumerate(crossings)} | {"": -1}
    small = {
        "lat_mdeg": draft.lat_mdeg,
        "lon_mdeg": draft.lon_mdeg,
        "country": np.searchsorted(countries, draft.country),
        "tail": draft.tail,
        "head": draft.head,
        "raw_length_m": draft.raw_m,
        "section": index,
        "kind": draft.kind,
        "crossing": np.array([place[one] for one in draft.crossing.tolist()]),
        "forbidden": forbidden,
        "gauge_mm": draft.gauge_mm,
    }
    return StoredNetwork(
        **{name: values.astype(np.int32) for name, values in small.items()},
        countries=tuple(countries),
        crossings=tuple(crossings),
        sections=tuple(
            (row["name"], float(row["factor"]), int(row["speed_km_per_h"])) for row in rows
        ),
        meta={
            "mode": mode,
            "license": "ODbL-1.0",
            "attribution": "© OpenStreetMap contributors",
            "source": "scgraph_data 2.0.0",
            "source_sha256": source_sha,
        },
    )


def main() -> int:
    """Write the networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topology", type=Path, help="countries-10m.json of world-atlas")
    parser.add_argument("--mode", choices=sorted(NAMES), default="")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    countries = Countries(options.topology)
    for mode in [options.mode] if options.mode else list(NAMES):
        path = roads_source.find_file(mode)
        source = roads_source.load(mode, path)
        country = countries.of(source.lat_deg, source.lon_deg)
        country = fixed(country, source.lat_deg, source.lon_deg, country_fixes())
        draft = joined(mode, crop(source, country))
        forbidden = roads_sections.banned(draft, mode)
        content = to_bytes(stored(mode, draft, forbidden, roads_source.file_sha256(path)))
        (options.out / NAMES[mode]).write_bytes(content)
        print(
            f"{NAMES[mode]}: {draft.n_nodes} nodes, {draft.n_edges} edges, "
            f"{len(content) / 1e6:.2f} MB, {hashlib.sha256(content).hexdigest()[:16]}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
