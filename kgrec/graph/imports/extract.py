"""Properties of nodes → ids, names, descriptions, shared attributes and literals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import polars as pl

from kgrec.errors import DataError
from kgrec.graph.imports.choices import (
    Choice,
    choose_ids,
    choose_label,
    choose_shared,
    choose_text,
    shared_text,
)
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.literals import in_language, text_of
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.names import listed, local_name
from kgrec.graph.imports.plan import below, resolve_class
from kgrec.graph.imports.routes import values_of
from kgrec.vocabulary import Vocabulary

_SAMPLE = 2_000
_parse = json.JSONDecoder().decode
_write = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes one anew each time
_BATCH = 50_000
_COLUMNS = ("node", "id", "label", "text", "properties")


class Extractor:
    """Reads the properties of nodes class by class.

    :param foreign: the graph
    :param mapping: what its properties mean
    :param vocabulary: which attributes are relations of the ontology
    :raises DataError: if the mapping names a class that is not in the graph
    """

    def __init__(self, foreign: ForeignGraph, mapping: Mapping, vocabulary: Vocabulary) -> None:
        self._foreign = foreign
        self._mapping = mapping
        self._vocabulary = vocabulary
        self._explicit = {
            key: self._by_class(getattr(mapping, key), key) for key in ("id", "label", "text")
        }

    def read(self, nodes: pl.DataFrame, kind: str) -> pl.DataFrame:
        """Read all nodes of one class.

        :param nodes: ``node, class, properties``
        :param kind: ``user``, ``item`` or ``entity``
        :return: ``node, id, label, text, properties`` and a column for each shared attribute
        :raises DataError: if a property that the mapping names does not exist, or is no id
        """
        label = nodes["class"][0]
        sample = nodes["properties"].gather_every(max(1, nodes.height // _SAMPLE))
        rows = [json.loads(text) for text in sample]
        names = list(dict.fromkeys(name for row in rows for name in row))
        choice = self._choose(nodes, rows, names, label, kind)
        shared = [column for _, column in choice.shared]
        lists = dict.fromkeys(shared, pl.List(pl.String))
        schema = dict.fromkeys(_COLUMNS, pl.String) | lists
        batches = self._batches(nodes, choice)
        frames = [pl.DataFrame(batch, schema=schema, orient="row") for batch in batches]
        return pl.concat(frames)

    def _by_class(self, names: dict[str, str], key: str) -> dict[str, str]:
        """Class → property, for subclasses too unless they have an entry of their own."""
        classes = self._foreign.classes()
        exact = {
            resolve_class(name, classes, key, self._foreign.source): value
            for name, value in names.items()
        }
        inherited = {
            narrow: value for name, value in exact.items() for narrow in below(self._foreign, name)
        }
        return inherited | exact

    def _choose(
        self,
        nodes: pl.DataFrame,
        rows: list[dict[str, Any]],
        names: list[str],
        label: str | None,
        kind: str,
    ) -> Choice:
        given = {
            key: self._property(values[label], names, label, key)
            for key, values in self._explicit.items()
            if label in values
        }
        named = given.get("label") or choose_label(names, rows)
        text = given.get("text") or choose_text([name for name in names if name != named], rows)
        id = self._id_property(nodes, names, label, given.get("id"))
        rest = [name for name in names if name not in (named, text, id)]
        return Choice(id, named, text, self._shared(rest, rows, kind, label))

    def _shared(
        self, names: list[str], rows: list[dict[str, Any]], kind: str, label: str | None
    ) -> tuple[tuple[str, str], ...]:
        if kind == "entity":
            return ()
        kept = self._mapping.literals
        type_name = (self._mapping.item_type or label or "") if kind == "item" else ""
        vocabulary = self._vocabulary
        free = [
            name
            for name in names
            if not {name, local_name(name)} & {*kept}
            and not vocabulary.is_literal(local_name(name), kind, type_name)
        ]
        known = {name: vocabulary.attribute(name, kind, type_name).known for name in free}
        return choose_shared(free, rows, known)

    def _property(self, wanted: str, names: list[str], label: str | None, key: str) -> str:
        exact = wanted if wanted in names else None
        found = exact or next((name for name in names if local_name(name) == wanted), None)
        if found is None:
            raise DataError(
                f"the mapping's '{key}' names the property '{wanted}', which no '{label}' has",
                fix=f"the properties are {listed(sorted(names))}",
                file=self._foreign.source,
            )
        return found

    def _id_property(
        self, nodes: pl.DataFrame, names: list[str], label: str | None, given: str | None
    ) -> str | None:
        if given is not None:
            values = values_of(nodes["properties"], given)
            if values.null_count() or values.is_duplicated().any():
                raise DataError(
                    f"the mapping's 'id' names the property '{given}', but it is empty or the same "
                    f"in several nodes of '{label}'",
                    fix="name one that is unique or leave it out",
                    file=self._foreign.source,
                )
            return given
        if self._foreign.public_ids:
            return None
        usable = (name for name in choose_ids(names, label) if _is_unique(nodes, name))
        return next(usable, None)

    def _batches(self, nodes: pl.DataFrame, choice: Choice) -> Iterator[list[tuple[Any, ...]]]:
        pairs = nodes.select("node", "properties").iter_rows()
        while batch := list(islice(pairs, _BATCH)):
            yield [self._row(node, _parse(text), choice) for node, text in batch]

    def _row(self, node: str, values: dict[str, Any], choice: Choice) -> tuple[Any, ...]:
        id = (text_of(values.pop(choice.id)) if choice.id else None) or node
        label, text = self._pop_text(values, choice.label), self._pop_text(values, choice.text)
        shared = [self._take(values, name) for name, _ in choice.shared]
        return (node, id, label, text, _write(values) if values else "{}", *shared)

    def _pop_text(self, values: dict[str, Any], name: str | None) -> str | None:
        """A name or a description; it stays a literal too if it is only one of several."""
        if name is None:
            return None
        value = values.get(name)
        if isinstance(value, str):
            del values[name]
            return value
        return text_of(in_language(value, self._mapping.language))

    def _take(self, values: dict[str, Any], name: str) -> list[str] | None:
        """A shared value; it stays a literal too where it has a language, so as not to lose it."""
        value = values.get(name)
        found = shared_text(value, self._mapping.language) if value is not None else None
        if found is not None and not _has_language(value):
            values.pop(name, None)
        return [found] if isinstance(found, str) else found


def _has_language(value: Any) -> bool:
    return any(isinstance(one, dict) for one in (value if isinstance(value, list) else [value]))


def _is_unique(nodes: pl.DataFrame, name: str) -> bool:
    values = values_of(nodes["properties"], name)
    return not values.null_count() and not values.is_duplicated().any()
