"""A path as a reason in words; the words of relations come from the ontology.

A reason is a clause that follows "because": "you liked Toy Story, also directed by John Lasseter".
It calls the recommended item "it" and so can stand under the item's name in a list;
"Heat, because …" stands alone. What stands around the words of the graph comes from a language
(:mod:`kgrec.explain.languages`).
"""

from __future__ import annotations

from collections.abc import Iterable

from kgrec.explain.languages import ENGLISH, Language
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary


def because(reasons: Iterable[str], *, against: bool = False, language: Language = ENGLISH) -> str:
    """Join reasons to one clause.

    :param reasons: at least one
    :param against: whether they speak against the item

    >>> because(["you liked Ronin, also about spies", "it is sequel to Heat, which you liked"])
    'because you liked Ronin, also about spies, and because it is sequel to Heat, which you liked'
    """
    return language.because(reasons, against=against)


class Sentences:
    """Writes reasons in the words of a vocabulary.

    :param vocabulary: labels and sentence patterns, in the same language
    :param language: the grammar around them
    :param item_type: the type of the items, which says what they are called: ``"Film"``
    """

    def __init__(
        self, vocabulary: Vocabulary, language: Language = ENGLISH, *, item_type: str = "Item"
    ) -> None:
        self.vocabulary, self.language, self.item_type = vocabulary, language, item_type
        self.verb = vocabulary.relation(INTERACTED).label

    def through_users(
        self, start: str, count: int, *, against: bool = False, counted: bool = True
    ) -> str:
        """People who took the one item took the other.

        :param start: label of the item of the history
        :param count: how many, at least 1
        :param against: whether they speak against the item
        :param counted: whether they do so by being few; ``False``: a network makes that of them
        """
        people = self.language.people(count)
        name = "through_users" if counted or not against else "through_users_weighed"
        return self._reason(name, against, people=people, start=self._item(start))

    def through_entity(
        self, start: str, relation: Relation, forward: bool, entity: str | None, kind: str
    ) -> str:
        """Both items are related to the same entity.

        :param start: label of the item of the history
        :param forward: whether the items are heads of the relation
        :param entity: the entity's name; ``None`` where it has none that a person could read
        :param kind: the word for the entity's type, ``"person"``
        """
        shared = self._shared(relation, forward, entity, kind)
        return self._reason("through_entity", start=self._item(start), shared=shared)

    def through_taste(
        self,
        start: str,
        relation: Relation,
        forward: bool,
        entity: str | None,
        kind: str,
        witness: str,
        against: bool = False,
    ) -> str:
        """People who took an item of the history also took what shares a fact with this one.

        :param start: label of the item of the history
        :param relation: of the fact, which the witness and the recommended item share
        :param forward: whether these two are heads of the relation
        :param entity: the entity's name; ``None`` where it has none that a person could read
        :param kind: the word for the entity's type, ``"person"``
        :param witness: label of an item that those people took and that has the fact
        :param against: whether they took so few of them that it speaks against the item
        """
        shared = self._shared(relation, forward, entity, kind)
        return self._reason(
            "through_taste",
            against,
            start=self._item(start),
            things=self._things(relation, forward),
            # "also" would say of what.
            shared=shared.removeprefix(self.language.phrases["names.also"]),
            witness=self._item(witness),
        )

    def through_content(self, start: str) -> str:
        """Facts and texts of the item are of a kind that goes with an item of the history.

        :param start: label of the item of the history
        """
        return self._reason("through_content", start=self._item(start))

    def through_vectors(self, *, against: bool = False) -> str:
        """A model of vectors likes the item, and no path says why.

        :param against: whether it does not
        """
        return self._reason("through_vectors", against)

    def through_nodes(self, start: str, names: Iterable[str]) -> str:
        """Other nodes join the two items, by relations that are not the same.

        :param start: label of the item of the history
        :param names: of the nodes between, at least one
        """
        joined = self.language.phrases["names.and"].join(map(self._entity, names))
        return self._reason("through_nodes", start=self._item(start), names=joined)

    def direct(self, start: str, relation: Relation, forward: bool) -> str:
        """A fact joins the two items.

        :param start: label of the item of the history
        :param forward: whether that is the head
        """
        label = relation.inverse_label if forward else relation.label
        return self._reason("direct", relation=label, start=self._item(start))

    def taste_of_direct(
        self, start: str, relation: Relation, forward: bool, witness: str, against: bool = False
    ) -> str:
        """People who took an item of the history also took one that a fact joins to this one.

        :param start: label of the item of the history
        :param relation: of the fact
        :param forward: whether the witness is its head
        :param witness: label of the other item
        :param against: whether so few took it that it speaks against the recommended item
        """
        return self._reason(
            "taste_of_direct",
            against,
            start=self._item(start),
            relation=relation.inverse_label if forward else relation.label,
            witness=self._item(witness),
        )

    def according_to_text(self, reason: str) -> str:
        """A reason of which a fact is stated by a text alone, and not by the catalog."""
        return self.language.say("reasons.according_to_text", reason=reason)

    def _reason(self, name: str, against: bool = False, **values: str) -> str:
        phrase = f"reasons.{name}_against" if against else f"reasons.{name}"
        return self.language.say(phrase, liked=self.verb, **values)

    def _shared(self, relation: Relation, forward: bool, entity: str | None, kind: str) -> str:
        if entity is None and forward:
            return relation.anonymous
        pattern = relation.pattern if forward else relation.inverse_pattern
        if entity is None:
            named = self.language.say("names.same", kind=kind)
        else:
            named = self._entity(entity)
        # Not str.format: the name of a relation may hold braces, and is part of its pattern.
        return pattern.replace("{entity}", named)

    def _item(self, label: str) -> str:
        return self.language.say("names.item", label=label)

    def _entity(self, label: str) -> str:
        return self.language.say("names.entity", label=label)

    def _things(self, relation: Relation, forward: bool) -> str:
        """What the items are called; where nobody said, what the relation says of them."""
        stated = relation.domain if forward else relation.range
        name = stated if self.item_type == "Item" and stated != "Node" else self.item_type
        return self.vocabulary.type(name).plural
