"""Stock of one item over days with plain lists: the twin of the simulation kernel."""

from __future__ import annotations


def run(
    demand: list[int], lead_days: list[int], policy: tuple[int, ...], warm_up: int
) -> list[int]:
    """The kernel's eight counts of one replication."""
    kind, reorder, target, review, first = policy
    on_hand, waiting = (target if kind == 0 else reorder + target), 0
    orders: list[tuple[int, int]] = []
    demanded = filled = cycles = well = held = late = placed = units = 0
    latest = 0
    for day, wanted in enumerate(demand):
        served = min(on_hand, wanted) if waiting == 0 else 0
        on_hand -= served
        waiting += wanted - served
        is_counted = day >= warm_up
        if is_counted:
            demanded, filled = demanded + wanted, filled + served
            held, late = held + on_hand, late + waiting

        def receive(amounts: list[int], is_counted: bool = is_counted) -> None:
            nonlocal on_hand, waiting, cycles, well
            if is_counted:
                cycles += len(amounts)
                well += len(amounts) if waiting == 0 else 0
            total = on_hand + sum(amounts)
            on_hand, waiting = max(0, total - waiting), max(0, waiting - total)

        due = [amount for at, amount in orders if at == day]
        orders = [one for one in orders if one[0] != day]
        if due:
            receive(due)
        if day >= first and (day - first) % review == 0:
            position = on_hand - waiting + sum(amount for _, amount in orders)
            if position <= reorder:
                amount = target - position
                if kind == 1:
                    amount = target
                    while position + amount <= reorder:
                        amount += target
                latest = max(latest, day + lead_days[day])
                if is_counted:
                    placed, units = placed + 1, units + amount
                if latest == day:
                    receive([amount])
                else:
                    orders.append((latest, amount))
    return [demanded, filled, cycles, well, held, late, placed, units]
