from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import transfer
from benchmarks.transfer import ARMS, MODELS, POLICIES, Variant, main, row, variants
from kgrec.config import Config
from kgrec.testing import write_tiny_folder


def test_every_arm_and_every_policy_is_there_once() -> None:
    found = variants()
    assert found[0] == Variant()
    assert len(found) == len(set(found)) == 1 + len(MODELS) * (len(ARMS) + len(POLICIES) - 1)
    assert variants(["TransE"], ["plain"], ["frozen"]) == [
        Variant(),
        Variant("TransE"),
        Variant("TransE", "plain", "frozen"),
    ]


def test_every_variant_is_another_setting() -> None:
    configs = [Config().replace(each.settings) for each in variants()]
    assert not configs[0].kge.enabled
    assert len({config.model_dump_json() for config in configs}) == len(configs)


def test_a_row_tells_the_mean_and_the_spread() -> None:
    runs = [(0.1, 0.2, 0.3, 1.0, 9.0), (0.1, 0.2, 0.4, 2.0, 11.0)]
    line = row(Variant("TransE", "inverse"), runs)
    assert line == "| TransE | inverse | full | 0.1000 | 0.2000 | 0.3500 (0.0707) | 1.5 | 10.0 |"
    assert row(Variant(), runs[:1]).startswith("| none |  |  | 0.1000 | 0.2000 | 0.3000 | 1.0 |")


def test_it_prints_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "apart", lambda step, *arguments: step(*arguments))
    write_tiny_folder(tmp_path / "tiny")
    words = ["--models", "TransE", "--arms", "filtered", "--policies", "frozen"]
    off = ["text.enabled=false", "gnn.epochs=3", "kge.epochs=1"]
    main([str(tmp_path / "tiny"), *words, *(word for each in off for word in ("--set", each))])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[1:3] for line in lines[-2:]] == [
        ["filtered", "full"],
        ["plain", "frozen"],
    ]
