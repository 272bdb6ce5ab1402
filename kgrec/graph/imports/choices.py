"""Which properties are id, name and description of the nodes of a class, which are shared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kgrec.graph.imports.literals import language_of, text_of
from kgrec.graph.imports.names import local_name, words

LABELS = ("label", "preflabel", "title", "name", "fullname", "displayname", "headline", "username")
TEXTS = (
    *("description", "text", "abstract", "summary", "plot", "synopsis", "overview", "comment"),
    *("definition", "content", "body", "about", "biography", "bio"),
)
_IDS = ("id", "uuid", "guid", "identifier", "key", "code", "slug", "sku", "isbn", "ean", "uri")
_HANDLES = ("username", "login", "handle", "nickname", "nick", "email", *LABELS)
_ID_ENDS = ("id", "uuid", "key", "code", "no", "number")
_LAST = 100  # behind all that are meant as ids
_LONG = 200  # characters: longer values are texts, not names that nodes share
_SHARED = 0.5  # a property with more distinct values than this share says nothing in common
_NUMERIC = re.compile(r"[+-]?\d+(\.\d+)?")
_RESERVED = frozenset({"item", "user", "title", "text", "properties", "type"})

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Choice:
    """What the properties of one class are for.

    :ivar id: the property that is the id; ``None``: the id that the store gives
    :ivar label: the property that names a node
    :ivar text: the property that describes it
    :ivar shared: property → column, of those whose values several nodes share
    """

    id: str | None = None
    label: str | None = None
    text: str | None = None
    shared: tuple[tuple[str, str], ...] = ()


def choose_label(names: Iterable[str], rows: Rows) -> str | None:
    """The property that names the nodes: a usual word for it, else one that ends so."""
    usable = [name for name in names if _mostly_text(name, rows)]
    exact = _first(usable, LABELS)
    ending = (name for name in usable if (words(name) or [""])[-1] in ("name", "title", "label"))
    return exact or min(ending, key=lambda name: (len(words(name)), name), default=None)


def choose_text(names: Iterable[str], rows: Rows) -> str | None:
    """The property that describes the nodes."""
    return _first([name for name in names if _some_text(name, rows)], TEXTS)


def choose_ids(names: Iterable[str], label: str | None) -> tuple[str, ...]:
    """Properties that may be ids, the likeliest first: ``id``, ``movieId`` of a movie, others.

    The last resort is a name: if it is unique, it tells more than a number that the store gives,
    and unlike that number it stays.
    """
    own = "".join(words(label)) if label else ""
    ranked = []
    for name in names:
        parts = words(name)
        joined = "".join(parts)
        if joined in _IDS:
            ranked.append((_IDS.index(joined) if joined != "id" else -2, name))
        elif parts and parts[-1] in _ID_ENDS and len(parts) > 1:
            is_own = bool(own) and own.startswith("".join(parts[:-1]))
            ranked.append((-1 if is_own else len(_IDS) + _ID_ENDS.index(parts[-1]), name))
        elif joined in _HANDLES:
            ranked.append((_LAST + _HANDLES.index(joined), name))
    return tuple(name for _, name in sorted(ranked))


def choose_shared(
    names: Iterable[str], rows: Rows, known: Mapping[str, bool]
) -> tuple[tuple[str, str], ...]:
    """Properties with short texts that several nodes share, and the columns they become.

    A property with the IRI of a name gets its last part as a column, where no other has it.

    :param known: whether the ontology knows a relation of this name
    """
    chosen = [name for name in names if _is_shared([row.get(name) for row in rows], known[name])]
    short = [local_name(name) for name in chosen]
    columns = [
        name if short.count(last) > 1 else last for name, last in zip(chosen, short, strict=True)
    ]
    return tuple(
        (name, column)
        for name, column in zip(chosen, columns, strict=True)
        if column not in _RESERVED
    )


def shared_text(value: Any, language: str) -> str | list[str] | None:
    """A value as an attribute has it: text or a list of it; else ``None``.

    Values in several languages are one: that in ``language``.
    """
    several = value if isinstance(value, list) else [value]
    tagged = [one for one in several if isinstance(one, dict)]
    if tagged:
        fitting = [one["@value"] for one in tagged if language_of(one) == language]
        several = [one for one in several if isinstance(one, str)] + fitting
    texts = [one.strip() for one in several if isinstance(one, str)]
    good = bool(texts) and all(0 < len(one) <= _LONG and "|" not in one for one in texts)
    return (texts if len(texts) > 1 else texts[0]) if good and len(texts) == len(several) else None


def _is_shared(values: list[Any], known: bool) -> bool:
    present = [value for value in values if value is not None]
    texts = [_texts(value) for value in present]
    flat = [text for several in texts for text in several or ()]
    if not flat or None in texts or any(not 0 < len(one) <= _LONG or "|" in one for one in flat):
        return False
    if all(map(_NUMERIC.fullmatch, flat)):
        return False
    several = any(isinstance(value, list) for value in present)
    return known or several or len(set(flat)) <= _SHARED * len(flat)


def _texts(value: Any) -> list[str] | None:
    """The texts of a value, whatever their language; ``None`` if it holds anything else."""
    several = value if isinstance(value, list) else [value]
    found = [
        one["@value"] if isinstance(one, dict) and "@language" in one else one for one in several
    ]
    return found if all(isinstance(one, str) for one in found) else None


def _first(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    ranked = [(wanted.index(word), name) for name in names if (word := _joined(name)) in wanted]
    return min(ranked, default=(0, None))[1]


def _joined(name: str) -> str:
    return "".join(words(name))


def _mostly_text(name: str, rows: Rows) -> bool:
    texts = [row[name] for row in rows if isinstance(_one(row.get(name)), str)]
    return bool(texts) and 2 * len(texts) >= len(rows)


def _some_text(name: str, rows: Rows) -> bool:
    return any(isinstance(_one(row.get(name)), str) for row in rows)


def _one(value: Any) -> str | None:
    first = value[0] if isinstance(value, list) and value else value
    return text_of(first) if isinstance(first, str | dict) else None
