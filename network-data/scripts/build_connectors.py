"""
Write ``derived/osm/connectors.csv``: metres over roads between facilities within connector reach.

Usage: ``python network-data/scripts/build_connectors.py [--check]``. The result depends on the
tables and on ``derived/osm/roads.npz`` only, and is a derived database of OpenStreetMap (ODbL).
``--check`` writes nothing and fails when the file is stale. A pair without a way that rule T6
takes has no row: its connector is the great circle times the country's circuity.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from optimizer.datasets.connector_table import CONNECTOR_TABLE, connector_rows
from optimizer.datasets.read import read_network
from optimizer.network.connectors import ConnectorRules
from optimizer.network.road_file import great_circle_m
from optimizer.network.road_ways import road_ways
from optimizer.network.roads import load_roads

ROOT = Path(__file__).resolve().parent.parent


def pairs_m(root: Path) -> dict[tuple[str, str], int]:
    """Metres over roads by pair of facility ids in the order of the alphabet."""
    data = read_network(root)
    rules = ConnectorRules.of(data)
    ways = road_ways(load_roads(root / "derived" / "osm" / "roads.npz"))
    by_country: dict[str, list[str]] = {}
    for facility_id in sorted(data.facilities):
        by_country.setdefault(data.facilities[facility_id].country, []).append(facility_id)
    found: dict[tuple[str, str], int] = {}
    for country, ids in by_country.items():
        hops = rules.hops(country)
        for at, one in enumerate(ids):
            here = data.facilities[one]
            near: dict[str, float] = {}
            for other in ids[at + 1 :]:
                there = data.facilities[other]
                direct_m = float(great_circle_m(here.lat, here.lon, there.lat, there.lon))
                if direct_m <= rules.reach_m(with_point=False):
                    near[other] = direct_m
            if not near:
                continue
            limit_m = int(rules.detour_max * max(near.values()))
            ends = [data.facilities[other] for other in near]
            metres = ways.distances_m(here, ends, country, hops, limit_m)
            for (other, direct_m), over_roads_m in zip(near.items(), metres, strict=True):
                if over_roads_m is not None and over_roads_m <= rules.detour_max * direct_m:
                    found[one, other] = over_roads_m
    return found


def main() -> int:
    """Write the table, or compare it with what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the file is stale")
    options = parser.parse_args()
    path = ROOT / CONNECTOR_TABLE
    text = connector_rows(pairs_m(ROOT), read_network(ROOT).facilities)
    if options.check:
        is_current = path.exists() and path.read_text(encoding="utf-8") == text
        print("current" if is_current else "stale")
        return 0 if is_current else 1
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{text.count(chr(10)) - 1} pairs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
