from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kgrec import Config, Explanation, KnowledgeGraph, Recommender
from kgrec.errors import ConfigError
from kgrec.explain import Path
from kgrec.graph.rdf import node_iri

Build = Callable[..., KnowledgeGraph]
Quick = Callable[..., Config]
# Nobody took two items: whatever is recommended, facts alone can say why.
ALONE = [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4")]
ODD = [
    "a b",
    "it's",
    'the "Q"',
    "日本",
    "back\\slash",
    "{braces}",
    "50%",
    "<b>&amp;",
    "`tick`",
    "per/cent%20",
    "$x",
    "{entity}",
    "a:b",
    "\\'",
    "x // y",
    "CREATE",
    "line\nbreak",
]


def explain_all(rec: Recommender, users: int | None = None) -> Iterator[Explanation]:
    """Every item for every one of the first users."""
    kinds = rec.graph.nodes.select("kind", "id").rows()
    for user in [id for kind, id in kinds if kind == "user"][:users]:
        for item in (id for kind, id in kinds if kind == "item"):
            yield rec.explain(user, item, paths=None)


def check_queries(graph: KnowledgeGraph, paths: list[Path]) -> None:
    """Each query returns one row, which is the path."""
    for path in paths:
        ((found,),) = graph.cypher(path.cypher).rows
        assert [node["key"] for node in found["nodes"]] == [node.key for node in path.nodes]
        assert [edge["type"] for edge in found["relationships"]] == [
            relation.name for relation in path.relations
        ]
        assert graph.sparql(path.sparql).rows == [[str(node_iri(n.key)) for n in path.nodes]]


def test_odd_names_survive_sentences_and_queries(build: Build, quick: Quick) -> None:
    graph = build(
        [(name, name) for name in ODD],
        facts=[(name, ODD[number % 3 + 5], ODD[number % 4]) for number, name in enumerate(ODD)]
        + [(name, "directed_by", ODD[number % 5 + 9]) for number, name in enumerate(ODD)],
        titles={name: f"Film {name}" for name in ODD},
        labels=[(name, f"Who {name}", "Person") for name in ODD],
    )
    rec = Recommender(quick(gnn__epochs=1)).fit(graph)
    explained = list(explain_all(rec))
    paths = [path for why in explained for path in why.paths]
    assert len({path.relations[1].name for path in paths}) == 4
    assert len({path.nodes[-1].id for path in paths}) == len(ODD)
    for path in paths:
        assert path.nodes[-1].label in path.sentence
        assert path.nodes[2].label in path.sentence
    check_queries(graph, paths[::9])


def test_direct_facts_are_one_path_in_the_direction_of_the_fact(build: Build, quick: Quick) -> None:
    facts = [
        ("1", "followed_by", "2", "item", "item"),
        ("3", "based on", "1", "item", "item"),
        ("1", "based on", "3", "item", "item"),
    ]
    graph = build(ALONE, facts=facts)
    rec = Recommender(quick(gnn__epochs=1)).fit(graph)
    for user, item, forward in (("1", "2", True), ("2", "1", False)):
        (path,) = rec.explain(user, item, paths=None).paths
        assert [node.key for node in path.nodes] == [f"user:{user}", f"item:{user}", f"item:{item}"]
        assert path.relations[1].forward == forward
        check_queries(graph, [path])
    both = rec.explain("1", "3", paths=None).paths
    assert {path.relations[1].forward for path in both} == {True, False}
    assert len(both) == 2
    check_queries(graph, list(both))


def test_an_entity_of_the_type_item_does_not_make_a_query_ambiguous(
    build: Build, quick: Quick
) -> None:
    facts = [("1", "resembles", "2", "item", "item"), ("1", "resembles", "2", "item", "entity")]
    graph = build(ALONE, facts=facts, labels=[("2", "Twin", "Item")])
    rec = Recommender(quick(gnn__epochs=1)).fit(graph)
    (path,) = rec.explain("1", "2", paths=None).paths
    assert "kind: 'item'" in path.cypher
    check_queries(graph, [path])


def test_in_other_graphs_the_query_is_short(fitted: Recommender) -> None:
    item = fitted.recommend(users=["1"], k=1).items[0]
    assert "kind" not in fitted.explain("1", item).cypher


def test_all_users_between_two_items_are_one_path(fitted: Recommender) -> None:
    for item in fitted.recommend(users=["2"], k=5).items:
        paths = fitted.explain("2", item, paths=None).paths
        people = [path for path in paths if path.nodes[2].key.startswith("user:")]
        starts = [path.nodes[1].key for path in people]
        assert len(starts) == len(set(starts))
        takers = {
            row
            for (row,) in fitted.graph.cypher(
                "MATCH (u:User)-[:interacted]->(:Item {id: $item}) RETURN u.id", {"item": item}
            ).rows
        }
        for path in people:
            assert path.nodes[2].id in takers - {"2"}
            assert f"{path.walks} p" in path.sentence
            assert 1 <= path.walks <= len(takers)
        assert all(path.walks == 1 for path in paths if path not in people)


@pytest.mark.parametrize("paths", [0, 1, 2, 3, 5, 1000])
def test_paths_and_rest_sum_to_the_score_however_many_are_listed(
    fitted: Recommender, paths: int
) -> None:
    item = fitted.recommend(users=["4"], k=1).items[0]
    why, whole = fitted.explain("4", item, paths=paths), fitted.explain("4", item, paths=None)
    assert len(why.paths) == min(paths, len(whole.paths))
    assert ("other_paths" in why.rest) == (paths < len(whole.paths))
    total = sum(path.share for path in why.paths) + sum(why.rest.values())
    assert total == pytest.approx(why.score, rel=1e-6)
    assert why.path_share == whole.path_share
    assert set(why.paths) <= set(whole.paths)
    shares = [path.share for path in whole.paths]
    assert shares == sorted(shares, reverse=True)


def test_the_strongest_fact_gets_the_last_place(fitted: Recommender) -> None:
    told = 0
    for why in explain_all(fitted, users=12):
        facts = [p for p in why.paths if not p.nodes[2].key.startswith("user:") and p.share > 0]
        named = [path for path in facts if fitted.graph.has_name(path.nodes[2].key)]
        short = fitted.explain(why.user, why.item, paths=2)
        if why.paths[:1] == why.paths[:2]:
            continue
        first_are_users = all(p.nodes[2].key.startswith("user:") for p in why.paths[:2])
        if facts and first_are_users:
            assert short.paths == (why.paths[0], (named or facts)[0])
            told += 1
        else:
            assert short.paths == why.paths[:2]
    assert told > 5


def test_fewer_than_no_paths_cannot_be_asked_for(fitted: Recommender) -> None:
    with pytest.raises(ConfigError, match="at least 0, not -1"):
        fitted.explain("1", "1", paths=-1)


def test_shares_against_an_item_say_so(fitted: Recommender) -> None:
    against = [path for why in explain_all(fitted, users=3) for path in why.paths if path.share < 0]
    assert against
    for path in against:
        assert f"{path.nodes[-1].label}, although " in path.sentence


def test_what_is_in_the_history_can_be_explained_too(fitted: Recommender) -> None:
    graph = fitted.graph
    rows = graph.cypher("MATCH (:User {id: '6'})-[:interacted]->(i) RETURN i.id").rows
    for (item,) in rows:
        why = fitted.explain("6", item, paths=None)
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, rel=1e-6)
        assert all(path.nodes[1].id != item for path in why.paths)
        assert all(path.nodes[2].key != "user:6" for path in why.paths)


def test_a_user_without_history_is_given_what_is_popular(build: Build, quick: Quick) -> None:
    train = [("1", "1"), ("1", "2"), ("2", "1"), ("2", "3")]
    graph = build(train, facts=[("9", "knows", "1", "user", "user")])
    rec = Recommender(quick()).fit(graph)
    top = rec.recommend(users=["9"], k=2, explain=True)
    assert len(top) == 2
    for why in top.explanations:
        assert why.paths == ()
        assert why.rest == {"popularity": why.score, "text": 0.0, "content": 0.0, "latent": 0.0}
        # With a bias of 0 or less an item is not popular, whatever its rank.
        popular = "because it is popular with everyone"
        assert why.because == (
            popular if why.score > 0 else "although nothing in your history leads to it"
        )


def test_another_fit_is_explained_by_its_own_model(
    tiny_graph: KnowledgeGraph, build: Build, quick: Quick
) -> None:
    rec = Recommender(quick(gnn__epochs=1)).fit(tiny_graph)
    rec.explain("1", "1")
    small = build([*ALONE, ("1", "2"), ("2", "3")])
    rec.fit(small)
    assert len(list(explain_all(rec))) == 16
