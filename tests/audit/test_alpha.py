from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from kgrec import Config
from kgrec.audit import AlphaCurve, Audit, Slice, System, audit
from kgrec.audit.measure import METRICS
from kgrec.callbacks import Progress
from kgrec.errors import ConfigError
from kgrec.testing import tiny_dataset
from kgrec.text.encoder import Vectors


class Letters:
    """Encodes a text as how often it has each of eight letters."""

    identity = "letters"
    embedding_size = 8

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:  # noqa: ARG002
        counts = [[text.lower().count(letter) for letter in "aeiotrns"] for text in texts]
        return np.array(counts, dtype=np.float32).reshape(-1, 8)


@pytest.fixture(scope="module")
def found(quick: Config) -> Audit:
    config = quick.replace({"text.enabled": True})
    settings = {"seeds": 1, "arms": ["no text"], "encoder": Letters(), "cold": False}
    return audit(tiny_dataset(), config, alphas=[1, 0, 0.5], **settings)


def test_a_curve_has_a_point_for_each_alpha(found: Audit) -> None:
    (curve,) = found.curves
    assert curve.split == "warm"
    assert list(curve.points) == [0, 0.5, 1]
    means = {round(point.mean, 6) for point in curve.points.values()}
    assert len(means) > 1, "the setting reached the training"
    whole = found.splits[0].systems[0].interval()
    assert curve.learned == whole, "the learned one is the whole, which is not trained twice"


def test_the_curve_is_told_in_a_sentence_and_in_json(found: Audit) -> None:
    (curve,) = found.curves
    assert curve.sentence in found.conclusions
    tree = json.loads(json.dumps(found.to_dict(), allow_nan=False))["alpha"]["warm"]
    assert tree["alphas"] == [0, 0.5, 1]
    assert set(tree) == {"alphas", "learned", "0", "0.5", "1", "conclusion"}


def made(*means: float) -> AlphaCurve:
    random = np.random.default_rng(0)
    noise = random.normal(0, 0.02, (2, 80))
    values = [(mean + noise + random.normal(0, 0.002, (2, 80))).clip(0, 1) for mean in means]
    names = ["learned", "0", "0.5", "1"]
    systems = [
        System(name, dict.fromkeys(METRICS, each)) for name, each in zip(names, values, strict=True)
    ]
    return AlphaCurve((0.0, 0.5, 1.0), Slice.of("cold", systems))


def test_users_are_compared_one_by_one() -> None:
    sentence = made(0.3, 0.29, 0.3, 0.31).sentence
    assert sentence.startswith("On cold items a learned alpha (NDCG@20 0.3")
    assert "is better than alpha = 0, is worse than alpha = 1 and cannot be told from" in sentence
    assert made(0.3, 0.3, 0.3, 0.3).sentence.endswith("cannot be told from alpha = 0, 0.5 and 1.")


def test_without_text_there_is_no_curve(quick: Config) -> None:
    settings = {"seeds": 1, "arms": ["no text"], "cold": False}
    found = audit(tiny_dataset(), quick, alphas=[0, 1], **settings)
    assert found.curves == ()
    assert any("text.enabled is off" in each and "alpha" in each for each in found.remarks)


@pytest.mark.parametrize("alphas", [[0.5], [0, 1.5], [-1, 0]])
def test_alphas_that_are_none_are_refused(alphas: list[float], quick: Config) -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        audit(tiny_dataset(), quick, alphas=alphas)
