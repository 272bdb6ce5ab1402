"""What names give away: words for users, items and interactions.

Only for proposals that a person confirms; nothing else depends on these lists.
"""

from __future__ import annotations

from kgrec.graph.imports.names import words


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ACTS = _set(
    """
    rate rated rates rating ratings buy buys bought purchase purchased purchases order
    ordered orders view viewed views click clicked clicks like liked likes love loved
    loves watch watched watches listen listened listens listening review reviewed reviews
    enrol enroll enrolled enrols attend attended attends visit visited visits play played
    plays stream streamed borrow borrowed rent rented download downloaded favorite
    favorited favourite favourited bookmark bookmarked save saved upvoted consume consumed
    interact interacted interacts interaction interactions completed subscribed tasted
    cooked eaten checkin recommends recommended reserved reads heard seen scrobbled
    wishlisted applied donated invested traded engaged
    """
)
_WEAK_ACTS = _set(
    """
    read used use uses tried vote voted added joined starred took takes has_seen follow
    follows followed selected wants interested interest action event transaction session
    """
)
_NO_ACTS = _set(
    """
    dislike disliked dislikes hate hated block blocked ignore ignored skipped returned
    reported acted act directed wrote written produced composed created creates author
    authored made located part belongs category categorised genre type
    tagged tag similar related knows friend friends married parent child works employs
    employed owns manages supplies supplied brand cites references links sells sold ships
    shipped has_genre starring
    """
)
_USERS = _set(
    """
    user users customer customers reader readers visitor visitors account accounts member
    members client clients buyer buyers shopper shoppers viewer viewers listener listeners
    subscriber subscribers student students learner learners guest guests player players
    consumer consumers patron borrower reviewer reviewers rater
    """
)
_WEAK_USERS = _set(
    """
    person persons people agent individual human profile persona
    """
)
_ITEMS = _set(
    """
    item items product products movie movies film films book books song songs track tracks
    album course courses article articles news recipe recipes restaurant restaurants
    business show video videos game games app apps event events place hotel post podcast
    episode paper series creativework work offer listing question instrument artist
    """
)
_NO_ITEMS = _set(
    """
    genre genres category categories tag tags country city brand type language topic role
    state region location address
    """
)
_RATINGS = _set(
    """
    rating ratings stars score grade ratingvalue value points
    """
)
_TIMES = _set(
    """
    timestamp time date at when created createdat datetime datecreated datepublished ts
    starttime endtime orderdate day since
    """
)
_WEIGHTS = _set(
    """
    weight quantity count amount qty times plays playcount frequency
    """
)
_EVENTS = _set(
    """
    event eventtype action kind
    """
)

_NO_EVENT_TIMES = _set(
    """
    birth born founded released release update updated expiry
    """
)


def act_score(name: str) -> float:
    """How much a relationship type or class sounds like an interaction, -1 to 1."""
    found = words(name)
    if _meets(found, _NO_ACTS):
        return 0.5 if _meets(found, _ACTS) else -1.0
    return 1.0 if _meets(found, _ACTS) else 0.5 if _meets(found, _WEAK_ACTS) else 0.0


def user_score(label: str) -> float:
    """How much a class sounds like users, -1 to 1."""
    found = words(label)
    if _meets(found, _USERS):
        return 1.0
    return 0.5 if _meets(found, _WEAK_USERS) else -1.0 if _meets(found, _ITEMS | _NO_ITEMS) else 0.0


def item_score(label: str) -> float:
    """How much a class sounds like items, -1 to 1."""
    found = words(label)
    if _meets(found, _ITEMS):
        return 1.0
    return -1.0 if _meets(found, _USERS | _WEAK_USERS | _NO_ITEMS) else 0.0


def is_rating(name: str) -> bool:
    """Whether a property sounds like a rating."""
    return _sounds(name, _RATINGS)


def is_time(name: str) -> bool:
    """Whether a property sounds like the time of an event."""
    return _sounds(name, _TIMES) and not is_other_time(name)


def is_other_time(name: str) -> bool:
    """Whether a property sounds like a time of something else than an event."""
    return _meets(words(name), _NO_EVENT_TIMES)


def is_weight(name: str) -> bool:
    """Whether a property sounds like a weight."""
    return _sounds(name, _WEIGHTS)


def is_event(name: str) -> bool:
    """Whether a property sounds like the kind of an event."""
    return "".join(words(name)) in _EVENTS


def _sounds(name: str, known: frozenset[str]) -> bool:
    found = words(name)
    return "".join(found) in known or _meets(found, known)


def _meets(found: list[str], known: frozenset[str]) -> bool:
    return not known.isdisjoint(found)
