"""Where a fact comes from and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Confidence(StrEnum):
    """Grade of a sourced number; ``ESTIMATE`` is ours and may not be quoted as a fact."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Source, grade and date of one row."""

    source_id: str
    confidence: Confidence
    as_of: date | None = None

    @property
    def is_estimate(self) -> bool:
        """Whether the row rests on our own estimate."""
        return self.confidence is Confidence.ESTIMATE
