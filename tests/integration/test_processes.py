"""No process is forked, because a fork copies locks of threads: of OpenMP, of solvers, of numba."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [
    path for folder in ("optimizer", "api", "benchmarks") for path in (ROOT / folder).rglob("*.py")
]
FORKS = {"os.fork", "os.forkpty", "pty.fork", "multiprocessing.Process", "multiprocessing.Pool"}


def _calls(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_nothing_forks():
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path in SOURCES
        for name, node in _calls(path)
        if name in FORKS or name in {"fork", "forkpty"}
    ]
    assert found == []


def test_contexts_are_spawned():
    """``get_context`` and start methods are given, and are ``spawn``."""
    constant = re.compile(r"^_?CONTEXT = \"spawn\"$", re.MULTILINE)
    for path in SOURCES:
        for name, node in _calls(path):
            if not name.endswith(("get_context", "set_start_method")):
                continue
            argument = ast.unparse(node.args[0]) if node.args else ""
            is_spawn = argument == "'spawn'" or constant.search(path.read_text(encoding="utf-8"))
            assert is_spawn, f"{path}:{node.lineno}"


def test_pools_of_processes_have_a_context():
    for path in SOURCES:
        for name, node in _calls(path):
            if name.endswith("ProcessPoolExecutor"):
                assert "mp_context" in {one.arg for one in node.keywords}, f"{path}:{node.lineno}"
