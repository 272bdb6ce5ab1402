from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from kgrec import doctor
from kgrec.doctor import State, examine
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset


def _found(part: str, name: str, stores: list[str] | None = None) -> doctor.Check:
    (check,) = [each for each in examine(stores or []) if (each.part, each.name) == (part, name)]
    return check


def test_what_is_installed_is_told_with_its_version() -> None:
    torch = _found("packages", "torch")
    assert (torch.state, torch.found) == (State.ok, metadata.version("torch"))
    assert _found("packages", "python").state is State.ok


@pytest.mark.parametrize(
    ("line", "state", "words"),
    [
        ("polars>=2", State.ok, ""),
        ("polars<1", State.wrong, "kgrec needs <1"),
        ("no-such-package>=7", State.wrong, "not installed"),
    ],
)
def test_a_package_that_is_absent_or_of_another_version_is_wrong(
    monkeypatch: pytest.MonkeyPatch, line: str, state: State, words: str
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: [line])
    check = _found("packages", line.split(">")[0].split("<")[0])
    assert check.state is state
    assert words in check.found
    assert check.mend == ("" if state is State.ok else f"pip install '{line}'")


def test_an_extra_that_is_not_installed_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        metadata, "requires", lambda _: ['no-such-package>=7; extra == "tune"', "polars>=2"]
    )
    check = _found("extras", "tune")
    assert check.state is State.absent
    assert check.mend == "pip install 'kgrec[tune]'"


def test_a_store_is_reached_or_not(tmp_path: Path) -> None:
    graph = KnowledgeGraph.build(tiny_dataset())
    graph.save(tmp_path / "graph")
    held = _found("stores", str(tmp_path / "graph"), [str(tmp_path / "graph")])
    assert (held.state, held.found) == (State.ok, f"{graph.nodes.height:,} nodes")
    nowhere = "bolt://127.0.0.1:9"
    lost = _found("stores", nowhere, ["bolt://anna:secret@127.0.0.1:9"])
    assert lost.state is State.wrong
    assert "secret" not in str(lost.to_dict())


def test_the_store_of_the_environment_is_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NEO4J_URI", str(tmp_path / "nothing"))
    assert _found("stores", str(tmp_path / "nothing")).state is State.wrong


def test_caches_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KGREC_CACHE", str(tmp_path / "cache"))
    assert _found("caches", str(tmp_path / "cache")).found == "nothing yet"
    assert not (tmp_path / "cache").exists()
    (tmp_path / "cache" / "text").mkdir(parents=True)
    (tmp_path / "cache" / "text" / "a").write_bytes(b"x" * 2_500_000)
    assert _found("caches", str(tmp_path / "cache" / "text")).found == "1 files, 2.5 MB"


BROKEN = """
import sys
sys.modules["torch"] = None  # as if importing it failed
from kgrec.doctor import examine
(check,) = [each for each in examine() if each.name == "bfloat16"]
print(check.state, check.found, check.mend, sep="|")
"""


def test_a_torch_that_cannot_be_loaded_is_told() -> None:
    done = subprocess.run([sys.executable, "-c", BROKEN], capture_output=True, text=True)
    state, found, mend = done.stdout.strip().split("|")
    assert (state, mend) == ("wrong", "pip install --force-reinstall torch"), done.stderr
    assert found.startswith("torch cannot be loaded: ")


def test_a_store_whose_package_is_broken_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    KnowledgeGraph.build(tiny_dataset()).save(tmp_path / "graph")
    monkeypatch.delitem(sys.modules, "kgrec.graph.stores.embedded", raising=False)
    monkeypatch.setitem(sys.modules, "kglite", None)
    check = _found("stores", str(tmp_path / "graph"), [str(tmp_path / "graph")])
    assert check.state is State.wrong
    assert "kglite cannot be loaded" in check.found
