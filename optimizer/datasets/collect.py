"""Collects findings so that a user sees all of them at once, and not a million of them."""

from __future__ import annotations

from difflib import get_close_matches

from optimizer.errors import Finding

MAX_LISTED = 1_000
MAX_COUNTED = 20_000
"""Then reading may stop: the count says no more."""
MAX_SUGGESTIONS = 50
"""Searching for a similar name is slow; beyond this many misspellings nobody reads on."""


class Findings:
    """
    A list of findings that stops listing at a limit and goes on counting.

    Parameters
    ----------
    more_code
        Code of the closing finding that says how many were left out.
    limit
        Findings listed at most.
    """

    def __init__(self, more_code: str, limit: int = MAX_LISTED) -> None:
        self._more_code = more_code
        self._limit = limit
        self._listed: list[Finding] = []
        self.n_total = 0

    def __bool__(self) -> bool:
        return self.n_total > 0

    @property
    def is_full(self) -> bool:
        """Whether there are so many that looking for more is no use."""
        return self.n_total >= MAX_COUNTED

    def add(self, finding: Finding) -> None:
        """List or count one more."""
        self.n_total += 1
        if len(self._listed) < self._limit:
            self._listed.append(finding)

    def extend(self, findings: list[Finding]) -> None:
        """Add several."""
        for finding in findings:
            self.add(finding)

    def listed(self) -> tuple[Finding, ...]:
        """All findings up to the limit, then one that counts the rest."""
        n_left_out = self.n_total - len(self._listed)
        if n_left_out == 0:
            return tuple(self._listed)
        total = f"at least {self.n_total}" if self.is_full else f"{self.n_total} in all"
        rest = Finding(
            code=self._more_code,
            what=f"and {n_left_out} more findings, {total}",
            remedy="mend the ones above first; the rest are often of the same kind",
        )
        return (*self._listed, rest)


class Suggester:
    """Finds similar names, for a limited number of misspellings."""

    def __init__(self, budget: int = MAX_SUGGESTIONS) -> None:
        self._budget = budget

    def closest(self, word: str, known: list[str], n: int = 3) -> list[str]:
        """Up to ``n`` names like ``word``, best first; empty when the budget is spent."""
        if self._budget <= 0 or len(word) > MAX_SUGGESTIONS:
            return []
        self._budget -= 1
        return get_close_matches(word, known, n=n, cutoff=0.6)


def did_you_mean(words: list[str], otherwise: str = "") -> str:
    """Text of a suggestion, or ``otherwise`` where there is none."""
    return f"did you mean {' or '.join(words)}?" if words else otherwise
