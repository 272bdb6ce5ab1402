"""Questions about one user's list, answered by search and checked by the model itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.explain.counterfactual.addition import Gains, smallest_addition
from kgrec.explain.counterfactual.answers import Counterfactual, FactChange, ItemSet, WhyNot
from kgrec.explain.counterfactual.facts import fewest_facts
from kgrec.explain.counterfactual.margins import Margins
from kgrec.explain.counterfactual.removal import Budget, smallest_removal
from kgrec.explain.counterfactual.world import Floats, Indices, World, best, rank_of
from kgrec.explain.explains import Explains, Telling
from kgrec.explain.explanation import Explanation
from kgrec.explain.history import History
from kgrec.explain.languages import ENGLISH, Language
from kgrec.features import Features
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key
from kgrec.vocabulary import INTERACTED

WORK = 5e7
"""How many margins a search may compute by default: a second or two."""

_AGAINST = 3


class Counterfactuals:
    """Answers "what if not" and "why not" for one trained model on one graph.

    :param graph: what is served
    :param features: the same in numbers
    :param model: the trained model
    :param histories: what the users have, weighed as the model reads it, shape ``(U, I)``
    :param explainer: of this model, in the language
    :param language: of the answers, and of the names in ``graph``
    :raises ConfigError: if the model is not linear: only there a score is a sum over the history
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        features: Features,
        model: Model,
        histories: csr_matrix,
        explainer: Explains,
        language: Language = ENGLISH,
    ) -> None:
        if not isinstance(model, PairModel):
            raise ConfigError(
                f"There are no counterfactuals for gnn.model = {model.kind}: fit with "
                "gnn.model = linear, whose scores are sums over the history."
            )
        self.graph, self.features, self.model = graph, features, model
        self.histories, self.explainer, self.language = histories, explainer, language
        self.verb = graph.vocabulary.relation(INTERACTED).label

    def counterfactual(
        self, user: str, item: str, k: int = 10, *, returns: bool = True, work: float = WORK
    ) -> Counterfactual:
        """Find the fewest interactions, and the fewest facts, that keep an item in a list.

        An interaction that is removed makes its item unseen again; what is left of the history
        moves up in time, and the model scores all of it anew. Facts: see
        :mod:`kgrec.explain.counterfactual.facts`.

        :param user: user id
        :param item: an item among the ``k`` best that are new to the user
        :param k: length of the list, at least 1
        :param returns: whether the removed items may take a place in the list themselves, as they
            would; ``False``: other items alone must push the item out, which needs more
        :param work: the most margins to compute, above 0; 5e7 are a second or two
        :raises UnknownIdError: if the user or the item is not in the graph
        :raises ConfigError: if the user has no history, or the item is not in the list
        """
        world, target = self._asked(user, item, k)
        scores = world.now()
        rank = rank_of(scores, target)
        if rank is None or rank > k:
            where = "not ranked at all" if rank is None else f"number {rank}"
            raise ConfigError(
                f"Item '{item}' is not among the {k} best for user '{user}', it is {where}: ask "
                "why_not, or raise k."
            )

        def after(places: Sequence[int]) -> Floats:
            return world.without(np.array(places, dtype=np.int64), returns=returns)

        def gone(places: Sequence[int]) -> bool:
            found = rank_of(after(places), target)
            return found is None or found > k

        found = smallest_removal(Margins(world, target, k, returns), gone, Budget(work))
        interactions = None
        if found.chosen is not None:
            lists = best(scores, k), best(after(found.chosen), k)
            items = world.history[list(found.chosen)]
            rank_then = rank_of(after(found.chosen), target)
            interactions = self._set(items, rank_then, lists, found.at_least)
        return Counterfactual(
            user=user,
            item=item,
            label=self._label(target),
            k=k,
            rank=rank,
            verb=self.verb,
            interactions=interactions,
            at_least=found.at_least,
            facts=self._facts(user, item, scores, target, k),
            language=self.language,
        )

    def why_not(self, user: str, item: str, k: int = 10, *, work: float = WORK) -> WhyNot:
        """Say what holds an item back, and the fewest items that would bring it in.

        The items are taken as liked after all else, in one moment; nothing is trained.

        :param user: user id
        :param item: an item that the user does not have and that is not among the ``k`` best
        :param k: length of the list, at least 1
        :param work: the most margins to compute, above 0; 5e7 are a second or two
        :raises UnknownIdError: if the user or the item is not in the graph
        :raises ConfigError: if the user has no history, or the item is in the list, or it may not
            be recommended at all
        """
        world, wanted = self._asked(user, item, k)
        if not world.allowed[wanted]:
            raise ConfigError(f"Item '{item}' is not among the candidates of this dataset.")
        scores = world.now()
        rank = rank_of(scores, wanted)
        if rank is not None and rank <= k:
            raise ConfigError(
                f"Item '{item}' is recommended to user '{user}' as number {rank}: ask "
                "counterfactual, or lower k."
            )
        gains = Gains(world, wanted, k)

        def there(places: Sequence[int]) -> bool:
            found = rank_of(world.with_items(gains.choices[list(places)]), wanted)
            return found is not None and found <= k

        found = smallest_addition(gains, there, Budget(work))
        items = None
        if found.chosen is not None:
            chosen = gains.choices[list(found.chosen)]
            then = world.with_items(chosen)
            lists = best(scores, k), best(then, k)
            items = self._set(chosen, rank_of(then, wanted), lists, found.at_least)
        paths = self._why(user, item).paths
        against = sorted((path for path in paths if path.share < 0), key=lambda path: path.share)
        last = best(scores, k)[-1:]
        return WhyNot(
            user=user,
            item=item,
            label=self._label(wanted),
            k=k,
            rank=rank,
            gap=float(scores[last[0]] - scores[wanted]) if rank is not None and last else None,
            verb=self.verb,
            items=items,
            at_least=found.at_least,
            against=tuple(against[:_AGAINST]),
            reachable=not gains.hopeless,
            language=self.language,
        )

    def _asked(self, user: str, item: str, k: int) -> tuple[World, int]:
        """Look up what is asked about, and refuse what has no answer."""
        if k < 1:
            raise ConfigError(f"A list has at least 1 item, not k={k}.")
        row = int(self.features.user_indices([user])[0])
        target = self.features.item_index(item)
        world = World.of(self.features, self.model, row)
        if not len(world.history):
            raise ConfigError(
                f"User '{user}' has no history: what is recommended is popular, and nothing that "
                "the user did could change it."
            )
        if target in world.history:
            raise ConfigError(
                f"User '{user}' has item '{item}' already: ask about an item that is new."
            )
        return world, target

    def _facts(
        self, user: str, item: str, scores: Floats, target: int, k: int
    ) -> FactChange | None:
        why = self._why(user, item)
        removed = fewest_facts(why, scores, target, k)
        if removed is None:
            return None
        left = scores.copy()
        left[target] -= sum(each.share for each in removed)
        return FactChange(
            facts=tuple(each.fact for each in removed),
            words=tuple(each.words for each in removed),
            shares=tuple(each.share for each in removed),
            rank=rank_of(left, target),
        )

    def _why(self, user: str, item: str) -> Explanation:
        """All paths of a score."""
        taken = History.of_user(user, self.features, self.histories)
        return self.explainer.explain(taken, item, Telling(paths=None))

    def _set(
        self, items: Indices, rank: int | None, lists: tuple[list[int], list[int]], at_least: int
    ) -> ItemSet:
        """:param lists: before and after"""
        before, after = lists
        return ItemSet(
            items=tuple(self.features.items[item] for item in items),
            labels=tuple(self._label(int(item)) for item in items),
            rank=rank,
            instead=tuple(self._label(item) for item in after if item not in before),
            at_least=at_least,
            language=self.language,
        )

    def _label(self, item: int) -> str:
        return self.graph.label(key("item", self.features.items[item]))
