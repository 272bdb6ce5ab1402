"""Graph and text as matrices: the only place where names become numbers.

Everything behind this module works on indices, everything in front of it on names. Users are
``0 … U - 1``. Items and entities share one space of *nodes*: items first (``0 … I - 1``), then
entities (``I … I + E - 1``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.errors import UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import is_extracted, without_extracted
from kgrec.graph.schema import key
from kgrec.graph.sensitive import without_sensitive
from kgrec.vocabulary import INTERACTED

Indices = npt.NDArray[np.int64]

LONG_AGO = -(2**62)
"""The time of what has none."""


@dataclass(frozen=True, eq=False)
class Features:
    """A knowledge graph in numbers, and the way back to names.

    :ivar users: user ids by index
    :ivar items: item ids by index
    :ivar entities: entity ids by index; node index = number of items + entity index
    :ivar relations: names of the relations of facts by index
    :ivar train: binary interactions, float32, shape ``(U, I)``
    :ivar valid: the same shape
    :ivar facts: head node, relation, tail node; int64, shape ``(F, 3)``
    :ivar user_facts: user, relation, node, in whichever direction the fact runs; int64, shape
        ``(G, 3)``
    :ivar candidates: indices of the only items that may be recommended, sorted; ``None``: all
    :ivar train_ages: how many items of *train* the user took since, counted from 1, at the places
        of ``train``; ``None`` where no interaction has a time
    :ivar history_ages: the same of train and valid together
    :ivar only_text: of each of ``facts``, whether only a text states it, bool, shape ``(F,)``;
        ``None``: of none
    """

    users: tuple[str, ...]
    items: tuple[str, ...]
    entities: tuple[str, ...]
    relations: tuple[str, ...]
    train: csr_matrix
    valid: csr_matrix
    facts: Indices
    user_facts: Indices
    candidates: Indices | None
    train_ages: csr_matrix | None = None
    history_ages: csr_matrix | None = None
    only_text: npt.NDArray[np.bool_] | None = None

    @staticmethod
    def of(
        graph: KnowledgeGraph, sensitive: Iterable[str] = (), *, extracted: bool = True
    ) -> Features:
        """Number the nodes and relations of a graph, in the order in which it lists them.

        :param sensitive: relations that get no number, nor do the entities of no other relation:
            what has no number can be in no feature, no score and no explanation
        :param extracted: whether facts that only texts state are numbered
        """
        graph = without_sensitive(graph, sensitive)
        if not extracted:
            graph = without_extracted(graph)
        users, items, entities = (_ids(graph, kind) for kind in ("user", "item", "entity"))
        relations = sorted(set(graph.edges["relation"]) - {INTERACTED})
        numbered = _number_edges(graph, len(items), relations)
        facts = numbered.filter(pl.col("relation").is_not_null())
        of_nodes = facts.filter(~pl.col("head_user") & ~pl.col("tail_user"))
        candidates = None
        if graph.candidates is not None:
            places = {item: index for index, item in enumerate(items)}
            candidates = np.array(sorted(places[item] for item in graph.candidates), dtype=np.int64)
        shape = (len(users), len(items))
        return Features(
            users=tuple(users),
            items=tuple(items),
            entities=tuple(entities),
            relations=tuple(relations),
            train=_interactions(numbered, "train", shape),
            valid=_interactions(numbered, "valid", shape),
            train_ages=_ages(numbered, ("train",), shape),
            history_ages=_ages(numbered, ("train", "valid"), shape),
            facts=_triples(of_nodes),
            user_facts=_of_users(facts),
            candidates=candidates,
            only_text=of_nodes["only_text"].to_numpy() if of_nodes["only_text"].any() else None,
        )

    @property
    def num_nodes(self) -> int:
        """Items and entities."""
        return len(self.items) + len(self.entities)

    @cached_property
    def history(self) -> csr_matrix:
        """All that is known of the users: train and valid, binary, shape ``(U, I)``."""
        return csr_matrix(self.train.maximum(self.valid))

    @cached_property
    def degrees(self) -> Indices:
        """Facts at each node, shape ``(I + E,)``."""
        ends = np.concatenate([self.facts[:, 0], self.facts[:, 2], self.user_facts[:, 2]])
        return np.bincount(ends, minlength=self.num_nodes)

    @cached_property
    def _user_index(self) -> dict[str, int]:
        return {user: index for index, user in enumerate(self.users)}

    @cached_property
    def _item_index(self) -> dict[str, int]:
        return {item: index for index, item in enumerate(self.items)}

    def user_indices(self, users: Iterable[str]) -> Indices:
        """Indices of users.

        :raises UnknownIdError: if a user is not in the graph
        """
        return _all(self._user_index, users, "user")

    def user_row(self, user: str) -> int | None:
        """The index of a user; ``None`` if there is no such user."""
        return self._user_index.get(user)

    def item_index(self, item: str) -> int:
        """The index of an item.

        :raises UnknownIdError: if the item is not in the graph
        """
        return _find(self._item_index, item, "item")

    def node_key(self, node: int) -> str:
        """The key of a node in the graph, ``"item:42"`` or ``"entity:…"``."""
        if node < len(self.items):
            return key("item", self.items[node])
        return key("entity", self.entities[node - len(self.items)])

    @cached_property
    def core(self) -> Indices:
        """Nodes worth a vector, sorted: all items, and the entities with two facts or more.

        An entity with a single fact tells nothing that could help another node, and in many graphs
        most are of that kind. Items keep their index: it is their place in here, too.
        """
        is_item = np.arange(self.num_nodes) < len(self.items)
        return np.flatnonzero(is_item | (self.degrees > 1))

    @cached_property
    def core_keys(self) -> list[str]:
        """Keys of the core nodes, in the order of :attr:`core`."""
        return [self.node_key(int(node)) for node in self.core]

    @cached_property
    def core_facts(self) -> Indices:
        """Facts between core nodes, as places in :attr:`core`, int64, shape ``(F', 3)``."""
        return self._in_core(self.facts, (0, 2))

    @property
    def num_kge_entities(self) -> int:
        """Core nodes and users, which is what :meth:`pretraining_triples` numbers."""
        return len(self.core) + len(self.users)

    def pretraining_triples(self, *, interactions: bool = True) -> Indices:
        """Triples for knowledge-graph embeddings: facts and *training* interactions.

        Heads and tails are places in :attr:`core`, then users; relations keep their index, and the
        interaction comes last.

        :param interactions: ``False``: facts alone
        :return: int64, shape ``(T, 3)``
        """
        size = len(self.core)
        of_users = self._in_core(self.user_facts, (2,))
        of_users[:, 0] += size
        if not interactions:
            return np.concatenate([self.core_facts, of_users]).astype(np.int64)
        users, items = self.train.nonzero()
        liked = np.full(len(users), len(self.relations))
        taken = np.column_stack([users + size, liked, items])
        return np.concatenate([self.core_facts, of_users, taken]).astype(np.int64)

    def in_numbers_of(self, later: Features) -> Features:
        """Interactions and facts, numbered as in a later version of the graph.

        Ages, candidates and what is known of users are left out.

        :raises UnknownIdError: if the later version lacks a user, a node or a relation of a fact
        """
        users = later.user_indices(self.users)
        keys = map(self.node_key, range(self.num_nodes))
        nodes = _all(later._node_index, keys, "node")
        head, relation, tail = self.facts.T
        used, places = np.unique(relation, return_inverse=True)
        names = [self.relations[number] for number in used]
        relations = _all({name: n for n, name in enumerate(later.relations)}, names, "relation")
        shape = later.train.shape

        def moved(matrix: csr_matrix) -> csr_matrix:
            part = matrix.tocoo()
            ends = users[part.row], nodes[part.col]
            matrix = csr_matrix((part.data, ends), shape=shape)
            matrix.sort_indices()
            return matrix

        return Features(
            users=later.users,
            items=later.items,
            entities=later.entities,
            relations=later.relations,
            train=moved(self.train),
            valid=moved(self.valid),
            facts=np.column_stack([nodes[head], relations[places], nodes[tail]]),
            user_facts=np.zeros((0, 3), dtype=np.int64),
            candidates=None,
            only_text=self.only_text,
        )

    def node_index(self, key: str) -> int:
        """The index of an item or an entity, the inverse of :meth:`node_key`.

        :raises UnknownIdError: if there is no such node
        """
        return _find(self._node_index, key, "node")

    @cached_property
    def _node_index(self) -> dict[str, int]:
        return {self.node_key(node): node for node in range(self.num_nodes)}

    def _in_core(self, facts: Indices, ends: tuple[int, ...]) -> Indices:
        places = np.full(self.num_nodes, -1)
        places[self.core] = np.arange(len(self.core))
        moved = facts.copy()
        for end in ends:
            moved[:, end] = places[facts[:, end]]
        return moved[(moved[:, list(ends)] >= 0).all(axis=1)]


def _all(index: dict[str, int], names: Iterable[str], kind: str) -> Indices:
    return np.array([_find(index, name, kind) for name in names], dtype=np.int64)


def _find(index: dict[str, int], name: str, kind: str) -> int:
    try:
        return index[name]
    except KeyError:
        raise UnknownIdError(f"There is no {kind} '{name}' in the graph.") from None


def _ids(graph: KnowledgeGraph, kind: str) -> list[str]:
    return graph.nodes.filter(pl.col("kind") == kind)["id"].to_list()


def _number_edges(graph: KnowledgeGraph, num_items: int, relations: list[str]) -> pl.DataFrame:
    """All edges in numbers: ``head, tail``, whether each is a user, ``split, relation, only_text``.

    The relation of an interaction is null.
    """
    nodes = graph.nodes.select("key", "kind").with_columns(
        pl.int_range(pl.len()).over("kind").alias("place")
    )
    shifted = nodes.select(
        "key",
        (pl.col("kind") == "user").alias("is_user"),
        pl.col("place") + pl.when(pl.col("kind") == "entity").then(num_items).otherwise(0),
    )
    names = pl.DataFrame({"relation": relations, "number": range(len(relations))})
    names = names.cast({"relation": pl.String, "number": pl.Int64})
    heads = shifted.rename({"place": "head_at", "is_user": "head_user"})
    tails = shifted.rename({"place": "tail_at", "is_user": "tail_user"})
    return (
        graph.edges.select(
            *("head", "relation", "tail", "split", "timestamp"), only_text=is_extracted()
        )
        .join(heads, left_on="head", right_on="key")
        .join(tails, left_on="tail", right_on="key")
        .join(names, on="relation", how="left")
        .drop("head", "relation", "tail")
        .rename({"head_at": "head", "tail_at": "tail", "number": "relation"})
        # Several edges of one relation between two nodes, at different times, are one number.
        .group_by(pl.exclude("timestamp", "only_text"))
        .agg(pl.col("timestamp").max(), pl.col("only_text").all())
        .sort("head", "relation", "tail")
    )


def _interactions(numbered: pl.DataFrame, split: str, shape: tuple[int, int]) -> csr_matrix:
    pairs = numbered.filter(pl.col("relation").is_null() & (pl.col("split") == split))
    ones = np.ones(pairs.height, dtype=np.float32)
    return csr_matrix((ones, (pairs["head"].to_numpy(), pairs["tail"].to_numpy())), shape=shape)


def _ages(
    numbered: pl.DataFrame, splits: tuple[str, ...], shape: tuple[int, int]
) -> csr_matrix | None:
    """Places of a user's items counted back from the latest; one without a time is the oldest."""
    pairs = numbered.filter(pl.col("relation").is_null() & pl.col("split").is_in(splits))
    if pairs["timestamp"].null_count() == pairs.height:
        return None
    ages = (
        pairs.group_by("head", "tail")
        .agg(pl.col("timestamp").max().fill_null(LONG_AGO))
        .select("head", "tail", age=pl.col("timestamp").rank("min", descending=True).over("head"))
    )
    matrix = csr_matrix((ages["age"].cast(pl.Float32), (ages["head"], ages["tail"])), shape=shape)
    matrix.sort_indices()
    return matrix


def _of_users(facts: pl.DataFrame) -> Indices:
    """Facts between a user and a node, the user first; between two users there is no node."""
    heads = facts.filter(pl.col("head_user") & ~pl.col("tail_user"))
    tails = facts.filter(~pl.col("head_user") & pl.col("tail_user"))
    return np.concatenate([_triples(heads), _triples(tails)[:, ::-1]])


def _triples(facts: pl.DataFrame) -> Indices:
    table = facts.select("head", "relation", "tail").to_numpy()
    return np.ascontiguousarray(table, dtype=np.int64).reshape(-1, 3)
