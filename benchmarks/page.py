"""How soon the page is there, and how soon a click is answered, in a real browser.

    kgrec serve RUN --port 8123 &
    python -m benchmarks.page http://127.0.0.1:8123 [--times 20] [--key KEY]

It opens the page with an empty cache, then clicks through users of the start page. Times are the
browser's own: from the start of the navigation to the first paint, and from a click to the frame
in which the recommendations stand (the picture of the paths comes later, and is told apart).
Needs ``chromium`` on the PATH and the extra ``test``.
"""

from __future__ import annotations

import argparse
import shutil
from typing import Any

import numpy as np

PAINTS = """() => Object.fromEntries(
  performance.getEntriesByType("paint").map((one) => [one.name, one.startTime]))"""
NEXT = """(turn) => {
  const list = document.querySelector(".offers");
  for (let each = turn % list.children.length; each > 0; each--) list.append(list.firstChild);
}"""
# From an event to the frame after the one in which something stands there.
CLICK = """([selector, awaited, gone]) => new Promise((resolve) => {
  const pressed = document.querySelector(selector);
  for (const old of document.querySelectorAll(gone)) old.classList.add("of-before");
  const began = performance.now();
  pressed.click();
  const look = () => document.querySelector(`${awaited}:not(.of-before)`)
    ? requestAnimationFrame(() => resolve(performance.now() - began))
    : requestAnimationFrame(look);
  look();
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("address", help="of a running service")
    parser.add_argument("--times", type=int, default=20, help="how often each is measured")
    parser.add_argument("--key", help="of the service, where it asks for one")
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        print(f"Chromium {browser.version}, {asked.times} times each, in milliseconds")
        say("first contentful paint", [first_paint(browser, asked) for _ in range(asked.times)])
        for name, times in clicks(browser, asked).items():
            say(name, times)
        browser.close()


def opened(browser: Any, asked: argparse.Namespace) -> Any:
    """A page with a cache and a session of its own."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    if asked.key:
        page.add_init_script(f"sessionStorage.setItem('kgrec.key', {asked.key!r})")
    page.goto(asked.address)
    page.wait_for_selector(".offers button")
    return page


def first_paint(browser: Any, asked: argparse.Namespace) -> float:
    page = opened(browser, asked)
    paints = page.evaluate(PAINTS)
    page.context.close()
    return float(paints["first-contentful-paint"])


def clicks(browser: Any, asked: argparse.Namespace) -> dict[str, list[float]]:
    """A user of the start page, then the second recommendation, then a node of its picture."""
    page = opened(browser, asked)
    found: dict[str, list[float]] = {
        "click on a user → recommendations": [],
        "click on a recommendation → its paths": [],
        "click on a node → what is around it": [],
    }
    steps = [
        (".offers button", ".row"),
        (".row:nth-child(2) .pick", ".paths > li"),
        (".knot", ".around"),
    ]
    for turn in range(asked.times + 1):
        # Another user each time, as far as the start page has some.
        page.evaluate(NEXT, turn)
        for times, (selector, awaited) in zip(found.values(), steps, strict=True):
            took = page.evaluate(CLICK, [selector, awaited, awaited])
            # The first turn prepares the service: what it reads lazily is read then.
            if turn:
                times.append(float(took))
            page.wait_for_selector(".picture, .around")
        page.evaluate("location.hash = ''")
        page.wait_for_selector(".offers button")
    return found


def say(name: str, times: list[float]) -> None:
    median, high = np.percentile(times, [50, 95])
    print(f"  {name}: median {median:.0f}, 95 of 100 under {high:.0f}, most {max(times):.0f}")


if __name__ == "__main__":
    main()
