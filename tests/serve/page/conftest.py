"""A real browser before the service of the tiny world."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

PERMISSIONS = ["clipboard-read", "clipboard-write"]
# To the state of a page that was just opened, without loading it again.
RESET = """() => {
  sessionStorage.clear();
  location.hash = "";
  for (const one of document.querySelectorAll("details.facet")) one.open = false;
  document.activeElement?.blur();
}"""


@pytest.fixture(scope="module")
def base_url(
    saved: Path, serving: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a service of the tiny world; who posts events has users of their own."""
    events = tmp_path_factory.mktemp("page") / "events.jsonl"
    with serving(run=saved, events=events) as service:
        yield service.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Of one file: while playwright is there, the thread has a running loop of asyncio."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM and not os.environ.get("KGREC_REQUIRE_BROWSER"):
        pytest.skip("There is no chromium on the PATH.")
    assert CHROMIUM, "KGREC_REQUIRE_BROWSER is set, and there is no chromium on the PATH."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Watched:
    """What a page must not do: complain in the console, or speak to another host."""

    def __init__(self, page: Any, base_url: str) -> None:
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        self.expected: tuple[str, ...] = ()
        page.on("console", lambda said: said.type in ("error", "warning") and self._hear(said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.errors.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self._see(request.url, base_url))

    def _hear(self, text: str) -> None:
        if not any(part in text for part in self.expected):
            self.errors.append(text)

    def _see(self, url: str, base_url: str) -> None:
        if not url.startswith((base_url + "/", "data:", "blob:")):
            self.elsewhere.append(url)


@pytest.fixture(scope="module")
def one_page(browser: Any, base_url: str) -> Iterator[tuple[Any, Watched]]:
    """A page that most tests share, since opening one takes a second."""
    context = browser.new_context(reduced_motion="reduce", permissions=PERMISSIONS)
    context.set_default_timeout(10_000)
    page = context.new_page()
    watched = Watched(page, base_url)
    page.goto(base_url + "/")
    yield page, watched
    context.close()


@pytest.fixture
def open_page(
    browser: Any, base_url: str, one_page: tuple[Any, Watched]
) -> Iterator[Callable[..., Any]]:
    """Open the page at a state: ``open_page("user=1", width=390)``; it is watched to the end.

    With ``alone`` it is a page of its own, that ``before`` is called with before anything is
    loaded. ``fails`` are statuses, or errors of the network, that the test provokes: Chromium
    itself writes each into the console.
    """
    opened = []
    shared, watched = one_page
    watched.errors.clear()
    watched.elsewhere.clear()

    def open_shared(state: str, size: Any) -> Any:
        shared.set_viewport_size(size)
        shared.evaluate(RESET)
        shared.evaluate("state => { location.hash = state; }", state)
        return shared

    def open_one(
        state: str = "",
        *,
        width: int = 1280,
        alone: bool = False,
        fails: tuple[int | str, ...] = (),
        before: Callable[[Any], None] = lambda _: None,
        **options: Any,
    ) -> Any:
        size = {"width": width, "height": 860}
        if not alone:
            return open_shared(state, size)
        context = browser.new_context(viewport=size, reduced_motion="reduce", **options)
        context.set_default_timeout(10_000)
        page = context.new_page()
        own = Watched(page, base_url)
        own.expected = tuple(
            f"status of {each}" if isinstance(each, int) else each for each in fails
        )
        opened.append((context, own))
        before(page)
        page.goto(f"{base_url}/#{state}")
        return page

    yield open_one
    for context, own in opened:
        context.close()
        assert own.errors == []
        assert own.elsewhere == []
    assert watched.errors == []
    assert watched.elsewhere == []


@pytest.fixture(scope="session")
def settled() -> Callable[..., Any]:
    """Waits until all answers are on a page, and returns it."""

    def wait(page: Any) -> Any:
        page.wait_for_selector(".row .pick, .begin .offers, .empty, .fault")
        page.wait_for_selector("#list[aria-busy=false]")
        page.wait_for_selector(
            ".picture, .detail .head, .detail .fault, .detail[hidden]", state="attached"
        )
        page.wait_for_selector(".skeleton", state="detached")
        return page

    return wait


@pytest.fixture(scope="session")
def is_wide() -> Callable[[Any], bool]:
    """Whether a page is wider than the screen."""
    return lambda page: page.evaluate("document.documentElement.scrollWidth > innerWidth")
