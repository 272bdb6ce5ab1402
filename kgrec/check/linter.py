"""All checks of a dataset together, and the refusal.

What each looks for, and the papers that found it in published work: Ji et al. 2023, "A Critical
Study on Data Leakage in Recommender System Offline Evaluation" (https://arxiv.org/abs/2010.11060);
Kapoor and Narayanan 2023, "Leakage and the Reproducibility Crisis" (https://arxiv.org/abs/2207.07048).
"""

from __future__ import annotations

from kgrec.check.future import future_features
from kgrec.check.hidden import hidden_interactions
from kgrec.check.ids import shared_ids
from kgrec.check.order import late_facts, strangers, train_after_test
from kgrec.data import Dataset, Finding
from kgrec.errors import DataError

_MOST_NAMED = 3


def leaks(data: Dataset) -> list[Finding]:
    """What gives away answers on which a model is chosen or tested; empty for honest data.

    - a user and an item in two of train, valid and test, which reading set aside already
    - a held-out user and item hidden in facts, in a column or text of items or users, or behind
      an entity of their own (a review, an order)
    - a column of items that was counted over the test, too (``num_ratings``)
    - a split by time in which train is later than test, or facts that are later than all of train

    Nothing is changed, and nothing is learned from the test but whether it is known elsewhere.

    :param data: clean tables
    :return: findings with ``leak`` set, worst first; each prints as one sentence
    """
    found = [
        *data.quality.leaks,
        *hidden_interactions(data),
        *future_features(data),
        *train_after_test(data),
        *late_facts(data),
    ]
    return [finding for finding in found if finding.leak]


def doubts(data: Dataset) -> list[Finding]:
    """What is allowed, but should be known before numbers are compared.

    :param data: clean tables
    """
    found = [
        *strangers(data),
        *train_after_test(data),
        *future_features(data),
        *late_facts(data),
        *shared_ids(data),
    ]
    return [finding for finding in found if not finding.leak]


def require_no_leaks(data: Dataset, *, escape: str = "") -> None:
    """Refuse data with leaks.

    :param escape: how to go on in spite of them, as an imperative
    :raises DataError: that names them
    """
    found = leaks(data)
    if found:
        listed = "; ".join(str(finding).rstrip(".") for finding in found[:_MOST_NAMED])
        more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        raise DataError(
            f"the data give test answers away ({listed}{more})",
            fix=f"mend them, or {escape}" if escape else "mend them",
        )
