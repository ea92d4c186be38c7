"""Workers killed at random while they work."""

from __future__ import annotations

import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from api.jobs import states
from benchmarks.chaos import work
from benchmarks.chaos.fleet import Fleet, Troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run came to."""

    database: str
    n_jobs: int
    n_workers: int
    n_kills: int
    n_completed: int
    n_equal: int
    n_completed_twice: int
    most_attempts: int
    seconds: float
    troubles: list[str]

    @property
    def is_good(self) -> bool:
        """Every job ended once, with the answer of an undisturbed run, and nothing is left over."""
        is_whole = self.n_completed == self.n_equal == self.n_jobs
        return is_whole and not self.n_completed_twice and not self.troubles

    def rows(self) -> dict[str, object]:
        """For a table."""
        return asdict(self)


def run(
    folder: Path,
    url: str = "",
    *,
    n_jobs: int = 20,
    n_workers: int = 2,
    n_kills: int = 10,
    seconds: float = 1.0,
    seed: int = 1,
    within_s: float = 300.0,
) -> Figures:
    """
    Queue jobs, kill workers at random moments, start them again under their names, and count.

    Parameters
    ----------
    seconds
        Of one job.
    """
    chance = random.Random(seed)  # noqa: S311  (moments of kills)
    names = [f"worker-{n}" for n in range(1, n_workers + 1)]
    with Fleet(folder, url) as fleet:
        ids = [fleet.submit(str(n), seconds=seconds) for n in range(n_jobs)]
        for name in names:
            fleet.start(name)
        fleet.wait_ready(*names)
        started = time.monotonic()
        n_done = 0
        while n_done < n_kills and any(one.state not in states.ENDED for one in fleet.jobs()):
            time.sleep(chance.uniform(0.1, 2.0))
            name = chance.choice(names)
            fleet.kill(name)
            fleet.start(name)
            n_done += 1
        jobs = fleet.wait(within_s)
        took_s = time.monotonic() - started
        twice = [
            one
            for one in ids
            if sum(e.data.get("state") == states.COMPLETED for e in fleet.events(one)) > 1
        ]
        expected = {one: work.expected(n, seconds) for n, one in enumerate(ids)}
        database = fleet.engine.dialect.name
        fleet.stop()
        troubles = Troubles().look(fleet)
        return Figures(
            database=database,
            n_jobs=n_jobs,
            n_workers=n_workers,
            n_kills=n_done,
            n_completed=sum(one.state == states.COMPLETED for one in jobs),
            n_equal=sum(one.answer_hash == expected[one.job_id] for one in jobs),
            n_completed_twice=len(twice),
            most_attempts=max(one.attempts for one in jobs),
            seconds=round(took_s, 1),
            troubles=troubles,
        )
