"""One self-contained HTML page that shows a plan: no request leaves it, no name is trusted."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from optimizer.datasets.catalog import open_catalog
from optimizer.domain.network_data import NetworkData
from optimizer.errors import DataError
from optimizer.plan.plan import PlanResult
from optimizer.report import charts, formats
from optimizer.report.confidence import caution, confidence, row_name, table_name
from optimizer.report.crossings import crossing_rows
from optimizer.report.days import departure_days
from optimizer.report.figures import cost_matrix, estimate_rows, figures, mode_split
from optimizer.report.maps import draw_maps
from optimizer.report.measures import NAMES, emissions, measures, shown_modes
from optimizer.report.misses import miss_groups
from optimizer.report.places import Gazetteer
from optimizer.report.progress import progress
from optimizer.report.story import headline, points, why
from optimizer.report.svg import trusted
from optimizer.report.tables import LoadRow, ShipmentRow, load_rows, shipment_rows
from optimizer.report.timeline import timeline

_TEMPLATES = Path(__file__).parent / "templates"
_LAND = Path("derived") / "land.geojson"


def write_report(
    result: PlanResult,
    data: NetworkData,
    path: Path,
    *,
    title: str,
    question: str = "",
    country_outlines: bool = True,
    land: Path | None = None,
) -> None:
    """
    Write the report of a plan.

    Parameters
    ----------
    path
        HTML file to write; its folder must exist.
    title, question
        Heading, and what the plan is to answer.
    country_outlines
        False draws one land mass without lines between countries.
    land
        GeoJSON with the outlines of countries in degrees. Without it the network data's own; where
        there is none, flows are drawn without land.

    Raises
    ------
    OSError
        The file cannot be written.
    KeyError
        The plan names a facility, crossing or load unit that the data does not have.
    """
    land = land if land is not None else _own_land()
    page = render(
        result, data, title=title, question=question, country_outlines=country_outlines, land=land
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def render(
    result: PlanResult,
    data: NetworkData,
    *,
    title: str,
    question: str,
    country_outlines: bool,
    land: Path | None,
) -> str:
    """The page as text; see :func:`write_report`."""
    plan = result.plan
    places = Gazetteer(data, plan.epoch_at)
    shipments = shipment_rows(plan, data, places)
    loads = load_rows(plan, data, places)
    numbers = figures(result, shipments, loads)
    split = mode_split(plan)
    matrix = cost_matrix(plan)
    estimates = estimate_rows(plan)
    graded = confidence(data, estimates)
    warning = caution(numbers.estimate_share, graded)
    misses = miss_groups(plan, places)
    by_load = {row.load.load_id: row for row in loads}
    css = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    script = (_TEMPLATES / "report.js").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=title,
            question=question,
            css=trusted(css),
            script=trusted(script),
            policy=_policy(css, script),
            result=result,
            plan=plan,
            data=data,
            numbers=numbers,
            headline=headline(numbers),
            points=points(
                result, numbers, split, n_loads=len(loads), misses=misses, caution=warning
            ),
            caution=warning,
            graded=graded,
            misses=misses,
            days=departure_days(loads, shipments),
            horizon=_horizon(shipments, loads),
            planned=plan.planned_at.astimezone(_home_zone(shipments, plan.planned_at)),
            maps=draw_maps(plan, data, places, land, country_outlines=country_outlines),
            mode_names=NAMES,
            measures=measures(split),
            shown_modes=shown_modes(split),
            emissions=emissions(split),
            fall=charts.waterfall(matrix, NAMES),
            matrix=matrix,
            matrix_modes=[m for m in NAMES if any(row.get(m) for row in matrix.values())],
            timeline=timeline(loads, shipments),
            loads=loads,
            shipments=[(row, why(row, by_load)) for row in shipments],
            by_shipment={row.shipment.shipment_id: row for row in shipments},
            crossings=crossing_rows(plan, data),
            estimates=estimates,
            row_name=lambda row: row_name(row, data),
            progress=progress(result.incumbents, result.solve_seconds),
            charts=charts,
        )
    )


def _own_land() -> Path | None:
    try:
        found = open_catalog().root / _LAND
    except DataError:
        return None
    return found if found.is_file() else None


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        {
            name: getattr(formats, name)
            for name in (
                "cny", "cny_exact", "cny_short", "share", "tonnes", "co2e", "cubic_metres",
                "hours", "day", "stamp", "offset", "plural", "number",
            )
        }
    )  # fmt: skip
    environment.globals.update({"line_name": charts.line_name, "table_name": table_name})
    return environment


def _policy(css: str, script: str) -> str:
    """Content security policy: only this style and this script, nothing from anywhere."""
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in (css, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _horizon(
    shipments: tuple[ShipmentRow, ...], loads: tuple[LoadRow, ...]
) -> tuple[datetime, datetime] | None:
    starts = [row.ready for row in shipments] + [row.closes for row in loads]
    ends = [row.delivered for row in shipments] + [row.released for row in loads]
    return (min(starts), max(ends)) if starts else None


def _home_zone(shipments: tuple[ShipmentRow, ...], planned_at: datetime):  # noqa: ANN202
    """Clock of the place where most shipments start."""
    zones = [row.start.zone for row in shipments]
    return max(zones, key=zones.count) if zones else planned_at.tzinfo
