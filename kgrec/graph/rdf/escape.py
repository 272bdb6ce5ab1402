"""Quoting text for N-Triples and SPARQL, and back."""

from __future__ import annotations

import re

import polars as pl

_NAMED = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_CONTROLS = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)}
_ESCAPES = {
    # SPARQL replaces \u.... before it looks for quotation marks. So a "u" behind a backslash is
    # escaped, too, and reads back right, whichever of the two is replaced first.
    "\\u": "\\\\\\u0075",
    "\\U": "\\\\\\u0055",
    "\\": "\\\\",
    '"': '\\"',
    **{chr(code): _NAMED.get(chr(code), escape) for code, escape in _CONTROLS.items()},
}
_ODD = re.compile(r'\\[uU]|[\\"\x00-\x1f\x7f]')

_UNESCAPES = {
    "\\\\": "\\",
    '\\"': '"',
    **{escape: char for char, escape in _NAMED.items()},
    **{escape: chr(code) for code, escape in _CONTROLS.items()},
    "\\uFFFE": "\ufffe",
    "\\uFFFF": "\uffff",
}


def escape(text: str) -> str:
    """Write a text as what stands between the quotation marks of a literal."""
    return _ODD.sub(lambda match: _ESCAPES[match[0]], text)


def escaped(text: pl.Expr) -> pl.Expr:
    """The same for a column."""
    return text.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()), leftmost=True)


def unescaped(text: pl.Expr) -> pl.Expr:
    """What the texts of canonical literals mean."""
    return text.str.replace_many(list(_UNESCAPES), list(_UNESCAPES.values()), leftmost=True)
