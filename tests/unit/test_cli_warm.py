"""``teahorse warm`` is part of an install and lets it go on, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator

from typer.testing import CliRunner

from optimizer import warm
from optimizer.cli import app


def test_what_fails_is_told_and_is_no_failure(monkeypatch):
    def broken() -> Iterator[warm.Warmed]:
        yield warm.Warmed(name="matrices", seconds=0.0, problem="OSError: no compiler")
        raise RuntimeError("a process died")

    monkeypatch.setattr(warm, "install", broken)
    run = CliRunner().invoke(app, ["warm"])
    assert run.exit_code == 0
    assert "matrices: OSError: no compiler" in run.output
    assert "RuntimeError: a process died" in run.output
    assert "first requests will wait" in run.output


def test_without_a_folder_to_keep_them_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(warm, "install", lambda: iter(()))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "teahorse-x"))
    run = CliRunner().invoke(app, ["warm"])
    assert run.exit_code == 0
    assert "set TEAHORSE_CACHE_DIR" in run.output


def test_every_step_is_in_one_process():
    names = [name for names in warm.PROCESSES for name in names]
    assert sorted(names) == sorted(warm.WARMERS)
