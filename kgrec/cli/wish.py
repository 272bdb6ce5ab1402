"""``kgrec wish``: a wish in words, what is understood of it, and the items for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgrec.cli.options import Format, Language, Run
from kgrec.cli.output import note, print_json, print_table
from kgrec.cli.runs import check_known, open_run

if TYPE_CHECKING:
    from kgrec.wishes import Granted, Intent, Link


def wish(
    run: Run,
    text: Annotated[
        str,
        typer.Argument(
            help='The wish: "a funny space film like Star Wars but not animated".', metavar="WISH"
        ),
    ],
    user: Annotated[str | None, typer.Option(help="A user whose history counts, too.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many items.")] = 10,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.table,
    language: Language = "en",
    words: Annotated[
        Path | None,
        typer.Option(help="Further cues and everyday words, from a TOML file.", metavar="FILE"),
    ] = None,
) -> None:
    """Recommend what somebody wishes for in words, without a language model.

    Shows what was understood: what is liked, wanted and not wanted, and what is ambiguous.
    """
    from kgrec.wishes import Granter, WishParser

    rec = open_run(run)
    if user is not None:
        check_known(rec.graph, "user", user)
    parser = WishParser.of(rec, None if words is None else str(words))
    intent = parser.parse(text)
    granted = Granter(rec).grant(intent, k, user=user, brief=True, language=language)
    if format is Format.json:
        print_json(_as_json(granted))
        return
    rows = [[what, shown] for what, shown in _understood(intent) if shown]
    print_table(["understood", "as"], rows or [["nothing", ""]])
    for sentence in granted.notes:
        note(sentence)
    table = granted.table.select("rank", "item", "label", "score", "moved")
    reasons = [why.because for why in granted.explanations]
    print_table(
        ["rank", "item", "label", "score", "wish", "why"],
        [[*row, why] for row, why in zip(table.iter_rows(), reasons, strict=True)],
    )


def _understood(intent: Intent) -> list[tuple[str, str]]:
    """Each part of an intent by name."""
    links = [("like", intent.like), ("want", intent.want), ("avoid", intent.avoid)]
    shown = [(name, ", ".join(map(_shown, each))) for name, each in links]
    shown.append(("in words", intent.free_text))
    for each in intent.ambiguous:
        said = intent.text[slice(*each.span)]
        shown.append((f"ambiguous: {said}", " or ".join(map(_shown, each.choices))))
    return shown


def _shown(link: Link) -> str:
    return f"{link.label} ({link.type})"


def _as_json(granted: Granted) -> dict[str, Any]:
    rows = granted.table.iter_rows(named=True)
    items = [
        {**row, "sentence": why.sentence}
        for row, why in zip(rows, granted.explanations, strict=True)
    ]
    return {
        "intent": granted.intent.model_dump(mode="json"),
        "items": items,
        "notes": list(granted.notes),
    }
