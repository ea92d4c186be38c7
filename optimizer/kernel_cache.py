"""
Where compiled kernels are kept, settled before numba is imported.

Numba looks at the file of a function to see whether its compiled form is out of date, not at what
the file imports, and trusts times of files. So the folder's name holds the version of the package
and a hash of all kernel sources. It is beside the sources where that place can be written, because
an image is built by one user and run by another; otherwise in the user's cache folder, which then
starts as a copy of what was compiled at install time.

A new folder starts with what an older one holds of unchanged files, so that an edit of one kernel
compiles one file anew. That is safe because a cached kernel calls only functions of its own file,
and of other files knows only the types in ``arrays.py``; a test of the kernels looks.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from optimizer.cache_folder import cache_folder

CACHE_VARIABLE = "NUMBA_CACHE_DIR"
LAYER_VARIABLE = "NUMBA_THREADING_LAYER"
LAYER = "threadsafe"
"""TBB or OpenMP. Numba's own work queue aborts when two threads use it."""
KERNELS = Path(__file__).parent / "kernels"
_SHARED = "arrays.py"
"""Types that kernels of all files take; a file's compiled form holds for these too."""
_MANIFEST = "sources.json"
_FOLDER = "numba"
_KEPT = 3
_OLD_S = 24 * 3600.0


def source_key(version: str, kernels: Path = KERNELS) -> str:
    """Name that changes with the version and with every edit of a kernel."""
    digest = hashlib.sha256()
    for path in sorted(kernels.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"teahorse-{version}-{digest.hexdigest()[:16]}"


def file_keys(kernels: Path = KERNELS) -> dict[str, str]:
    """By module: a hash of what its compiled form depends on, its own source and the types."""
    types = kernels / _SHARED
    shared = types.read_bytes() if types.is_file() else b""
    return {
        path.stem: hashlib.sha256(shared + b"\0" + path.read_bytes()).hexdigest()
        for path in sorted(kernels.glob("*.py"))
    }


def set_up(version: str) -> None:
    """
    Choose the folder and the threading layer; what the user has set stays.

    Numba reads both from the environment when it is imported, and so do spawned processes. Where
    somebody imported numba before us, its settings are changed instead.
    """
    if not os.environ.get(CACHE_VARIABLE):
        os.environ[CACHE_VARIABLE] = str(choose_folder(source_key(version)))
        _tell_numba("CACHE_DIR", "", os.environ[CACHE_VARIABLE])
    if not os.environ.get(LAYER_VARIABLE):
        os.environ[LAYER_VARIABLE] = LAYER
        _tell_numba("THREADING_LAYER", "default", LAYER)


def _tell_numba(name: str, untouched: str, value: str) -> None:
    config = getattr(sys.modules.get("numba"), "config", None)
    if config is not None and getattr(config, name, None) == untouched:
        setattr(config, name, value)


def choose_folder(key: str, kernels: Path = KERNELS) -> Path:
    """
    A folder for a key that exists and can be written.

    Of the last resort, a folder of this process alone, nothing is left for later processes; a
    shared one with a name that others can guess would let them plant code.
    """
    installed = kernels / "__pycache__" / key
    _start(installed, kernels)
    if _is_writable(installed):
        _forget_old(installed)
        return installed
    with suppress(RuntimeError):  # a user without a home
        own = cache_folder() / _FOLDER / key
        if installed.is_dir() and not own.exists():
            _copy(installed, own)
        _start(own, kernels)
        if _is_writable(own):
            _forget_old(own)
            return own
    return Path(tempfile.mkdtemp(prefix="teahorse-"))


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder so that no other process ever sees a part of it."""
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix="copying-"))
        try:
            shutil.copytree(source, scratch / target.name)
            (scratch / target.name).rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _start(folder: Path, kernels: Path) -> None:
    """Make a new folder, with what the last one before it holds of files that did not change."""
    if folder.exists():
        return
    with suppress(OSError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        keys = file_keys(kernels)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix="copying-"))
        try:
            made = scratch / folder.name
            made.mkdir()
            older = list(folder.parent.glob(f"teahorse-*/{_MANIFEST}"))
            if older:
                _take_over(max(older, key=lambda path: path.parent.stat().st_mtime), keys, made)
            (made / _MANIFEST).write_text(json.dumps(keys), encoding="utf-8")
            made.rename(folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _take_over(manifest: Path, keys: dict[str, str], target: Path) -> None:
    """Copy compiled forms of unchanged files; numba names them ``module.function-line...``."""
    with suppress(ValueError):
        before: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
        for path in manifest.parent.rglob("*.nb[ci]"):
            module = path.name.partition(".")[0]
            if module in keys and before.get(module) == keys[module]:
                copied = target / path.relative_to(manifest.parent)
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copied)


def _forget_old(current: Path) -> None:
    """Remove folders of kernels that are gone, but those that may still be in use."""
    with suppress(OSError):
        others = [
            (path.stat().st_mtime, path)
            for path in current.parent.glob("teahorse-*")
            if path != current and path.is_dir()
        ]
        for changed, path in sorted(others, reverse=True)[_KEPT - 1 :]:
            if time.time() - changed > _OLD_S:
                shutil.rmtree(path, ignore_errors=True)
