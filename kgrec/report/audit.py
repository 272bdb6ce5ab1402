"""An audit on one page: what it concludes, the arms with their intervals, and how it was done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup

from kgrec.audit import AlphaCurve, Audit, Slice
from kgrec.audit.arms import NO_GRAPH
from kgrec.audit.conclusions import best_baseline, signed
from kgrec.audit.measure import METRIC
from kgrec.audit.splits import COLD
from kgrec.errors import DataError
from kgrec.report.alpha import alpha_svg
from kgrec.report.files import replaced_file
from kgrec.report.page import fill
from kgrec.report.whiskers import Whisker, whiskers_svg

_PAGE = ".html"


@dataclass(frozen=True)
class Places:
    """Where an audit goes.

    :ivar page: the page to read
    :ivar numbers: the same as JSON
    :ivar cells: a folder of finished trainings
    """

    page: Path
    numbers: Path
    cells: Path

    @staticmethod
    def of(out: Path) -> Places:
        """A folder with ``audit.html``, or a page ``NAME.html`` with its JSON beside it.

        :raises DataError: if a folder is asked for where a file is, or the other way round
        """
        if out.suffix == _PAGE:
            if out.is_dir():
                raise DataError("this is a folder", fix="give the name of a file", file=out)
            return Places(out, out.with_suffix(".json"), out.with_suffix(".cells"))
        if out.exists() and not out.is_dir():
            fix = f"give a folder, or a name that ends in {_PAGE}"
            raise DataError("this is a file", fix=fix, file=out)
        return Places(out / f"audit{_PAGE}", out / "audit.json", out / "cells")


def write_audit(places: Places, audit: Audit) -> None:
    """Write the page and the numbers; earlier ones are replaced once the new ones are complete.

    :raises DataError: if they cannot be written
    """
    texts = {
        places.page: to_html(audit),
        places.numbers: json.dumps(audit.to_dict(), ensure_ascii=False, allow_nan=False, indent=2),
    }
    for path, text in texts.items():
        with replaced_file(path) as fresh:
            fresh.write_text(f"{text}\n", encoding="utf-8")


def to_html(audit: Audit) -> str:
    """Fill the page; every text of the data is escaped."""
    return fill(
        "audit",
        audit=audit,
        title=f"What the graph is worth on {audit.name}",
        lead=_lead(audit),
        metric=METRIC,
        sentences=audit.conclusions[: -len(audit.remarks) or None],
        splits=[_split(audit, each) for each in audit.splits],
        parts=[_part(each) for each in audit.parts if NO_GRAPH.name in each.differences],
        curves=[_curve(each) for each in audit.curves],
        method=_method(audit),
    )


def _lead(audit: Audit) -> str:
    fixed = sum(len(curve.alphas) for curve in audit.curves) * len(audit.seeds)
    trained = len(audit.arms) * len(audit.splits) * len(audit.seeds)
    more = f" {_count(fixed, 'further training')} had a fixed alpha." if fixed else ""
    return (
        f"{_count(trained, 'training')}: {_count(len(audit.arms), 'arm')}, each with "
        f"{_count(len(audit.seeds), 'seed')}, on {_count(len(audit.splits), 'test')}.{more}"
    )


def _split(audit: Audit, split: Slice) -> dict[str, Any]:
    size = audit.sizes[split.name]
    cold = split.name == COLD
    held_out = "only items that training never saw" if cold else "every item but those taken before"
    rows = []
    for name, value, against in audit.table(split):
        difference = split.differences.get(name)
        verdict = difference.verdict if difference else 0
        words = audit.arms.get(name, "tuned on valid" if not cold else "")
        rows.append(
            {"name": name, "words": words, "value": value, "against": against, "verdict": verdict}
        )
    return {
        "name": split.name,
        "title": "Cold items" if cold else "Warm users",
        "says": f"{size['interactions']:,} held-out interactions of {size['users']:,} users. "
        f"Ranked: {held_out} ({size['candidates']:,} in all).",
        "rows": rows,
        "picture": Markup(_picture(split)),
    }


def _picture(split: Slice) -> str:
    """The hardest baseline stays in the picture, others may leave it; empty for a single arm."""
    aside = {each.name for each in split.systems if each.is_baseline} - {best_baseline(split)}
    rows = [
        Whisker(name, each.interval, bool(each.verdict), name in aside)
        for name, each in split.differences.items()
    ]
    return whiskers_svg(f"The whole against each arm, {split.name}", rows) if rows else ""


def _part(part: Slice) -> dict[str, Any]:
    difference = part.differences[NO_GRAPH.name]
    return {
        "name": part.name,
        "users": part.users,
        "whole": f"{difference.whole_mean:.4f}",
        "other": f"{difference.other_mean:.4f}",
        "against": signed(difference),
        "verdict": difference.verdict,
    }


def _curve(curve: AlphaCurve) -> dict[str, Any]:
    return {
        "name": curve.split,
        "picture": Markup(alpha_svg(f"{METRIC}, {curve.split}", curve.points, curve.learned)),
        "sentence": curve.sentence,
    }


def _method(audit: Audit) -> list[str]:
    seeds = ", ".join(map(str, audit.seeds))
    changed = ", ".join(
        f"{100 * share:.0f} % in “{name}”"
        for name, share in audit.changed.items()
        if name != NO_GRAPH.name
    )
    settings = ", ".join(f"{name} = {value}" for name, value in audit.settings.items())
    paragraphs = [
        f"Seeds {seeds}. Every arm is trained as the whole is: it stops, and chooses what there is "
        "to choose, by valid. The test was ranked once for each training and chose nothing, but "
        "that the baseline named above is the one that did best on it, which favours the baseline.",
        f"{METRIC} is a mean over users and seeds. An interval counts both: the variance over "
        "users, who are the same for all arms and are compared one by one, and that over seeds; "
        "Student’s t with Welch and Satterthwaite’s degrees of freedom. “Adds nothing measurable” "
        "means that the interval holds 0, not that the truth is 0.",
    ]
    if COLD in audit.sizes:
        paragraphs.append(
            f"Cold items: {audit.sizes[COLD]['candidates']:,} items of which training saw no "
            "interaction; only these were ranked. Baselines that learn from behaviour know nothing "
            "of them, so neighbours by content and a random order stand in for these."
        )
    if changed:
        paragraphs.append(f"Facts that the shuffles changed: {changed}.")
    paragraphs.append(
        f"Settings: {settings or 'the defaults'}. kgrec {version('kgrec')}; "
        f"{_time(audit.seconds)} of training."
    )
    return paragraphs


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
