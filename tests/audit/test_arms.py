from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from kgrec import Config, KnowledgeGraph
from kgrec.audit.arms import ARMS, NAMES, NO_GRAPH, NO_PRETRAINING, NO_TEXT, choose_arms
from kgrec.errors import ConfigError
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
