"""A study as one page that stands alone: no network, no script, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from kgrec.report.page import fill
from kgrec.tune.axes import value_text
from kgrec.tune.pictures import history_svg, slice_svg
from kgrec.tune.study import Study
from kgrec.tune.trial import METRIC

_ROWS = 12


def to_html(study: Study, settings: str) -> str:
    """Fill the page; every text is escaped.

    :param settings: the best settings, as a file has them
    """
    return fill(
        "study",
        package="kgrec.tune",
        study=study,
        metric=METRIC,
        figures=list(_figures(study)),
        history=Markup(history_svg(study.trials)),
        slices=[
            Markup(slice_svg(study.trials, name, log=study.plan.space[name].log))
            for name in study.names
            if study.trials.height
        ],
        importances=study.importances,
        most=max(study.importances.values(), default=0.0) or 1.0,
        rows=[_row(row, study.names) for row in study.ranked.head(_ROWS).to_dicts()],
        failures=study.trials.filter(state="failed").select("trial", "error").rows(),
        settings=settings,
    )


def _figures(study: Study) -> Iterator[tuple[str, str, str]]:
    """Number, name and remark for the head of the page."""
    states = dict(study.trials["state"].value_counts().iter_rows())
    if study.value is not None:
        yield f"{study.value:.4f}", METRIC, "on valid, of the best trial"
    if study.start and study.value is not None:
        gain = f"{100 * (study.value / study.start - 1):+.1f} %"
        yield gain, "gained", f"over the {study.start:.4f} of the first settings"
    others = [f"{states[state]} {state}" for state in ("pruned", "failed") if state in states]
    yield f"{study.trials.height}", "trials", ", ".join(others) or "all complete"
    minutes = study.trials["seconds"].sum() / 60
    yield f"{minutes:.1f}", "minutes", "of training"


def _row(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "trial": row["trial"],
        "value": f"{row['value']:.4f}",
        "epochs": row["epochs"],
        "seconds": f"{row['seconds']:.1f}",
        "settings": [value_text(row[name]) for name in names],
    }
