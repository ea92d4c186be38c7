"""Branch and bound over levels: every node climbs a little with its parent's prices."""

from __future__ import annotations

import heapq
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from optimizer.models.location.ledger import Ledger
from optimizer.models.location.primal import Pricer
from optimizer.models.location.problem import Bools, Floats, Ints, LocationProblem
from optimizer.models.location.relaxation import Relaxation, Sites
from optimizer.models.location.root import candidates, largest_levels

_BATCH = 2
"""Nodes opened at once, whatever the number of threads: the search does not depend on it."""
_CHUNK, _LEAST_CHUNKS, _MOST_CHUNKS = 20, 2, 6
_STEP = 0.3
_EDGE = 0.02


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """Open node: bound first, then age; ``choice`` is what it is to be branched on."""

    bound: float
    number: int
    allowed: Bools = field(compare=False)
    price: Floats = field(compare=False)
    mean: Floats = field(compare=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """A child to look at: levels of facility i in period t are at most, or at least, so large."""

    parent: Node
    facility: int
    period: int
    split: int
    is_up: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What a child turned out to be; ``node`` is None if it is done with."""

    node: Node | None
    bound: float
    plans: tuple[tuple[float, Ints], ...]


@dataclass(slots=True)
class Gains:
    """How much branching raised bounds so far, for each facility, period and direction."""

    total: Floats
    count: Floats

    @classmethod
    def none(cls, problem: LocationProblem) -> Gains:
        """Nothing is known yet."""
        shape = (2, problem.n_facilities, problem.n_periods)
        return cls(total=np.zeros(shape), count=np.zeros(shape))

    def note(self, branch: Branch, gain: float, share: float) -> None:
        """Record what a branch gained; ``share`` of the level had to move."""
        place = (int(branch.is_up), branch.facility, branch.period)
        self.total[place] += max(gain, 0.0) / max(share, _EDGE)
        self.count[place] += 1.0

    def expected(self) -> Floats:
        """(2, n, T): gain of a whole unit, the general mean where nothing is known."""
        known = max(1.0, float(self.count.sum()))
        general = max(float(self.total.sum()) / known, 1e-9)
        return (self.total + general) / (self.count + 1.0)


def search(problem: LocationProblem, pricer: Pricer, ledger: Ledger, root: Relaxation) -> None:
    """Branch until the bound meets the best plan, or time is over; all goes into the ledger."""
    heap = [Node(root.bound, 0, root.allowed.copy(), root.price.copy(), root.mean.copy())]
    gains = Gains.none(problem)
    threads = ledger.limits.n_threads
    pool = ThreadPoolExecutor(threads) if threads > 1 else None
    try:
        while heap and not ledger.is_stopped:
            ledger.raise_bound(heap[0].bound)
            if heap[0].bound >= ledger.target:
                break
            branches: list[Branch] = []
            while heap and len(branches) < 2 * _BATCH:
                node = heapq.heappop(heap)
                if node.bound < ledger.target:
                    branches += _branches(node, gains)
            target, has_plan = ledger.target, ledger.levels is not None

            def look(branch: Branch, target: float = target, has_plan: bool = has_plan) -> Looked:
                return _look(pricer, root.sites, branch, target, has_plan=has_plan)

            answers = list(pool.map(look, branches) if pool else map(look, branches))
            for branch, answer in zip(branches, answers, strict=True):
                _merge(ledger, gains, heap, branch, answer)
            ledger.tell()
        if not heap:
            ledger.raise_bound(ledger.cost)
        else:
            ledger.raise_bound(min(node.bound for node in heap))
    finally:
        if pool:
            pool.shutdown()


def _merge(ledger: Ledger, gains: Gains, heap: list[Node], branch: Branch, answer: Looked) -> None:
    ledger.n_nodes += 1
    for cost, levels in answer.plans:
        ledger.offer(cost, levels)
    share = _share(branch.parent.mean, branch.facility, branch.period, branch.split)
    gain = min(answer.bound, ledger.cost) - branch.parent.bound
    gains.note(branch, gain, 1.0 - share if branch.is_up else share)
    if answer.node is not None and answer.node.bound < ledger.target:
        node = answer.node
        heapq.heappush(heap, Node(node.bound, ledger.n_nodes, node.allowed, node.price, node.mean))


def _share(mean: Floats, i: int, t: int, split: int) -> float:
    """How often the average holds a level of at least ``split``."""
    return float(np.clip(mean[i, t, split:].sum(), 0.0, 1.0))


def _branches(node: Node, gains: Gains) -> list[Branch]:
    """Two children on the level that promises most; none if all levels are decided."""
    n_free = node.allowed.sum(axis=2)
    facility, period = np.nonzero(n_free > 1)
    if len(facility) == 0:
        return []
    above = np.cumsum(node.mean[:, :, ::-1], axis=2)[:, :, ::-1]
    down, up = gains.expected()
    best, score = (0, 0, 1), -1.0
    for i, t in zip(facility.tolist(), period.tolist(), strict=True):
        levels = np.flatnonzero(node.allowed[i, t])
        splits = levels[1:]
        shares = np.clip(above[i, t, splits], 0.0, 1.0)
        at = int(np.argmin(np.abs(shares - 0.5)))
        share = min(max(float(shares[at]), _EDGE), 1.0 - _EDGE)
        worth = down[i, t] * share * up[i, t] * (1.0 - share)
        if worth > score:
            best, score = (i, t, int(splits[at])), worth
    i, t, split = best
    return [Branch(node, i, t, split, is_up) for is_up in (False, True)]


def _look(
    pricer: Pricer,
    sites: Sites,
    branch: Branch,
    target: float,
    *,
    has_plan: bool,
) -> Looked:
    """Climb at a child, forbid what cannot be, and price what its averages suggest."""
    problem = pricer.problem
    parent, i, t = branch.parent, branch.facility, branch.period
    allowed = parent.allowed.copy()
    if branch.is_up:
        allowed[i, t, : branch.split] = False
    else:
        allowed[i, t, branch.split :] = False
    nothing = Looked(None, float("inf"), ())
    relaxation = Relaxation.begin(problem, sites, allowed, parent.price, step=_STEP)
    if not np.isfinite(relaxation.bound):
        return nothing
    plans: list[tuple[float, Ints]] = []
    if not has_plan:
        most = largest_levels(problem, allowed)
        if not pricer.serves(most):
            return nothing
        plans.append((pricer.cost(most), most))
    before = relaxation.bound
    for chunk in range(_MOST_CHUNKS):
        bound = relaxation.climb(_CHUNK, target)
        if bound >= target:
            return Looked(None, bound, tuple(plans))
        left = _MOST_CHUNKS - chunk
        if chunk + 1 >= _LEAST_CHUNKS and bound + left * (bound - before) < target:
            break
        before = bound
    mean = relaxation.mean.copy()
    plans += [(pricer.cost(levels), levels) for levels in candidates(problem, relaxation)]
    bound = max(relaxation.bound, parent.bound)
    if not relaxation.forbid(target):
        return Looked(None, bound, tuple(plans))
    if (allowed.sum(axis=2) == 1).all():
        levels = np.argmax(allowed, axis=2).astype(np.int32)
        return Looked(None, bound, (*plans, (pricer.cost(levels), levels)))
    node = Node(bound, 0, allowed, relaxation.price.copy(), mean)
    return Looked(node, bound, tuple(plans))
