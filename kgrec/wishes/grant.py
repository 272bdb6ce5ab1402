r"""From an intent to a list of items, by graph and text together.

A wish is a history: each liked item counts 1, and each wanted entity 1, shared among the items that
have it (:class:`~kgrec.recommend.profile.Profile`). The history of a user comes beside it, and both
count the same. The model scores that history like any other, and explanations are those of its
scores. The order of the list is another one:

1. No item that is liked already, that the user has, or that has anything to avoid, be it that only
   a text says so.
2. Items that lack fewer of the things that were named outright come first (``firm``: *a western*,
   *from the 90s*, *with Tom Hanks*; several ranges of years are one thing). Where enough items have
   all of them, this is a filter; else what an item lacks is said.
3. Among these by
   :math:`z(\text{score}) + z(\text{cosine of the free text and the description}) + 4\,h`, where
   :math:`z` is the normal score of an item's rank among those of step 1 (mean 0, deviation 1, and
   no item is so popular that nothing else counts) and :math:`h` the share of all wanted things that
   an item has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from scipy.sparse import csr_matrix
from scipy.stats import norm, rankdata

from kgrec.drawing.lines import counted
from kgrec.errors import ConfigError
from kgrec.explain import Explanation
from kgrec.explain.history import History
from kgrec.explain.languages import Language
from kgrec.graph.schema import key
from kgrec.recommend import Recommender
from kgrec.recommend.profile import Profile
from kgrec.recommend.recommendations import Recommendations
from kgrec.text import TextEncoder
from kgrec.threads import limited_threads
from kgrec.wishes.facts import Facts, Mask
from kgrec.wishes.intent import Intent
from kgrec.wishes.likeness import Likeness

Floats = npt.NDArray[np.float64]

WISH = "wish"
"""What stands in the place of a user's id."""
_WANTED = 4.0  # standard deviations that all wanted things together are worth


@dataclass(frozen=True, eq=False)
class Granted(Recommendations):
    """The items for a wish.

    ``place`` of the table is the rank by score alone, and ``moved`` what the wish makes of an item:
    what it has of what was wanted, what it lacks, and how near its description is.

    :ivar intent: what was asked for
    :ivar notes: sentences about what could not be done
    """

    intent: Intent = field(default_factory=Intent)
    notes: tuple[str, ...] = ()


class Granter:
    """Finds the items for wishes; made once, it answers many.

    :param rec: a fitted recommender
    :param encoder: of free texts; ``None``: what the settings of the recommender say
    :param patient: whether the first wish with free text waits until all descriptions are encoded;
        else the text counts from :meth:`prepare` on
    """

    def __init__(
        self, rec: Recommender, encoder: TextEncoder | None = None, *, patient: bool = True
    ) -> None:
        self.rec = rec
        self._facts, self._likeness = Facts(rec), Likeness(rec, encoder)
        self._patient = patient

    def prepare(self) -> None:
        """Do now what the first wish with free text would wait for."""
        self._likeness.prepare()

    def grant(
        self,
        intent: Intent,
        k: int = 10,
        *,
        user: str | History | None = None,
        explain: bool = True,
        brief: bool = False,
        language: str | Path | Language = "en",
    ) -> Granted:
        """The best items for a wish; see the module.

        :param intent: of a :class:`~kgrec.wishes.WishParser`, changed or not
        :param k: how many items, at least 1
        :param user: whose history counts, too, or that history; ``None``: nobody's
        :param explain: also explain every score
        :param brief: whether explanations list only the paths that their sentences tell, which is
            faster
        :param language: of the explanations
        :raises UnknownIdError: if the graph does not have the user, or what the intent names
        :raises ConfigError: if ``k`` is below 1, something is named by a sensitive relation only,
            or by facts of texts that may be no reasons (``graph.extracted``), or there is no such
            language
        """
        if k < 1:
            raise ConfigError(f"k must be at least 1, not {k}.")
        wanted = self._facts.all_of(intent.want)
        asked = self._asked(intent, user)
        size = len(self._candidates)
        scores, ranking = self._scores(asked.weights(size))
        may = self._candidates & (asked.hidden(size).toarray()[0] == 0)
        allowed = may & ~self._facts.avoiding(intent.avoid)
        texts = self._texts(intent)
        lacking = _lacking(intent, wanted)
        relevance = _normal(ranking, allowed) + _WANTED * _share(wanted)
        if texts is not None:
            relevance += _normal(texts, allowed)
        order = np.lexsort((-relevance, lacking, ~allowed))[: min(k, int(allowed.sum()))]
        told = partial(_told, intent, wanted, self._facts.by_text(intent.want), texts)
        places = np.empty(len(scores), dtype=np.int64)
        places[np.lexsort((-ranking, ~may))] = np.arange(1, len(scores) + 1)
        table = self._table(asked, order, scores, places).with_columns(
            moved=pl.Series([told(at) for at in order], dtype=pl.String)
        )
        why: tuple[Explanation, ...] = ()
        if explain:
            why = tuple(
                self.rec.explain_history(asked, item, score=score, brief=brief, language=language)
                for item, score in table.select("item", "score").iter_rows()
            )
        notes = tuple(self._notes(intent, lacking[order], k))
        return Granted(table, why, None, intent=intent, notes=notes)

    def _asked(self, intent: Intent, user: str | History | None) -> History:
        """A wish as a history, beside that of the user."""
        rec = self.rec
        wants = tuple(link.id for link in intent.want if link.kind == "entity")
        profile = Profile(items=tuple(link.id for link in intent.like), entities=wants)
        wished = rec.profile(profile) if profile.items or profile.entities else None
        if user is None:
            nothing = csr_matrix((1, len(rec.features.items)), dtype=np.float32)
            return replace(wished or History.of_stranger(WISH, nothing), user=WISH)
        own = rec.history(user) if isinstance(user, str) else user
        return own if wished is None else _together(own, wished, len(rec.features.items))

    def _scores(self, history: csr_matrix) -> tuple[npt.NDArray[np.float32], Floats]:
        """Scores of all items, and what to rank them by: below all others where no path leads."""
        with limited_threads(self.rec.config.threads), torch.inference_mode():
            scores = self.rec.model.score(history)[0].numpy()
            ranking = self.rec.model.ranking(history)[0].numpy().astype(np.float64)
        reached = np.isfinite(ranking)
        if not reached.all():
            least = float(ranking[reached].min()) if reached.any() else 0.0
            ranking = np.where(reached, ranking, least)
        return scores, ranking

    def _texts(self, intent: Intent) -> Floats | None:
        if not intent.free_text or not self._hears:
            return None
        return self._likeness.to(intent.free_text).astype(np.float64)

    def _table(
        self, asked: History, order: npt.NDArray[np.int64], scores: npt.NDArray[np.float32],
        places: npt.NDArray[np.int64],
    ) -> pl.DataFrame:  # fmt: skip
        items = [self.rec.features.items[at] for at in order]
        labels = [self.rec.graph.label(key("item", item)) for item in items]
        user = [asked.user] * len(items)
        return pl.DataFrame(
            {
                "user": pl.Series(user, dtype=pl.String),
                "item": pl.Series(items, dtype=pl.String),
                "rank": pl.Series(range(1, len(items) + 1), dtype=pl.Int64),
                "score": pl.Series(scores[order], dtype=pl.Float32),
                "label": pl.Series(labels, dtype=pl.String),
                "place": pl.Series(places[order], dtype=pl.Int64),
            }
        )

    def _notes(self, intent: Intent, lacking: npt.NDArray[np.int64], k: int) -> Iterator[str]:
        if intent.is_empty:
            yield "Nothing in the wish is known here, so the list is not about it."
        full = int((lacking == 0).sum())
        if full < len(lacking):
            have = {0: "None of the items has", 1: "Only one of the items has"}.get(
                full, f"Only {full} of the items have"
            )
            yield f"{have} all that was asked for; of the others it is said what they lack."
        if len(lacking) < k:
            few = counted(len(lacking), "item is", "items are")
            yield f"Only {few} left by what is not wanted."
        if intent.not_excluded:
            words = ", ".join(f"'{word}'" for word in intent.not_excluded)
            yield f"Nothing in the graph is called {words}, so that is not excluded."
        if intent.free_text and not self._hears:
            off = "'text.enabled' is off" if not self._likeness.is_there else "they are being read"
            yield f"'{intent.free_text}' was not compared with texts: {off}."

    @property
    def _hears(self) -> bool:
        """Whether free text counts."""
        return self._likeness.is_there and (self._patient or self._likeness.is_ready)

    @cached_property
    def _candidates(self) -> Mask:
        features = self.rec.features
        mask = np.full(len(features.items), features.candidates is None)
        if features.candidates is not None:
            mask[features.candidates] = True
        return mask


def _lacking(intent: Intent, wanted: Mask) -> npt.NDArray[np.int64]:
    """How many of the firm wishes each item does not meet, shape ``(I,)``."""
    firm = np.array([link.firm and link.kind != "years" for link in intent.want], dtype=bool)
    years = np.array([link.firm and link.kind == "years" for link in intent.want], dtype=bool)
    lacking: npt.NDArray[np.int64] = (~wanted[firm]).sum(axis=0)
    if years.any():
        lacking = lacking + ~wanted[years].any(axis=0)
    return lacking


def _share(wanted: Mask) -> Floats:
    return wanted.mean(axis=0) if len(wanted) else np.zeros(wanted.shape[1])


def _normal(values: npt.NDArray[np.floating], among: Mask) -> Floats:
    """Normal scores of ranks among some; 0 for all others. Equal values have one rank.

    W. J. Conover, R. L. Iman: Rank transformations as a bridge between parametric and
    nonparametric statistics. The American Statistician 35(3), 1981.
    """
    found = np.zeros(len(values))
    if among.any():
        found[among] = norm.ppf((rankdata(values[among]) - 0.5) / int(among.sum()))
    return found


def _told(intent: Intent, wanted: Mask, by_text: Mask, texts: Floats | None, at: int) -> str:
    """What a wish makes of an item."""

    def named(*, there: bool) -> str:
        links = zip(intent.want, wanted[:, at], by_text[:, at], strict=True)
        return ", ".join(
            f"{link.label} (according to the text)" if said else link.label
            for link, has, said in links
            if has == there
        )

    parts = []
    if has := named(there=True):
        parts.append(f"has {has}")
    if lacks := named(there=False):
        parts.append(f"lacks {lacks}")
    if texts is not None:
        parts.append(f"text {texts[at]:.2f}")
    return "; ".join(parts)


def _together(own: History, wished: History, size: int) -> History:
    """What a user has and wishes, each as loud as the other."""
    first, second = own.weights(size), wished.weights(size)
    if first.nnz:
        second = second * (first.sum() / second.sum())
    names = {item: name for item, name in wished.names.items() if item not in own.items}
    seen = np.union1d(own.items, wished.items if wished.seen is None else wished.seen)
    both = csr_matrix(first + second)
    return History.of(own.user, both, row=own.row, seen=seen, in_graph=False, names=names)
