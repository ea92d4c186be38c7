"""What a family of instances is: how its cases are found, and how one is run and checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from optimizer.errors import Finding, show_value

METHODS = ("ours", "full-highs", "full-scip", "full-cpsat")
NAMES = ("mcnd", "ctsndp", "lane", "gsm", "cflp", "sscflp", "fulfilment", "allocation")

Tell = Callable[[float, float, float], None]
"""Called with lower bound, upper bound and seconds of the solve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    One instance.

    Parameters
    ----------
    name
        In the results.
    source
        A file, or what the family generates from.
    """

    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """How a case is solved."""

    method: str
    time_s: float
    n_threads: int
    seed: int
    gap: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What a method gave for a case.

    Parameters
    ----------
    lower_bound, upper_bound
        In the instance's unit; infinite where unknown.
    first_incumbent_s
        Seconds of the solve to the first plan; None without one, or where a peer does not say.
    seconds
        Of the solve, reading apart.
    violations
        What the checker found wrong with the plan; None if there is no plan to check.
    note
        Times outside the solve, reasons.
    """

    lower_bound: float
    upper_bound: float
    first_incumbent_s: float | None
    seconds: float
    status: str
    violations: tuple[str, ...] | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """
    A family.

    Parameters
    ----------
    find
        From the command line's words to cases and what is wrong with the words.
    run
        Solve and check one case, in a process of its own. Raises ``InputError`` for bad files.
    """

    find: Callable[[Sequence[str]], tuple[list[Case], list[Finding]]]
    run: Callable[[Case, Task, Tell], Outcome]


def family(name: str) -> Family:
    """The family of a name in ``NAMES``."""
    return import_module(f"benchmarks.families.{name}").FAMILY


def find_files(words: Sequence[str], suffixes: tuple[str, ...]) -> tuple[list[Case], list[Finding]]:
    """
    Instance files named by words: files, folders, and lists of names in text files.

    A list names one instance a line, with or without suffix, ``#`` for remarks. A name is looked
    for beside the list, in its folder's subfolders and in its neighbours.

    Parameters
    ----------
    suffixes
        Of instance files. A ``.txt`` file that is not an instance by its first line is a list.
    """
    cases: list[Case] = []
    findings: list[Finding] = []
    for word in words:
        path = Path(word)
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix in suffixes and _is_instance(p))
            if not found:
                findings.append(_finding("no instance is in the folder", word))
            cases += [_case(p) for p in found]
        elif not path.is_file():
            findings.append(_finding("there is no such file or folder", word))
        elif path.suffix in suffixes and _is_instance(path):
            cases.append(_case(path))
        elif path.suffix == ".txt":
            listed, wrong = _read_list(path, suffixes)
            cases += listed
            findings += wrong
        else:
            findings.append(_finding(f"not an instance file ({', '.join(suffixes)})", word))
    return cases, findings


def _case(path: Path) -> Case:
    return Case(name=path.stem, source=str(path))


def _finding(what: str, value: str, where: str = "") -> Finding:
    return Finding(
        code="D180", what=what, where=where, value=show_value(value),
        remedy="name instance files, a folder of them, or a list of names",
    )  # fmt: skip


def _is_instance(path: Path) -> bool:
    """Whether a file is more than a list of names: a list's lines hold one word."""
    if path.suffix != ".txt":
        return True
    with path.open(encoding="utf-8", errors="replace") as lines:
        first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return "," in first or len(first.split()) > 1


def _read_list(path: Path, suffixes: tuple[str, ...]) -> tuple[list[Case], list[Finding]]:
    cases: list[Case] = []
    findings: list[Finding] = []
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        name = line.partition("#")[0].strip()
        if not name:
            continue
        found = _look_for(name, path.parent, suffixes)
        if found is None:
            findings.append(_finding("a listed instance is nowhere near", name, f"{path}:{number}"))
        else:
            cases.append(_case(found))
    return cases, findings


def _look_for(name: str, folder: Path, suffixes: tuple[str, ...]) -> Path | None:
    names = [name, *(name + suffix for suffix in suffixes)]
    folders = [folder, *sorted(p for p in folder.iterdir() if p.is_dir())]
    folders += sorted(p for p in folder.parent.iterdir() if p.is_dir())
    for place in folders:
        for one in names:
            if (place / one).is_file():
                return place / one
    return None
