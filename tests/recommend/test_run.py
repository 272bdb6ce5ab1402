from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.errors import RunError
from kgrec.recommend.run import FORMAT, check_writable
from kgrec.testing import tiny_dataset

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def saved(fitted: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    fitted.save(folder, held_out=tiny_dataset().test)
    return folder


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def refusal(folder: Path) -> str:
    """The one sentence with which a run is refused."""
    with pytest.raises(RunError) as caught:
        Recommender.load(folder)
    message = str(caught.value)
    assert message.startswith(str(folder))
    assert message.endswith(".")
    assert "\n" not in message
    return message


def edit(path: Path, change: Change) -> None:
    tree = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(change(tree)), encoding="utf-8")


def merged(**changes: Any) -> Change:
    return lambda tree: {**tree, **changes}


def instead(new: Any) -> Change:
    return lambda _: new


def rewrite_model(folder: Path, change: Callable[[dict[str, np.ndarray]], None]) -> None:
    path = folder / "model.safetensors"
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name).copy() for name in file.keys()}  # noqa: SIM118
        about = file.metadata()
    change(tensors)
    save_file(tensors, path, about)


def test_a_run_is_plain_files(saved: Path) -> None:
    files = sorted(str(p.relative_to(saved)) for p in saved.rglob("*") if p.is_file())
    assert files == [
        "README.md",
        "config.json",
        "graph/edges.parquet",
        "graph/graph.json",
        "graph/labels.parquet",
        "graph/nodes.parquet",
        "log.json",
        "model.safetensors",
        "test.parquet",
    ]


def test_everything_comes_back(fitted: Recommender, saved: Path) -> None:
    again = Recommender.load(saved)
    assert again.config == fitted.config
    assert again.log == fitted.log
    state = fitted._state
    history = state.features.history
    scores = again._state.model.score(again._state.features.history)
    assert scores.numpy().tobytes() == state.model.score(history).numpy().tobytes()


def test_a_loaded_run_is_saved_with_its_held_out_part(saved: Path, tmp_path: Path) -> None:
    Recommender.load(saved).save(tmp_path / "again")
    held_out = Recommender.load(tmp_path / "again").held_out
    assert held_out is not None
    assert held_out.equals(tiny_dataset().test)
    for name in ("model.safetensors", "config.json", "log.json", "README.md"):
        assert (saved / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_run_may_be_saved_over_itself(copy: Path) -> None:
    rec = Recommender.load(copy)
    before = rec.recommend(k=3).to_polars()
    rec.save(copy)
    assert Recommender.load(copy).recommend(k=3).to_polars().equals(before)
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


@pytest.mark.parametrize(
    "name",
    [
        "config.json",
        "log.json",
        "model.safetensors",
        "graph/nodes.parquet",
        "graph/edges.parquet",
        "graph/graph.json",
    ],
)
@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "noise"])
def test_a_harmed_file_is_named(copy: Path, name: str, harm: str) -> None:
    path = copy / name
    whole = path.read_bytes()
    path.unlink()
    if harm != "missing":
        new = {"empty": b"", "cut": whole[: len(whole) // 2], "noise": b"\xff\x00" * 50}
        path.write_bytes(new[harm])
    message = refusal(copy)
    assert name in message or (harm, name) == ("missing", "graph/graph.json")


def test_a_broken_held_out_table_is_named(copy: Path) -> None:
    (copy / "test.parquet").write_bytes(b"nothing")
    assert "test.parquet" in refusal(copy)
    (copy / "test.parquet").unlink()
    assert Recommender.load(copy).held_out is None


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("config.json", merged(format=99), "format 99"),
        ("config.json", instead({}), "format None"),
        ("config.json", instead([{}]), "broken"),
        ("config.json", instead({"format": FORMAT}), "broken"),
        ("config.json", merged(settings="gnn"), "broken"),
        *[
            ("config.json", merged(fitted_version=wrong), "broken")
            for wrong in (None, "0", 0.0, True, [0])
        ],
        *[("config.json", merged(fitted_version=other), "train again") for other in (-1, 1, 99)],
        ("config.json", merged(encoder=None), "broken"),
        ("config.json", merged(settings={"gnn": {"epochs": 0}}), "broken"),
        ("log.json", merged(more=1), "broken"),
        ("log.json", instead({}), "broken"),
        ("graph/graph.json", merged(format=99), "format 99"),
        ("graph/graph.json", instead({"format": 2, "ontologies": []}), "broken"),
        ("graph/graph.json", merged(report=3), "broken"),
    ],
)
def test_a_changed_json_file_is_refused(copy: Path, name: str, change: Change, words: str) -> None:
    edit(copy / name, change)
    assert words in refusal(copy)


def far_away(tensors: dict[str, np.ndarray]) -> None:
    tensors["weights.indices"][0] = 10**9


def below_zero(tensors: dict[str, np.ndarray]) -> None:
    tensors["weights.indices"][0] = -1


def short_rows(tensors: dict[str, np.ndarray]) -> None:
    tensors["weights.indptr"] = tensors["weights.indptr"][:-1]


def without_bias(tensors: dict[str, np.ndarray]) -> None:
    del tensors["bias"]


def odd_scalars(tensors: dict[str, np.ndarray]) -> None:
    tensors["scalars"] = np.zeros(4)


def short_vectors(tensors: dict[str, np.ndarray]) -> None:
    tensors["vectors"] = tensors["vectors"][:3]


def short_newcomers(tensors: dict[str, np.ndarray]) -> None:
    for name in ("newcomers.known", "newcomers.items"):
        tensors[name] = tensors[name][:3]


def unlike_newcomers(tensors: dict[str, np.ndarray]) -> None:
    tensors["newcomers.known"] = np.ones((40, 8), dtype=np.float32)
    tensors["newcomers.items"] = np.ones((40, 7), dtype=np.float32)


def no_number(tensors: dict[str, np.ndarray]) -> None:
    tensors["newcomers.scalars"][1] = np.nan


def below_zero_again(tensors: dict[str, np.ndarray]) -> None:
    tensors["newcomers.scalars"] *= -1


@pytest.mark.parametrize(
    "change",
    [
        far_away,
        below_zero,
        short_rows,
        without_bias,
        odd_scalars,
        short_vectors,
        short_newcomers,
        unlike_newcomers,
        no_number,
        below_zero_again,
    ],
)
def test_a_model_that_does_not_hold_together_is_refused(copy: Path, change: Any) -> None:
    rewrite_model(copy, change)
    message = refusal(copy)
    assert "model.safetensors" in message
    assert "broken" in message


def test_the_model_of_another_graph_is_refused_even_of_the_same_size(
    copy: Path, tmp_path: Path, quick: Callable[..., Config]
) -> None:
    other = KnowledgeGraph.build(tiny_dataset(seed=1))
    Recommender(quick(gnn__epochs=1)).fit(other).save(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "model.safetensors", copy)
    assert "does not belong to the graph" in refusal(copy)


def test_a_place_where_there_is_no_run_is_named(tmp_path: Path) -> None:
    assert "no such run" in refusal(tmp_path / "nowhere")
    assert "config.json" in refusal(tmp_path)


@pytest.mark.parametrize(
    "content", ["{}", '{"model_type": "bert"}', '{"format": 1}', "[]", "not JSON", ""]
)
def test_a_config_json_of_another_program_is_not_a_run(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content)
    (tmp_path / "model.safetensors").write_text("precious")
    with pytest.raises(RunError, match="not a run and stays as it is"):
        check_writable(tmp_path)


def test_a_file_is_not_replaced_and_an_empty_folder_is(fitted: Recommender, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    with pytest.raises(RunError, match="not a run"):
        fitted.save(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "precious"
    (tmp_path / "empty").mkdir()
    fitted.save(tmp_path / "empty")
    fitted.save(tmp_path / "new" / "deep" / "run")
    assert Recommender.load(tmp_path / "empty").held_out is None
    assert (tmp_path / "new" / "deep" / "run" / "README.md").exists()


@pytest.mark.parametrize("writer", ["write_json", "_write_model", "model_card"])
def test_a_save_that_fails_anywhere_leaves_the_earlier_run(
    fitted: Recommender, copy: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    from kgrec.recommend import run

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    monkeypatch.setattr(run, writer, interrupted)
    with pytest.raises(KeyboardInterrupt):
        fitted.save(copy)
    assert before == {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_held_out_tables_keep_all_their_columns(fitted: Recommender, tmp_path: Path) -> None:
    table = pl.DataFrame({"user": ["1"], "item": ["2"], "weight": [0.5]})
    fitted.save(tmp_path / "run", held_out=table)
    kept = Recommender.load(tmp_path / "run").held_out
    assert kept is not None
    assert kept.equals(table)
