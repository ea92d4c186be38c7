"""Networks: immutable revisions, what is in them, and edits that make the next one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.auth import Caller, require
from api.database import network_repository
from api.database.audit_repository import record
from api.database.engine import reading
from api.database.models_network import NetworkRevision
from api.deps import Service, get_service
from api.etags import check_match, tagged
from api.idempotency import Answer, Once, once_key
from api.network_rows import border_answer, facility_answer, service_answer
from api.networks import CURRENT, SHIPPED, Network, network_of
from api.pages import Page, PageQuery
from api.problems import Problem, problems
from api.schemas.networks import (
    BorderAnswer,
    FacilityAnswer,
    RevisionAnswer,
    RevisionCheck,
    RevisionDetail,
    RevisionRequest,
    ServiceAnswer,
)
from api.strict_json import StrictRoute
from optimizer import listings, revisions

router = APIRouter(prefix="/v1/networks", tags=["networks"], route_class=StrictRoute)
Reader = Annotated[Caller, Depends(require("quote", "plan", "allocate", "scenario", "admin"))]
TheService = Annotated[Service, Depends(get_service)]
ThePage = Annotated[PageQuery, Depends()]
Revision = Annotated[
    str,
    Path(
        min_length=1,
        max_length=40,
        pattern="^[A-Za-z0-9_]+$",
        description="Id of a revision, current or shipped",
        examples=[CURRENT],
    ),
]
Filter = Annotated[str, Query(max_length=64)]
IfMatch = Annotated[
    str, Header(max_length=200, description="ETag of the newest revision, as it was read")
]


@router.get("", responses=problems())
def list_networks(service: TheService, caller: Reader, page: ThePage) -> Page[RevisionAnswer]:
    """Revisions of the tenant, newest first, and the shipped network at the end."""
    query = select(NetworkRevision).where(NetworkRevision.tenant_id == caller.tenant_id)
    query = page.apply(query, NetworkRevision.revision_id, newest_first=True)
    with reading(service.engine) as session:
        rows = [network_of(row) for row in session.scalars(query)]
        if len(rows) < page.limit:
            rows.append(service.networks.find(session, caller.tenant_id, SHIPPED))
    return Page[RevisionAnswer](**page.answer(rows, lambda row: row.revision_id, _shown))


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses={
        200: {"model": RevisionCheck, "description": "It could be stored (mode validate)"},
        201: {"model": RevisionAnswer},
        **problems(409, 412, 415, 428),
    },
)
def edit_network(
    body: RevisionRequest,
    service: TheService,
    caller: Annotated[Caller, Depends(require("scenario"))],
    once: Annotated[Once, Depends(once_key)],
    if_match: IfMatch = "",
) -> Response:
    """Edit the newest revision: rows of tables are set, added or removed; the whole is checked."""
    with reading(service.engine) as session:
        parent = service.networks.find(session, caller.tenant_id, CURRENT)
    if body.mode == "solve":
        check_match(if_match, parent.etag)
    edits = [
        revisions.RowEdit(do=one.do, table=one.table, key=one.key, cells=one.cells)
        for one in body.edits
    ]
    shown = [one.model_dump(exclude_defaults=True) for one in body.edits]
    made = service.networks.edited(parent, edits, shown, body.note)
    if body.mode == "validate":
        return Answer(body=RevisionCheck(fingerprint=made.fingerprint)).response()

    def work(session: Session) -> Answer:
        newest = network_repository.newest(session, caller.tenant_id)
        if (newest.number if newest else 0) != parent.number:
            raise _overtaken()
        row = network_repository.add(session, caller, newest, made)
        record(session, caller, "network.edit", row.revision_id, {"n_edits": len(edits)})
        network = network_of(row)
        headers = {"ETag": network.etag, "Location": f"/v1/networks/{network.revision_id}"}
        return Answer(body=_shown(network), status=201, headers=headers)

    try:
        return once.within(work)
    except IntegrityError:
        raise _overtaken() from None


@router.get(
    "/{revision}",
    response_class=Response,
    responses={200: {"model": RevisionDetail}, **problems(404)},
)
def get_network(
    revision: Revision, request: Request, service: TheService, caller: Reader
) -> Response:
    """A revision and its size. Its ETag is what an edit has to send in If-Match."""
    network, data = _network(service, caller, revision)
    said = _shown(network).model_dump(mode="json") | listings.describe(data)
    return tagged(request, said, network.etag)


@router.get("/{revision}/facilities", responses=problems(404))
def list_facilities(
    revision: Revision,
    service: TheService,
    caller: Reader,
    page: ThePage,
    country: Filter = "",
    mode: Filter = "",
    kind: Filter = "",
    code: Annotated[str, Query(max_length=64, description="Id, UN/LOCODE or IATA code")] = "",
) -> Page[FacilityAnswer]:
    """Places that handle freight, with their point."""
    _, data = _network(service, caller, revision)
    rows = [
        row
        for _, row in sorted(data.facilities.items())
        if (not country or row.country == country)
        and (not mode or mode in row.modes)
        and (not kind or row.kind == kind)
        and (not code or code.upper() in {row.facility_id, row.unlocode, row.iata})
    ]
    return Page[FacilityAnswer](**page.cut(rows, lambda row: row.facility_id, facility_answer))


@router.get("/{revision}/services", responses=problems(404))
def list_services(
    revision: Revision,
    service: TheService,
    caller: Reader,
    page: ThePage,
    mode: Filter = "",
    status: Filter = "",
    facility_id: Annotated[str, Query(max_length=64, description="That call here")] = "",
) -> Page[ServiceAnswer]:
    """Timetabled services with their calls."""
    _, data = _network(service, caller, revision)
    rows = [
        row
        for _, row in sorted(data.services.items())
        if (not mode or row.mode == mode)
        and (not status or row.status == status)
        and (not facility_id or any(call.facility_id == facility_id for call in row.calls))
    ]
    return Page[ServiceAnswer](**page.cut(rows, lambda row: row.service_id, service_answer))


@router.get("/{revision}/borders", responses=problems(404))
def list_borders(
    revision: Revision,
    service: TheService,
    caller: Reader,
    page: ThePage,
    country: Annotated[str, Query(max_length=64, description="On either side")] = "",
    mode: Filter = "",
    status: Filter = "",
) -> Page[BorderAnswer]:
    """Border crossings, each direction by itself."""
    _, data = _network(service, caller, revision)
    rows = [
        row
        for _, row in sorted(data.crossings.items())
        if (not country or country in {row.from_country, row.to_country})
        and (not mode or row.mode == mode)
        and (not status or row.status == status)
    ]
    return Page[BorderAnswer](**page.cut(rows, lambda row: row.crossing_id, border_answer))


def _network(service: Service, caller: Caller, revision: str) -> tuple[Network, Any]:
    with reading(service.engine) as session:
        network = service.networks.find(session, caller.tenant_id, revision)
    return network, service.networks.queries_of(network).data


def _overtaken() -> Problem:
    return Problem(
        412,
        "precondition_failed",
        "It was changed meanwhile",
        detail="read it again and repeat the edit",
    )


def _shown(network: Network) -> RevisionAnswer:
    return RevisionAnswer(
        revision_id=network.revision_id,
        number=network.number,
        parent_id=network.parent_id,
        fingerprint=network.fingerprint,
        note=network.note,
        edits=list(network.edits),
        created_at=network.created_at,
    )
