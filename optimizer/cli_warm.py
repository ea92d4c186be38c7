"""The command ``teahorse warm``: compile and load all kernels."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import typer


def warm() -> None:
    """
    Compile all kernels into the cache, so that no request waits for it.

    It is part of an install, so it never fails: a kernel that could not be compiled now is compiled
    when it is first asked for.
    """
    from time import perf_counter

    started = perf_counter()
    typer.echo("compiling kernels: a minute or two the first time, seconds afterwards")
    problems = 0
    try:
        from optimizer import warm as kernels

        for step in kernels.install():
            problems += bool(step.problem)
            typer.echo(f"  {step.name}: {step.problem or f'{step.seconds:.1f} s'}")
    except Exception as error:  # noqa: BLE001  whatever it is, the install goes on
        problems += 1
        typer.echo(f"  {type(error).__name__}: {error}")
    seconds = perf_counter() - started
    folder = os.environ.get("NUMBA_CACHE_DIR", "")
    if problems:
        typer.echo(f"some kernels were not compiled in {seconds:.1f} s: first requests will wait")
    else:
        typer.echo(f"kernels are ready after {seconds:.1f} s, kept in {folder}")
    if Path(folder).parent == Path(tempfile.gettempdir()):
        typer.echo("no folder for them can be written: set TEAHORSE_CACHE_DIR to one that can")
