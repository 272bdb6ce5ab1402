"""R-GCN and KGAT do everything that the default model does, and say what they cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.errors import ConfigError, RunError
from kgrec.explain.picture.paths import paths_svg
from kgrec.recommend import Profile

Quick = Callable[..., Config]
SOME = [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2"), ("2", "3"), ("3", "3"), ("3", "1")]
FACTS = [("1", "directed_by", "1"), ("2", "directed_by", "1"), ("3", "starring", "1")]
SQUARE = [(user, item) for user in "123" for item in "123"]
WORLDS = {
    "one user": ([("1", item) for item in "1234"], [("1", "5")], FACTS),
    "one pair": ([("1", "1")], [], []),
    "one item": ([("1", "1"), ("2", "1")], [], []),
    "no facts": (SOME, [("1", "3")], []),
    "no valid": (SOME, [], FACTS),
    "valid of strangers": (SOME, [("9", "1"), ("8", "2")], FACTS),
    "items without users": (SOME, [("1", "3")], [*FACTS, ("8", "directed_by", "1")]),
    "one relation": (SOME, [("1", "3")], FACTS[:2]),
    "a relation with one edge": (SOME, [("1", "3")], FACTS),
    "an isolated entity": (
        SOME,
        [("1", "3")],
        [*FACTS, ("9", "starring", "7", "entity", "entity")],
    ),
    "everybody has everything": (SQUARE, [], []),
    "one item a user": ([(id, id) for id in "1234"], [("1", "2"), ("2", "1")], FACTS),
    "a hub": (SOME, [("1", "3")], [(str(n), "starring", "1") for n in range(1, 400)]),
}


@pytest.fixture(scope="module", params=["rgcn", "kgat"])
def rec(request: pytest.FixtureRequest, tiny_graph: KnowledgeGraph, quick: Quick) -> Recommender:
    return Recommender(quick(gnn__model=request.param, gnn__layers=2)).fit(tiny_graph)


def check(rec: Recommender, folder: Path) -> None:
    top = rec.recommend(k=2, explain=True)
    table = top.to_polars()
    assert np.isfinite(table["score"].to_numpy()).all()
    for why in top.explanations:
        assert list(why.rest)[:3] == ["popularity", "content", "latent"]
        assert why.rest["content"] == 0
        total = sum(why.rest.values()) + sum(path.share for path in why.paths)
        assert total == pytest.approx(why.score, rel=1e-6, abs=1e-9)
    share = rec.path_share(top)
    assert (share["share"] == 0).all()
    sums = share.select(pl.sum_horizontal("paths", "content", "latent", "popularity"))
    assert sums.to_series().to_numpy() == pytest.approx(table["score"].to_numpy(), abs=1e-4)
    rec.save(folder)
    again = Recommender.load(folder).recommend(k=2, explain=True)
    assert again.to_polars().equals(table)
    assert again.explanations == top.explanations


@pytest.mark.parametrize("kind", ["rgcn", "kgat"])
@pytest.mark.parametrize("name", WORLDS)
def test_odd_data_are_no_trouble(
    name: str, kind: str, build: Callable[..., KnowledgeGraph], quick: Quick, tmp_path: Path
) -> None:
    config = quick(gnn__epochs=2, gnn__model=kind, gnn__layers=2)
    check(Recommender(config).fit(build(*WORLDS[name])), tmp_path / "run")


@pytest.mark.parametrize("kind", ["rgcn", "kgat"])
def test_no_layers_are_no_trouble(
    kind: str, tiny_graph: KnowledgeGraph, quick: Quick, tmp_path: Path
) -> None:
    config = quick(gnn__epochs=1, gnn__model=kind, gnn__layers=0)
    check(Recommender(config).fit(tiny_graph), tmp_path / "run")


@pytest.mark.parametrize("kind", ["rgcn", "kgat"])
@pytest.mark.parametrize("loss", ["sampled_softmax", "bpr", "bce"])
def test_all_losses_and_precisions_train(
    kind: str, loss: str, build: Callable[..., KnowledgeGraph], quick: Quick, tmp_path: Path
) -> None:
    config = quick(gnn__epochs=2, gnn__model=kind, gnn__loss=loss, gnn__precision="bfloat16")
    check(Recommender(config).fit(build(SOME, [("1", "3")], FACTS)), tmp_path / "run")


def test_embeddings_are_taken_up(
    build: Callable[..., KnowledgeGraph], quick: Quick, tmp_path: Path
) -> None:
    config = quick(gnn__epochs=1, gnn__model="kgat", kge__enabled=True, kge__epochs=1)
    check(Recommender(config).fit(build(SOME, [("1", "3")], FACTS)), tmp_path / "run")


def test_new_users_are_served(rec: Recommender) -> None:
    top = rec.recommend_for(Profile(items=("1", "5")), k=4).to_polars()
    assert top.height == 4
    assert not {"1", "5"} & set(top["item"])
    other = rec.recommend_for(Profile(attributes={"has_genre": "Comedy"}), k=4)
    assert other.items != rec.recommend_for(Profile(attributes={"has_genre": "Mystery"}), k=4).items


def test_an_explanation_says_what_it_can(rec: Recommender) -> None:
    top = rec.recommend(users=["1"], k=5, explain=True)
    for why in top.explanations:
        assert "as you did" in why.sentence or "you liked" in why.sentence
        assert why.cypher.startswith("MATCH")
        tree = json.loads(why.to_json())
        assert tree["method"] == "gradients"
        assert len(tree["paths"]) == len(why.paths) > 0
        assert "(latent)" in str(why)
        assert paths_svg(why).startswith("<svg")
    first = top.explanations[0]
    assert first.reasons[0] in top._repr_html_()
    assert rec.explain("1", first.item) == first
    with pytest.raises(ConfigError, match="at least 0"):
        rec.explain("1", first.item, paths=-1)


def test_a_run_knows_its_kind(rec: Recommender, tmp_path: Path) -> None:
    rec.save(tmp_path / "run")
    card = (tmp_path / "run" / "README.md").read_text(encoding="utf-8")
    assert "sum over paths" not in card
    assert f"a graph network ({rec.config.gnn.model})" in card
    path = tmp_path / "run" / "model.safetensors"
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        about = json.loads(file.metadata()["kgrec"])
    assert about["model"] == rec.config.gnn.model
    for kind in ("linear", "gcn"):
        save_file(tensors, path, {"kgrec": json.dumps({**about, "model": kind})})
        with pytest.raises(RunError, match=r"holds a model of the kind .* train again\."):
            Recommender.load(tmp_path / "run")
    without_kind = {"kgrec": json.dumps({"graph": about["graph"]})}
    missing = {name: value for name, value in tensors.items() if name != "bias"}
    for broken, header in ((missing, {"kgrec": json.dumps(about)}), (tensors, without_kind)):
        save_file(broken, path, header)
        with pytest.raises(RunError, match="the file is broken"):
            Recommender.load(tmp_path / "run")


def test_a_model_on_another_graph_is_refused(
    rec: Recommender, build: Callable[..., KnowledgeGraph], quick: Quick, tmp_path: Path
) -> None:
    rec.save(tmp_path / "run")
    config = quick(gnn__model=rec.config.gnn.model, gnn__epochs=1)
    Recommender(config).fit(build(SOME, [], FACTS)).save(tmp_path / "other")
    model = (tmp_path / "other" / "model.safetensors").read_bytes()
    (tmp_path / "run" / "model.safetensors").write_bytes(model)
    with pytest.raises(RunError, match="does not belong to the graph"):
        Recommender.load(tmp_path / "run")


def test_resumes_as_if_nothing_had_happened(
    rec: Recommender, tiny_graph: KnowledgeGraph, tmp_path: Path
) -> None:
    class CrashError(Exception):
        pass

    from kgrec.callbacks import Progress

    class Crashing(Progress):
        def epoch(self, epoch: int, values: dict[str, float]) -> None:  # noqa: ARG002
            if epoch == 4:
                raise CrashError

    kept = tmp_path / "kept"
    with pytest.raises(CrashError):
        Recommender(rec.config, progress=Crashing()).fit(
            tiny_graph, checkpoint=kept, checkpoint_minutes=0
        )
    assert list(kept.iterdir())
    again = Recommender(rec.config).fit(tiny_graph, checkpoint=kept, checkpoint_minutes=0)
    assert again.recommend(k=5).to_polars().equals(rec.recommend(k=5).to_polars())
