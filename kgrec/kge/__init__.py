"""Knowledge-graph embeddings from PyKEEN, which give the graph network a start."""

from kgrec.kge.embeddings import KgeEmbeddings
from kgrec.kge.pretrain import pretrain

__all__ = ["KgeEmbeddings", "pretrain"]
