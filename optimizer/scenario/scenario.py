"""Scenario files: the question, the network, the shipments and the limits."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, Field, PrivateAttr, ValidationError

from optimizer.errors import Finding, ScenarioError, show_value
from optimizer.plan.sharing_rules import ShareRule
from optimizer.scenario.modifications.kinds import AnyModification
from optimizer.scenario.parts import (
    LaneOptions,
    Limits,
    Name,
    Part,
    Scaled,
    Sweep,
    Variant,
)
from optimizer.scenario.toml_places import TomlPath, key_lines, place_of

FILE_NAME = "scenario.toml"
DEFAULT_NETWORK = "default"
"""The network that comes with Teahorse."""
OWN_KEYS = frozenset({"name", "question", "modifications", "variants", "sweeps"})
"""Keys that a scenario does not take from the one that it extends."""


class Scenario(Part):
    """
    One question, as its file puts it.

    Parameters
    ----------
    planned_at
        When the plan is decided; nothing is booked before.
    horizon_start
        Zero of the planning horizon.
    horizon_days
        Days in which voyages and trucks are considered, from ``horizon_start``.
    network
        ``default``, or a folder of network tables relative to the scenario.
    shipments
        CSV of shipments, relative to the scenario.
    planning_quantile
        Quantile at which uncertain durations enter the planned clock.
    share_rule
        How the cost of shared loads is split: ``proportional`` or ``shapley``.
    extends
        Name or folder of a scenario whose keys hold where this file has none; its relative paths
        are seen from its own folder.
    modifications
        What the scenario changes, in order. The base is the same without any.
    variants
        More changes after those, one comparison each; without any, the scenario itself is the one.
    """

    name: Name
    question: str = ""
    planned_at: AwareDatetime
    horizon_start: AwareDatetime
    horizon_days: int = Field(ge=1, le=366)
    network: str = DEFAULT_NETWORK
    shipments: str = Field(min_length=1)
    planning_quantile: float = Field(default=0.5, gt=0, lt=1)
    share_rule: ShareRule = Field(default=ShareRule.PROPORTIONAL, strict=False)
    limits: Limits = Limits()
    lanes: LaneOptions = LaneOptions()
    extends: str = ""
    modifications: tuple[AnyModification, ...] = Field(default=(), strict=False)
    variants: tuple[Variant, ...] = Field(default=(), strict=False)
    sweeps: tuple[Sweep, ...] = Field(default=(), strict=False)
    scaled: Scaled = Scaled()

    _folder: Path = PrivateAttr(default_factory=Path)

    @property
    def folder(self) -> Path:
        """Folder of the scenario file."""
        return self._folder

    @property
    def shipments_path(self) -> Path:
        """The CSV of shipments."""
        return self._folder / self.shipments

    @property
    def network_dir(self) -> Path | None:
        """Folder of network tables, or ``None`` for the network that comes with Teahorse."""
        return None if self.network == DEFAULT_NETWORK else self._folder / self.network

    @property
    def horizon_end(self) -> datetime:
        """End of the horizon."""
        return self.horizon_start + timedelta(days=self.horizon_days)

    def at(self, folder: Path) -> Self:
        """The same scenario, with relative paths seen from ``folder``."""
        copy = self.model_copy()
        copy._folder = folder  # noqa: SLF001
        return copy


def _fields_at(path: TomlPath) -> list[str]:
    """Keys known in the table that holds the last part of a path."""
    model: type[BaseModel] = Scenario
    for part in path[:-1]:
        annotation = model.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)


def _finding_unknown(path: TomlPath, where: str) -> Finding:
    key = str(path[-1])
    known = _fields_at(path)
    close = get_close_matches(key, known, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
    return Finding(code="C503", what=f"unknown key {key}", where=where, remedy=remedy)


def _findings_of(error: ValidationError, text: str, file_name: str) -> list[Finding]:
    lines = key_lines(text)
    findings: list[Finding] = []
    for detail in error.errors():
        path = detail["loc"]
        where = place_of(path, lines, file_name)
        if detail["type"] == "extra_forbidden":
            findings.append(_finding_unknown(path, where))
        elif detail["type"] == "missing":
            what = f"{path[-1]} is missing"
            findings.append(Finding(code="C504", what=what, where=where, remedy="add it"))
        elif detail["type"] == "timezone_aware":
            findings.append(
                Finding(
                    code="C506",
                    what=f"{path[-1]} has no zone",
                    where=where,
                    value=show_value(detail["input"]),
                    remedy="write it like 2026-09-14T08:00:00+08:00",
                )
            )
        else:
            findings.append(
                Finding(
                    code="C505",
                    what=f"{path[-1]}: {detail['msg'][:1].lower()}{detail['msg'][1:]}",
                    where=where,
                    value=show_value(detail["input"]),
                )
            )
    return findings


def _check_meaning(scenario: Scenario, text: str, file_name: str) -> list[Finding]:
    lines = key_lines(text)
    findings: list[Finding] = []
    if not scenario.shipments_path.is_file():
        findings.append(
            Finding(
                code="C507",
                what="the shipments file does not exist",
                where=place_of(("shipments",), lines, file_name),
                value=show_value(scenario.shipments),
                remedy="paths are relative to the folder of the scenario",
            )
        )
    if scenario.network_dir is not None and not scenario.network_dir.is_dir():
        findings.append(
            Finding(
                code="C508",
                what="the network folder does not exist",
                where=place_of(("network",), lines, file_name),
                value=show_value(scenario.network),
                remedy=f'"{DEFAULT_NETWORK}", or a folder relative to that of the scenario',
            )
        )
    if scenario.planned_at >= scenario.horizon_end:
        findings.append(
            Finding(
                code="C509",
                what="the plan is decided after its horizon has ended",
                where=place_of(("planned_at",), lines, file_name),
                value=scenario.planned_at.isoformat(),
                remedy=f"the horizon ends {scenario.horizon_end.isoformat()}",
            )
        )
    return findings


def scenario_roots() -> list[Path]:
    """Folders in which a scenario is looked up by name: here, in the package, in the checkout."""
    package = Path(__file__).resolve().parents[1]
    roots = (Path.cwd() / "scenarios", package / "_scenarios", package.parent / "scenarios")
    return [root for root in dict.fromkeys(roots) if root.is_dir()]


def scenario_names() -> list[str]:
    """Names of the scenarios that can be found by name."""
    return sorted(
        {path.parent.name for root in scenario_roots() for path in root.glob(f"*/{FILE_NAME}")}
    )


def find_scenario(path_or_name: str | Path) -> Path:
    """
    The scenario file that a path (of a file or folder) or a name means.

    Raises
    ------
    ScenarioError
        C501, there is none.
    """
    given = Path(path_or_name)
    candidates = [given, given / FILE_NAME]
    if len(given.parts) == 1:
        candidates += [root / given / FILE_NAME for root in scenario_roots()]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    names = scenario_names()
    close = get_close_matches(given.name, names, n=1)
    known = f"known: {', '.join(names)}" if names else "give the path of a scenario.toml"
    raise ScenarioError(
        Finding(
            code="C501",
            what="there is no such scenario",
            value=show_value(path_or_name),
            remedy=f"did you mean {close[0]}?" if close else known,
        )
    )


def read_document(file: Path) -> dict[str, Any]:
    """
    A scenario file as plain tables, with the keys of the scenarios that it extends.

    Raises
    ------
    ScenarioError
        C501 there is no such parent; C510 scenarios that extend each other in a ring.
    tomllib.TOMLDecodeError, UnicodeDecodeError
        It is not TOML.
    """
    document: dict[str, Any] = {}
    seen: list[Path] = []
    while True:
        if file.resolve() in seen:
            names = " extends ".join(one.parent.name for one in [*seen, file])
            raise ScenarioError(
                Finding(code="C510", what=f"a ring of scenarios: {names}", where=file.name)
            )
        seen.append(file.resolve())
        own = tomllib.loads(file.read_text(encoding="utf-8"))
        if document:
            # Only the file that was asked for brings changes; a parent lends its base.
            own = {key: value for key, value in own.items() if key not in OWN_KEYS}
            for key in ("shipments", "network"):
                if isinstance(own.get(key), str) and own[key] != DEFAULT_NETWORK:
                    own[key] = str(file.resolve().parent / own[key])
        for key, value in own.items():
            if isinstance(value, dict) and isinstance(document.get(key), dict):
                document[key] = {**value, **document[key]}
            else:
                document.setdefault(key, value)
        parent = own.get("extends")
        if not isinstance(parent, str) or not parent:
            return document
        beside = file.resolve().parent.parent / parent
        file = find_scenario(beside if beside.is_dir() else parent)


def load_scenario(path_or_name: str | Path) -> Scenario:
    """
    Read and check a scenario.

    Parameters
    ----------
    path_or_name
        ``scenario.toml``, its folder, or the name of a folder under ``scenarios/``.

    Raises
    ------
    ScenarioError
        C501 no such scenario; C502 not TOML; C503 unknown key; C504 missing key; C505 wrong type
        or range; C506 time without zone; C507 no shipments file; C508 no network folder; C509
        planned after the horizon. All that is wrong is reported at once, C507 to C509 only when
        the file itself is well formed.
    """
    file = find_scenario(path_or_name)
    try:
        text = file.read_text(encoding="utf-8")
        document = read_document(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        what = f"not a TOML file: {error}"
        raise ScenarioError(Finding(code="C502", what=what, where=file.name)) from error
    return scenario_of(document, text, file)


def scenario_of(document: dict[str, Any], text: str, file: Path) -> Scenario:
    """
    A scenario from a document that was read, or changed at some places.

    Parameters
    ----------
    text
        The file as it stands, for the places of findings.

    Raises
    ------
    ScenarioError
        C503 to C509, as :func:`load_scenario`.
    """
    try:
        scenario = Scenario.model_validate(document).at(file.resolve().parent)
    except ValidationError as error:
        raise ScenarioError(_findings_of(error, text, file.name)) from error
    if findings := _check_meaning(scenario, text, file.name):
        raise ScenarioError(findings)
    return scenario
