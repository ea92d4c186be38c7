"""One case of ``benchmarks.quality``, in a child process with limits of its own."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass

from benchmarks.families.family import Case, Outcome, Task, family
from optimizer.errors import ModelError
from optimizer.models.consolidation.network_design_plan import relative_gap
from optimizer.solvers.child import Child

_GRACE_S = 300.0
"""Reading, compiling and checking beside the solve; a method that overruns its limit by more is
ended, and the row says so."""
_STAGES_S = 3_600.0
"""The same for a family that has more than one solve, or stages before it."""
_STAGED = frozenset({"lane", "fulfilment"})
_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the results; bounds in the instance's unit, infinite where unknown."""

    instance: str
    method: str
    lower_bound: float
    upper_bound: float
    first_incumbent_s: float | None
    seconds: float
    status: str
    checked: str
    peak_mib: int
    note: str

    @property
    def gap(self) -> float:
        """(upper - lower) / upper; 1 where either is unknown."""
        return relative_gap(self.upper_bound, self.lower_bound)


def run_case(name: str, case: Case, task: Task, memory_gib: float) -> Row:
    """
    Run one case in a child; whatever happens there becomes a row.

    Parameters
    ----------
    memory_gib
        Address space of the child; more is refused to it.
    """
    child = Child(_work, (name, case, task, memory_gib))
    deadline = time.monotonic() + task.time_s + (_STAGES_S if name in _STAGED else _GRACE_S)
    lower, upper, first = -float("inf"), float("inf"), None
    began, seconds, peak_mib = time.monotonic(), 0.0, 0
    status, note = "died", "the process ended without an answer"
    try:
        while child.is_running:
            if time.monotonic() > deadline:
                status, note = "killed", "the method did not end in time"
                break
            for kind, payload in child.messages(0.5):
                if kind == "outcome":
                    outcome, peak_mib = payload
                    return _row(case, task, outcome, peak_mib)
                if kind == "failed":
                    status, note = payload
                else:
                    lower, upper, seconds = payload
                    first = seconds if first is None and upper < float("inf") else first
    except ModelError as error:
        status, note = "failed", str(error)
    finally:
        child.stop()
    return Row(
        instance=case.name,
        method=task.method,
        lower_bound=lower,
        upper_bound=upper,
        first_incumbent_s=first,
        seconds=seconds or time.monotonic() - began,
        status=status,
        checked="no",
        peak_mib=peak_mib,
        note=note.replace("\n", "; "),
    )


def _row(case: Case, task: Task, outcome: Outcome, peak_mib: int) -> Row:
    wrong = outcome.violations
    checked = "none" if wrong is None else "no" if wrong else "yes"
    note = "; ".join([outcome.note, *(wrong or ())[:5]])
    return Row(
        instance=case.name,
        method=task.method,
        lower_bound=outcome.lower_bound,
        upper_bound=outcome.upper_bound,
        first_incumbent_s=outcome.first_incumbent_s,
        seconds=outcome.seconds,
        status=outcome.status,
        checked=checked,
        peak_mib=peak_mib,
        note=note.replace("\n", "; "),
    )


def _work(send, name: str, case: Case, task: Task, memory_gib: float) -> None:  # noqa: ANN001
    """In the child: limit memory, run, send bounds as they come and the outcome at the end."""
    most = int(memory_gib * 1024 * _MIB)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        outcome = family(name).run(
            case, task, lambda low, high, at: send(("bounds", (low, high, at)))
        )
    except (ValueError, ModelError) as error:  # findings are ValueErrors, whole or in parts
        findings = getattr(error, "findings", ())
        text = "; ".join(str(finding) for finding in findings) or str(error)
        send(("failed", ("bad input" if findings else "failed", text)))
        return
    except MemoryError:
        send(("failed", ("out of memory", f"more than {memory_gib:g} GiB were asked for")))
        return
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    send(("outcome", (outcome, peak_mib)))
