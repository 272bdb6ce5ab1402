"""Triples in little memory: IRIs as numbers, and literals apart from links."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl


class Parts:
    """All triples of a source.

    :ivar links: ``s, p, o``: numbers of IRIs and blank nodes
    :ivar texts: ``s, p, text, datatype, language``: the literals; ``datatype`` is a category
    """

    def __init__(self, chunks: Iterable[pl.DataFrame]) -> None:
        self._terms = pl.Categorical(pl.Categories.random())
        # The numbers are forgotten with the last series that has them as categories.
        self._anchor = pl.Series([""], dtype=self._terms)
        links, texts = [_LINKS.to_frame()], [_TEXTS.to_frame()]
        for chunk in chunks:
            coded = chunk.with_columns(
                s=self._codes(chunk["subject"]), p=self._codes(chunk["predicate"])
            )
            is_text = pl.col("kind") == "literal"
            some = coded.filter(~is_text)
            links.append(some.select("s", "p", o=self._codes(some["object"])))
            texts.append(
                coded.filter(is_text).select(
                    "s",
                    "p",
                    pl.col("object").alias("text"),
                    pl.col("datatype", "language").cast(_SMALL),
                )
            )
        self.links, self.texts = pl.concat(links), pl.concat(texts)

    def code(self, iri: str) -> int:
        """The number of an IRI."""
        return int(self._codes(pl.Series([iri]))[0])

    def codes(self, iris: Iterable[str]) -> pl.Series:
        """The numbers of IRIs."""
        return self._codes(pl.Series(list(iris), dtype=pl.String))

    def iris(self, codes: pl.Series) -> pl.Series:
        """Undo :meth:`codes`."""
        return codes.cat.to(self._terms).cast(pl.String)

    def names(self, codes: pl.Series) -> dict[int, str]:
        """The IRI of each number of a few."""
        some = codes.unique()
        return dict(zip(some.to_list(), self.iris(some).to_list(), strict=True))

    def said(self, predicate: str, name: str) -> pl.DataFrame:
        """The literals of one predicate.

        :return: ``s`` and ``name``; one row for each subject, its first literal without a language
        """
        rows = self.texts.filter(pl.col("p") == self.code(predicate))
        first = rows.sort(pl.col("language").is_not_null(), maintain_order=True)
        return first.select("s", pl.col("text").alias(name)).unique("s", keep="first")

    def linked(self, predicate: str, name: str) -> pl.DataFrame:
        """The links of one predicate: ``s`` and ``name``, one row for each subject."""
        rows = self.links.filter(pl.col("p") == self.code(predicate))
        return rows.select("s", pl.col("o").alias(name)).unique("s", keep="first")

    def _codes(self, iris: pl.Series) -> pl.Series:
        return iris.cast(self._terms).to_physical()


_SMALL = pl.Categorical()
_LINKS = pl.Schema({"s": pl.UInt32(), "p": pl.UInt32(), "o": pl.UInt32()})
_TEXTS = pl.Schema(
    {
        "s": pl.UInt32(),
        "p": pl.UInt32(),
        "text": pl.String(),
        "datatype": _SMALL,
        "language": _SMALL,
    }
)
