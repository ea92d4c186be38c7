"""
The guaranteed-service model of multi-echelon safety stock: stages, arcs, limits, cost tables.

Every stage quotes an outbound service time to its customers and keeps the promise as long as demand
stays within its bound. Between the inbound time it is quoted, its processing time and the outbound
time it quotes lies the net replenishment time that its own stock has to cover.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import ModelError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_LIMIT = 2**31 - 1
MAX_TIME = 1_000_000
"""Time units along a chain; a longer one is in too fine a unit for tables by time."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """
    One stage.

    Parameters
    ----------
    stage_id
        Name in results.
    processing
        Time units from having all inputs to having the output, at most; waiting excluded.
    holding_cost
        Of one unit for one time unit.
    demand_mean, demand_sd
        Demand of external customers per time unit in this stage's own units; zero without any.
    bound_factor
        z: how many standard deviations of demand the stock covers.
    inbound_least
        Service time that external suppliers quote.
    outbound_most
        Longest service time that external customers accept; ``NO_LIMIT`` without.
    processing_samples
        Random processing times, none above ``processing``; empty for the constant.
    """

    stage_id: str
    processing: int
    holding_cost: float
    demand_mean: float = 0.0
    demand_sd: float = 0.0
    bound_factor: float = 1.0
    inbound_least: int = 0
    outbound_most: int = NO_LIMIT
    processing_samples: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ServiceNetwork:
    """
    Stages and who supplies whom.

    Parameters
    ----------
    stages
        In any order.
    tail, head
        (m,) int64, supplier and customer of each arc.
    units
        (m,) float64, units of the tail in one unit of the head; 1 for plain distribution.

    Raises
    ------
    ModelError
        M660 a number is out of range, M661 an arc points nowhere, M662 the arcs have a cycle.
    """

    stages: tuple[Stage, ...]
    tail: Ints
    head: Ints
    units: Floats

    def __post_init__(self) -> None:
        wrong = [problem for stage in self.stages for problem in _problems(stage)]
        if wrong:
            raise ModelError("\n".join(f"M660 {one}" for one in wrong))
        n = len(self.stages)
        ends = np.concatenate((self.tail, self.head))
        if ends.size and (ends.min() < 0 or ends.max() >= n or bool(np.any(self.units <= 0))):
            raise ModelError("M661 an arc points at no stage, or carries no units")
        if len(self.topological) != n:
            raise ModelError("M662 the arcs have a cycle: no stage may supply itself")
        if n and int(self.replenishment_most.max()) > MAX_TIME:
            raise ModelError(f"M660 a chain takes over {MAX_TIME} time units: use a coarser unit")

    @cached_property
    def topological(self) -> Ints:
        """(n,) int64, suppliers before customers, ties by index; shorter where there is a cycle."""
        n = len(self.stages)
        left = np.bincount(self.head, minlength=n)
        customers: list[list[int]] = [[] for _ in range(n)]
        for i, j in zip(self.tail.tolist(), self.head.tolist(), strict=True):
            customers[i].append(j)
        ready = [k for k in range(n) if left[k] == 0]
        order: list[int] = []
        for k in ready:
            order.append(k)
            for j in customers[k]:
                left[j] -= 1
                if left[j] == 0:
                    ready.append(j)
        return np.array(order, dtype=np.int64)

    @cached_property
    def demand(self) -> tuple[Floats, Floats]:
        """
        (n,) mean and standard deviation of demand that reaches each stage, own and through others.

        Independent demands: variances of the external customers add, each times the squared number
        of units that one unit of it draws over all ways together.
        """
        n = len(self.stages)
        mean = np.array([stage.demand_mean for stage in self.stages])
        own_sd = np.array([stage.demand_sd for stage in self.stages])
        sources = np.flatnonzero((own_sd > 0) | (mean > 0))
        draws = np.zeros((n, len(sources)))
        draws[sources, np.arange(len(sources))] = 1.0
        suppliers: list[list[tuple[int, float]]] = [[] for _ in range(n)]
        for i, j, u in zip(self.tail, self.head, self.units, strict=True):
            suppliers[j].append((int(i), float(u)))
        for k in self.topological[::-1]:
            for i, u in suppliers[k]:
                draws[i] += u * draws[k]
        return draws @ mean[sources], np.sqrt(draws**2 @ own_sd[sources] ** 2)

    @cached_property
    def service_limits(self) -> tuple[Ints, Ints]:
        """(n,) longest inbound and outbound service times that can be of any use."""
        n = len(self.stages)
        inbound = np.array([stage.inbound_least for stage in self.stages], dtype=np.int64)
        outbound = np.zeros(n, dtype=np.int64)
        customers: list[list[int]] = [[] for _ in range(n)]
        for i, j in zip(self.tail.tolist(), self.head.tolist(), strict=True):
            customers[i].append(j)
        for k in self.topological:
            stage = self.stages[k]
            outbound[k] = min(stage.processing + inbound[k], stage.outbound_most)
            for j in customers[k]:
                inbound[j] = max(inbound[j], outbound[k])
        return inbound, outbound

    @cached_property
    def replenishment_most(self) -> Ints:
        """(n,) longest net replenishment time of each stage."""
        return self.service_limits[0] + np.array([s.processing for s in self.stages])

    @cached_property
    def stock_tables(self) -> tuple[Floats, ...]:
        """Safety stock in units for each net replenishment time 0, 1, ... of each stage."""
        mean, sd = self.demand
        return tuple(
            _safety_stock(stage, float(mean[k]), float(sd[k]), int(self.replenishment_most[k]))
            for k, stage in enumerate(self.stages)
        )

    @cached_property
    def cost_tables(self) -> tuple[Floats, ...]:
        """Holding cost per time unit of the safety stock, as ``stock_tables``."""
        return tuple(
            stage.holding_cost * table
            for stage, table in zip(self.stages, self.stock_tables, strict=True)
        )

    @cached_property
    def is_forest(self) -> bool:
        """Whether the arcs, directions apart, have no cycle and no two join the same stages."""
        root = list(range(len(self.stages)))

        def find(k: int) -> int:
            while root[k] != k:
                root[k] = root[root[k]]
                k = root[k]
            return k

        for i, j in zip(self.tail.tolist(), self.head.tolist(), strict=True):
            a, b = find(i), find(j)
            if a == b:
                return False
            root[a] = b
        return True

    @property
    def pipeline_cost(self) -> float:
        """Holding cost per time unit of what is in process; no service time changes it."""
        mean, _ = self.demand
        return float(
            sum(s.holding_cost * m * s.processing for s, m in zip(self.stages, mean, strict=True))
        )


@dataclass(frozen=True, kw_only=True)
class ServiceTimes:
    """
    An answer.

    Parameters
    ----------
    inbound, outbound
        (n,) int64 time units.
    cost
        Holding cost of all safety stock per time unit.
    bound
        No service times cost less.
    status
        ``optimal``, ``feasible`` or ``infeasible``.
    """

    inbound: Ints
    outbound: Ints
    cost: float
    bound: float
    status: str

    def net_replenishment(self, network: ServiceNetwork) -> Ints:
        """(n,) time units that each stage's stock covers."""
        processing = np.array([stage.processing for stage in network.stages], dtype=np.int64)
        return self.inbound + processing - self.outbound

    def safety_stock(self, network: ServiceNetwork) -> Floats:
        """(n,) units."""
        tables = network.stock_tables
        net = self.net_replenishment(network)
        return np.array([tables[k][net[k]] for k in range(len(tables))])


def network_of(
    stages: Sequence[Stage], arcs: Sequence[tuple[str, str]], units: Sequence[float] | None = None
) -> ServiceNetwork:
    """A network from pairs of stage ids; ``units`` as in :class:`ServiceNetwork`."""
    at = {stage.stage_id: k for k, stage in enumerate(stages)}
    unknown = sorted({one for arc in arcs for one in arc if one not in at})
    if unknown or len(at) != len(stages):
        raise ModelError(f"M661 unknown or repeated stages: {', '.join(unknown) or 'a repeat'}")
    return ServiceNetwork(
        stages=tuple(stages),
        tail=np.array([at[i] for i, _ in arcs], dtype=np.int64),
        head=np.array([at[j] for _, j in arcs], dtype=np.int64),
        units=np.array(units if units is not None else [1.0] * len(arcs), dtype=np.float64),
    )


def _problems(stage: Stage) -> list[str]:
    numbers = (stage.holding_cost, stage.demand_mean, stage.demand_sd, stage.bound_factor)
    times = (stage.processing, stage.inbound_least, stage.outbound_most)
    wrong: list[str] = []
    if any(not np.isfinite(one) or one < 0 for one in numbers):
        wrong.append(f"stage {stage.stage_id}: costs, demand and factor are finite and >= 0")
    if any(one < 0 or one > NO_LIMIT for one in times):
        wrong.append(f"stage {stage.stage_id}: times are whole numbers from 0 to {NO_LIMIT}")
    if any(one < 0 or one > stage.processing for one in stage.processing_samples):
        wrong.append(f"stage {stage.stage_id}: a sampled time is outside 0 to {stage.processing}")
    return wrong


def _safety_stock(stage: Stage, mean: float, sd: float, most: int) -> Floats:
    """
    Units for each net replenishment time 0 .. most.

    With a random processing time L of at most T, a net time t leaves max(0, L - T + t) to cover,
    and the stock is z sqrt(sd^2 E + mean^2 Var) of it (Humair, Ruark, Tomlin and Willems,
    Interfaces 43 (2013) 421, doi:10.1287/inte.2013.0692).
    """
    net = np.arange(most + 1, dtype=np.float64)
    if not stage.processing_samples:
        return stage.bound_factor * sd * np.sqrt(net)
    early = stage.processing - np.array(stage.processing_samples, dtype=np.float64)
    cover = np.maximum(0.0, net[:, None] - early[None, :])
    variance = sd**2 * cover.mean(axis=1) + mean**2 * cover.var(axis=1)
    return stage.bound_factor * np.sqrt(variance)
