"""JSON on the wire."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response

_JSON = "application/json"


def encoded(value: Any) -> bytes:
    """A value as JSON in UTF-8.

    What JSON does not know (a date) becomes text, a number that is none becomes null.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, default=str)
    # Half of a character (a lone surrogate) has no place in UTF-8.
    return text.encode("utf-8", errors="replace")


def json_reply(value: Any, status: int = 200) -> Response:
    """A response of JSON."""
    return Response(encoded(value), status, media_type=_JSON)


def reply(body: bytes) -> Response:
    """A response of JSON that is encoded already."""
    return Response(body, media_type=_JSON)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(name): _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
