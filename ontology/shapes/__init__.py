"""SHACL shapes: what a graph must fulfil to be valid."""
