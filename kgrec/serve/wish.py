"""A wish in words: what is understood, and the items for it."""

from __future__ import annotations

from pydantic import ValidationError

from kgrec.serve.events import in_words
from kgrec.serve.lists import history_of, listed
from kgrec.serve.models import WishRequest
from kgrec.serve.refusal import Refusal
from kgrec.serve.reply import encoded
from kgrec.serve.state import Now
from kgrec.wishes import Intent


def wished(now: Now, asked: WishRequest) -> bytes:
    """The answer to ``/wish``.

    :raises Refusal: if the wish cannot be read, or the user is not known
    :raises KgrecError: if the intent names what the graph does not have
    """
    served = now.served
    intent = _intent(now, asked)
    history = None if asked.user is None else history_of(now, served.rec, asked.user)
    found = served.granter.grant(intent, asked.k, user=history, brief=True)
    items = listed(served, found, [each.sentence for each in found.explanations])
    told = {"intent": intent.model_dump(mode="json"), "items": items, "notes": list(found.notes)}
    return encoded(told)


def _intent(now: Now, asked: WishRequest) -> Intent:
    if asked.text is not None:
        return now.served.wishes.parse(asked.text)
    try:
        return Intent.model_validate(asked.intent)
    except ValidationError as error:
        raise Refusal(422, in_words(error.errors()[0])) from None
