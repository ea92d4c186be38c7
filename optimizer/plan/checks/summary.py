"""Whether the summary and the bound belong to the plan."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import cast

from optimizer.domain.network_data import NetworkData
from optimizer.plan.checks.codes import breach
from optimizer.plan.kpis import summarize
from optimizer.plan.plan import PlanResult, Violation

STATUSES = frozenset({"optimal", "feasible"})


def check_summary(data: NetworkData, result: PlanResult, *, n_violations: int) -> list[Violation]:
    """Indicators of the summary recomputed (P729), bound and status (P741, P754)."""
    found: list[Violation] = []
    objective_fen = result.plan.objective_fen
    if result.bound_fen > objective_fen:
        found.append(breach("P754", "bound_fen", result.bound_fen - objective_fen))
    if result.status not in STATUSES:
        found.append(breach("P741", "status", 1, detail=result.status, unit="values"))
    wanted = summarize(
        data,
        result.plan,
        bound_fen=result.bound_fen,
        solve_seconds=result.solve_seconds,
        n_violations=n_violations,
    )
    for name in wanted:
        if name in result.summary:
            found += _faults(f"summary {name}", result.summary[name], wanted[name])
    return found


def _faults(where: str, got: object, wanted: object) -> list[Violation]:
    if isinstance(wanted, Mapping):
        parts = cast("Mapping[str, object]", wanted)
        stated: Mapping[str, object] = {}
        if isinstance(got, Mapping):
            stated = cast("Mapping[str, object]", got)
        return [
            violation
            for key in sorted(parts.keys() | stated.keys())
            for violation in _faults(f"{where} {key}", stated.get(key, 0), parts.get(key, 0))
        ]
    if wanted is None or got is None:
        return [] if wanted is got else [breach("P729", where, 1, unit="values")]
    if not isinstance(got, int | float) or not isinstance(wanted, int | float):
        return [] if got == wanted else [breach("P729", where, 1, unit="values")]
    if isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9):
        return []
    return [breach("P729", where, got - wanted, unit="of its unit")]
