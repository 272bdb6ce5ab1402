"""Texts a second: kgrec's encoder beside sentence-transformers, one thread, in one run.

    python -m benchmarks.encoder FOLDER [--model MODEL] [--texts 2000] [--rounds 3]

The texts are the descriptions of a set's nodes. Both encoders take the same model and the same
texts, in turns; of the rounds the fastest counts. Then how far kgrec's vectors are from those of
sentence-transformers, which are float32, and how much faster a second run from the cache is.
sentence-transformers is no dependency: ``pip install --no-deps --target PEER
sentence-transformers`` and ``PYTHONPATH=PEER``. Where an import "cannot allocate memory in static
TLS block", set ``GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import kgrec
from benchmarks.machine import limit_threads
from benchmarks.sets import find_sets
from kgrec.text import CachedEncoder, TransformerEncoder, describe
from kgrec.text.encode import minilm_folder


def texts_of(folder: Path, count: int) -> list[str]:
    """Descriptions of named nodes, different from one another, in a random order."""
    nodes = describe(kgrec.KnowledgeGraph.build(kgrec.load(folder))).nodes
    texts = sorted(set(nodes.filter(nodes["named"])["text"]))
    order = np.random.default_rng(0).permutation(len(texts))[:count]
    return [texts[place] for place in order]


def fastest(
    runs: dict[str, Callable[[], np.ndarray]], rounds: int
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Seconds of CPU of each, the least of all rounds, and what each returned."""
    seconds = dict.fromkeys(runs, float("inf"))
    found = {}
    for _ in range(rounds):
        for name, run in runs.items():
            started = time.process_time()
            found[name] = run()
            seconds[name] = min(seconds[name], time.process_time() - started)
    return seconds, found


def cached_seconds(encoder: TransformerEncoder, texts: list[str], rounds: int) -> float:
    """Seconds of CPU of a run that finds every text in the cache."""
    with tempfile.TemporaryDirectory() as folder:
        CachedEncoder(encoder, folder).encode(texts)
        again = {"": lambda: CachedEncoder(encoder, folder).encode(texts)}
        return fastest(again, rounds)[0][""]


def main(words: list[str] | None = None) -> None:
    head, rest = (__doc__ or "").split("\n\n", 1)
    parser = argparse.ArgumentParser(
        "python -m benchmarks.encoder",
        description=head,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--model", type=Path, default=minilm_folder())
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args(words)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise SystemExit(f"sentence-transformers is needed, see --help: {error}") from None
    limit_threads(1)
    torch.set_num_threads(1)
    (bench,) = find_sets([arguments.folder])
    texts = texts_of(bench.folder, arguments.texts)
    ours = TransformerEncoder(arguments.model)
    peer = SentenceTransformer(str(arguments.model), device="cpu")
    for encode in (ours.encode, peer.encode):
        encode(texts[:64])
    seconds, found = fastest(
        {"kgrec": lambda: ours.encode(texts), "peer": lambda: peer.encode(texts)}, arguments.rounds
    )
    cosine = (found["kgrec"] * found["peer"]).sum(axis=1)
    cosine /= np.linalg.norm(found["peer"], axis=1)
    cached = cached_seconds(ours, texts, arguments.rounds)
    words_a_text = np.mean([len(text.split()) for text in texts])
    print(f"{len(texts):,} texts of {words_a_text:.0f} words, {ours!r}, one thread, CPU seconds")
    print(f"sentence-transformers {len(texts) / seconds['peer']:8.1f} texts/s")
    print(f"kgrec                 {len(texts) / seconds['kgrec']:8.1f} texts/s")
    print(f"ratio                 {seconds['peer'] / seconds['kgrec']:8.2f}")
    print(f"cosine to float32     {cosine.min():8.5f} (the least), {cosine.mean():.6f} (mean)")
    print(f"from the cache        {seconds['kgrec'] / cached:8.1f} times as fast")


if __name__ == "__main__":
    main()
