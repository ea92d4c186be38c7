"""
The ``teahorse`` command with the service: the planner's commands, ``serve``, ``keys`` and ``db``.

The optimizer does not know the web, so its command is extended from here. Imports are inside the
handlers, because the web's libraries take a second.
"""

from __future__ import annotations

import sys

import typer

from api.cli_db import db_app
from api.cli_keys import keys_app
from api.cli_serve import openapi, serve
from api.cli_worker import worker
from optimizer import cli

app = cli.app
app.command()(serve)
app.command()(openapi)
app.command()(worker)
app.add_typer(keys_app, name="keys")
app.add_typer(db_app, name="db")


def main() -> None:
    """Run the command; what the service refuses is said in a line, never as a traceback."""
    from api.refusal import Refusal

    try:
        cli.main()
    except Refusal as refusal:
        typer.echo(str(refusal), err=True)
        sys.exit(cli.EXIT_INPUT)


if __name__ == "__main__":
    main()
