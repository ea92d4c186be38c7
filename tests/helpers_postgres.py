"""A PostgreSQL of the test's own: started on a free port, stopped and removed afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

SYSTEM_FOLDERS = "/usr/lib/postgresql"
_OPTIONS = "-c max_connections=200 -c shared_buffers=64MB -c unix_socket_directories={folder}"


def find_program(name: str) -> Path | None:
    """``initdb`` or ``pg_ctl``: on the path, or where Debian keeps the newest version's."""
    found = shutil.which(name)
    if found:
        return Path(found)
    versions = sorted(Path(SYSTEM_FOLDERS).glob(f"*/bin/{name}"), key=lambda p: len(str(p)))
    return versions[-1] if versions else None


def missing() -> str:
    """Why no server can be started here; empty if one can."""
    if find_program("initdb") is None or find_program("pg_ctl") is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and _other_user() is None:
        return "PostgreSQL does not run as root, and there is no user postgres or nobody"
    return ""


def _other_user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


@dataclass(frozen=True)
class PostgresServer:
    """A running server that trusts connections from this machine."""

    folder: Path
    port: int

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://teahorse@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Address of a new, empty database."""
        import psycopg
        from psycopg.sql import SQL, Identifier

        name = f"t{uuid4().hex[:16]}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return self.url(name)

    def start(self) -> None:
        options = (
            _OPTIONS.format(folder=self.folder) + f" -p {self.port} -c listen_addresses=127.0.0.1"
        )
        _run(
            "pg_ctl",
            "-D",
            self.folder / "data",
            "-l",
            self.folder / "log",
            "-w",
            "-o",
            options,
            "start",
        )

    def stop(self, how: str = "fast") -> None:
        """Stop; ``immediate`` is what a power cut looks like."""
        _run("pg_ctl", "-D", self.folder / "data", "-m", how, "-w", "stop")


def _run(program: str, *arguments: object) -> None:
    path = find_program(program)
    assert path is not None
    done = subprocess.run(
        [str(path), *(str(one) for one in arguments)],
        user=_other_user(), cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{program}: {done.stderr.decode(errors='replace')[:500]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server with an empty cluster; the folder belongs to a user that is not root."""
    folder = Path(tempfile.mkdtemp(prefix="teahorse-pg-"))
    user = _other_user()
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    try:
        _run("initdb", "-D", folder / "data", "-U", "teahorse", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync")  # fmt: skip
        server = PostgresServer(folder, _free_port())
        server.start()
        try:
            yield server
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
