"""Are sensitive relations really without influence?"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kgrec.errors import ConfigError
from kgrec.explain import Explanation, Path
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.graph.sensitive import sensitive_relations

_COLUMNS = pl.Schema(
    {
        "relation": pl.String(),
        "facts": pl.Int64(),
        "numbered": pl.Int64(),
        "paths": pl.Int64(),
        "share": pl.Float64(),
    }
)


def sensitive_shares(
    graph: KnowledgeGraph,
    features: Features,
    sensitive: Iterable[str],
    explanations: Iterable[Explanation],
) -> pl.DataFrame:
    """What part of explained scores lies on sensitive relations; it must be nothing.

    :param sensitive: names of relations, as the setting ``graph.sensitive`` has them
    :param explanations: with all of their paths
    :return: for each relation ``facts`` of it in the graph; how many of them are ``numbered``, so
        that any part of a model, with paths or without, could learn from them; how many ``paths``
        go along it, and the sum of the sizes of their shares
    :raises ConfigError: if an explanation does not list all of its paths
    """
    paths = [path for each in explanations for path in _all_paths(each)]
    rows = []
    for relation in sorted(sensitive_relations(graph, sensitive)):
        facts = graph.edges.filter(pl.col("relation") == relation).height
        numbered = 0
        if relation in features.relations:
            number = features.relations.index(relation)
            numbered = sum(
                int((table[:, 1] == number).sum())
                for table in (features.facts, features.user_facts)
            )
        found = [path for path in paths if relation in {step.name for step in path.relations}]
        if facts or numbered or found:
            share = float(sum(abs(path.share) for path in found))
            rows.append((relation, facts, numbered, len(found), share))
    return pl.DataFrame(rows, _COLUMNS, orient="row")


def _all_paths(explanation: Explanation) -> Iterable[Path]:
    if "other_paths" in explanation.rest:
        raise ConfigError(
            f"The explanation of '{explanation.item}' for '{explanation.user}' lists only some of "
            "its paths: explain with paths=None."
        )
    return explanation.paths
