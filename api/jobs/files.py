"""
Inputs and results as files named by the hash of their content.

Written once, complete or not at all, never changed; two jobs with the same content share a file. On
several machines the folder has to be shared by all workers and the service.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 20


class FileStore:
    """
    Files below a folder.

    Parameters
    ----------
    folder
        Created when something is first kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, content_hash: str) -> Path:
        """
        Where the content with a hash is.

        Raises
        ------
        ValueError
            It is not a hash: nothing that a caller sends becomes part of a path.
        """
        if not _HASH.fullmatch(content_hash):
            raise ValueError("not a content hash")
        return self._folder / content_hash[:2] / content_hash

    def put(self, content: bytes) -> str:
        """Keep bytes; the hash of them."""
        content_hash = hashlib.sha256(content).hexdigest()
        target = self.path(content_hash)
        if not target.exists():
            scratch = self._scratch(target)
            with scratch.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(target)
        return content_hash

    def take(self, source: Path) -> tuple[str, int]:
        """
        Keep a finished file of the same file system by moving it.

        Returns
        -------
        hash, n_bytes
        """
        digest = hashlib.sha256()
        with source.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
            os.fsync(file.fileno())
            n_bytes = file.tell()
        content_hash = digest.hexdigest()
        target = self.path(content_hash)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
        return content_hash, n_bytes

    @staticmethod
    def _scratch(target: Path) -> Path:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.with_name(f".{target.name}.{secrets.token_hex(4)}")
