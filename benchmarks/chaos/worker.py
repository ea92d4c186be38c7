"""``python -m benchmarks.chaos.worker NAME``: a worker that also knows the kind ``fake``."""

from __future__ import annotations

import sys

from api.jobs.kinds import KINDS, Kind
from api.jobs.worker import EXIT_NAME_TAKEN, NameTaken, run
from api.settings import Settings
from api.telemetry import set_up_logs

FAKE = Kind(check="benchmarks.chaos.work:check", solve="benchmarks.chaos.work:solve")

if __name__ == "__main__":
    KINDS["fake"] = FAKE
    set_up_logs("info")
    try:
        run(Settings(), sys.argv[1], warm="")
    except NameTaken:
        sys.exit(EXIT_NAME_TAKEN)
