"""Writing SPARQL safely: no value from data can break out of its literal, no query can write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from rdflib import Literal, URIRef

from kgrec.errors import GraphError, StoreError
from kgrec.graph.rdf.iris import safe_iri
from kgrec.graph.rdf.namespaces import XSD
from kgrec.graph.rdf.values import expanded, number, quote

_TOKENS = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''|\"""(?:(?:"|"")?(?:[^"\\]|\\.))*\"""
      |'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*")
  | (?P<variable>[?$]\w[\w\u00b7]*)
  | (?P<name>(?:[^\W\d_][\w.\-]*|_)?:(?:[\w:.\-\u00b7]|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<language>@[A-Za-z][A-Za-z0-9\-]*)
  | (?P<word>[^\W\d]\w*)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_READING = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_WRITING = frozenset(
    ["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "MODIFY"]
)
_WEB = re.compile(r"(https?://|urn:)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


class Token(NamedTuple):
    """A piece of a query.

    :ivar kind: ``comment``, ``iri``, ``string``, ``variable``, ``name`` (with a prefix),
        ``language``, ``word`` (a keyword or function), ``space`` or ``other``
    :ivar text: as it stands in the query
    """

    kind: str
    text: str


def tokens(query: str) -> Iterator[Token]:
    """Cut a query into pieces; joined they are the query again."""
    for match in _TOKENS.finditer(query):
        yield Token(match.lastgroup or "other", match[0])


def _term(value: Any) -> str:
    """Write a Python value as a term.

    Text, numbers, truth values, dates and times become literals; ``rdflib.URIRef`` and ``{"@id":
    …}`` an IRI; ``rdflib.Literal`` and ``{"@value": …, "@type": … or "@language": …}`` a literal of
    any type.
    """
    if isinstance(value, URIRef):
        return _iri(str(value))
    if isinstance(value, Literal):
        return _typed(str(value), value.datatype and str(value.datatype), value.language)
    if isinstance(value, Mapping):
        return _from_json(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return quote(str(value).lower(), f"{XSD}boolean")
    if isinstance(value, float):
        return quote(number(float(value)), f"{XSD}double")
    if isinstance(value, Decimal) and not value.is_finite():
        raise GraphError("A decimal number must be finite; give a float instead.")
    if isinstance(value, (int, Decimal)):
        # As a Decimal an int of any size is written in full.
        name = "integer" if isinstance(value, int) else "decimal"
        return quote(f"{Decimal(value):f}", XSD + name)
    for kind, name in _TIMES:
        if isinstance(value, kind):
            return quote(value.isoformat(), XSD + name)
    raise GraphError(
        f"A value of the type {type(value).__name__} cannot be a parameter of a SPARQL query; give "
        "text, a number, a truth value, a date, or an rdflib.URIRef."
    )


_TIMES: tuple[tuple[type[date | time], str], ...] = (
    (datetime, "dateTime"),  # is a date, too
    (date, "date"),
    (time, "time"),
)


def _from_json(value: Mapping[str, Any]) -> str:
    if isinstance(value.get("@id"), str):
        return _iri(value["@id"])
    text, datatype, language = (value.get(f"@{name}") for name in ("value", "type", "language"))
    if not isinstance(text, str):
        raise GraphError('A mapping as a parameter needs "@id" or "@value", both text.')
    return _typed(text, expanded(str(datatype)) if datatype else None, language)


def _typed(text: str, datatype: str | None, language: str | None) -> str:
    if language is not None:
        if not _LANGUAGE.fullmatch(language):
            raise GraphError(f"'{language}' is no language tag; write it like 'en' or 'pt-BR'.")
        return quote(text, language=language)
    return quote(text, _iri(datatype)[1:-1] if datatype else None)


def _iri(text: str) -> str:
    if not safe_iri(text):
        raise GraphError(f"{text[:80]!a} is no absolute IRI; percent-encode its odd characters.")
    return f"<{text}>"


def bind(query: str, parameters: Mapping[str, Any]) -> str:
    """Put values in the place of ``$name`` (or ``?name``, which is the same in SPARQL).

    A value is text, a number, a truth value, a date or time; an IRI as ``rdflib.URIRef`` or
    ``{"@id": …}``; any other literal as ``rdflib.Literal`` or
    ``{"@value": …, "@type": … or "@language": …}``. A list stands for its values:
    ``VALUES ?x { $names }`` or ``FILTER(?x IN ($names))``.

    >>> print(bind("ASK { ?s ?p $x }", {"x": {"@value": "it's", "@language": "en"}}))
    ASK { ?s ?p "it's"@en }

    :raises GraphError: if a parameter does not occur in the query, or has no term
    """
    terms = {name: _several(name, value) for name, value in parameters.items()}
    bound, unused = _replace(query, terms)
    if unused:
        raise GraphError(
            f"The query has no parameter ${min(unused)}; write it there, or leave it out."
        )
    return bound


def _several(name: str, value: Any) -> list[str]:
    several = isinstance(value, (list, tuple, set, frozenset))
    try:
        return [_term(entry) for entry in (value if several else [value])]
    except StoreError as error:
        raise GraphError(f"The parameter ${name} cannot be written in SPARQL: {error}") from error
    except GraphError as error:
        raise GraphError(f"The parameter ${name} cannot be taken: {error}") from error


def _replace(query: str, terms: Mapping[str, list[str]]) -> tuple[str, set[str]]:
    unused, parts, before, depth, selecting = set(terms), [], "", 0, False
    for kind, text in tokens(query):
        word = text.upper() if kind == "word" else ""
        if word == "SELECT":
            selecting, depth = True, 0
        elif word in ("WHERE", "FROM") or text == "{":
            selecting = False
        depth += (text == "(") - (text == ")")
        name = text[1:] if kind == "variable" else ""
        if name in terms:
            unused.discard(name)
            term = (", " if before in ("(", ",") else " ").join(terms[name])
            text = f"({term} AS ?{name})" if selecting and depth <= 0 else term
        parts.append(text)
        before = before if kind in ("space", "comment") else text
    return "".join(parts), unused


def why_not_read_only(query: str) -> str | None:
    """Say what keeps a query from being one that only reads, or ``None``.

    Words in strings, IRIs and comments do not count.
    """
    decoded = _CODEPOINT.sub(lambda match: chr(int(match[1] or match[2], 16) % 0x110000), query)
    return _why_not(query) or _why_not(decoded)


def form(query: str) -> str:
    """``SELECT``, ``ASK``, ``CONSTRUCT`` or ``DESCRIBE``; empty for an update."""
    words = (token.text.upper() for token in tokens(query) if token.kind == "word")
    first = next((word for word in words if word not in ("PREFIX", "BASE")), "")
    return first if first in _READING else ""


def _why_not(query: str) -> str | None:
    words = [token.text.upper() for token in tokens(query) if token.kind == "word"]
    first = next((word for word in words if word not in ("PREFIX", "BASE")), "")
    if first not in _READING:
        return f"{first or 'nothing'} is no query"
    found = next((word for word in words if word in _WRITING), None)
    if found is not None:
        return f"{found} writes"
    if "SERVICE" in words:
        return "SERVICE asks another server"
    return _odd_source(query) if "FROM" in words else None


def _odd_source(query: str) -> str | None:
    """Find ``FROM`` with a name that a server might read as a file."""
    prefixes, before = _prefixes(query), ""
    for kind, text in _telling(query):
        word = text.upper() if kind == "word" else ""
        if before == "FROM" and word != "NAMED":
            spaces = prefixes.get(text.partition(":")[0], [""]) if kind == "name" else [text[1:]]
            if not all(_WEB.match(space) for space in spaces):
                return f"FROM {text[:80]} is no name that begins with http://, https:// or urn:"
        before = before if word == "NAMED" else word
    return None


def _prefixes(query: str) -> dict[str, list[str]]:
    """What each prefix stands for; a prefix may be declared more than once."""
    found: dict[str, list[str]] = {}
    pieces = list(_telling(query))
    for word, name, iri in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if word.text.upper() == "PREFIX" and name.kind == "name":
            found.setdefault(name.text.removesuffix(":"), []).append(iri.text[1:])
    return found


def _telling(query: str) -> Iterator[Token]:
    return (token for token in tokens(query) if token.kind not in ("space", "comment"))


def with_limit(query: str, rows: int) -> str:
    """Have a ``SELECT`` end after so many rows, where it has no limit of its own."""
    words = list(_outer_words(query))
    verb = next((word for word in words if word in _READING), "")
    # VALUES must be the last clause; such a query is left as it is.
    if verb != "SELECT" or "LIMIT" in words or "VALUES" in words:
        return query
    return f"{query}\nLIMIT {rows}"


def _outer_words(query: str) -> Iterator[str]:
    """The words of a query that stand in no braces."""
    depth = 0
    for kind, text in tokens(query):
        depth += (text == "{") - (text == "}")
        if kind == "word" and depth == 0:
            yield text.upper()
