"""What a user did, and what is known of an item at a glance."""

from __future__ import annotations

from typing import Any

from kgrec.graph.literals import parse
from kgrec.graph.schema import key
from kgrec.serve.nodes import history
from kgrec.serve.state import Now

_SHOWN = 200
_YEARS = ("year", "release_year", "release_date", "date")


def user_page(now: Now, user: str) -> dict[str, Any]:
    """A user with what the user did, the latest first, events included that came since.

    :param user: one of the graph, or of whom events came
    """
    served = now.served
    known = served.rec.features.user_row(user) is not None
    node = served.graph.node(key("user", user)) if known else {}
    rows = {row["item"]: row for row in history(served.graph, user).to_dicts()} if known else {}
    for event in now.pending.of(user):
        before = rows.get(event.item, {"weight": 0.0, "timestamp": None})
        seen = [each for each in (before["timestamp"], event.timestamp) if each is not None]
        rows[event.item] = {
            "item": event.item,
            "label": served.labels.get(event.item, event.item),
            "timestamp": max(seen, default=None),
            "weight": before["weight"] + event.weight,
        }
    latest = sorted(rows.values(), key=_lateness)
    return {
        "id": user,
        "label": node.get("label", user),
        "properties": parse(node.get("properties")),
        "history": latest[:_SHOWN],
        "events": len(rows),
    }


def year_of(properties: str | None) -> int | None:
    """The year of an item, if its literals tell it."""
    known = parse(properties)
    for name in _YEARS:
        digits = str(known.get(name, ""))[:4]
        if digits.isascii() and digits.isdecimal() and len(digits) == 4:
            return int(digits)
    return None


def _lateness(row: dict[str, Any]) -> tuple[bool, int]:
    time = row["timestamp"]
    return time is None, -(time or 0)
