"""What a shipped scenario is expected to show: ``expected.json`` beside its file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from optimizer.errors import Finding, ScenarioError
from optimizer.scenario.compare import Comparison

FILE_NAME = "expected.json"


class Expectation(BaseModel):
    """
    One indicator, and where it may go.

    Parameters
    ----------
    kpi
        Name of a row of the comparison.
    direction
        Of the variant against the base.
    variant
        Whose comparison; every one if empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kpi: str
    direction: Literal["up", "down", "not_up", "not_down", "same"]
    variant: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    expect: tuple[Expectation, ...]


def read_expected(folder: Path) -> tuple[Expectation, ...]:
    """
    The expectations of a scenario folder.

    Raises
    ------
    ScenarioError
        C514: the file is missing or of another form.
    """
    path = folder / FILE_NAME
    try:
        return _File.model_validate(json.loads(path.read_text(encoding="utf-8"))).expect
    except (OSError, ValueError, ValidationError) as error:
        finding = Finding(
            code="C514",
            what="the expectations cannot be read",
            where=f"{folder.name}/{FILE_NAME}",
            value=str(error).splitlines()[0][:120],
            remedy='write {"expect": [{"kpi": "objective", "direction": "not_down"}]}',
        )
        raise ScenarioError(finding) from error


def disappointments(
    expectations: Sequence[Expectation], comparisons: Sequence[Comparison]
) -> list[str]:
    """
    What did not come as expected, in words.

    The objective is judged by bounds: ``not_down`` fails only where the variant's plan costs less
    than the base is proved to cost at least, and ``not_up`` the other way round.
    """
    found: list[str] = []
    for one in expectations:
        chosen = [c for c in comparisons if not one.variant or c.variant == one.variant]
        if not chosen:
            found.append(f"{one.kpi}: there is no variant {one.variant}")
        for comparison in chosen:
            found += _missed(one, comparison)
    return found


def _missed(one: Expectation, comparison: Comparison) -> list[str]:
    rows = {row.name: row for row in comparison.kpis}
    row = rows.get(one.kpi)
    if row is None or row.base is None or row.variant is None:
        return [f"{comparison.variant}: there is no {one.kpi}"]
    low, high = row.base, row.base
    least = row.variant
    if one.kpi == "objective":
        bounds = rows["bound_cny"]
        low = bounds.base if bounds.base is not None else row.base
        if one.direction == "not_up" and bounds.variant is not None:
            least = bounds.variant
    holds = {
        "up": row.variant > high,
        "down": row.variant < low,
        "not_down": row.variant >= low,
        "not_up": least <= high,
        "same": row.variant == row.base,
    }[one.direction]
    if holds:
        return []
    return [f"{comparison.variant}: {one.kpi} {row.base:g} -> {row.variant:g}, not {one.direction}"]
