"""Where compiled kernels are kept: keys, fall-backs, and what the user has set."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimizer import kernel_cache


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    folder = tmp_path / "install" / "kernels"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("one = 1\n")
    return folder


def test_the_key_changes_with_version_and_with_every_edit(kernels):
    first = kernel_cache.source_key("1.0", kernels)
    assert kernel_cache.source_key("1.0", kernels) == first
    assert kernel_cache.source_key("1.1", kernels) != first
    (kernels / "a.py").write_text("one = 2\n")
    edited = kernel_cache.source_key("1.0", kernels)
    assert edited != first
    (kernels / "b.py").write_text("")
    assert kernel_cache.source_key("1.0", kernels) not in {first, edited}


def test_it_is_beside_the_sources_where_that_can_be_written(kernels):
    folder = kernel_cache.choose_folder("teahorse-1", kernels)
    assert folder == kernels / "__pycache__" / "teahorse-1"
    assert folder.is_dir()


def test_a_read_only_install_starts_from_what_was_compiled_there(kernels, tmp_path, monkeypatch):
    monkeypatch.setenv("TEAHORSE_CACHE_DIR", str(tmp_path / "own"))
    installed = kernel_cache.choose_folder("teahorse-1", kernels)
    (installed / "kernel.nbi").write_bytes(b"index")
    refused = {installed}
    really = kernel_cache._is_writable
    monkeypatch.setattr(
        kernel_cache, "_is_writable", lambda path: path not in refused and really(path)
    )
    folder = kernel_cache.choose_folder("teahorse-1", kernels)
    assert folder == tmp_path / "own" / "numba" / "teahorse-1"
    assert (folder / "kernel.nbi").read_bytes() == b"index"
    # The copy is made once; what later processes add to it stays.
    (folder / "more.nbi").write_bytes(b"more")
    assert kernel_cache.choose_folder("teahorse-1", kernels) == folder
    assert (folder / "more.nbi").is_file()
    assert [path.name for path in folder.parent.iterdir()] == ["teahorse-1"]


def test_where_nothing_can_be_written_the_folder_is_this_process_alone(kernels, monkeypatch):
    monkeypatch.setattr(kernel_cache, "_is_writable", lambda _: False)
    one = kernel_cache.choose_folder("teahorse-1", kernels)
    other = kernel_cache.choose_folder("teahorse-1", kernels)
    try:
        assert one != other
        assert one.stat().st_mode & 0o777 == 0o700
    finally:
        one.rmdir()
        other.rmdir()


def test_an_edit_of_one_file_keeps_what_was_compiled_of_the_others(kernels):
    (kernels / "a_more.py").write_text("one = 1\n")
    before = kernel_cache.choose_folder("teahorse-1", kernels) / "kernels_0"
    before.mkdir()
    for name in ("a.f-1.py311.nbi", "a.f-1.py311.1.nbc", "a_more.f-1.py311.nbi", "gone.f-1.nbi"):
        (before / name).write_bytes(name.encode())
    source = kernels / "a.py"
    times = source.stat()
    source.write_text("one = 2\n")  # as long, and as old: numba alone would not see it
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    after = kernel_cache.choose_folder("teahorse-2", kernels) / "kernels_0"
    assert [path.name for path in after.iterdir()] == ["a_more.f-1.py311.nbi"]
    # The types that all kernels take are part of every one of them.
    (kernels / "arrays.py").write_text("two = 2\n")
    assert not (kernel_cache.choose_folder("teahorse-3", kernels) / "kernels_0").exists()
    left = {path.name for path in (kernels / "__pycache__").iterdir()}
    assert left == {"teahorse-1", "teahorse-2", "teahorse-3"}


def test_a_broken_list_of_sources_is_no_reason_to_fail(kernels):
    (kernel_cache.choose_folder("teahorse-1", kernels) / "sources.json").write_text("{")
    assert (kernel_cache.choose_folder("teahorse-2", kernels) / "sources.json").is_file()


def test_old_kernels_go_but_not_those_that_may_be_in_use(kernels):
    names = [f"teahorse-{at}" for at in range(5)]
    for at, name in enumerate(names):
        folder = kernel_cache.choose_folder(name, kernels)
        long_ago = time.time() - (10 - at) * 86_400
        os.utime(folder, (long_ago, long_ago))
    fresh = kernels / "__pycache__" / "teahorse-3"
    os.utime(fresh)
    kernel_cache.choose_folder("teahorse-new", kernels)
    left = {path.name for path in (kernels / "__pycache__").iterdir()}
    assert left == {"teahorse-new", "teahorse-3", "teahorse-4"}


def _settings(**environment: str) -> list[str]:
    """Cache folder and threading layer of numba in a new process, then the same read back."""
    code = (
        "from optimizer import kernel_cache; kernel_cache.set_up('9');"
        "import numba; print(numba.config.CACHE_DIR); print(numba.config.THREADING_LAYER)"
    )
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {kernel_cache.CACHE_VARIABLE, kernel_cache.LAYER_VARIABLE}
    }
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=clean | environment,
    )
    return run.stdout.split()


def test_numba_hears_of_it_and_what_the_user_set_stays(tmp_path):
    folder, layer = _settings()
    assert "teahorse-" in folder
    assert layer == "threadsafe"  # never the work queue
    mine = str(tmp_path / "mine")
    assert _settings(NUMBA_CACHE_DIR=mine, NUMBA_THREADING_LAYER="tbb") == [mine, "tbb"]


def test_numba_that_was_imported_before_is_told(monkeypatch):
    class Config:
        CACHE_DIR = ""
        THREADING_LAYER = "default"

    class Numba:
        config = Config

    monkeypatch.setitem(sys.modules, "numba", Numba)
    monkeypatch.delenv(kernel_cache.CACHE_VARIABLE, raising=False)
    monkeypatch.delenv(kernel_cache.LAYER_VARIABLE, raising=False)
    monkeypatch.setattr(kernel_cache, "choose_folder", lambda _: Path("/nowhere"))
    kernel_cache.set_up("1")
    assert Config.CACHE_DIR == "/nowhere"
    assert Config.THREADING_LAYER == "threadsafe"
    # Undone by monkeypatch's record of the environment.
    monkeypatch.delenv(kernel_cache.CACHE_VARIABLE)
    monkeypatch.delenv(kernel_cache.LAYER_VARIABLE)
