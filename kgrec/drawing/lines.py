"""Lines of text for a screen: names from data cannot move a cursor or turn a line round."""

from __future__ import annotations

import re
import unicodedata

# Controls of a terminal, and the marks that turn the direction of all text behind them round. The
# marks for one letter (U+200E, U+200F) and the joiners of emoji are left: they do no harm.
_UNSAFE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")

_WIDE = r"\u2e80-\u9fff\uac00-\ud7af"
_CLOSING = "。，、；：！？）”》」"
_PARTS = re.compile(rf"\s+|[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+")


def one_line(text: str) -> str:
    """Put a text on one line, with a replacement character for what a screen would obey.

    >>> one_line("a\\n b\\x1b[2J")
    'a b\\ufffd[2J'
    """
    return " ".join(_UNSAFE.sub("\ufffd", text).split())


def counted(count: int, word: str, words: str = "") -> str:
    """A number with its word.

    :param words: the plural, where it is not the word with an s

    >>> counted(1, "node"), counted(1200, "node")
    ('1 node', '1,200 nodes')
    """
    return f"{count:,} {word if count == 1 else words or f'{word}s'}"


def columns(text: str) -> int:
    """How many columns a terminal gives a line."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrapped(text: str, width: int, first: str = "", later: str = "") -> list[str]:
    """Break a text at spaces, and between Chinese letters, to a width in columns.

    A word that alone is wider stays whole.

    :param first: stands before the first line
    :param later: stands before all others
    """
    lines, line, empty = [], first, True
    for part in _PARTS.findall(text):
        if not empty and not part.isspace() and columns(line + part) > width:
            lines.append(line.rstrip())
            line, empty = later, True
        if empty and part.isspace():
            continue
        line, empty = line + part, False
    return [*lines, line.rstrip()]
