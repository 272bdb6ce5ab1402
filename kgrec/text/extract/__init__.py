"""Typed facts from the texts of items: found, held against the text, linked, and judged."""

from kgrec.text.extract.claim import Claim
from kgrec.text.extract.run import Extraction, extract
from kgrec.text.extract.table import judged, merged, write_extracted

__all__ = ["Claim", "Extraction", "extract", "judged", "merged", "write_extracted"]
