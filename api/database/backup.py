"""A copy of the embedded database, consistent while others write."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy.engine import make_url

from api.database.engine import DatabaseUnusable

_PAGES_AT_A_TIME = 1_000
sqlite: Any = pysqlite3.dbapi2


def backup_sqlite(url: str, path: Path) -> int:
    """
    Write a copy and check it; all of it or nothing.

    Returns
    -------
    int
        Bytes of the copy.

    Raises
    ------
    DatabaseUnusable
        The database is not SQLite or not there, the file exists, or the copy is damaged.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise DatabaseUnusable("only SQLite is copied by this command: use pg_dump --format=custom")
    source = Path(parsed.database or "")
    if not source.is_file():
        raise DatabaseUnusable(f"there is no database {source}")
    if path.exists():
        raise DatabaseUnusable(f"{path} exists: name a new file")
    handle, scratch = tempfile.mkstemp(dir=path.absolute().parent, prefix=".backup-")
    os.close(handle)
    try:
        _copy(source, Path(scratch))
        Path(scratch).replace(path)
    finally:
        Path(scratch).unlink(missing_ok=True)
    return path.stat().st_size


def _copy(source: Path, target: Path) -> None:
    reader, writer = sqlite.connect(f"file:{source}?mode=ro", uri=True), sqlite.connect(target)
    try:
        reader.backup(writer, pages=_PAGES_AT_A_TIME)
        # A copy is one file: no log beside it that could be forgotten.
        writer.execute("PRAGMA journal_mode = DELETE")
        said = writer.execute("PRAGMA integrity_check(1)").fetchone()[0]
    finally:
        reader.close()
        writer.close()
    if said != "ok":
        raise DatabaseUnusable(f"the copy is damaged ({said}): the database may be too")
