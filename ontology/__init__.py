"""What may exist in a graph: node types, relations, literals and their words, in Turtle.

``core.ttl`` is read first, the domain files (``films.ttl``, ``books.ttl`` …) after it, in the order
of their names. :mod:`kgrec.vocabulary.turtle` is the only reader. A term has one file: what several
domains share is in the core.
"""
