"""Data that mean harm, and data that only look as if they did."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import pytest

expect: Any = pytest.importorskip("playwright.sync_api").expect
Open = Callable[..., Any]
Settled = Callable[..., Any]

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE = {
    "script": SCRIPT,
    "quotes": '"\'`> onmouseover="alert(3)" {{7*7}} ${8*8}',
    "other direction": "\u202eشجرة البرتقال \u2067",
    "very long": "Longest" * 60,
}
HOSTILE_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(4)">'
    '<script>alert(5)</script><image href="http://example.invalid/x.png"/></svg>'
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_labels_are_but_text(
    open_page: Open, base_url: str, name: str, settled: Settled, is_wide: Callable[[Any], bool]
) -> None:
    label = HOSTILE[name]

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoil(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [spoil(each, key) for each in value]
        if key == "svg":
            return HOSTILE_SVG
        told = {
            "label",
            "name",
            "sentence",
            "reason",
            "type",
            "description",
            "error",
            "cypher",
            "moved",
            "notes",
            "not_excluded",
        }
        return label if key in told and isinstance(value, str) else value

    def spoiled(route: Any) -> None:
        asked = route.request
        data = asked.post_data.encode() if asked.post_data else None
        sent = Request(asked.url, data, {"Content-Type": "application/json"}, method=asked.method)
        with urlopen(sent) as answer:
            route.fulfill(json=spoil(json.load(answer)))

    def hostile(page: Any) -> None:
        for path in (
            "users**",
            "items**",
            "recommend",
            "explain**",
            "facets",
            "entities/**",
            "wish",
        ):
            page.route(f"{base_url}/{path}", spoiled)

    page = open_page("user=1&never=genre%2FComedy", alone=True, width=390, before=hostile)
    settled(page)
    assert label in page.locator(".row .pick").first.text_content()
    assert not is_wide(page)
    page.locator(".row .pick").first.click()
    page.locator(".paths summary").first.click()
    assert label in page.locator(".picture").text_content()
    assert not is_wide(page)
    page.evaluate("location.hash = 'user=1&node=item%3A3'")
    expect(page.locator(".drawing")).to_have_js_property("complete", True)
    assert label in page.locator(".around").text_content()
    assert not is_wide(page)
    page.evaluate("location.hash = 'wish=a Comedy by Marlow'")
    expect(page.locator("#intent .chip").first).to_contain_text(label[:20])
    page.get_by_role("combobox", name="Search").click()
    expect(page.locator("#found [role=option]").first).to_contain_text(label[:20])
    assert not is_wide(page)
    # Nothing of it became an element: no image but those of the page, and no script.
    images = page.eval_on_selector_all("img", "all => all.map(one => one.getAttribute('src'))")
    assert all(src.startswith(("/page/icon.svg", "data:image/svg")) for src in images)
    assert page.locator("script").count() == 1
    assert page.locator("[onerror], [onload], [onmouseover]").count() == 0


def test_ids_with_slashes_and_signs_are_whole(open_page: Open, settled: Settled) -> None:
    page = open_page("user=1&node=entity%3Agenre%2FComedy")
    expect(page.locator("#detail h2")).to_have_text("Comedy")
    odd = 'a/b?c=d&e#f%2F "<ü>'
    asked: list[str] = []

    def remember(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(
            json={"id": odd, "label": "Odd", "events": 0, "properties": {}, "history": []}
        )

    page = open_page(
        alone=True, fails=(404,), before=lambda page: page.route("**/users/*", remember)
    )
    settled(page)
    page.evaluate("id => { location.hash = new URLSearchParams({ user: id }); }", odd)
    expect(page.locator("h1")).to_have_text("For Odd")
    assert (
        page.evaluate("url => decodeURIComponent(new URL(url).pathname)", asked[0])
        == f"/users/{odd}"
    )
    page.unroute("**/users/*")
    expect(page.get_by_role("alert")).to_contain_text(odd)
