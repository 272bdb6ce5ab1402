from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.errors import ConfigError, DataError
from kgrec.gnn.linear.pairs import PairModel
from kgrec.testing import tiny_dataset

Quick = Callable[..., Config]
LENGTH = 9


def image_of(items: list[str], seed: int = 0) -> pl.Series:
    """A picture that shows the genre of a film of the tiny world, and some noise."""
    random = np.random.default_rng(seed)
    genres = np.array([(int(item) - 1) % 4 for item in items])
    vectors = np.eye(4, LENGTH)[genres] + 0.1 * random.normal(size=(len(items), LENGTH))
    return pl.Series("image", vectors.astype(np.float32).tolist(), dtype=pl.List(pl.Float32))


def graph_with_images(*, missing: int = 5) -> KnowledgeGraph:
    data = tiny_dataset(users=60)
    image = image_of(data.items["item"].to_list())
    image = image.set(pl.Series(np.arange(len(image)) < missing), None)
    return KnowledgeGraph.build(replace(data, items=data.items.with_columns(image)))


@pytest.fixture(scope="module")
def rec(quick: Quick) -> Recommender:
    return Recommender(quick()).fit(graph_with_images())


def heard(rec: Recommender) -> Recommender:
    """The same with images that are heard, whatever was chosen in so small a world."""
    model = rec.model
    assert isinstance(model, PairModel)
    assert model.newcomers is not None
    return rec.with_model(replace(model, newcomers=replace(model.newcomers, modalities=1.0)))


NEW = pl.DataFrame({"item": ["101", "102"], "title": ["New one", "Other one"]})


def test_the_model_knows_the_images(rec: Recommender) -> None:
    model = rec.model
    assert isinstance(model, PairModel)
    assert model.newcomers is not None
    images = model.newcomers.texts.modalities["image"]
    assert images.shape == (len(rec.features.items), LENGTH)
    known = images.any(axis=1)
    assert known.sum() == len(images) - 5
    np.testing.assert_allclose(np.linalg.norm(images[known], axis=1), 1, atol=1e-5)


def test_explanations_say_what_an_image_carries_and_still_sum_up(rec: Recommender) -> None:
    for row in rec.recommend(["1", "2"], k=5).to_polars().iter_rows(named=True):
        told = rec.explain(row["user"], row["item"])
        assert "image" in told.rest
        total = sum(path.share for path in told.paths) + sum(told.rest.values())
        assert total == pytest.approx(row["score"], abs=1e-4)


def test_a_new_item_is_found_by_its_image(rec: Recommender) -> None:
    """Film 101 shows the genre of films 1, 5, …, and 102 that of 2, 6, …"""
    both = NEW.with_columns(image_of(["101", "102"], seed=1))
    later = heard(rec).add_items(both)
    scores = later.model.score(later.features.history).numpy()
    first, second = (later.features.item_index(item) for item in ("101", "102"))
    genres = np.array([(int(item) - 1) % 4 for item in later.features.items])
    taste = later.features.history.toarray() @ np.eye(4)[genres]
    lean = taste[:, 0] - taste[:, 1]
    assert np.corrcoef(scores[:, first] - scores[:, second], lean)[0, 1] > 0.3
    told = later.explain("1", "101")
    assert told.rest["image"] != 0
    total = sum(path.share for path in told.paths) + sum(told.rest.values())
    assert total == pytest.approx(told.score, abs=1e-4)


def test_images_are_kept_in_the_run(rec: Recommender, tmp_path: Path) -> None:
    heard(rec).save(tmp_path / "run")
    again = Recommender.load(tmp_path / "run")
    new = NEW.with_columns(image_of(["101", "102"]))
    one, other = heard(rec).add_items(new), again.add_items(new)
    history = one.features.history
    assert np.array_equal(one.model.score(history).numpy(), other.model.score(history).numpy())
    other.save(tmp_path / "later")
    third = Recommender.load(tmp_path / "later")
    assert third.explain("1", "101").rest == other.explain("1", "101").rest


def test_a_new_item_may_lack_an_image_but_not_have_one_of_another_length(rec: Recommender) -> None:
    assert rec.add_items(NEW).model.num_items == rec.model.num_items + 2
    short = NEW.with_columns(image=pl.Series([[0.5] * 3, [0.25] * 3]))
    with pytest.raises(DataError, match="'image' of the node 'item:101' is not 9 finite numbers"):
        rec.add_items(short)


def test_a_run_of_before_there_were_modalities_is_read(rec: Recommender) -> None:
    assert isinstance(rec.model, PairModel)
    tensors = {k: v for k, v in rec.model.tensors().items() if "modality" not in k}
    tensors["newcomers.scalars"] = tensors["newcomers.scalars"][:5]
    old = PairModel.of_tensors(tensors)
    assert old.newcomers is not None
    assert old.newcomers.modalities == 0
    assert old.newcomers.texts.modalities == {}


def test_settings_say_which_vectors_are_read(quick: Quick) -> None:
    graph = graph_with_images()
    with pytest.raises(ConfigError, match="names 'sound'"):
        Recommender(quick(graph__modalities="sound")).fit(graph)
    plain = Recommender(quick(graph__modalities=[])).fit(graph)
    hidden = Recommender(quick(graph__sensitive="image")).fit(graph)
    for each in (plain, hidden):
        assert isinstance(each.model, PairModel)
        assert each.model.newcomers is not None
        assert not each.model.newcomers.texts.modalities
    history = plain.features.history
    assert np.array_equal(plain.model.score(history).numpy(), hidden.model.score(history).numpy())


@pytest.mark.parametrize("model", ["rgcn", "kgat"])
def test_deep_models_read_images_too(quick: Quick, model: str) -> None:
    rec = Recommender(quick(gnn__model=model, gnn__epochs=2)).fit(graph_with_images())
    assert rec.recommend("1", k=3).to_polars().height == 3
