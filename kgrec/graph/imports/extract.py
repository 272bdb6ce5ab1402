"""Properties of nodes → ids, names, descriptions, shared attributes and literals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import polars as pl

from kgrec.graph.imports.choices import (
    Choice,
    choose_label,
    choose_shared,
    choose_text,
    shared_text,
)
from kgrec.graph.imports.given import KEYS
from kgrec.graph.imports.literals import in_language, text_of
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.names import local_name
from kgrec.vocabulary import Vocabulary

_SAMPLE = 2_000
_parse = json.JSONDecoder().decode
_write = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes one anew each time
_BATCH = 50_000
_COLUMNS = ("node", "id", "label", "text", "properties")


class Extractor:
    """Reads the properties of nodes class by class.

    :param mapping: what their properties mean
    :param vocabulary: which attributes are relations of the ontology
    """

    def __init__(self, mapping: Mapping, vocabulary: Vocabulary) -> None:
        self._mapping = mapping
        self._vocabulary = vocabulary

    def read(self, nodes: pl.DataFrame, kind: str) -> pl.DataFrame:
        """Read nodes of one class with the same properties as id, name and description.

        :param nodes: as :func:`~kgrec.graph.imports.given.with_given` returns them
        :param kind: ``user``, ``item`` or ``entity``
        :return: ``node, id, label, text, properties`` and a column for each shared attribute
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

    def _choose(
        self,
        nodes: pl.DataFrame,
        rows: list[dict[str, Any]],
        names: list[str],
        label: str | None,
        kind: str,
    ) -> Choice:
        id, named, text = (nodes[f"given_{key}"][0] for key in KEYS)
        named = named or choose_label(names, rows)
        text = text or choose_text([name for name in names if name != named], rows)
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
