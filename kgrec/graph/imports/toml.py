"""Writing a mapping as TOML, with a comment above every key."""

from __future__ import annotations

import json
import re
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

    from kgrec.graph.imports.mapping import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_WIDTH = 96
# What keys that are not set may say: an empty value would be none, or would say nothing.
_EXAMPLES = {
    "interactions": '["BOUGHT"]',
    "weight": '"quantity"',
    "rating": '"stars"',
    "timestamp": '"createdAt"',
    "event": '"action"',
    "min_rating": "3.5",
    "id": '{ Movie = "movieId" }',
    "label": '{ Movie = "title" }',
    "text": '{ Movie = "plot" }',
    "literals": '["currency"]',
    "drop_classes": '["Log"]',
    "drop_relations": '["NEXT"]',
    "rename": '{ HAS_GENRE = "has_genre" }',
    "class_attribute": '"type"',
    "type_attribute": '"relation"',
    "item_type": '"Film"',
    "ontologies": '["shop.ttl"]',
    "name": '"shop"',
    "licence": '"CC-BY-4.0"',
}


def to_toml(mapping: Mapping, *, whole: bool = True) -> str:
    """A mapping as TOML.

    :param whole: whether keys that have their default stand there, too, as comments
    """
    lines = ["# Which part of the graph is what. Written by kgrec; edit it as you like."]
    for reason in mapping.reasons:
        lines += wrap(
            _CONTROL.sub(" ", reason), _WIDTH, initial_indent="#   ", subsequent_indent="#     "
        )
    plain: list[str] = []
    tables: list[list[str]] = []
    left_out: list[str] = []
    for name, field in type(mapping).model_fields.items():
        if field.exclude:
            continue
        value = getattr(mapping, name)
        if name == "interaction_nodes":
            tables += [_node(node) for node in value]
        elif isinstance(value, dict) and value:
            tables.append(["", *_comment(field.description), f"[{name}]", *_pairs(value)])
        elif whole or value != field.default:
            plain += ["", *_comment(field.description), _line(name, value, field.default)]
        else:
            left_out.append(name)
    if left_out:
        lines += wrap(
            f"Keys that have their default: {', '.join(left_out)}; "
            "mapping.save(path) explains them.",
            _WIDTH,
            initial_indent="# ",
            subsequent_indent="# ",
        )
    return "\n".join([*lines, *plain, *(line for table in tables for line in table), ""])


def _node(node: BaseModel) -> list[str]:
    lines = ["", *_comment(type(node).__doc__), "[[interaction_nodes]]"]
    given = ((name, getattr(node, name)) for name in type(node).model_fields)
    return lines + [f"{name} = {_value(value)}" for name, value in given if value is not None]


def _comment(text: str | None) -> list[str]:
    first = re.sub(r"`+", "", " ".join((text or "").split("\n\n")[0].split()))
    return wrap(first, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _line(name: str, value: Any, default: Any) -> str:
    if value == default and name in _EXAMPLES:
        return f"# {name} = {_EXAMPLES[name]}"
    text = f"{name} = {_value(value)}"
    return text if value != default else f"# {text}"


def _pairs(values: dict[str, str]) -> list[str]:
    return [f"{_key(name)} = {_value(value)}" for name, value in values.items()]


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        # A JSON string is a TOML string, but for the one control character JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
