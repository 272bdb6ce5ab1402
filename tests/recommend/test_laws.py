"""What must hold of every list, and of every run folder."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.errors import ConfigError, RunError, UnknownIdError
from kgrec.recommend import run
from kgrec.testing import tiny_dataset


def test_nothing_seen_is_recommended_and_ranks_follow_scores(fitted: Recommender) -> None:
    table = fitted.recommend(k=15).to_polars()
    data = tiny_dataset()
    seen = pl.concat([data.train, data.valid]).select("user", "item")
    assert table.join(seen, on=["user", "item"], how="semi").is_empty()
    for (_,), rows in table.group_by("user"):
        assert rows["rank"].to_list() == list(range(1, rows.height + 1))
        assert rows["score"].is_sorted(descending=True)


def test_every_recommendation_of_a_warm_user_has_a_path(fitted: Recommender) -> None:
    shares = fitted.path_share(fitted.recommend(k=10))
    assert (shares["paths"] != 0).all()
    assert shares["share"].is_between(0, 1).all()


def test_same_seed_same_scores_and_another_seed_others(tiny_graph: KnowledgeGraph) -> None:
    settings = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": 4, "threads": 1}

    def scores(seed: int) -> pl.DataFrame:
        rec = Recommender(Config().replace(settings), seed=seed).fit(tiny_graph)
        return rec.recommend(k=5).to_polars()

    assert scores(1).equals(scores(1))
    assert not scores(1).equals(scores(2))


def test_text_and_pretraining_reach_the_model(tiny_graph: KnowledgeGraph, tmp_path: Path) -> None:
    small = {"gnn.epochs": 3, "kge.epochs": 2, "threads": 1}
    whole = Recommender(Config().replace(small)).fit(tiny_graph)
    assert {"Describe", "Pretrain DistMult"} <= set(whole.log.seconds)
    bare = Recommender(Config().replace({**small, "text.enabled": False})).fit(tiny_graph)
    assert not whole.recommend(k=3).to_polars().equals(bare.recommend(k=3).to_polars())


def test_a_run_comes_back_bit_for_bit(fitted: Recommender, tmp_path: Path) -> None:
    data = tiny_dataset()
    fitted.save(tmp_path / "run", held_out=data.test)
    again = Recommender.load(tmp_path / "run")
    assert again.recommend(k=9).to_polars().equals(fitted.recommend(k=9).to_polars())
    assert again.held_out is not None
    assert again.held_out.equals(data.test)
    item = fitted.recommend(users=["1"], k=1).items[0]
    assert again.explain("1", item, paths=None) == fitted.explain("1", item, paths=None)


def test_a_failed_save_leaves_the_earlier_run(
    fitted: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted.save(tmp_path / "run")
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}

    def fail(*_: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(run, "model_card", fail)
    with pytest.raises(OSError, match="disk full"):
        fitted.save(tmp_path / "run")
    assert before == {path: path.read_bytes() for path in before}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize(
    "part", ["config.json", "model.safetensors", "log.json", "graph/graph.json"]
)
def test_a_half_written_or_broken_run_is_named(
    fitted: Recommender, tmp_path: Path, part: str
) -> None:
    fitted.save(tmp_path / "run")
    target = tmp_path / "run" / part
    target.write_bytes(target.read_bytes()[:7])
    with pytest.raises(RunError, match="run"):
        Recommender.load(tmp_path / "run")
    target.unlink()
    with pytest.raises(RunError, match="run"):
        Recommender.load(tmp_path / "run")


def test_another_folder_is_never_replaced(fitted: Recommender, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RunError, match="not a run"):
        fitted.save(tmp_path)
    assert (tmp_path / "config.json").read_text() == "{}"


def test_bad_requests_are_one_sentence(fitted: Recommender) -> None:
    with pytest.raises(UnknownIdError, match="no user 'x'"):
        fitted.recommend(users=["x"])
    with pytest.raises(ConfigError, match="at least 1"):
        fitted.recommend(users=["1"], k=0)
    with pytest.raises(RunError, match="not fitted"):
        Recommender().recommend()
    with pytest.raises(RunError, match="no such run"):
        Recommender.load("nowhere")


def test_the_test_part_teaches_nothing() -> None:
    data = tiny_dataset()
    settings = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": 2, "threads": 1}

    def lists(test: pl.DataFrame) -> pl.DataFrame:
        graph = KnowledgeGraph.build(tiny_with(data, test))
        return Recommender(Config().replace(settings)).fit(graph).recommend(k=5).to_polars()

    assert lists(data.test).equals(lists(data.test.head(1)))


def tiny_with(data: object, test: pl.DataFrame) -> object:
    import dataclasses

    return dataclasses.replace(data, test=test)


def test_tables_go_anywhere(fitted: Recommender) -> None:
    top = fitted.recommend(users=["2", "1"], k=3, explain=True)
    assert pl.DataFrame(top).equals(top.to_polars())
    assert top.to_pandas().shape == (6, 5)
    assert top.to_polars()["user"].to_list() == ["2"] * 3 + ["1"] * 3
    assert len(top.explanations) == len(top) == 6
    assert "<table" in top._repr_html_()
    assert top.explanations[0].sentence in str(top)


def test_a_single_user_may_be_given_as_a_string(fitted: Recommender) -> None:
    alone = fitted.recommend(users="12", k=3).to_polars()
    assert alone.equals(fitted.recommend(users=["12"], k=3).to_polars())


def test_a_file_of_the_user_inside_a_run_is_never_lost(fitted: Recommender, tmp_path: Path) -> None:
    fitted.save(tmp_path / "run")
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"'notes\.txt' is not part of a run"):
        fitted.save(tmp_path / "run")
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"
