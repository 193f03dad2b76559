"""The arithmetic of evidence: probabilities, cures, the plan, the questions."""

import math
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from diag.diagnosis import Diagnosis, parse_fact
from diag.diagnosis.ask import ask
from diag.diagnosis.plan import cost_minutes, plan
from diag.diagnosis.weigh import UNKNOWN, probabilities, scores, weigh
from diag.recording import Reader
from diag.session import Session
from diag.stream import Chunk, Direction
from errorcodes.causes import causes
from errorcodes.fixes import fixes
from errorcodes.model.causes import Cause
from errorcodes.observations import observations
from errorcodes.questions import questions
from tests.corpus import Entry, logs, recordings
from tests.diagnosis import lines

present = st.sets(st.sampled_from(sorted(observations())), max_size=25)
tried = st.sets(st.sampled_from(sorted(fixes())), max_size=8)
some_cause = st.sampled_from(sorted(causes().values(), key=lambda cause: cause.id))

CORPUS: Final = [e for e in logs() if e.path is not None]


def of(entry: Entry) -> Diagnosis:
    """The diagnosis itself, not rounded for JSON."""
    data = entry.path.read_bytes() if entry.path is not None else b""
    return lines.diagnose(data, *entry.args)


def odds(cause: str, names: set[str], done: set[str]) -> float:
    """Odds of a cause against "none of the known", as a logarithm; -inf when impossible."""
    chances = probabilities(scores(names, done))
    if cause not in chances:
        return -math.inf
    return math.log(chances[cause]) - math.log(chances[UNKNOWN])


@given(present, tried)
def test_probabilities_add_up_to_one(names: set[str], done: set[str]) -> None:
    chances = probabilities(scores(names, done))
    assert math.isclose(math.fsum(chances.values()), 1, abs_tol=1e-9)
    assert all(0 <= chance <= 1 for chance in chances.values())
    ranked = weigh(names, done)
    assert [w.probability for w in ranked] == sorted((w.probability for w in ranked), reverse=True)
    assert math.isclose(
        math.fsum(w.probability for w in ranked) + chances[UNKNOWN], 1, abs_tol=1e-9
    )


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry.name)
def test_probabilities_of_a_log_add_up_to_one(entry: Entry) -> None:
    diagnosis = of(entry)
    names = lines.observed(diagnosis)
    total = math.fsum(w.probability for w in weigh(names)) + probabilities(scores(names))[UNKNOWN]
    assert math.isclose(total, 1, abs_tol=1e-9)
    listed = math.fsum(cause.probability for cause in diagnosis.causes)
    assert -1e-9 <= diagnosis.unknown <= 1 + 1e-9
    assert listed + diagnosis.unknown <= 1 + 1e-9
    # What is not listed is below one percent each.
    assert listed + diagnosis.unknown >= 1 - 0.01 * len(causes())


@given(some_cause, present, tried, st.data())
def test_more_that_speaks_for_a_cause_never_lowers_its_odds(
    cause: Cause, names: set[str], done: set[str], data: st.DataObject
) -> None:
    supporting = sorted(name for name, weight in cause.evidence.items() if weight > 0)
    name = data.draw(st.sampled_from(supporting))
    names -= {name, *cause.rules_out}
    before, after = odds(cause.id, names, done), odds(cause.id, names | {name}, done)
    assert after > before or (before == after == -math.inf)


@given(some_cause, present, tried, st.data())
def test_what_speaks_against_a_cause_never_raises_its_odds(
    cause: Cause, names: set[str], done: set[str], data: st.DataObject
) -> None:
    against = sorted(
        name for name, weight in cause.evidence.items() if weight < 0 and name not in cause.requires
    )
    assume(against)
    name = data.draw(st.sampled_from(against))
    names -= {name}
    assert odds(cause.id, names | {name}, done) <= odds(cause.id, names, done)


@given(some_cause, present)
def test_rules_out_and_requires(cause: Cause, names: set[str]) -> None:
    possible = cause.id in scores(names)
    ruled_out = bool(names & set(cause.rules_out))
    required = not cause.requires or bool(names & set(cause.requires))
    assert possible == (required and not ruled_out)
    for name in cause.rules_out:
        assert cause.id not in scores(names | {name})


def test_some_causes_are_ruled_out_and_some_require() -> None:
    """The property above speaks of something."""
    assert sum(bool(cause.rules_out) for cause in causes().values()) > 5
    assert sum(bool(cause.requires) for cause in causes().values()) >= 2


@given(some_cause, present, tried, st.data())
def test_a_fix_tried_in_vain_lowers_its_causes_and_is_not_planned_again(
    cause: Cause, names: set[str], done: set[str], data: st.DataObject
) -> None:
    fix = data.draw(st.sampled_from([cure.fix for cure in cause.cures]))
    done -= {fix}
    before, after = odds(cause.id, names, done), odds(cause.id, names, done | {fix})
    assert after < before or before == -math.inf
    steps = plan(weigh(names, done | {fix}), done | {fix})
    assert not {step.fix.id for step in steps} & (done | {fix})


@given(present, tried)
def test_plan_is_in_the_order_of_chance_per_cost(names: set[str], done: set[str]) -> None:
    ranked = weigh(names, done)
    steps = plan(ranked, done)
    values = [step.chance / cost_minutes(step.fix) for step in steps]
    assert values == sorted(values, reverse=True)
    for step in steps:
        by_hand = math.fsum(
            w.probability * cure.chance
            for w in ranked
            for cure in w.cause.cures
            if cure.fix == step.fix.id
        )
        assert math.isclose(step.chance, by_hand)
        assert 0 < step.chance <= 1 + 1e-9


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry.name)
def test_the_plan_of_a_log_with_its_first_fixes_tried(entry: Entry) -> None:
    """Trying what is proposed, over and over: nothing comes back, and it comes to an end."""
    done: list[str] = []
    for _ in range(4):
        args = [word for fix in done for word in ("--tried", fix)]
        data = entry.path.read_bytes() if entry.path is not None else b""
        planned = lines.plan(lines.diagnose(data, *entry.args, *args))
        assert not set(planned) & set(done)
        assert len(planned) == len(set(planned))
        if not planned:
            break
        done.append(planned[0])


def test_cost_counts_risk_and_the_way_to_the_administrator() -> None:
    for fix in fixes().values():
        assert cost_minutes(fix) >= max(fix.minutes, 1)
        if fix.who == "network-administrator":
            assert cost_minutes(fix) > fix.minutes + 10
        if fix.risk in ("medium", "high"):
            assert cost_minutes(fix) > fix.minutes


# -- questions -----------------------------------------------------------------------


@given(present, tried)
def test_expected_bits_are_never_negative(names: set[str], done: set[str]) -> None:
    asked = ask(names, {}, done)
    ids = [item.question.id for item in asked]
    assert len(ids) == len(set(ids))
    for item in asked:
        assert item.bits is None or item.bits > 0
        assert item.bits is None or item.bits <= math.log2(len(causes()) + 1)


@pytest.mark.parametrize("question", questions().values(), ids=lambda question: question.id)
def test_an_answered_question_is_not_asked_again(question: object) -> None:
    record = questions()[str(getattr(question, "id"))]  # noqa: B009 - typed below
    base = ("--code", "1025,1006", "--eap", "peap") if record.id != "eap" else ("--code", "1025")
    for answer in record.answers:
        if not answer.value:
            continue
        value = {"device-os": "1.5.2", "led": "green blinking"}.get(answer.fact, answer.value)
        parse_fact(answer.fact, value)
        diagnosis = lines.diagnose("", *base, "--fact", f"{answer.fact}={value}")
        assert record.id not in [item.question.id for item in diagnosis.questions], answer


def test_every_answer_can_be_told_and_brings_its_observation() -> None:
    for question in questions().values():
        for answer in question.answers:
            if answer.value in ("", "?") or not answer.observation:
                continue
            told = lines.diagnose("", "--code", "1025", "--fact", f"{answer.fact}={answer.value}")
            assert answer.observation in lines.observed(told), (question.id, answer.value)


def test_a_bare_code_asks_for_the_release_first() -> None:
    """Device OS is the most informative missing fact (knowledge 0.3)."""
    asked = lines.diagnose("", "--code", "1025").questions
    assert asked[0].question.id == "device-os"
    assert len(asked) > 3
    closed = [item for item in asked if item.bits is not None]
    assert closed


def test_the_answer_to_the_best_question_moves_something() -> None:
    base = ("--code", "1025,1006", "--eap", "peap", "--device-os", "1.5.2", "--elapsed", "1s")
    before = lines.diagnose("", *base)
    best = next(item for item in before.questions if item.bits is not None)
    tops: set[str] = set()
    for answer in best.question.answers:
        if answer.value:
            after = lines.diagnose("", *base, "--fact", f"{answer.fact}={answer.value}")
            tops.add(f"{after.causes[0].id} {after.causes[0].probability:.2f}")
    assert len(tops) > 1


# -- the fold ------------------------------------------------------------------------


def test_a_recording_read_again_gives_the_same_diagnosis() -> None:
    """No state is kept between diagnoses, and a checkpoint is independent."""
    entry = next(e for e in recordings() if e.name == "outer-identity")
    assert entry.path is not None
    with entry.path.open("rb") as file:
        items = list(Reader(file))
    session = Session()
    for item in items[: len(items) // 2]:
        session.feed(item)
    twin = session.checkpoint()
    middle = session.diagnosis()
    twin.feed_all(items[len(items) // 2 :])
    assert session.diagnosis() == middle
    assert twin.diagnosis() == Session().feed_all(items).diagnosis()
    session.feed_all([Chunk(9e3, Direction.OUTPUT, b"0000000001 [hal.wlan] INFO: Joining x\r\n")])
    assert twin.diagnosis() == Session().feed_all(items).diagnosis()
