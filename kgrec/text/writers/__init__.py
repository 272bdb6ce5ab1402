"""Language models that write: one protocol, weights on this machine or an endpoint behind it."""

from kgrec.text.writers.base import Estimate, Failure, Message, Prompt, Reply, Unasked, Writer
from kgrec.text.writers.open import open_writer

__all__ = ["Estimate", "Failure", "Message", "Prompt", "Reply", "Unasked", "Writer", "open_writer"]
