"""What goes wrong, who cannot use a mouse, and small screens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

expect: Any = pytest.importorskip("playwright.sync_api").expect
Open = Callable[..., Any]
Settled = Callable[..., Any]

STATES = {
    "start": "",
    "a user": "user=1&item=9",
    "a node": "user=1&node=item%3A9",
    "a wish": "wish=a Comedy like The Silent Lantern by Marlow but not Mystery",
    "somebody new": "like=3&like=8&never=genre%2FComedy",
}


# Bad answers


def test_a_service_with_a_key(open_page: Open, base_url: str) -> None:
    def guard(route: Any) -> None:
        if route.request.headers.get("x-api-key") == "right":
            route.continue_()
        else:
            route.fulfill(status=401, json={"error": "Give the key.", "near": []})

    def guarded(page: Any) -> None:
        for path in ("users?*", "users/*", "items?*", "recommend", "explain?*", "facets"):
            page.route(f"{base_url}/{path}", guard)

    page = open_page("user=1", alone=True, fails=(401,), before=guarded)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("asks for a key")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("refused")
    expect(page.get_by_label("Key", exact=True)).to_have_value("")
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    expect(page.locator(".row").first).to_be_visible()
    expect(page.locator(".history li").first).to_be_visible()
    assert page.evaluate("Object.values(sessionStorage)") == ["right"]
    assert page.evaluate("localStorage.length") == 0
    assert "right" not in page.url
    page.evaluate("sessionStorage.clear()")
    page.locator(".row .pick").nth(1).click()
    expect(dialog).to_contain_text("asks for a key")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alert")).to_contain_text("needs a key")


def test_errors_are_sentences_with_a_way_on(open_page: Open, base_url: str) -> None:
    page = open_page("user=21x", alone=True, fails=(404, 500, 400, 422))
    near = page.request.get(base_url + "/users/21x").json()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(near["error"])
    alert.locator(".node").first.click()
    expect(page).to_have_url(f"{base_url}/#user={near['near'][0]['id']}")
    expect(page.locator(".row").first).to_be_visible()
    # A failure without a sentence still becomes one, and can be tried again.
    page.route("**/recommend", lambda route: route.fulfill(status=500, body="<h1>Oops</h1>"))
    page.evaluate("location.hash = 'user=2'")
    expect(alert).to_contain_text("status 500")
    page.unroute("**/recommend")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".row").first).to_be_visible()
    refused = {"error": "This model has no content to make louder.", "near": []}
    page.route("**/recommend", lambda route: route.fulfill(status=400, json=refused))
    page.evaluate("location.hash = 'user=2&alpha=0.9'")
    expect(alert).to_contain_text(refused["error"])
    page.unroute("**/recommend")
    page.get_by_role("button", name="Rank as trained").click()
    expect(page.locator(".row").first).to_be_visible()
    page.route(
        "**/events",
        lambda route: route.fulfill(
            json={"accepted": 0, "refused": [{"row": 1, "reason": "It is sold out."}]}
        ),
    )
    page.locator(".take").first.click()
    expect(page.locator(".complaint")).to_have_text("It is sold out.")
    expect(page.locator(".row")).to_have_count(10)


def test_a_service_that_is_gone_and_comes_back(open_page: Open, settled: Settled) -> None:
    page = open_page(alone=True, fails=("ERR_FAILED",))
    settled(page)
    page.route("**/recommend", lambda route: route.abort())
    page.evaluate("location.hash = 'user=1'")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/recommend")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".row").first).to_be_visible()


def test_while_an_answer_is_on_its_way_its_room_is_kept(open_page: Open) -> None:
    held: list[Any] = []

    def hold(page: Any) -> None:
        page.route("**/recommend", lambda route: held.append(route))

    page = open_page("user=1", alone=True, before=hold)
    expect(page.locator("#list")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#list .skeleton")).to_have_count(10)
    page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.locator("#list")).to_have_attribute("aria-busy", "false")


def test_nothing_left_is_said(open_page: Open) -> None:
    page = open_page("user=1&only=25&never=25")
    expect(page.locator(".empty")).to_contain_text("take one away")
    page = open_page("wish=zzz")
    expect(page.locator("#intent")).to_contain_text("No name of the graph")


@pytest.mark.parametrize(
    "link", ["user=1&alpha=NaN&diversity=7&k=-3", "node=nothing&intent=%7B", "x=%ff&=&&&item=9"]
)
def test_a_broken_link_breaks_nothing(
    open_page: Open, link: str, settled: Settled, is_wide: Callable[[Any], bool]
) -> None:
    page = open_page(link, alone="nothing" in link, fails=(404,))
    settled(page)
    assert not is_wide(page)


# Everybody


def test_with_the_keyboard_alone(open_page: Open, settled: Settled) -> None:
    page = open_page()
    settled(page)
    press, focused = page.keyboard.press, page.locator(":focus")
    press("Tab")
    expect(focused).to_have_text("Skip to the recommendations")
    expect(focused).to_be_in_viewport()
    press("Enter")
    expect(page.locator("#list")).to_be_focused()
    press("/")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.type("user")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    page.keyboard.type("2")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option").first).to_contain_text("user 2")
    press("ArrowDown")
    first = page.get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    press("ArrowDown")
    press("ArrowUp")
    press("Enter")
    expect(page).to_have_url(page.url.partition("#")[0] + "#user=2")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.locator("h1")).to_be_focused()
    # On to the slider, a filter, a recommendation, and a node of its picture.
    settled(page)
    reach(page, "#diversity")
    press("ArrowRight")
    expect(page.locator("#diversity-said")).to_have_text("5%")
    reach(page, ".row:nth-child(2) .pick")
    outline = focused.evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline == "solid"
    press("Enter")
    expect(page.locator(".row:nth-child(2) .pick")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".row:nth-child(2) .pick")).to_be_focused()
    page.wait_for_selector(".picture")
    reach(page, ".knot")
    press("Enter")
    expect(page.locator("#detail h2")).to_be_focused()
    expect(page.locator(".walk")).to_be_visible()
    press("Shift+Tab")
    press("Shift+Tab")
    expect(focused).to_have_text("← Back")
    press("Enter")
    expect(page.locator(".kicker")).to_have_text("Why this one")


def reach(page: Any, selector: str, most: int = 60) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(":focus").evaluate("(one, selector) => one.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} was not reached with {most} tabs")


def test_a_narrow_screen_tells_below_the_row(open_page: Open, settled: Settled) -> None:
    page = open_page("user=1", width=390)
    settled(page)
    expect(page.locator("#detail")).to_be_hidden()
    page.locator(".row .pick").nth(3).click()
    expect(page.locator(".row").nth(3).locator(".paths > li").first).to_be_visible()
    page.locator(".knot").first.click()
    expect(page.locator("#detail h2")).to_be_focused()
    page.go_back()
    expect(page.locator(".row").nth(3).locator(".paths > li").first).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 860})
    expect(page.locator(".columns > .detail .paths > li").first).to_be_visible()
    # What the search finds lies above everything else.
    page.set_viewport_size({"width": 390, "height": 860})
    page.get_by_role("combobox", name="Search").fill("garden")
    page.get_by_role("option", name="Garden").last.click()
    expect(page.locator("#detail h2")).to_contain_text("Garden")


def serious(page: Any, axe: Any, part: str | None = None, **options: Any) -> list[tuple[str, str]]:
    asked = {"resultTypes": ["violations"], **options}
    found = axe.run(page, context=part, options=asked).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


# What each state has that the one of a user has not.
PARTS = {"start": "#list", "a node": "#detail", "a wish": "#intent", "somebody new": ".side"}


def test_axe_finds_no_serious_fault(open_page: Open, settled: Settled) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = settled(open_page(STATES["a user"]))
    for title in ("genre", "Path and query"):
        page.locator("summary:visible", has_text=title).first.click()
    assert serious(page, axe) == []
    page.emulate_media(color_scheme="dark")
    colours = {"type": "rule", "values": ["color-contrast"]}
    assert serious(page, axe, runOnly=colours) == []
    page.emulate_media(color_scheme="light")
    for name, part in PARTS.items():
        page = settled(open_page(STATES[name]))
        assert serious(page, axe, part) == [], name


def test_axe_finds_no_serious_fault_on_a_narrow_screen(open_page: Open, settled: Settled) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = settled(open_page(STATES["a user"], width=390))
    page.get_by_text("Fine-tune").click()
    assert serious(page, axe, "main") == []


def test_nothing_is_wider_than_the_screen(
    open_page: Open, settled: Settled, is_wide: Callable[[Any], bool]
) -> None:
    for name, state in STATES.items():
        page = settled(open_page(state, width=390))
        assert not is_wide(page), name
    for width in (320, 768, 1000):
        page.set_viewport_size({"width": width, "height": 860})
        assert not is_wide(page), width


def test_nothing_jumps_while_it_loads(open_page: Open, settled: Settled) -> None:
    def watch(page: Any) -> None:
        page.add_init_script(
            "window.moved = 0;"
            "new PerformanceObserver((list) => { for (const one of list.getEntries()) {"
            " if (!one.hadRecentInput) window.moved += one.value; } })"
            ".observe({ type: 'layout-shift', buffered: true });"
        )

    for width in (1280, 390):
        page = open_page("user=1&item=9", alone=True, width=width, before=watch)
        settled(page)
        page.wait_for_selector(".paths > li")
        assert page.evaluate("window.moved") < 0.05


def test_the_state_is_sent_whole(open_page: Open) -> None:
    page = open_page(
        "user=1&alpha=0.25&diversity=0.5&k=20&only=a&never=b&never=c",
        alone=True,
        fails=(404,),
        before=lambda page: page.route(
            "**/recommend", lambda route: route.fulfill(json={"user": "1", "run": "r", "items": []})
        ),
    )
    with page.expect_request("**/recommend") as sent:
        page.reload()
    assert json.loads(sent.value.post_data) == {
        "user": "1", "k": 20, "explain": True, "alpha": 0.25, "diversity": 0.5,
        "filters": {"only": ["a"], "never": ["b", "c"]},
    }  # fmt: skip
