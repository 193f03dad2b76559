"""Which question would tell most: expected information of its answer."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from diag.diagnosis.facts import Facts
from diag.diagnosis.weigh import UNKNOWN, entropy, probabilities, scores
from errorcodes.causes import causes
from errorcodes.model.questions import Question
from errorcodes.questions import questions

_LEAST_BITS: Final = 0.03
_OPEN_VALUE: Final = "?"
_EFFORT_MINUTES: Final = 10
"""A question that takes this long must tell twice as much as one that takes none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question worth asking."""

    question: Question
    bits: float | None
    """Expected gain in bits; None for open questions, whose answers are not weighed."""


def ask(present: Collection[str], facts: Facts, tried: Collection[str]) -> list[Asked]:
    """Return the questions whose answer would tell most, the best first."""
    open_ones: list[Asked] = []
    closed: list[tuple[float, Asked]] = []
    for question in questions().values():
        if question.answers and question.answers[0].fact in facts:
            continue
        if question.asked_when and not any(id in present for id in question.asked_when):
            continue
        if any(id in present for id in question.moot_when):
            continue
        if any(answer.value == _OPEN_VALUE for answer in question.answers):
            open_ones.append(Asked(question, None))
            continue
        brought = {answer.observation for answer in question.answers if answer.observation}
        if brought & set(present):
            continue
        bits = _expected_bits(question, present, tried)
        if bits >= _LEAST_BITS:
            closed.append((bits / (1 + question.minutes / _EFFORT_MINUTES), Asked(question, bits)))
    closed.sort(key=lambda item: (-item[0], item[1].question.id))
    return open_ones + [asked for _, asked in closed]


def _expected_bits(question: Question, present: Collection[str], tried: Collection[str]) -> float:
    before = scores(present, tried)
    chances = probabilities(before)
    doubt = entropy(list(chances.values()))
    answers = [answer.observation for answer in question.answers if answer.observation]
    if len(answers) < 2:
        return 0.0
    given = {cause: _answer_chances(cause, answers) for cause in chances}
    gain = doubt
    for i, observation in enumerate(answers):
        chance = sum(chances[cause] * given[cause][i] for cause in chances)
        if chance <= 0:
            continue
        after = scores({*present, observation}, tried)
        gain -= chance * entropy(list(probabilities(after).values()))
    return max(gain, 0.0)


def _answer_chances(cause: str, answers: list[str]) -> list[float]:
    """How likely each answer is if this cause holds, read back from its weights."""
    if cause == UNKNOWN:
        return [1 / len(answers)] * len(answers)
    record = causes()[cause]
    shares = [
        0.0 if o in record.rules_out else 10 ** (record.evidence.get(o, 0.0) / 10) for o in answers
    ]
    total = sum(shares)
    return [share / total for share in shares] if total else [0.0] * len(answers)
