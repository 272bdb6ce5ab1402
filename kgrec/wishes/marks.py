"""What stands where in a wish: names, years, cues, before anybody asks what is wanted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kgrec.text.extract.tokens import has_ideographs
from kgrec.wishes.gazetteer import LONGEST, Called, Gazetteer
from kgrec.wishes.lexicon import Key
from kgrec.wishes.spelling import Spelling
from kgrec.wishes.words import STOP, Word, rooted, words_of
from kgrec.wishes.years import Years, years_at

MOST = 2_000
"""Characters of a wish that are read."""
_QUOTES = "\"'“”‘’«»„《》"
_MOST_GUESSES = 12  # of a wish: so many times names are looked for by likeness
_LEAST_KNOWN = 2_000  # common words that a graph shows, from which its texts say what is one
_REACH = 12  # words that a cue may stand before what it speaks of


@dataclass(frozen=True)
class Mark:
    """Words that are something.

    :ivar first: place of the first word
    :ivar last: place behind the last
    :ivar names: what they may be the name of
    :ivar years: what years they are
    :ivar cue: kinds of cue that they are
    :ivar how: ``"fuzzy"``: they are near a name
    :ivar score: how near
    """

    first: int
    last: int
    names: tuple[Called, ...] = ()
    years: Years | None = None
    cue: frozenset[str] = frozenset()
    how: str = ""
    score: float = 1.0

    @property
    def is_content(self) -> bool:
        """Whether it is more than a cue."""
        return bool(self.names or self.years)


@dataclass
class Marked:
    """A wish in which all names, years and cues are found.

    :ivar text: what was read
    :ivar words: of it
    :ivar marks: by the place of the first word
    """

    text: str
    words: list[Word]
    gazetteer: Gazetteer
    marks: dict[int, Mark] = field(default_factory=dict)
    at: list[Mark | None] = field(default_factory=list)

    def put(self, mark: Mark) -> None:
        """Take a mark in."""
        self.marks[mark.first] = mark
        self.at[mark.first : mark.last] = [mark] * (mark.last - mark.first)

    def gap(self, place: int) -> str:
        """What stands between a word and the one before it."""
        start = self.words[place - 1].end if place else 0
        end = self.words[place].start if place < len(self.words) else len(self.text)
        return self.text[start:end]

    def phrase(self, mark: Mark) -> Key:
        """The words of a mark, folded."""
        return tuple(word.norm for word in self.words[mark.first : mark.last])

    def is_small(self, place: int) -> bool:
        """Whether a word says nothing."""
        return self.words[place].norm in self.gazetteer.lexicon.small

    def opens(self, place: int) -> bool:
        """Whether a sentence begins with a word."""
        return place == 0 or bool(STOP.search(self.gap(place)))

    def is_quoted(self, first: int, last: int) -> bool:
        """Whether words stand in quotes."""
        before, behind = self.gap(first), self.gap(last)
        return bool(before and behind) and before[-1] in _QUOTES and behind[0] in _QUOTES

    def spoken_of(self, place: int) -> str:
        """The kind of cue that speaks of a word: ``"like"``, ``"by"``, ``"setting"``, or nothing.

        ``"named"``: one behind which names may be written in any case ("other than").
        """
        for before in range(place - 1, max(-1, place - 1 - _REACH), -1):
            if self.opens(before + 1):
                return ""
            mark = self.at[before]
            if mark is not None and mark.cue and not mark.is_content:
                kinds = mark.cue
                named = not any(self.at[before + 1 : place])
                if "like" in kinds and "never" not in kinds:
                    return "like"
                if named and "never" in kinds and len(self.phrase(mark)) > 1:
                    return "named"
                if kinds & {"by", "with"}:
                    return "by"
                if "setting" in kinds:
                    return "setting"
                if "joins" not in kinds:
                    return ""
            elif self._ends_list(before, mark):
                return ""
        return ""

    def _ends_list(self, place: int, mark: Mark | None) -> bool:
        """Whether a cue does not reach over a word: an unknown one, or an idea."""
        if mark is None:
            return not self.is_small(place)
        return all(each.idea for each in mark.names)

    @property
    def capitals_tell(self) -> bool:
        """Whether capital letters say anything: not where all words have one."""
        letters = [word for word in self.words if word.text[0].isalpha()]
        capital = sum(word.is_capital for word in letters)
        return len(letters) < 4 or capital <= 0.7 * len(letters)

    def is_capital(self, first: int, last: int) -> bool:
        """Whether words are written as a name is."""
        if not self.capitals_tell:
            return False
        told = [place for place in range(first, last) if not self.is_small(place)]
        places = told or list(range(first, last))
        if not all(self.words[place].is_capital for place in places):
            return False
        if last - first > 1 and len(told) != 1:
            return True
        word = self.words[places[0]].norm
        return not self.opens(first) or not (
            self.gazetteer.common[word] or self.is_small(places[0])
        )


def marked(text: str, gazetteer: Gazetteer, spelling: Spelling) -> Marked:
    """Find all names, years and cues of a wish."""
    text = text[:MOST]
    words = words_of(text)
    found = Marked(text, words, gazetteer, at=[None] * len(words))
    place = 0
    while place < len(words):
        mark = _at(found, place)
        if mark is not None:
            found.put(mark)
        place = mark.last if mark else place + 1
    _guess(found, spelling, sizes=(3, 2))
    _put_parts(found)
    _guess(found, spelling, sizes=(1,))
    return found


def _at(wish: Marked, place: int) -> Mark | None:
    """The longest of what begins at a word."""
    lexicon = wish.gazetteer.lexicon
    marks = []
    if years := years_at(wish.text, wish.words, place, lexicon):
        marks.append(Mark(place, place + years.size, years=years))
    if cue := lexicon.cue_at(wish.words, place):
        marks.append(Mark(place, place + len(cue[0]), cue=cue[1]))
    if name := _name_at(wish, place):
        marks.append(_as_years(wish, name) or name)
    return max(marks, key=lambda mark: mark.last, default=None)


def _as_years(wish: Marked, name: Mark) -> Mark | None:
    """An idea that is a time ("the 1950s") as years, unless it is where a story is set."""
    first = next((p for p in range(name.first, name.last) if not wish.is_small(p)), name.first)
    years = years_at(wish.text, wish.words, first, wish.gazetteer.lexicon)
    if years is None or first + years.size < name.last or wish.spoken_of(name.first) == "setting":
        return None
    ideas = all(called.idea for called in name.names)
    return Mark(name.first, first + years.size, years=years) if ideas else None


def _name_at(wish: Marked, place: int) -> Mark | None:
    for size in range(min(LONGEST, len(wish.words) - place), 0, -1):
        key = tuple(word.norm for word in wish.words[place : place + size])
        names = [c for c in wish.gazetteer.called(key) if is_meant(wish, c, place, place + size)]
        if names:
            return Mark(place, place + size, tuple(names))
    return None


def is_meant(wish: Marked, called: Called, first: int, last: int) -> bool:
    """Whether words that are the name of a node are meant as a name.

    Ideas and full names of people may be written in any case. All others need a capital letter,
    quotes or a cue where they are a common word (*Up*, *Heat*), or small words and one other.
    """
    if called.idea or wish.is_quoted(first, last):
        return True
    if any(has_ideographs(word.text) for word in wish.words[first:last]):
        return True
    gazetteer, kind = wish.gazetteer, called.node.type
    if wish.is_capital(first, last):
        return True
    told = [wish.words[p].norm for p in range(first, last) if not wish.is_small(p)]
    spoken = wish.spoken_of(first)
    if called.node.kind == "item":
        if spoken in ("like", "named"):
            return bool(told) or last - first > 1
        return len(told) > 1 or (len(told) == 1 and _is_rare(gazetteer, told[0], 6))
    if kind in gazetteer.people:
        if len(told) > 1:
            return True
        return bool(told) and (spoken != "" or _is_rare(gazetteer, told[0], 4))
    if _noun(wish, last) in gazetteer.lexicon.series or spoken == "setting":
        return bool(told)
    return len(told) > 1 or (bool(told) and _is_rare(gazetteer, told[0], 4))


def _is_rare(gazetteer: Gazetteer, word: str, least: int) -> bool:
    """Whether a word in lower case is a name for sure, as far as the texts of the graph show."""
    return (
        len(word) >= least and not gazetteer.common[word] and len(gazetteer.common) > _LEAST_KNOWN
    )


def _noun(wish: Marked, place: int) -> str:
    return wish.words[place].norm if place < len(wish.words) else ""


def _free(wish: Marked, first: int, last: int) -> bool:
    """Whether words are no part of a mark yet, stand together, and one of them says something."""
    if last > len(wish.words) or any(wish.at[first:last]):
        return False
    gaps = (wish.gap(inner).strip(" '’-–") for inner in range(first + 1, last))
    return not any(gaps) and any(not wish.is_small(place) for place in range(first, last))


def _guess(wish: Marked, spelling: Spelling, sizes: Sequence[int]) -> None:
    """Put marks where names are by likeness."""
    left = _MOST_GUESSES
    for size in sizes:
        for first in range(len(wish.words) - size + 1):
            last = first + size
            if not left:
                return
            if not _free(wish, first, last) or not _may_be_misspelled(wish, first, last):
                continue
            left -= 1
            titles = wish.spoken_of(first) == "like" or wish.is_capital(first, last)
            near = spelling.near([w.norm for w in wish.words[first:last]], titles=titles)
            if near:
                names = tuple(called for called, _ in near)
                wish.put(Mark(first, last, names, how="fuzzy", score=near[0][1]))


def _may_be_misspelled(wish: Marked, first: int, last: int) -> bool:
    words = [wish.words[place] for place in range(first, last)]
    if any(has_ideographs(word.text) or word.norm.isdigit() for word in words):
        return False
    if wish.is_small(first) or wish.is_small(last - 1):
        return False
    return any(not wish.gazetteer.common[word.norm] for word in words)


def _put_parts(wish: Marked) -> None:
    """Put marks where a surname, or a word that one title has, stands for a name."""
    for size in (4, 3, 2, 1):
        for first in range(len(wish.words) - size + 1):
            last = first + size
            if not _free(wish, first, last):
                continue
            key = tuple(word.norm for word in wish.words[first:last])
            names = wish.gazetteer.parts.get(rooted(key), ())
            meant = [c for c in names if c.name == key and is_meant(wish, c, first, last)]
            if meant:
                wish.put(Mark(first, last, tuple(meant)))
