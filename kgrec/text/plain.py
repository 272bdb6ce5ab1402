"""Catalog texts without their markup: what a reader would see of them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import polars as pl

_ELEMENTS = (
    "a abbr article aside b blockquote body br center cite code dd del details div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr html i iframe img ins kbd li "
    "link main mark meta nav noscript ol p picture pre q s samp script section small source span "
    "strike strong style sub summary sup svg table tbody td tfoot th thead title tr tt u ul var "
    "video wbr"
)
_MARKUP = re.compile(
    rf"</?(?:{'|'.join(_ELEMENTS.split())})(?:\s[^<>]*)?/?>|<!--|<!doctype\s"
    r"|&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
# No tag is longer: what stands alone is a sign and no markup. It also keeps the parser, which looks
# for the end of each tag anew, from taking a time that grows with the square of the length.
_SIGN = re.compile(r"<(?!/?[a-zA-Z][^<>]{0,4000}>)")
_INLINE_ELEMENTS = (
    "a abbr b big cite code em font i ins kbd mark s small span strong sub sup tt u var"
)
_INLINE = frozenset(_INLINE_ELEMENTS.split())
_UNSEEN = frozenset(("script", "style"))


def plain_text(text: str) -> str:
    """Strip HTML: tags and comments go, with what scripts and styles hold; ``&amp;`` becomes ``&``.

    A text that holds no element of HTML, no comment and no character reference stays as it is, so
    that ``1 < 2``, ``I <3 you`` and ``<unknown>`` are safe. Nothing is executed or followed. Time
    and memory are linear in the length.

    >>> plain_text("<p>Tom &amp; <b>J</b>erry<br>1940</p>"), plain_text("I <3 you")
    ('Tom & Jerry 1940', 'I <3 you')
    """
    if not looks_like_markup(text):
        return text
    reader = _Reader()
    reader.feed(_SIGN.sub("&lt;", _DECLARATION.sub(" ", _without_comments(text))))
    reader.close()
    return " ".join("".join(reader.seen).split())


def looks_like_markup(text: str) -> bool:
    """Whether a text holds an element of HTML, a comment or a character reference."""
    return ("<" in text or "&" in text) and _MARKUP.search(text) is not None


def plain_texts(texts: pl.Series) -> pl.Series:
    """The same of a column; one without any markup is returned as it is."""
    signs = texts.str.contains("[<&]").fill_null(False)
    if not signs.any():
        return texts
    return pl.Series(
        texts.name,
        [text if text is None else plain_text(text) for text in texts],
        dtype=pl.String,
    )


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[at:start])
        at = end + 3
    return " ".join([*kept, text[at:]])


class _Reader(HTMLParser):
    """Collects what is seen.

    :ivar seen: pieces of text
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._space(tag)
        if tag in _UNSEEN:
            self._hidden = tag

    def handle_endtag(self, tag: str) -> None:
        self._space(tag)
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(data)

    def _space(self, tag: str) -> None:
        """An element of its own line sets its words apart; one within a line does not."""
        if tag not in _INLINE:
            self.seen.append(" ")
