"""
Share of rows by confidence, per table, as a Markdown table.

Usage: ``python network-data/scripts/confidence_table.py [--write]``. With ``--write`` the table
between the two marks in ``README.md`` is replaced.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from readme_table import show_or_write
from schema_fields import CONFIDENCES

ROOT = Path(__file__).resolve().parent.parent
BEGIN = "<!-- confidence table -->"
END = "<!-- end of confidence table -->"
BY_DEFINITION = "DEF"
"""Source of rows that state no fact about the world, such as air crossings; they are left out."""


def counts(tables_dir: Path) -> dict[str, Counter[str]]:
    """Rows by confidence of every table that has the column, by table name."""
    found: dict[str, Counter[str]] = {}
    for path in sorted(tables_dir.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if "confidence" in (reader.fieldnames or []):
                found[path.stem] = Counter(
                    row["confidence"] for row in reader if row["source_id"] != BY_DEFINITION
                )
    return found


def markdown(by_table: dict[str, Counter[str]]) -> str:
    """Markdown table: rows, then per cent of each confidence; the last line is the sum."""
    total: Counter[str] = Counter()
    for counter in by_table.values():
        total += counter
    lines = [
        f"| table | rows | {' | '.join(f'{one} %' for one in CONFIDENCES)} |",
        f"| --- | ---: |{' ---: |' * len(CONFIDENCES)}",
    ]
    stated = {name: counter for name, counter in by_table.items() if counter}
    for name, counter in [*stated.items(), ("**all**", total)]:
        n_rows = counter.total()
        shares = [f"{100 * counter[one] / n_rows:.0f}" if n_rows else "-" for one in CONFIDENCES]
        lines.append(f"| {name} | {n_rows} | {' | '.join(shares)} |")
    return "\n".join(lines)


def main() -> int:
    """Print the table, or put it into the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the table in README.md")
    options = parser.parse_args()
    return show_or_write(markdown(counts(ROOT / "tables")), BEGIN, END, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
