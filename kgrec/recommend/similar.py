"""Nearest neighbours in the space of descriptions, as facts of the graph.

A description is what the catalog says of an item, never what users did: the facts are the same
whatever is held out, which is why the encoder is asked as it came, not as it was adapted to
behaviour. They are called what they are, *similar in text to*, in every explanation.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from scipy.sparse import eye

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.graph import KnowledgeGraph
from kgrec.index import top_k
from kgrec.recommend.texts import encoder_of, learned_graph
from kgrec.text import TextEncoder, describe, encode_descriptions
from kgrec.text.around import SIMILAR_TEXT

Floats = npt.NDArray[np.float32]


def with_similar(
    graph: KnowledgeGraph, config: Config, encoder: TextEncoder | None, progress: Progress
) -> KnowledgeGraph:
    """The graph with edges between items that are described alike, if the settings want them."""
    if not config.text.similar or not config.text.enabled:
        return graph
    open_graph = learned_graph(graph, config)
    descriptions = describe(open_graph, config.text, progress=progress)
    items = open_graph.nodes.filter(pl.col("kind") == "item").select("key", "id")
    of_items = items.join(descriptions.nodes, on="key", how="left", maintain_order="left")
    only = dataclasses.replace(descriptions, nodes=of_items)
    vectors = encode_descriptions(only, encoder or encoder_of(config), progress)
    return with_similar_texts(graph, items["id"].to_list(), vectors, config.text.similar)


def with_similar_texts(
    graph: KnowledgeGraph, items: list[str], vectors: Floats, count: int
) -> KnowledgeGraph:
    """The next version of a graph, with edges between items that are described alike.

    Of what has such an edge already nothing is decided anew: only new items look for neighbours.

    :param graph: any graph
    :param items: ids, ``n`` of them
    :param vectors: of their descriptions, rows of length 1 or, where there is none, 0; ``(n, s)``
    :param count: neighbours of an item; 0: the graph is returned as it is
    """
    facts = similar_texts(items, vectors, count, known=_joined(graph))
    return graph if facts.is_empty() else graph.update(facts=facts)


def similar_texts(
    items: list[str], vectors: Floats, count: int, known: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """The nearest items of each, exactly, by the cosine of their descriptions.

    Without a description there is no neighbour, nor where the cosine is not above 0.

    :param known: items that look for none
    :return: ``head, relation, tail, head_kind, tail_kind``; a pair is there once
    """
    described = np.flatnonzero(vectors.any(axis=1))
    asking = np.array([at for at, row in enumerate(described) if items[row] not in known], int)
    pairs: set[tuple[str, str]] = set()
    if count and len(asking) and len(described) > 1:
        space = torch.from_numpy(np.ascontiguousarray(vectors[described]))
        own = eye(len(described), format="csr", dtype=np.float32)[asking]
        found = top_k(
            lambda start, stop: space[asking[start:stop]] @ space.T,
            len(asking),
            len(described),
            count,
            seen=own,
        )
        for at, row in enumerate(asking):
            for other, score in zip(found.items[at], found.scores[at], strict=True):
                if other >= 0 and score > 0:
                    ends = (items[described[row]], items[described[other]])
                    pairs.add((min(ends), max(ends)))
    names = dict.fromkeys(("head", "tail"), pl.String)
    return pl.DataFrame(sorted(pairs), schema=names, orient="row").select(
        "head",
        pl.lit(SIMILAR_TEXT).alias("relation"),
        "tail",
        head_kind=pl.lit("item"),
        tail_kind=pl.lit("item"),
    )


def _joined(graph: KnowledgeGraph) -> frozenset[str]:
    edges = graph.edges.filter(pl.col("relation") == SIMILAR_TEXT)
    keys = pl.concat([edges["head"], edges["tail"]]).unique()
    return frozenset(keys.str.strip_prefix("item:"))
