"""
Make ``docs/report.png``: the top of a report as a browser shows it.

Run ``make demo`` first, then ``.venv/bin/python docs/make_screenshot.py``. Needs the development
tools (Playwright) and Chromium: the one named by ``TEAHORSE_CHROMIUM``, or ``chromium`` on the
path. The size never changes; the same report in the same browser gives the same picture.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

_ROOT = Path(__file__).resolve().parent.parent
_WIDTH, _HEIGHT = 1280, 1400
_MOST_BYTES = 600_000
# Containers often run as root, where Chromium's own sandbox does not start; one raster thread
# and no graphics card keep the picture the same from run to run.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--num-raster-threads=1",
    "--disable-partial-raster",
    "--force-color-profile=srgb",
]


def screenshot(report: Path, picture: Path, chromium: str) -> None:
    """
    Write the first 1280 x 1400 pixels of a report, light, as PNG.

    Parameters
    ----------
    report
        HTML file.
    picture
        File to write; its folder must exist.
    chromium
        Browser to start.

    Raises
    ------
    ValueError
        The picture is larger than a README should carry; nothing is written.
    """
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = browser.new_page(
            viewport={"width": _WIDTH, "height": _HEIGHT},
            color_scheme="light",
            device_scale_factor=1,
            locale="en-GB",
            reduced_motion="reduce",
        )
        page.goto(report.resolve().as_uri())
        png = page.screenshot(animations="disabled", caret="hide")
        browser.close()
    if len(png) > _MOST_BYTES:
        message = f"{len(png)} bytes are more than {_MOST_BYTES}"
        raise ValueError(message)
    picture.write_bytes(png)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and make the picture."""
    parser = argparse.ArgumentParser(description="Make the picture of a report for the README.")
    parser.add_argument("--report", type=Path, default=_ROOT / "out" / "report.html")
    parser.add_argument("--picture", type=Path, default=_ROOT / "docs" / "report.png")
    chosen = parser.parse_args(arguments)
    if not chosen.report.is_file():
        parser.error(f"{chosen.report} does not exist: run make demo first")
    chromium = os.environ.get("TEAHORSE_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        parser.error("no Chromium: name it in TEAHORSE_CHROMIUM")
    screenshot(chosen.report, chosen.picture, chromium)
    sys.stdout.write(f"{chosen.picture}\n")


if __name__ == "__main__":
    main()
