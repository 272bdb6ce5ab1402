"""Words that state nothing by names must be the catalog's, and as the catalog puts them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kgrec.text.asking import RefusedError
from kgrec.text.tokens import WORD
from kgrec.text.verify.languages import Language, root, scripts

_CLAUSE = re.compile(r"[.!?;:,—–。！？，；：、।]")
_SENTENCE = re.compile(r"[.!?。！？।]")
_LEAST = 2
_LEAST_HAN = 3

Runs = list[tuple[int, int]]
Paths = dict[int, Runs]


@dataclass(frozen=True)
class Word:
    """A word of some content, in a text or in the catalog.

    :ivar root: without case and ending
    :ivar text: as it is written
    :ivar before: small words, but for articles, between it and the word before it
    :ivar opens: whether a clause or a group of words begins with it
    :ivar clause: whether a clause begins with it
    :ivar sentence: number of its sentence
    :ivar boundary: in a text: whether a clause begins with it, or another part than the catalog's
    :ivar after_mark: in a text: whether nothing but a mark sets it apart from the word before it
    :ivar first: whether a sentence begins with it
    :ivar start: in the catalog: place of its first letter
    """

    root: str
    text: str
    before: frozenset[str] = frozenset()
    opens: bool = False
    clause: bool = False
    sentence: int = 0
    boundary: bool = False
    after_mark: bool = False
    first: bool = False
    start: int = 0

    @property
    def is_han(self) -> bool:
        """Whether it is a letter of a script that sets no words apart."""
        return "HAN" in scripts(self.text)


def words_of_catalog(text: str, language: Language) -> list[Word]:
    """The words of a catalog's text that say something."""
    found: list[Word] = []
    before: set[str] = set()
    end, sentence, opens, clause, first = 0, 0, True, True, True
    for match in WORD.finditer(text):
        between = text[end : match.start()]
        end = match.end()
        if _SENTENCE.search(between) and found:
            sentence += 1
            first = True
        if _CLAUSE.search(between) or not found:
            clause = opens = True
            before = set()
        word = root(match[0])
        if word in language.small:
            opens = True
            before |= {word} & language.binding
            continue
        bound = frozenset(before)
        found.append(
            Word(word, match[0], bound, opens, clause, sentence, first=first, start=match.start())
        )
        before, opens, clause, first = set(), False, False, False
    return found


def align(said: Sequence[Word], catalog: Sequence[Word], language: Language) -> Runs:
    """Find the runs of a catalog's words that a sentence is made of.

    Within a run nothing is left out but articles and forms of "to be": without "almost", "falsely"
    or "by" a sentence says something else. A run begins where a clause or a group of words begins,
    and has two words at least.

    :param said: words of one sentence
    :return: first and last place in ``catalog`` of each run
    :raises RefusedError: for ``words`` (not in the catalog), ``name`` (the same, with a capital),
        ``number``, ``order`` (put together in another way)
    """
    places: dict[str, list[int]] = {}
    for place, word in enumerate(catalog):
        places.setdefault(word.root, []).append(place)
    for word in said:
        _require_known(word, [catalog[place] for place in places.get(word.root, ())])
    paths: Paths = {}
    for number, word in enumerate(said):
        paths = _step(number, word, catalog, places[word.root], paths, language)
        if not paths:
            raise RefusedError("order", word.text)
    if not said:
        return []
    ended = [runs for runs in paths.values() if _is_long(runs[-1], catalog)]
    if not ended:
        raise RefusedError("order", said[-1].text)
    return min(ended, key=_fewest)


def _require_known(word: Word, same: Sequence[Word]) -> None:
    exact = [
        one
        for one in same
        if not any(c.isdigit() for c in word.text) or one.text.casefold() == word.text.casefold()
    ]
    capital = word.text[:1].isupper() and not word.first
    fitting = [one for one in exact if not capital or one.text[:1].isupper()]
    if fitting:
        return
    if any(character.isdigit() for character in word.text):
        raise RefusedError("number", word.text)
    raise RefusedError("name" if capital else "words", word.text)


def _step(
    number: int,
    word: Word,
    catalog: Sequence[Word],
    here: Sequence[int],
    paths: Paths,
    language: Language,
) -> Paths:
    """The fewest runs that read the words up to this one, for each place where it can stand."""
    found: Paths = {}
    for place in here:
        options: list[Runs] = []
        target = catalog[place]
        if number == 0 and _may_begin(word, target):
            options.append([(place, place)])
        for last, runs in paths.items():
            if last >= place:
                continue
            if _continues(word, catalog, last, place):
                options.append([*runs[:-1], (runs[-1][0], place)])
            elif (
                word.boundary
                and _may_begin(word, target)
                and _is_long(runs[-1], catalog)
                and not _denied(catalog, last, place, language)
            ):
                options.append([*runs, (place, place)])
        if options:
            found[place] = min(options, key=_fewest)
    return found


def _fewest(runs: Runs) -> tuple[int, Runs]:
    return len(runs), runs


def _continues(word: Word, catalog: Sequence[Word], last: int, place: int) -> bool:
    target = catalog[place]
    is_next = place == last + 1 and target.sentence == catalog[last].sentence
    return is_next and word.before == target.before


def _may_begin(word: Word, target: Word) -> bool:
    if word.first or word.after_mark:
        return target.clause
    return target.opens


def _denied(catalog: Sequence[Word], last: int, place: int, language: Language) -> bool:
    """Whether what is left out between two runs of one sentence denies something."""
    if catalog[last].sentence != catalog[place].sentence:
        return False
    return any(one.root in language.negations for one in catalog[last + 1 : place])


def _is_long(run: tuple[int, int], catalog: Sequence[Word]) -> bool:
    """Whether a run is more than a word by chance: two words, or all of a sentence."""
    first, last = run
    after = catalog[last + 1 :][:1]
    whole = catalog[first].first and (not after or after[0].first)
    least = _LEAST_HAN if catalog[first].is_han else _LEAST
    return whole or last - first + 1 >= least
