from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pytest

from kgrec.callbacks import Progress
from kgrec.config import TextConfig
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset
from kgrec.text import Descriptions, TemplateDescriber, describe
from kgrec.vocabulary import Vocabulary


@dataclass
class Graph:
    """A graph as small as a describer needs it."""

    nodes: pl.DataFrame
    edges: pl.DataFrame
    vocabulary: Vocabulary


NODES = [
    ("user:1", "user", "1", "User", "Grace", "likes secrets"),
    ("item:1", "item", "1", "Film", "The Red Kite", "A kite\n  leaves   home."),
    ("item:2", "item", "2", "Film", "The Blue Kite", None),
    ("item:3", "item", "3", "Film", "3", None),
    ("item:4", "item", "4", "Film", "4", "Nobody knows the title."),
    ("entity:ada", "entity", "ada", "Person", "Ada Marlow", None),
    ("entity:m.0x1", "entity", "m.0x1", "Person", "m.0x1", None),
    ("entity:genre/Drama", "entity", "genre/Drama", "Genre", "Drama", ""),
    ("entity:genre/Quiet", "entity", "genre/Quiet", "Genre", "Quiet", None),
    ("entity:lone", "entity", "lone", "Entity", "lone", None),
]
EDGES = [
    ("user:1", "interacted", "item:1", "train"),
    ("user:1", "interacted", "item:2", "valid"),
    ("user:1", "has_genre", "entity:genre/Drama", None),
    ("item:1", "directed_by", "entity:ada", None),
    ("item:2", "directed_by", "entity:ada", None),
    ("item:1", "starring", "entity:m.0x1", None),
    ("item:2", "starring", "entity:m.0x1", None),
    ("item:1", "has_genre", "entity:genre/Quiet", None),
    ("item:1", "has_genre", "entity:genre/Drama", None),
    ("item:2", "has_genre", "entity:genre/Drama", None),
]


def make_graph(nodes: list[tuple[str | None, ...]] = NODES, edges=EDGES) -> Graph:
    names = ["key", "kind", "id", "type", "label", "text"]
    return Graph(
        pl.DataFrame(nodes, schema=dict.fromkeys(names, pl.String), orient="row"),
        pl.DataFrame(
            edges,
            schema=dict.fromkeys(["head", "relation", "tail", "split"], pl.String),
            orient="row",
        ),
        Vocabulary.load(),
    )


def test_an_item_reads_name_type_facts_text() -> None:
    text = describe(make_graph()).texts()["item:1"]
    assert text == (
        "The Red Kite, film. A kite leaves home. directed by Ada Marlow; genre Quiet, Drama"
    )


def test_an_entity_reads_its_facts_backwards() -> None:
    text = describe(make_graph()).texts()["entity:ada"]
    assert text == "Ada Marlow, person. director of The Blue Kite, The Red Kite"


def test_a_node_without_facts_is_its_name() -> None:
    assert describe(make_graph()).texts()["entity:lone"] == "lone"


def test_users_and_what_they_did_are_nowhere() -> None:
    descriptions = describe(make_graph())
    assert "user:1" not in descriptions.texts()
    everything = " ".join(descriptions.texts().values())
    assert "Grace" not in everything
    assert "secrets" not in everything
    assert "liked" not in everything


def test_interactions_change_no_description() -> None:
    facts_only = [edge for edge in EDGES if edge[3] is None]
    assert describe(make_graph()).nodes.equals(describe(make_graph(edges=facts_only)).nodes)


def test_unreadable_names_are_left_out() -> None:
    texts = describe(make_graph()).texts()
    assert not any("m.0x1" in text for text in texts.values())
    assert texts["entity:m.0x1"] == "person. actor in The Blue Kite, The Red Kite"


def test_named_says_what_is_worth_encoding() -> None:
    nodes = describe(make_graph()).nodes
    unnamed = nodes.filter(~pl.col("named"))["key"].to_list()
    assert unnamed == ["item:3", "entity:m.0x1"]


def test_rows_follow_the_nodes_and_not_the_edges() -> None:
    graph = make_graph()
    described = describe(graph)
    assert described.nodes["key"].to_list() == [row[0] for row in NODES if row[1] != "user"]
    assert describe(make_graph(edges=EDGES[::-1])).nodes.equals(described.nodes)


@pytest.mark.parametrize("words", [4, 7, 400])
def test_a_description_is_cut(words: int) -> None:
    config = TextConfig(max_words=words)
    lengths = [len(text.split()) for text in describe(make_graph(), config).texts().values()]
    assert max(lengths) == min(words, 15)


def test_neighbours_are_bounded_and_can_be_none() -> None:
    one = describe(make_graph(), TextConfig(neighbours=1)).texts()["item:1"]
    assert one.endswith("genre Quiet")
    none = describe(make_graph(), TextConfig(neighbours=0)).texts()["item:1"]
    assert none == "The Red Kite, film. A kite leaves home"


def test_relations_read_in_both_directions() -> None:
    relations = dict(describe(make_graph()).relations.iter_rows())
    assert relations["directed_by"] == "film directed by person; person director of film"
    assert list(relations) == sorted({edge[1] for edge in EDGES})
    assert not any("genre genre" in text for text in relations.values())


def test_relations_that_nobody_declared_are_read_too() -> None:
    graph = make_graph(edges=[("item:1", "music.artist.origin", "entity:lone", None)])
    assert describe(graph).texts()["item:1"].endswith(". origin lone")


def test_a_graph_without_edges() -> None:
    descriptions = describe(make_graph(edges=[]))
    assert descriptions.texts()["item:2"] == "The Blue Kite, film"
    assert descriptions.relations.is_empty()


def test_a_describer_can_be_brought() -> None:
    class Shouting(TemplateDescriber):
        def describe(self, graph, config, progress: Progress) -> Descriptions:
            quiet = super().describe(graph, config, progress)
            return Descriptions(
                quiet.nodes.with_columns(pl.col("text").str.to_uppercase()), quiet.relations
            )

    assert describe(make_graph(), describer=Shouting()).texts()["entity:lone"] == "LONE"


def test_a_real_graph() -> None:
    graph = KnowledgeGraph.build(tiny_dataset())
    descriptions = describe(graph)
    assert descriptions.nodes.height == graph.nodes.filter(pl.col("kind") != "user").height
    assert descriptions.nodes["named"].all()
    assert descriptions.relations["relation"].to_list() == sorted(graph.edges["relation"].unique())
    assert "directed by" in descriptions.texts()["item:1"]
    assert repr(descriptions).startswith("Descriptions(")
