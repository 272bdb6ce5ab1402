"""Names that try to break out: of HTML, SVG, Cypher, SPARQL, a terminal, a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.cli.output import plain
from kgrec.config import Config
from kgrec.drawing.lines import one_line
from kgrec.drawing.svg import printable
from kgrec.explain import Explanation
from kgrec.explain.checks import SentenceCheck
from kgrec.explain.notebook import html
from kgrec.graph import KnowledgeGraph
from kgrec.graph.rdf import node_iri
from kgrec.graph.stores.rdf import RdfStore
from kgrec.recommend import Recommender
from kgrec.report import write_picture

NASTY = [
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "\"' onload='x' \"",
    "it's \\ a \\\\ back\\slash\\",
    "'}) DETACH DELETE n //",
    "> . } ; DROP ALL ; #",
    "line\nbreak\ttab\r",
    "\x1b[2J bell\x07 null\x00",
    "\u202egnp.exe\u2066 \u200f right",
    "👩‍👩‍👧 🎬 {entity} {start} %s {{ x }}",
    "]]> <!-- -- -->&amp;&#x3c;",
    "日本語 עברית العربية",
]
TABLE = {"div", "style", "p", "table", "caption", "thead", "tbody", "tr", "th", "td"}
PICTURE = {"svg", "style", "title", "rect", "g", "path", "text"}
TAGS = TABLE | PICTURE | {"details", "summary", "pre"}


class Tags(HTMLParser):
    """Collects what a browser would take for markup."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def rec(build: Callable[..., KnowledgeGraph], quick: Callable[..., Config]) -> Recommender:
    """All ids, titles and names are nasty; every film shares a nasty person with another one."""
    films = [f"{name} {n}" for n, name in enumerate(NASTY)]
    count = len(films)
    events = [
        (f"u{NASTY[u % count]}{u}", films[(u + i) % count]) for u in range(14) for i in range(4)
    ]
    graph = build(
        events,
        facts=[(film, "directed_by", NASTY[n // 2]) for n, film in enumerate(films)],
        titles={film: f"T {film}" for film in films},
        labels=[(name, f"N {name}", "Person") for name in NASTY],
    )
    return Recommender(quick(gnn__epochs=2)).fit(graph)


@pytest.fixture(scope="module")
def explained(rec: Recommender) -> list[Explanation]:
    users = rec.graph.nodes.filter(rec.graph.nodes["kind"] == "user")["id"].to_list()
    found = [rec.recommend([user], k=4, explain=True) for user in users]
    return [why for top in found for why in top.explanations]


def test_every_nasty_name_is_explained(explained: list[Explanation]) -> None:
    told = "".join(path.sentence for why in explained for path in why.paths)
    assert all(f"T {name.strip()}" in told for name in NASTY)
    assert any(f"N {name.strip()}" in told for name in NASTY)


def test_queries_return_their_path_and_nothing_else(
    rec: Recommender, explained: list[Explanation]
) -> None:
    before = rec.graph.cypher("MATCH (n) RETURN count(n)").rows
    with RdfStore() as rdf:
        rdf.write(rec.graph.content())
        for why in explained:
            for path in why.paths[:2]:
                wanted = [str(node_iri(node.key)) for node in path.nodes]
                assert rec.graph.cypher(path.cypher).iris() == [wanted]
                assert rdf.query(path.sparql).iris() == [wanted]
    assert rec.graph.cypher("MATCH (n) RETURN count(n)").rows == before


def test_sentences_keep_the_names_as_they_are(
    rec: Recommender, explained: list[Explanation]
) -> None:
    check = SentenceCheck(rec.graph)
    assert [fault for why in explained for fault in check.faults(why)] == []


def test_notebooks_show_names_and_obey_none(explained: list[Explanation]) -> None:
    for why in explained[::5]:
        page = Tags()
        page.feed(html(why))
        assert {tag for tag, _ in page.found} <= TAGS
        names = {name for _, attributes in page.found for name in attributes}
        assert not [name for name in names if name.startswith("on") or name in ("src", "href")]
        for path in why.paths:
            assert " ".join(printable(path.sentence).split()) in " ".join(page.text.split())


def test_pictures_are_well_formed(
    explained: list[Explanation], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("svg") / "why.svg"
    for why in explained[::7]:
        write_picture(file, why)
        root = fromstring(file.read_text(encoding="utf-8"))
        assert {each.tag.rpartition("}")[2] for each in root.iter()} <= PICTURE
        assert not any(name.startswith("on") for each in root.iter() for name in dict(each.attrib))


def test_a_screen_is_not_moved(explained: list[Explanation]) -> None:
    for why in explained[::3]:
        lines = str(why).split("\n")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", str(why))
        assert len(lines) <= 40
        assert "\u202e" not in plain(why.sentence)


def test_lists_of_recommendations_escape_names(rec: Recommender) -> None:
    page = Tags()
    page.feed(rec.recommend(k=3, explain=True)._repr_html_())
    assert {tag for tag, _ in page.found} <= TABLE | {"details", "summary"}


@given(st.text() | st.sampled_from(NASTY))
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
