"""A wish in words: what is understood, and the items for it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pydantic import ValidationError

from kgrec.serve.events import in_words
from kgrec.serve.lists import check_user, listed
from kgrec.serve.models import WishRequest
from kgrec.serve.refusal import Refusal
from kgrec.serve.reply import encoded
from kgrec.serve.state import Now

_WISHES = "kgrec.wishes"


def wished(now: Now, asked: WishRequest) -> bytes:
    """The answer to ``/wish``.

    :raises Refusal: if the wish cannot be read, or the user is not known
    """
    if find_spec(_WISHES) is None:
        raise Refusal(404, "Wishes are not part of this installation.")
    wishes: Any = import_module(_WISHES)
    served = now.served
    if asked.user is not None:
        check_user(now, asked.user)
    intent = _intent(wishes, now, asked)
    found = wishes.recommend_wish(served.rec, intent, asked.k, user=asked.user)
    sentences = [each.sentence for each in found.explanations] or None
    items = listed(served, found, sentences)
    return encoded({"intent": intent.model_dump(mode="json"), "items": items})


def _intent(wishes: Any, now: Now, asked: WishRequest) -> Any:
    if asked.text is not None:
        return wishes.parse_wish(asked.text, now.served.graph)
    try:
        return wishes.Intent.model_validate(asked.intent)
    except ValidationError as error:
        raise Refusal(422, in_words(error.errors()[0])) from None
