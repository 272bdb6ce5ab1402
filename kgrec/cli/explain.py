"""``kgrec explain``: why a user is recommended an item."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kgrec.cli.options import Language, Run
from kgrec.cli.output import plain, print_json, print_text
from kgrec.cli.runs import check_known, open_run

if TYPE_CHECKING:
    from kgrec.explain import Explanation

_STRONGEST = 5


class ExplainFormat(StrEnum):
    """How an explanation is printed."""

    text = "text"
    json = "json"
    cypher = "cypher"
    sparql = "sparql"


class Method(StrEnum):
    """How paths of a deep model are found."""

    gradients = "gradients"
    paths = "paths"


def explain(
    run: Run,
    user: Annotated[str, typer.Option(help="A user id.")],
    item: Annotated[str, typer.Option(help="An item id.")],
    format: Annotated[ExplainFormat, typer.Option(help="How to print it.")] = ExplainFormat.text,
    all_paths: Annotated[
        bool, typer.Option("--all-paths", help="All paths instead of the strongest five.")
    ] = False,
    method: Annotated[
        Method | None,
        typer.Option(help="How to find the paths of rgcn and kgat; by default gradients."),
    ] = None,
    language: Language = "en",
) -> None:
    """Show the paths that carry a score, each with its share.

    Shares are exact with gnn.model = linear; with rgcn and kgat they are attributions.
    """
    rec = open_run(run)
    check_known(rec.graph, "user", user)
    check_known(rec.graph, "item", item)
    paths = None if all_paths else _STRONGEST
    chosen: Literal["gradients", "paths"] | None = None
    if method is not None:
        chosen = "paths" if method is Method.paths else "gradients"
    why = rec.explain(user, item, paths=paths, language=language, method=chosen)
    if format is ExplainFormat.json:
        print_json(why.to_dict())
    elif format is ExplainFormat.text:
        print_text(why.to_text(paths=paths))
    else:
        print_text(_queries(why, format))


def _queries(why: Explanation, format: ExplainFormat) -> str:
    """One query for each path, below the path in words as a comment."""
    mark = "//" if format is ExplainFormat.cypher else "#"
    queries = [
        f"{mark} {' '.join(plain(path.sentence).split())}\n{getattr(path, format.value)}"
        for path in why.paths
    ]
    return "\n\n".join(queries) or f"{mark} There is no path from {why.user} to {why.item}."
