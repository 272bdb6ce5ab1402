"""Lists of names from a RecBole model: what is seen or no candidate is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from atomic import Tables

LENGTH = 20
_BATCH = 256


class Ranker:
    """Ranks for the users of test with whatever the model knows at the moment.

    :param model: a RecBole model with ``full_sort_predict``
    :param dataset: RecBole's dataset, which has numbered the tokens again
    :param tables: the folder
    """

    def __init__(self, model: Any, dataset: Any, tables: Tables) -> None:
        self.model, self.tables = model, tables
        # RecBole's index of each of our numbers; 0 is its padding.
        self.users = _indices(dataset, "user_id", len(tables.users))
        self.items = _indices(dataset, "item_id", len(tables.items))
        self.allowed = np.array(
            [tables.candidates is None or item in tables.candidates for item in tables.items]
        )
        places = {name: number for number, name in enumerate(tables.users)}
        self.asked = [places[user] for user in sorted(tables.events["test"]["user"].unique())]
        self.seen = self._seen(tables, places)

    def _seen(self, tables: Tables, users: dict[str, int]) -> dict[int, list[int]]:
        items = {name: number for number, name in enumerate(tables.items)}
        known = pd.concat([tables.events["train"], tables.events["valid"]])
        pairs = pd.DataFrame({"user": known["user"].map(users), "item": known["item"].map(items)})
        return {int(user): list(part) for user, part in pairs.groupby("user")["item"]}

    @torch.no_grad()
    def lists(self) -> pd.DataFrame:
        """Columns ``user, item, rank, score``; rank 1 is best."""
        self.model.eval()
        starts = range(0, len(self.asked), _BATCH)
        parts = [self._part(self.asked[start : start + _BATCH]) for start in starts]
        return pd.concat(parts, ignore_index=True)

    def _part(self, users: list[int]) -> pd.DataFrame:
        from recbole.data.interaction import Interaction

        asked = Interaction({"user_id": torch.from_numpy(self.users[users])})
        scores = self.model.full_sort_predict(asked).view(len(users), -1).numpy()
        scores = scores[:, self.items].astype(np.float64)
        scores[:, ~self.allowed] = -np.inf
        for row, user in enumerate(users):
            scores[row, self.seen.get(user, [])] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :LENGTH]
        values = np.take_along_axis(scores, best, axis=1)
        rows, places = np.nonzero(np.isfinite(values))
        return pd.DataFrame(
            {
                "user": [self.tables.users[users[row]] for row in rows],
                "item": [self.tables.items[item] for item in best[rows, places]],
                "rank": places + 1,
                "score": values[rows, places],
            }
        )


def _indices(dataset: Any, field: str, count: int) -> np.ndarray:
    known = dataset.field2token_id[field]
    return np.array([known[str(number)] for number in range(count)], dtype=np.int64)
