"""A path as a sentence; the words of relations come from the ontology."""

from __future__ import annotations

from dataclasses import dataclass

from kgrec.vocabulary import INTERACTED, Relation, Vocabulary


@dataclass(frozen=True)
class Reason:
    """What a sentence is made of.

    :ivar item: label of the recommended item
    :ivar start: label of the item of the history
    :ivar against: whether the path speaks against the item
    """

    item: str
    start: str
    against: bool = False


class Sentences:
    """Writes reasons in the words of a vocabulary.

    :param vocabulary: labels and sentence patterns
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.verb = vocabulary.relation(INTERACTED).label

    def through_users(self, reason: Reason, count: int) -> str:
        """People who took the one item took the other.

        :param count: how many, at least 1
        """
        people = "1 person" if count == 1 else f"{count:,} people"
        if reason.against:
            return (
                f"Only {people} who {self.verb} {reason.start}, as you did, also {self.verb} "
                f"{reason.item}: fewer than expected."
            )
        return (
            f"{people} who {self.verb} {reason.start}, as you did, also {self.verb} {reason.item}."
        )

    def through_entity(
        self, reason: Reason, relation: Relation, forward: bool, entity: str | None, kind: str
    ) -> str:
        """Both items are related to the same entity.

        :param forward: whether the items are heads of the relation
        :param entity: the entity's name; ``None`` where it has none that a person could read
        :param kind: the word for the entity's type, ``"person"``
        """
        if entity is None and forward:
            words = f"{relation.anonymous} as {reason.start}"
        else:
            pattern = relation.pattern if forward else relation.inverse_pattern
            # Not str.format: the name of a relation may hold braces, and is part of its pattern.
            shared = pattern.replace("{entity}", entity or f"the same {kind}")
            words = f"{shared}, like {reason.start}"
        return f"{reason.item} is {words}, which you {self.verb}{_contrary(reason)}."

    def direct(self, reason: Reason, relation: Relation, forward: bool) -> str:
        """A fact joins the two items.

        :param forward: whether the item of the history is the head
        """
        label = relation.inverse_label if forward else relation.label
        return f"{reason.item} is {label} {reason.start}, which you {self.verb}{_contrary(reason)}."


def _contrary(reason: Reason) -> str:
    return ", which speaks against it here" if reason.against else ""
