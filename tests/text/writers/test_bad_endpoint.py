"""Everything that an endpoint can do wrong in one run: it costs only the texts concerned."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kgrec.errors import KgrecError
from kgrec.graph import KnowledgeGraph
from kgrec.text.asking import Patience
from kgrec.text.writers.api import ApiWriter
from kgrec.text.written import WrittenDescriber

FAULTS = (
    "fine",
    "silent",
    "too many",
    "broken",
    "closes",
    "a tool",
    "German",
    "Chinese",
    "cut",
    "nothing",
)


def test_one_bad_answer_costs_one_text(
    server: Any, say: Any, complete: Any, tiny_graph: KnowledgeGraph
) -> None:
    describer = WrittenDescriber(None)
    grounds = describer.grounds(tiny_graph, types=["Film"], limit=2 * len(FAULTS))
    faults = {each.label: FAULTS[place % len(FAULTS)] for place, each in enumerate(grounds)}
    assert len(faults) == len(grounds)

    def script(tree: dict[str, Any], number: int) -> Any:
        record = tree["messages"][1]["content"].split("RECORD\n")[1].split("\nEND ")[0]
        name = json.loads(record)["name"]
        fine = complete(f"{name} is a film.")
        match faults[name]:
            case "silent":
                fine.after = 1.0
            case "too many":
                return say(b"{}", 429, {"retry-after": "0"})
            case "broken":
                return say(b'{"choices": [')
            case "closes":
                fine.promised = 10_000
            case "a tool":
                call = {"type": "function", "id": "1"}
                call |= {"function": {"name": "fetch", "arguments": '{"url": "http://x.example"}'}}
                message = {"role": "assistant", "content": None, "tool_calls": [call]}
                choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
                return complete("", choices=[choice])
            case "German":
                return complete(f"{name} ist ein Film von einem Regisseur.")
            case "Chinese":
                return complete(f"{name} 是一部电影。")
            case "cut":
                return complete(f"{name} is a", "length")
            case "nothing":
                return complete("")
        return fine

    server.script = script
    writer = ApiWriter(server.url, "m", timeout=0.3, tries=2, backoff=0.01, concurrency=20)
    describer = WrittenDescriber(writer, source="api", patience=Patience(0, 1.0))
    written = describer.write(grounds, tiny_graph)
    for each, row in zip(grounds, written.table.rows(named=True), strict=True):
        expected = "api" if faults[each.label] == "fine" else "template"
        assert (row["source"], row["verified"]) == (expected, True), faults[each.label]
        assert row["text"].startswith(each.label)
    tally = written.tally
    assert tally.accepted == written.written == 2
    assert tally.refused.total() + tally.failed.total() == len(grounds) - 2
    assert {request.path for request in server.requests} == {"/v1/chat/completions"}


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_more_failures_than_may_be_end_in_an_error(
    server: Any, say: Any, tiny_graph: KnowledgeGraph, share: float
) -> None:
    server.script = lambda *_: say(b'{"choices": [')
    writer = ApiWriter(server.url, "m", timeout=1, tries=1)
    describer = WrittenDescriber(writer, source="api", patience=Patience(most_failures=share))
    with pytest.raises(KgrecError, match="not a completion"):
        describer.write(describer.grounds(tiny_graph, types=["Film"], limit=4), tiny_graph)
