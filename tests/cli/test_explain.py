from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgrec.recommend import Recommender

WHOLE = ["user", "item", "label", "score", "paths", "rest"]
FIXED = {"nodes", "relations", "share", "sentence", "cypher", "sparql"}


@pytest.fixture(scope="module")
def item(run: Path) -> str:
    """The best item of user 1."""
    return Recommender.load(run).recommend(users=["1"], k=1).items[0]


@pytest.fixture
def ask(cli: Callable[..., Any], run: Path, item: str) -> Callable[..., Any]:
    def ask(*options: str) -> Any:
        return cli("explain", run, "--user", "1", "--item", item, *options)

    return ask


@pytest.mark.parametrize("options", [[], ["--all-paths"]])
def test_json_has_the_fixed_keys_and_sums_to_the_score(
    ask: Callable[..., Any], options: list[str]
) -> None:
    document = json.loads(ask("--format", "json", *options).stdout)
    assert list(document) == [*WHOLE, "method", "left_out", "language", "notes"]
    assert ("other_paths" in document["rest"]) != bool(options)
    for path in document["paths"]:
        assert path.keys() >= FIXED
        assert len(path["nodes"]) == len(path["relations"]) + 1
    shares = [path["share"] for path in document["paths"]]
    assert sum(shares) + sum(document["rest"].values()) == pytest.approx(
        document["score"], abs=1e-4
    )
    assert len(shares) <= 5 or options


def test_text_has_the_sentences(ask: Callable[..., Any]) -> None:
    document = json.loads(ask("--format", "json").stdout)
    text = " ".join(ask().stdout.split())
    assert document["label"] in text
    for path in document["paths"]:
        assert path["sentence"] in text


def test_other_languages_are_told(ask: Callable[..., Any]) -> None:
    assert "因为" in ask("--language", "zh").stdout
    document = json.loads(ask("--language", "zh", "--format", "json").stdout)
    assert (document["language"], document["notes"]) == ("zh", [])
    unknown = ask("--language", "xx")
    assert unknown.exit_code != 0
    assert "no language 'xx'" in unknown.stderr


def test_a_method_is_for_deep_models(ask: Callable[..., Any]) -> None:
    refused = ask("--method", "paths")
    assert refused.exit_code == 1
    assert "are exact" in refused.stderr
    assert ask("--method", "attention").exit_code == 2


def test_cypher_runs(
    ask: Callable[..., Any], cli: Callable[..., Any], run: Path, item: str
) -> None:
    queries = ask("--format", "cypher").stdout.strip().split("\n\n")
    assert len(queries) == len(json.loads(ask("--format", "json").stdout)["paths"])
    for query in queries:
        assert query.startswith("// ")
        answer = cli("query", run, query, "--format", "json")
        assert answer.exit_code == 0, answer.stderr
        assert len(json.loads(answer.stdout)["rows"]) >= 1


def test_sparql_is_printed(ask: Callable[..., Any]) -> None:
    result = ask("--format", "sparql")
    assert result.exit_code == 0
    assert result.stdout.startswith("# ")


@pytest.mark.parametrize(
    ("user", "item", "words"),
    [("nobody", "1", "no user 'nobody'"), ("1", "none", "no item 'none'")],
)
def test_unknown_ids(cli: Callable[..., Any], run: Path, user: str, item: str, words: str) -> None:
    result = cli("explain", run, "--user", user, "--item", item, "--format", "json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert words in result.stderr
