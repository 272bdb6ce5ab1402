"""Lists and reasons as JSON: the work behind ``/recommend`` and ``/explain``."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from kgrec.errors import ConfigError
from kgrec.explain.history import History
from kgrec.explain.languages import languages
from kgrec.explain.picture.paths import standalone_svg
from kgrec.policies import Policy, parse_policy
from kgrec.recommend import Profile, Recommendations, Recommender
from kgrec.serve.models import ExplainRequest, ProfileModel, RecommendRequest
from kgrec.serve.pending import times
from kgrec.serve.refusal import Refusal
from kgrec.serve.reply import encoded
from kgrec.serve.served import Served
from kgrec.serve.state import Now

_TRAINED = 0.5


def request_key(now: Now, asked: RecommendRequest) -> Hashable | None:
    """What an answer depends on; ``None``: it is not kept."""
    if asked.user is None:
        return None
    alpha = None if asked.alpha == _TRAINED else asked.alpha
    done = len(now.pending.of(asked.user))
    filters = (asked.filters.only, asked.filters.never)
    wanted = (asked.k, asked.explain, alpha, asked.diversity, filters, asked.language)
    return (asked.user, done, *wanted)


def recommended(now: Now, asked: RecommendRequest) -> bytes:
    """The answer to ``/recommend``.

    :raises Refusal: if something that is named is not there
    :raises KgrecError: if something cannot be done
    """
    served = now.served
    check_language(asked.language)
    rec, policy = mixture(served, asked.alpha), _policy(served, asked)
    told: dict[str, Any] = {
        **{"k": asked.k, "explain": asked.explain},
        **{"policy": policy, "language": asked.language},
    }
    taken = _taken(now, rec, asked)
    if taken is None:
        found = rec.recommend(asked.user, **told)
    else:
        found = rec.recommend_history(taken, **told, brief=True)
    sentences = [each.sentence for each in found.explanations]
    items = listed(served, found, sentences if asked.explain else None)
    return encoded({"user": asked.user, "run": served.run, "items": items})


def explained(now: Now, asked: ExplainRequest) -> bytes:
    """The answer to ``/explain``."""
    served = now.served
    check_language(asked.language)
    check_item(served, asked.item)
    rec = mixture(served, asked.alpha)
    told: dict[str, Any] = {"paths": asked.paths, "language": asked.language}
    taken = _taken(now, rec, asked)
    if taken is None:
        assert asked.user is not None
        why = rec.explain(asked.user, asked.item, **told)
    else:
        why = rec.explain_history(taken, asked.item, **told)
    return encoded({**why.to_dict(), "user": asked.user, "svg": standalone_svg(why)})


def listed(
    served: Served, found: Recommendations, sentences: list[str] | None
) -> list[dict[str, Any]]:
    """The rows of a list.

    :param sentences: one for each; ``None``: none were asked for
    """
    rows = found.to_polars().iter_rows(named=True)
    items = [
        {
            "item": row["item"],
            "label": row["label"],
            "type": served.types.get(row["item"], ""),
            "rank": row["rank"],
            "score": row["score"],
            "moved": row.get("moved") or None,
        }
        for row in rows
    ]
    if sentences is not None:
        for item, sentence in zip(items, sentences, strict=True):
            item["sentence"] = sentence
    return items


def mixture(served: Served, alpha: float | None) -> Recommender:
    """The recommender with content as loud as asked.

    :raises ConfigError: if the model has no such parts
    """
    if alpha is None:
        return served.rec
    if not served.is_linear:
        return served.rec.with_alpha(alpha)  # says why not
    return served.rec if alpha == _TRAINED else served.mixed(alpha)


def check_user(now: Now, user: str) -> None:
    """Refuse a user whom nobody knows.

    :raises Refusal: 404, with near matches
    """
    if now.served.rec.features.user_row(user) is None and not now.pending.of(user):
        near = now.served.users.near(user)
        raise Refusal(404, f"There is no user '{user}' in the graph.", near)


def check_item(served: Served, item: str) -> None:
    """Refuse an item that is not in the graph.

    :raises Refusal: 404, with near matches
    """
    if item not in served.types:
        raise Refusal(404, f"There is no item '{item}' in the graph.", served.items.near(item))


def check_language(language: str) -> None:
    """Refuse a language that kgrec does not bring: a path would be a file of this machine.

    :raises ConfigError: names those that there are
    """
    known = languages()
    if language not in known:
        raise ConfigError(f"There is no language '{language}'; there are {', '.join(known)}.")


def history_of(now: Now, rec: Recommender, user: str) -> History:
    """What a user did, events included that came since.

    :param rec: what is served, or a mixture of it
    :raises Refusal: 404, with near matches, if nobody knows the user
    """
    check_user(now, user)
    known = now.served.types  # a new run may lack an item that the earlier one had
    came = (event for event in now.pending.of(user) if event.item in known)
    return rec.history(user, times(came))


def _taken(now: Now, rec: Recommender, asked: RecommendRequest | ExplainRequest) -> History | None:
    """What is answered for; ``None``: for the user as the graph has them.

    Scores are of histories, with any model. But the reasons of a deep one are edges at the user's
    node, so that it is asked of the node where the graph has all that the user did.
    """
    if asked.profile is not None:
        return rec.profile(_profile(now.served, asked.profile))
    assert asked.user is not None
    taken = history_of(now, rec, asked.user)
    return taken if now.served.is_linear or now.pending.of(asked.user) else None


def _policy(served: Served, asked: RecommendRequest) -> Policy | None:
    wanted: dict[str, Any] = {}
    for name in ("only", "never"):
        ids = getattr(asked.filters, name)
        for id in ids:
            _check_entity(served, id)
        if ids:
            wanted[name] = [{"name": id} for id in ids]
    if asked.diversity:
        wanted["diversity"] = {"strength": asked.diversity}
    return parse_policy(wanted) if wanted else None


def _check_entity(served: Served, id: str) -> None:
    if not served.entities.has(id):
        near = served.entities.near(id)
        raise Refusal(404, f"There is no entity '{id}' in the graph.", near)


def _profile(served: Served, profile: ProfileModel) -> Profile:
    for item in profile.liked:
        check_item(served, item)
    several = {
        relation: (value,) if isinstance(value, str) else value
        for relation, value in profile.attributes.items()
    }
    for id in (*profile.entities, *(id for ids in several.values() for id in ids)):
        _check_entity(served, id)
    return Profile(profile.liked, profile.entities, several)
