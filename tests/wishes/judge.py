"""How well intents agree with what people meant: precision, recall and F1 over (slot, thing)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kgrec.wishes import Intent, Link

SLOTS = ("like", "want", "avoid")


@dataclass(frozen=True)
class Verdict:
    """Of one wish.

    :ivar right: slot and name of what was expected and found
    :ivar missing: what was expected and not found
    :ivar extra: what was found and not expected
    """

    right: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def name_of(link: Link, years: Mapping[str, int]) -> set[str]:
    """How the files of wishes may write a link."""
    if link.kind == "years":
        return {f"years: {link.id}"}
    if link.kind == "item":
        return {link.label, f"{link.label} ({years.get(link.id)})"}
    return {f"{link.type}: {link.label}"}


def judge(wish: Mapping[str, Any], intent: Intent, years: Mapping[str, int]) -> Verdict:
    right, missing, extra = [], [], []
    for slot in SLOTS:
        left = [name_of(link, years) for link in getattr(intent, slot)]
        for expected in wish.get(slot, ()):
            either = set(expected.split(" | "))
            found = next((names for names in left if names & either), None)
            if found is None:
                missing.append(f"{slot}: {expected}")
            else:
                right.append(f"{slot}: {expected}")
                left = [names for names in left if not names & either]
        extra += [f"{slot}: {min(names)}" for names in left]
    return Verdict(tuple(right), tuple(missing), tuple(extra))


def f1(verdicts: Iterable[Verdict]) -> float:
    """Micro-averaged over everything in all wishes."""
    several = list(verdicts)
    right = sum(len(each.right) for each in several)
    wrong = sum(len(each.missing) + len(each.extra) for each in several)
    return 2 * right / (2 * right + wrong) if right else 0.0
