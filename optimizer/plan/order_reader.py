"""Reads the orders of a service one by one, with the tables of places made once."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.datasets.orders import read_order
from optimizer.datasets.places import PlaceResolver
from optimizer.domain.network_data import NetworkData
from optimizer.domain.order import Order
from optimizer.domain.stock import Sku


class OrderReader:
    """
    Orders of one network.

    Parameters
    ----------
    data
        Facts that places are looked up in.
    """

    def __init__(self, data: NetworkData) -> None:
        self._data, self._places = data, PlaceResolver(data)

    def read(self, document: object, skus: Mapping[str, Sku]) -> Order:
        """
        An order from its JSON form; see :func:`optimizer.datasets.orders.read_order`.

        Raises
        ------
        DemandError
            With all findings A8xx.
        """
        return read_order(document, self._data, skus, places=self._places)
