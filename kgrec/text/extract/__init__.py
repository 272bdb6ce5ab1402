"""Typed facts from the texts of items: found, held against the text, linked, and judged.

``task`` → ``from_names``, ``from_model`` → ``agreement`` → ``extraction``; ``run`` does all of it.
"""

from kgrec.text.extract.claim import Claim
from kgrec.text.extract.extraction import Extraction
from kgrec.text.extract.from_model import Asking
from kgrec.text.extract.run import extract
from kgrec.text.extract.table import judged, merged, write_extracted

__all__ = ["Asking", "Claim", "Extraction", "extract", "judged", "merged", "write_extracted"]
