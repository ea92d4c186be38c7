"""
Arrays on disk by content hash, shared by processes.

Files are written beside their place and renamed into it, so that a reader sees all of a file or
none of it. Each ends in a checksum: a broken or foreign file is removed and made anew. Nothing is
unpickled. The oldest files go when the folder grows beyond its limit.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimizer.cache_folder import cache_folder

MAX_BYTES = 512 * 1024 * 1024
FOLDER = "matrices"
_SUFFIX = ".npz"
_DIGEST_BYTES = hashlib.sha256().digest_size

Arrays = Mapping[str, NDArray[np.generic]]


class SkimCache:
    """
    A bounded folder of arrays.

    Parameters
    ----------
    folder
        Created when first written; the platform's cache folder by default.
    max_bytes
        Size beyond which the files that were used least recently go.
    """

    def __init__(self, folder: Path | None = None, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder or cache_folder() / FOLDER
        self.max_bytes = max_bytes

    def get_or_make(self, key: str, make: Callable[[], Arrays]) -> Arrays:
        """
        Arrays of a key, made where the cache does not have them.

        A folder that cannot be written is no reason to fail: then everything is made.
        """
        known = self.get(key)
        if known is None:
            known = make()
            self.put(key, known)
        return known

    def get(self, key: str) -> dict[str, NDArray[np.generic]] | None:
        """Arrays of a key, or ``None`` where they are missing or broken."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        found = _unpack(content, key)
        if found is None:
            path.unlink(missing_ok=True)
            return None
        with suppress(OSError):  # somebody else's folder: its order of use is theirs to keep
            os.utime(path)
        return found

    def put(self, key: str, arrays: Arrays) -> bool:
        """Keep arrays; whether it worked."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_pack(arrays, key))
                Path(name).replace(self._path(key))
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            self._shrink()
        except OSError:
            return False
        return True

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"

    def _shrink(self) -> None:
        files: list[tuple[float, int, Path]] = []
        for path in self.folder.iterdir():
            try:
                about = path.stat()
            except FileNotFoundError:  # another process was quicker
                continue
            files.append((about.st_mtime, about.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files)[:-1]:
            if total <= self.max_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size


def _pack(arrays: Arrays, key: str) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)  # type: ignore[arg-type]
    content = buffer.getvalue()
    return content + _digest(content, key)


def _digest(content: bytes, key: str) -> bytes:
    return hashlib.sha256(key.encode() + content).digest()


def _unpack(content: bytes, key: str) -> dict[str, NDArray[np.generic]] | None:
    body, digest = content[:-_DIGEST_BYTES], content[-_DIGEST_BYTES:]
    if _digest(body, key) != digest:
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, OSError, zipfile.BadZipFile):
        return None
