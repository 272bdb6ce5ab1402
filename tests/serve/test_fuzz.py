"""Whatever the document of the service allows, and much that it does not, ends without a fault."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error


@pytest.fixture
def document(service: Any) -> Any:
    schema = schemathesis.openapi.from_url(f"{service.address}/openapi.json")
    return schema.exclude(path="/query")  # a process of its own, with tests of its own


@schemathesis.pytest.from_fixture("document").parametrize()
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
def test_nothing_fails(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=[not_a_server_error])
