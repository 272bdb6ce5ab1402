"""Train one RecBole model on a dataset folder; write its lists and the course of its training.

    VENV/bin/python benchmarks/peers/run_recbole.py FOLDER --model KGAT --lists FILE --report FILE

Settings are RecBole's defaults. NDCG@10 on valid decides when to stop and which epoch is best. With
``--refit`` the model is then trained once more, on train and valid together, for that many epochs.
Runs in RecBole's environment (``requirements.txt``): no kgrec here.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import warnings
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Behind everything else: where the real libraries are installed, they are taken.
sys.path.append(str(Path(__file__).parent / "shims"))
warnings.simplefilter("ignore")

import torch  # noqa: E402
from atomic import NAME, Tables, write_atomic  # noqa: E402
from course import Course, OutOfBudgetError  # noqa: E402
from ranking import Ranker  # noqa: E402
from recbole.config import Config  # noqa: E402
from recbole.data import create_dataset, data_preparation  # noqa: E402
from recbole.utils import get_model, get_trainer, init_seed  # noqa: E402

KNOWLEDGE = {"KGAT", "KGIN", "CKE", "CFKG", "KGCN", "RippleNet"}


def main() -> None:
    arguments = parse()
    sys.argv = sys.argv[:1]  # RecBole takes what is left for settings of its own
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    tables = Tables.read(arguments.folder)
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)  # RecBole writes logs to where it runs
        run(tables, Path(work), arguments)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=lambda text: Path(text).resolve())
    parser.add_argument("--model", required=True)
    parser.add_argument("--lists", required=True, type=lambda text: Path(text).resolve())
    parser.add_argument("--report", required=True, type=lambda text: Path(text).resolve())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=float("inf"), help="CPU seconds")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--refit", action="store_true")
    return parser.parse_args()


def run(tables: Tables, work: Path, arguments: argparse.Namespace) -> None:
    course = Course(arguments.report, arguments.budget, about(arguments))
    with course.preparing:
        trainer, train, valid, ranker = prepare(tables, work / "first", arguments)
    course.follow(trainer, ranker)
    with suppress(OutOfBudgetError):
        trainer.fit(train, valid, verbose=False, saved=False, callback_fn=course.after_epoch)
    course.finish(limit=trainer.epochs)
    lists = course.lists
    if arguments.refit:
        with course.refitting:
            trainer, train, _, ranker = prepare(
                tables.refitted(), work / "second", arguments, epochs=course.best_epoch
            )
            trainer.fit(train, verbose=False, saved=False)
        lists = ranker.lists()
    lists.to_parquet(arguments.lists, index=False)
    course.write(finished=True)


def prepare(
    tables: Tables, folder: Path, arguments: argparse.Namespace, **more: Any
) -> tuple[Any, Any, Any, Ranker]:
    """A trainer, its two loaders, and what ranks with its model."""
    write_atomic(tables, folder)
    config = Config(
        model=arguments.model, dataset=NAME, config_dict=settings(folder, arguments, **more)
    )
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    train, valid, _ = data_preparation(config, dataset)
    init_seed(config["seed"], config["reproducibility"])
    model = get_model(config["model"])(config, train._dataset).to(config["device"])
    trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, model)
    # Looking up a model imports all of them, and recbole's sine.py turns this on for the process.
    torch.autograd.set_detect_anomaly(False)
    return trainer, train, valid, Ranker(model, dataset, tables)


def settings(folder: Path, arguments: argparse.Namespace, **more: Any) -> dict[str, Any]:
    columns = {"inter": ["user_id", "item_id"], "item": ["item_id"]}
    if arguments.model in KNOWLEDGE:
        columns["kg"] = ["head_id", "relation_id", "tail_id"]
        columns["link"] = ["item_id", "entity_id"]
    return {
        "data_path": str(folder),
        "load_col": columns,
        "benchmark_filename": ["train", "valid", "test"],
        "metrics": ["NDCG", "Recall"],
        "topk": [10, 20],
        "valid_metric": "NDCG@10",
        "seed": arguments.seed,
        "use_gpu": False,
        "show_progress": False,
        "state": "ERROR",
        **more,
    }


def about(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("recbole", "torch", "numpy", "scipy", "pandas")
    return {
        "model": arguments.model,
        "seed": arguments.seed,
        "budget": arguments.budget,
        "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(), **{n: version(n) for n in names}},
    }


if __name__ == "__main__":
    main()
