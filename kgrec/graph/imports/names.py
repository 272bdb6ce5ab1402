"""Finding the labels, types and properties that a mapping names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rdflib import URIRef

from kgrec.data.schema import closest
from kgrec.errors import DataError
from kgrec.vocabulary.turtle import NAMESPACE, is_iri
from kgrec.vocabulary.turtle import local_name as _local_name

_SHOWN = 12


def resolve(name: str, known: Iterable[str], *, what: str, key: str, source: str) -> str:
    """The name in the graph that a name in a mapping means: itself, or the IRI that ends so.

    :param what: ``"label"`` or ``"relationship"``, for messages
    :param key: the key of the mapping that holds the name
    :param source: what the graph is called
    :raises DataError: if there is none, or if there are two
    """
    names = sorted(set(known))
    found = [name] if name in names else [other for other in names if local_name(other) == name]
    found = found or [other for other in names if _plain(other) == _plain(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise DataError(
            f"the mapping's '{key}' says '{name}', which may be any of {listed(found)}",
            fix="write it in full",
            file=source,
        )
    raise DataError(
        f"the mapping's '{key}' names the {what} '{name}', which is not in the graph",
        fix=_advice(name, names, what),
        file=source,
    )


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, cut short where there are many."""
    quoted = [f"'{name}'" for name in names]
    more = len(quoted) - _SHOWN
    return ", ".join(quoted[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "") or "none"


def local_name(name: str) -> str:
    """The last part of an IRI; any other name as it is."""
    is_own = name.startswith(NAMESPACE)
    return (_local_name(URIRef(name)) or name) if is_own or is_iri(name) else name


def words(name: str) -> list[str]:
    """The words of an identifier in lower case, of an IRI only those of its last part.

    >>> words("https://schema.org/LikeAction"), words("HAS_RATED"), words("userID")
    (['like', 'action'], ['has', 'rated'], ['user', 'id'])
    """
    last = local_name(name)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", last)
    return [word.lower() for word in re.split(r"[\W_]+", spaced) if word]


def _plain(iri: str) -> str:
    """The vocabularies of schema.org are written with both schemes."""
    return re.sub(r"^https?://(www\.)?", "", iri)


def _advice(name: str, names: list[str], what: str) -> str:
    by_local = {local_name(other): other for other in names}
    guess = closest(name, names) or by_local.get(closest(name, by_local) or "")
    doubt = f"did you mean '{guess}'? " if guess else ""
    return f"{doubt}the {what}s are {listed(names)}" if names else f"the graph has no {what}s"
