"""A kind of job that takes seconds and can die in many ways; workers of the service lack it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from api.jobs.child import Say
from optimizer.errors import DemandError, Finding

STEP_S = 0.05


def check(payload: dict[str, Any], _folder: Path, _say: Say) -> dict[str, Any]:
    """The input is a number, or wrong."""
    text = Path(payload["input"]).read_text(encoding="utf-8")
    if not text.isdigit():
        raise DemandError(Finding(code="S399", what="not a number", value=text))
    return {"number": int(text)}


def solve(payload: dict[str, Any], folder: Path, say: Say) -> dict[str, Any]:
    """Hash the number for as long as is asked for; the answer depends on nothing else."""
    options = payload["options"]
    number = int(Path(payload["input"]).read_text(encoding="utf-8"))
    _misbehave(options.get("how", ""))
    n_steps = _n_steps(options.get("seconds", 0.5))
    for step in range(n_steps):
        time.sleep(STEP_S)
        if step % 4 == 0:
            say("incumbent", {"objective_cny": 1000 - step, "step": step})
    answer = answer_of(number, n_steps)
    (folder / "answer.json").write_text(json.dumps({"answer": answer}), encoding="utf-8")
    return {"summary": {"answer": answer}, "answer_hash": answer}


def answer_of(number: int, n_steps: int) -> str:
    """What an undisturbed job answers."""
    return hashlib.sha256(f"{number} {n_steps}".encode()).hexdigest()


def expected(number: int, seconds: float) -> str:
    """The answer of a job of so many seconds."""
    return answer_of(number, _n_steps(seconds))


def _n_steps(seconds: float) -> int:
    return int(seconds / STEP_S)


def _misbehave(how: str) -> None:
    if how == "abort":
        os.abort()
    if how == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "memory":
        kept = [bytearray(10_000_000) for _ in range(1_000)]
        raise AssertionError(len(kept))
    if how == "native_memory":
        sys.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n")
        sys.stderr.flush()
        os.abort()
    if how == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    if how == "offspring":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        time.sleep(600)
