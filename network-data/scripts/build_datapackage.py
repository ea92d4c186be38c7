"""
Write ``datapackage.json``: schemas, keys, licences, and size and hash of every table.

Usage: ``python network-data/scripts/build_datapackage.py [--check]``. The result depends on the
schema modules and the tables only. ``--check`` writes nothing and fails when the file is stale.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import schema_equipment
import schema_places
import schema_services

ROOT = Path(__file__).resolve().parent.parent
DIALECT = {
    "csvddfVersion": 1.2,
    "delimiter": ",",
    "doubleQuote": True,
    "quoteChar": '"',
    "lineTerminator": "\n",
    "header": True,
    "caseSensitiveHeader": True,
}
LICENSES = [
    {
        "name": "Apache-2.0",
        "title": "Apache License 2.0",
        "path": "https://www.apache.org/licenses/LICENSE-2.0",
    }
]
SOURCES = [
    {
        "title": "Published facts, one row per source in tables/sources.csv",
        "path": "tables/sources.csv",
    },
    {"title": "airportsdata, Python package (MIT): coordinates of airports"},
    {"title": "holidays, Python package (MIT): public holidays, read at run time"},
    {
        "title": "GeoNames cities1000 (CC BY): town points",
        "path": "https://www.geonames.org/",
    },
    {
        "title": "Natural Earth (public domain): country outlines of derived/land.geojson",
        "path": "https://www.naturalearthdata.com/",
    },
    {
        "title": (
            "OpenStreetMap through the Python package scgraph_data (ODbL): roads and railways of "
            "derived/osm, which stay under that licence"
        ),
        "path": "derived/osm/ATTRIBUTION.md",
    },
]


def _stamp(content: bytes | None) -> dict[str, Any]:
    if content is None:
        return {}
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def resources(tables_dir: Path) -> list[dict[str, Any]]:
    """
    Resource descriptors of all tables, in the order of the schema modules.

    Parameters
    ----------
    tables_dir
        Folder of the CSV files. A table that is not there yet has no size and no hash.
    """
    found: list[dict[str, Any]] = []
    for make in (*schema_places.ALL, *schema_equipment.ALL, *schema_services.ALL):
        made = make()
        path = tables_dir / f"{made['name']}.csv"
        content = path.read_bytes() if path.exists() else None
        if content is None:
            print(f"no table {path.name} yet", file=sys.stderr)
        found.append(
            {
                "profile": "tabular-data-resource",
                "name": made["name"],
                "title": made["title"],
                "path": f"tables/{path.name}",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                **_stamp(content),
                "dialect": DIALECT,
                "schema": made["schema"],
            }
        )
    return found


def package(tables_dir: Path) -> dict[str, Any]:
    """Descriptor of the whole package."""
    return {
        "profile": "tabular-data-package",
        "name": "teahorse-network-data",
        "title": "Teahorse network data",
        "description": (
            "Freight network around Kunming: facilities, borders, customs, services, prices and "
            "emission factors. Every row names its source and its confidence; fields with "
            "'estimate': true are our own estimates in every row."
        ),
        "version": "0.1.0",
        "licenses": LICENSES,
        "sources": SOURCES,
        "resources": resources(tables_dir),
    }


def main() -> int:
    """Write the descriptor, or compare it with what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the file is stale")
    options = parser.parse_args()
    path = ROOT / "datapackage.json"
    text = json.dumps(package(ROOT / "tables"), ensure_ascii=False, indent=2) + "\n"
    if options.check:
        is_current = path.exists() and path.read_text(encoding="utf-8") == text
        print("current" if is_current else "stale")
        return 0 if is_current else 1
    path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
