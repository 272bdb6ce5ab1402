from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from kgrec.audit import AlphaCurve, Audit, Slice, System
from kgrec.audit.measure import METRICS
from kgrec.errors import DataError
from kgrec.report import audit as page
from kgrec.report.audit import Places, to_html, write_audit

EVIL = "<script>alert(1)</script><img src=x onerror=y>"

# The parser of the other page's tests: what a page must be does not depend on what it shows.
_spec = importlib.util.spec_from_file_location("page", Path(__file__).with_name("test_report.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
Page = _module.Page


def system(name: str, mean: float, *, baseline: bool = False, seeds: int = 2) -> System:
    values = np.random.default_rng(len(name)).normal(mean, 0.02, (seeds, 60)).clip(0, 1)
    return System(name, dict.fromkeys(METRICS, values), baseline)


def make(**changes: object) -> Audit:
    warm = Slice.of(
        "warm",
        [
            system("all", 0.4),
            system("no graph", 0.3),
            system("no text", 0.4),
            system("EASE", 0.35, baseline=True, seeds=1),
            system("Popularity", 0.01, baseline=True, seeds=1),
        ],
    )
    cold = Slice.of("cold", [system("all", 0.4), system("no graph", 0.1)])
    fields = {
        "name": "films",
        "splits": (warm, cold),
        "parts": (Slice.of("items: tail", warm.systems, level=0.99),),
        "seeds": (0, 1),
        "arms": {"all": "everything", "no graph": "no facts", "no text": "no words"},
        "sizes": {
            name: {"users": 60, "interactions": 120, "candidates": 40} for name in ("warm", "cold")
        },
        "changed": {"shuffled graph": 0.913},
        "settings": {"gnn.epochs": 3},
        "remarks": ("Something was left out.",),
        "seconds": 125.0,
    }
    return Audit(**{**fields, **changes})  # type: ignore[arg-type]


def words(audit: Audit) -> str:
    return " ".join(" ".join(Page(to_html(audit)).words).split())


def test_the_page_stands_alone_and_says_what_it_should() -> None:
    parsed = Page(to_html(make()))
    assert parsed.loading == []
    assert not {"script", "link", "img", "iframe", "object"} & set(parsed.tags)
    assert parsed.tags.count("svg") == 2
    text = words(make())
    for expected in (
        "What the graph is worth on films",
        "12 trainings: 3 arms, each with 2 seeds, on 2 tests.",
        "The graph adds",
        "Something was left out.",
        "no facts",
        "tuned on valid",
        "items: tail",
        "91 % in “shuffled graph”",
        "gnn.epochs = 3",
        "Seeds 0, 1.",
    ):
        assert expected in text
    assert "give test answers away" not in text


def test_sentences_and_remarks_are_told_apart() -> None:
    html = to_html(make())
    assert html.count("Something was left out.") == 1
    assert html.index("The graph adds") < html.index("Something was left out.")
    assert "The graph adds" in words(make(remarks=()))


def test_leaks_are_said_first() -> None:
    text = words(make(leaks=("items, column 'buyers': it names users.",)))
    assert text.index("give test answers away") < text.index("The graph adds")


def test_everything_is_escaped() -> None:
    audit = make(name=EVIL, arms={"all": EVIL}, remarks=(EVIL,), leaks=(EVIL,), settings={EVIL: 1})
    parsed = Page(to_html(audit))
    assert "script" not in parsed.tags
    assert "img" not in parsed.tags


def test_a_single_arm_has_a_page() -> None:
    alone = Slice.of("warm", [system("all", 0.4)])
    text = words(make(splits=(alone,), parts=(), changed={}, remarks=()))
    assert "Warm users" in text


def test_a_folder_or_a_page(tmp_path: Path) -> None:
    inside = Places.of(tmp_path / "report")
    assert inside.page == tmp_path / "report" / "audit.html"
    assert inside.cells.parent == inside.numbers.parent == tmp_path / "report"
    beside = Places.of(tmp_path / "x.html")
    assert (beside.page.name, beside.numbers.name, beside.cells.name) == (
        "x.html",
        "x.json",
        "x.cells",
    )
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match="this is a file"):
        Places.of(tmp_path / "file")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(DataError, match="this is a folder"):
        Places.of(tmp_path / "folder.html")


def test_page_and_numbers_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places, audit = Places.of(tmp_path / "x.html"), make()
    write_audit(places, audit)
    assert json.loads(places.numbers.read_text(encoding="utf-8")) == json.loads(
        json.dumps(audit.to_dict())
    )
    before = places.page.read_text(encoding="utf-8")
    monkeypatch.setattr(page, "to_html", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_audit(places, audit)
    assert places.page.read_text(encoding="utf-8") == before


def test_a_curve_over_alpha_has_a_section_with_its_sentence() -> None:
    names = [("learned", 0.3), ("0", 0.2), ("1", 0.3)]
    curve = AlphaCurve((0.0, 1.0), Slice.of("cold", [system(*each) for each in names]))
    html = to_html(make(curves=(curve,)))
    section = html.split('<section id="alpha">')[1].split("</section>")[0]
    assert section.count("<svg") == 1
    assert curve.sentence in section
    assert 'id="alpha"' not in to_html(make())
