"""Texts of a language model about nodes, held against what is known of them."""

from kgrec.text.verify.verifier import Evidence, Verified, Verifier

__all__ = ["Evidence", "Verified", "Verifier"]
