"""Wishes in words: read by rules, linked to the graph, ranked by graph and text together."""

from kgrec.wishes.fill import fill
from kgrec.wishes.grant import Granted, Granter, recommend_wish
from kgrec.wishes.intent import Ambiguity, Intent, Link
from kgrec.wishes.parse import WishParser, parse_wish

__all__ = [
    "Ambiguity",
    "Granted",
    "Granter",
    "Intent",
    "Link",
    "WishParser",
    "fill",
    "parse_wish",
    "recommend_wish",
]
