"""The tables of an evaluation of explanations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgrec.evaluation.compare import Interval
from kgrec.evaluation.explanations.claims import ALL, TIMES

if TYPE_CHECKING:
    from kgrec.evaluation.explanations.result import ExplanationEvaluation

Table = tuple[list[str], list[list[str]]]


def tables(result: ExplanationEvaluation) -> Iterator[Table]:
    """Header and rows of each table."""
    yield _coverage(result)
    if result.against:
        yield _deletion(result)
        yield _shares(result)
        yield _claims(result)
        yield _orders(result)
    if result.randomisation:
        yield _randomisation(result)
    header = ["Path quality of the literature", *result.quality]
    yield header, [["strongest paths", *map(_number, result.quality.values())]]


def _coverage(result: ExplanationEvaluation) -> Table:
    found, truth = result.coverage(), result.truth
    rows = {
        "recommendations with a path": _percent(found["with_path"]),
        "paths, median": _number(found["median_paths"], ".0f"),
        f"recommendations with at most {result.deleted} paths": _percent(found["few_paths"]),
        "share of the score on paths, mean": _percent(found["path_share"]),
        **_by_texts(found["extracted_share"]),
        "share of the score that is latent, largest": _number(found["largest_latent_share"], ".1e"),
        "relative error of the sum of shares, largest": _number(found["sum_error"], ".1e"),
        "relative error of scores with masked weights": _number(result.rescoring_error, ".1e"),
        "sentences read": f"{truth.sentences:,}",
        "entities that are not in the graph": f"{truth.unknown_entities:,}",
        "facts that are not in the graph": f"{truth.unknown_facts:,}",
        "names in sentences that are not in their path": f"{truth.foreign_names:,}",
    }
    return ["Explanations", ""], [list(row) for row in rows.items()]


def _by_texts(share: float | None) -> dict[str, str]:
    words = "share of the score on facts that only texts state, mean"
    return {words: _percent(share)} if share else {}


def _deletion(result: ExplanationEvaluation) -> Table:
    header = [f"Deleting {result.deleted} paths", "places lost", "strongest lose more by"]
    header += ["times as many", "times the score", "p"]
    rows = [["strongest", _interval(result.rank_drop), "", "", "", ""]]
    rows += [
        [
            name.replace("_", " "),
            _interval(each.rank_drop),
            _interval(each.difference),
            _interval(each.ratio),
            _interval(each.score_ratio),
            f"{each.p_value:.4f}",
        ]
        for name, each in result.against.items()
    ]
    return header, rows


def _shares(result: ExplanationEvaluation) -> Table:
    header = ["Share of recommendations", "more places", "as many", "both none", "same paths"]
    header += ["3 x places", "more score", "3 x score"]
    rows = [
        [
            name.replace("_", " "),
            _percent(each.larger),
            _percent(each.tied),
            _percent(each.tied_at_none),
            _percent(each.same_paths),
            _percent(each.three_times),
            _percent(each.larger_score),
            _percent(each.three_times_score),
        ]
        for name, each in result.against.items()
    ]
    return header, rows


def _claims(result: ExplanationEvaluation) -> Table:
    header = ["Recommendations that lose", "places", "score"]
    header += ["where other paths are picked", "places", "score"]
    rows = []
    for name, each in result.claims().items():
        shares = (each.places, each.score, each.other_places, each.other_score)
        places, score, other_places, other_score = map(_share, shares)
        rows.append(
            [_wording(name), places, score, f"{each.others:,}", other_places, other_score],
        )
    return header, rows


def _wording(control: str) -> str:
    if control == ALL:
        return "all of these"
    times = TIMES[control]
    return f"{times} x what {control} does" if times > 1 else f"more than by {control}"


def _orders(result: ExplanationEvaluation) -> Table:
    count = result.deleted
    header = [
        "By order of paths",
        f"score lost without {count}",
        f"out of top {result.k}",
        f"score with {count} alone",
        f"in top {result.k}",
        "deletion area",
        "insertion area",
    ]
    rows = [
        [name.replace("_", " "), *map(_number, values.values())]
        for name, values in result.orders().items()
    ]
    return header, rows


def _randomisation(result: ExplanationEvaluation) -> Table:
    header = ["Randomised", "rank correlation", f"overlap of top {result.deleted}", "by chance", ""]
    rows = [
        [
            part.replace("_", " "),
            _interval(each.correlation),
            _interval(each.overlap),
            _number(each.by_chance),
            each.verdict,
        ]
        for part, each in result.randomisation.items()
    ]
    return header, rows


def _interval(value: Interval | None) -> str:
    if value is None:
        return "–"
    mean, low, high = (f"{each:,.{2 if abs(each) < 10 else 0}f}" for each in vars(value).values())
    return f"{mean} [{low}, {high}]"


def _share(value: Interval | None) -> str:
    if value is None:
        return "–"
    return f"{value.mean:.1%} [{value.low:.1%}, {value.high:.1%}]"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: float | None, form: str = ".4f") -> str:
    return "–" if value is None or math.isnan(value) else format(value, form)
