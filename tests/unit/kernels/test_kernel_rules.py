"""House rules of kernel files: what they import, call and take."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import optimizer.kernels

FILES = sorted(Path(next(iter(optimizer.kernels.__path__))).glob("*.py"))
MAX_PARAMETERS = 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_kernels_import_only_numpy_numba_and_the_types_of_arrays(path):
    allowed = {
        "__future__",
            "math", "typing", "numpy", "numpy.typing", "numba", "numba.extending", "llvmlite",
        "optimizer.kernels.arrays",
    }  # fmt: skip
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.module in allowed
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_compiled_kernels_are_cached_and_take_few_parameters(path):
    tree = ast.parse(path.read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            decorator = ast.unparse(node.decorator_list[0])
            assert decorator.startswith("njit(cache=True")
            assert len(node.args.args) <= MAX_PARAMETERS


def test_types_of_arrays_hold_no_compiled_code():
    # A cached kernel that calls a kernel of another file would go stale when that file changes.
    arrays = next(path for path in FILES if path.name == "arrays.py")
    assert not any(
        isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(arrays.read_text()))
    )
