"""What a user did, and what is known of an item at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kgrec.graph.literals import parse
from kgrec.graph.schema import key
from kgrec.graph.versions.times import comes_later
from kgrec.serve.journal import Acted
from kgrec.serve.nodes import history
from kgrec.serve.pending import times
from kgrec.serve.state import Now

_SHOWN = 200


def user_page(now: Now, user: str) -> dict[str, Any]:
    """A user with what the user did, the latest first, events included that came since.

    :param user: one of the graph, or of whom events came
    """
    served = now.served
    known = served.rec.features.user_row(user) is not None
    node = served.graph.node(key("user", user)) if known else {}
    rows = {row["item"]: row for row in history(served.graph, user).to_dicts()} if known else {}
    _add(rows, now.pending.of(user), served.labels)
    latest = sorted(rows.values(), key=_lateness)
    return {
        "id": user,
        "label": node.get("label", user),
        "properties": parse(node.get("properties")),
        "history": latest[:_SHOWN],
        "events": len(rows),
    }


def _add(
    rows: dict[str, dict[str, Any]], events: Iterable[Acted], labels: Mapping[str, str]
) -> None:
    """Add events as the graph will have them once they are folded into it.

    Of several of an item the largest weight counts and the last time; a pair that is there already
    takes only later ones, and adds their weight to its own. What the graph lacks is left out.
    """
    came: dict[str, list[Acted]] = {}
    for event in events:
        if event.item in labels and _is_new(event, rows.get(event.item)):
            came.setdefault(event.item, []).append(event)
    for item, several in came.items():
        rows[item] = {
            "item": item,
            "label": labels[item],
            "timestamp": times(several)[item],
            "weight": max(each.weight for each in several)
            + (rows[item]["weight"] if item in rows else 0.0),
        }


def _is_new(event: Acted, before: dict[str, Any] | None) -> bool:
    return before is None or comes_later(before["timestamp"], event.timestamp)


def _lateness(row: dict[str, Any]) -> tuple[bool, int]:
    time = row["timestamp"]
    return time is None, -(time or 0)
