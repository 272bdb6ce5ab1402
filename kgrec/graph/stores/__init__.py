"""Where a graph can be queried; each store is a module of its own behind one protocol."""

from kgrec.graph.stores.base import Counts, Store, Walk

__all__ = ["Counts", "Store", "Walk"]
