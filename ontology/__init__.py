"""What may exist in a graph: node types, relations and their words, in Turtle.

``core.ttl`` is read first, the domain files (``films.ttl`` …) after it, in the order of their
names. :mod:`kgrec.turtle` is the only reader.
"""
