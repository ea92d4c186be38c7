"""``teahorse network streets`` on the shipped road graph and the real extract."""

from __future__ import annotations

import json

import pytest

from optimizer.datasets.street_store import load_patch, patch_files
from tests.helpers_cli import teahorse
from tests.helpers_streets import real_extract

pytestmark = [pytest.mark.data]


def test_the_real_extract_becomes_a_patch(tmp_path):
    options = ("--osm", str(real_extract()), "--json")
    out = tmp_path / "kotka.streets.npz"
    ran = teahorse("network", "streets", *options, "--out", str(out))
    about = json.loads(ran.out)
    assert ran.code == 0
    patch = load_patch(out)
    assert about["truck_speeds_of"] == "FI"
    assert about["nodes"] == patch.n_nodes == about["nodes_joined"]
    assert about["clipped_roads"] == 34
    assert about["links_at_the_rim"] == 11
    assert "ODbL" in about["licence"]


def test_bad_calls_are_findings_and_write_nothing(tmp_path):
    absent = teahorse(
        "network", "streets", "--osm", str(tmp_path / "no.osm"), "--data", str(tmp_path)
    )
    assert absent.code == 2
    assert "D131" in absent.err or "D101" in absent.err
    assert "Traceback" not in absent.err
    assert teahorse("network", "streets").code == 2
    assert teahorse("network", "streets", "--place", "x", "--osm", "y").code == 2
    assert patch_files(tmp_path) == ()
