from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kgrec import Config, KnowledgeGraph
from kgrec.audit.arms import (
    ARMS,
    NAMES,
    NO_DESCRIPTIONS,
    NO_EXTRACTED,
    NO_GRAPH,
    NO_PRETRAINING,
    NO_SIMILAR,
    NO_TEXT,
    SHUFFLED_GRAPH,
    Arm,
    choose_arms,
)
from kgrec.errors import ConfigError
from kgrec.graph.vectors import modality_names, vectors_of
from kgrec.testing import tiny_dataset
from kgrec.text import describe


def test_the_arms_have_fixed_names() -> None:
    assert NAMES == (
        "all",
        "no graph",
        "shuffled graph",
        "shuffled relations",
        "no text",
        "no pretraining",
        "no descriptions",
        "no extracted facts",
        "no similar texts",
        "baselines",
    )


def test_the_whole_is_always_chosen_and_first() -> None:
    arms, baselines = choose_arms(["No-Text", " no_graph ", ""])
    assert [arm.name for arm in arms] == ["all", "no graph", "no text"]
    assert not baselines
    assert choose_arms(["baselines"]) == ([ARMS[0]], True)
    assert choose_arms(None) == (ARMS, True)
    with pytest.raises(ConfigError, match="no arm 'graph'; did you mean"):
        choose_arms(["graph"])


def test_settings_change_in_one_thing() -> None:
    config = Config().replace({"gnn.epochs": 3})
    assert NO_TEXT.config(config) == config.replace({"text.enabled": False})
    assert NO_PRETRAINING.config(config) == config.replace({"kge.enabled": False})
    assert NO_GRAPH.config(config) == config


def test_without_the_graph_a_text_does_not_tell_the_facts() -> None:
    graph = KnowledgeGraph.build(tiny_dataset())
    key = "item:10"  # an item without a text of its own
    assert "directed by" in describe(graph).texts()[key]
    bare = describe(NO_GRAPH.graph(graph, 0)).texts()[key]
    assert bare == f"{graph.label(key)}, film"


def test_an_arm_that_changes_nothing_says_why() -> None:
    data = tiny_dataset()
    facts = data.facts.filter(pl.col("relation") == "starring")
    one = KnowledgeGraph.build(
        replace(data, facts=facts, items=data.items.select("item"), users=data.users.select("user"))
    )
    config = Config().replace({"text.enabled": False})
    idle = {arm.name: arm.idle(one, config) for arm in ARMS}
    assert idle["no text"] == "text.enabled is off anyway"
    assert idle["shuffled relations"] == "there is one relation only"
    assert {idle[name] for name in ("all", "no graph", "shuffled graph", "no pretraining")} == {""}


def with_vectors() -> KnowledgeGraph:
    data = tiny_dataset()
    vectors = np.random.default_rng(0).normal(size=(data.items.height, 9)).astype(np.float32)
    image = pl.Series("image", vectors.tolist(), dtype=pl.List(pl.Float32))
    return KnowledgeGraph.build(replace(data, items=data.items.with_columns(image)))


def named(arms: Sequence[Arm]) -> list[str]:
    return [arm.name for arm in arms]


def test_a_modality_is_an_arm_where_there_is_one() -> None:
    graph, config = with_vectors(), Config()
    arms, _ = choose_arms(None, graph, config)
    assert named(arms) == [*named(ARMS), "no modality image"]
    bare = arms[-1].graph(graph, 0)
    assert modality_names(bare) == ()
    assert bare.edges.equals(graph.edges)
    assert not arms[-1].idle(graph, config)
    assert arms[-1].idle(bare, config) == "no item has vectors of 'image' that are read"
    hidden = config.replace({"graph.sensitive": ["image"]})
    assert named(choose_arms(None, graph, hidden)[0]) == named(ARMS)
    chosen, _ = choose_arms(["no-modality-image"], graph, config)
    assert named(chosen) == ["all", "no modality image"]


def test_vectors_are_no_graph() -> None:
    graph = with_vectors()
    keys = graph.nodes.filter(pl.col("kind") == "item")["key"].to_list()
    whole = vectors_of(graph.nodes, keys)["image"]
    for arm in (NO_GRAPH, SHUFFLED_GRAPH):
        changed = arm.graph(graph, 0)
        assert np.array_equal(vectors_of(changed.nodes, keys)["image"], whole)


def test_descriptions_and_extracted_facts_are_arms_where_there_are_any() -> None:
    graph, config = KnowledgeGraph.build(tiny_dataset()), Config()
    assert NO_DESCRIPTIONS.idle(graph, config) == "no written description is read"
    assert NO_EXTRACTED.idle(graph, config) == "no fact is learned from that only a text states"
    items = pl.DataFrame(
        {
            "item": ["1"],
            "properties": ['{"description": "Good.", "description_source": "local", "year": 1}'],
        }
    )
    facts = pl.DataFrame(
        {
            "head": ["1", "1"],
            "relation": ["starring", "starring"],
            "tail": ["someone new", "7"],
            "tail_kind": ["entity", "entity"],
            "properties": ['{"asserted_by": "model", "span": "x"}', None],
        }
    )
    told = graph.update(items=items, facts=facts)
    without = NO_DESCRIPTIONS.graph(told, 0)
    assert NO_DESCRIPTIONS.idle(told, config) == "" != NO_DESCRIPTIONS.idle(without, config)
    assert '"year":1' in without.node("item:1")["properties"]
    assert "entity:someone new" in told.nodes["key"]
    kept = NO_EXTRACTED.graph(told, 0)
    assert "entity:someone new" not in kept.nodes["key"]
    assert kept.edges.height == told.edges.height - 1
    assert NO_EXTRACTED.idle(kept, config) != ""


def test_similar_texts_are_an_arm_where_the_settings_have_them() -> None:
    graph, config = KnowledgeGraph.build(tiny_dataset()), Config().replace({"text.similar": 3})
    assert NO_SIMILAR.config(config).text.similar == 0
    assert "no similar texts" in named(choose_arms(None, graph, config)[0])
    assert NO_SIMILAR.idle(graph, Config()) == "text.similar is off anyway"
