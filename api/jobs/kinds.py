"""Kinds of jobs: which functions a child runs for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    Functions by ``module:name``, because they are imported in another process.

    Parameters
    ----------
    check
        Reads the input and says how many things it holds; raises what is wrong with it.
    solve
        Makes the answer: files in its folder, a summary, and a hash of what the answer says.
    """

    check: str
    solve: str


KINDS: dict[str, Kind] = {
    "plan": Kind(check="api.jobs.plan_work:check", solve="api.jobs.plan_work:solve"),
}
