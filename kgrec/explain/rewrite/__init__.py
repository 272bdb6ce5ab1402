"""Texts of a language model, held against the paths that they tell."""
