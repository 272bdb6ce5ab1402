"""Wishes in words: read by rules, linked to the graph, ranked by graph and text together."""

from kgrec.wishes.intent import Ambiguity, Intent, Link
from kgrec.wishes.parse import WishParser, parse_wish

__all__ = ["Ambiguity", "Intent", "Link", "WishParser", "parse_wish"]
