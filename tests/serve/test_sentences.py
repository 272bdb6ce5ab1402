from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("timestamp", 1_700_000_000_000, "seconds since 1970, not milliseconds"),
        ("timestamp", -(2**36), "seconds since 1970, not milliseconds"),
        ("timestamp", True, "'timestamp': "),
        ("user", "", "'user': string should have at least 1 character."),
        ("user", "x" * 1_001, "at most 1000 characters"),
    ],
)
def test_a_refused_event_says_why(service: Any, field: str, value: Any, words: str) -> None:
    event = {"user": "refused", "item": "1", field: value}
    refused = service.post("/events", {"events": [event]}).json()["refused"]
    assert words in refused[0]["reason"]


def test_a_boolean_is_no_number(service: Any) -> None:
    answer = service.post("/recommend", {"user": "1", "k": True})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("'k': ")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_that_is_not_called_json_is_told_so(service: Any, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    with service.client() as client:
        answer = client.post("/recommend", content=b'{"user": "1"}', headers=headers)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["error"]


def test_a_body_that_cannot_be_read_is_no_json(service: Any) -> None:
    headers = {"content-type": "application/json"}
    with service.client() as client:
        answer = client.post("/recommend", content=b'{"user": "\xff"}', headers=headers)
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["error"]
