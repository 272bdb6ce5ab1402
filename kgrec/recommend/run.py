"""A trained recommender as a folder: JSON, safetensors, Parquet, and a page to read.

::

    RUN/
      config.json         format, settings, the version of the graph that was fitted on
      model.safetensors   the model of the kind gnn.model: item–item weights, popularity, vectors …
      adapter.safetensors  what the encoder of texts was adapted by, if it was
      graph/              the knowledge graph that is served, with its history
      log.json            epochs, choices, gates, seconds
      test.parquet        held-out interactions, if they were given
      README.md           the model card
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from kgrec.callbacks import Progress
from kgrec.config import Config, parse_config
from kgrec.data import replaced_folder
from kgrec.data.atomic import kept_still
from kgrec.data.disk import write_json
from kgrec.errors import ConfigError, GraphError, RunError
from kgrec.gnn.fitted import Fitted, features_of
from kgrec.gnn.log import TrainingLog
from kgrec.gnn.model import Model
from kgrec.gnn.saved import model_of
from kgrec.graph import KnowledgeGraph
from kgrec.recommend.card import model_card
from kgrec.recommend.ready import Ready
from kgrec.text.adapter import Adapter

FORMAT = 4
_HEADER = "config.json"
_MODEL = "model.safetensors"
_ADAPTER = "adapter.safetensors"
_ABOUT = "kgrec"
# Everything that is replaced together; the report and the leaks are written by the command line.
_PARTS = frozenset(
    {
        _HEADER,
        _MODEL,
        _ADAPTER,
        "graph",
        "log.json",
        "test.parquet",
        "README.md",
        "report.html",
        "leaks.txt",
    }
)


@dataclass(frozen=True, eq=False)
class Run:
    """What a run folder holds.

    :ivar fitted_version: the version of the graph that the model was fitted on
    :ivar encoder: the identity of the encoder of texts; empty: the one that the settings make
    :ivar adapter: what that encoder was adapted by; ``None``: it is as it came
    """

    graph: KnowledgeGraph
    model: Model
    log: TrainingLog
    config: Config
    held_out: pl.DataFrame | None
    fitted_version: int
    encoder: str
    adapter: Adapter | None = None


def run_of(state: Ready, held_out: pl.DataFrame | None) -> Run:
    """A fitted recommender as a run."""
    return Run(
        graph=state.graph,
        model=state.model,
        log=state.log,
        config=state.config,
        held_out=held_out,
        fitted_version=state.fitted.version,
        encoder=state.encoder,
        adapter=state.adapter,
    )


def ready_from(run: Run, progress: Progress) -> Ready:
    """A run as a fitted recommender.

    :param progress: receives the stages of searches
    :raises GraphError: if the graph does not know the version that the model was fitted on, or
        lacks something of it
    """
    settings = run.config.graph
    features = features_of(run.graph, settings)
    return Ready(
        config=run.config,
        graph=run.graph,
        features=features,
        model=run.model,
        log=run.log,
        fitted=Fitted.of(run.graph, features, run.fitted_version, settings),
        encoder=run.encoder,
        progress=progress,
        adapter=run.adapter,
    )


def write_run(folder: Path, run: Run) -> None:
    """Write a run, whole or not at all.

    :raises RunError: if the folder holds something that is not a run
    """
    check_writable(folder)
    with replaced_folder(folder) as fresh:
        run.graph.save(fresh / "graph")
        write_json(fresh / _HEADER, _header(run))
        write_json(fresh / "log.json", run.log.to_dict())
        _write_model(fresh / _MODEL, run)
        if run.adapter is not None:
            run.adapter.save(fresh / _ADAPTER)
        if run.held_out is not None:
            run.held_out.write_parquet(fresh / "test.parquet")
        card = model_card(run.graph, run.config, run.log)
        (fresh / "README.md").write_text(card, encoding="utf-8")


def _header(run: Run) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "settings": run.config.model_dump(),
        "fitted_version": run.fitted_version,
        "encoder": run.encoder,
    }


def check_writable(folder: Path) -> None:
    """Refuse to replace anything but a run or an empty folder.

    :raises RunError: if the folder holds something else
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not _is_run(folder):
        raise RunError(
            f"{folder}: this is not a run and stays as it is; choose another place, or delete it "
            "first."
        )
    foreign = sorted({path.name for path in folder.iterdir()} - _PARTS)
    if foreign:
        raise RunError(
            f"{folder}: '{foreign[0]}' is not part of a run and would be lost; move it away, or "
            "choose another place."
        )


def _is_run(folder: Path) -> bool:
    """Many programs write a ``config.json``: what counts is what it says."""
    try:
        header = json.loads((folder / _HEADER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(header, dict) and {"format", "settings"} <= header.keys()


def read_run(folder: Path) -> Run:
    """Read a run, even while another process writes it anew.

    :raises RunError: if it is missing, half-written, broken or of another version
    """
    with kept_still(folder):
        return _read_whole(folder)


def _read_whole(folder: Path) -> Run:
    if not folder.is_dir():
        raise RunError(
            f"{folder}: there is no such run; train one with kgrec train … --out {folder}."
        )
    header = _read_json(folder / _HEADER)
    if header.get("format") != FORMAT:
        raise RunError(
            f"{folder / _HEADER}: format {header.get('format')} is not format {FORMAT}, which this "
            "version reads; train again."
        )
    try:
        config = parse_config(header["settings"])
        log = TrainingLog.from_dict(_read_json(folder / "log.json"))
    except (ConfigError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"{folder}: the settings or the log are broken; train again.") from error
    version, encoder = header.get("fitted_version"), header.get("encoder")
    if type(version) is not int or type(encoder) is not str:
        raise RunError(f"{folder / _HEADER}: the file is broken; train again.")
    graph = _read_graph(folder / "graph")
    return Run(
        graph=graph,
        model=_read_model(folder / _MODEL, graph, config, version),
        log=log,
        config=config,
        held_out=_read_held_out(folder),
        fitted_version=version,
        encoder=encoder,
        adapter=_read_adapter(folder / _ADAPTER, config),
    )


def _read_graph(folder: Path) -> KnowledgeGraph:
    try:
        return KnowledgeGraph.load(folder)
    except (GraphError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"{folder}: the graph is broken; train again.") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path}: the file is missing; train again.") from error
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: the file is broken; train again.") from error
    if not isinstance(tree, dict):
        raise RunError(f"{path}: the file is broken; train again.")
    return tree


def _write_model(path: Path, run: Run) -> None:
    whole = {name: np.ascontiguousarray(value) for name, value in run.model.tensors().items()}
    about = json.dumps(
        {
            "graph": _fingerprint(run.graph),
            "fitted": run.fitted_version,
            "model": run.model.kind,
        }
    )
    # Not save_file: it would make the file readable by its owner alone, unlike its neighbours.
    # One entry: safetensors writes several in an order that changes from run to run.
    path.write_bytes(save(whole, {_ABOUT: about}))


def _fingerprint(graph: KnowledgeGraph) -> str:
    """Tells the graph that a model belongs to from others that have as many items."""
    items = graph.nodes.filter(pl.col("kind") == "item")["id"].to_list()
    relations = sorted(set(graph.edges["relation"]))
    parts = json.dumps([items, relations, graph.edges.height])
    return hashlib.sha256(parts.encode()).hexdigest()


def _read_model(path: Path, graph: KnowledgeGraph, config: Config, version: int) -> Model:
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads((file.metadata() or {})[_ABOUT])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        kind = about["model"]
        model = model_of(kind, tensors) if kind == config.gnn.model else None
    except FileNotFoundError as error:
        raise RunError(f"{path}: the file is missing; train again.") from error
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path}: the file is broken; train again.") from error
    if model is None:
        raise RunError(
            f"{path}: the file holds a model of the kind '{kind}', but the settings beside it say "
            f"gnn.model = '{config.gnn.model}'; train again."
        )
    if (
        about.get("graph") != _fingerprint(graph)
        or about.get("fitted") != version
        or model.num_items != graph.nodes.filter(pl.col("kind") == "item").height
    ):
        raise RunError(f"{path}: the model does not belong to the graph beside it; train again.")
    return model


def _read_adapter(path: Path, config: Config) -> Adapter | None:
    wanted = config.text.enabled and config.text.adapt.enabled
    return Adapter.load(path) if wanted else None


def _read_held_out(folder: Path) -> pl.DataFrame | None:
    path = folder / "test.parquet"
    if not path.exists():
        return None
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RunError(f"{path}: the file is broken; train again.") from error
