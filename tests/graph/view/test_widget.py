from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kgrec.errors import MissingExtraError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.view import Neighbourhood, ViewEdge, ViewNode, neighbourhood
from kgrec.graph.view.scene import scene
from kgrec.graph.view.widget import SCRIPT, Session, make_widget, widget_style

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>view</title><style>{css}</style>
</head><body><p id="still">a picture</p><div id="here"></div></body></html>"""
MODEL = """
class Model {
  constructor(values) { this.values = values; this.heard = {}; this.sent = []; }
  get(name) { return this.values[name]; }
  set(name, value) { this.values[name] = value; this.say("change:" + name); }
  on(name, call) { (this.heard[name] ??= []).push(call); }
  off(name, call) { this.heard[name] = (this.heard[name] ?? []).filter((one) => one !== call); }
  say(name, value) { for (const call of this.heard[name] ?? []) call(value); }
  send(message) { this.sent.push(message); }
}
"""


def test_a_session_grows_and_what_is_there_stays(tiny_graph: KnowledgeGraph) -> None:
    session = Session(tiny_graph, neighbourhood(tiny_graph, "entity:1"))
    before = {node["key"] for node in session.scene["nodes"]}
    film = next(key for key in before if key.startswith("item:"))
    answer = session.answer({"kind": "expand", "key": film})
    after = {node["key"] for node in answer["scene"]["nodes"]}
    assert before < after
    assert answer["scene"]["nodes"][0]["key"] == "entity:1"
    assert {e["head"] for e in answer["scene"]["edges"]} <= after
    json.dumps(answer, allow_nan=False)


def test_a_session_keeps_to_the_relations_of_the_picture(tiny_graph: KnowledgeGraph) -> None:
    only = ["directed_by"]
    session = Session(tiny_graph, neighbourhood(tiny_graph, "item:1", relations=only), only)
    answer = session.answer({"kind": "expand", "key": session.scene["nodes"][1]["key"]})
    assert {edge["relation"] for edge in answer["scene"]["edges"]} == set(only)


@pytest.mark.parametrize(
    "message",
    [
        None,
        1,
        "x",
        {},
        {"kind": "expand"},
        {"kind": "expand", "key": 3},
        {"kind": "run", "key": ""},
    ],
)
def test_no_message_raises(tiny_graph: KnowledgeGraph, message: object) -> None:
    session = Session(tiny_graph, neighbourhood(tiny_graph, "item:1"))
    assert session.answer(message).keys() == {"error"}


def test_an_error_is_told_in_a_sentence(tiny_graph: KnowledgeGraph) -> None:
    session = Session(tiny_graph, neighbourhood(tiny_graph, "item:1"))
    assert "'item:nobody'" in session.answer({"kind": "expand", "key": "item:nobody"})["error"]
    assert "All of its" in session.answer({"kind": "expand", "key": "item:1"})["error"]


def test_the_widget_answers_the_page(tiny_graph: KnowledgeGraph) -> None:
    widget = pytest.importorskip("anywidget") and make_widget(
        tiny_graph, neighbourhood(tiny_graph, "entity:1")
    )
    count = len(widget.scene["nodes"])
    film = next(n["key"] for n in widget.scene["nodes"] if n["kind"] == "item")
    widget._handle_custom_msg({"kind": "expand", "key": film}, [])
    assert len(widget.scene["nodes"]) > count
    widget.close()


def test_without_anywidget_the_extra_is_named(
    tiny_graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "anywidget":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "anywidget", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgrec\[notebook\]'"):
        tiny_graph.show("item:1").widget()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium on this machine")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.route("**/*", lambda route: (page.said.append("fetched"), route.abort()))
    yield page
    assert page.said == []
    page.close()


def render(page: Any, values: dict[str, Any]) -> None:
    """Load the module as a file would be, with a model that remembers what is sent."""
    page.set_content(PAGE.format(css=widget_style()))
    page.evaluate(
        """async ([source, model, scene]) => {
          const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
          const { default: widget } = await import(url);
          const Model = eval("(" + model + ")");
          window.model = new Model({scene, picture: "still"});
          window.stop = widget.render({model: window.model, el: document.getElementById("here")});
        }""",
        [SCRIPT.read_text(), MODEL, values],
    )


def test_the_page_draws_filters_expands_and_is_used_by_keyboard(
    page: Any, tiny_graph: KnowledgeGraph
) -> None:
    session = Session(tiny_graph, neighbourhood(tiny_graph, "item:1", 2, 20))
    values = session.scene
    render(page, values)
    assert page.locator(".kg-dot").count() == 20
    assert not page.locator("#still").is_visible()
    assert values["nodes"][0]["name"] in page.locator("aside h4").inner_text()

    page.locator(".kg-dot").nth(3).click()
    assert page.locator("aside h4").inner_text() == values["nodes"][3]["name"]
    page.keyboard.press("ArrowLeft")
    assert page.locator("aside h4").inner_text() != values["nodes"][3]["name"]
    chosen = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert chosen.startswith(page.locator("aside h4").inner_text())

    page.keyboard.press("e")
    (sent,) = page.evaluate("window.model.sent")
    answer = session.answer(sent)
    page.evaluate("scene => window.model.set('scene', scene)", answer["scene"])
    assert page.locator(".kg-dot").count() == len(answer["scene"]["nodes"]) > 20

    genre = page.locator("aside label", has_text="genre").locator("input")
    lines = page.locator(".kg-edge:not(.kg-hidden)")
    before = lines.count()
    genre.uncheck()
    assert lines.count() == before - sum(
        edge["relation"] == "has_genre" for edge in answer["scene"]["edges"]
    )

    box = page.locator("svg[role=group]").get_attribute("viewBox")
    page.get_by_label("Zoom in (+)").click()
    assert page.locator("svg[role=group]").get_attribute("viewBox") != box
    page.locator("svg[role=group]").focus()
    page.keyboard.press("0")
    page.keyboard.press("ArrowRight")
    assert page.locator("svg[role=group]").get_attribute("viewBox") != box

    page.evaluate("window.model.say('msg:custom', {error: 'No <b>more</b>.'})")
    assert page.get_by_role("status").inner_text() == "No <b>more</b>."


def test_nothing_of_the_data_is_run(page: Any) -> None:
    nodes = tuple(
        ViewNode(f"item:{n}{HOSTILE}", HOSTILE, "item", HOSTILE, HOSTILE, HOSTILE, 1, min(n, 1))
        for n in range(3)
    )
    edges = tuple(ViewEdge(nodes[0].key, HOSTILE, node.key, HOSTILE) for node in nodes[1:])
    render(page, scene(Neighbourhood(nodes, edges)))
    page.locator(".kg-dot").nth(1).click()
    assert page.locator("#here script, #here img").count() == 0
    assert page.evaluate("window.pwned") is None
    assert page.locator("aside h4").inner_text() == HOSTILE
