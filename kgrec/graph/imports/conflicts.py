"""What a mapping must not say twice: that a name is something, and that it is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dictionary

from kgrec.errors import DataError
from kgrec.graph.imports.mapping import Mapping

Names = Dictionary[tuple[str, str], str]
"""``("label" or "relationship", name in the mapping)`` → name in the graph."""


def refuse_conflicts(
    mapping: Mapping,
    find: Names,
    source: str,
    broader: Dictionary[str, frozenset[str]],
) -> None:
    """See that nothing is left out that the mapping needs.

    :param broader: class → its superclasses: whoever leaves one out leaves out the class
    :raises DataError: if a class or a relationship is needed and left out
    """
    dropped = {
        what: {find[what, name]: name for name in names if (what, name) in find}
        for what, names in (
            ("label", mapping.drop_classes),
            ("relationship", mapping.drop_relations),
        )
    }
    for what, name, key in _needed(mapping):
        known = find.get((what, name), name)
        above = broader.get(known, ()) if what == "label" else ()
        for left_out in (known, *above):
            if left_out in dropped[what]:
                raise _conflict(what, name, key, dropped[what][left_out], source)


def _needed(mapping: Mapping) -> Iterator[tuple[str, str, str]]:
    yield from _each("label", mapping.users, "users")
    yield from _each("label", mapping.items, "items")
    yield from _each("relationship", mapping.interactions, "interactions")
    yield from _each("relationship", mapping.rename, "rename")
    for node in mapping.interaction_nodes:
        yield "label", node.label, "interaction_nodes.label"
        yield "relationship", node.user, "interaction_nodes.user"
        yield "relationship", node.item, "interaction_nodes.item"


def _each(what: str, names: Iterable[str], key: str) -> Iterator[tuple[str, str, str]]:
    return ((what, name, key) for name in names)


def _conflict(what: str, name: str, key: str, left_out: str, source: str) -> DataError:
    drop = "drop_classes" if what == "label" else "drop_relations"
    below = "" if name == left_out else f", to which '{name}' belongs"
    return DataError(
        f"the mapping's '{key}' needs the {what} '{name}', but its '{drop}' leaves out "
        f"'{left_out}'{below}",
        fix="take it out of one of the two",
        file=source,
    )
