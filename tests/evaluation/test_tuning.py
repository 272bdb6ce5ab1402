from __future__ import annotations

import math
from typing import ClassVar, Self

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kgrec.evaluation import ease, tuning
from kgrec.evaluation.baselines import Baseline
from kgrec.evaluation.content import ItemContent
from kgrec.evaluation.ease import EASE
from kgrec.evaluation.interactions import binary
from kgrec.evaluation.nearest_content import Content
from kgrec.evaluation.tuning import BASELINES, _Trial, fit_baselines, settings
from kgrec.index import mean_ndcg


def split(seed: int = 0) -> tuple[csr_matrix, csr_matrix]:
    rng = np.random.default_rng(seed)
    taken = rng.random((30, 20)) < 0.4
    valid = taken & (rng.random(taken.shape) < 0.2)
    return csr_matrix(taken & ~valid, dtype=np.float32), csr_matrix(valid, dtype=np.float32)


class Fixed(Baseline):
    """Scores what the parameter says; remembers what it was fitted on."""

    name: ClassVar[str] = "Fixed"
    grid: ClassVar[dict[str, tuple[float, ...]]] = {"item": (0, 1, 2, 3)}

    def __init__(self, item: int = 3) -> None:
        self.item = item

    def fit(self, train: csr_matrix) -> Self:
        self.fitted = train.copy()
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        scores = np.zeros(rows.shape, dtype=np.float32)
        scores[:, self.item] = 1
        return scores


def test_all_baselines_are_fitted_in_order() -> None:
    fitted = fit_baselines(*split())
    assert list(fitted) == ["Popularity", "ItemKNN", "RP3beta", "EASE", "iALS"]
    for model in fitted.values():
        for name, values in model.grid.items():
            assert model.parameters[name] in values


def test_takes_the_best_setting_on_valid_and_refits_on_both() -> None:
    train = csr_matrix(np.eye(3, 5, k=2, dtype=np.float32))
    valid = csr_matrix(([1.0, 1.0, 1.0], ([0, 1, 2], [1, 1, 0])), shape=(3, 5))
    model = fit_baselines(train, valid, k=1, models=[Fixed])["Fixed"]
    assert isinstance(model, Fixed)
    assert model.item == 1
    assert (model.fitted.toarray() == (train + valid).toarray()).all()


def test_candidates_limit_what_is_validated() -> None:
    train = csr_matrix((2, 5), dtype=np.float32)
    valid = csr_matrix([[0, 1, 0, 0, 0], [0, 1, 1, 0, 0]], dtype=np.float32)
    options = {"k": 1, "models": [Fixed]}
    assert fit_baselines(train, valid, **options)["Fixed"].item == 1  # type: ignore[arg-type, attr-defined]
    limited = fit_baselines(train, valid, candidates=np.array([2, 3]), **options)  # type: ignore[arg-type]
    assert limited["Fixed"].item != 1  # type: ignore[attr-defined]


def test_cold_candidates_do_not_stop_the_choice() -> None:
    train = csr_matrix((2, 5), dtype=np.float32)
    valid = csr_matrix([[0, 1, 0, 0, 0], [0, 1, 0, 0, 0]], dtype=np.float32)
    fitted = fit_baselines(train, valid, candidates=np.array([4]), k=1, models=[Fixed])
    assert fitted["Fixed"].item == 1  # type: ignore[attr-defined]


def test_new_candidates_get_the_baselines_that_can_rank_them() -> None:
    train, valid = split()
    old = csr_matrix(np.arange(20) < 17)
    train, valid = binary(train.multiply(old)), binary(valid.multiply(old))
    options = {"content": content(), "candidates": np.array([17, 18, 19])}
    assert list(fit_baselines(train, valid, **options)) == ["Random", "Content"]  # type: ignore[arg-type]
    assert len(fit_baselines(train, valid, candidates=np.array([1, 19]))) == 5


def test_without_validation_the_defaults_are_taken() -> None:
    train, _ = split()
    fitted = fit_baselines(train, csr_matrix(train.shape, dtype=np.float32))
    for name, model in fitted.items():
        assert model.parameters == type(model)().parameters, name


def content(items: int = 20, groups: int = 4, *, words: bool = True) -> ItemContent:
    """Item ``i`` has the fact and the word ``i % groups``."""
    same = (np.arange(items)[:, None] % groups) == np.arange(groups)
    none = csr_matrix((items, 0), dtype=np.float32)
    found = csr_matrix(same, dtype=np.float32)
    return ItemContent(facts=found, words=found if words else none)


def test_with_content_there_is_a_baseline_by_it() -> None:
    fitted = fit_baselines(*split(), content=content())
    assert list(fitted) == [model.name for model in BASELINES]


def test_the_weight_of_words_is_not_tried_where_there_are_none() -> None:
    assert Content.grid_for(content()) == Content.grid
    assert Content.grid_for(content(words=False)) == {**Content.grid, "text": (1.0,)}


def test_what_ranks_new_items_is_chosen_on_items_that_are_hidden_like_them() -> None:
    asked = []

    class Spy(_Trial):
        def ndcg(self, model: Baseline, content: ItemContent | None) -> float:
            asked.append((model.name, self))
            return super().ndcg(model, content)

    train, valid = split()
    old = csr_matrix(np.arange(20) < 19)
    train, valid = binary(train.multiply(old)), binary(valid.multiply(old))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuning, "_Trial", Spy)
        options = {"candidates": np.array([19]), "content": content()}
        fit_baselines(train, valid, models=[EASE, Content], **options)  # type: ignore[arg-type]
    trials = dict(asked)
    assert trials["EASE"].candidates is None
    hidden = trials["Content"].candidates
    assert hidden is not None
    assert len(hidden) == 2  # a tenth of 19, rounded up
    assert not trials["Content"].train[:, hidden].nnz
    assert trials["Content"].relevant.nnz == (train + valid)[:, hidden].nnz


def test_weights_and_repeated_entries_do_not_count() -> None:
    train, valid = split()
    plain = fit_baselines(train, valid, models=[EASE])["EASE"].score(train)
    weighted = fit_baselines(train * 3, valid * 5, models=[EASE])["EASE"].score(train)
    assert (plain == weighted).all()


def test_ease_is_left_out_of_a_large_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ease.EASE, "most_items", 19)
    assert list(fit_baselines(*split(), models=[Fixed, EASE])) == ["Fixed"]


def test_a_grid_holds_every_combination() -> None:
    for model in BASELINES:
        found = [tuple(setting.values()) for setting in settings(model.grid)]
        assert len(set(found)) == len(found) == math.prod(map(len, model.grid.values()))
    assert list(settings({})) == [{}]


def test_ndcg_by_hand() -> None:
    relevant = csr_matrix(np.array([[1, 1, 0], [0, 0, 1], [0, 0, 0]]))
    items = np.array([[2, 0], [2, -1], [0, 1]])
    first = (1 / math.log2(3)) / (1 + 1 / math.log2(3))
    assert mean_ndcg(items, relevant) == pytest.approx((first + 1) / 2)
    assert mean_ndcg(np.array([[-1, -1]] * 3), relevant) == 0
