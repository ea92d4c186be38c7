"""A few generated requests for every operation; the long run is ``python -m tests.fuzz.run``."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from api.auth import Scope

pytestmark = pytest.mark.data
CASES_AN_OPERATION = 2
CHECKS = ("not_a_server_error", "status_code_conformance", "response_schema_conformance",
          "content_type_conformance")  # fmt: skip


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_generated_requests(service, mode):
    schema = schemathesis.openapi.from_dict(service.client.app.openapi())
    checks = [check for name, check in _checks() if name in CHECKS]
    assert len(checks) == len(CHECKS)
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if "event" in operation.path:
            continue  # an open stream has no end to wait for

        @seed(6)
        @settings(
            max_examples=CASES_AN_OPERATION, deadline=None, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case):
            nonlocal tried
            tried += 1
            # A key of its own where the generated requests may end it.
            name = f"fuzz {tried}" if "/keys" in case.operation.path else "fuzz"
            headers = service.headers(*[scope.value for scope in Scope], name=name)
            sent = case.as_transport_kwargs(base_url="http://testserver", headers=headers)
            sent.pop("cookies", None)
            sent = {name: value for name, value in sent.items() if value is not None}
            if "data" in sent:
                sent["content"] = sent.pop("data")
            answer = service.client.request(**sent)
            case.validate_response(answer, checks=checks)

        try:
            ask()
        except Exception as error:
            if "Unsatisfiable" not in type(error).__name__:
                raise
    assert tried > 30


def _checks():
    from schemathesis import checks

    checks.load_all_checks()
    return [(name, checks.CHECKS.get_one(name)) for name in CHECKS]
