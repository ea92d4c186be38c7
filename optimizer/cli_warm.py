"""The command ``teahorse warm``: compile and load all kernels."""

from __future__ import annotations

import os

import typer


def warm() -> None:
    """Compile all kernels into the cache, so that no request waits for it."""
    from time import perf_counter

    from optimizer import warm as kernels

    started = perf_counter()
    for step in kernels.warm():
        typer.echo(f"  {step.name}: {step.seconds:.1f} s")
    folder = os.environ.get("NUMBA_CACHE_DIR", "")
    typer.echo(f"kernels are ready after {perf_counter() - started:.1f} s, kept in {folder}")
