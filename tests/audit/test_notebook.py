from __future__ import annotations

from dataclasses import replace

import numpy as np

from kgrec.audit import Audit, Slice, System
from kgrec.audit.measure import METRICS

EVIL = "<script>alert(1)</script>"


def system(name: str, mean: float) -> System:
    values = np.random.default_rng(len(name)).normal(mean, 0.02, (2, 60)).clip(0, 1)
    return System(name, dict.fromkeys(METRICS, values))


def make() -> Audit:
    warm = Slice.of("warm", [system("all", 0.4), system("no graph", 0.3)])
    return Audit("films", (warm,), (), (0, 1), {"all": "everything", "no graph": "no facts"}, {})


def test_sentences_come_before_numbers() -> None:
    audit = make()
    page = audit._repr_html_()
    assert page.index("The graph adds") < page.index("95 % interval") < page.index("no graph</td>")
    found = audit.splits[0].systems[1].interval()
    assert f"{found.low:.4f} – {found.high:.4f}" in page
    assert repr(audit) == "Audit('films': 2 arms, 2 seeds, 60 users)"


def test_names_are_escaped_and_leaks_are_told() -> None:
    audit = replace(make(), name=EVIL, leaks=(EVIL,), arms={"all": EVIL}, remarks=(EVIL,))
    page = audit._repr_html_()
    assert EVIL not in page
    assert "The data give answers away" in page
