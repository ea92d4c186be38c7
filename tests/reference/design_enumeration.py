"""Optimal plans of tiny continuous-time network designs, by trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from optimizer.models.consolidation.network_design import NetworkDesign

Path = tuple[int, ...]
Rider = tuple[int, int]


def optimal_fen(design: NetworkDesign, *, below: float = float("inf")) -> float:
    """
    Least cost over all simple paths of all commodities and all dispatch minutes.

    ``below`` if no plan is cheaper than that; infinite if there is no plan at all.

    For one choice of paths every commodity may leave on every arc at every minute that its own
    window allows: all of them are tried, with the cost so far as the only bound. Meant for windows
    of a few minutes.
    """
    best = below
    options = [list(_choices(design, k)) for k in range(design.n_commodities)]
    for paths in product(*options):
        least = [0.0]
        for k in reversed(range(len(paths))):
            least.append(least[-1] + _own_fen(design, k, paths[k]))
        best = min(best, _best_times(design, paths, 0, {}, 0.0, best, least[::-1]))
    return best


def _own_fen(design: NetworkDesign, k: int, path: Path | None) -> float:
    """What a commodity pays whoever rides with it."""
    if path is None:
        return float(design.commodity_unserved_fen[k])
    return float(sum(int(design.arc_fen_per_kg[arc]) for arc in path) * int(design.commodity_kg[k]))


def _choices(design: NetworkDesign, k: int) -> Iterator[Path | None]:
    """Simple paths in time, and None for staying unserved."""
    if not design.commodity_must_serve[k]:
        yield None
    stack: list[tuple[int, Path, int, frozenset[int]]] = [
        (int(design.commodity_origin[k]), (), int(design.commodity_release_min[k]), frozenset())
    ]
    banned = set(design.forbidden_arc[design.forbidden_commodity == k].tolist())
    while stack:
        node, path, clock, seen = stack.pop()
        if clock > design.commodity_latest_min[k]:
            continue
        if node == design.commodity_destination[k]:
            yield path
            continue
        for arc in range(design.n_arcs):
            head = int(design.arc_head[arc])
            if design.arc_tail[arc] == node and head not in seen and arc not in banned:
                later = clock + int(design.arc_travel_min[arc])
                stack.append((head, (*path, arc), later, seen | {node}))


def _timings(design: NetworkDesign, k: int, path: Path) -> Iterator[tuple[int, ...]]:
    """Every dispatch minute of every arc of a path."""
    travel = [int(design.arc_travel_min[arc]) for arc in path]
    latest = int(design.commodity_latest_min[k])

    def go(i: int, clock: int) -> Iterator[tuple[int, ...]]:
        if i == len(path):
            yield ()
            return
        for minute in range(clock, latest - sum(travel[i:]) + 1):
            for rest in go(i + 1, minute + travel[i]):
                yield (minute, *rest)

    yield from go(0, int(design.commodity_release_min[k]))


def _best_times(  # noqa: PLR0917 - the state of the recursion
    design: NetworkDesign,
    paths: tuple[Path | None, ...],
    k: int,
    loads: dict[tuple[int, int, int], tuple[int, int]],
    so_far: float,
    best: float,
    least: list[float],
) -> float:
    """Least cost of the commodities from k on, given what rides already; ``least`` of them."""
    if so_far + least[k] >= best:
        return best
    if k == len(paths):
        return so_far
    path = paths[k]
    if path is None:
        unserved = so_far + float(design.commodity_unserved_fen[k])
        return _best_times(design, paths, k + 1, loads, unserved, best, least)
    kg, dm3 = int(design.commodity_kg[k]), int(design.commodity_dm3[k])
    for minutes in _timings(design, k, path):
        cost, grown = so_far, dict(loads)
        for arc, minute in zip(path, minutes, strict=True):
            key = (arc, minute, int(design.commodity_pool[k]))
            before = grown.get(key, (0, 0))
            grown[key] = (before[0] + kg, before[1] + dm3)
            cost += int(design.arc_fen_per_kg[arc]) * kg
            cost += _fixed(design, arc, *grown[key]) - _fixed(design, arc, *before)
        arrives = minutes[-1] + int(design.arc_travel_min[path[-1]])
        late_h = -(-max(0, arrives - int(design.commodity_due_min[k])) // 60)
        cost += late_h * int(design.commodity_late_fen_per_hour[k])
        best = _best_times(design, paths, k + 1, grown, cost, best, least)
    return best


def _fixed(design: NetworkDesign, arc: int, kg: int, dm3: int) -> float:
    """Cheapest numbers of load units, by trying all up to what one option alone would need."""
    options = [o for o in range(design.n_options) if design.option_arc[o] == arc]
    most = [
        max(-(-kg // int(design.option_kg[o])), -(-dm3 // max(1, int(design.option_dm3[o]))))
        for o in options
    ]
    return min(
        (
            float(sum(n * int(design.option_fen[o]) for n, o in zip(counts, options, strict=True)))
            for counts in product(*(range(m + 1) for m in most))
            if sum(n * int(design.option_kg[o]) for n, o in zip(counts, options, strict=True)) >= kg
            and sum(n * int(design.option_dm3[o]) for n, o in zip(counts, options, strict=True))
            >= dm3
        ),
        default=float("inf"),
    )
