"""An explanation in a notebook: the picture, the sentences, and the queries; no script."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from kgrec.explain.picture.paths import standalone_svg
from kgrec.explain.picture.shares import in_words, percent, rest_name, size
from kgrec.explain.screen import of_method

if TYPE_CHECKING:
    from kgrec.explain.explanation import Explanation

_SHOWN = 10


def html(explanation: Explanation) -> str:
    """Write HTML that takes the colours of its page; all that comes from data is escaped.

    The picture is an image, so that its style sheet and that of the page do not meet.
    """
    picture = b64encode(standalone_svg(explanation).encode()).decode("ascii")
    image = (
        f'<img alt="{escape(explanation.sentence)}" style="max-width:100%" '
        f'src="data:image/svg+xml;base64,{picture}">'
    )
    return f"<div>{image}{_table(explanation)}{_queries(explanation)}</div>"


def _table(explanation: Explanation) -> str:
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
    rows = [
        f"<tr><td>{escape(in_words(percent(share, whole)))}</td><td>{share:+.4f}</td>"
        f'<td style="text-align:left">{escape(words)}</td></tr>'
        for share, words in told
    ]
    said = (*of_method(explanation), *explanation.notes)
    notes = "".join(f"<p>{escape(note)}</p>" for note in said)
    return f"<table>{''.join(rows)}</table>{notes}"


def _queries(explanation: Explanation) -> str:
    if not explanation.paths:
        return ""
    blocks = "".join(
        f"<pre>{escape(query)}</pre>" for query in (explanation.cypher, explanation.sparql) if query
    )
    return f"<details><summary>Cypher, SPARQL</summary>{blocks}</details>"
