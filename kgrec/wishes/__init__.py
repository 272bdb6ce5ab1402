"""Wishes in words: read by rules, linked to the graph, ranked by graph and text together."""

from kgrec.wishes.grant import Granted, Granter
from kgrec.wishes.intent import Ambiguity, Intent, Link
from kgrec.wishes.parse import WishParser

__all__ = [
    "Ambiguity",
    "Granted",
    "Granter",
    "Intent",
    "Link",
    "WishParser",
]
