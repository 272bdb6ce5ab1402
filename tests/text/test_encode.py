from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from safetensors.torch import load_file, save_file

from kgrec.callbacks import Progress
from kgrec.errors import ConfigError
from kgrec.text import (
    Descriptions,
    MiniLMEncoder,
    TransformerEncoder,
    encode_descriptions,
    encode_relations,
    windows,
)
from kgrec.text.encode import minilm_folder

MakeEncoder = Callable[..., Path]

TEXTS = [
    "A crew of astronauts is stranded on a space station far from Earth.",
    "cooking",
    "",
    "A film about a rocket, an orbit and the first walk on the moon.",
    "A young chef opens a restaurant and learns to cook his grandmother's pasta recipes.",
    "cooking",
    "word " * 400,
]


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder(precision="float32")


@pytest.fixture(scope="module")
def vectors(encoder: MiniLMEncoder) -> np.ndarray:
    return encoder.encode(TEXTS)


def test_vectors_have_unit_length_and_blank_texts_none(vectors: np.ndarray) -> None:
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 0, 1, 1, 1, 1], atol=1e-5)


def test_meaning_decides_who_is_near(vectors: np.ndarray) -> None:
    space, moon, chef = vectors[0], vectors[3], vectors[4]
    assert space @ moon > space @ chef + 0.1
    assert vectors[1] @ chef > vectors[1] @ space + 0.1


def test_rows_come_back_in_order(encoder: MiniLMEncoder, vectors: np.ndarray) -> None:
    np.testing.assert_allclose(encoder.encode(TEXTS[::-1])[::-1], vectors, atol=1e-5)
    np.testing.assert_allclose(vectors[1], vectors[5], atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_batch_size_changes_nothing(vectors: np.ndarray, batch_size: int) -> None:
    other = MiniLMEncoder(batch_size=batch_size, precision="float32")
    np.testing.assert_allclose(other.encode(TEXTS), vectors, atol=1e-5)


def test_many_texts_go_in_chunks(
    encoder: MiniLMEncoder, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "_MOST_TEXTS", 2)
    np.testing.assert_allclose(encoder.encode(TEXTS), vectors, atol=1e-5)


def test_bfloat16_is_close(vectors: np.ndarray) -> None:
    few = [0, 1, 3]
    rough = MiniLMEncoder(precision="bfloat16").encode([TEXTS[row] for row in few])
    assert (rough * vectors[few]).sum(axis=1).min() > 0.999


def test_auto_takes_bfloat16_only_where_it_is_native(monkeypatch: pytest.MonkeyPatch) -> None:
    for native, dtype in ((True, "bfloat16"), (False, "float32")):
        for probe in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
            monkeypatch.setattr(torch.cpu, probe, lambda native=native: native, raising=False)
        assert dtype in repr(MiniLMEncoder())


def test_half_a_surrogate_pair_costs_one_character(encoder: MiniLMEncoder) -> None:
    broken, plain = encoder.encode(["a film \ud83d about space", "a film ? about space"])
    np.testing.assert_allclose(broken, plain, atol=1e-5)
    assert encoder.tokens(["\udc00"]) == encoder.tokens(["?"])


def test_no_texts(encoder: MiniLMEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_nothing_is_loaded_before_the_first_text() -> None:
    fresh = MiniLMEncoder()
    assert fresh.embedding_size == 384
    assert fresh.identity
    assert fresh.encode(["", "  "]).shape == (2, 384)
    assert "_network" not in vars(fresh)
    assert "_tokenizer" not in vars(fresh)


def test_the_encoder_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    MiniLMEncoder().encode(["hello"])
    assert capfd.readouterr() == ("", "")


def test_progress_counts_texts() -> None:
    class Count(Progress):
        total = done = 0

        @contextmanager
        def stage(self, name, total=None):
            assert name == "Encode texts"
            self.total = total
            yield self

        def advance(self, steps=1):
            self.done += steps

    count = Count()
    MiniLMEncoder().encode(["one", "", "two"], count)
    assert (count.total, count.done) == (2, 2)


def copy_of_minilm(folder: Path) -> Path:
    folder.mkdir()
    for file in minilm_folder().iterdir():
        if file.suffix == ".safetensors":
            (folder / file.name).symlink_to(file)
        elif file.is_file():
            shutil.copy(file, folder)
    return folder


def test_any_folder_will_do(tmp_path: Path, vectors: np.ndarray) -> None:
    folder = copy_of_minilm(tmp_path / "copy")
    copy = TransformerEncoder(folder, precision="float32")
    np.testing.assert_allclose(copy.encode(TEXTS[:2]), vectors[:2], atol=1e-5)


def test_pooling_is_read_from_the_folder(tmp_path: Path, encoder: MiniLMEncoder) -> None:
    folder = copy_of_minilm(tmp_path / "copy")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text('{"pooling_mode_cls_token": true}')
    copy = TransformerEncoder(str(folder), precision="float32")
    assert copy.identity != encoder.identity
    assert not np.allclose(copy.encode(TEXTS[:1]), encoder.encode(TEXTS[:1]), atol=1e-2)


def test_identity_depends_on_precision_and_content(tmp_path: Path, encoder: MiniLMEncoder) -> None:
    assert MiniLMEncoder(precision="float32").identity == encoder.identity
    assert MiniLMEncoder(precision="bfloat16").identity != encoder.identity
    folder = copy_of_minilm(tmp_path / "copy")
    same = TransformerEncoder(folder, precision="float32").identity
    assert same == encoder.identity
    with (folder / "tokenizer.json").open("a") as stream:
        stream.write(" ")
    assert TransformerEncoder(folder, precision="float32").identity != same


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no config\.json"):
        TransformerEncoder(tmp_path).encode(["x"])


def test_a_folder_with_damaged_weights(tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / "copy")
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").write_bytes(b"junk")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        TransformerEncoder(folder).encode(["x"])


def change_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def test_weights_that_are_missing_are_not_made_up(
    make_encoder: MakeEncoder, tmp_path: Path
) -> None:
    folder = make_encoder(tmp_path / "bert")
    whole = TransformerEncoder(folder, precision="float32").encode(["a moon"])
    change_weights(folder, lambda weights: [weights.pop(k) for k in [*weights] if "pooler" in k])
    headless = TransformerEncoder(folder, precision="float32").encode(["a moon"])
    np.testing.assert_allclose(headless, whole)
    change_weights(folder, lambda weights: [weights.pop(k) for k in [*weights] if "layer.2" in k])
    with pytest.raises(ConfigError, match=r"16 of its weights are missing .*layer\.2\."):
        TransformerEncoder(folder).encode(["a moon"])


def test_weights_of_another_shape_are_refused(make_encoder: MakeEncoder, tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "bert")
    change_weights(
        folder,
        lambda weights: weights.update({"encoder.layer.0.output.dense.weight": torch.zeros(3, 3)}),
    )
    with pytest.raises(ConfigError, match="The encoder in"):
        TransformerEncoder(folder).encode(["a moon"])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_are_numbers(make_encoder: MakeEncoder, tmp_path: Path, value: float) -> None:
    folder = make_encoder(tmp_path / "bert")
    change_weights(
        folder, lambda weights: weights["encoder.layer.1.output.dense.weight"][3, 5].fill_(value)
    )
    with pytest.raises(ConfigError, match=r"layer\.1\.output\.dense\.weight are not all numbers"):
        TransformerEncoder(folder).encode(["a moon"])


def test_vectors_are_numbers(make_encoder: MakeEncoder, tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "bert")
    huge = torch.full((32, 32), 3e38)
    change_weights(
        folder,
        lambda weights: weights.update({"encoder.layer.1.attention.output.dense.weight": huge}),
    )
    with pytest.raises(ConfigError, match="no numbers"):
        TransformerEncoder(folder, precision="float32").encode(["a moon"])


@pytest.mark.parametrize("kind", ["bert", "xlmr"])
def test_a_tokenizer_has_words(make_encoder: MakeEncoder, tmp_path: Path, kind: str) -> None:
    folder = make_encoder(tmp_path / kind, kind)
    for file in folder.glob("tokenizer*"):
        file.unlink()
    with pytest.raises(ConfigError, match=r"tokenizer\.json.* missing"):
        TransformerEncoder(folder).encode(["a moon"])


def test_a_batch_needs_a_text() -> None:
    with pytest.raises(ConfigError, match="batch_size"):
        MiniLMEncoder(batch_size=0)


class Lengths:
    """Encodes a text as its length."""

    identity = "lengths"
    embedding_size = 1

    def encode(self, texts: Sequence[str], progress: Progress | None = None):  # noqa: ARG002
        return np.array([[len(text)] for text in texts], dtype=np.float32).reshape(-1, 1)


def make_descriptions(named: list[bool]) -> Descriptions:
    return Descriptions(
        pl.DataFrame(
            {"key": ["a", "b", "c"], "text": ["x", "xx", "xxx"], "named": named},
        ),
        pl.DataFrame({"relation": ["r"], "text": ["12345"]}),
    )


def test_only_named_nodes_are_encoded() -> None:
    rows = encode_descriptions(make_descriptions([True, False, True]), Lengths())
    assert rows.tolist() == [[1], [0], [3]]
    assert encode_descriptions(make_descriptions([False] * 3), Lengths()).tolist() == [[0]] * 3


def test_relations_are_encoded_in_order() -> None:
    assert encode_relations(make_descriptions([True] * 3), Lengths()).tolist() == [[5]]
