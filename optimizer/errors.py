"""
What can go wrong, and how it is said.

::

    TeahorseError
    ├── InputError (also ValueError)   the caller's input is at fault; carries findings
    │   ├── DataError        D1xx  network tables
    │   ├── NetworkError     N2xx  what the tables mean together
    │   ├── DemandError      S3xx  shipments and queries
    │   ├── TariffError      T4xx  rates, currencies
    │   └── ScenarioError    C5xx  scenario files
    ├── ModelError           M6xx
    │   ├── Infeasible
    │   ├── NoSolutionInTime
    │   └── Unbounded
    └── PlanError            P7xx  a plan that breaks a rule; carries violations as findings

Findings are collected, never raised one by one: a user sees everything that is wrong at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing that is wrong with an input.

    Parameters
    ----------
    code
        Stable code such as ``S302``; the first letter names the stage.
    what
        What is wrong, one sentence without the place.
    where
        Place: file, row and column, or ids.
    value
        The offending value as text, cut to a readable length.
    remedy
        What to do about it.
    """

    code: str
    what: str
    where: str = ""
    value: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = f" [{self.where}]" if self.where else ""
        value = f" (got {self.value})" if self.value else ""
        remedy = f": {self.remedy}" if self.remedy else ""
        return f"{self.code}{place} {self.what}{value}{remedy}"


def show_value(value: object, limit: int = 60) -> str:
    """Text of a value that is safe to print: one line, cut, control characters escaped."""
    text = str(value)[: limit + 1]
    text = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return text if len(text) <= limit else text[:limit] + "…"


def show_ids(ids: Sequence[str]) -> str:
    """At most five ids and how many more there are."""
    shown = ", ".join(ids[:MAX_SHOWN])
    return shown if len(ids) <= MAX_SHOWN else f"{shown}, and {len(ids) - MAX_SHOWN} more"


class TeahorseError(Exception):
    """Base of everything that Teahorse raises on purpose."""


class InputError(TeahorseError, ValueError):
    """The input is at fault. ``findings`` has all of what was found."""

    def __init__(self, findings: Iterable[Finding] | Finding) -> None:
        self.findings: tuple[Finding, ...] = (
            (findings,) if isinstance(findings, Finding) else tuple(findings)
        )
        super().__init__("\n".join(str(finding) for finding in self.findings))


class DataError(InputError):
    """A network table cannot be used."""


class NetworkError(InputError):
    """The tables contradict each other."""


class DemandError(InputError):
    """A shipment or a query cannot be used."""


class TariffError(InputError):
    """A rate or an exchange rate is missing or out of date."""


class ScenarioError(InputError):
    """A scenario file cannot be used."""


class ModelError(TeahorseError):
    """A model could not be solved."""


class Infeasible(ModelError):
    """No solution satisfies the hard constraints."""


class NoSolutionInTime(ModelError):
    """The limit passed before a first solution."""


class Unbounded(ModelError):
    """The objective has no bound: the model is wrong."""


class PlanError(TeahorseError):
    """A plan breaks a rule; ``findings`` has all violations."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))
