"""Who stands in which relation to what is described: names, held against the facts."""

from __future__ import annotations

from dataclasses import dataclass, field

from kgrec.text.asking import RefusedError
from kgrec.text.tokens import words_of
from kgrec.text.verify.cues import Cue, Cues, Reading
from kgrec.text.verify.languages import Language, root
from kgrec.text.verify.reading import LITERAL, Meaning, Sentence, Token

_HARD_MARKS = frozenset(";；")


@dataclass
class Told:
    """What a sentence says by names.

    :ivar facts: relation (or label of a literal) and name, as they stand in the grounds
    :ivar left: places of tokens that state nothing by themselves: the catalog must have them
    :ivar used: places of all other tokens that say something
    :ivar places: where each of the facts was told first
    """

    facts: list[tuple[str, str]] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    used: set[int] = field(default_factory=set)
    places: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass
class _Active:
    """A cue, or several that are joined ("written and directed by"), and its names so far."""

    cues: list[tuple[int, Cue]]
    names: list[int] = field(default_factory=list)
    of_self: bool = False
    is_said: bool = False
    used: bool = False


class RoleReader:
    """Checks the names of one sentence.

    The rule is strict: a name belongs to the last cue before it with no other word in between, or
    to the first behind it whose object is the thing itself ("Ada Marlow is the director of it").
    There the grounds must have the fact, in that direction.
    """

    def __init__(self, sentence: Sentence, cues: Cues, language: Language) -> None:
        self._tokens = sentence.tokens
        self._cues, self._language = cues, language
        self._told = Told()
        self._active: _Active | None = None
        self._pending: list[tuple[int, bool]] = []

    def read(self) -> Told:
        """Read the sentence.

        :raises RefusedError: for ``role``: a name that the facts do not have in that relation; for
            ``repeated``: a fact that is told twice
        """
        for place, token in enumerate(self._tokens):
            if token.kind == "cue":
                self._on_cue(place, token)
            elif token.kind == "self" or (token.kind == "type" and self._is_object(place)):
                self._on_self(place, token)
            elif token.kind == "name":
                self._on_name(place, token)
            elif token.kind == "word" and place not in self._told.used:
                self._told.left.add(place)
                self._close()
            elif token.kind == "narrator" or token.text in _HARD_MARKS:
                self._close()
            elif self._active and token.kind == "small" and self._is_copula(token):
                self._active.is_said = True
        self._close()
        self._settle()
        self._told.left -= self._told.used
        return self._told

    def _on_cue(self, place: int, token: Token) -> None:
        cue = token.cue
        assert cue is not None
        after = self._next(place)
        if self._is_odd(place, cue):
            self._told.left.add(place)
            self._close()
            return
        joined = self._active is not None and self._joins(place)
        if joined and self._active is not None:
            self._active.cues.append((place, cue))
        else:
            self._close()
            self._active = _Active([(place, cue)])
        self._check_subject(place, cue, after)
        self._resolve(cue, after)

    def _is_odd(self, place: int, cue: Cue) -> bool:
        """ "was directed The Red Kite"; "Toy Story is the director": no way to state a relation."""
        before = [token for token in self._tokens[:place] if token.kind != "mark"]
        copula = bool(before) and self._is_copula(before[-1])
        backward = bool(cue.readings) and not any(forward for _, forward in cue.readings)
        if len(cue.words) == 1 and backward and copula and not self._concept_only(cue):
            return True
        anchor = next((t for t in reversed(before) if t.kind != "small"), None)
        smalls = before[before.index(anchor) + 1 :] if anchor in before else before
        is_self = anchor is not None and anchor.kind == "self"
        return (
            cue.noun
            and is_self
            and any(map(self._is_copula, smalls))
            and not (self._concept_only(cue))
        )

    def _concept_only(self, cue: Cue) -> bool:
        return all(name in self._cues.concepts for name, _ in cue.readings)

    def _joins(self, place: int) -> bool:
        """Whether a cue is joined to the one before it: nothing but "and" and commas between."""
        assert self._active is not None
        last = self._active.cues[-1][0]
        between = self._tokens[last + 1 : place]
        words = [token for token in between if token.kind != "mark"]
        return bool(words or between) and all(
            token.kind in ("small", "mark") and self._is_join(token) for token in between
        )

    def _check_subject(self, place: int, cue: Cue, after: Token | None) -> None:
        """ "followed by The Blue Kite, directed by …": whose director is that?"""
        if after is None or not after.meanings:
            return
        before = next(
            (t for t in reversed(self._tokens[:place]) if t.kind not in ("small", "mark")), None
        )
        if before is None or before.kind != "name":
            return
        for reading in cue.readings & after.meanings:
            if any(self._cues.may_be(meaning, reading) for meaning in before.meanings):
                raise RefusedError("role", f"{before.text} {self._tokens[place].text}")

    def _resolve(self, cue: Cue, after: Token | None) -> None:
        """Names that stood before a cue: "Ada Marlow is the director of The Red Kite"."""
        if not self._pending or (after is not None and after.kind == "name"):
            return
        of_self = after is not None and (after.kind in ("self", "type") or self._is_pronoun(after))
        for number, _ in self._pending:
            name = self._tokens[number]
            fitting = {
                (relation, forward)
                for relation, forward in name.meanings
                if (relation, forward != of_self) in cue.readings
            }
            if not fitting:
                return
            self._tell(number, fitting)
        self._pending = []
        if self._active:
            self._active.used = True

    def _on_self(self, place: int, token: Token) -> None:
        active = self._active
        if active and not active.names and self._follows(active, place):
            if self._fitting(active, token):
                self._govern(active, place)
            else:
                active.of_self = True
                active.is_said = False
            return
        self._close()

    def _is_object(self, place: int) -> bool:
        """Whether a cue leads to "the film": "The director of the film is …"."""
        active = self._active
        before = self._tokens[place - 1] if place else None
        return (
            active is not None
            and not active.names
            and before is not None
            and before.kind == "small"
            and self._follows(active, place)
        )

    def _on_name(self, place: int, token: Token) -> None:
        if self._is_literal(token):
            self._on_literal(place, token)
            return
        active = self._active
        if active is None:
            self._pending.append((place, False))
        elif self._fitting(active, token):
            self._govern(active, place)
        else:
            # A cue that has led to no name yet may be but words of the catalog, and so may this.
            self._pending.append((place, bool(active.names)))

    def _fitting(self, active: _Active, token: Token) -> set[Meaning]:
        cue = active.cues[-1][1]
        if active.of_self and not active.is_said:
            return set()
        fitting = {
            (relation, forward)
            for relation, forward in token.meanings
            if (relation, forward != active.of_self) in cue.readings
        }
        for _, other in active.cues[:-1]:
            relations = {name for name, _ in other.readings} | other.stubs
            if not any(
                (relation, forward) in token.meanings
                for relation in relations
                for _, forward in fitting
            ):
                return set()
        return fitting

    def _govern(self, active: _Active, place: int) -> None:
        for number, other in active.cues:
            relations = {name for name, _ in other.readings} | other.stubs
            self._tell(
                place, {each for each in self._tokens[place].meanings if each[0] in relations}
            )
            self._told.used.add(number)
        active.names.append(place)

    def _is_literal(self, token: Token) -> bool:
        return bool(token.meanings) and all(
            relation.startswith(LITERAL) for relation, _ in token.meanings
        )

    def _on_literal(self, place: int, token: Token) -> None:
        """A year stands behind "released in", another value behind the label of what it is."""
        labels = [relation.removeprefix(LITERAL) for relation, _ in token.meanings]
        before = place - 1
        while before >= 0 and self._tokens[before].kind in ("small", "mark"):
            before -= 1
        for label in labels:
            wanted = [*map(root, words_of(label))]
            said = self._roots_before(before, len(wanted))
            # "Year", "release date", and not "birth year": of what was released it is said so.
            is_date = {*wanted} <= self._language.dates | self._language.times
            if said is not None and said[0] == wanted:
                self._told.used |= said[1]
            elif is_date and (times := self._times(before)):
                self._told.used |= times
            elif not is_date or (self._active and not self._is_bracketed(place)):
                continue
            self._told.facts.append((label, token.text))
            self._told.used.add(place)
            return
        self._pending.append((place, True))

    def _roots_before(self, last: int, count: int) -> tuple[list[str], set[int]] | None:
        roots: list[str] = []
        places: set[int] = set()
        while last >= 0 and len(roots) < count:
            roots = [*self._tokens[last].roots, *roots]
            places.add(last)
            last -= 1
        return (roots, places) if len(roots) == count else None

    def _times(self, last: int) -> set[int]:
        found = set()
        while last >= 0 and {*self._tokens[last].roots} <= self._language.times:
            found.add(last)
            last -= 1
        return found

    def _is_bracketed(self, place: int) -> bool:
        return place > 0 and self._tokens[place - 1].text in "(（"

    def _close(self) -> None:
        """A cue that led to no name is but words."""
        active, self._active = self._active, None
        if active and not active.names and not active.used:
            self._told.left.update(number for number, _ in active.cues)
        elif active:
            self._told.used.update(number for number, _ in active.cues)

    def _settle(self) -> None:
        """Names without a cue: a genre says what it is by itself, others must be in the text."""
        narrated = False
        pending = dict(self._pending)
        for place, token in enumerate(self._tokens):
            narrated |= token.kind in ("narrator", "word") and place not in self._told.used
            if place not in pending:
                continue
            concepts = {each for each in token.meanings if each[0] in self._cues.concepts}
            if concepts and not pending[place] and not narrated:
                self._tell(place, {each for each in concepts if each[1]})
            if place in self._told.used:
                continue
            if pending[place]:
                raise RefusedError("role", token.text)
            self._told.left.add(place)

    def _tell(self, place: int, meanings: set[Meaning] | set[Reading]) -> None:
        for relation, _ in sorted(meanings):
            fact = (relation, self._tokens[place].text)
            if self._told.places.setdefault(fact, place) != place:
                raise RefusedError("repeated", fact[1])
            self._told.facts.append(fact)
            self._told.used.add(place)

    def _next(self, place: int) -> Token | None:
        """The first token behind a place that is more than a small word, or a pronoun."""
        for token in self._tokens[place + 1 :]:
            if token.kind == "small" and not self._is_pronoun(token):
                continue
            return None if token.kind == "mark" and token.text != ":" else token
        return None

    def _follows(self, active: _Active, place: int) -> bool:
        between = self._tokens[active.cues[-1][0] + 1 : place]
        return all(token.kind in ("small", "type") or token.text == ":" for token in between)

    def _is_copula(self, token: Token) -> bool:
        return token.kind == "small" and token.roots[0] in self._language.copulas

    def _is_join(self, token: Token) -> bool:
        return token.kind == "mark" or token.roots[0] in self._language.joins

    def _is_pronoun(self, token: Token) -> bool:
        return token.kind == "small" and token.roots[0] in self._language.pronouns


def read_roles(sentence: Sentence, cues: Cues, language: Language) -> Told:
    """What a sentence says by names; see :class:`RoleReader`."""
    return RoleReader(sentence, cues, language).read()
