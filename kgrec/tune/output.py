"""What a person takes from a study: the best settings as a file, and a page."""

from __future__ import annotations

from kgrec.config_file import changed, to_toml
from kgrec.tune.folder import BEST, PAGE, write_text
from kgrec.tune.page import to_html
from kgrec.tune.study import Study
from kgrec.tune.trial import METRIC


def write_study(study: Study) -> None:
    """Write ``best.toml`` and ``study.html`` beside the study; each is replaced as a whole."""
    if study.value is not None:
        write_text(study.plan.folder / BEST, best_toml(study))
    write_text(study.plan.folder / PAGE, to_html(study, best_toml(study)))


def best_toml(study: Study) -> str:
    """The best settings, as ``kgrec train --config`` reads them; defaults are left out."""
    if study.value is None:
        return ""
    trial, name = study.ranked["trial"][0], _one_line(study.plan.dataset)
    comments = (
        f"Found by kgrec tune on {name}: trial {trial} of {study.trials.height},",
        f"{METRIC} {study.value:.6f} on valid.",
        f"Use it: kgrec train FOLDER --out RUN --config {BEST}",
    )
    return to_toml(changed(study.config), comments)


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
