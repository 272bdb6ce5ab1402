from __future__ import annotations

import importlib.util
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

# In worlds this small, threads only wait for one another. Processes that tests start inherit it;
# it is said before the libraries are imported, which read it once.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import settings
from scipy.sparse import csr_matrix

from kgrec.config import Config
from kgrec.data import DatasetInfo, clean
from kgrec.explain import Explanation, PathNode, PathRelation
from kgrec.explain import Path as ExplainedPath
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.testing import tiny_dataset

# Continuous integration is slow now and then; how long an example takes is not what is tested.
settings.register_profile("kgrec", deadline=None, max_examples=25, derandomize=True)
settings.load_profile("kgrec")
torch.set_num_threads(1)

# Temporary folders are in memory, where there is plenty: runs, studies and stores wait for the disk
# thousands of times. What a process had written before it was killed is there on either.
_MEMORY = Path("/dev/shm")
if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 4 * 2**30:
    tempfile.tempdir = os.environ["TMPDIR"] = str(_MEMORY)

# What takes longest is begun first, so that neither process works alone at the end.
SLOW_FILES = (
    "test_notebooks.py",
    "audit/test_audit.py",
    "tune/test_resume.py",
    "cli/test_train_checkpoint.py",
    "graph/test_files.py",
    "graph/stores/test_rdf.py",
    "test_kge.py",
    "cli/test_tune.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    place = {folder / name: number for number, name in enumerate(SLOW_FILES)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


Pairs = Sequence[tuple[str, str]]
HOSTILE = "<script>alert('x')</script> & \"co\"\x00"
FAST = {
    "text.enabled": False,
    "kge.enabled": False,
    "gnn.epochs": 6,
    "gnn.embedding_size": 8,
    "gnn.factors": 8,
    "gnn.batch_size": 16,
    "threads": 1,
}


def make_graph(
    train: Pairs,
    valid: Pairs = (),
    facts: Sequence[tuple[str, ...]] = (),
    *,
    titles: dict[str, str] | None = None,
    labels: Sequence[tuple[str, str, str | None]] = (),
    candidates: Sequence[str] | None = None,
) -> KnowledgeGraph:
    """A graph of a few lines; a fact is (head, relation, tail[, head kind, tail kind])."""
    pair = {"user": pl.String, "item": pl.String}
    tables: dict[str, object] = {
        "train": pl.DataFrame(list(train), schema=pair, orient="row"),
        "valid": pl.DataFrame(list(valid), schema=pair, orient="row"),
    }
    if facts:
        full = [fact if len(fact) == 5 else (*fact, "item", "entity") for fact in facts]
        names = ["head", "relation", "tail", "head_kind", "tail_kind"]
        tables["facts"] = pl.DataFrame(full, schema=names, orient="row")
    if titles:
        tables["items"] = pl.DataFrame({"item": list(titles), "title": list(titles.values())})
    if labels:
        schema = dict.fromkeys(("entity", "label", "type"), pl.String)
        tables["labels"] = pl.DataFrame(list(labels), schema=schema, orient="row")
    if candidates is not None:
        tables["candidates"] = pl.DataFrame({"item": list(candidates)})
    return KnowledgeGraph.build(clean(tables, DatasetInfo("made")))


def make_features(seed: int, users: int = 8, items: int = 7, entities: int = 5) -> Features:
    """A random little world in numbers: facts among items and entities, two relations."""
    rng = np.random.default_rng(seed)
    train = rng.random((users, items)) < 0.4
    train[0, 0] = True
    valid = (rng.random((users, items)) < 0.15) & ~train
    facts = np.column_stack(
        [
            rng.integers(0, items + entities, size=4 * items),
            rng.integers(0, 2, size=4 * items),
            rng.integers(0, items + entities, size=4 * items),
        ]
    )
    facts = np.unique(facts[facts[:, 0] != facts[:, 2]], axis=0).astype(np.int64)
    return Features(
        users=tuple(f"u{number}" for number in range(users)),
        items=tuple(f"i{number}" for number in range(items)),
        entities=tuple(f"e{number}" for number in range(entities)),
        relations=("first", "second"),
        train=csr_matrix(train.astype(np.float32)),
        valid=csr_matrix(valid.astype(np.float32)),
        facts=facts,
        user_facts=np.zeros((0, 3), dtype=np.int64),
        candidates=None,
    )


@pytest.fixture(scope="session")
def build() -> Callable[..., KnowledgeGraph]:
    return make_graph


@pytest.fixture(scope="session")
def random_features() -> Callable[..., Features]:
    return make_features


@pytest.fixture(scope="session")
def quick() -> Callable[..., Config]:
    """A configuration that trains in moments; dotted settings with ``__`` for the dot."""

    def configure(**changes: Any) -> Config:
        dotted = {name.replace("__", "."): value for name, value in changes.items()}
        return Config().replace({**FAST, **dotted})

    return configure


@pytest.fixture(scope="session")
def tiny_graph() -> KnowledgeGraph:
    return KnowledgeGraph.build(tiny_dataset())


@pytest.fixture(scope="session")
def tiny_features(tiny_graph: KnowledgeGraph) -> Features:
    return Features.of(tiny_graph)


@pytest.fixture(scope="session")
def fitted(tiny_graph: KnowledgeGraph) -> Recommender:
    """A recommender of the tiny world; do not change it."""
    return Recommender(Config().replace(FAST)).fit(tiny_graph)


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    resource = pytest.importorskip("resource")  # not on Windows
    earlier = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, earlier[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, earlier)


@pytest.fixture(scope="session")
def largest_file() -> Callable[[int], AbstractContextManager[None]]:
    """As if the disk were full: within it a file that grows beyond so many bytes is an error."""
    return _largest_file


@pytest.fixture(scope="session")
def child() -> Callable[..., BaseProcess]:
    """Starts a process that runs a script with the names given, for tests that kill one.

    It is forked from a server of this session, which has imported what is slow to import; it shares
    nothing with the tests.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["pytest", "kgrec.cli.train", "kgrec.gnn.fit", "kgrec.tune", "optuna", "torch._dynamo"]
    )

    def start(script: str, **given: Any) -> BaseProcess:
        names = {"__name__": "child", **given}
        process = context.Process(target=exec, args=(script, names), daemon=True)
        process.start()
        return process

    return start


def make_path(*steps: str, share: float = 1.0, type: str = "Film") -> ExplainedPath:
    """A path through nodes given as ``key=label``, with relations between: node, relation, node."""
    nodes = []
    for step in steps[::2]:
        key, _, label = step.partition("=")
        kind, _, id = key.partition(":")
        nodes.append(
            PathNode(key, id, label or id, {"user": "User", "item": type}.get(kind, "Person"))
        )
    relations = tuple(PathRelation(name.replace(" ", "_"), name, True) for name in steps[1::2])
    words = f"Because of {nodes[1].label}."
    return ExplainedPath(
        tuple(nodes), relations, share, 0.0, 1, words, f"MATCH (n {{id: '{nodes[1].id}'}})", ""
    )


def make_explanation(paths: Sequence[ExplainedPath], **rest: float) -> Explanation:
    listed = sum(path.share for path in paths)
    item = paths[0].nodes[-1] if paths else PathNode("item:9", "9", "Nine", "Film")
    carried = listed + rest.get("other_paths", 0.0)
    return Explanation(
        "1", item.id, item.label, listed + sum(rest.values()), tuple(paths), rest, carried
    )


@pytest.fixture
def explanation() -> Explanation:
    """Two films share a person, one path is short, one is long, one speaks against the item."""
    to = "item:9=The Crooked Lantern"
    return make_explanation(
        [
            make_path(
                "user:1", "liked", "item:1=Heat", "starring", "entity:1=Ada Marlow", "actor in", to
            ),
            make_path(
                "user:1",
                "liked",
                "item:2=Ronin",
                "starring",
                "entity:1=Ada Marlow",
                "actor in",
                to,
                share=0.5,
            ),
            make_path("user:1", "liked", "item:3=Alien", "followed by", to, share=0.25),
            make_path(
                "user:1", "liked", "item:3=Alien", "liked by", "user:2", "liked", to, share=-0.25
            ),
        ],
        popularity=0.25,
        latent=0.25,
        other_paths=0.5,
    )


@pytest.fixture
def hostile() -> Explanation:
    path = make_path(
        f"user:1={HOSTILE}", HOSTILE, f"item:1={HOSTILE}", HOSTILE, f"item:9={HOSTILE}"
    )
    return make_explanation([path], popularity=1.0)


# A real Bolt server. Test folders are no packages, so its module is found by its path.
_spec = importlib.util.spec_from_file_location(
    "bolt_server", Path(__file__).parent / "bolt_server.py"
)
assert _spec is not None
assert _spec.loader is not None
bolt_server = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = bolt_server
_spec.loader.exec_module(bolt_server)


@pytest.fixture(scope="session")
def bolt_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One server for all tests: ArcadeDB, or the Neo4j of ``KGREC_TEST_NEO4J_URI``."""
    configured = bolt_server.configured_neo4j()
    if configured is not None:
        yield configured
        return
    with bolt_server.bolt_server(tmp_path_factory.mktemp("bolt")) as server:
        yield server


@pytest.fixture
def bolt(bolt_session: Any) -> Any:
    """An empty database: ``bolt.uri``, ``bolt.auth``, ``bolt.database``, ``bolt.run(query)``."""
    return bolt_session.fresh()


@pytest.fixture
def own_bolt(tmp_path: Path) -> Iterator[Any]:
    """A server for this test alone, which may kill it."""
    with bolt_server.bolt_server(tmp_path / "bolt") as server:
        yield server
