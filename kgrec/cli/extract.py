"""``kgrec extract``: facts from the texts of a catalog, to be looked through and learned from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgrec.cli.options import (
    BaseUrl,
    ConfigFile,
    Format,
    ModelOption,
    Settings,
    WriterOption,
    Yes,
    config_of,
    with_writer,
)
from kgrec.cli.output import note, print_json, print_table, print_text
from kgrec.cli.quiet import console_progress
from kgrec.cli.writing import confirm, earlier, graph_of, patience_of, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from kgrec.config import Config
    from kgrec.data import Dataset
    from kgrec.text.extract import Extraction
    from kgrec.text.writers import Estimate

_COLUMNS = ("id", "state", "head", "relation", "tail_label", "tail", "reason", "quote")
_LONGEST_QUOTE = 80


def extract(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the claims go, .parquet or .csv; by default FOLDER/extracted.parquet.",
            metavar="FILE",
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--list", help="Only list the claims that are there.")
    ] = False,
    state: Annotated[
        str | None, typer.Option(help="List only these: accepted, quarantined or rejected.")
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="Accept a claim; may be repeated.", metavar="ID"),
    ] = None,
    reject: Annotated[
        list[str] | None,
        typer.Option(help="Reject a claim; may be repeated.", metavar="ID"),
    ] = None,
    relation: Annotated[
        list[str] | None,
        typer.Option(help="Look for this relation only; may be repeated.", metavar="NAME"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Read the first N texts only.", metavar="N")
    ] = None,
    writer: WriterOption = None,
    model: ModelOption = None,
    base_url: BaseUrl = None,
    yes: Yes = False,
    settings: Settings = None,
    config: ConfigFile = None,
    format: Annotated[Format, typer.Option(help="How it is printed.")] = Format.table,
) -> None:
    """Find facts in the texts of items that the catalog does not state.

    Names of items and entities are found without a language model; --writer asks one for more. What
    is doubtful is quarantined, and what a person decided (--accept, --reject, or the column 'state'
    edited in the file) outlives every new run. Nothing learns from these facts until
    graph.extracted is set to train or explain.
    """
    chosen = with_writer(config_of(settings, None, config), writer, model, base_url)
    claims = _Claims.of(source, out)
    if show or state:
        _list(claims.table, state, format)
    elif accept or reject:
        _judge(claims, accept or [], reject or [], format)
    else:
        found = _find(claims, chosen, relation or [], limit, confirm(yes=yes))
        _print(found, claims, source if out is None else f"{source} --out {out}", format)


@dataclass(frozen=True)
class _Claims:
    """The claims about a dataset that are there already."""

    data: Dataset
    file: Path
    table: pl.DataFrame

    @classmethod
    def of(cls, source: str, out: Path | None) -> _Claims:
        from kgrec.data.extracted import clean_extracted
        from kgrec.data.schema import EXTRACTED
        from kgrec.loaders import load

        file = _file(source, out)
        data: Dataset = load(source)
        if out is None:
            return cls(data, file, data.extracted)
        return cls(data, file, earlier(file, EXTRACTED, clean_extracted, data.items["item"]))


def _judge(claims: _Claims, accept: list[str], reject: list[str], format: Format) -> None:
    """Write down what a person decided."""
    from kgrec.text.extract import judged, write_extracted

    write_extracted(judged(claims.table, accept, reject), claims.file)
    if format is Format.json:
        counts = {"accepted": len(accept), "rejected": len(reject)}
        print_json({"file": str(claims.file), **counts})
    else:
        print_text(f"{len(accept)} accepted, {len(reject)} rejected in {claims.file}.")


def _find(
    claims: _Claims,
    config: Config,
    relations: list[str],
    limit: int | None,
    announce: Callable[[int, Estimate], None],
) -> Extraction:
    """Read the texts anew; what a person decided stays."""
    from kgrec.recommend.texts import encoder_of
    from kgrec.text.asking.replies import ReplyCache
    from kgrec.text.extract import Asking, extract, merged, write_extracted

    progress = console_progress()
    graph = graph_of(claims.data, config, progress)
    writer = writer_of(config)
    items = _first(claims.data, limit)
    with ReplyCache() as cache:
        asking = None
        if writer is not None:
            encoder = encoder_of(config)
            asking = Asking(writer, cache, encoder, patience_of(config), announce)
        found = extract(
            graph,
            asking,
            relations=relations,
            items=items,
            hidden=config.graph.sensitive,
            progress=progress,
        )
    by_model = writer is not None
    write_extracted(merged(found.table, claims.table, read=items, by_model=by_model), claims.file)
    return found


def _print(found: Extraction, claims: _Claims, source: str, format: Format) -> None:
    if format is Format.json:
        print_json({"file": str(claims.file), **found.to_dict()})
        return
    print_text(str(found))
    note(f"Wrote {claims.file}. Next: kgrec extract {source} --state quarantined")


def _first(data: Dataset, limit: int | None) -> list[str] | None:
    """Ids of the first items that have a text."""
    if limit is None or "text" not in data.items.columns:
        return None
    texts = data.items.filter(data.items["text"].is_not_null())
    return texts["item"].head(limit).to_list()


def _file(source: str, out: Path | None) -> Path:
    """Where the claims of a source are."""
    from kgrec.data.tables import find_table
    from kgrec.errors import ConfigError

    if out is not None:
        if out.suffix not in (".parquet", ".csv"):
            raise ConfigError(f"--out {out}: name a file that ends in .parquet or .csv.")
        return out
    folder = Path(source).expanduser()
    if not folder.is_dir():
        raise ConfigError(f"'{source}' is no folder: say with --out where the claims go.")
    return find_table(folder, "extracted") or folder / "extracted.parquet"


def _list(table: pl.DataFrame, state: str | None, format: Format) -> None:
    import polars as pl

    from kgrec.data.extracted import STATES
    from kgrec.errors import ConfigError

    if state is not None and state not in STATES:
        raise ConfigError(f"There is no state '{state}'; the states are {', '.join(STATES)}.")
    rows = table if state is None else table.filter(pl.col("state") == state)
    if format is Format.json:
        print_json({"claims": rows.to_dicts()})
        return
    short = rows.with_columns(pl.col("quote").str.slice(0, _LONGEST_QUOTE))
    print_table(_COLUMNS, short.select(_COLUMNS).iter_rows())
