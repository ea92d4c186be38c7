"""Inventory: guaranteed service on networks, and the single-stage models of the same files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.families.family import Case, Family, Outcome, Task, Tell
from benchmarks.instances import check_gsm, inventory_json
from optimizer.errors import DataError, Finding, show_value
from optimizer.solvers.limits import SolveLimits

_SAME = 1e-6
_APART = "::"


def find(words: Sequence[str]) -> tuple[list[Case], list[Finding]]:
    """All instances of JSON files, and of the JSON files of folders; approximations apart."""
    from benchmarks.families.gsm_methods import VARIANTS

    cases: list[Case] = []
    findings: list[Finding] = []
    for word in words:
        path = Path(word)
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not files or not files[0].is_file():
            findings.append(
                Finding(
                    code="D180", what="no instance file is there", value=show_value(word),
                    remedy="name JSON files of inventory instances, or a folder of them",
                )
            )  # fmt: skip
            continue
        for file in files:
            try:
                listed = inventory_json.names(file)
            except DataError as error:
                findings += error.findings
                continue
            for name in listed:
                kind = inventory_json.kind_of(inventory_json.read(file, name))
                variants = [variant for one, variant in VARIANTS if one == kind]
                cases += [
                    Case(name=f"{name}/{one}" if one else name, source=_APART.join((word_of, one)))
                    for word_of in [f"{file}{_APART}{name}"]
                    for one in ("", *variants)
                ]
    return cases, findings


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """Solve one instance and price its decision from the file again."""
    from benchmarks.families.gsm_methods import SOLVERS, VARIANTS, guaranteed

    del tell  # Answers come at once.
    file, name, variant = case.source.rsplit(_APART, 2)
    data = inventory_json.read(Path(file), name)
    kind = inventory_json.kind_of(data)
    solve = VARIANTS.get((kind, variant)) or SOLVERS.get(kind)
    is_asked = kind == "guaranteed" or solve is not None
    if task.method != "ours" or not is_asked or _is_empty(kind, data):
        why = "no peer" if task.method != "ours" else "the file gives nothing to optimise"
        return Outcome(
            lower_bound=-float("inf"), upper_bound=float("inf"), first_incumbent_s=None,
            seconds=0.0, status="no_solution", violations=None, note=f"{kind}: {why}",
        )  # fmt: skip
    began = time.monotonic()
    if kind == "guaranteed":
        limits = SolveLimits(time_s=task.time_s, seed=task.seed, n_threads=task.n_threads)
        answer = guaranteed(data, limits)
    else:
        assert solve is not None
        answer = solve(data)
    seconds = time.monotonic() - began
    cost, wrong = check_gsm.check(Path(file), name, kind, variant, answer.decision)
    scale = max(1.0, abs(cost))
    tolerance = check_gsm.TOLERANCES.get(kind, _SAME)
    if abs(cost - answer.cost) > tolerance * scale:
        wrong.append(f"the solver says {answer.cost}, the decision costs {cost}")
    return Outcome(
        lower_bound=answer.bound,
        upper_bound=answer.cost,
        first_incumbent_s=seconds,
        seconds=seconds,
        status=answer.status,
        violations=tuple(wrong),
        note=f"{kind}: {answer.text}; checked cost {cost:.7g}",
    )


def _is_empty(kind: str, data: dict[str, object]) -> bool:
    """A network without costs and times asks nothing."""
    if kind != "guaranteed":
        return False
    nodes = data["_nodes"]
    return isinstance(nodes, list) and not any(node["local_holding_cost"] for node in nodes)


FAMILY = Family(find=find, run=run)
