"""Write every output of a plan at once: all of them, or none."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from optimizer.domain.network_data import NetworkData
from optimizer.plan.io import write_plan
from optimizer.plan.plan import PlanResult
from optimizer.report.geojson import write_geojson
from optimizer.report.html import write_report
from optimizer.report.workbook import write_workbook

FILES = ("plan.json", "plan.xlsx", "plan.geojson", "report.html")


def check_folder(folder: Path) -> None:
    """
    Fail now rather than after a long solve if results cannot be written; nothing is created.

    Raises
    ------
    OSError
        The folder, or what it would be created in, is not a folder that may be written.
    """
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise NotADirectoryError(20, "not a folder", str(existing))
    if not os.access(existing, os.W_OK | os.X_OK):
        raise PermissionError(13, "the folder cannot be written", str(existing))


def write_all(
    result: PlanResult,
    data: NetworkData,
    folder: Path,
    *,
    title: str,
    question: str = "",
    country_outlines: bool = True,
) -> list[Path]:
    """
    Write ``plan.json``, ``plan.xlsx``, ``plan.geojson`` and ``report.html``.

    The files are made in a temporary folder beside the target and moved when all of them exist, so
    that a failure leaves the folder as it was.

    Parameters
    ----------
    folder
        Created where it does not exist; files of the same names are replaced.
    country_outlines
        Draw country outlines under the report's map; otherwise land only.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as scratch_name:
            scratch = Path(scratch_name)
            _make_files(
                scratch,
                result,
                data,
                title=title,
                question=question,
                country_outlines=country_outlines,
            )
            _put_in_place(scratch, folder)
    except BaseException:
        if is_new:
            folder.rmdir()
        raise
    return [folder / name for name in FILES]


def _make_files(
    folder: Path,
    result: PlanResult,
    data: NetworkData,
    *,
    title: str,
    question: str,
    country_outlines: bool,
) -> None:
    write_plan(data, result, folder / "plan.json")
    write_workbook(result, data, folder / "plan.xlsx")
    write_geojson(result, data, folder / "plan.geojson")
    write_report(
        result,
        data,
        folder / "report.html",
        title=title,
        question=question,
        country_outlines=country_outlines,
    )


def _put_in_place(scratch: Path, folder: Path) -> None:
    """Move the files from a folder inside the target; what they replace comes back on failure."""
    kept: list[str] = []
    placed: list[str] = []
    try:
        for name in FILES:
            if (folder / name).is_file():
                (folder / name).replace(scratch / f"before-{name}")
                kept.append(name)
            (scratch / name).replace(folder / name)
            placed.append(name)
    except OSError:
        for name in placed:
            (folder / name).unlink()
        for name in kept:
            (scratch / f"before-{name}").replace(folder / name)
        raise
