"""Language models that write: one protocol, weights on this machine or an endpoint behind it."""

from kgrec.text.writers.base import Estimate, Failure, Message, Prompt, Reply, Unasked, Writer

__all__ = ["Estimate", "Failure", "Message", "Prompt", "Reply", "Unasked", "Writer"]
