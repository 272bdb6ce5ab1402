"""``kgrec describe``: texts about items and entities, written once and checked."""

from __future__ import annotations

from dataclasses import replace
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
    config_of,
    with_writer,
)
from kgrec.cli.output import note, print_json, print_table, warn
from kgrec.cli.quiet import console_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgrec.config import Config
    from kgrec.text.grounds import Grounds
    from kgrec.text.written import Written, WrittenDescriber

FILE = "descriptions.parquet"


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
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before paying.")] = False,
    settings: Settings = None,
    config: ConfigFile = None,
    format: Annotated[Format, typer.Option(help="How the counts are printed.")] = Format.table,
) -> None:
    """Describe items and entities, so that kgrec train reads more than names.

    A language model's text is held against the facts and the catalog, and where it does not stand
    the template's takes its place. Facts that kgrec extract found are not the catalog's, and no
    text is held against them. The same command goes on where an earlier one was interrupted;
    an earlier file of descriptions is replaced when all texts are there.
    """
    chosen = with_writer(config_of(settings, None, config), writer, model, base_url)
    target = _target(source, out)
    result = _describe(source, target, chosen, _names(types), limit, cache, import_cache, yes)
    exported = None if export_cache is None else _export(cache, export_cache)
    _print(result, target, format, exported)


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


def _describe(
    source: str,
    target: Path,
    config: Config,
    types: Sequence[str],
    limit: int | None,
    cache_file: Path | None,
    import_cache: Path | None,
    yes: bool,
) -> Written:
    from kgrec.data.atomic import replaced_file
    from kgrec.data.descriptions import SCHEMA
    from kgrec.data.extracted import no_extracted
    from kgrec.graph import KnowledgeGraph
    from kgrec.graph.sensitive import check_sensitive, without_sensitive
    from kgrec.loaders import load
    from kgrec.text.asking.replies import ReplyCache
    from kgrec.text.writers.open import open_writer
    from kgrec.text.written import WrittenDescriber

    progress = console_progress()
    # Neither what was written before nor what a model found in texts is a ground.
    read = load(source, progress=progress)
    data = replace(read, descriptions=SCHEMA.to_frame(), extracted=no_extracted())
    whole = KnowledgeGraph.build(data, progress=progress)
    check_sensitive(whole, config.graph.sensitive)
    graph = without_sensitive(whole, config.graph.sensitive)
    _check_types(graph, types)
    model = open_writer(config.writer)
    with ReplyCache(cache_file) as cache:
        if import_cache is not None:
            note(f"Took over {cache.import_(import_cache):,} answers of {import_cache}.")
        describer = WrittenDescriber(
            model,
            cache,
            source=config.writer.kind,
            retries=config.writer.retries,
            most_failures=config.writer.most_failures,
            max_tokens=config.writer.max_tokens,
        )
        hidden = config.graph.sensitive
        grounds = describer.grounds(graph, config.text, hidden=hidden, types=types, limit=limit)
        if model is not None:
            _confirm(describer, grounds, yes)
        written = describer.write(grounds, graph, progress)
    with replaced_file(target) as fresh:
        written.table.write_parquet(fresh)
    return written


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


def _confirm(describer: WrittenDescriber, grounds: Sequence[Grounds], yes: bool) -> None:
    """Say what it will take; where that costs, ask."""
    estimate = describer.estimate(grounds)
    prompts = sum(not each.is_empty for each in grounds)
    cost = "" if estimate.cost is None else f", cost up to {estimate.cost:.4g}"
    asks = bool(estimate.cost) and not yes
    (warn if asks else note)(
        f"{prompts:,} questions: about {estimate.prompt_tokens:,} tokens to read and at most "
        f"{estimate.tokens:,} to write{cost}, less what is known from before."
    )
    if asks and not typer.confirm("Go on?", err=True):
        warn("Nothing was asked.")
        raise typer.Exit(1)


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
    print_table(("", ""), [(name.replace("_", " "), f"{value:,}") for name, value in rows])
    note(f"Saved {target}. kgrec train reads it from the folder, or with --descriptions.")


def _counts(written: Written) -> dict[str, Any]:
    tally, nodes = written.tally, written.table.height
    counts: dict[str, Any] = {
        "nodes": nodes,
        "written": written.written,
        "shortened": written.shortened,
        "from_cache": tally.cached,
        "from_template": nodes - written.written,
        "nothing_known": written.unasked,
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
