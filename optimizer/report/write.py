"""Write every output of a plan at once: all of them, or none."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from optimizer.domain.network_data import NetworkData
from optimizer.plan.io import write_plan
from optimizer.plan.plan import PlanResult
from optimizer.report.geojson import write_geojson
from optimizer.report.html import write_report
from optimizer.report.workbook import write_workbook

FILES = ("plan.json", "plan.xlsx", "plan.geojson", "report.html")


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
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as scratch_name:
        scratch = Path(scratch_name)
        write_plan(data, result, scratch / "plan.json")
        write_workbook(result, data, scratch / "plan.xlsx")
        write_geojson(result, data, scratch / "plan.geojson")
        write_report(
            result,
            data,
            scratch / "report.html",
            title=title,
            question=question,
            country_outlines=country_outlines,
        )
        for name in FILES:
            shutil.move(scratch / name, folder / name)
    return [folder / name for name in FILES]
