"""``kgrec recommend``: ranked lists from a run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.options import Format, Language, Run
from kgrec.cli.output import note, print_json, print_table
from kgrec.cli.runs import check_known, held_out, open_run

if TYPE_CHECKING:
    import polars as pl

    from kgrec.graph import KnowledgeGraph
    from kgrec.policies import Policy
    from kgrec.recommend import Recommendations, Recommender

_ENDINGS = (".parquet", ".csv")


class UsersFrom(StrEnum):
    """Where users come from."""

    test = "test"


def recommend(
    run: Run,
    users: Annotated[
        list[str] | None,
        typer.Option(help="User ids, separated by commas; may be repeated.", metavar="U1,U2"),
    ] = None,
    users_from: Annotated[
        UsersFrom | None,
        typer.Option(help="The users of the held-out part."),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="All users.")] = False,
    k: Annotated[int, typer.Option("-k", min=1, help="How many items for each user.")] = 10,
    out: Annotated[
        Path | None,
        typer.Option(help="Write user, item, rank, score to this .parquet or .csv file."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, in one sentence.")] = False,
    language: Language = "en",
    processes: Annotated[
        int,
        typer.Option(min=1, help="Processes that explain side by side; worth it with --all."),
    ] = 1,
    policy: Annotated[
        Path | None,
        typer.Option(
            help="Filters and re-ranking from a TOML or JSON file; says what each moved.",
            metavar="FILE",
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="How it is printed.")] = Format.table,
) -> None:
    """Recommend the best items that each user has not had yet."""
    if (bool(users) + (users_from is not None) + everyone) != 1:
        raise typer.BadParameter("say for whom: one of --users, --users-from and --all.")
    if out is not None and out.suffix not in _ENDINGS:
        raise typer.BadParameter(f"--out must end in {' or '.join(_ENDINGS)}, not '{out.name}'.")
    asked = _policy(policy)
    rec = open_run(run)
    chosen = _chosen(rec, run, users or [], everyone)
    top = rec.recommend(
        users=chosen, k=k, explain=explain, policy=asked, language=language, processes=processes
    )
    if top.policy_report is not None:
        note(str(top.policy_report))
    if out is not None:
        _write(top, out)
        note(f"{len(top):,} rows are in {out}.")
    if format is Format.json:
        written = {} if out is None else {"file": str(out), "rows": len(top)}
        print_json(written or {"recommendations": _rows(top)})
    elif out is None:
        _print(top)


def _policy(path: Path | None) -> Policy | None:
    from kgrec.policies import read_policy

    return None if path is None else read_policy(path)


def _chosen(rec: Recommender, run: Path, users: list[str], everyone: bool) -> list[str] | None:
    if everyone:
        return None
    if users:
        return [user for each in users for user in _split(rec.graph, each)]
    return held_out(rec, run)["user"].unique().sort().to_list()


def _split(graph: KnowledgeGraph, users: str) -> list[str]:
    """Take ids apart; an id that holds a comma itself is found, too."""
    import polars as pl

    known = graph.nodes.filter(pl.col("kind") == "user")["id"]
    ids = [users] if users in known else [user.strip() for user in users.split(",") if user.strip()]
    for each in ids:
        check_known(graph, "user", each)
    return ids


def _print(top: Recommendations) -> None:
    columns = ["user", "rank", "item", "label", "score"]
    if top.policy_report is not None:
        columns.append("moved")
    rows = [list(row) for row in top.to_polars().select(columns).iter_rows()]
    if top.explanations:
        columns.append("why")
        rows = [[*row, each.because] for row, each in zip(rows, top.explanations, strict=True)]
    print_table(columns, rows)


def _rows(top: Recommendations) -> list[dict[str, object]]:
    """A dictionary for each recommendation, with the sentence where it is explained."""
    rows = top.to_polars().to_dicts()
    for row, why in zip(rows, top.explanations, strict=bool(top.explanations)):
        row["why"] = why.sentence
    return rows


def _write(top: Recommendations, out: Path) -> None:
    from kgrec.report import replaced_file

    table = top.to_polars().drop("label")
    if top.explanations:
        table = table.with_columns(_reasons(top))
    out.parent.mkdir(parents=True, exist_ok=True)
    with replaced_file(out) as fresh:
        if out.suffix == ".csv":
            table.write_csv(fresh)
        else:
            table.write_parquet(fresh)


def _reasons(top: Recommendations) -> pl.Series:
    import polars as pl

    return pl.Series("reason", [each.sentence for each in top.explanations], dtype=pl.String)
