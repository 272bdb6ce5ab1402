"""Which words of a wish are not wanted.

A cue (*no*, *without*, *anything but*) negates what follows, until

- the sentence ends, or a bracket, a dash or a colon stands behind something that was named;
- *but*, *however* or another wish begins (*I want*, *something*), or a comparison (*than*);
- *with* follows a comma, or a cue that is *brief*: "without romance with Tom Hanks";
- one thing was named, where a hyphen joins it to the cue (*a non-animated comedy*);
- a comma ends a list. It does not where *or* follows in what comes next (*no gore, war or
  romance*), where *and* joins things of one type, where the list stands behind a colon, or where a
  thing of the type of the last one follows and the wish is no list of bare words (*comedy, no
  romance, action*).

Some cues stand behind: "musicals excluded", "presidents, no".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kgrec.wishes.marks import Mark, Marked
from kgrec.wishes.words import STOP

_BREAK = re.compile(r"[:()\[\]–—…：（）]|\s-\s")
_COMMA = re.compile(r"[,，]")


@dataclass(frozen=True)
class Part:
    """A word that says something, or a mark.

    :ivar first: place of the first word
    :ivar last: place behind the last
    :ivar mark: ``None``: an unknown word
    """

    first: int
    last: int
    mark: Mark | None


def parts_of(wish: Marked) -> list[Part]:
    """All words of a wish as marks and single words, in order."""
    found, place = [], 0
    while place < len(wish.words):
        mark = wish.marks.get(place)
        last = mark.last if mark else place + 1
        found.append(Part(place, last, mark))
        place = last
    return found


def negated(wish: Marked) -> set[int]:
    """Places of the first words of all parts that are not wanted."""
    return _Walk(wish).run()


class _Walk:
    def __init__(self, wish: Marked) -> None:
        self.wish, self.parts = wish, parts_of(wish)
        self.bare = _is_list_of_bare_words(wish, self.parts)
        self.never = self.brief = self.colon = self.hyphen = False
        self.found: list[Part] = []

    def run(self) -> set[int]:
        out: set[int] = set()
        for at, part in enumerate(self.parts):
            gap = self.wish.gap(part.first)
            if at:
                self._cross(gap, at)
            kinds = part.mark.cue if part.mark else frozenset()
            if kinds and not (part.mark and part.mark.is_content):
                out |= self._hear(kinds, part, at, gap)
            elif self.never and (part.mark or not self.wish.is_small(part.first)):
                self.found.append(part)
                out.add(part.first)
                if self.hyphen:
                    self._end()
        return out

    def _cross(self, gap: str, at: int) -> None:
        """Go over what stands between two parts."""
        if STOP.search(gap):
            self._end()
        elif _BREAK.search(gap):
            if self.found:
                self._end()
            elif self.never and (":" in gap or "：" in gap):
                self.colon = True
        elif _COMMA.search(gap) and self.never and self.found and not self._list_goes_on(at):
            self._end()

    def _hear(self, kinds: frozenset[str], part: Part, at: int, gap: str) -> set[int]:
        """Take a cue in; returns what it negates that stood before it."""
        comma = bool(_COMMA.search(gap))
        if "back" in kinds or ("never" in kinds and self._stands_behind(part, at)):
            self._end()
            return set(self._before(at))
        if "never" in kinds:
            phrase = self.wish.phrase(part.mark) if part.mark else ()
            self.never, self.found, self.colon = True, [], False
            self.hyphen = self.wish.gap(part.last) == "-"
            self.brief = phrase in self.wish.gazetteer.lexicon.brief
        elif kinds & {"ends", "than", "plain"}:
            self._end()
        elif self.never and self.found:
            joined = comma or self._is_joined(at)
            if "wish" in kinds or (kinds & {"with", "by", "like"} and (joined or self.brief)):
                self._end()
        elif "wish" in kinds and not kinds & {"like"} and comma:
            self._end()
        return set()

    def _end(self) -> None:
        self.never = self.brief = self.colon = self.hyphen = False
        self.found = []

    def _is_joined(self, at: int) -> bool:
        before = self.parts[at - 1].mark if at else None
        return bool(before and before.cue & {"joins", "ends"})

    def _stands_behind(self, part: Part, at: int) -> bool:
        """Whether a "no" ends its clause: "presidents, no."."""
        if part.last - part.first > 1 or not at or self.parts[at - 1].mark is None:
            return False
        behind = self.wish.gap(part.last)
        ends = part.last == len(self.wish.words) or bool(
            STOP.search(behind) or _COMMA.search(behind)
        )
        return ends and self.parts[at - 1].mark.is_content  # type: ignore[union-attr]

    def _before(self, at: int) -> Iterator[int]:
        """Names in front of a part, as far as one list goes."""
        for part in reversed(self.parts[:at]):
            content = part.mark is not None and part.mark.is_content
            if content:
                yield part.first
            elif part.mark is not None and not part.mark.cue & {"joins"}:
                return
            gap = self.wish.gap(part.first)
            if STOP.search(gap) or _COMMA.search(gap) or _BREAK.search(gap):
                return

    def _list_goes_on(self, at: int) -> bool:
        """Whether a list that is not wanted goes on behind a comma."""
        if self.colon:
            return True
        last = self._type(self.found[-1])
        for number, (part, gap) in enumerate(self._ahead(at)):
            mark = part.mark
            if mark is not None and mark.cue and not mark.is_content:
                if "joins" not in mark.cue:
                    break
                joined = self.wish.phrase(mark)
                if joined in self.wish.gazetteer.lexicon.either or not number:
                    return True
                behind = next((p for p, _ in self._ahead(self.parts.index(part) + 1)), None)
                return bool(behind and last and self._type(behind) == last)
            if part is self.parts[at] and not self.bare and last and self._type(part) == last:
                return True
            if number and _BREAK.search(gap):
                break
        return False

    def _ahead(self, at: int) -> Iterator[tuple[Part, str]]:
        """The parts of a clause from one on, small words left out."""
        for number, part in enumerate(self.parts[at:]):
            gap = self.wish.gap(part.first)
            if number and STOP.search(gap):
                return
            if part.mark is not None or not self.wish.is_small(part.first):
                yield part, gap

    def _type(self, part: Part) -> str:
        if part.mark is None or not part.mark.names:
            return ""
        node = part.mark.names[0].node
        return "item" if node.kind == "item" else node.type


def _is_list_of_bare_words(wish: Marked, parts: list[Part]) -> bool:
    """Whether a wish is "comedy, no romance, action": a name, a comma, and a cue behind it."""
    for before, part in pairwise(parts):
        if part.mark is not None and "never" in part.mark.cue:
            gap = wish.gap(part.first)
            return bool(_COMMA.search(gap) and before.mark is not None and before.mark.is_content)
    return False
