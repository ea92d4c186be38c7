"""
Order streams: our dual-priced allocation against simple rules and against who knows the future.

A case is a number of seeds, ``20``, or ``20:100`` from a first seed on. The lower bound is that of
the clairvoyant batch (all orders at once, proved), the upper bound the cost of the dual-priced
rule. The note says which share of the gap between the myopic rule and the clairvoyant bound it
closes, with a 95 % interval over the seeds. A bound in place of the plan lowers the share.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.families.family import Case, Family, Outcome, Task, Tell
from benchmarks.instances import check_fulfilment
from benchmarks.instances.fulfilment import LOST_FEN, RULES, Stream, make_stream, serve
from optimizer.errors import Finding, InputError, show_value
from optimizer.solvers.limits import SolveLimits

_MOST = 1_000


def find(words: Sequence[str]) -> tuple[list[Case], list[Finding]]:
    """Numbers of seeds, with or without a first seed."""
    cases: list[Case] = []
    findings: list[Finding] = []
    for word in words:
        size, _, first = word.partition(":")
        if size.isdecimal() and 2 <= int(size) <= _MOST and (first or "0").isdecimal():
            source = f"{int(size)}:{int(first or 1)}"
            cases.append(Case(name=f"fulfilment-{source}", source=source))
            continue
        findings.append(
            Finding(
                code="D181",
                what="not a number of generated streams",
                value=show_value(word),
                remedy=f"write 2 to {_MOST}, or number:first seed",
            )
        )
    return cases, findings


def clairvoyant_bound(stream: Stream, limits: SolveLimits) -> float:
    """What nobody can be below who knows all orders at the start."""
    from optimizer.models.allocation.batch_core import solve_core
    from optimizer.models.allocation.batch_problem import BatchProblem

    n_skus, n_warehouses = stream.stock.shape
    sizes = np.array([len(skus) for skus in stream.skus])
    wanted = [s for skus in stream.skus for s in skus]
    first = np.concatenate(([0], np.cumsum(sizes)))
    n_orders, n_lines = len(sizes), len(wanted)
    arcs = [
        (first[n] + k, s * n_warehouses + w, int(stream.unit_fen[w, stream.region[n]]))
        for n, skus in enumerate(stream.skus)
        for w in range(n_warehouses)
        for k, s in enumerate(skus)
    ]
    line, cell, fen = zip(*arcs, strict=True)
    problem = BatchProblem.build(
        order_ids=range(n_orders),
        line_ids=range(n_lines),
        offer_ids=range(n_orders * n_warehouses),
        cell_ids=range(n_skus * n_warehouses),
        resource_ids=(),
        order_line_ptr=first,
        order_offer_ptr=np.arange(n_orders + 1) * n_warehouses,
        order_max_warehouses=np.maximum(1, sizes),
        order_is_partial=np.ones(n_orders),
        order_min_units=np.zeros(n_orders),
        line_units=np.ones(n_lines),
        line_pack=np.ones(n_lines),
        line_unserved_fen=np.full(n_lines, LOST_FEN),
        line_unit_g=np.zeros(n_lines),
        line_unit_cm3=np.zeros(n_lines),
        offer_warehouse=np.tile(np.arange(n_warehouses), n_orders),
        offer_fen=stream.parcel_fen[:, stream.region].T.ravel(),
        offer_draw_ptr=np.zeros(n_orders * n_warehouses + 1),
        offer_draw_resource=(),
        offer_draw_booked=(),
        offer_arc_ptr=np.concatenate(([0], np.cumsum(np.repeat(sizes, n_warehouses)))),
        arc_line=line,
        arc_cell=cell,
        arc_unit_fen=fen,
        cell_units=stream.stock.ravel(),
        resource_measure=(),
        resource_capacity=(),
        resource_least=(),
        resource_short_mfen=(),
    )
    return float(solve_core(problem, limits).bound_fen)


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """All seeds of a case, every rule, each checked; ``time_s`` is for one clairvoyant bound."""
    if task.method != "ours":
        raise InputError(
            Finding(
                code="D182",
                what="streams have no full model to give to a peer",
                value=task.method,
                remedy="use --method ours",
            )
        )
    size, first = (int(part) for part in case.source.split(":"))
    limits = SolveLimits(time_s=task.time_s, gap=task.gap, seed=task.seed, n_threads=task.n_threads)
    began = time.monotonic()
    cost = np.zeros((len(RULES), size))
    bound = np.zeros(size)
    violations: list[str] = []
    for k in range(size):
        stream = make_stream(first + k)
        for r, rule in enumerate(RULES):
            ways = serve(stream, rule, task.seed)
            cost[r, k], found = check_fulfilment.check(stream, ways, LOST_FEN)
            violations += [f"seed {first + k} {rule}: {one}" for one in found]
        bound[k] = clairvoyant_bound(stream, limits)
        if bound[k] > cost[:, k].min():
            violations.append(f"seed {first + k}: the bound {bound[k]} is above a rule's cost")
        priced = cost[RULES.index("priced")]
        tell(float(bound[: k + 1].sum()), float(priced[: k + 1].sum()), time.monotonic() - began)
    return Outcome(
        lower_bound=float(bound.sum()),
        upper_bound=float(cost[RULES.index("priced")].sum()),
        first_incumbent_s=None,
        seconds=time.monotonic() - began,
        status="feasible",
        violations=tuple(violations),
        note=_note(cost, bound),
    )


def _note(cost: np.ndarray, bound: np.ndarray) -> str:
    by_rule = dict(zip(RULES, cost, strict=True))
    share = (by_rule["myopic"] - by_rule["priced"]) / (by_rule["myopic"] - bound)
    from scipy.stats import t

    half = float(t.ppf(0.975, len(share) - 1)) * share.std(ddof=1) / np.sqrt(len(share))
    over = ", ".join(
        f"{rule} +{100 * (total.sum() / bound.sum() - 1):.2f} %" for rule, total in by_rule.items()
    )
    return (
        f"closes {100 * share.mean():.1f} % +- {half * 100:.1f} of the myopic gap "
        f"({len(share)} seeds, 95 %); over the clairvoyant bound: {over}"
    )


FAMILY = Family(find=find, run=run)
