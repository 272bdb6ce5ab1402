from __future__ import annotations

import re

from kgrec.serve import gate
from kgrec.serve.page import page_files

FILES = page_files()


def text(name: str) -> str:
    return FILES[name].content.decode()


def test_all_files_are_there_with_their_types() -> None:
    assert {"index.html", "page.css", "page.js", "icon.svg"} <= FILES.keys()
    assert FILES["index.html"].media_type.startswith("text/html")
    assert FILES["page.js"].media_type.startswith("text/javascript")
    assert not any(name.endswith(".py") for name in FILES)


def test_nothing_is_inline_so_that_the_policy_holds() -> None:
    page = text("index.html")
    assert "unsafe" not in gate._CONTENT_POLICY
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


def test_no_file_names_another_host() -> None:
    for name in FILES:
        addresses = set(re.findall(r"https?://[^\s\"')]+", text(name)))
        assert addresses <= {"http://www.w3.org/2000/svg"}, name


def test_text_of_the_service_never_becomes_markup() -> None:
    for name in FILES:
        if name.endswith(".js"):
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|document\.write", text(name)
            ), name


def test_every_module_is_there_and_is_loaded_ahead() -> None:
    modules = {name for name in FILES if name.endswith(".js")}
    for name in modules:
        assert set(re.findall(r'from "\./([^"]+)"', text(name))) <= modules, name
    ahead = set(re.findall(r'modulepreload" href="/page/([^"]+)"', text("index.html")))
    assert ahead == modules - {"page.js"}
