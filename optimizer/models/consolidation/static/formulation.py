"""
The arc formulation, by groups of commodities or by commodities.

Variables: y of links (m), then x of (group, link) in that order, in units of flow. See README.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.static.links import LinkNetwork, LongArray
from optimizer.solvers.linear import (
    BoolArray,
    Columns,
    FloatArray,
    LinearModel,
    Rows,
    rows_from_triplets,
    stack_rows,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """
    Whose flow is a variable: each part is a group, or a single commodity.

    Parameters
    ----------
    supply
        (G, N) float64, what leaves a node less what enters it.
    most
        (G, m) float64, most of a part that a link can carry; 0 where it is forbidden.
    """

    supply: FloatArray
    most: FloatArray

    @property
    def n_parts(self) -> int:
        """G."""
        return len(self.supply)


def shares(network: LinkNetwork, *, by_group: bool) -> Shares:
    """Parts by group (few, the same optimum, weaker linking) or by commodity."""
    n_commodities = network.n_commodities
    part = network.group if by_group else np.arange(n_commodities)
    n_parts = int(part.max()) + 1
    supply = np.zeros((n_parts, network.n_nodes))
    np.add.at(supply, (part, network.origin), network.demand)
    np.add.at(supply, (part, network.destination), -network.demand)
    able = np.zeros((n_parts, network.n_links))
    # A link that only some of a group can use carries at most their demand.
    np.add.at(able, part, np.where(network.forbidden.T, 0.0, network.demand[:, None]))
    return Shares(supply=supply, most=np.minimum(able, network.capacity[None, :]))


def design_model(network: LinkNetwork, parts: Shares, *, linking: bool = True) -> LinearModel:
    """
    The mixed-integer model with all capacity rows and, if asked, all strong linking rows.

    Parameters
    ----------
    linking
        Rows ``x_ga <= most_ga y_a``. Without them the model has the same integer points.
    """
    m, n_parts = network.n_links, parts.n_parts
    n = m + n_parts * m
    cost = np.concatenate((network.fixed, np.tile(network.variable, n_parts)))
    upper = np.concatenate((np.ones(m), parts.most.reshape(-1)))
    families = [conservation_rows(network, parts, first=m), capacity_rows(network, n_parts)]
    if linking:
        families.append(linking_rows(parts, np.flatnonzero(parts.most.reshape(-1) > 0)))
    return LinearModel(
        columns=Columns(cost=cost, lower=np.zeros(n), upper=upper, is_integer=np.arange(n) < m),
        rows=stack_rows(families),
    )


def conservation_rows(network: LinkNetwork, parts: Shares, first: int) -> Rows:
    """What leaves a node less what enters it, for each part; x begins at column ``first``."""
    m, n_parts, n_nodes = network.n_links, parts.n_parts, network.n_nodes
    part, column = np.repeat(np.arange(n_parts), m), first + np.arange(n_parts * m)
    row = np.concatenate(
        (part * n_nodes + np.tile(network.tail, n_parts),
         part * n_nodes + np.tile(network.head, n_parts))
    )  # fmt: skip
    value = np.concatenate((np.ones(n_parts * m), -np.ones(n_parts * m)))
    supply = parts.supply.reshape(-1)
    return rows_from_triplets(row, np.tile(column, 2), value, lower=supply, upper=supply)


def capacity_rows(network: LinkNetwork, n_parts: int) -> Rows:
    """``sum_g x_ga - u_a y_a <= 0`` for each link."""
    m = network.n_links
    link = np.tile(np.arange(m), n_parts)
    return rows_from_triplets(
        np.concatenate((link, np.arange(m))),
        np.concatenate((m + np.arange(n_parts * m), np.arange(m))),
        np.concatenate((np.ones(n_parts * m), -network.capacity)),
        lower=np.full(m, -np.inf),
        upper=np.zeros(m),
    )


def linking_rows(parts: Shares, place: LongArray) -> Rows:
    """``x_ga - most_ga y_a <= 0`` for positions ``g * m + a``."""
    m = parts.most.shape[1]
    rows = np.arange(len(place))
    return rows_from_triplets(
        np.concatenate((rows, rows)),
        np.concatenate((m + place, place % m)),
        np.concatenate((np.ones(len(place)), -parts.most.reshape(-1)[place])),
        lower=np.full(len(place), -np.inf),
        upper=np.zeros(len(place)),
    )


def flow_model(network: LinkNetwork, parts: Shares, price: FloatArray) -> LinearModel:
    """
    The flow through links that are all open, at a price a unit, (m,) float64.

    With ``variable + fixed / capacity`` it is the weak linear relaxation, y projected out.
    """
    m, n_parts = network.n_links, parts.n_parts
    link = np.tile(np.arange(m), n_parts)
    n = n_parts * m
    room = rows_from_triplets(
        link, np.arange(n), np.ones(n), lower=np.full(m, -np.inf), upper=network.capacity
    )
    is_integer: BoolArray = np.zeros(n, dtype=np.bool_)
    return LinearModel(
        columns=Columns(
            cost=np.tile(price, n_parts),
            lower=np.zeros(n),
            upper=parts.most.reshape(-1),
            is_integer=is_integer,
        ),
        rows=stack_rows([conservation_rows(network, parts, first=0), room]),
    )
