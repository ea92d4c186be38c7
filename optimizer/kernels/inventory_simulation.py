"""
Stock of one item over days, many replications: what a policy really serves. Arrays only.

The caller draws demand and lead times, so the result does not depend on threads and policies can be
compared under the same luck. A day: demand, the count of stock, then what is due arrives, then the
review orders.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]

ORDER_UP_TO, ORDER_LOTS = 0, 1

# Columns of the result.
DEMANDED, FILLED, CYCLES, CYCLES_WITHOUT_STOCKOUT, ON_HAND, BACKORDERED, ORDERS, ORDERED = range(8)
N_COLUMNS = 8


@njit(cache=True, nogil=True)
def simulate_stock(
    demand: Ints,
    lead_days: Ints,
    policy: Ints,
    warm_up_days: int,
    result: Ints,
) -> None:
    """
    Run a policy over each replication; unmet demand waits.

    Parameters
    ----------
    demand
        (n_replications, n_days) int64 units, from 0 on.
    lead_days
        (n_replications, n_days) int64. An order of the end of day t arrives at the end of day
        t + lead_days[., t], after its demand; never before an earlier order.
    policy
        (5,) int64: ORDER_UP_TO or ORDER_LOTS; reorder point s (order when the position is at or
        below); order-up-to level, or lot size; days between reviews; first review day.
    warm_up_days
        Days that are not counted.
    result
        (n_replications, N_COLUMNS) int64, modified in place: units demanded, and filled at once
        from stock; replenishment cycles that ended (an order arrived), and those that ended with
        no demand waiting; sums over days of units on hand and of units that wait; orders and units
        ordered. Units stay below 2**62 as long as the caller's sums do.
    """
    kind, reorder, target, review = policy[0], policy[1], policy[2], policy[3]
    n_days = demand.shape[1]
    # Units and number of orders due at the end of a day; later than the last day is lost sight of.
    due = np.zeros(n_days, dtype=np.int64)
    n_due = np.zeros(n_days, dtype=np.int64)
    for replication in range(demand.shape[0]):
        due[:] = 0
        n_due[:] = 0
        counts = result[replication]
        counts[:] = 0
        stock = target if kind == ORDER_UP_TO else reorder + target
        position = stock
        last_arrival = 0
        for day in range(n_days):
            counted = day >= warm_up_days
            wanted = demand[replication, day]
            if counted:
                counts[DEMANDED] += wanted
                counts[FILLED] += min(wanted, max(stock, 0))
            stock -= wanted
            position -= wanted
            if counted:
                counts[ON_HAND] += max(stock, 0)
                counts[BACKORDERED] += max(-stock, 0)
            if n_due[day] > 0:
                if counted:
                    counts[CYCLES] += n_due[day]
                    if stock >= 0:
                        counts[CYCLES_WITHOUT_STOCKOUT] += n_due[day]
                stock += due[day]
            if day >= policy[4] and (day - policy[4]) % review == 0 and position <= reorder:
                if kind == ORDER_UP_TO:
                    amount = target - position
                else:
                    amount = ((reorder - position) // target + 1) * target
                arrives = max(day + lead_days[replication, day], last_arrival)
                last_arrival = arrives
                position += amount
                if arrives == day:
                    if counted:
                        counts[CYCLES] += 1
                        if stock >= 0:
                            counts[CYCLES_WITHOUT_STOCKOUT] += 1
                    stock += amount
                elif arrives < n_days:
                    due[arrives] += amount
                    n_due[arrives] += 1
                if counted:
                    counts[ORDERS] += 1
                    counts[ORDERED] += amount
