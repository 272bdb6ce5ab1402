"""A path as a reason in words; the words of relations come from the ontology.

A reason is a clause that follows "because": "you liked Toy Story, also directed by John Lasseter".
It calls the recommended item "it" and so can stand under the item's name in a list;
"Heat, because …" stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kgrec.vocabulary import INTERACTED, Relation, Vocabulary


def because(reasons: Iterable[str], *, against: bool = False) -> str:
    """Join reasons to one clause.

    :param reasons: at least one
    :param against: whether they speak against the item

    >>> because(["you liked Ronin, also about spies", "it is sequel to Heat, which you liked"])
    'because you liked Ronin, also about spies, and because it is sequel to Heat, which you liked'
    """
    word = "although" if against else "because"
    return ", and ".join(f"{word} {reason}" for reason in reasons)


@dataclass(frozen=True)
class People:
    """Others who took an item of the history.

    :ivar start: its label
    :ivar count: how many, at least 1
    :ivar against: whether they are so few that they speak against the item
    """

    start: str
    count: int
    against: bool = False

    @property
    def few(self) -> str:
        """What a sentence about too few of them ends in."""
        return ", fewer than expected" if self.against else ""


class Sentences:
    """Writes reasons in the words of a vocabulary.

    :param vocabulary: labels and sentence patterns
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.verb = vocabulary.relation(INTERACTED).label

    def through_users(self, start: str, count: int, *, against: bool = False) -> str:
        """People who took the one item took the other.

        :param start: label of the item of the history
        :param count: how many, at least 1
        :param against: whether they are so few that they speak against the item
        """
        people = People(start, count, against)
        return f"{self._people(people)} {self.verb} it too{people.few}"

    def through_entity(
        self, start: str, relation: Relation, forward: bool, entity: str | None, kind: str
    ) -> str:
        """Both items are related to the same entity.

        :param start: label of the item of the history
        :param forward: whether the items are heads of the relation
        :param entity: the entity's name; ``None`` where it has none that a person could read
        :param kind: the word for the entity's type, ``"person"``
        """
        return f"you {self.verb} {start}, {_shared(relation, forward, entity, kind)}"

    def direct(self, start: str, relation: Relation, forward: bool) -> str:
        """A fact joins the two items.

        :param start: label of the item of the history
        :param forward: whether that is the head
        """
        return f"it is {_label(relation, forward)} {start}, which you {self.verb}"

    def taste_of_entity(
        self,
        people: People,
        item: str,
        relation: Relation,
        forward: bool,
        entity: str | None,
        kind: str,
    ) -> str:
        """People who took an item of the history took another that is related to the same entity.

        :param item: label of the other
        """
        shared = _shared(relation, forward, entity, kind)
        return f"{self._people(people)} {self.verb} {item}, {shared}{people.few}"

    def taste_of_direct(self, people: People, item: str, relation: Relation, forward: bool) -> str:
        """People who took an item of the history took another that a fact joins to this one.

        :param item: label of the other
        :param forward: whether that is the head
        """
        joined = f"it is {_label(relation, forward)} {item}"
        return f"{joined}, which {self._people(people)} {self.verb}{people.few}"

    def through_content(self, start: str) -> str:
        """What is known of the item is of a kind that goes with an item of the history.

        :param start: label of the item of the history
        """
        return f"what is known of it appeals to people who {self.verb} {start}, as you did"

    def through_vectors(self, *, against: bool = False) -> str:
        """A model of vectors likes the item, and no path says why.

        :param against: whether it does not
        """
        place = "far from" if against else "close to"
        return f"the network places it {place} all that you {self.verb}, taken together"

    def _people(self, people: People) -> str:
        only = "only " if people.against else ""
        who = "1 person" if people.count == 1 else f"{people.count:,} people"
        return f"{only}{who} who {self.verb} {people.start}, as you did,"


def _shared(relation: Relation, forward: bool, entity: str | None, kind: str) -> str:
    if entity is None and forward:
        return relation.anonymous
    pattern = relation.pattern if forward else relation.inverse_pattern
    # Not str.format: the name of a relation may hold braces, and is part of its pattern.
    return pattern.replace("{entity}", entity or f"the same {kind}")


def _label(relation: Relation, forward: bool) -> str:
    return relation.inverse_label if forward else relation.label
