"""
Schemathesis over the whole OpenAPI document with all checks: ``python -m tests.fuzz.run``.

The service is started for it with a database of its own. Arguments are passed on, such as ``-n 50``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.service import served

HERE = Path(__file__).parent
SCOPES = ("quote", "plan", "allocate", "scenario", "admin")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {"TEAHORSE_STATE_DIR": name}
        create = [sys.executable, "-m", "api.cli", "keys", "create", "--name", "fuzz"]
        for scope in SCOPES:
            create += ["--scope", scope]
        made = subprocess.run(create, env=environment, capture_output=True, check=True)
        key = made.stdout.decode().strip()
        environment |= {
            "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
            "FUZZ_DATABASE_URL": f"sqlite:///{folder / 'teahorse.db'}",
            "FUZZ_KEY_PREFIX": key.split("_")[1],
        }
        program = Path(sys.executable).with_name("schemathesis")
        with served(folder, TEAHORSE_RATE_PER_S="0", TEAHORSE_PROCESSES="1") as port:
            command = [
                program, "--config-file", HERE / "schemathesis.toml",
                "run", f"http://127.0.0.1:{port}/v1/openapi.json",
                "--header", f"Authorization: Bearer {key}", "--checks", "all",
                "--continue-on-failure", *(sys.argv[1:] or ["-n", "300"]),
            ]  # fmt: skip
            done = subprocess.run(
                command, check=False, env=environment | {"PYTHONPATH": str(Path.cwd())}
            )
        errors = [line for line in (folder / "log").read_text().splitlines() if '"failed"' in line]
        sys.stderr.write("\n".join(errors[:20]))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
