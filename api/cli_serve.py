"""``teahorse serve`` and ``teahorse openapi``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"),
]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    processes: Annotated[
        int, typer.Option(help="Processes that answer; 0: one a core, at most 4.", min=0, max=64)
    ] = 0,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Start no worker for jobs beside it.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Answer quotes and plans over HTTP, and start one worker for jobs."""
    from api.server import run

    run(host=host, port=port, processes=processes, with_worker=not no_worker, data_dir=data_dir)


def openapi() -> None:
    """Print the OpenAPI document of the service."""
    import json
    import tempfile

    from pydantic import SecretStr

    from api.app import create_app
    from api.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        url = SecretStr(f"sqlite:///{Path(folder) / 'none.db'}")
        settings = Settings(state_dir=Path(folder), database_url=url)
        typer.echo(json.dumps(create_app(settings).openapi(), ensure_ascii=False, indent=1))
