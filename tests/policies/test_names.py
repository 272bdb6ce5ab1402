"""From the names of a rule to items."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kgrec.errors import ConfigError, UnknownIdError
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.policies.bound import bind
from kgrec.policies.groups import popularity_groups, relation_groups
from kgrec.policies.names import RuleNames
from kgrec.policies.policy import Cap, Policy, Rule

# Gore is a kind of violence, which is a kind of theme that is a kind of violence again: a circle.
FACTS = [
    ("1", "has_subject", "gore"),
    ("2", "has_subject", "violence"),
    ("3", "has_subject", "love"),
    ("4", "starring", "love"),
    ("gore", "broader", "violence", "entity", "entity"),
    ("violence", "broader", "dark", "entity", "entity"),
    ("dark", "broader", "violence", "entity", "entity"),
    ("5", "part_of", "violence"),
    ("u", "has_country", "france", "user", "entity"),
    ("u", "wishes", "6", "user", "item"),
]
LABELS = [
    ("gore", "Gore", "Theme"),
    ("violence", "Violence", "Theme"),
    ("dark", "Dark", "Theme"),
    ("love", "Love", "Theme"),
]


@pytest.fixture(scope="module")
def graph(build: Callable[..., KnowledgeGraph]) -> KnowledgeGraph:
    train = [("u", str(item)) for item in range(1, 7)]
    return build(train, facts=FACTS, labels=LABELS)


def found(names: RuleNames, **rule: str) -> set[str]:
    mask = names.items_of(Rule(**rule))
    return {item.removeprefix("item:") for item in names.items.filter(mask.tolist())}


@pytest.mark.parametrize(
    ("rule", "items"),
    [
        ({"name": "gore"}, "1"),
        ({"name": "Gore"}, "1"),
        ({"name": "GORE"}, "1"),
        ({"name": "violence"}, "125"),
        ({"name": "theme/Violence"}, "125"),
        ({"name": "has_subject/violence"}, "12"),
        ({"name": "violence", "relation": "has_subject"}, "12"),
        ({"name": "dark"}, "125"),
        ({"name": "love"}, "34"),
        ({"name": "starring/Love"}, "4"),
        ({"name": "love", "relation": "starring", "type": "Theme"}, "4"),
        ({"name": "Theme"}, "12345"),
        ({"type": "Theme", "relation": "has_subject"}, "123"),
        ({"relation": "has_subject"}, "123"),
        ({"type": "Item"}, "123456"),
    ],
)
def test_what_a_rule_means(graph: KnowledgeGraph, rule: dict[str, str], items: str) -> None:
    assert found(RuleNames(graph), **rule) == set(items)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"name": "violense"}, "There is no entity 'violense' in the graph; did you mean '"),
        ({"name": "theme/violense"}, "iolence'?"),
        ({"name": "love", "relation": "staring"}, "no relation 'staring'.*mean 'starring'"),
        ({"name": "love", "type": "Them"}, "There is no type 'Them'.*did you mean 'Theme'"),
        ({"name": "?"}, "name an id or a label"),
        ({"relation": "has_country"}, "no relation 'has_country' of facts about items.*there are"),
        ({"relation": "has_cuntry"}, "no relation 'has_cuntry' of facts about items.*there are"),
    ],
)
def test_what_is_unknown_is_told_with_what_is_near(
    graph: KnowledgeGraph, rule: dict[str, str], said: str
) -> None:
    with pytest.raises(UnknownIdError, match=said.replace("?", r"\?")):
        RuleNames(graph).items_of(Rule(**rule))


def test_a_rule_that_holds_for_no_item_is_refused(graph: KnowledgeGraph) -> None:
    for rule in ({"name": "france"}, {"name": "love", "relation": "part_of"}):
        with pytest.raises(ConfigError, match="holds for no item"):
            RuleNames(graph).items_of(Rule(**rule))


def test_rules_that_read_alike_both_count(build: Callable[..., KnowledgeGraph]) -> None:
    facts = [("1", "has_genre", "c"), ("2", "starring", "x"), ("3", "starring", "y")]
    labels = [("c", "Comedy", "Genre"), ("x", "has_genre: Comedy", "Person")]
    graph = build([("u", "1"), ("u", "2"), ("u", "3")], facts=facts, labels=labels)
    rules = (Rule(relation="has_genre", name="Comedy"), Rule(name="has_genre: Comedy"))
    for never in (rules, rules[::-1]):
        bound = bind(Policy(never=never), graph, Features.of(graph))
        assert bound.allowed.tolist() == [2]
        assert bound.barred["never has_genre: Comedy"].tolist() == [True, True, False]


def test_a_cap_on_what_only_users_have_is_refused(graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownIdError, match="no relation 'has_country' of facts about items"):
        bind(Policy(cap=Cap(relation="has_country")), graph, Features.of(graph))
    with pytest.raises(ConfigError, match="'wishes' leads from items to users alone"):
        bind(Policy(cap=Cap(relation="wishes")), graph, Features.of(graph))


def test_a_sensitive_relation_is_no_filter(graph: KnowledgeGraph) -> None:
    names = RuleNames(graph, ["has_subject"])
    with pytest.raises(ConfigError, match="'has_subject' is sensitive"):
        names.items_of(Rule(relation="has_subject"))
    with pytest.raises(ConfigError, match="'has_subject' is sensitive"):
        names.items_of(Rule(name="has_subject/love"))
    assert found(names, name="love") == {"4"}


def test_groups_have_the_same_other_end(build: Callable[..., KnowledgeGraph]) -> None:
    facts = [
        ("1", "part_of_series", "s"),
        ("2", "part_of_series", "s"),
        ("3", "sequel_of", "4", "item", "item"),
    ]
    graph = build([("u", str(item)) for item in range(1, 6)], facts=facts)
    series = relation_groups(graph, "part_of_series")
    assert series.names == ("entity:s",)
    assert series.members.toarray().ravel().tolist() == [1, 1, 0, 0, 0]
    direct = relation_groups(graph, "sequel_of")
    shared = direct.members[:, [direct.names.index("item:4")]].toarray().ravel()
    assert shared.tolist() == [0, 0, 1, 1, 0]


def test_the_head_is_the_most_popular_part() -> None:
    groups = popularity_groups(np.array([1.0, 9, 9, 2, 7]), np.array([0, 1, 2, 3]), 0.5)
    assert groups.members.toarray().tolist() == [[0, 1], [1, 0], [1, 0], [0, 1], [0, 0]]
