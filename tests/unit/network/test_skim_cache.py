"""The disk cache of matrices: whole files or none, broken ones made anew, bounded."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from optimizer.network.skim_cache import SkimCache

VALUES = {"a": np.arange(6).reshape(2, 3), "text": np.array(["x", "中文"])}


@pytest.fixture
def cache(tmp_path):
    return SkimCache(tmp_path / "cache")


def _equal(found):
    return found is not None and all(np.array_equal(found[k], VALUES[k]) for k in VALUES)


def test_what_was_put_comes_back(cache):
    assert cache.get("k") is None
    assert cache.put("k", VALUES)
    assert _equal(cache.get("k"))
    assert [path.name for path in cache.folder.iterdir()] == ["k.npz"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: bytes([content[0] ^ 1]) + content[1:],
        lambda content: content[:40] + b"\xff" + content[41:],
    ],
)
def test_a_broken_file_is_made_anew(cache, damage):
    cache.put("k", VALUES)
    path = cache.folder / "k.npz"
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get("k") is None
    assert not path.exists()
    assert _equal(cache.get_or_make("k", lambda: VALUES))
    assert path.exists()


def test_a_file_under_another_key_is_not_believed(cache):
    cache.put("k", VALUES)
    (cache.folder / "k.npz").rename(cache.folder / "other.npz")
    assert cache.get("other") is None


def test_pickles_are_never_read(cache, tmp_path):
    hostile = {"a": np.array([object()], dtype=object)}
    with pytest.raises(ValueError, match="pickle"):
        cache.put("k", hostile)
    assert not list(cache.folder.iterdir())


def test_it_stays_within_its_size_and_keeps_what_was_used_last(tmp_path):
    one_mb = {"a": np.zeros(125_000)}
    cache = SkimCache(tmp_path, max_bytes=3_100_000)
    for at in range(3):
        cache.put(f"k{at}", one_mb)
        os.utime(tmp_path / f"k{at}.npz", (at, at))
    assert cache.get("k0") is not None  # used: now the youngest
    cache.put("k3", one_mb)
    assert {path.stem for path in tmp_path.iterdir()} == {"k0", "k2", "k3"}


def test_a_folder_that_cannot_be_made_is_no_reason_to_fail(tmp_path):
    (tmp_path / "file").write_text("")
    cache = SkimCache(tmp_path / "file" / "cache")
    assert not cache.put("k", VALUES)
    assert _equal(cache.get_or_make("k", lambda: VALUES))


def test_processes_that_write_at_once_leave_one_good_file(cache):
    code = (
        "import sys, numpy as np; from pathlib import Path;"
        "from optimizer.network.skim_cache import SkimCache;"
        "c = SkimCache(Path(sys.argv[1]));"
        "[c.put('k', {'a': np.arange(6).reshape(2, 3), 'text': np.array(['x', '中文'])})"
        " for _ in range(30)];"
        "sys.exit(0 if c.get('k') is not None else 1)"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(cache.folder)]) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert _equal(cache.get("k"))
    assert [path.name for path in cache.folder.iterdir()] == ["k.npz"]
