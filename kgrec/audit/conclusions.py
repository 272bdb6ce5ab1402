"""Plain sentences from intervals: what adds, what costs, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kgrec.audit.arms import (
    NO_DESCRIPTIONS,
    NO_EXTRACTED,
    NO_GRAPH,
    NO_MODALITY,
    NO_PRETRAINING,
    NO_SIMILAR,
    NO_TEXT,
    SHUFFLED_GRAPH,
    SHUFFLED_RELATIONS,
)
from kgrec.audit.intervals import Difference
from kgrec.audit.measure import METRIC, Slice
from kgrec.audit.splits import COLD, WARM
from kgrec.evaluation import Random

_TIMES = 2.0
"""From here on a gain is told as a multiple."""

_LANGUAGE = {
    "What was written of nodes, against the template,": NO_DESCRIPTIONS,
    "What was extracted from texts": NO_EXTRACTED,
    "The nearness of texts as facts": NO_SIMILAR,
}

_WHERE = {
    WARM: "on warm users",
    COLD: "on cold items",
    "users: no history": "for users without a history",
    "users: short history": "for users with a short history",
    "users: medium history": "for users with a medium history",
    "users: long history": "for users with a long history",
    "items: head": "on popular items",
    "items: tail": "on rare items",
    "items: cold": "on items that nobody had taken",
}


def conclude(splits: Sequence[Slice], parts: Sequence[Slice] = ()) -> list[str]:
    """Say what each comparison comes to; one that was not made is not mentioned.

    :param splits: the warm test, the cold one, or both
    :param parts: slices of the first of these, measured at a stricter level as they are many
    """
    sentences = [
        _sentence("The graph", _of(splits, NO_GRAPH.name)),
        *_closer(splits, parts),
        *_shuffled(splits),
        _sentence("Telling the relations apart", _of(splits, SHUFFLED_RELATIONS.name)),
        _sentence("The text", _of(splits, NO_TEXT.name)),
        *(_sentence(subject, _of(splits, arm.name)) for subject, arm in _LANGUAGE.items()),
        *_modalities(splits),
        _sentence("The pretraining", _of(splits, NO_PRETRAINING.name)),
        *_against_baselines(splits),
        _open(splits),
    ]
    return [sentence for sentence in sentences if sentence]


def _modalities(splits: Sequence[Slice]) -> Iterator[str]:
    names = {name: None for part in splits for name in part.differences}
    for name in names:
        if name.startswith(f"{NO_MODALITY} "):
            subject = f"The modality '{name.removeprefix(NO_MODALITY).strip()}'"
            yield _sentence(subject, _of(splits, name))


def change(difference: Difference, where: str) -> tuple[str, str]:
    """A verb, and the rest: ``adds``, ``3.1 % ± 0.8 NDCG@20 on warm users``."""
    size = f"{abs(_relative(difference)):.1f} % ± {_half(difference):.1f} {METRIC}"
    if difference.verdict < 0:
        return "costs", f"{size} {where}"
    if not difference.verdict:
        return "adds nothing measurable", f"{where} ({signed(difference)})"
    if difference.whole_mean < _TIMES * difference.other_mean:
        return "adds", f"{size} {where}"
    whole, other = f"{difference.whole_mean:.3f}", f"{difference.other_mean:.3f}"
    if not difference.other_mean:
        return "lifts", f"{METRIC} from 0 to {whole} {where}"
    return "makes", f"{METRIC} {_times(difference)} as high {where} ({whole} instead of {other})"


def signed(difference: Difference) -> str:
    """``+0.3 % ± 0.8``, relative to the other; in points where the other is 0."""
    if not difference.other_mean:
        half = difference.interval.high - difference.interval.mean
        return f"{_minus(f'{difference.interval.mean:+.3f}')} ± {half:.3f}"
    return f"{_minus(f'{_relative(difference):+.1f}')} % ± {_half(difference):.1f}"


def best_baseline(part: Slice) -> str | None:
    """The baseline with the highest mean: the hardest one to beat, whatever valid said."""
    means = {each.name: each.interval().mean for each in part.systems if each.is_baseline}
    return max(means, key=lambda name: means[name]) if means else None


def _of(slices: Sequence[Slice], arm: str) -> dict[str, Difference]:
    return {each.name: each.differences[arm] for each in slices if arm in each.differences}


def _sentence(subject: str, found: Mapping[str, Difference]) -> str:
    """The subject, and what it does in each place."""
    if not found:
        return ""
    verdicts = {difference.verdict for difference in found.values()}
    if len(found) > 1 and verdicts == {0}:
        places = [f"{_WHERE[name]} ({signed(each)})" for name, each in found.items()]
        return f"{subject} adds nothing measurable, neither {' nor '.join(places)}."
    return f"{subject} {_clauses(found, ' and ' if len(verdicts) == 1 else ', but ')}."


def _clauses(found: Mapping[str, Difference], last: str) -> str:
    """Join what is said of each place; a verb and a metric that were just said are left out."""
    said, verb, named = "", "", False
    for number, (name, each) in enumerate(found.items()):
        next_verb, rest = change(each, _WHERE[name])
        if named:
            rest = rest.replace(f"{METRIC} ", "it " if next_verb in ("makes", "lifts") else "", 1)
        named = named or METRIC in rest
        between = (last if number == len(found) - 1 else ", ") if number else ""
        said += between + (rest if next_verb == verb else f"{next_verb} {rest}")
        verb = next_verb
    return said


def _closer(splits: Sequence[Slice], parts: Sequence[Slice]) -> Iterator[str]:
    """On which slices the graph tells; a slice that holds all users is none."""
    told = {
        part.name: part.differences[NO_GRAPH.name]
        for part in parts
        if NO_GRAPH.name in part.differences
        and part.differences[NO_GRAPH.name].verdict
        and not (part.name.startswith("users") and part.users == splits[0].users)
    }
    if told:
        yield f"Looked at closer, it {_clauses(told, ' and ')}."


def _shuffled(splits: Sequence[Slice]) -> Iterator[str]:
    found = _of(splits, SHUFFLED_GRAPH.name)
    if not found:
        return
    sentence = _sentence("Against shuffled facts with the same degrees, the true graph", found)
    graph = _of(splits, NO_GRAPH.name)
    helps = [name for name, difference in graph.items() if difference.verdict > 0]
    known = [name for name in helps if found[name].verdict > 0]
    if helps and known == helps:
        yield f"{sentence[:-1]}: it is what the facts say that helps."
    elif helps and not known:
        yield f"{sentence[:-1]}: that there are facts helps, and not what they say."
    elif graph and _only_false_ones_harm(graph, found):
        yield f"{sentence[:-1]}: false facts do harm, and true ones do not."
    else:
        yield sentence


def _only_false_ones_harm(
    graph: Mapping[str, Difference], shuffled: Mapping[str, Difference]
) -> bool:
    """Whether the graph changes nothing anywhere, and is better than a false one everywhere."""
    return all(not each.verdict and shuffled[name].verdict > 0 for name, each in graph.items())


def _against_baselines(splits: Sequence[Slice]) -> Iterator[str]:
    for part in splits:
        rival = best_baseline(part)
        if rival is None:
            continue
        found, where = part.differences[rival], _WHERE[part.name]
        size = f"{abs(_relative(found)):.1f} % ± {_half(found):.1f}"
        if found.verdict > 0 and found.whole_mean >= _TIMES * found.other_mean:
            size = f"{_times(found)} as good"
        verdict = {
            1: size if size.endswith("good") else f"{size} better",
            0: f"not measurably different ({signed(found)})",
            -1: f"{size} worse",
        }[found.verdict]
        name = (
            "a random order" if rival == Random.name else f"{rival}, the best simple baseline here"
        )
        yield f"Against {name}, the whole is {verdict} {where} ({_numbers(found)})."


def _open(splits: Sequence[Slice]) -> str:
    """What more seeds would decide."""
    found = [
        f"the whole against {name} {_WHERE[part.name]}"
        for part in splits
        for name, difference in part.differences.items()
        if difference.hidden_by_seeds
    ]
    if not found:
        return ""
    return f"Seeds disagree where users do not, so that more seeds would tell: {', '.join(found)}."


def _numbers(difference: Difference) -> str:
    return f"{METRIC} {difference.whole_mean:.3f}, not {difference.other_mean:.3f}"


def _times(difference: Difference) -> str:
    return f"{difference.whole_mean / difference.other_mean:.1f} times"


def _relative(difference: Difference) -> float:
    """In per cent of the other."""
    return 100 * difference.interval.mean / (difference.other_mean or 1.0)


def _half(difference: Difference) -> float:
    half = difference.interval.high - difference.interval.mean
    return 100 * half / (difference.other_mean or 1.0)


def _minus(number: str) -> str:
    return number.replace("-", "−")
