from __future__ import annotations

import numpy as np
import pytest

from kgrec.cli.runs import check_known, interactions_of
from kgrec.errors import UnknownIdError
from kgrec.evaluation import Interactions
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.build(tiny_dataset())


def test_a_graph_has_the_interactions_of_its_dataset(graph: KnowledgeGraph) -> None:
    ours, theirs = interactions_of(graph), Interactions.from_dataset(tiny_dataset())
    assert set(ours.users) == set(theirs.users)
    for name in ("train", "valid"):
        mine = getattr(ours, name).toarray()
        columns = [ours.items.index(item) for item in theirs.items]
        rows = [ours.users.index(user) for user in theirs.users]
        assert np.array_equal(mine[rows][:, columns], getattr(theirs, name).toarray())


def test_known_ids_pass(graph: KnowledgeGraph) -> None:
    check_known(graph, "user", "1")
    check_known(graph, "item", "40")


@pytest.mark.parametrize(
    ("kind", "given", "hint"),
    [
        ("item", "silent lantern", r"did you mean '1' \(The Silent Lantern\)\?"),
        ("user", "301", "did you mean '30'"),
        ("user", "Bob", r"an id is, for instance, '\d+', '\d+' or '\d+'\."),
        ("item", "", "an id is"),
    ],
)
def test_unknown_ids_come_with_a_hint(
    graph: KnowledgeGraph, kind: str, given: str, hint: str
) -> None:
    with pytest.raises(UnknownIdError, match=hint) as caught:
        check_known(graph, kind, given)
    assert f"no {kind} '{given}'" in str(caught.value)
