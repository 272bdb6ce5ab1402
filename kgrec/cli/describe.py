"""``kgrec describe``: texts about items and entities, written once and checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from kgrec.cli.output import note, print_json, print_table, warn
from kgrec.cli.quiet import console_progress
from kgrec.cli.writing import confirm, earlier, graph_of, patience_of, writer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgrec.callbacks import Progress
    from kgrec.config import Config
    from kgrec.data import Dataset
    from kgrec.text.written import Written

FILE = "descriptions.parquet"
_RATES = ("written", "shortened", "from_cache", "from_template", "nothing_known", "not_asked")


def describe(
    source: Annotated[
        str, typer.Argument(help="A dataset folder, or a name: ml-100k.", metavar="FOLDER")
    ],
    writer: WriterOption = None,
    model: ModelOption = None,
    base_url: BaseUrl = None,
    out: Annotated[
        Path | None,
        typer.Option(help=f"Where the texts go; by default FOLDER/{FILE}.", metavar="FILE"),
    ] = None,
    types: Annotated[
        str | None, typer.Option(help="Only nodes of these types: Film,Person.", metavar="NAMES")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many nodes, the first.", metavar="N")
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(help="Keep accepted answers in this file, not in the user's cache."),
    ] = None,
    import_cache: Annotated[
        Path | None,
        typer.Option(help="First take over answers that --export-cache wrote.", metavar="FILE"),
    ] = None,
    export_cache: Annotated[
        Path | None,
        typer.Option(help="Write all accepted answers to a Parquet file.", metavar="FILE"),
    ] = None,
    yes: Yes = False,
    settings: Settings = None,
    config: ConfigFile = None,
    format: Annotated[Format, typer.Option(help="How the counts are printed.")] = Format.table,
) -> None:
    """Describe items and entities, so that kgrec train reads more than names.

    A language model's text is held against the facts and the catalog, and where it does not stand
    the template's takes its place. Facts that kgrec extract found are not the catalog's, and no
    text is held against them. The same command goes on where an earlier one was interrupted; an
    earlier file is replaced when all texts are there, but for texts that are not described now
    (--types, --limit) and those of another source: write your own name there, and yours stay.
    """
    settled = with_writer(config_of(settings, None, config), writer, model, base_url)
    target = _target(source, out)
    asked = _Chosen(source, _names(types), limit, cache, import_cache)
    result = _describe(asked, settled, target, yes=yes)
    exported = None if export_cache is None else _export(cache, export_cache)
    _print(result, target, format, exported)


@dataclass(frozen=True)
class _Chosen:
    """Which nodes are described, and where answers are kept; the words of the options."""

    source: str
    types: list[str]
    limit: int | None
    cache: Path | None
    import_cache: Path | None


def _target(source: str, out: Path | None) -> Path:
    from kgrec.errors import ConfigError
    from kgrec.loaders import load

    if out is not None:
        if out.suffix != ".parquet":
            raise ConfigError(f"--out {out}: name a file that ends in .parquet.")
        return out
    folder = Path(source).expanduser()
    if folder.is_dir() and source not in _known():
        if (folder / "descriptions.csv").exists():
            raise ConfigError(
                f"{folder} has a descriptions.csv, and a table may be there once only; move it "
                "away, or write elsewhere with --out."
            )
        return folder / FILE
    if source not in _known():
        load(source)  # raises: there is no such folder
    raise ConfigError(f"'{source}' is no folder: say with --out where the texts are to go.")


def _known() -> Sequence[str]:
    from kgrec.loaders import SOURCES

    return list(SOURCES)


def _names(types: str | None) -> list[str]:
    return [name.strip() for name in (types or "").split(",") if name.strip()]


def _describe(chosen: _Chosen, config: Config, target: Path, *, yes: bool) -> Written:
    from kgrec.data.atomic import replaced_file
    from kgrec.data.descriptions import clean_descriptions, merged_descriptions
    from kgrec.data.schema import DESCRIPTIONS
    from kgrec.graph.sensitive import without_sensitive
    from kgrec.text.asking.replies import ReplyCache
    from kgrec.text.written import WrittenDescriber

    progress = console_progress()
    data = _data(chosen.source, progress)
    # Read before anything is paid for.
    old = earlier(target, DESCRIPTIONS, clean_descriptions, data.items["item"])
    whole = graph_of(data, config, progress)
    hidden = config.graph.sensitive
    graph = without_sensitive(whole, hidden)
    _check_types(graph, chosen.types)
    model = writer_of(config)
    with ReplyCache(chosen.cache) as cache:
        if chosen.import_cache is not None:
            known = cache.import_(chosen.import_cache)
            note(f"Took over {known:,} answers of {chosen.import_cache}.")
        describer = WrittenDescriber(
            model,
            cache,
            source=config.writer.kind,
            patience=patience_of(config),
            max_tokens=config.writer.max_tokens,
        )
        grounds = describer.grounds(
            graph, config.text, hidden=hidden, types=chosen.types, limit=chosen.limit
        )
        if model is not None:
            questions = sum(not each.is_empty for each in grounds)
            confirm(yes=yes)(questions, describer.estimate(grounds))
        written = describer.write(grounds, graph, progress)
    with replaced_file(target) as fresh:
        merged_descriptions(written.table, old).write_parquet(fresh)
    return written


def _data(source: str, progress: Progress) -> Dataset:
    """The dataset; neither what was written before nor what was found in texts is a ground."""
    from kgrec.data.descriptions import SCHEMA
    from kgrec.data.extracted import no_extracted
    from kgrec.loaders import load

    data: Dataset = load(source, progress=progress)
    return replace(data, descriptions=SCHEMA.to_frame(), extracted=no_extracted())


def _check_types(graph: Any, types: Sequence[str]) -> None:
    from kgrec.data.schema import closest
    from kgrec.errors import ConfigError

    known = sorted(set(graph.nodes["type"]) - {"User"})
    for name in types:
        if name not in known:
            guess = closest(name, known)
            doubt = f"did you mean '{guess}'? " if guess else ""
            raise ConfigError(
                f"--types {name}: no node is of this type; {doubt}there are {', '.join(known)}."
            )


def _export(cache_file: Path | None, target: Path) -> int:
    from kgrec.text.asking.replies import ReplyCache

    with ReplyCache(cache_file) as cache:
        return cache.export(target)


def _print(written: Written, target: Path, format: Format, exported: int | None) -> None:
    counts = _counts(written)
    if format is Format.json:
        more = {} if exported is None else {"exported": exported}
        print_json({"file": str(target), **counts, **more})
        return
    rows = [(name, value) for name, value in counts.items() if not isinstance(value, dict)]
    for name in ("refused", "failed"):
        rows += [(f"{name}: {reason}", count) for reason, count in counts[name].items()]
    nodes = max(counts["nodes"], 1)
    told = [
        (name.replace("_", " "), f"{value:,}", f"{value / nodes:.0%}" if name in _RATES else "")
        for name, value in rows
    ]
    print_table(("", "", ""), told)
    if counts["not_asked"]:
        warn(
            f"{counts['not_asked']:,} texts were not asked for, as the budget was spent: run the "
            "same command with a larger one."
        )
    note(f"Saved {target}. kgrec train reads it from the folder, or with --descriptions.")


def _counts(written: Written) -> dict[str, Any]:
    tally, nodes = written.tally, written.table.height
    counts: dict[str, Any] = {
        "nodes": nodes,
        "written": written.written,
        "shortened": written.shortened,
        "from_cache": tally.cached,
        "from_template": nodes - written.written,
        "nothing_known": written.nothing_known,
        "not_asked": tally.unasked,
        "requests": tally.asked,
        "prompt_tokens": tally.prompt_tokens,
        "tokens": tally.tokens,
    }
    if tally.cost is not None:
        counts["cost"] = tally.cost
    return {
        **counts,
        "refused": dict(tally.refused.most_common()),
        "failed": dict(tally.failed.most_common()),
    }
