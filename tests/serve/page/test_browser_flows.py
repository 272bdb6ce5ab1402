"""What people come for, in a real browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

expect: Any = pytest.importorskip("playwright.sync_api").expect
Open = Callable[..., Any]


def titles(page: Any) -> list[str]:
    page.wait_for_selector(".row .pick, .empty")
    expect(page.locator("#list")).to_have_attribute("aria-busy", "false")
    return page.locator(".row .pick").all_inner_texts()


def answer(page: Any, base_url: str, path: str) -> Any:
    return page.request.get(base_url + path).json()


def recommended(page: Any, base_url: str, **asked: Any) -> list[str]:
    body = {"explain": True, **asked}
    items = page.request.post(base_url + "/recommend", data=body).json()["items"]
    return [item["label"] for item in items]


def drag(page: Any, slider: str, value: float) -> None:
    page.evaluate(
        """([slider, value]) => {
          const input = document.getElementById(slider);
          input.value = value;
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        [slider, value],
    )


def test_a_user_is_found_and_the_list_says_why(open_page: Open, base_url: str) -> None:
    page = open_page()
    expect(page.locator(".offers")).to_have_count(2)
    page.get_by_role("combobox", name="Search a user or an item").fill("12")
    page.get_by_role("option", name="user 12").click()
    assert titles(page) == recommended(page, base_url, user="12")
    assert page.url.endswith("#user=12")
    expect(page.locator("h1")).to_have_text("For user 12")
    items = page.request.post(base_url + "/recommend", data={"user": "12", "explain": True})
    first = items.json()["items"][0]
    said = page.locator(".row .because").first.inner_text()
    assert said
    assert first["sentence"].lower().endswith(said.lower())


def test_the_history_stands_beside_the_list(open_page: Open, base_url: str) -> None:
    page = open_page("user=3")
    past = answer(page, base_url, "/users/3")["history"]
    expect(page.locator(".history li")).to_have_count(len(past))
    shown = page.locator(".history button").all_inner_texts()
    assert shown == [event["label"] for event in past]
    page.locator(".history button").first.click()
    expect(page.locator("#detail h2")).to_have_text(past[0]["label"])


def test_shares_are_those_of_the_explanation(open_page: Open, base_url: str) -> None:
    page = open_page("user=1")
    page.locator(".row .pick").nth(2).click()
    item = re.search(r"item=([^&]+)", page.url)
    assert item
    why = answer(page, base_url, f"/explain?user=1&item={item[1]}&paths=5")
    expect(page.locator("#detail h2")).to_have_text(why["label"])
    expect(page.locator(".paths > li")).to_have_count(len(why["paths"]))
    shown = page.locator(".paths .share b").all_inner_texts()
    assert shown == [f"{path['share']:.3f}".replace("-", "−") for path in why["paths"]]
    assert page.locator(".sum b").inner_text() == f"{why['score']:.3f}"
    rest = page.locator(".rest .share b").all_inner_texts()
    parts = [float(part.replace("−", "-")) for part in shown + rest if part != "≈ 0"]
    assert sum(parts) == pytest.approx(why["score"], abs=0.01)
    # The longest bar is full, and the others are in proportion.
    widths = page.eval_on_selector_all(
        ".track i", "bars => bars.map(bar => parseFloat(bar.style.width))"
    )
    assert max(widths) == pytest.approx(100)
    lengths = [path["share"] / widths[number] for number, path in enumerate(why["paths"])]
    assert lengths == pytest.approx([lengths[0]] * len(lengths), rel=0.01)


def test_the_picture_shows_the_paths_and_their_nodes(open_page: Open, base_url: str) -> None:
    page = open_page("user=1")
    expect(page.locator(".picture path").first).to_be_attached()
    item = answer_items(page, base_url)[0]["item"]
    why = answer(page, base_url, f"/explain?user=1&item={item}&paths=5")
    nodes = {node["label"] for path in why["paths"] for node in path["nodes"][1:]}
    shown = " | ".join(page.locator(".knot").all_inner_texts())
    assert all(label in shown for label in nodes)
    page.locator(".paths > li").first.hover()
    expect(page.locator(".knot.on")).to_have_count(len(why["paths"][0]["nodes"]) - 1)


def answer_items(page: Any, base_url: str) -> list[dict[str, Any]]:
    body = {"user": "1", "explain": True}
    items: list[dict[str, Any]] = page.request.post(base_url + "/recommend", data=body).json()[
        "items"
    ]
    return items


def test_queries_can_be_copied_and_the_picture_saved(open_page: Open, base_url: str) -> None:
    page = open_page("user=1")
    page.locator(".paths summary").first.click()
    for name, start in (("Cypher", "MATCH"), ("SPARQL", "SELECT")):
        page.get_by_role("button", name=f"Copy {name}").first.click()
        expect(page.get_by_role("button", name=f"Copy {name}").first).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(start)
        assert copied == page.locator(f"pre[aria-label={name}]").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the picture").click()
    assert download.value.path().read_text(encoding="utf-8").startswith("<svg")


def test_one_walks_the_graph_and_comes_back(open_page: Open, base_url: str) -> None:
    page = open_page("user=1")
    knot = page.locator(".knot.entity").first
    name = knot.inner_text()
    knot.click()
    heading = page.locator("#detail h2")
    expect(heading).to_have_text(name)
    expect(heading).to_be_focused()
    around = page.locator(".around .node")
    film = around.first.inner_text()
    around.first.click()
    expect(heading).to_have_text(film)
    expect(page.locator(".description")).to_contain_text("film by")
    expect(page.locator("dl")).to_contain_text("year")
    expect(page.locator(".drawing")).to_have_js_property("complete", True)
    page.get_by_role("button", name="Back").click()
    expect(heading).to_have_text(name)
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".kicker")).to_have_text("Why this one")
    page.go_forward()
    expect(heading).to_have_text(name)
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".kicker")).to_have_text("Why this one")


def test_ids_that_are_alike_are_told_apart(open_page: Open, base_url: str) -> None:
    for kind in ("user", "item", "entity"):
        page = open_page(f"user=1&node={kind}%3A7")
        node = answer(page, base_url, f"/entities/7?kind={kind}")
        expected = "user 7" if kind == "user" else node["label"]
        expect(page.locator("#detail h2")).to_have_text(expected)


def test_sliders_change_the_list_at_once(open_page: Open, base_url: str) -> None:
    page = open_page("user=1")
    before = titles(page)
    steps = page.evaluate("history.length")
    with page.expect_response("**/recommend"):
        drag(page, "diversity", 0.9)
    assert titles(page) == recommended(page, base_url, user="1", diversity=0.9) != before
    expect(page.locator(".moved").first).to_be_visible()
    with page.expect_response("**/recommend"):
        drag(page, "alpha", 0)
    expect(page.locator("#alpha-said")).to_have_text("behaviour only")
    assert titles(page) == recommended(page, base_url, user="1", diversity=0.9, alpha=0)
    why = page.locator(".sum b")
    expect(why).to_have_text(
        page.locator(".score").first.inner_text().removeprefix("score").strip()
    )
    assert "alpha=0" in page.url
    # Dragging leaves no step to come back to for each position.
    assert page.evaluate("history.length") == steps
    with page.expect_response("**/recommend"):
        drag(page, "alpha", 0.5)
    assert "alpha" not in page.url


def test_an_answer_that_comes_late_is_dropped(open_page: Open, base_url: str) -> None:
    held = []

    def hold(route: Any) -> None:
        if json.loads(route.request.post_data)["diversity"] == 0.5:
            held.append(route)
        else:
            route.continue_()

    page = open_page("user=1", alone=True, before=lambda page: page.route("**/recommend", hold))
    titles(page)
    drag(page, "diversity", 0.5)
    page.wait_for_url(re.compile("diversity=0.5"))
    with page.expect_response("**/recommend"):
        drag(page, "diversity", 1)
    expected = recommended(page, base_url, user="1", diversity=1)
    assert titles(page) == expected
    assert len(held) == 1
    held[0].fulfill(json={"user": "1", "run": "late", "items": []})
    page.wait_for_timeout(50)
    assert titles(page) == expected


def test_many_moves_of_a_slider_are_one_question(open_page: Open) -> None:
    page = open_page("user=1")
    titles(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for step in range(10):
        drag(page, "diversity", step / 10)
    page.wait_for_url(re.compile("diversity=0.9"))
    titles(page)
    assert sum(url.endswith("/recommend") for url in asked) == 1


def test_filters_only_and_never(open_page: Open, base_url: str) -> None:
    page = open_page("user=1")
    page.locator(".facet summary", has_text="genre").click()
    with page.expect_response("**/recommend"):
        page.get_by_role("button", name="Only Comedy", exact=True).click()
    only = {"only": ["genre/Comedy"], "never": []}
    assert titles(page) == recommended(page, base_url, user="1", filters=only)
    expect(page.get_by_role("button", name="Only Comedy", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    with page.expect_response("**/recommend"):
        page.get_by_role("button", name="Never Comedy", exact=True).click()
    never = {"only": [], "never": ["genre/Comedy"]}
    assert titles(page) == recommended(page, base_url, user="1", filters=never)
    expect(page.locator("#chosen-filters")).to_contain_text("never")
    with page.expect_response("**/recommend"):
        page.get_by_role("button", name="Drop the filter: never Comedy").click()
    assert titles(page) == recommended(page, base_url, user="1")
    assert "never" not in page.url


def test_facets_with_many_values_can_be_searched(open_page: Open) -> None:
    page = open_page("user=1")
    page.locator(".facet summary", has_text="starring").click()
    box = page.get_by_label("Find among: starring")
    everybody = page.locator(".facet[open] .values li:visible").count()
    box.fill("okoro")
    found = page.locator(".facet[open] .values li:visible", has_text="Okoro").count()
    assert 0 < found < everybody


def test_somebody_new_likes_items(open_page: Open, base_url: str) -> None:
    page = open_page()
    page.locator(".offers").nth(1).locator("button").first.click()
    liked = answer(page, base_url, "/items?q=")["items"]
    assert titles(page) == recommended(page, base_url, profile={"liked": [liked[0]["id"]]})
    page.get_by_role("combobox", name="Search").fill(liked[3]["label"])
    page.get_by_role("option", name=liked[3]["label"]).click()
    both = [liked[0]["id"], liked[3]["id"]]
    expect(page.locator(".liked li")).to_have_count(2)
    assert titles(page) == recommended(page, base_url, profile={"liked": both})
    page.locator(".row .take").first.click()
    expect(page.locator(".liked li")).to_have_count(3)
    page.get_by_role("button", name=f"Take away {liked[0]['label']}").click()
    expect(page.locator(".liked li")).to_have_count(2)


def test_a_profile_is_explained(open_page: Open, base_url: str) -> None:
    page = open_page("like=3&entity=genre%2FComedy&alpha=0.2")
    expect(page.locator(".paths > li").first).to_be_visible()
    profile = {"liked": ["3"], "entities": ["genre/Comedy"]}
    asked = {"profile": profile, "alpha": 0.2}
    first = page.request.post(base_url + "/recommend", data=asked).json()["items"][0]
    told = {**asked, "item": first["item"], "paths": 5}
    why = page.request.post(base_url + "/explain", data=told).json()
    expect(page.locator("#detail h2")).to_have_text(why["label"])
    shown = page.locator(".paths .share b").all_inner_texts()
    assert shown == [f"{path['share']:.3f}".replace("-", "−") for path in why["paths"]]
    expect(page.locator(".column").first).to_contain_text("liked")
    page.locator(".paths summary").first.click()
    expect(page.locator(".chain").first).to_contain_text("this profile")
    # A genre that is liked is told by a film that has it; the film keeps its own name.
    begun = [path["nodes"][1] for path in why["paths"] if "(such as" in path["nodes"][1]["label"]]
    assert begun
    page.locator(".knot", has_text="(such as").first.click()
    item = answer(page, base_url, f"/entities/{begun[0]['id']}?kind=item")
    expect(page.locator("#detail h2")).to_have_text(item["label"])


def test_took_it_shows_at_once(open_page: Open, base_url: str) -> None:
    page = open_page("user=21")
    first = titles(page)[0]
    events = page.locator(".history li").count()
    page.get_by_role("button", name=f"Took it: {first}").click()
    expect(page.locator(".history li")).to_have_count(events + 1)
    expect(page.locator(".history li").first).to_contain_text(first)
    assert first not in titles(page)
    expect(page.locator("#status")).to_contain_text(first)
    assert time.strftime("%Y", time.gmtime()) in page.locator(".history li").first.inner_text()


def test_a_link_holds_the_state(open_page: Open, base_url: str) -> None:
    state = "user=4&item=9&never=genre%2FComedy&diversity=0.3&k=5"
    page = open_page(state)
    never = {"only": [], "never": ["genre/Comedy"]}
    expected = recommended(page, base_url, user="4", k=5, diversity=0.3, filters=never)
    assert titles(page) == expected
    why = answer(page, base_url, "/explain?user=4&item=9")
    expect(page.locator("#detail h2")).to_have_text(why["label"])
    expect(page.locator("#diversity")).to_have_value("0.3")
    expect(page.locator("#chosen-filters")).to_contain_text("Comedy")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("h1")).to_have_text("Recommendations, and why")
    page.go_back()
    assert titles(page) == expected
    assert page.url.endswith(state)
