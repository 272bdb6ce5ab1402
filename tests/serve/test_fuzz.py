"""Whatever the document of the service allows, and what it does not, ends without a fault."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

ROUTES = [
    *("POST /recommend", "POST /explain", "GET /explain", "POST /events", "POST /wish"),
    *("GET /items", "GET /users", "GET /users/{id}", "GET /entities/{id}"),
]


@pytest.fixture(scope="module")
def document(service: Any) -> Any:
    return schemathesis.openapi.from_url(f"{service.address}/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("route", ROUTES)
def test_nothing_fails(document: Any, route: str, mode: GenerationMode) -> None:
    method, path = route.split()
    strategy = document[path][method].as_strategy(generation_mode=mode)

    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def fuzz(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=[not_a_server_error])

    fuzz()


def test_all_other_routes_take_nothing_or_have_tests_of_their_own(document: Any) -> None:
    every = {
        f"{found.ok().method.upper()} {found.ok().path}" for found in document.get_all_operations()
    }
    rest = every - set(ROUTES)
    assert rest == {"GET /facets", "GET /health", "GET /metrics", "POST /query"}
