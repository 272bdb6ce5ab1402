from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from kgrec._pykeen import quiet_pykeen
from kgrec.callbacks import Progress
from kgrec.config import KgeConfig
from kgrec.errors import ConfigError, GraphError
from kgrec.kge import KgeEmbeddings, pretrain

ENTITIES, RELATIONS, GROUPS = 60, 3, 6
MODELS = ["TransE", "DistMult", "ComplEx", "RotatE"]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGREC_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def structured_triples() -> np.ndarray:
    """Entities in groups; relation r leads from group g to all of group g + r + 1."""
    entities = np.arange(ENTITIES)
    head, relation, tail = np.meshgrid(entities, np.arange(RELATIONS), entities, indexing="ij")
    true = tail % GROUPS == (head + relation + 1) % GROUPS
    return np.stack([head[true], relation[true], tail[true]], axis=1)


def small(model: str = "DistMult", **settings: object) -> KgeConfig:
    options = {"embedding_size": 16, "epochs": 30, "batch_size": 300, "negatives": 4}
    return KgeConfig(model=model, **(options | {"learning_rate": 0.05} | settings))


def score(model: str, made: KgeEmbeddings, triples: np.ndarray) -> np.ndarray:
    head, tail = made.entities[triples[:, 0]], made.entities[triples[:, 2]]
    relation = made.relations[triples[:, 1]]
    if model in ("ComplEx", "RotatE"):
        half = head.shape[1] // 2
        head, relation, tail = (x[:, :half] + 1j * x[:, half:] for x in (head, relation, tail))
    if model in ("TransE", "RotatE"):
        moved = head + relation if model == "TransE" else head * relation
        return -np.abs(moved - tail).sum(axis=1)
    return (head * relation * tail.conj()).sum(axis=1).real


@pytest.mark.parametrize("model", MODELS)
def test_true_triples_score_above_corrupted_ones(model: str) -> None:
    triples = structured_triples()
    held_out = np.arange(len(triples)) % 10 == 0
    made = pretrain(triples[~held_out], ENTITIES, RELATIONS, small(model), seed=1)
    assert made.entities.shape == (ENTITIES, 16)
    assert made.relations.shape == (RELATIONS, 16)
    assert made.entities.dtype == made.relations.dtype == np.float32
    true = triples[held_out]
    false = true + np.array([0, 0, 1])
    false[:, 2] %= ENTITIES
    right = score(model, made, true)[:, None] > score(model, made, false)[None, :]
    assert right.mean() > 0.7  # chance: 0.5


def test_losses_fall_and_every_epoch_is_reported() -> None:
    steps: list[int] = []

    class Count(Progress):
        def stage(self, name, total=None):
            steps.append(total)
            return super().stage(name, total)

    made = pretrain(structured_triples(), ENTITIES, RELATIONS, small(), progress=Count())
    assert len(made.losses) == 30
    assert made.losses[-1] < 0.8 * made.losses[0]
    assert steps == [30]


def test_the_seed_decides() -> None:
    triples = structured_triples()
    first, again, other = (
        pretrain(triples, ENTITIES, RELATIONS, small(epochs=2), seed=seed) for seed in (3, 3, 4)
    )
    assert np.array_equal(first.entities, again.entities)
    assert np.array_equal(first.relations, again.relations)
    assert first.losses == again.losses
    assert not np.array_equal(first.entities, other.entities)


def test_global_random_states_stay_as_they_were() -> None:
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()
    pretrain(structured_triples(), ENTITIES, RELATIONS, small(epochs=1))
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == np.random.get_state()[1].tolist()


def test_what_is_not_given_is_not_learned() -> None:
    """Who leads to an entity can be told if its triples were given, else only by chance."""
    triples = structured_triples()
    hidden = ENTITIES - 1
    head, relation = np.divmod(np.arange(ENTITIES * RELATIONS), RELATIONS)
    every = np.stack([head, relation, np.full_like(head, hidden)], axis=1)
    true = (head + relation + 1) % GROUPS == hidden % GROUPS
    without = triples[(triples[:, [0, 2]] != hidden).all(axis=1)]
    shares = []
    for given in (triples, without):
        scores = score("DistMult", pretrain(given, ENTITIES, RELATIONS, small()), every)
        shares.append((scores[true][:, None] > scores[~true][None, :]).mean())
    assert shares[0] > 0.9
    assert 0.3 < shares[1] < 0.7


@pytest.mark.parametrize("model", MODELS)
def test_inverse_relations_read_triples_from_tail_to_head(model: str) -> None:
    triples = structured_triples()
    held_out = np.arange(len(triples)) % 10 == 0
    config = small(model, inverse_triples=True)
    made = pretrain(triples[~held_out], ENTITIES, RELATIONS, config, seed=1)
    assert made.inverses is not None
    assert made.relations.shape == made.inverses.shape == (RELATIONS, 16)
    backwards = KgeEmbeddings(made.entities, made.inverses)
    for vectors, true, moved in (
        (made, triples[held_out], 2),
        (backwards, triples[held_out][:, ::-1], 2),
    ):
        false = true.copy()
        false[:, moved] = (false[:, moved] + 1) % ENTITIES
        right = score(model, vectors, true)[:, None] > score(model, vectors, false)[None, :]
        assert right.mean() > 0.7
    assert pretrain(triples[:9], ENTITIES, RELATIONS, small(model, epochs=1)).inverses is None


def spied(model: str, seen: list[torch.Tensor]) -> type:
    """The model, noting down what it is asked to score: true triples, false ones, in turn."""
    with quiet_pykeen():
        from pykeen.models import model_resolver

    class Spy(model_resolver.lookup(model)):  # type: ignore[misc]
        def score_hrt(self, hrt_batch: torch.Tensor, **options: object) -> torch.Tensor:
            seen.append(hrt_batch)
            return super().score_hrt(hrt_batch, **options)

    Spy.__name__ = model
    return Spy


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("inverse", [False, True])
def test_no_filtered_negative_is_a_true_triple(model: str, inverse: bool) -> None:
    triples = structured_triples()
    true = {tuple(triple) for triple in triples.tolist()}
    if inverse:
        true = {(h, 2 * r, t) for h, r, t in true} | {(t, 2 * r + 1, h) for h, r, t in true}
    shares = []
    for filtered in (False, True):
        seen: list[torch.Tensor] = []
        config = small(model, epochs=1, filtered_negatives=filtered, inverse_triples=inverse)
        pretrain(triples, ENTITIES, RELATIONS, config, model=spied(model, seen))
        assert {tuple(each) for batch in seen[0::2] for each in batch.tolist()} == true
        negatives = [tuple(each) for batch in seen[1::2] for each in batch.tolist()]
        shares.append(np.mean([each in true for each in negatives]))
    # A sixth of all entities would make a corrupted triple true again.
    assert shares[0] > 0.1
    assert shares[1] == 0


def test_many_triples_are_seen_fewer_times() -> None:
    triples = structured_triples()
    count = len(triples)
    for most, epochs in ((count * 30, 30), (count * 3 + 1, 3), (count, 1), (count // 2, 1)):
        seen: list[torch.Tensor] = []
        config = small("TransE", most_triples=most)
        made = pretrain(triples, ENTITIES, RELATIONS, config, model=spied("TransE", seen))
        assert len(made.losses) == epochs
        # PyKEEN scores two more batches, to see whether memory holds them.
        probed = 2 * min(config.batch_size, count, most)
        assert sum(map(len, seen[0::2])) - probed == min(count * epochs, most)


def test_too_many_triples_are_drawn_by_the_seed() -> None:
    triples = structured_triples()
    config = small(most_triples=len(triples) // 3)
    first, again, other = (
        pretrain(triples, ENTITIES, RELATIONS, config, seed=seed).entities for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_class_or_an_instance_will_do() -> None:
    with quiet_pykeen():
        from pykeen.models import TransE
        from pykeen.triples import CoreTriplesFactory

    triples = structured_triples()
    named = pretrain(triples, ENTITIES, RELATIONS, small("TransE", epochs=1))
    classed = pretrain(triples, ENTITIES, RELATIONS, small(epochs=1), model=TransE)
    assert np.array_equal(named.entities, classed.entities)
    factory = CoreTriplesFactory(torch.from_numpy(triples), ENTITIES, RELATIONS)
    instance = TransE(triples_factory=factory, embedding_dim=8, random_seed=0)
    made = pretrain(triples, ENTITIES, RELATIONS, small(epochs=1), model=instance)
    assert made.entities.shape == (ENTITIES, 8)


def test_matrices_as_relations_are_flattened() -> None:
    made = pretrain(structured_triples(), ENTITIES, RELATIONS, small("RESCAL", epochs=1))
    assert made.relations.shape == (RELATIONS, 16 * 16)


@pytest.mark.parametrize(("name", "near"), [("Distmul", "DistMult"), ("xyzzy", "TransE")])
def test_an_unknown_model_is_named_with_its_neighbours(name: str, near: str) -> None:
    with pytest.raises(ConfigError, match=f"'{name}'.*{near}"):
        pretrain(structured_triples(), ENTITIES, RELATIONS, small(name))


@pytest.mark.parametrize("triple", [(0, 0, ENTITIES), (0, RELATIONS, 0), (-1, 0, 0)])
def test_an_index_out_of_range_is_named(triple: tuple[int, int, int]) -> None:
    triples = np.vstack([structured_triples()[:5], triple])
    with pytest.raises(GraphError, match="Triple 5"):
        pretrain(triples, ENTITIES, RELATIONS, small())


def test_no_triples_leave_the_random_start() -> None:
    made = pretrain(np.zeros((0, 3), np.int64), 5, 1, small())
    assert made.losses == []
    assert made.entities.shape == (5, 16)


def test_nothing_is_written_to_the_home_folder(tmp_path: Path) -> None:
    home, cache = tmp_path / "home", tmp_path / "cache"
    home.mkdir()
    code = (
        "import sys, numpy as np; import kgrec.kge as k; from kgrec.config import KgeConfig\n"
        "assert 'pykeen' not in sys.modules\n"
        "k.pretrain(np.array([[0, 0, 1], [1, 0, 2]]), 3, 1, KgeConfig(epochs=1))\n"
        "assert not {'sklearn', 'torch_geometric', 'transformers'} & set(sys.modules)"
    )
    environment = {name: os.environ[name] for name in os.environ if not name.endswith("_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"HOME": str(home), "KGREC_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout + done.stderr == ""
    assert list(home.iterdir()) == []
