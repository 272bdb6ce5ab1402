"""Characters that are not seen: those that belong to how a word is written, and all others.

Persian sets the parts of a word apart by U+200C without a blank, Indic scripts and emoji join signs
by U+200D. Anywhere else they are as good as any other control character.
"""

from __future__ import annotations

import unicodedata

_JOINERS = frozenset("\u200c\u200d")
_PARTS = ("L", "M", "So", "Sk")  # letters, their marks, emoji and their shades


def is_joiner(text: str, at: int) -> bool:
    """Whether the character at a place joins two parts of one word, or of one sign.

    >>> is_joiner("خانه\u200cی", 4), is_joiner("ab \u200c cd", 3)
    (True, False)
    """
    if text[at] not in _JOINERS or not 0 < at < len(text) - 1:
        return False
    return all(unicodedata.category(text[at + step]).startswith(_PARTS) for step in (-1, 1))


def shown(text: str) -> str:
    """A text with a blank for each character that cannot be shown; joiners in words stay."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or is_joiner(text, at) else " "
        for at, character in enumerate(text)
    )
