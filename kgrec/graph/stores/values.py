"""kglite's values → plain Python values with names in place of internal numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_NODE = {"id", "labels", "properties"}
_RELATIONSHIP = {"id", "start", "end", "type", "properties"}
_PATH = {"nodes", "relationships"}


class Reader:
    """Turns what a query returned into the values that :class:`~kgrec.graph.QueryResult` promises.

    :param keys: the key of every node, at its internal number
    """

    def __init__(self, keys: Sequence[str | None]) -> None:
        self._keys = keys

    def plain(self, value: Any) -> Any:
        """Convert one value, at any depth."""
        if isinstance(value, list):
            return [self.plain(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        names = value.keys()
        if names == _NODE:
            return self._node(value)
        if names == _RELATIONSHIP:
            return self._relationship(value)
        if names == _PATH:
            return {name: self.plain(value[name]) for name in ("nodes", "relationships")}
        return {name: self.plain(entry) for name, entry in value.items()}

    def _node(self, value: dict[str, Any]) -> dict[str, Any]:
        properties = value["properties"]
        first = {name: properties.get(name) for name in ("key", "id", "label", "kind", "type")}
        # kglite adds the label once more, as "title".
        rest = {name: entry for name, entry in properties.items() if name != "title"}
        return {**first, **rest}

    def _relationship(self, value: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": value["type"],
            "start": self._keys[value["start"]],
            "end": self._keys[value["end"]],
            "properties": value["properties"],
        }
