"""How far claims can be trusted: held against what the catalog states of the same items.

Where the catalog states facts of a relation about an item, a claim of that relation about it can be
checked. The share that the catalog states too is counted for each relation and tail, and for each
relation; claims of a kind that the catalog seldom confirms wait for a person. As catalogs are not
complete, the share errs on the safe side. The idea is distant supervision read backwards: Mintz et
al. 2009, "Distant supervision for relation extraction without labeled data".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kgrec.text.extract.claim import Claim
from kgrec.text.extract.linking import SHARED
from kgrec.text.extract.relations import MENTIONS

LEAST = 0.9
"""Share of checked claims that the catalog has to confirm."""

UNKNOWN = "no words say this relation, and the catalog states too few facts like it"
"""The reason for which a claim waits that only the type of its tail speaks for."""

SEVERAL_ITEMS = "several items name a new one so, each as something else"
"""The reason for which claims wait that have nothing but a name in common."""

_ENOUGH = 5  # checked claims, to say anything of a tail or of a relation


def checked(
    claims: Iterable[Claim],
    stated: Mapping[tuple[str, str], frozenset[str]],
    least: float = LEAST,
) -> list[Claim]:
    """Hold back the claims of a kind that the catalog does not confirm.

    :param claims: of all items, those that the catalog states among them
    :param stated: keys of two nodes → the relations of facts between them, in either direction
    :param least: share to be confirmed, from 0 to 1
    """
    several = list(claims)
    having = {(key, name) for (key, _), names in stated.items() for name in names}
    of_tails: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    of_relations: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for claim in several:
        head = f"item:{claim.head}"
        if claim.state != "accepted" or (head, claim.relation) not in having:
            continue
        is_true = claim.relation in stated.get((head, _tail(claim)), frozenset())
        of_tails[claim.asserted_by, claim.relation, claim.tail].append(is_true)
        of_relations[claim.asserted_by, claim.relation].append(is_true)

    shared = _shared(several)

    def doubt(claim: Claim) -> Claim:
        if claim.state == "accepted" and claim.tail in shared:
            return claim.held_back("quarantined", SEVERAL_ITEMS)
        if claim.state != "accepted" or claim.relation == MENTIONS:
            return claim
        known = of_tails.get((claim.asserted_by, claim.relation, claim.tail), [])
        if len(known) < _ENOUGH:
            known = of_relations.get((claim.asserted_by, claim.relation), [])
        if len(known) < _ENOUGH:
            return claim if claim.sure else claim.held_back("quarantined", UNKNOWN)
        share = sum(known) / len(known)
        if share >= least:
            return claim
        reason = f"the catalog confirms {share:.0%} of {len(known)} like it"
        return claim.held_back("quarantined", reason)

    return [doubt(claim) for claim in several]


def _shared(claims: Iterable[Claim]) -> frozenset[str]:
    """New persons whom several items name, but not all in one role.

    The same name never means the same node by itself: John Zed who wrote the music of two films is
    one; who wrote that of one and stars in another may be two.
    """
    roles: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for claim in claims:
        is_new = claim.tail.startswith("text:") and claim.tail_type in SHARED
        if is_new and claim.state == "accepted":
            roles[claim.tail][claim.head].add(claim.relation)
    return frozenset(tail for tail, of in roles.items() if not set.intersection(*of.values()))


def _tail(claim: Claim) -> str:
    return f"{claim.tail_kind}:{claim.tail}"
