"""A path as a reason in words; the words of relations come from the ontology.

A reason is a clause that follows "because": "you liked Toy Story, also directed by John Lasseter".
It calls the recommended item "it" and so can stand under the item's name in a list;
"Heat, because …" stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable

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
        people = "1 person" if count == 1 else f"{count:,} people"
        only, few = ("only ", ", fewer than expected") if against else ("", "")
        return f"{only}{people} who {self.verb} {start}, as you did, {self.verb} it too{few}"

    def through_entity(
        self, start: str, relation: Relation, forward: bool, entity: str | None, kind: str
    ) -> str:
        """Both items are related to the same entity.

        :param start: label of the item of the history
        :param forward: whether the items are heads of the relation
        :param entity: the entity's name; ``None`` where it has none that a person could read
        :param kind: the word for the entity's type, ``"person"``
        """
        if entity is None and forward:
            shared = relation.anonymous
        else:
            pattern = relation.pattern if forward else relation.inverse_pattern
            # Not str.format: the name of a relation may hold braces, and is part of its pattern.
            shared = pattern.replace("{entity}", entity or f"the same {kind}")
        return f"you {self.verb} {start}, {shared}"

    def through_content(self, start: str) -> str:
        """Facts and texts of the item are of a kind that goes with an item of the history.

        :param start: label of the item of the history
        """
        return f"what is known of it appeals to people who {self.verb} {start}, as you did"

    def through_vectors(self, *, against: bool = False) -> str:
        """A model of vectors likes the item, and no path says why.

        :param against: whether it does not
        """
        place = "far from" if against else "close to"
        return f"the network places it {place} all that you {self.verb}, taken together"

    def through_nodes(self, start: str, names: Iterable[str]) -> str:
        """Other nodes join the two items, by relations that are not the same.

        :param start: label of the item of the history
        :param names: of the nodes between, at least one
        """
        return f"it is joined to {start}, which you {self.verb}, by {' and '.join(names)}"

    def direct(self, start: str, relation: Relation, forward: bool) -> str:
        """A fact joins the two items.

        :param start: label of the item of the history
        :param forward: whether that is the head
        """
        label = relation.inverse_label if forward else relation.label
        return f"it is {label} {start}, which you {self.verb}"
