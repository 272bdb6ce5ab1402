"""What a text looks like: prose of a few sentences, without addresses, markup and small talk."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kgrec.text.asking import RefusedError
from kgrec.text.grounds import Grounds
from kgrec.text.joiners import is_joiner
from kgrec.text.verify.languages import scripts

LONGEST = 800
"""Characters of a text."""
MOST_SENTENCES = 5
_PLAIN = frozenset(" ,.;:'\"“”„‘’«»—–-()!?…&/、。，；：！？（）《》「」『』・·،؛؟।।¿¡%")
_ADDRESS = re.compile(
    r"\b\w+://|\bwww\.|\S@\S|\b[\w-]+\.(com|org|net|io|ai|info|biz|co|de|cn|ru|uk|fr)\b", re.I
)
_LISTED = re.compile(r"^\s*([-*•#>|]|\d+[.)])\s", re.M)
_TALK = re.compile(
    r"\b(i|i'm|i’m|me|my|we|our|you|your|as an ai|language model|assistant|record|json)\b"
    r"|\bhere(?:'s|’s| is| are)\b|^\s*(sure|certainly|of course|okay|description)\b",
    re.I,
)


def tidy(text: str) -> str:
    """A text on one line, in the composed form of Unicode, without quotes around all of it."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    pair = line[:1] + line[-1:]
    inner = line[1:-1]
    return inner.strip() if pair in ('""', "“”", "「」") and not {*pair} & {*inner} else line


def check_form(raw: str, grounds: Grounds) -> None:
    """Refuse what is no prose, whatever it says.

    :param raw: as it came
    :raises RefusedError: for ``empty``, ``length``, ``control``, ``address``, ``markup``, ``list``,
        ``talk``, ``script``
    """
    said = " ".join(_strings(grounds))
    if fault := next(_faults(raw, said), None):
        raise RefusedError(*fault)


def _faults(raw: str, said: str) -> Iterator[tuple[str, str]]:
    if not raw.strip():
        yield "empty", ""
    if len(raw.strip()) > LONGEST:
        yield "length", f"{len(raw)} characters"
    stripped = raw.strip()
    for at, character in enumerate(stripped):
        # Persian and others join letters, and set them apart, by characters that are not seen.
        joins = character in said and is_joiner(stripped, at)
        if unicodedata.category(character)[0] == "C" and character not in "\n\r\t" and not joins:
            yield "control", f"U+{ord(character):04X}"
    if (found := _ADDRESS.search(raw)) and found[0] not in said:
        yield "address", found[0]
    if found := _LISTED.search(raw.strip()):
        yield "list", found[0].strip()
    for character in tidy(raw):
        letter = unicodedata.category(character)[0] in "LMN"
        if not letter and character not in _PLAIN and character not in said:
            yield "markup", character
    for found in _TALK.finditer(raw):
        if found[0] not in said:
            yield "talk", found[0].strip()
    known = scripts(said)
    foreign = [script for script in scripts(raw) if script not in known]
    if foreign:
        yield "script", foreign[0].lower()


def _strings(grounds: Grounds) -> Iterator[str]:
    yield from (grounds.label, grounds.type, grounds.text)
    for label, value in grounds.literals:
        yield from (label, value)
    for fact in grounds.facts:
        yield fact.phrase
        yield from fact.names
