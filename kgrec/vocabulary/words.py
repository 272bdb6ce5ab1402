"""Identifiers as words, and words as identifiers."""

from __future__ import annotations

import re

_ABBREVIATION = 5  # letters


def prettify(name: str) -> str:
    """Turn an identifier into words: its last part, without underscores and camel case.

    Short capitals stay as they are: they may be an abbreviation.

    >>> prettify("music.artist.origin"), prettify("http://x.org/ns#releaseYear"), prettify("has_x")
    ('origin', 'release year', 'has x')
    >>> prettify("LIES_ON"), prettify("DIRECTED"), prettify("ISBN")
    ('lies on', 'directed', 'ISBN')
    """
    last = next((part for part in reversed(re.split(r"[./#:]", name)) if part.strip("_- ")), name)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last)
    words = re.sub(r"[\s_\-]+", " ", spaced).strip()
    is_short = " " not in words and len(words) <= _ABBREVIATION
    return (words if words == words.upper() and is_short else words.lower()) or name


def snake(name: str) -> str:
    """Write a name as relations are written.

    >>> snake("DIRECTED_BY"), snake("directedBy"), snake("directed by")
    ('directed_by', 'directed_by', 'directed_by')
    """
    return re.sub(r"[\s\-]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())).lower()


def camel(name: str) -> str:
    """Write words as types are written.

    >>> camel("news article")
    'NewsArticle'
    """
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\s_\-]+", name) if word)
