from __future__ import annotations

import dataclasses

from kgrec import Config, KnowledgeGraph
from kgrec.gnn.log import TrainingLog
from kgrec.recommend.card import model_card


def test_the_card_names_graph_licence_choices_and_settings(tiny_graph: KnowledgeGraph) -> None:
    gates = {f"relation_{n}": n / 10 for n in range(12)}
    log = TrainingLog(choices={"mix": 0.123456, "facts": 3.0}, gates=gates)
    card = model_card(tiny_graph, Config(seed=7), log)
    assert card.startswith("# A kgrec recommender for tiny\n")
    assert "CC0 1.0 (invented)" in card
    assert "mix 0.1235; facts 3" in card
    assert '"seed": 7' in card
    assert "relation_11 1.10, relation_10 1.00" in card
    assert "relation_3 " not in card  # the strongest eight


def test_braces_and_gaps_do_no_harm(tiny_graph: KnowledgeGraph) -> None:
    odd = dataclasses.replace(tiny_graph, name="{name} %s", licence="")
    card = model_card(odd, Config(), TrainingLog())
    assert card.startswith("# A kgrec recommender for {name} %s\n")
    assert "not stated" in card
    assert "**Chosen on validation:** nothing" in card
