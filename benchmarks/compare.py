"""
Ours against peers: the same work in one run, interleaved, on one clock.

A comparison subject (``registry.Comparison``) builds contenders, ours first, and calls ``compare``
once per size. Per repetition every contender runs once, in an order that rotates, so that a
neighbour's load or a clock change meets all of them. A ratio is the median over repetitions of the
peer's time through ours of the same repetition.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

MS = 1000.0
MAX_TEXT = 34
CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}
"""``cpu`` sums all threads of this process and is the fairer clock on a loaded machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """
    One way of doing the work.

    Parameters
    ----------
    name
        With version, such as ``pyroutingkit 0.2.1``.
    run
        The timed call; returns what is checked for exactness.
    scale
        Factor from the timed work to the whole: a slow peer that does 5 of 1,000 sources has 200.
    """

    name: str
    run: Callable[[], object]
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Times of one contender in milliseconds, scaled, one a repetition, and its first result."""

    name: str
    times_ms: tuple[float, ...]
    result: object
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One line of a comparison.

    Parameters
    ----------
    ratio
        Median over repetitions of peer through ours; above 1 where ours is faster.
    max_abs_error
        Largest difference from the reference over all compared cells, in the unit of the weights,
        of ours and the peer, whichever is worse. ``None`` where nothing can be compared.
    scale
        How far the peer's time was scaled up (``Contender.scale``); 1 where it did all the work.
    """

    subject: str
    peer: str
    n_sources: int
    n_targets: int
    ours_ms: float
    peer_ms: float
    ratio: float
    max_abs_error: float | None
    ratio_min: float = 0.0
    ratio_max: float = 0.0
    repetitions: int = 0
    scale: float = 1.0
    clock: str = "wall"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What a contender needs before the first query: CPU seconds, growth of peak memory."""

    contender: str
    what: str
    cpu_s: float
    memory_mb: float | None = None


@dataclass(slots=True, kw_only=True)
class Comparison:
    """All that one run of a comparison subject found. ``skipped`` is (peer, reason)."""

    rows: list[Row] = field(default_factory=list)
    preparations: list[Preparation] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def compare(
    contenders: Sequence[Contender],
    repetitions: int,
    *,
    clock: str = "wall",
    limit_s: float = 20.0,
) -> list[Timed]:
    """
    Time contenders interleaved.

    Parameters
    ----------
    repetitions
        At most so many; the first, which compiles and fills caches, is not counted among them.
    clock
        ``wall`` or ``cpu``.
    limit_s
        A contender that has used so many seconds leaves the rounds (it has one time at least).
        Ratios use the repetitions in which both ran.
    """
    now = CLOCKS[clock]
    times_ms: list[list[float]] = [[] for _ in contenders]
    used_s = [0.0] * len(contenders)
    results: list[object] = []
    for at, contender in enumerate(contenders):
        started = now()
        results.append(contender.run())
        used_s[at] = now() - started
        if used_s[at] > limit_s / 2:
            times_ms[at].append(used_s[at] * MS * contender.scale)
    for repetition in range(repetitions):
        shift = repetition % len(contenders)
        for at in [*range(shift, len(contenders)), *range(shift)]:
            if times_ms[at] and used_s[at] > limit_s / 2:
                continue
            contender = contenders[at]
            started = now()
            contender.run()
            taken_s = now() - started
            used_s[at] += taken_s
            times_ms[at].append(taken_s * MS * contender.scale)
    return [
        Timed(name=c.name, times_ms=tuple(t), result=r, scale=c.scale)
        for c, t, r in zip(contenders, times_ms, results, strict=True)
    ]


def rows(
    subject: str,
    n_sources: int,
    n_targets: int,
    timed: Sequence[Timed],
    *,
    errors: Sequence[float | None],
    clock: str = "wall",
    notes: Sequence[str] = (),
) -> list[Row]:
    """
    One row a peer; ``timed[0]`` is ours.

    Parameters
    ----------
    errors
        By contender, largest absolute difference from the reference, ``None`` if not compared.
    notes
        By contender, or empty.
    """
    ours, *peers = timed
    made = []
    for at, peer in enumerate(peers, start=1):
        n = min(len(ours.times_ms), len(peer.times_ms))
        ratios = [
            theirs / max(mine, 1e-9)
            for mine, theirs in zip(ours.times_ms[:n], peer.times_ms[:n], strict=True)
        ]
        known = [error for error in (errors[0], errors[at]) if error is not None]
        made.append(
            Row(
                subject=subject,
                peer=peer.name,
                n_sources=n_sources,
                n_targets=n_targets,
                ours_ms=round(median(ours.times_ms), 4),
                peer_ms=round(median(peer.times_ms), 4),
                ratio=round(median(ratios), 3),
                max_abs_error=max(known) if known else None,
                ratio_min=round(min(ratios), 3),
                ratio_max=round(max(ratios), 3),
                repetitions=n,
                scale=peer.scale,
                clock=clock,
                note=notes[at] if notes else "",
            )
        )
    return made


def print_json(comparison: Comparison, where: dict[str, str]) -> None:
    """One JSON object a line: rows first; then preparations, skipped peers, surroundings."""
    for row in comparison.rows:
        print(json.dumps(asdict(row)))
    for preparation in comparison.preparations:
        print(json.dumps({"preparation": asdict(preparation)}))
    for peer, reason in comparison.skipped:
        print(json.dumps({"skipped": {"peer": peer, "reason": reason}}))
    print(json.dumps({"surroundings": where}))


def print_table(comparison: Comparison, where: dict[str, str]) -> None:
    """The same for people."""
    head = f"{'peer':<{MAX_TEXT}} {'sources':>8} {'targets':>8} {'ours ms':>10} {'peer ms':>12}"
    print(f"{head} {'ratio':>9} {'range':>15} {'error':>7}")
    for row in comparison.rows:
        error = "-" if row.max_abs_error is None else f"{row.max_abs_error:g}"
        spread = f"{row.ratio_min:.3g}-{row.ratio_max:.3g}"
        scaled = "" if row.scale == 1 else f"  scaled x{row.scale:g}"
        note = f"  {row.note}" if row.note else ""
        print(
            f"{row.peer:<{MAX_TEXT}} {row.n_sources:>8} {row.n_targets:>8} {row.ours_ms:>10.3f} "
            f"{row.peer_ms:>12.3f} {row.ratio:>8.2f}x {spread:>15} {error:>7}{scaled}{note}"
        )
    for p in comparison.preparations:
        memory = "" if p.memory_mb is None else f", {p.memory_mb:.0f} MB"
        print(f"  {p.contender}: {p.what} {p.cpu_s:.3f} CPU s{memory}")
    for peer, reason in comparison.skipped:
        print(f"  skipped {peer}: {reason}")
    print("  " + ", ".join(f"{key} {value}" for key, value in where.items()))
