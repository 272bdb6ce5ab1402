from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kgrec.explain import Explanation
from kgrec.report import Report, write_report
from kgrec.report.report import to_html

VOID = {"meta", "br", "hr", "img", "input", "link"}
LOADING = {"src", "href", "srcset", "data", "action", "poster", "background", "xlink:href"}


class Page(HTMLParser):
    """Checks that tags are closed in order, and keeps what a test looks for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loading: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = [name for name, _ in attrs]
        self.loading += [f"{tag} {name}" for name in names if name in LOADING or name[:2] == "on"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)


@pytest.fixture
def page(make_report: Callable[..., Report]) -> str:
    return to_html(make_report())


def test_the_page_stands_alone(page: str) -> None:
    parsed = Page(page)
    assert parsed.loading == []
    assert not {"script", "link", "img", "iframe", "object"} & set(parsed.tags)
    assert not re.search(r"@import|url\(", page)
    assert "default-src 'none'" in page


def test_the_page_says_what_it_should(page: str) -> None:
    words = " ".join(" ".join(Page(page).words).split())
    for expected in (
        "Recommendations for tiny",
        "83%",
        "EASE",
        "NDCG@20",
        "Because of Heat.",
        "The Crooked Lantern",
        "MATCH (n {id: '1'})",
        "directed by",
        "best epoch 2: 0.2000",
        "1 min 5 s",
        "CC0 1.0",
        "no findings",
    ):
        assert expected in words
    assert Page(page).tags.count("svg") == 3  # two curves and one explanation


def test_history_behind_a_reason_is_marked(page: str) -> None:
    marked = re.findall(r'<li class="reason">(.*?)</li>', page)
    assert marked == ["Alien", "Heat", "Ronin"]


def test_the_best_of_a_column_is_bold(page: str) -> None:
    assert re.findall(r'<td class="best">([\d.]+)</td>', page) == [
        "0.5000", "0.5100", "0.5400", "0.5500"
    ]  # fmt: skip


def test_everything_is_escaped(make_report: Callable[..., Report], hostile: Explanation) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y>"
    report = make_report(
        title=evil,
        dataset=evil,
        licence=evil,
        quality=evil,
        user=evil,
        history=(evil,),
        explanations=(hostile,),
        epochs=[{"epoch": 1, evil: 0.5}],
        seconds={evil: 1.0},
        gates={evil: 1.0},
    )
    parsed = Page(to_html(report))
    assert "script" not in parsed.tags
    assert "img" not in parsed.tags
    assert parsed.loading == []


def test_a_run_without_test_or_training_has_a_page(make_report: Callable[..., Report]) -> None:
    report = make_report(
        evaluation=None, epochs=[], explanations=(), history=(), seconds={}, gates={}, licence=""
    )
    words = " ".join(Page(to_html(report)).words)
    assert "What is in the graph" in words
    assert "How good it is" not in words


def test_entities_of_the_items_type_are_told_apart(make_report: Callable[..., Report]) -> None:
    report = make_report()
    types = [*report.statistics["types"]]
    types.append({**types[0], "kind": "entity", "label": "films", "count": 7})
    changed = replace(report, statistics={**report.statistics, "types": types})
    assert "other films" in to_html(changed)


def test_an_earlier_report_survives_a_failure(
    make_report: Callable[..., Report], tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    write_report(target, make_report())
    before = target.read_text(encoding="utf-8")
    with pytest.raises(KeyError):
        write_report(target, make_report(statistics={}))
    assert target.read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_scores_without_paths_are_not_said_to_have_some(
    make_report: Callable[..., Report], explanation: Explanation
) -> None:
    rest = {"popularity": 0.1, "content": 0.0, "latent": 0.9}
    without = replace(
        explanation, paths=(), rest=rest, path_share=0.0, latent_reason="the network says so"
    )
    words = " ".join(Page(to_html(make_report(explanations=(without,), path_share=0.0))).words)
    assert "because the network says so" in words
    assert "No path carries these scores" in words
    assert "A path's share" not in words
    assert "those behind a reason" not in words
