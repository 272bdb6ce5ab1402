"""Are the answers to "what if not" true, small and quick?

    python -m benchmarks.counterfactuals RUN [--sample 300] [--k 10]

Takes one recommendation of each of some users, at a place of the list that is drawn, and asks for
the fewest interactions and the fewest facts behind it. The answers are held against lists that are
made from the start: the interactions of all answers are taken out of the graph, the graph becomes
numbers again, and the model ranks them as for any user. Facts are taken out of a copy of the
model's weights, which then scores all items.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

import kgrec
from kgrec.callbacks import Progress
from kgrec.evaluation.explanations.sample import sampled_users
from kgrec.explain.counterfactual import Counterfactual
from kgrec.explain.faithfulness import rescored
from kgrec.gnn.fitted import features_of
from kgrec.gnn.linear.recency import recent_histories
from kgrec.recommend.lists import Lists
from kgrec.vocabulary import INTERACTED


@dataclass(frozen=True)
class Answer:
    """What was said of one recommendation, and the processor time it took."""

    found: Counterfactual
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run")
    parser.add_argument("--sample", type=int, default=300, help="recommendations, one a user")
    parser.add_argument("--k", type=int, default=10, help="length of a list")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    given = parser.parse_args()
    rec = kgrec.Recommender.load(given.run)
    answers = ask(rec, given.sample, given.k, given.seed)
    told = [each for each in answers if each.found.interactions]
    ranks = relisted(rec, [each.found for each in told])
    report_interactions(answers, ranks)
    report_facts(rec, [each.found for each in answers])


def ask(rec: kgrec.Recommender, sample: int, k: int, seed: int) -> list[Answer]:
    """Ask for one recommendation of each user, at a place of the list that is drawn."""
    random, answers = np.random.default_rng(seed), []
    for user in sampled_users(rec, sample, seed):
        items = rec.recommend(user, k).items
        if len(items) < k:
            continue  # a shorter list has room for whatever is led to
        item = items[random.integers(k)]
        started = time.process_time()
        found = rec.counterfactual(user, item, k)
        answers.append(Answer(found, time.process_time() - started))
    return answers


def relisted(rec: kgrec.Recommender, answers: Sequence[Counterfactual]) -> list[int | None]:
    """The rank of each item in the list of the changed history; ``None``: not in the list."""
    graph, model = rec.graph, rec.model
    gone = [
        (f"user:{each.user}", f"item:{item}")
        for each in answers
        for item in (each.interactions.items if each.interactions else ())
    ]
    removed = pl.DataFrame(gone, schema={"head": pl.String, "tail": pl.String}, orient="row")
    removed = removed.with_columns(relation=pl.lit(INTERACTED))
    left = graph.edges.join(removed, on=["head", "relation", "tail"], how="anti")
    assert left.height < graph.edges.height or not gone
    changed = replace(graph, edges=left)
    features = features_of(changed, rec.config.graph)
    assert features.items == rec.features.items
    users = [each.user for each in answers]
    histories = recent_histories(features, getattr(model, "recency", 0.0))
    lists = Lists(changed, features, model, rec.config, Progress())
    k = answers[0].k if answers else 1
    table = lists.of(users, histories[features.user_indices(users)], k, None).to_polars()
    found = {(user, item): rank for user, item, rank in table.select("user", "item", "rank").rows()}
    return [found.get((each.user, each.item)) for each in answers]


def fact_rank(rec: kgrec.Recommender, answer: Counterfactual) -> int:
    """The rank of an item once the walks over some facts are masked in the model's weights."""
    facts = set(answer.facts.facts if answer.facts else ())
    why = rec.explain(answer.user, answer.item, paths=None)
    paths = [path for path in why.paths if ends_in(path, facts)]
    features = rec.features
    row = features.user_indices([answer.user])
    history = recent_histories(features, rec.model.recency)[row]
    scores = rescored(rec.model, features, history, paths)
    item = features.item_index(answer.item)
    others = np.ones(len(scores), dtype=bool)
    others[history.indices] = False
    if features.candidates is not None:
        allowed = np.zeros(len(scores), dtype=bool)
        allowed[features.candidates] = True
        others &= allowed
    return 1 + int((scores[others] > scores[item]).sum())


def ends_in(path: kgrec.explain.Path, facts: set[tuple[str, str, str]]) -> bool:
    """Whether the last edge of a path is one of some facts."""
    left, relation, right = path.nodes[-2].key, path.relations[-1], path.nodes[-1].key
    edge = (left, relation.name, right) if relation.forward else (right, relation.name, left)
    return edge in facts


def report_interactions(answers: Sequence[Answer], ranks: Sequence[int | None]) -> None:
    found = [each.found.interactions for each in answers if each.found.interactions]
    sizes = np.array([len(each.items) for each in found])
    seconds = np.array([each.seconds for each in answers])
    out = sum(rank is None for rank in ranks)
    print(f"recommendations        {len(answers):,}")
    print(f"interactions found     {len(found):,} ({len(found) / len(answers):.1%})")
    print(f"  out of the list      {out:,} ({out / max(len(ranks), 1):.1%})")
    print(f"  proved smallest      {np.mean([each.proved for each in found]):.1%}")
    print(f"  size                 median {np.median(sizes):.0f}, mean {sizes.mean():.2f}, "
          f"90 % {np.quantile(sizes, 0.9):.0f}, largest {sizes.max()}")  # fmt: skip
    print(f"  of 3 at most         {(sizes <= 3).sum() / len(answers):.1%} of all")
    print(f"seconds of processor   median {np.median(seconds):.2f}, "
          f"99 % {np.quantile(seconds, 0.99):.2f}, most {seconds.max():.2f}")  # fmt: skip


def report_facts(rec: kgrec.Recommender, answers: Sequence[Counterfactual]) -> None:
    found = [each for each in answers if each.facts]
    if not found:
        print("facts found            0")
        return
    sizes = np.array([len(each.facts.facts) for each in found if each.facts])
    out = sum(fact_rank(rec, each) > each.k for each in found)
    print(f"facts found            {len(found):,} ({len(found) / len(answers):.1%})")
    print(f"  out of the list      {out:,} ({out / len(found):.1%})")
    print(f"  size                 median {np.median(sizes):.0f}, largest {sizes.max()}")


if __name__ == "__main__":
    main()
