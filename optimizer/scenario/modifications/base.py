"""What every modification of a base is: read strictly, resolved first, then applied to a copy."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding, show_value

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """
    What a scenario plans: facts, shipments and the span of time.

    Parameters
    ----------
    planned_at
        When the plan is decided.
    horizon_start, horizon_end
        Span in which voyages and trucks are considered.
    """

    data: NetworkData
    shipments: tuple[Shipment, ...]
    planned_at: datetime
    horizon_start: datetime
    horizon_end: datetime

    def with_data(self, **changes: object) -> World:
        """The same world with other tables."""
        return replace(self, data=replace(self.data, **changes))  # pyright: ignore[reportArgumentType]


class Modification(BaseModel):
    """
    One change of the base.

    A modification never edits: it makes new objects. Its findings are asked for first, and a world
    is made only from one that has none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @abstractmethod
    def findings(self, world: World) -> list[Finding]:
        """What keeps it from being applied; places are keys of the modification."""

    @abstractmethod
    def applied(self, world: World) -> World:
        """A world with the change; only asked for where there are no findings."""


def unknown(key: str, value: str, known: Iterable[str], what: str) -> Finding:
    """C520: a name that the base does not have, with the nearest ones."""
    names = sorted(known)
    close = get_close_matches(value, names, n=3, cutoff=0.4)
    remedy = f"did you mean {', '.join(close)}?" if close else f"known: {', '.join(names[:8])}"
    return Finding(
        code="C520",
        what=f"there is no such {what}",
        where=key,
        value=show_value(value),
        remedy=remedy,
    )


def wrong(key: str, what: str, value: object, remedy: str) -> Finding:
    """C521: a value that means nothing for this base."""
    return Finding(code="C521", what=what, where=key, value=show_value(value), remedy=remedy)


def missing_names(key: str, names: Sequence[str], known: Iterable[str], what: str) -> list[Finding]:
    """C520 for each name that is not known."""
    known = set(known)
    return [unknown(key, name, known, what) for name in names if name not in known]


def changed(
    table: dict[str, Item], names: Iterable[str], change: Callable[[Item], Item]
) -> dict[str, Item]:
    """A table in which the named rows are replaced by changed ones, in the old order."""
    chosen = set(names)
    return {name: change(row) if name in chosen else row for name, row in table.items()}
