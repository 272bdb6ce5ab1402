"""An explanation on one screen: every part of the score, in numbers, per cent and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgrec.drawing.lines import one_line, wrapped
from kgrec.explain.picture.shares import in_words, percent, rest_name, size
from kgrec.explain.rest import is_content

if TYPE_CHECKING:
    from kgrec.explain.explanation import Explanation

WIDTH = 100
_INDENT = " " * 17


def on_screen(explanation: Explanation, *, paths: int | None = 10, width: int = WIDTH) -> str:
    """Write an explanation in lines.

    :param paths: at most so many; how many more there are is said. ``None``: all
    :param width: in columns; a line is longer only where a single word is
    """
    say, whole = explanation.language.say, size(explanation)
    user = say("screen.user", id=explanation.user)
    score = f"{explanation.score:.4f}"
    title = say("screen.title", label=explanation.label, user=user, score=score)
    lines = wrapped(one_line(title), width)
    shown = explanation.paths if paths is None else explanation.paths[:paths]
    for path in shown:
        lines += _part(path.share, whole, path.sentence, width)
        lines += wrapped(one_line(str(path)), width, _INDENT, _INDENT + "  ")
    hidden = explanation.paths[len(shown) :]
    if hidden:
        share = sum(path.share for path in hidden)
        count = explanation.language.number(len(hidden))
        more = say("screen.more", count=count, share=in_words(percent(share, whole)))
        lines += _part(share, whole, more, width)
    for name, value in explanation.rest.items():
        if not value and is_content(name):
            continue  # the model has no such part, or the item does not need it
        means = explanation.language.phrases.get(f"rest_means.{name}", "")
        lines += _part(value, whole, f"({rest_name(name, explanation.language)}) {means}", width)
    notes = [*of_method(explanation), *explanation.notes]
    return "\n".join([*lines, *(one_line(note) for note in notes)])


def of_method(explanation: Explanation) -> list[str]:
    """What the shares of paths are, where they are not exact."""
    if explanation.method == "exact":
        return []
    language = explanation.language
    notes = [language.say("screen.attributed", method=explanation.method)]
    if explanation.left_out:
        count = language.number(explanation.left_out)
        notes.append(language.say("screen.left_out", count=count))
    return notes


def _part(share: float, whole: float, words: str, width: int) -> list[str]:
    first = f"{in_words(percent(share, whole)):>6}  {share:+.4f}  "
    return wrapped(one_line(words), width, first, _INDENT)
