"""Which words of a text are names of the graph."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from kgrec.text.tokens import END, WORD, Token, stem, words_of


class Gazetteer:
    """Finds names of a graph in a text; of several at one place the longest.

    :param labels: all names
    """

    def __init__(self, labels: Iterable[str]) -> None:
        self._names: dict[str, list[tuple[str, ...]]] = {}
        for name in {words_of(label) for label in labels}:
            if name:
                self._names.setdefault(name[0], []).append(name)
        for names in self._names.values():
            names.sort(key=len, reverse=True)

    def read(
        self, text: str, own: Mapping[str, str], common: Collection[str]
    ) -> tuple[list[Token], list[str]]:
        """Split a text into words and names.

        :param own: the names that are expected → their tags
        :param common: stems of words that, written small, are no name: there is a film "It"
        :return: the tokens, and the names of other nodes that occur
        """
        mine = {words_of(label): tag for label, tag in own.items() if words_of(label)}
        found = list(WORD.finditer(text))
        plain = [words_of(match[0])[0] for match in found]
        tokens: list[Token] = []
        others: list[str] = []
        place = 0
        while place < len(found):
            span = found[place : place + 1]
            first = place == 0 or bool(END.search(text[: span[0].start()]))
            tag = ""
            for name in self._candidates(plain, place, mine):
                written = found[place : place + len(name)]
                if name in mine:
                    span, tag = written, mine[name]
                elif not _is_common([match[0] for match in written], first, common):
                    span, others = written, [*others, " ".join(name)]
                else:
                    continue
                break
            start, end = span[0].start(), span[-1].end()
            tokens.append(Token(text[start:end], start, end, tag, first))
            place += len(span)
        return tokens, others

    def _candidates(
        self, words: Sequence[str], place: int, mine: Mapping[tuple[str, ...], str]
    ) -> list[tuple[str, ...]]:
        names = [*self._names.get(words[place], ()), *mine]
        fitting = {name for name in names if tuple(words[place : place + len(name)]) == name}
        return sorted(fitting, key=len, reverse=True)


def _is_common(written: Sequence[str], first: bool, common: Collection[str]) -> bool:
    small = [word == word.lower() for word in written]
    if first:
        small[0] = True
    return all(small) and all(stem(word) in common for word in written)
