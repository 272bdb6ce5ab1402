"""What a wish costs: ``python -m benchmarks.wishes RUN [--texts]``.

Reads the wishes of ``tests/wishes`` against the graph of a run, and makes lists of ten for them;
milliseconds of the processor. ``--texts`` also compares free text with the descriptions, which are
encoded first unless training left their vectors in the cache.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from kgrec.recommend import Recommender
from kgrec.wishes import Granter, WishParser

T = TypeVar("T")
WISHES = Path(__file__).parent.parent / "tests" / "wishes"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--texts", action="store_true")
    asked = parser.parse_args()
    rec = Recommender.load(asked.run)
    texts = [
        wish["text"]
        for name in ("development", "wishes")
        for wish in tomllib.loads((WISHES / f"{name}.toml").read_text("utf-8"))["wish"]
    ]
    print(rec.graph)
    reader = _once("the names are gathered", lambda: WishParser.of(rec))
    _once("names for slips of the pen", lambda: reader.parse("commedy"))
    intents = _each("a wish is read", [lambda text=text: reader.parse(text) for text in texts])
    longest = "no horror like quentin tarentino or " * 60
    _each("2,000 characters are read", [lambda: reader.parse(longest)] * 10)
    if not asked.texts:
        intents = [intent.model_copy(update={"free_text": ""}) for intent in intents]
    granter = Granter(rec)
    _once("the first list", lambda: granter.grant(intents[0]))
    for explain in (False, True):
        what = f"a list of ten {'with' if explain else 'without'} explanations"
        _each(what, [lambda i=i: granter.grant(i, explain=explain) for i in intents])  # noqa: B023


def _once(what: str, work: Callable[[], T]) -> T:
    start = time.process_time()
    done = work()
    print(f"{what}: {1000 * (time.process_time() - start):.0f} ms, once")
    return done


def _each(what: str, works: list[Callable[[], T]]) -> list[T]:
    done, costs = [], []
    for work in works:
        start = time.process_time()
        done.append(work())
        costs.append(1000 * (time.process_time() - start))
    median, late, most = np.percentile(costs, [50, 95, 100])
    print(f"{what}: median {median:.2f} ms, 95 % {late:.2f} ms, at most {most:.2f} ms")
    return done


if __name__ == "__main__":
    main()
