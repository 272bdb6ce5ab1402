"""Asking a language model many questions, and keeping only answers that are right.

``question`` → ``run`` → ``answers`` and their ``tally``; ``replies`` remembers what was accepted.
"""

from kgrec.text.asking.answers import NO_ANSWER, Answer, Answers, Judge, RefusedError
from kgrec.text.asking.patience import Patience
from kgrec.text.asking.run import ask
from kgrec.text.asking.tally import Tally

__all__ = ["NO_ANSWER", "Answer", "Answers", "Judge", "Patience", "RefusedError", "Tally", "ask"]
