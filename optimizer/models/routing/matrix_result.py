"""What a matrix answers, as arrays with their labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.skim import MatrixQuery
from optimizer.kernels.arrays import Ints

NOTHING = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """
    Values between rows and columns; every array starts with (n_rows, n_columns).

    Parameters
    ----------
    generalized_fen
        -1 where there is no way.
    components
        (.., 4) by ``network.skims.COMPONENTS``: along the way that the generalized cost belongs to.
        -1 where there is no way or where the form of matrix does not know it.
    members
        (.., 2) which member of the row's and of the column's zone answers; -1 for means.
    n_joined
        Pairs of members that are joined.
    reason
        Position in ``MatrixResult.reasons``, -1 where there is a way.
    """

    generalized_fen: Ints
    components: Ints
    members: Ints
    n_joined: Ints
    reason: Ints

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """By name, for files."""
        return {
            "generalized_fen": self.generalized_fen,
            "components": self.components,
            "members": self.members,
            "n_joined": self.n_joined,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatrixResult:
    """
    A matrix with what it was made from.

    Parameters
    ----------
    cells
        One for each origin and destination of the query.
    reasons
        ``(code, text)`` of why there is no way.
    content_hash
        Of everything that the values depend on.
    data_fingerprint
        Of the network tables.
    used_road_data
        Whether OpenStreetMap data are behind it, which have to be named (ODbL).
    profiles
        Of a profile only: by origin and destination, (n, 2) clock minutes of the latest ready time
        and of the arrival, both rising.
    epoch_at
        Zero of clock minutes.
    notes
        What a reader has to know.
    """

    query: MatrixQuery
    cells: Cells
    reasons: tuple[tuple[str, str], ...]
    content_hash: str
    data_fingerprint: str
    used_road_data: bool
    epoch_at: datetime
    profiles: tuple[tuple[Ints, ...], ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
