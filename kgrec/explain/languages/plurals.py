"""Plural categories of whole numbers, by the rules of Unicode's CLDR (UTS #35, part 3).

A rule is text of the form ``i % 10 = 2..4 and i % 100 != 12..14``, as CLDR writes it, and can be
copied from its charts into a language file. Of its operands, ``n`` and ``i`` are the number and
all others are 0, because people are counted in whole numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kgrec.errors import ConfigError

CATEGORIES = ("zero", "one", "two", "few", "many", "other")

_RELATION = re.compile(
    r"\s*([nivwftce])\s*(?:(?:%|mod)\s*(\d+))?\s*(!?=)\s*(\d+(?:\.\.\d+)?(?:\s*,\s*\d+(?:\.\.\d+)?)*)\s*"
)


def check_rule(rule: str, where: str) -> None:
    """Refuse what is no rule.

    :raises ConfigError: with ``where``
    """
    for relation in re.split(r"\bor\b|\band\b", rule):
        match = _RELATION.fullmatch(relation)
        if match is None or match[2] == "0":
            raise ConfigError(
                f"{where}: '{rule}' is no plural rule; write it as CLDR does: "
                "'i % 10 = 1 and i % 100 != 11'."
            )


def category(number: int, rules: Mapping[str, str]) -> str:
    """The plural category of a whole number from 0.

    :param rules: checked rules by category, which exclude each other; none for ``other``

    >>> category(1, {"one": "i = 1 and v = 0"}), category(12, {"one": "i = 1 and v = 0"})
    ('one', 'other')
    """
    return next((name for name, rule in rules.items() if _holds(rule, number)), "other")


def _holds(rule: str, number: int) -> bool:
    return any(
        all(_relation(each, number) for each in re.split(r"\band\b", alternative))
        for alternative in re.split(r"\bor\b", rule)
    )


def _relation(text: str, number: int) -> bool:
    match = _RELATION.fullmatch(text)
    assert match is not None  # checked when the language was read
    operand, modulus, sign, ranges = match.groups()
    value = number if operand in "ni" else 0
    value = value % int(modulus) if modulus else value
    return any(_within(value, each) for each in ranges.split(",")) == (sign == "=")


def _within(value: int, bounds: str) -> bool:
    low, _, high = bounds.partition("..")
    return int(low) <= value <= int(high or low)
