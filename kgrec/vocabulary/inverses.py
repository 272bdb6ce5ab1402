"""``owl:inverseOf``: two declared names of one relation become one relation with one direction."""

from __future__ import annotations

from kgrec.errors import GraphError
from kgrec.vocabulary.declarations import Declarations, Record
from kgrec.vocabulary.turtle import local_name

_MIRRORED = {
    "label": "inverse_label",
    "inverse_label": "label",
    "pattern": "inverse_pattern",
    "domain": "range",
    "range": "domain",
    "transitive": "transitive",
}


def fold_inverses(declared: Declarations) -> None:
    """Make the names of an inverse the inverse names of the relation that is kept.

    Kept is the one that is a ``kg:Relation``; of two, the one of the earlier file; of two in one
    file, the one that the other calls its inverse. What only an ``owl:inverseOf`` mentions and is
    nobody's inverse is dropped.

    :raises GraphError: if a relation is its own inverse without being symmetric
    """
    relations = declared.relations
    for name in list(relations):
        for iri in relations.get(name, {}).get("inverses", ()):
            other = local_name(iri)
            if other == name:
                _check_symmetric(name, relations[name])
            elif name in relations and other in relations:
                _fold(relations, name, other)
    for name, record in list(relations.items()):
        if not record.get("declared") and not record.get("named"):
            del relations[name]


def _check_symmetric(name: str, record: Record) -> None:
    if not record.get("symmetric"):
        raise GraphError(
            f"{record['file']}: relation '{name}' is its own inverse; "
            "declare it an owl:SymmetricProperty."
        )


def _fold(relations: dict[str, Record], name: str, other: str) -> None:
    one, two = relations[name], relations[other]
    if not one.get("declared") and not two.get("declared"):
        return
    mutual = name in map(local_name, two["inverses"])
    ranks = [
        (not one.get("declared"), one["order"], name if mutual else "1", name),
        (not two.get("declared"), two["order"], other if mutual else "0", other),
    ]
    kept, gone = (rank[-1] for rank in sorted(ranks))
    _take(relations[kept], relations.pop(gone), gone)


def _take(kept: Record, gone: Record, name: str) -> None:
    kept["inverse"] = name
    kept["mirrors"] = (*kept.get("mirrors", ()), gone)
    kept["inverse_aliases"] += (name, *gone["aliases"], *gone["columns"])
    kept["aliases"] += gone["inverse_aliases"]
    for key, mirror in _MIRRORED.items():
        if kept.get(mirror) is None and gone.get(key) is not None:
            kept[mirror] = gone[key]
