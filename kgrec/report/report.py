"""A run as one page that stands alone: no network, no script, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from kgrec.evaluation import Evaluation
from kgrec.explain import Explanation
from kgrec.explain.picture.paths import paths_svg
from kgrec.explain.picture.shares import in_words, percent, size
from kgrec.report.comparison import lead_in_per_cent, table_of
from kgrec.report.curve import curve_svg
from kgrec.report.files import replaced_file
from kgrec.report.page import fill

_MOST_BARS = 14


@dataclass(frozen=True, eq=False)
class Report:
    """All that the page shows.

    :ivar title: the headline
    :ivar dataset: one line about the data, or about the graph
    :ivar licence: the terms of the data
    :ivar evaluation: metrics on the held-out test, with baselines; ``None`` without a test
    :ivar epochs: the training log: ``epoch`` and further numbers by name
    :ivar best_epoch: the epoch that was kept
    :ivar statistics: what :meth:`~kgrec.graph.KnowledgeGraph.statistics` returned
    :ivar quality: what reading the data set aside, in words
    :ivar user: id of the user whose recommendations are shown
    :ivar history: names of what the user took, latest first
    :ivar explanations: the recommendations of the user with their reasons, best first
    :ivar path_share: how much of a score the paths carry on average, 0–1
    :ivar gates: what a shared fact weighs, by the name of its relation, against a shared user
    :ivar seconds: wall time by stage
    """

    title: str
    dataset: str
    licence: str
    evaluation: Evaluation | None
    epochs: Sequence[Mapping[str, Any]]
    best_epoch: int
    statistics: Mapping[str, Any]
    quality: str
    user: str
    history: tuple[str, ...]
    explanations: tuple[Explanation, ...]
    path_share: float
    gates: Mapping[str, float] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


def write_report(path: str | Path, report: Report) -> None:
    """Write the page as one HTML file; an earlier one is replaced once the new one is complete.

    :param path: the file to write; its folder must exist
    """
    page = to_html(report)
    with replaced_file(Path(path)) as fresh:
        fresh.write_text(page, encoding="utf-8")


def to_html(report: Report) -> str:
    """Fill the page; every text of the data is escaped."""
    return fill(
        "report",
        filters={"share": in_words, "seconds": _seconds},
        report=report,
        figures=_figures(report),
        table=table_of(report.evaluation) if report.evaluation else None,
        curves=[Markup(curve) for curve in _curves(report)],
        types=_bars(_types(report.statistics["types"])),
        relations=_bars((row["label"], row["count"]) for row in report.statistics["relations"]),
        gates=_bars(report.gates.items(), most=len(report.gates)),
        stages=_bars(report.seconds.items(), most=len(report.seconds)),
        reasons={path.nodes[1].label for each in report.explanations for path in each.paths},
        recommended=[_recommended(each) for each in report.explanations],
    )


def _figures(report: Report) -> list[tuple[str, str, str]]:
    """The few numbers at the top: value, what it is, a remark."""
    found = []
    if report.evaluation is not None:
        metric = f"NDCG@{max(report.evaluation.k)}"
        found.append(
            (
                f"{report.evaluation.metrics[metric]:.3f}",
                metric,
                lead_in_per_cent(report.evaluation, metric),
            )
        )
    carried = "of a score is carried by paths, on average"
    found.append((in_words(report.path_share), "on paths", carried))
    nodes, edges = report.statistics["nodes"], report.statistics["edges"]
    kinds = f"{len(report.statistics['relations'])} relations"
    found.append((f"{edges:,}", "edges", f"{kinds} between {nodes:,} nodes"))
    if report.seconds:
        found.append((_seconds(sum(report.seconds.values())), "in all", "from tables to this page"))
    return found


def _curves(report: Report) -> list[str]:
    """One picture for each number of the log, metrics first."""
    names = {name: None for row in report.epochs for name in row if name != "epoch"}
    ordered = sorted(names, key=lambda name: "@" not in name)
    return [
        f"<figure><figcaption>{Markup.escape(_curve_title(name))}</figcaption>"
        f"{curve_svg(name, _points(report.epochs, name), best=report.best_epoch)}</figure>"
        for name in ordered
    ]


def _curve_title(name: str) -> str:
    return f"{name} on validation" if "@" in name else f"{name.capitalize()} in training"


def _points(epochs: Sequence[Mapping[str, Any]], name: str) -> list[tuple[int, float]]:
    return [(int(row["epoch"]), float(row[name])) for row in epochs if row.get(name) is not None]


def _bars(counts: Iterable[tuple[str, float]], most: int = _MOST_BARS) -> list[dict[str, Any]]:
    """Labels, values and lengths (0–1); the small ones beyond ``most`` become one bar."""
    ordered = [*counts]
    shown, rest = ordered[:most], ordered[most:]
    if rest:
        shown.append((f"{len(rest)} more", sum(count for _, count in rest)))
    longest = max((count for _, count in shown), default=0)
    return [
        {"label": label, "value": count, "length": percent(count, longest)}
        for label, count in shown
    ]


def _types(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    """A film of the catalog and a film that facts only mention have one name: tell them apart."""
    of_items = {row["label"] for row in rows if row["kind"] == "item"}
    for row in rows:
        outside = row["kind"] == "entity" and row["label"] in of_items
        yield f"other {row['label']}" if outside else row["label"], row["count"]


def _recommended(explanation: Explanation) -> dict[str, Any]:
    whole = size(explanation)
    return {
        "explanation": explanation,
        "picture": Markup(paths_svg(explanation)),
        "paths": [(path, percent(path.share, whole)) for path in explanation.paths],
    }


def _seconds(value: float) -> str:
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"
