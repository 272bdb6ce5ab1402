from __future__ import annotations

import pytest

from kgrec.cli.runs import check_known
from kgrec.errors import UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.build(tiny_dataset())


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
