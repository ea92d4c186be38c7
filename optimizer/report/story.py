"""The plan in sentences: what a reader should take away, and why each shipment goes as it does."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.report import formats
from optimizer.report.figures import Figures
from optimizer.report.segments import MODE_NAMES
from optimizer.report.tables import LoadRow, ShipmentRow

_WAIT_WORTH_SAYING_MIN = 360


def headline(figures: Figures, split: Mapping[str, Mapping[str, float]], n_loads: int) -> list[str]:
    """Two to four sentences for the top of the page."""
    per_kg = formats.cny(figures.transport_fen / max(1, figures.gross_kg), 2)
    served = (
        f"All {formats.plural(figures.n_shipments, 'shipment')} are delivered"
        if figures.n_served == figures.n_shipments
        else f"{figures.n_served} of {figures.n_shipments} shipments are delivered"
    )
    sentences = [f"{served} for {formats.cny(figures.transport_fen)} ({per_kg} per kg)."]
    if n_loads:
        text = f"{figures.n_shared} share {formats.plural(n_loads, 'load unit')}"
        if figures.saving_share is not None and figures.saving_fen > 0:
            text += (
                f"; the whole is {formats.share(figures.saving_share)} cheaper than "
                "each shipment planned alone"
            )
        sentences.append(text + ".")
    tkm = split["tkm"]
    total = sum(tkm.values())
    if total:
        top = max(tkm, key=lambda mode: tkm[mode])
        sentences.append(
            f"{MODE_NAMES.get(top, top)} carries {formats.share(tkm[top] / total)} of the "
            "tonne-kilometres."
        )
    missing = figures.n_shipments - figures.n_served
    if missing:
        verb = "is" if missing == 1 else "are"
        sentences.append(
            f"{formats.plural(missing, 'shipment')} {verb} not served: reasons and remedies below."
        )
    return sentences


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
