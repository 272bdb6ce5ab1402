"""Readable sentences from the grounds of a node, without any language model."""

from __future__ import annotations

from kgrec.text.grounds import GroundFact, Grounds

_VERBAL = ("by", "of", "in", "to", "from", "with", "at", "on", "for", "as", "starring", "about")
_END = (".", "!", "?", "…", "。", "！", "？", "।")


def sentences_of(grounds: Grounds, facts: int = 6) -> str:
    """Tell a node in sentences: what it is, what the catalog says, its facts, its attributes.

    :class:`~kgrec.text.template.TemplateDescriber` writes one line for an encoder; this is for
    readers: ``Toy Story: film. A cowboy doll … . Directed by John Lasseter. Genre: Animation,
    Comedy. Year: 1995.`` The words are those of the ontology, in whichever language it has them.

    :param facts: at most so many relations are told
    """
    head = f"{grounds.label}: {grounds.type}" if grounds.type else grounds.label
    parts = [head, grounds.text]
    parts += [_told(fact) for fact in grounds.facts[:facts]]
    parts += [f"{_capital(label)}: {value}" for label, value in grounds.literals]
    return " ".join(_ended(part) for part in parts if part)


def _told(fact: GroundFact) -> str:
    phrase = _capital(fact.phrase)
    joined = ", ".join(fact.names)
    is_verbal = fact.phrase.split(" ")[-1] in _VERBAL
    return f"{phrase} {joined}" if is_verbal else f"{phrase}: {joined}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str) -> str:
    return text if text.endswith(_END) else f"{text}."
