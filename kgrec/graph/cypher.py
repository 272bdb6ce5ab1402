"""Writing Cypher safely: names and strings from data can never break out of their quotes."""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Words that Cypher may read as the begin of a clause or an operator.
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        "all and any as asc by call case contains create delete desc detach distinct drop else end "
        "ends exists false foreach from group having if in index is limit load match merge not "
        "null on or optional order remove return set skip starts then true union unwind when where "
        "with xor yield",
    )
)
# kglite reads a quoted name again without its quotes, unless it holds a blank or a backtick.
_EMBEDDED = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*|.*[ `].*", re.DOTALL)

# Neo4j reads \u0060 as a backtick even within backticks; two backslashes it leaves alone.
_UNICODE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u")

_STRING_OR_NAME = (
    r"(?P<string>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|`(?P<name>(?:``|[^`])*)`|/\*.*?\*/"
)
# Some stores end a comment at a carriage return, others at a line feed only.
_STRING_NAME_OR_COMMENT = tuple(
    re.compile(rf"{_STRING_OR_NAME}|//[^{ends}]*", re.DOTALL) for ends in (r"\r\n", r"\n")
)
# Clauses that write. A word after ":", "." or "$", or before ":", is a label, a property, a
# parameter or the key of a map. No clause is complete without something behind its word: before
# "," or a closing bracket, and at the end, it is a variable or an alias.
_WRITING = re.compile(
    r"(?<![:.$|\w])((?:CREATE|INSERT|MERGE|SET|DELETE|REMOVE|DROP|FOREACH|ALTER|GRANT|REVOKE|DENY)"
    r"\b(?!\s*(?:[,)\]}]|\Z))"
    r"|EXPORT\s+DATABASE|IMPORT\s+DATABASE|COPY\s+\S+\s+(?:FROM|TO)"
    r"|START\s+DATABASE|STOP\s+DATABASE)\b(?!\s*:)",
    re.IGNORECASE,
)
# Reads the files of this machine. kglite takes the words for a clause even as quoted names.
_LOADING = re.compile(r"\b(LOAD\s+CSV)\b", re.IGNORECASE)


def quote_string(value: str) -> str:
    """Write ``value`` as a Cypher string literal that reads back as the same text.

    >>> print(quote_string("it's"))
    'it\\'s'
    """
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quote_name(value: str) -> str:
    """Write ``value`` as the name of a label, a relationship type or a property.

    >>> quote_name("directed_by"), quote_name("music.artist.origin")
    ('directed_by', '`music.artist.origin`')
    """
    if _BARE.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    escaped = _UNICODE_ESCAPE.sub(r"\1\\u005cu", value)
    return "`" + escaped.replace("`", "``") + "`"


def relationship(name: str, variable: str) -> tuple[str, str]:
    """Write a relationship of one type, in a form that every store understands.

    :param name: the relation, for instance ``"directed_by"``
    :param variable: a name for the relationship, used only where the pattern alone will not do
    :return: what stands between the dashes, and a condition for ``WHERE`` (mostly empty):
        ``("[:directed_by]", "")``, or ``("[r1]", "type(r1) = 'wdt:P57'")`` for a name with
        characters that the embedded store cannot read in a pattern
    """
    if _EMBEDDED.fullmatch(name) and not _UNICODE_ESCAPE.search(name):
        return f"[:{quote_name(name)}]", ""
    return f"[{variable}]", f"type({variable}) = {quote_string(name)}"


def forbidden_clause(query: str) -> str | None:
    """Return the first clause of ``query`` that writes or reads files, or ``None``.

    Words inside strings, quoted names and comments do not count.
    """
    found = next(filter(None, (_find(query, pieces) for pieces in _STRING_NAME_OR_COMMENT)), None)
    return " ".join(found.group(1).upper().split()) if found else None


def _find(query: str, pieces: re.Pattern[str]) -> re.Match[str] | None:
    bare = pieces.sub(lambda match: " " if _is_comment(match) else " '' ", query)
    names = pieces.sub(lambda match: _name(match) or " ", query)
    return _WRITING.search(bare) or _LOADING.search(names)


def _is_comment(match: re.Match[str]) -> bool:
    return match["string"] is None and match["name"] is None


def _name(match: re.Match[str]) -> str:
    """A quoted name of one word."""
    name = match["name"] or ""
    return name if name.isalpha() else ""
