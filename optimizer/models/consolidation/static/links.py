"""The static network design as arrays of links, and what of the problem class this method takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.errors import ModelError
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.solvers.linear import BoolArray, FloatArray, IndexArray

LongArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkNetwork:
    """
    Links that are opened or not, and commodities that flow through open ones.

    A link is one option of one arc. Commodities of one *group* have their origin and their
    forbidden links in common, so that their flows can be added up and taken apart again: the
    groups' model has the same optimum.

    Parameters
    ----------
    tail, head
        (m,) int32, nodes.
    variable, fixed, capacity
        (m,) float64; capacity is at most the sum of demands.
    option
        (m,) int32, the option of the network design.
    origin, destination
        (K,) int32, nodes.
    demand
        (K,) float64, above 0.
    forbidden
        (m, K) bool, links that a commodity may not use or never needs: into its origin, out of its
        destination.
    group
        (K,) int64, 0 to the number of groups less one.
    """

    n_nodes: int
    tail: IndexArray
    head: IndexArray
    variable: FloatArray
    fixed: FloatArray
    capacity: FloatArray
    option: IndexArray
    origin: IndexArray
    destination: IndexArray
    demand: FloatArray
    forbidden: BoolArray
    group: LongArray

    @property
    def n_links(self) -> int:
        """Number of links, m."""
        return len(self.tail)

    @property
    def n_commodities(self) -> int:
        """K."""
        return len(self.demand)

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return int(self.group.max()) + 1 if len(self.group) else 0

    def members(self) -> list[LongArray]:
        """The commodities of each group."""
        return [np.flatnonzero(self.group == g) for g in range(self.n_groups)]

    def cost(self, load: FloatArray) -> float:
        """Cost of loads, (m,) float64: links that carry something are open."""
        return float(self.fixed[load > 0].sum() + self.variable @ load)


def unsupported(design: NetworkDesign) -> list[str]:
    """What of an instance is outside this family; empty where ``static.solve`` takes it."""
    needs = [
        (not design.is_static, "it has travel times, windows or departures"),
        (design.n_commodities == 0, "it has no commodities"),
        (not bool(np.all(design.commodity_may_split)), "some commodity may not split"),
        (not bool(np.all(design.commodity_must_serve)), "some commodity may stay unserved"),
        (bool(np.any(design.commodity_dm3)), "commodities have volumes"),
        (len(np.unique(design.commodity_pool)) > 1, "commodities are of several pools"),
        (design.n_resources > 0, "it has shared resources"),
        (bool(np.any(design.option_max_units != 1)), "an option may run more than once"),
    ]
    return [text for holds, text in needs if holds]


def make_links(design: NetworkDesign) -> LinkNetwork:
    """
    Arrays of a static design.

    Raises
    ------
    ModelError
        The instance is outside this family; every reason is named.
    """
    reasons = unsupported(design)
    if reasons:
        raise ModelError(
            f"M631 not a static design that splits flow: {'; '.join(reasons)}: use "
            "consolidation.continuous.solve"
        )
    arc = design.option_arc
    tail, head = design.arc_tail[arc], design.arc_head[arc]
    demand = design.commodity_kg.astype(np.float64)
    banned = np.zeros((design.n_arcs, design.n_commodities), dtype=np.bool_)
    banned[design.forbidden_arc, design.forbidden_commodity] = True
    by_arc = banned[arc]
    key = np.column_stack((design.commodity_origin, _pattern(by_arc)))
    group = np.unique(key, axis=0, return_inverse=True)[1].reshape(-1)
    useless = (head[:, None] == design.commodity_origin[None, :]) | (
        tail[:, None] == design.commodity_destination[None, :]
    )
    return LinkNetwork(
        n_nodes=design.n_nodes,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        variable=design.arc_fen_per_kg[arc].astype(np.float64),
        fixed=design.option_fen.astype(np.float64),
        capacity=np.minimum(design.option_kg.astype(np.float64), demand.sum()),
        option=np.arange(design.n_options, dtype=np.int32),
        origin=design.commodity_origin,
        destination=design.commodity_destination,
        demand=demand,
        forbidden=by_arc | useless,
        group=group.astype(np.int64),
    )


def _pattern(banned: BoolArray) -> LongArray:
    """(K,) number of each commodity's set of forbidden links."""
    return np.unique(banned.T, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def with_links(network: LinkNetwork, kept: LongArray) -> LinkNetwork:
    """The network of some links only, (j,) positions; groups and commodities stay."""
    return LinkNetwork(
        n_nodes=network.n_nodes,
        tail=network.tail[kept],
        head=network.head[kept],
        variable=network.variable[kept],
        fixed=network.fixed[kept],
        capacity=network.capacity[kept],
        option=network.option[kept],
        origin=network.origin,
        destination=network.destination,
        demand=network.demand,
        forbidden=np.ascontiguousarray(network.forbidden[kept]),
        group=network.group,
    )
