"""
Coordinates of the airports in ``facilities.csv``, from the airportsdata package.

Usage: ``python network-data/scripts/airport_coordinates.py [--check]``. Rows whose source is
PKG-AIRPORTSDATA get the coordinates of their IATA code, rounded to four places. ``--check`` writes
nothing and fails when a row differs.

KMG is not taken: the package gives that code the coordinates of Wujiaba, the field that Changshui
replaced in 2012. Phnom Penh is KTI; the package has no PNH since the airport moved.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path

import airportsdata

TABLE = Path(__file__).resolve().parent.parent / "tables" / "facilities.csv"
SOURCE = "PKG-AIRPORTSDATA"


def refreshed(text: str) -> tuple[str, list[str]]:
    """
    The table with package coordinates, and the facilities that changed.

    Parameters
    ----------
    text
        Content of ``facilities.csv``.

    Raises
    ------
    KeyError
        An airport row has a code that the package does not know.
    """
    airports = airportsdata.load("IATA")
    reader = csv.DictReader(io.StringIO(text))
    out = io.StringIO()
    writer = csv.DictWriter(out, reader.fieldnames or [], lineterminator="\n")
    writer.writeheader()
    changed = []
    for row in reader:
        if row["source_id"] == SOURCE:
            airport = airports[row["iata"]]
            place = {"lat": str(round(airport["lat"], 4)), "lon": str(round(airport["lon"], 4))}
            if any(float(row[key]) != float(value) for key, value in place.items()):
                changed.append(row["facility_id"])
                writer.writerow({**row, **place})
                continue
        writer.writerow(row)
    return out.getvalue(), changed


def main() -> int:
    """Write or check the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a row differs")
    options = parser.parse_args()
    text, changed = refreshed(TABLE.read_text(encoding="utf-8"))
    print("changed:", ", ".join(changed) or "nothing")
    if options.check:
        return 1 if changed else 0
    TABLE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
