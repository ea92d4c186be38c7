"""The plan in sentences: what a reader should take away, and why each shipment goes as it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimizer.plan.plan import PlanResult
from optimizer.report import formats
from optimizer.report.figures import Figures
from optimizer.report.misses import MissGroup
from optimizer.report.segments import MODE_NAMES
from optimizer.report.tables import LoadRow, ShipmentRow

_WAIT_WORTH_SAYING_MIN = 360
_REASONS_SAID = 3


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to know: a word or two, a sentence, and the section that says more."""

    name: str
    text: str
    section: str = ""


def headline(figures: Figures) -> str:
    """What is delivered, for how much, and what that saves, in one sentence."""
    served = (
        f"All {formats.plural(figures.n_shipments, 'shipment')} are delivered"
        if figures.n_served == figures.n_shipments
        else f"{figures.n_served} of {figures.n_shipments} shipments are delivered"
    )
    text = f"{served} for {formats.cny(figures.transport_fen)}"
    if figures.saving_share is not None and figures.saving_fen > 0:
        known = "" if figures.n_compared == figures.n_served else ", as far as that is known"
        text += (
            f", {formats.cny(figures.saving_fen)} ({formats.share(figures.saving_share)}) less "
            f"than if each travelled alone{known}"
        )
    return text + "."


def points(
    result: PlanResult,
    figures: Figures,
    split: Mapping[str, Mapping[str, float]],
    *,
    n_loads: int,
    misses: Sequence[MissGroup],
    caution: str,
) -> list[Point]:
    """What a reader should take away, good and bad, most important first."""
    found = [
        _sharing(figures, n_loads),
        _missing(figures, misses),
        _late(figures),
        _proof(result, figures),
        _modes(figures, split),
        Point("Caution", caution, "estimates") if caution else None,
    ]
    return [point for point in found if point is not None]


def _sharing(figures: Figures, n_loads: int) -> Point | None:
    if not n_loads:
        return None
    text = (
        f"{formats.plural(figures.n_shared, 'shipment')} ride in "
        f"{formats.plural(n_loads, 'shared load unit')}, {formats.share(figures.best_fill)} full "
        "on average in the tighter dimension"
    )
    alone = figures.n_served - figures.n_shared
    return Point("Sharing", f"{text}; {alone} travel on their own.", "loads")


def _missing(figures: Figures, misses: Sequence[MissGroup]) -> Point | None:
    if not misses:
        return None
    whole_kg = figures.missing_kg + figures.gross_kg
    count = sum(len(group.rows) for group in misses)
    share = formats.share(figures.missing_kg / max(1, whole_kg))
    by_reason = Counter[str]()
    for group in misses:
        by_reason[group.meaning] += len(group.rows)
    reasons = "; ".join(
        f"{n} because {meaning}" for meaning, n in by_reason.most_common(_REASONS_SAID)
    )
    more = " and more" if len(by_reason) > _REASONS_SAID else ""
    verb = "stays" if count == 1 else "stay"
    text = (
        f"{formats.plural(count, 'shipment')} with {formats.tonnes(figures.missing_kg)} "
        f"({share} of the mass) {verb} behind: {reasons}{more}."
    )
    return Point("Not served", text, "unserved")


def _late(figures: Figures) -> Point | None:
    if not figures.n_timed:
        return None
    text = (
        f"{figures.n_late} of {figures.n_timed} deliveries with a due time are planned late"
        if figures.n_late
        else "No delivery is planned late"
    )
    if figures.late_fen:
        text += f", priced at {formats.cny(figures.late_fen)} inside the cost"
    probability = formats.share(figures.on_time_share)
    text += f"; counting delays on the way, the mean probability of being on time is {probability}."
    return Point("Punctuality", text, "shipments")


def _proof(result: PlanResult, figures: Figures) -> Point | None:
    if not figures.n_shipments:
        return None
    left_fen = max(0, figures.objective_fen - result.bound_fen)
    what = "cost plus penalties" if figures.penalty_fen else "cost"
    if not left_fen:
        text = "It is proved that no other choice among the same departures is cheaper."
    else:
        text = (
            "It is proved that no other choice among the same departures can be better by more "
            f"than {formats.cny(left_fen)}, {formats.share(result.gap, 1)} of {what}."
        )
    return Point("How good", text, "solve")


def _modes(figures: Figures, split: Mapping[str, Mapping[str, float]]) -> Point | None:
    tkm, grams = split["tkm"], split["co2e_g"]
    whole, whole_g = sum(tkm.values()), sum(grams.values())
    if not whole:
        return None
    top = max(tkm, key=lambda mode: tkm[mode])
    text = (
        f"{MODE_NAMES.get(top, top)} carries {formats.share(tkm[top] / whole)} of the "
        "tonne-kilometres"
    )
    worst = max(grams, key=lambda mode: grams[mode])
    if whole_g and worst != top:
        text += (
            f"; {MODE_NAMES.get(worst, worst).lower()} carries "
            f"{formats.share(tkm[worst] / whole)} and causes "
            f"{formats.share(grams[worst] / whole_g)} of {formats.co2e(figures.co2e_g)} CO₂e"
        )
    return Point("Modes", text + ".", "cost")


def why(row: ShipmentRow, loads: Mapping[str, LoadRow]) -> str:
    """Why a shipment goes this way, from what it shares, waits and saves."""
    parts: list[str] = []
    shared = [loads[load_id] for load_id in row.load_ids if load_id in loads]
    for load in shared:
        others = {content.shipment_id for content in load.load.contents}
        others.discard(row.shipment.shipment_id)
        company = f"with {formats.plural(len(others), 'other')}" if others else "with nobody else"
        parts.append(
            f"rides in {load.load.load_id} ({load.load.load_unit}, {formats.share(load.fill)} "
            f"full) {company}, leaving {load.start.short_name} {formats.stamp(load.departs)}"
        )
    if not shared:
        packing = next((leg.carried_as for leg in row.legs if leg.ref), "loose")
        parts.append(f"travels alone ({packing})")
    waits = row.itinerary.storages
    waited_min = sum(event.until_min - event.from_min for event in waits)
    if waited_min >= _WAIT_WORTH_SAYING_MIN:
        cost = sum(event.cost_fen for event in waits)
        price = f" for {formats.cny(cost)} of storage" if cost else ", free of storage charge"
        parts.append(f"waits {formats.hours(waited_min)} on the way{price}")
    text = "; ".join(parts)
    text = text[0].upper() + text[1:] + "."
    if row.saving_fen > 0:
        saved = row.saving_fen / row.itinerary.stand_alone_fen
        text += (
            f" Alone it would cost {formats.cny(row.itinerary.stand_alone_fen)}: "
            f"this saves {formats.cny(row.saving_fen)} ({formats.share(saved)})."
        )
    return text + _timing(row)


def _timing(row: ShipmentRow) -> str:
    if row.due is None:
        return ""
    if row.itinerary.lateness_min > 0:
        cost = row.itinerary.cost_lines_fen.get("lateness", 0)
        price = f", which costs {formats.cny(cost)}" if cost else ""
        return f" It is {formats.hours(row.itinerary.lateness_min)} late{price}."
    slack_min = (row.due - row.delivered).total_seconds() / 60
    return f" It arrives {formats.hours(slack_min)} before it is due."
