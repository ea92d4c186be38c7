"""House rules that hold over all source files: size, prints, what kernels may import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_TEST_FILE_LINES = 800

LONG_FILES = {
    "optimizer/kernels/design_search.py": "a cached kernel may only call kernels of its own file",
    "optimizer/kernels/earliest_arrival.py": "a cached kernel may only call kernels of its own file",
    "optimizer/kernels/lane_dual.py": "a cached kernel may only call kernels of its own file",
    "optimizer/kernels/lane_search.py": "a cached kernel may only call kernels of its own file",
    "optimizer/kernels/location_dual.py": "a cached kernel may only call kernels of its own file",
    "optimizer/kernels/order_allocation.py": "a cached kernel may only call kernels of its own file",
    "optimizer/kernels/sweeps.py": "a cached kernel may only call kernels of its own file",
    "optimizer/kernels/timetabled_labels.py": "a cached kernel may only call kernels of its own file",
}
LONG_FUNCTIONS = {
    "optimizer/listings.py::listing": "four tables side by side, one expression each",
    "optimizer/cli_matrix.py::matrix": "one option of the command a line",
    "optimizer/models/consolidation/columns.py::_pack_arrays": "one call that names each array",
    "optimizer/network/build.py::build_network": "one call that names each array",
    "optimizer/network/timetable.py::expand_service": "one pass over the dates of a service",
    "optimizer/report/html.py::render": "one call that names each value of the template",
}
FREE_OF_FUNCTION_LIMIT = ("optimizer/kernels/", "/formulation.py")
KERNEL_IMPORTS = {
    "__future__",
    "math",
    "typing",
    "numpy",
    "numpy.typing",
    "numba",
    "numba.extending",
    "llvmlite",
    "optimizer.kernels.arrays",
}

SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("optimizer", "api")
    for path in (ROOT / folder).rglob("*.py")
)
KERNELS = [name for name in SOURCES if name.startswith("optimizer/kernels/")]


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def _n_lines(name: str) -> int:
    return (ROOT / name).read_text(encoding="utf-8").count("\n")


def _functions(name: str) -> Iterator[tuple[str, int]]:
    """Names and lengths, docstrings apart."""
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first, last = node.body[0], node.end_lineno or node.lineno
            lines = last - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            yield node.name, lines


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 100
    assert KERNELS


def test_long_files_are_few_and_have_a_reason():
    long = {name for name in SOURCES if _n_lines(name) > MAX_FILE_LINES}
    assert long == set(LONG_FILES)


def test_long_functions_are_few_and_have_a_reason():
    long = {
        f"{name}::{function}"
        for name in SOURCES
        if not any(part in f"/{name}" for part in FREE_OF_FUNCTION_LIMIT)
        for function, lines in _functions(name)
        if lines > MAX_FUNCTION_LINES
    }
    assert long == set(LONG_FUNCTIONS)


def test_tests_are_not_endless_either():
    tests = (ROOT / "tests").rglob("*.py")
    long = [path.name for path in tests if path.read_text().count("\n") > MAX_TEST_FILE_LINES]
    assert long == []


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_see_arrays_only(name):
    imported: set[str] = set()
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    assert imported <= KERNEL_IMPORTS


def test_nothing_prints_but_the_terminal():
    prints = [
        f"{name}:{node.lineno}"
        for name in SOURCES
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "pprint", "breakpoint"}
    ]
    assert prints == []


def test_nothing_is_left_to_do():
    marks = ("TODO", "FIXME", "XXX", "HACK")
    found = [
        f"{name}: {mark}"
        for name in SOURCES
        for mark in marks
        if mark in (ROOT / name).read_text(encoding="utf-8")
    ]
    assert found == []


def test_packages_that_promise_quick_imports_are_empty():
    for folder in ("kernels", "models", "solvers", "costs", "report"):
        assert not _tree(f"optimizer/{folder}/__init__.py").body
