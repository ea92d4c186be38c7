"""Jobs of kind ``plan``: what a child does with them, through the planner's front door."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from api.jobs.child import Say
from optimizer import planner, replanner
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.plan.plan import Incumbent, PlanResult

MARGIN_DAYS = 30
"""Departures are known for so long after the last shipment is ready, unless a request says more."""
_MAX_WARNINGS = 100
_TIMED = ("solve_seconds",)


def warm(payload: dict[str, Any], _folder: Path, _say: Say) -> dict[str, Any]:
    """Load tables, solvers and compiled kernels, so that a first job waits for none of them."""
    from optimizer import stages, warm

    data = _network(payload["data_dir"])
    warm.start_up(data)
    for name in ("lanes of a plan",):
        warm.WARMERS[name]()
    return {"stages": stages.__name__}


@lru_cache(maxsize=2)
def _network(folder: str) -> NetworkData:
    return planner.read(Path(folder) if folder else None)


def check(payload: dict[str, Any], folder: Path, _say: Say) -> dict[str, Any]:
    """
    Read what was sent, and count it.

    Raises
    ------
    InputError, PlanError
        Everything that is wrong with it.
    """
    data = _network(payload["data_dir"])
    if payload["mode"] == "evaluate":
        from optimizer.replan.hand_file import read_hand_plan

        hand = read_hand_plan(_input(payload, folder), data)
        return {"n_shipments": len(hand.shipments)}
    shipments = _shipments(payload, folder, data)
    planned_at = _planned_at(payload, shipments)
    findings = planner.plausibility(data, shipments, planned_at=planned_at)
    return {
        "n_shipments": len(shipments),
        "gross_kg": sum(one.gross_kg for one in shipments),
        "volume_m3": sum(one.volume_dm3 for one in shipments) / 1000,
        "warnings": [str(finding) for finding in findings[:_MAX_WARNINGS]],
    }


def solve(payload: dict[str, Any], folder: Path, say: Say) -> dict[str, Any]:
    """Screen, evaluate or solve; the files of the answer are left in the folder."""
    work = {"screen": _screen, "evaluate": _evaluate, "solve": _solve}[payload["mode"]]
    return work(payload, folder, say)


def _solve(payload: dict[str, Any], folder: Path, say: Say) -> dict[str, Any]:
    from optimizer.report import write
    from optimizer.stages import PlanOptions

    data, options = _network(payload["data_dir"]), payload["options"]
    say("log", {"line": "reading the shipments"})
    shipments = _shipments(payload, folder, data)
    planned_at = _planned_at(payload, shipments)
    say("log", {"line": "compiling the network"})
    inputs = _load(payload, data, shipments, planned_at)
    plan_options = PlanOptions(
        planned_at=planned_at,
        time_s=options["time_s"],
        gap=options["gap"],
        seed=options["seed"],
        n_threads=1,
        planning_quantile=options["planning_quantile"],
        explain_s=options["explain_s"],
    )
    warnings = planner.plausibility(data, shipments, planned_at=planned_at)
    result = planner.plan(
        inputs,
        shipments,
        plan_options,
        _teller(say),
        warnings=[str(finding) for finding in warnings],
    )
    say("log", {"line": "writing the report"})
    title = options.get("label") or "Plan"
    write.write_all(result, data, folder, title=title)
    return _answer(result, folder)


def _evaluate(payload: dict[str, Any], folder: Path, say: Say) -> dict[str, Any]:
    from optimizer.plan.io import write_plan
    from optimizer.replan.hand_file import read_hand_plan

    data = _network(payload["data_dir"])
    hand = read_hand_plan(_input(payload, folder), data)
    result, found = replanner.evaluate(data, hand, on_progress=_teller(say))
    write_plan(data, result, folder / "plan.json")
    answer = _answer(result, folder)
    answer["summary"]["violations"] = [str(one) for one in found.penalties][:_MAX_WARNINGS]
    return answer


def _screen(payload: dict[str, Any], folder: Path, say: Say) -> dict[str, Any]:
    """Which shipments have no way at all, quoted one by one; no solver runs."""
    data = _network(payload["data_dir"])
    shipments = _shipments(payload, folder, data)
    planned_at = _planned_at(payload, shipments)
    inputs = _load(payload, data, shipments, planned_at)
    without: list[dict[str, Any]] = []
    for n_done, shipment in enumerate(shipments):
        if n_done % 20 == 0:
            say("log", {"line": f"quoting each shipment alone {n_done}/{len(shipments)}"})
        quote = planner.quote(inputs, shipment, max_itineraries=1)
        if not quote.itineraries:
            reasons = [{"code": one.code, "resource": one.resource} for one in quote.reasons]
            without.append({"shipment_id": shipment.shipment_id, "reasons": reasons})
    screened = {"n_shipments": len(shipments), "n_without_way": len(without), "without": without}
    text = json.dumps(screened, ensure_ascii=False, indent=1)
    (folder / "screen.json").write_text(text, encoding="utf-8")
    shown = {name: screened[name] for name in ("n_shipments", "n_without_way")}
    return {"summary": shown, "answer_hash": hashlib.sha256(text.encode()).hexdigest()}


def _input(payload: dict[str, Any], folder: Path) -> Path:
    """The input under a name whose ending readers know; results are what else is in the folder."""
    place = folder / "input"
    place.mkdir(exist_ok=True)
    path = place / payload["input_name"]
    shutil.copyfile(payload["input"], path)
    return path


def _shipments(payload: dict[str, Any], folder: Path, data: NetworkData) -> list[Shipment]:
    said = payload["options"].get("planned_at")
    booked_at = datetime.fromisoformat(said) if said else None
    return planner.shipments_from(_input(payload, folder), data, booked_at=booked_at)


def _planned_at(payload: dict[str, Any], shipments: list[Shipment]) -> datetime:
    """When is planned: what the request says, or as early as any shipment can be booked."""
    said = payload["options"].get("planned_at")
    if said:
        return datetime.fromisoformat(said).astimezone(UTC)
    return min(one.booked_at for one in shipments).astimezone(UTC)


def _load(
    payload: dict[str, Any], data: NetworkData, shipments: list[Shipment], planned_at: datetime
) -> planner.Inputs:
    """The network from the midnight before, to long enough after the last shipment is ready."""
    midnight = planned_at.replace(hour=0, minute=0, second=0, microsecond=0)
    epoch_at = midnight - timedelta(days=1)
    last = max(one.ready_at for one in shipments).astimezone(UTC)
    least = (last - epoch_at).days + 1 + MARGIN_DAYS
    days = max(least, int(payload["options"].get("horizon_days") or 0))
    return planner.load(epoch_at=epoch_at, horizon_days=days, data=data)


def _teller(say: Say) -> planner.OnProgress:
    def on_progress(stage: str, incumbent: Incumbent | None) -> None:
        if incumbent is None:
            say("log", {"line": stage})
            return
        objective, bound = incumbent.objective_fen, incumbent.bound_fen
        gap = (objective - bound) / objective if objective else 0.0
        say(
            "incumbent",
            {
                "objective_cny": objective / 100,
                "bound_cny": bound / 100,
                "gap": round(gap, 6),
                "solver_s": round(incumbent.seconds, 3),
                "note": incumbent.note,
            },
        )

    return on_progress


def _answer(result: PlanResult, folder: Path) -> dict[str, Any]:
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    summary = {**plan["summary"], "status": plan["status"], "stop_reason": result.stop_reason}
    return {"summary": summary, "answer_hash": answer_hash(plan)}


def answer_hash(plan: dict[str, Any]) -> str:
    """Hash of what a ``plan.json`` says, its seconds left out: the same job gives the same."""
    said = {name: value for name, value in plan.items() if name != "incumbents"}
    for part in ("summary", "provenance"):
        said[part] = {name: v for name, v in plan[part].items() if name not in _TIMED}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
