from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from kgrec.drawing.html import block, bullets, code, details, pairs, paragraph, table
from kgrec.drawing.style import picture_style

HOSTILE = ("<script>alert(1)</script>", "'\"&]]>", "</td></table>", "x" * 3000, "\u202eשלום", "")
texts = st.sampled_from(HOSTILE) | st.text(max_size=30)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}


@given(texts, texts, st.lists(st.tuples(texts, texts), max_size=4))
def test_no_text_becomes_markup(name: str, words: str, rows: list[tuple[str, str]]) -> None:
    page = block(
        words,
        paragraph(words),
        pairs({"a": words}),
        table((name, words), rows, caption=name),
        details(name, words, code(words)),
        bullets([words]),
        title=name,
        lead=words,
    )
    found = Tags(page)
    assert set(found.tags) <= {
        *("div", "style", "p", "table", "caption", "thead", "tbody", "tr", "th", "td"),
        *("details", "summary", "pre", "ul", "li"),
    }
    assert found.names <= {"class", "scope"}
    assert found.tags.count("td") == 2 * len(rows) + 2 * bool(words)


def test_columns_of_numbers_stand_to_the_right() -> None:
    rows = [("1984", 3, "0.4 – 0.5", "−3 %"), ("Heat", None, "<0.1%", "1,200")]
    page = table(("name", "count", "interval", "change"), rows)
    assert page.count('<td class="kg-number">') == 6
    assert "<td>1984</td>" in page
    assert '<td class="kg-number">3</td>' in page


def test_what_is_markup_stays() -> None:
    assert "<td><b>x</b></td>" in table(("",), [(Markup("<b>x</b>"),)])
    assert "<thead>" not in table(("", ""), [("a", "b")])


def test_pictures_follow_the_theme_of_the_notebook() -> None:
    css = picture_style()
    assert ":root" not in css
    light, dark = (
        css[css.index(f'[data-jp-theme-light="{is_light}"]') :].partition("}")[0]
        for is_light in ("true", "false")
    )
    assert "--panel: #ffffff" in light
    assert "color-scheme: light;" in light
    assert "--panel: #1a1e22" in dark
    assert ".vscode-dark" in dark
