from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from benchmarks.peer import Peers
from benchmarks.sets import BenchSet
from kgrec.testing import write_tiny_folder

Load = Callable[[str], ModuleType]


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_atomic_files_have_all_events_and_facts(
    peer_module: Load, tmp_path: Path, format: str
) -> None:
    data = write_tiny_folder(tmp_path / "set", format=format)  # type: ignore[arg-type]
    atomic = peer_module("atomic")
    tables = atomic.Tables.read(tmp_path / "set")
    atomic.write_atomic(tables, tmp_path / "out")
    files = {file.name: pd.read_csv(file, sep="\t") for file in (tmp_path / "out/set").iterdir()}
    pairs = files["set.train.inter"]
    named = {
        (tables.users[user], tables.items[item]) for user, item in pairs.itertuples(index=False)
    }
    assert named == set(data.train.select("user", "item").iter_rows())
    facts = files["set.kg"]
    assert len(facts) >= data.facts.height
    assert set(files["set.item"]["item_id:token"]) <= set(facts["head_id:token"])


def test_an_entity_with_the_id_of_an_item_is_another_node(
    peer_module: Load, tmp_path: Path
) -> None:
    for part, pair in {"train": "u,1", "valid": "u,2", "test": "u,3"}.items():
        (tmp_path / f"{part}.csv").write_text(f"user,item\n{pair}\n")
    rows = ["1,r,2,item,entity", "1,r,2,,", "u,r,9,,"]
    (tmp_path / "facts.csv").write_text(
        "\n".join(["head,relation,tail,head_kind,tail_kind", *rows])
    )
    facts = peer_module("atomic").Tables.read(tmp_path).facts
    assert set(facts["tail"]) == {"entity 2", "item 2"}


def test_refitting_adds_valid_to_train(peer_module: Load, tiny: Path) -> None:
    tables = peer_module("atomic").Tables.read(tiny)
    train = tables.refitted().events["train"]
    assert len(train) == len(tables.events["train"]) + len(tables.events["valid"])


def test_a_course_keeps_the_best_lists_and_stops_at_its_budget(
    peer_module: Load, tmp_path: Path
) -> None:
    course_module = peer_module("course")
    made = iter(["first", "second"])
    ranker = SimpleNamespace(lists=lambda: next(made))
    trainer = SimpleNamespace(_train_epoch=lambda: None, _valid_epoch=lambda: None)
    course = course_module.Course(tmp_path / "report.json", 1e9, {"model": "KGAT"})
    course.follow(trainer, ranker)
    for epoch, value in enumerate([0.1, 0.3, 0.2]):
        trainer._train_epoch()
        course.after_epoch(epoch, value)
    assert (course.best_epoch, course.lists) == (2, "second")
    course.budget = -1
    with pytest.raises(course_module.OutOfBudgetError):
        course.after_epoch(3, 0.1)
    course.finish(limit=300)
    course.write(finished=True)
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["stopped"], len(report["curve"])) == ("out of budget", 4)


def test_the_shim_for_dgl_gives_one_relation_at_a_time(peer_module: Load) -> None:
    dgl = peer_module("dgl")
    graph = dgl.graph((torch.tensor([0, 0, 2]), torch.tensor([1, 2, 0])))
    graph.edata["relation_id"] = torch.tensor([1, 2, 1])
    edges = graph.filter_edges(lambda edge: edge.data["relation_id"] == 1)
    part = dgl.edge_subgraph(graph, edges, preserve_nodes=True)
    matrix = part.adjacency_matrix(transpose=False, scipy_fmt="coo")
    assert (matrix.toarray() == [[0, 1, 0], [0, 0, 0], [1, 0, 0]]).all()


def test_the_shim_for_torch_scatter_averages_rows(peer_module: Load) -> None:
    rows, index = torch.randn(50, 3), torch.randint(8, (50,))
    got = peer_module("torch_scatter").scatter_mean(rows, index, dim=0, dim_size=9).numpy()
    for place in range(9):
        chosen = rows[index == place].numpy()
        expected = chosen.mean(axis=0) if len(chosen) else np.zeros(3)
        assert got[place] == pytest.approx(expected, abs=1e-6)


def test_knowledge_models_need_facts_and_the_others_known_items(tiny: Path) -> None:
    peers, bench = Peers(Path("python")), BenchSet(tiny)
    assert peers.suits("KGAT", bench)
    assert peers.suits("LightGCN", bench)
    (tiny / "candidates.csv").write_text("item\n1\n")
    assert not peers.suits("LightGCN", bench)
    (tiny / "facts.csv").unlink()
    assert not peers.suits("KGAT", bench)


def test_an_environment_without_recbole_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"peers/requirements\.txt"):
        Peers(tmp_path / "python").check()
