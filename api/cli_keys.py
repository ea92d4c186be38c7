"""``teahorse keys``: for the operator, who has the database; callers use ``/v1/keys``."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

_MAX_NAME = 64
keys_app = typer.Typer(help="Make, list, end and replace API keys.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(help="Firm that the key belongs to; made if it is new.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@keys_app.command("create")
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="quote, plan, allocate, scenario or admin.")],
    tenant: Tenant = "default",
    expires_at: Annotated[str, typer.Option(help="RFC 3339 with zone; never if missing.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a key and print it: it cannot be shown again."""
    from api.database import key_repository
    from api.database.audit_repository import record_of

    scopes, ends = _scopes(scope), _moment(expires_at)
    for text in (name, tenant):
        _check_name(text)
    with _session() as session:
        owner = key_repository.tenant_named(session, tenant)
        made = key_repository.create_key(session, owner.tenant_id, name, scopes, ends)
        record_of(
            session, (owner.tenant_id, None), "key.create", made.key.key_id, {"scopes": scopes}
        )
        if as_json:
            _print_json({"key": made.secret, "key_id": made.key.key_id, "scopes": scopes})
        else:
            typer.echo(made.secret)


@keys_app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all keys of all tenants."""
    from sqlalchemy import select

    from api.database.models_access import ApiKey, Tenant

    with _session() as session:
        query = select(ApiKey, Tenant.name).join(Tenant, Tenant.tenant_id == ApiKey.tenant_id)
        rows = [
            {
                "key_id": key.key_id,
                "tenant": tenant,
                "name": key.name,
                "prefix": f"th_{key.prefix}",
                "scopes": " ".join(key.scopes),
                "expires_at": _shown(key.expires_at),
                "revoked_at": _shown(key.revoked_at),
                "last_used_at": _shown(key.last_used_at),
            }
            for key, tenant in session.execute(query.order_by(ApiKey.key_id))
        ]
        if as_json:
            _print_json(rows)
        else:
            from optimizer.report.terminal import show_rows

            show_rows(rows)


@keys_app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="Id of the key, see list.")]) -> None:
    """End a key at once."""
    from api.database import key_repository
    from api.database.audit_repository import record_of

    with _session() as session:
        row = key_repository.revoke_key(session, None, key_id)
        record_of(session, (row.tenant_id, None), "key.revoke", key_id)
    typer.echo(f"revoked {key_id}")


@keys_app.command("rotate")
def rotate(
    key_id: Annotated[str, typer.Argument(help="Id of the key, see list.")],
    overlap_min: Annotated[
        int, typer.Option(help="Minutes for which the old key is still taken.", min=0, max=43_200)
    ] = 0,
) -> None:
    """Replace a key by a new one with the same scopes, and print it."""
    from datetime import timedelta

    from api.database import key_repository
    from api.database.audit_repository import record_of
    from api.database.base import now

    with _session() as session:
        ends = now() + timedelta(minutes=overlap_min)
        made = key_repository.rotate_key(session, None, key_id, ends)
        detail = {"new_key_id": made.key.key_id}
        record_of(session, (made.key.tenant_id, None), "key.rotate", key_id, detail)
        typer.echo(made.secret)


@contextmanager
def _session() -> Iterator[Session]:
    """One transaction on the database of the settings, which is made if it is new and embedded."""
    from sqlalchemy.exc import OperationalError

    from api.database.engine import make_engine, transaction
    from api.problems import Problem
    from api.refusal import Refusal
    from api.server import prepare_database
    from api.settings import Settings
    from api.telemetry import hide_secrets

    settings = Settings()
    try:
        prepare_database(settings)
        engine = make_engine(settings.url)
        try:
            with transaction(engine) as session:
                yield session
        finally:
            engine.dispose()
    except Problem as problem:
        raise Refusal(problem.errors[0]["detail"] if problem.errors else problem.title) from None
    except OperationalError as error:
        raise Refusal(f"the database does not answer: {hide_secrets(str(error.orig))}") from None


def _scopes(scopes: list[str]) -> list[str]:
    from api.auth import Scope
    from api.refusal import Refusal

    known = [one.value for one in Scope]
    unknown = sorted(set(scopes) - set(known))
    if unknown:
        raise Refusal(f"unknown scope {', '.join(unknown)}: take some of {', '.join(known)}")
    return sorted(set(scopes))


def _moment(text: str) -> datetime | None:
    from api.database.base import now
    from api.refusal import Refusal

    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"not a time: {text[:40]!r}, write 2027-01-01T00:00:00+08:00") from None
    if moment.tzinfo is None or moment <= now():
        raise Refusal("the time of expiry needs a zone and has to be in the future")
    return moment


def _check_name(text: str) -> None:
    from api.refusal import Refusal

    if not text.strip() or len(text) > _MAX_NAME or not text.isprintable():
        raise Refusal("names have 1 to 64 printable characters")


def _shown(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _print_json(value: object) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))
