"""An explanation in a notebook: the picture, the sentences, and the queries; no script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from kgrec.drawing.html import block, code, details, figure, table
from kgrec.explain.picture.paths import standalone_svg
from kgrec.explain.picture.shares import in_words, percent, rest_name, size
from kgrec.explain.screen import of_method

if TYPE_CHECKING:
    from kgrec.explain.explanation import Explanation

_SHOWN = 10


def html(explanation: Explanation) -> str:
    """Write HTML that takes the colours of its page; all that comes from data is escaped."""
    notes = (*of_method(explanation), *explanation.notes)
    return block(
        figure(standalone_svg(explanation)),
        table(("", "", ""), _rows(explanation)),
        *notes,
        *_queries(explanation),
    )


def _rows(explanation: Explanation) -> Iterator[tuple[str, str, str]]:
    whole = size(explanation)
    told = [(path.share, path.sentence) for path in explanation.paths[:_SHOWN]]
    hidden = explanation.paths[_SHOWN:]
    if hidden:
        share = sum(path.share for path in hidden)
        words = {
            "count": explanation.language.number(len(hidden)),
            "share": in_words(percent(share, whole)),
        }
        told.append((share, explanation.language.say("screen.more", **words)))
    for name, value in explanation.rest.items():
        means = explanation.language.phrases.get(f"rest_means.{name}", "")
        told.append((value, f"{rest_name(name, explanation.language)}: {means}".rstrip(": ")))
    for share, sentence in told:
        yield in_words(percent(share, whole)), f"{share:+.4f}", sentence


def _queries(explanation: Explanation) -> Iterator[Markup]:
    queries = [query for query in (explanation.cypher, explanation.sparql) if query]
    if explanation.paths and queries:
        yield details("Cypher, SPARQL", *map(code, queries))
