"""Why two places are not joined: the rules are relaxed one at a time, for all pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.shipment import Place
from optimizer.domain.skim import MatrixQuery, SkimWeights
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.matrix_average import is_domestic, join_ends
from optimizer.models.routing.matrix_ends import place_ends
from optimizer.models.routing.matrix_result import NOTHING
from optimizer.models.routing.skim_values import ALL_RULES, SkimRules, arc_values
from optimizer.network.network import Network
from optimizer.network.skim_graph import skim_graph
from optimizer.network.skims import skims_of

_TEXTS = {
    "closed_crossings": ("U804", "every way uses a crossing that is closed"),
    "crossing_modes": ("U803", "no open crossing on any way offers the customs mode {customs}"),
    "export_modes": ("U803", "no facility on any way clears export under {customs}"),
    "import_modes": ("U803", "no facility on any way clears import under {customs}"),
    "cargo_classes": ("U805", "no carrier on any way takes {cargo}"),
    "load_units": ("U811", "no carrier on any way takes {unit}"),
    "prices": ("U807", "no rate card for {unit} is valid on any way in the week of {week}"),
    "capacity": ("U811", "the load exceeds allotments, quotas, throughput or payload on any way"),
    "times": ("U810", "a leg of every way does not run in the week of {week}"),
    "modes": ("U802", "every way uses a mode that the query forbids"),
}
_NO_END = ("U801", "no facility is in reach by road that takes {unit}")
_NO_CHAIN = ("U802", "no chain of services, trucks and connectors joins the two places")
_SEVERAL = ("U802", "more than two rules at once keep every way closed")
NO_DEPARTURE = ("U810", "no chain of departures leaves and arrives inside the horizon")


def find_reasons(
    network: Network,
    query: MatrixQuery,
    rows: Sequence[Place],
    columns: Sequence[Place],
    missing: NDArray[np.bool_],
) -> tuple[Ints, tuple[tuple[str, str], ...]]:
    """
    Reasons of the pairs that are not joined.

    Parameters
    ----------
    missing
        (n_rows, n_columns) pairs without a way.

    Returns
    -------
    reason, reasons
        Position of each pair's reason, -1 where none is needed; ``(code, text)``. The first rule
        that alone is the obstacle counts, then the first two that together are.
    """
    reason = np.full(missing.shape, NOTHING, dtype=np.int64)
    texts: list[tuple[str, str]] = []
    if not missing.any():
        return reason, ()

    def name(text: tuple[str, str], here: NDArray[np.bool_]) -> None:
        here = here & (reason == NOTHING) & missing
        if here.any():
            reason[here] = len(texts)
            texts.append((text[0], text[1].format(**words_of(query))))

    tails = [place_ends(network, one, query.load, query.week, inbound=True) for one in rows]
    heads = [place_ends(network, one, query.load, query.week, inbound=False) for one in columns]
    no_tail = np.array([not len(one.facilities) for one in tails], dtype=bool)
    no_head = np.array([not len(one.facilities) for one in heads], dtype=bool)
    name(_NO_END, no_tail[:, None] | no_head[None, :])
    skims = skims_of(skim_graph(network))
    domestic = is_domestic(network, rows, columns)

    def joined(rules: SkimRules) -> NDArray[np.bool_]:
        arcs = arc_values(network, query.load, query.week, query.without, rules)
        found = join_ends(skims, arcs, (SkimWeights(),), tails, heads, domestic)
        return found[0].generalized_fen != NOTHING

    if (reason == NOTHING)[missing].any():
        for rule, text in _TEXTS.items():
            name(text, joined(replace(ALL_RULES, **{rule: False})))
        anyhow = joined(SkimRules(**dict.fromkeys(_TEXTS, False)))
        name(_NO_CHAIN, ~anyhow)
        for one, other in combinations(_TEXTS, 2):
            if not ((reason == NOTHING) & missing).any():
                break
            text = f"{_TEXTS[one][1]}; and {_TEXTS[other][1]}"
            name((_TEXTS[one][0], text), joined(replace(ALL_RULES, **{one: False, other: False})))
        name(_SEVERAL, np.ones_like(missing))
    return reason, tuple(texts)


def words_of(query: MatrixQuery) -> dict[str, str]:
    """What texts of reasons name."""
    return {
        "customs": query.load.customs_mode,
        "cargo": query.load.cargo_class,
        "unit": query.load.load_unit,
        "week": query.week.isoformat(),
    }
