"""Which properties are id, name and description of the nodes of a class, which are shared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgrec.graph.imports import hints
from kgrec.graph.imports.literals import language_of, text_of
from kgrec.graph.imports.names import local_name, words

LABELS = ("label", "preflabel", "title", "name", "fullname", "displayname", "headline", "username")
TEXTS = (
    *("description", "text", "abstract", "summary", "plot", "synopsis", "overview", "comment"),
    *("definition", "content", "body", "about", "biography", "bio"),
)
_IDS = ("id", "uuid", "guid", "identifier", "key", "code", "slug", "sku", "isbn", "ean", "uri")
_HANDLES = ("username", "login", "handle", "nickname", "nick", "email")
_ID_ENDS = ("id", "uuid", "key", "code", "no", "number")
_OTHER, _NAMES = 100, 200  # ranks behind all that are meant as ids
_WORD = re.compile(r"\S{1,64}")
_MEASURES = frozenset(
    (
        *("year", "age", "born", "birth", "died", "released", "release", "updated", "founded"),
        *("price", "cost", "size", "length", "duration", "rating", "score", "population"),
        *("height", "width", "pages", "rank", "image", "picture", "photo", "poster", "url"),
    )
)
_SAMPLE = 2_000
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


def choose_ids(properties: pl.Series, label: str | None) -> tuple[str, ...]:
    """Properties that may be ids, the likeliest first.

    First those that are called so: ``id``, ``movieId`` of a movie, others. Then any other with
    single words or whole numbers. The last resort is a name: if it is unique, it tells more than a
    number that the store gives, and unlike that number it stays.

    :param properties: a JSON object of each node
    :param label: the class of the nodes
    """
    sample = properties.gather_every(max(1, len(properties) // _SAMPLE))
    rows = [json.loads(text) for text in sample]
    own = "".join(words(label)) if label else ""
    names = sorted({name for row in rows for name in row})
    ranked = [(rank, name) for name in names if (rank := _id_rank(name, own, rows)) is not None]
    return tuple(name for _, name in sorted(ranked))


def _id_rank(name: str, own: str, rows: Rows) -> int | None:
    """How likely a property is an id, the lower the likelier; ``None``: it is none."""
    parts = words(name)
    joined = "".join(parts)
    if joined in _IDS:
        return _IDS.index(joined) if joined != "id" else -2
    if parts and parts[-1] in _ID_ENDS and len(parts) > 1:
        is_own = bool(own) and own.startswith("".join(parts[:-1]))
        return -1 if is_own else len(_IDS) + _ID_ENDS.index(parts[-1])
    if joined in _HANDLES:
        return _OTHER + _HANDLES.index(joined)
    if joined in LABELS:
        return _NAMES + LABELS.index(joined)
    kinds = {_id_kind(row.get(name)) for row in rows}
    if len(kinds) != 1 or None in kinds or joined in TEXTS or _is_measure(name):
        return None
    return _OTHER + len(_HANDLES) + (kinds == {int})


def _id_kind(value: Any) -> type | None:
    if isinstance(value, str) and _WORD.fullmatch(value) and "://" not in value:
        return str
    return int if type(value) is int else None


def _is_measure(name: str) -> bool:
    """Whether a property is unique by chance only, such as a year or a price."""
    return hints.is_time(name) or hints.is_weight(name) or not _MEASURES.isdisjoint(words(name))


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
