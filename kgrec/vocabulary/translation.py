"""A vocabulary in another language: the same types and relations, other words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from kgrec.vocabulary.declarations import Record, read_declarations
from kgrec.vocabulary.inverses import fold_inverses
from kgrec.vocabulary.terms import NodeType, Relation, worded
from kgrec.vocabulary.turtle import builtin_ontology
from kgrec.vocabulary.vocabulary import Vocabulary

Words = Mapping[str, Mapping[str, str]]
"""Name of a type or relation → ``"label"``, ``"pattern"`` … → text."""

_OF_RELATIONS = ("label", "inverse_label", "pattern", "anonymous", "inverse_pattern")


@dataclass(frozen=True, eq=False)
class Translation:
    """A vocabulary in a language.

    :ivar vocabulary: what the language has no word for, it says in English
    :ivar untranslated: names of declared types and relations that it has no label for
    """

    vocabulary: Vocabulary
    untranslated: frozenset[str] = field(default_factory=frozenset)

    def lacks(self, name: str) -> bool:
        """Whether a type or a relation is told in words of another language, or of the data."""
        known = name in self.vocabulary.types or name in self.vocabulary.relations
        return not known or name in self.untranslated


def translated(
    vocabulary: Vocabulary,
    ontologies: Iterable[tuple[str, str]],
    language: str,
    *,
    generic: Mapping[str, str] | None = None,
    types: Words | None = None,
    relations: Words | None = None,
) -> Translation:
    """Say a vocabulary in another language.

    :param vocabulary: in English
    :param ontologies: name and Turtle of the user's ontology files, which may hold words as well
    :param language: the tag of labels and patterns; a text without a tag fits always
    :param generic: how to make what a relation with a label lacks: ``inverse_label``, ``pattern``,
        ``anonymous``, ``inverse_pattern``, with ``{label}``, ``{inverse_label}``, ``{entity}``
    :param types: further words, which overrule those of the ontologies
    :param relations: the same for relations
    """
    declared = read_declarations(builtin_ontology() + tuple(ontologies), language)
    fold_inverses(declared)
    make = partial(_worded, generic or {})
    named = {
        name: _type(one, declared.types.get(name, {}), (types or {}).get(name, {}))
        for name, one in vocabulary.types.items()
    }
    own = relations or {}
    said = {
        name: _relation(one, declared.relations.get(name, {}), own.get(name, {}), make)
        for name, one in vocabulary.relations.items()
    }
    lacking = [name for name, (_, known) in (*named.items(), *said.items()) if not known]
    return Translation(
        Vocabulary(
            {name: one for name, (one, _) in named.items()},
            {name: one for name, (one, _) in said.items()},
            vocabulary.properties,
            make,
        ),
        frozenset(lacking),
    )


def reworded(vocabulary: Vocabulary, *, types: Words, relations: Words) -> Translation:
    """A vocabulary of which some words are changed, in its own language.

    :param types: name of a type → ``label``, ``plural``
    :param relations: name of a relation → ``label``, ``pattern`` …; what it leaves out stays
    """
    if not types and not relations:
        return Translation(vocabulary)
    named: dict[str, NodeType] = {}
    for name, words in types.items():
        own: dict[str, Any] = dict(words)
        named[name] = replace(vocabulary.type(name), **own)
    said: dict[str, Relation] = {}
    for name, words in relations.items():
        own = dict(words)
        said[name] = replace(vocabulary.relation(name), **own)
    return Translation(
        Vocabulary(
            vocabulary.types | named,
            vocabulary.relations | said,
            vocabulary.properties,
            vocabulary.make_words,
        )
    )


def _type(english: NodeType, record: Record, more: Mapping[str, str]) -> tuple[NodeType, bool]:
    label = more.get("label") or record.get("label")
    if label is None:
        return english, False
    plural = more.get("plural") or record.get("plural") or label
    return replace(english, label=label, plural=plural), True


def _relation(
    english: Relation,
    record: Record,
    more: Mapping[str, str],
    make: Callable[..., Relation],
) -> tuple[Relation, bool]:
    own = {key: more.get(key) or record.get(key) for key in _OF_RELATIONS}
    words: dict[str, Any] = {key: text for key, text in own.items() if text}
    if "label" not in words:
        return replace(english, **words), False
    made = make(english.name, words["label"], words.get("inverse_label"))
    filled: dict[str, Any] = {key: words.get(key) or getattr(made, key) for key in _OF_RELATIONS}
    return replace(english, **filled), True


def _worded(
    generic: Mapping[str, str], name: str, label: str, inverse_label: str | None = None
) -> Relation:
    """A relation whose words are made from its labels by the forms of a language."""
    english = worded(name, label)
    known: dict[str, Any] = {"label": label}
    if inverse_label is not None:
        generic = {**generic, "inverse_label": inverse_label}
    for key in ("inverse_label", "pattern", "anonymous", "inverse_pattern"):
        form = generic.get(key)
        given = key == "inverse_label" and inverse_label is not None
        known[key] = (form if given else _fill(form, known)) if form else getattr(english, key)
    return replace(english, **known)


def _fill(form: str, known: Mapping[str, str]) -> str:
    # The label may hold braces: what is filled in first must not be filled in again.
    for part in ("inverse_label", "label"):
        before, mark, after = form.partition(f"{{{part}}}")
        if mark:
            return before + known[part] + after
    return form
