"""The wheel carries its data: the main job runs from it in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_quote_runs_from_the_wheel_in_an_empty_folder(tmp_path: Path) -> None:
    built = tmp_path / "built"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = built.glob("teahorse-*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TEAHORSE")}
    environment |= {"PYTHONPATH": str(site), "NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    script = (
        "import optimizer, sys; assert optimizer.__file__.startswith(sys.argv.pop(1));"
        "from optimizer.cli import main; main()"
    )
    arguments = ["network", "validate", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", script, str(site), *arguments],
        cwd=empty,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    described = json.loads(done.stdout)
    assert described["n_facilities"] >= 90
    assert list(empty.iterdir()) == []
