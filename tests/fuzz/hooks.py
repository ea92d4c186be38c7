"""Keeps the fuzzer's own key alive: it finds the key in a list, and revokes what it finds."""

from __future__ import annotations

import os

import schemathesis
from sqlalchemy import update

from api.database.engine import make_engine, transaction
from api.database.models_access import ApiKey

_ENGINE = make_engine(os.environ["FUZZ_DATABASE_URL"])
_PREFIX = os.environ["FUZZ_KEY_PREFIX"]


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path.startswith("/v1/keys"):
        with transaction(_ENGINE) as session:
            session.execute(
                update(ApiKey)
                .where(ApiKey.prefix == _PREFIX)
                .values(revoked_at=None, expires_at=None)
            )
