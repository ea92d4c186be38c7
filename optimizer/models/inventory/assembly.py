"""Assembly systems as serial ones. Rosling, Operations Research 37 (1989) 565."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from optimizer.errors import ModelError


class SerialStages(NamedTuple):
    """The equivalent serial system, the customers' stage first; ``members`` names their parts."""

    echelon_holding: tuple[float, ...]
    lead_time: tuple[float, ...]
    members: tuple[tuple[str, ...], ...]


def as_serial(
    customer: Mapping[str, str],
    lead_time: Mapping[str, float],
    local_holding: Mapping[str, float],
) -> SerialStages:
    """
    Order the stages by total lead time to the customer; each stage then follows the next longer.

    Parameters
    ----------
    customer
        The stage that each stage supplies; the end product is in none of the keys.
    lead_time, local_holding
        By stage; one unit of each part goes into its customer.

    Raises
    ------
    ModelError
        M661: a stage is unknown, supplies itself in the end, or there is not one end product.
    """
    ends = [one for one in lead_time if one not in customer]
    if len(ends) != 1 or any(a not in lead_time or b not in lead_time for a, b in customer.items()):
        raise ModelError("M661 an assembly system has one end product, and knows all its stages")
    totals: dict[str, float] = {}
    for one in lead_time:
        at, total, n = one, lead_time[one], 0
        while at in customer:
            at, n = customer[at], n + 1
            total += lead_time[at]
            if n > len(lead_time):
                raise ModelError("M661 a stage of an assembly system supplies itself")
        totals[one] = total
    echelon = dict(local_holding)
    for part, whole in customer.items():
        echelon[whole] -= local_holding[part]
    holding: list[float] = []
    leads: list[float] = []
    members: list[tuple[str, ...]] = []
    before = 0.0
    for total in sorted(set(totals.values())):
        together = tuple(one for one in totals if totals[one] == total)
        holding.append(sum(echelon[one] for one in together))
        leads.append(total - before)
        members.append(together)
        before = total
    return SerialStages(tuple(holding), tuple(leads), tuple(members))
