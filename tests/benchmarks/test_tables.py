from __future__ import annotations

import pytest

from benchmarks.suite import Row
from benchmarks.tables import METRICS, Spread, details, summary


def row(system: str, value: float, seed: int = 0) -> Row:
    result = {"seconds": {"wall": 2.0, "cpu": 3.0}, "peak_mb": 100.0 + seed}
    if system == "kgrec":
        result |= {"with_path": 1.0, "path_share": 0.976}
    return Row("set", system, seed, dict.fromkeys(METRICS, value), result)


def test_the_best_is_bold_and_kgrec_comes_last() -> None:
    head, _, line = summary([row("kgrec", 0.25), row("EASE", 0.3), row("KGAT", 0.2)]).splitlines()
    assert head.startswith("| data | EASE | KGAT | kgrec |")
    assert line == "| set | **.3000** | .2000 | .2500 | 100 % | 98 % |"


def test_what_is_not_measured_is_a_dash() -> None:
    other = Row("other", "KGAT", 0, dict.fromkeys(METRICS, 0.5), {})
    lines = summary([row("EASE", 0.3), other]).splitlines()
    assert lines[2] == "| set | **.3000** | – | – | – |"
    assert lines[3] == "| other | – | **.5000** | – | – |"


def test_details_have_a_line_for_each_system() -> None:
    text = details([row("EASE", 0.3), row("kgrec", 0.25), row("kgrec", 0.35, seed=1)])
    *_, line = text.splitlines()
    assert line.startswith("| set | kgrec | 2 | .3000 ± ")
    assert line.endswith("| 2.0 | 3.0 | 101 |")


def test_an_interval_of_seeds_is_students() -> None:
    spread = Spread.of([0.1, 0.2, 0.3])
    assert spread.mean == pytest.approx(0.2)
    assert spread.half == pytest.approx(4.3027 * 0.1 / 3**0.5, rel=1e-4)
    assert str(spread) == ".2000 ± .2484"
    assert Spread.of([0.1]).half is None
