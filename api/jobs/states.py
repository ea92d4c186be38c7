r"""
The life of a job.

::

    created -> validated -> queued -> solving -> completed
            \-> invalid              (<- handed back)  \-> failed

and ``cancelled`` from each state that is not an end.
"""

from __future__ import annotations

CREATED = "created"
VALIDATED = "validated"
INVALID = "invalid"
QUEUED = "queued"
SOLVING = "solving"
COMPLETED = "completed"
FAILED = "failed"
CANCELLED = "cancelled"

STATES = (CREATED, VALIDATED, INVALID, QUEUED, SOLVING, COMPLETED, FAILED, CANCELLED)
ENDED = frozenset({INVALID, COMPLETED, FAILED, CANCELLED})
OPEN = tuple(state for state in STATES if state not in ENDED)

NEXT: dict[str, frozenset[str]] = {
    CREATED: frozenset({VALIDATED, INVALID, FAILED, CANCELLED}),
    # A job that only asks whether its input is good is complete when it is.
    VALIDATED: frozenset({QUEUED, COMPLETED, CANCELLED}),
    QUEUED: frozenset({SOLVING, FAILED, CANCELLED}),
    # Back to the queue when the worker stops or dies.
    SOLVING: frozenset({SOLVING, QUEUED, COMPLETED, FAILED, CANCELLED}),
}
"""What may follow each state; ends have no entry."""

MODES = ("validate", "screen", "evaluate", "solve")
