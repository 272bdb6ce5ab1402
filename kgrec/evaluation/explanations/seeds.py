"""The same recommendations explained by recommenders of several seeds."""

from __future__ import annotations

from collections.abc import Sequence

from kgrec.errors import ConfigError
from kgrec.evaluation.explanations.sample import sampled_users
from kgrec.explain.faithfulness import Stability, stability
from kgrec.recommend import Recommender


def stability_over_seeds(
    recs: Sequence[Recommender], *, sample: int = 100, k: int = 5, seed: int = 0
) -> Stability:
    """How far recommenders agree on the strongest path of what the first of them recommends.

    :param recs: fitted on one graph with different seeds, at least two
    :param sample: so many users with a history are drawn at random, at least 1
    :param k: recommendations of the first recommender for each user, at least 1
    :param seed: of the users
    :raises ConfigError: if there are fewer recommenders, a number is below 1, or nobody has a
        history
    :raises UnknownIdError: if another graph lacks one of the users or items
    """
    if len(recs) < 2:
        raise ConfigError("One seed shows no spread: give at least two recommenders.")
    users = sampled_users(recs[0], sample, seed)
    asked = recs[0].recommend(users, k).to_polars().select("user", "item")
    return stability(
        [rec.explain(user, item, paths=1) for rec in recs] for user, item in asked.iter_rows()
    )
