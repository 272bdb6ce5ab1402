"""The fewest facts about an item without which it is not among the best.

To remove a fact about the recommended item is to close the walks through it: the item loses their
exact shares. The weights of the model stay as they are (it is not trained again), and other items'
walks through it stay open, those over the same facts, too: the question is what carries *this*
item into the list. So no other score changes, the facts with the largest shares are the smallest
set, and nothing needs to be searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kgrec.explain.counterfactual.world import Floats, rank_of
from kgrec.explain.explanation import Explanation, Path

Fact = tuple[str, str, str]
"""Keys of head and tail, and the relation between them: ``(head, relation, tail)``."""


@dataclass(frozen=True)
class FactShare:
    """A fact about an item.

    :ivar fact: head, relation, tail
    :ivar words: the same in labels, as it reads from the item
    :ivar share: all that walks through it add to the score
    """

    fact: Fact
    words: str
    share: float


def fact_shares(why: Explanation) -> list[FactShare]:
    """The facts about an explained item, those with the largest share first.

    :param why: with all paths
    """
    words: dict[Fact, str] = {}
    shares: dict[Fact, float] = {}
    for path in why.paths:
        if path.nodes[-2].key.startswith("user:"):
            continue
        fact = _last_edge(path)
        shares[fact] = shares.get(fact, 0.0) + path.share
        words.setdefault(fact, _in_words(path))
    found = [FactShare(fact, words[fact], share) for fact, share in shares.items()]
    return sorted(found, key=lambda each: (-each.share, each.fact))


def fewest_facts(why: Explanation, scores: Floats, item: int, k: int) -> list[FactShare] | None:
    """The smallest set of facts without which the item is not among the best ``k``.

    :param why: of the item, with all paths
    :param scores: by which items are ranked now, shape ``(I,)``
    :param item: its index
    :return: ``None`` if the item stays even without any of them
    """
    removed: list[FactShare] = []
    for removed in _prefixes(fact_shares(why)):
        left = scores.copy()
        left[item] -= sum(each.share for each in removed)
        rank = rank_of(left, item)
        if rank is None or rank > k:
            return removed
    return None


def _prefixes(facts: list[FactShare]) -> Iterator[list[FactShare]]:
    for size in range(1, len(facts) + 1):
        if facts[size - 1].share <= 0:
            return
        yield facts[:size]


def _last_edge(path: Path) -> Fact:
    near, relation, item = path.nodes[-2], path.relations[-1], path.nodes[-1]
    head, tail = (near, item) if relation.forward else (item, near)
    return head.key, relation.name, tail.key


def _in_words(path: Path) -> str:
    near, relation, item = path.nodes[-2], path.relations[-1], path.nodes[-1]
    return f"{near.name} —{relation.label}→ {item.name}"
