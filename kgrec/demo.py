"""The main job on a real data set: tables, graph, training, numbers, reasons, report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kgrec.callbacks import ConsoleProgress
from kgrec.config import Config
from kgrec.data import Dataset
from kgrec.evaluation import Evaluation, Interactions, evaluate
from kgrec.explain import Explanation
from kgrec.graph import KnowledgeGraph
from kgrec.loaders import load
from kgrec.recommend import Recommender
from kgrec.recommend.run import check_writable
from kgrec.report import Report, lead, write_report
from kgrec.vocabulary import INTERACTED

_SHOWN = 10
_HISTORY = 30
_METRICS = ("Recall@10", "NDCG@10", "Recall@20", "NDCG@20")
_WIDE = 110
_INVERSE = " (inverse)"
_SMALLEST_GATE = 0.005


@dataclass(frozen=True)
class _User:
    """The user whose recommendations are shown."""

    id: str
    history: tuple[str, ...]
    explanations: tuple[Explanation, ...]


def run_demo(
    out: str | Path,
    *,
    config: Config | None = None,
    console: Console | None = None,
    dataset: str | Path = "ml-100k",
    user: str | None = None,
    progress: ConsoleProgress | None = None,
) -> Report:
    """Train on a dataset, print what came out, and write the run with its ``report.html``.

    :param out: the folder of the run; an earlier run there is replaced when this one is complete
    :param config: all settings; the defaults if there is none
    :param console: where results are printed, by default stdout; progress goes to stderr
    :param dataset: a name or a folder, as for :func:`kgrec.loaders.load`
    :param user: whose recommendations to show; by default one with a history of medium length
    :param progress: where it is shown how far things are; by default on stderr
    :return: what was written
    :raises RunError: if ``out`` holds something that is not a run
    """
    out, console = Path(out), console or Console()
    check_writable(out)
    progress = progress or ConsoleProgress()
    data: Dataset = load(dataset, progress=progress)
    graph = KnowledgeGraph.build(data, progress=progress)
    user = user or typical_user(graph)
    history = history_of(graph, user)
    _print_graph(console, graph)
    rec = Recommender(config, progress=progress).fit(graph)
    evaluation = _evaluate(rec, data, progress)
    top = rec.recommend(users=[user], k=_SHOWN, explain=True)
    shown = _User(user, history, top.explanations)
    carried = mean_path_share(rec)
    if evaluation is not None:
        console.print()
        console.print(_metrics_table(evaluation))
        console.print(Text(f"{lead(evaluation)}\n"))
    console.print(_for_user(console, shown))
    console.print(Text(f"\nPaths carry {carried:.0%} of a score on average."))
    rec.save(out, held_out=data.test)
    report = _report(rec, data, evaluation, shown, carried, progress)
    write_report(out / "report.html", report)
    _print_end(console, out, data, shown)
    return report


def typical_user(graph: KnowledgeGraph, length: int = _HISTORY) -> str:
    """The user whose history has about ``length`` items; ties go by id."""
    lengths = graph.edges.filter(pl.col("relation") == INTERACTED).group_by("head").len("length")
    nearest = lengths.sort((pl.col("length").cast(pl.Int64) - length).abs(), "head")
    return str(graph.node(nearest["head"][0])["id"])


def history_of(graph: KnowledgeGraph, user: str) -> tuple[str, ...]:
    """Names of what a user took, latest first.

    :raises UnknownIdError: if there is no such user
    """
    key = str(graph.node(f"user:{user}")["key"])
    taken = graph.edges.filter((pl.col("relation") == INTERACTED) & (pl.col("head") == key))
    latest = taken.sort("timestamp", descending=True, nulls_last=True, maintain_order=True)
    return tuple(graph.label(item) for item in latest["tail"])


def mean_path_share(rec: Recommender, k: int = _SHOWN) -> float:
    """How much of a score the paths carry, averaged over the best items of all warm users, 0–1."""
    warm = rec.graph.edges.filter(pl.col("relation") == INTERACTED)["head"].unique().sort()
    users = warm.str.strip_prefix("user:").to_list()
    share = rec.path_share(rec.recommend(users=users, k=k))["share"]
    return float(share.to_numpy().mean()) if share.len() else 0.0


def describe(graph: KnowledgeGraph) -> str:
    """One line about a graph."""
    kinds = graph.statistics()["kinds"]
    return (
        f"{kinds.get('user', 0):,} users, {kinds.get('item', 0):,} items and "
        f"{kinds.get('entity', 0):,} entities, joined by {graph.edges.height:,} edges of "
        f"{graph.edges['relation'].n_unique()} relations"
    )


def _evaluate(rec: Recommender, data: Dataset, progress: ConsoleProgress) -> Evaluation | None:
    if data.test.is_empty():
        return None
    interactions = Interactions.from_dataset(data)
    return evaluate(rec, data.test, interactions=interactions, baselines=True, progress=progress)


def _print_graph(console: Console, graph: KnowledgeGraph) -> None:
    report = graph.validate()
    warnings = len(report.violations)
    doubts = f" {warnings} kinds of doubtful facts: kgrec check lists them." if warnings else ""
    console.print(Text(f"{graph.name}: {describe(graph)}."))
    console.print(Text(str(report).splitlines()[0] + doubts))


def _metrics_table(evaluation: Evaluation) -> Table:
    """Every system, the weakest first; the best of a column is bold."""
    systems = {**evaluation.baselines, evaluation.name: evaluation.metrics}
    best = {name: max(values[name] for values in systems.values()) for name in _METRICS}
    table = Table(
        title=f"On the held-out test of {evaluation.users:,} users",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("")
    for name in _METRICS:
        table.add_column(name, justify="right")
    for name, values in sorted(systems.items(), key=lambda entry: entry[1][_METRICS[-1]]):
        cells = [
            Text(f"{values[m]:.4f}", style="bold" if values[m] == best[m] else "") for m in _METRICS
        ]
        table.add_row(Text(name, style="cyan" if name == evaluation.name else ""), *cells)
    return table


def _for_user(console: Console, shown: _User) -> RenderableType:
    """History and recommendations: side by side if the terminal is wide, else one below another."""
    history = _list_of(f"History of user {shown.id}", [(label, "") for label in shown.history])
    recommended = _list_of(
        "Recommended", [(each.label, each.because) for each in shown.explanations]
    )
    if console.width < _WIDE:
        return Group(history, Text(), recommended)
    grid = Table.grid(padding=(0, 4))
    grid.add_column(max_width=40)
    grid.add_column(ratio=1)
    grid.add_row(history, recommended)
    return grid


def _list_of(title: str, entries: list[tuple[str, str]]) -> Group:
    lines: list[RenderableType] = [Text(title, style="bold")]
    for number, (label, reason) in enumerate(entries[:_HISTORY], start=1):
        lines.append(Text.assemble((f"{number:>2}  ", "dim"), label))
        if reason:
            lines.append(Padding(Text(reason, style="dim"), (0, 0, 0, 4)))
    more = len(entries) - _HISTORY
    return Group(*lines, *([Text(f"    and {more:,} more", style="dim")] if more > 0 else []))


def _report(
    rec: Recommender,
    data: Dataset,
    evaluation: Evaluation | None,
    shown: _User,
    carried: float,
    progress: ConsoleProgress,
) -> Report:
    return Report(
        title=f"Recommendations for {data.info.name}",
        dataset=describe(rec.graph).capitalize() + ".",
        licence=data.info.licence,
        evaluation=evaluation,
        epochs=rec.log.epochs,
        best_epoch=rec.log.best_epoch,
        statistics=rec.graph.statistics(),
        quality=f"{data.quality}\n{rec.graph.report}",
        user=shown.id,
        history=shown.history,
        explanations=shown.explanations,
        path_share=carried,
        gates=_gates(rec),
        seconds=progress.seconds,
    )


def _gates(rec: Recommender) -> dict[str, float]:
    """The weights of relations that the model uses at all, strongest first, in words."""
    words: dict[str, float] = {}
    for name, gate in sorted(rec.log.gates.items(), key=lambda entry: -entry[1]):
        relation = rec.graph.vocabulary.relation(name.removesuffix(_INVERSE))
        label = relation.inverse_label if name.endswith(_INVERSE) else relation.label
        if gate >= _SMALLEST_GATE:
            words.setdefault(label, gate)
    return words


def _print_end(console: Console, out: Path, data: Dataset, shown: _User) -> None:
    lines = [f"Data: {data.info.licence}"] if data.info.licence else []
    lines += ["", f"The run is in {out}, the report in {out / 'report.html'}.", "Next:"]
    if shown.explanations:
        item = shown.explanations[0].item
        lines.append(f"  kgrec explain {out} --user {shown.id} --item {item}")
    lines.append(f'  kgrec query {out} "MATCH (m:Item) RETURN m.label LIMIT 5"')
    for line in lines:
        console.print(Text(line))
