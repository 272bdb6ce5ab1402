"""Wishes in words, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

expect: Any = pytest.importorskip("playwright.sync_api").expect
Open = Callable[..., Any]
Settled = Callable[..., Any]


def test_a_wish_is_understood_and_can_be_changed(
    open_page: Open, base_url: str, settled: Settled
) -> None:
    page = open_page()
    page.get_by_label("Or say what you wish for").fill(
        "a Comedy like The Silent Lantern but not Mystery"
    )
    page.get_by_role("button", name="Ask").click()
    chips = page.locator("#intent .chip")
    expect(chips).to_have_text(
        [
            re.compile("like.*Silent Lantern"),
            re.compile("must have.*Comedy"),
            re.compile("without.*Mystery"),
        ]
    )
    assert settled(page).locator(".row .pick").count()
    with page.expect_response("**/wish") as sent:
        page.get_by_role("button", name="without Mystery: change to with").click()
    intent = json.loads(sent.value.request.post_data)["intent"]
    assert [link["label"] for link in intent["want"]] == ["Comedy", "Mystery"]
    assert intent["avoid"] == []
    with page.expect_response("**/wish") as sent:
        page.get_by_role("button", name="Take away Comedy").click()
    intent = json.loads(sent.value.request.post_data)["intent"]
    assert [link["label"] for link in intent["want"]] == ["Mystery"]
    expect(chips).to_have_count(2)
    # The edited wish is in the link; and back undoes a change.
    page.reload()
    expect(chips).to_have_count(2)
    page.go_back()
    expect(chips).to_have_count(3)
    page.get_by_role("button", name="Close the wish").click()
    expect(page.locator("#intent")).to_be_hidden()


def test_what_a_wish_asks_in_vain_is_said(open_page: Open, base_url: str) -> None:
    page = open_page("wish=a Comedy from the 1990s but not zebras")
    chips = page.locator("#intent .chip")
    expect(chips.filter(has_text="zebras")).to_contain_text("cannot leave out")
    asked = {"text": "a Comedy from the 1990s but not zebras"}
    told = page.request.post(base_url + "/wish", data=asked).json()
    assert told["notes"]
    expect(page.locator("#intent .notes li")).to_have_text(told["notes"])
    (years,) = (link["label"] for link in told["intent"]["want"] if link["kind"] == "years")
    with page.expect_response("**/wish") as sent:
        page.get_by_role("button", name=f"must have {years}: change to without").click()
    intent = json.loads(sent.value.request.post_data)["intent"]
    assert [link["kind"] for link in intent["avoid"]] == ["years"]
    with page.expect_response("**/wish") as sent:
        page.get_by_role("button", name=f"without {years}: change to with").click()
    with page.expect_response("**/wish") as sent:
        page.get_by_role("button", name=f"with {years}: change to must have").click()
    assert sent.value.json()["intent"]["want"] == told["intent"]["want"]
    page.get_by_role("button", name="Take away zebras").click()
    expect(chips).to_have_count(2)
    expect(page.locator("#intent")).not_to_contain_text("zebras")


def test_a_wish_is_explained_by_what_is_liked(open_page: Open, base_url: str) -> None:
    page = open_page("wish=like The Silent Lantern but not Mystery")
    first = page.request.post(
        base_url + "/wish", data={"text": "like The Silent Lantern but not Mystery"}
    ).json()["items"][0]
    expect(page.locator("#detail h2")).to_have_text(first["label"])
    expect(page.locator(".sum b")).to_have_text(f"{first['score']:.3f}")
    expect(page.locator(".column").first).to_contain_text("The Silent Lantern")
    page = open_page("wish=from the 1990s")
    expect(page.locator("#detail .note")).to_contain_text("no path leads from it")


def test_people_say_which_of_several_was_meant(open_page: Open) -> None:
    page = open_page("wish=a Comedy by Marlow")
    doubt = page.get_by_label("“Marlow” may be")
    expect(doubt).to_be_visible()
    named = [text for text in doubt.locator("option").all_inner_texts() if "Marlow" in text]
    assert len(named) > 1
    with page.expect_response("**/wish") as sent:
        doubt.select_option(label=named[1])
    intent = json.loads(sent.value.request.post_data)["intent"]
    assert intent["ambiguous"] == []
    assert named[1].startswith(intent["want"][-1]["label"])
    expect(doubt).to_have_count(0)


def test_a_wish_of_a_user_is_sent_with_the_user(open_page: Open) -> None:
    held: list[Any] = []

    def hold(page: Any) -> None:
        page.route("**/users/2", lambda route: held.append(route))

    page = open_page("user=2", alone=True, before=hold)
    expect(page.locator(".row .pick").first).to_be_visible()
    expect(page.locator("#list")).to_have_attribute("aria-busy", "false")
    page.get_by_label("Or say what you wish for").fill("no Mystery")
    # The history comes late, and what is being typed stays.
    held.pop().continue_()
    expect(page.locator(".history li").first).to_be_visible()
    page.unroute("**/users/2")
    with page.expect_response("**/wish") as sent:
        page.keyboard.press("Enter")
    assert json.loads(sent.value.request.post_data)["user"] == "2"
    expect(page.locator("h1")).to_contain_text("of user 2")
    expect(page.locator(".history li").first).to_be_visible()
