"""``teahorse db``: migrations, backups, checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

db_app = typer.Typer(help="Upgrade, back up and check the database.", no_args_is_help=True)


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the database to the tables of this version; a new one is made."""
    from api.database import migrate
    from api.database.engine import make_engine
    from api.settings import Settings

    engine = make_engine(Settings().url)
    migrate.upgrade(engine)
    typer.echo(f"the database is at revision {migrate.current(engine)}")
    engine.dispose()


@db_app.command("check")
def check() -> None:
    """Check that the database is whole and fits this version."""
    from api.database import migrate
    from api.database.engine import make_engine
    from api.settings import Settings

    engine = make_engine(Settings().url)
    migrate.check(engine)
    typer.echo(f"the database is whole, at revision {migrate.current(engine)}")
    engine.dispose()


@db_app.command("backup")
def backup(path: Annotated[Path, typer.Argument(help="File to write; it must not exist.")]) -> None:
    """Copy the embedded database while it is in use. PostgreSQL has pg_dump."""
    from api.database.backup import backup_sqlite
    from api.settings import Settings

    n_bytes = backup_sqlite(Settings().url, path)
    typer.echo(f"wrote {path}, {n_bytes:,} bytes, checked")
