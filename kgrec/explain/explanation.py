"""An explanation: the paths that carry a score, each with its share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kgrec.drawing.lines import counted
from kgrec.explain.languages import ENGLISH, Language
from kgrec.explain.notebook import html
from kgrec.explain.picture.paths import standalone_svg
from kgrec.explain.screen import on_screen
from kgrec.vocabulary import INTERACTED


@dataclass(frozen=True)
class PathNode:
    """One node of a path.

    :ivar key: unique in the graph, ``"item:42"``
    :ivar id: the id that the data use, ``"42"``
    :ivar label: a name that a person can read; the id where there is none
    :ivar type: ``"Film"``, ``"Person"``, ``"User"``
    """

    key: str
    id: str
    label: str
    type: str

    @property
    def kind(self) -> str:
        """``"user"``, ``"item"`` or ``"entity"``: nodes of several kinds may have one id."""
        return self.key.partition(":")[0]

    @property
    def name(self) -> str:
        """The label; for a user without one "user 42", which no film can be mistaken for."""
        is_user = self.key.startswith("user:") and self.label == self.id
        return f"user {self.label}" if is_user else self.label


@dataclass(frozen=True)
class PathRelation:
    """One edge of a path, between a node and the next.

    :ivar name: canonical name in the graph, ``"directed_by"``
    :ivar label: how it reads in the direction of travel
    :ivar forward: whether the path walks from head to tail
    """

    name: str
    label: str
    forward: bool


@dataclass(frozen=True)
class Path:
    """One way through the graph from a user to a recommended item.

    :ivar nodes: from the user to the item
    :ivar relations: one less than nodes
    :ivar share: this path's part of the score, exact or, for a deep model, an attribution (see
        :attr:`Explanation.method`); negative where it speaks against the item
    :ivar learned: how much of the share comes from the vectors of the graph network
    :ivar walks: how many walks are told as this one: all users who join the same two items are one
        path, shown with the strongest of them; so is all that people make of one
        fact, with every pair of a history item and an item that has the fact
    :ivar reason: the path in words, to follow "because": ``"you liked Heat, also about heists"``
    :ivar cypher: a query that returns this very path from the graph
    :ivar sparql: the same for an RDF store
    """

    nodes: tuple[PathNode, ...]
    relations: tuple[PathRelation, ...]
    share: float
    learned: float
    walks: int
    reason: str
    cypher: str
    sparql: str
    language: Language = field(default=ENGLISH, repr=False, compare=False, kw_only=True)
    """The language of the reason."""

    @property
    def sentence(self) -> str:
        """The reason as a sentence of its own."""
        clause = self.language.because([self.reason], against=self.share < 0)
        return self.language.say("sentence.whole", label=self.nodes[-1].label, because=clause)

    @property
    def through_users(self) -> bool:
        """Whether other users alone join the two items, and no fact."""
        return all(relation.name == INTERACTED for relation in self.relations)

    def __str__(self) -> str:
        words = [self._name(self.nodes[0])]
        for relation, node in zip(self.relations, self.nodes[1:], strict=True):
            words.append(f"—{relation.label}→ {self._name(node)}")
        return " ".join(words)

    def _name(self, node: PathNode) -> str:
        unnamed = node.name != node.label
        return self.language.say("screen.user", id=node.id) if unnamed else node.label

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "nodes": [
                {"id": n.id, "label": n.label, "type": n.type, "kind": n.kind} for n in self.nodes
            ],
            "relations": [
                {"name": r.name, "label": r.label, "forward": r.forward} for r in self.relations
            ],
            "share": self.share,
            "learned": self.learned,
            "walks": self.walks,
            "reason": self.reason,
            "sentence": self.sentence,
            "cypher": self.cypher,
            "sparql": self.sparql,
        }


@dataclass(frozen=True, repr=False)
class Explanation:
    """Why an item has its score for a user.

    The shares of ``paths`` and the values of ``rest`` sum to ``score``.

    :ivar user: user id
    :ivar item: item id
    :ivar label: the item's name
    :ivar score: the model's score
    :ivar paths: strongest first
    :ivar rest: named parts of the score that are not in ``paths``: ``popularity``, ``text`` (what
        words and descriptions carry over to items with few users or none), a part for each modality
        by its name (``image``; ``"text vectors"`` where the name is taken), ``content`` (what else
        is carried over by no path: how much is known of the item, facts that no user leads to),
        ``latent``, ``oneself`` (what joins an item of the user's history only to the user's own),
        ``extracted`` (paths that rest on a fact that only a text states, where those are no
        reasons), ``other_edges`` (attributed to edges that are on no path, with a deep model),
        and ``other_paths`` where only the strongest are listed
    :ivar path_share: sum of the shares of *all* paths, listed or not
    """

    user: str
    item: str
    label: str
    score: float
    paths: tuple[Path, ...]
    rest: Mapping[str, float]
    path_share: float
    content_reason: str = ""
    """The content's part in words, where it speaks for the item."""
    latent_reason: str = ""
    """The latent part in words, where a model has no paths."""
    method: str = "exact"
    """What the shares of paths are.

    ``exact``: the score is their sum. A deep model is no sum over paths, and shares are
    *attributions*, which sum to the score as well, but what a score loses with a path may be more
    or less: with ``gradients`` the strongest paths are those with the largest attributions by
    integrated gradients, with ``paths`` those that a learned mask of edges keeps.
    """
    left_out: int = 0
    """Neighbours that a deep model's explanation passed over, so that the work is bounded."""
    language: Language = field(default=ENGLISH, repr=False, compare=False, kw_only=True)
    """The language of all reasons."""
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    """What a reader should know of the words: which of them are not in the language."""

    @property
    def told(self) -> tuple[Path, ...]:
        """The paths that the sentence tells: the strongest, and the strongest fact for the item."""
        facts = [path for path in self.paths if not path.through_users and path.share > 0]
        return tuple({path.reason: path for path in (*self.paths[:1], *facts[:1])}.values())

    @property
    def reasons(self) -> tuple[str, ...]:
        """In words: the strongest path, and the strongest fact that speaks for the item.

        Without a path, that none is listed, or what is known of the item, or what a network makes
        of it, or its popularity; else that nothing leads to it.
        """
        if not self.paths:
            return (self._pathless[0],)
        return tuple(path.reason for path in self.told)

    @property
    def because(self) -> str:
        """The reasons as a clause, to stand after the item's name or under it."""
        if self.paths:
            against = [path.share < 0 for path in self.told]
            return self.language.because(self.reasons, against=against)
        reason, is_against = self._pathless
        return self.language.because([reason], against=is_against)

    @property
    def _pathless(self) -> tuple[str, bool]:
        """The reason where no path is listed, and whether it speaks against the item."""
        say = self.language.say
        if self.path_share < 0:
            return say("reasons.unlisted_against"), True
        if self.path_share:
            return say("reasons.unlisted"), False
        if self.content_reason:
            return self.content_reason, False
        if self.latent_reason:
            return self.latent_reason, self.rest["latent"] < 0
        if self.rest.get("popularity", 0.0) > 0:
            return say("reasons.popular"), False
        return say("reasons.no_path"), True

    @property
    def sentence(self) -> str:
        """The reasons as a sentence."""
        return self.language.say("sentence.whole", label=self.label, because=self.because)

    @property
    def cypher(self) -> str:
        """The query that returns the strongest path; empty where there is none."""
        return self.paths[0].cypher if self.paths else ""

    @property
    def sparql(self) -> str:
        """The strongest path's query for an RDF store; empty where there is none."""
        return self.paths[0].sparql if self.paths else ""

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, *, paths: int | None = 10, width: int = 100) -> str:
        """Every part of the score on one screen: per cent, share, sentence, path.

        Control characters in names are replaced, so that it can be printed.

        :param paths: at most so many; how many more there are is said. ``None``: all
        :param width: in columns; a line is longer only where a single word is
        """
        return on_screen(self, paths=paths, width=width)

    def show(self) -> None:
        """Draw it in a notebook; print it elsewhere."""
        try:
            from IPython import get_ipython
            from IPython.display import display
        except ImportError:
            print(self)
            return
        if get_ipython() is None:
            print(self)
        else:
            draw: Any = display
            draw(self)

    def told_in(self, language: Language, notes: tuple[str, ...] = ()) -> Explanation:
        """Say in which language the reasons are; they stay as they are.

        :param notes: see :attr:`notes`
        """
        paths = tuple(replace(path, language=language) for path in self.paths)
        return replace(self, paths=paths, language=language, notes=notes)

    def __repr__(self) -> str:
        paths = counted(len(self.paths), "path")
        return f"Explanation(user {self.user!r}, item {self.item!r}: {self.score:.4f}, {paths})"

    def _repr_svg_(self) -> str:
        return standalone_svg(self)

    def _repr_html_(self) -> str:
        return html(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "user": self.user,
            "item": self.item,
            "label": self.label,
            "score": self.score,
            "paths": [path.to_dict() for path in self.paths],
            "rest": dict(self.rest),
            "method": self.method,
            "left_out": self.left_out,
            "language": self.language.code,
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """One JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)
