"""Find secrets by where they stand: after prompts, in key blocks, behind names.

Bytes of one direction go in; what comes out is text, and marks where something is masked.
Where a log line stands inside a masked place it is kept, since it is evidence.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from diag.stream.echo import Echo, Typed, closes, harmless, may_close
from diag.stream.inside import (
    LINE,
    WORD,
    End,
    Part,
    after,
    next_part,
    string,
    without,
)
from diag.stream.key_block import KeyBlock, Verdict
from diag.stream.loglines import LIMIT, interrupts, log_lines
from diag.stream.mask_rules import (
    ECHO,
    IDENTITY,
    OTHER_PROMPT,
    RULES,
    SPILL,
    SPILL_ENDS,
    Region,
    Rule,
)
from diag.stream.timed import Waiting

Step = tuple[float, bytes | None]
"""Text and its time; None is a mark."""
_REACH: Final = 64
"""Bytes of the longest opener that a log line may cut in two."""
_PENDING: Final = 4096
"""Bytes that the beginning of a key's line may wait for its end, log lines counted."""
_TYPED: Final = 256
_ERASE: Final = re.compile(rb"[^\x08\x7f][\x08\x7f]|^[\x08\x7f]")


class Contexts:
    """What is masked by context in one direction."""

    def __init__(
        self,
        masked: "Counter[str]",
        *,
        typed: "Contexts | None" = None,
        learn: Callable[[bytes], None] | None = None,
        answer: Typed | None = None,
    ) -> None:
        """Count into `masked`.

        Args:
            masked: How often each rule masked something.
            typed: The other direction, whose answers the prompts of this one ask for.
            learn: Given, this is the direction in which a host types, and it takes each
                secret answer.
            answer: Told every part of such an answer as it is typed.
        """
        self._masked = masked
        self._other = typed
        self._learn = learn
        self._answered = answer
        self._echo = Echo()
        self._fresh = False
        """Whether a further line begins in a place that only a line of the device ends."""
        self._hidden = b""
        self._logs = learn is None
        self._in = Waiting()
        self._out = 0
        self._broken = b""
        self._spill = False
        self._rule: Rule | None = None
        self._expected: Rule | None = None
        self._ending: End = LINE
        self._block = KeyBlock(dialogue=False, echo=False)
        self._steps: list[Step] = []
        self._marked = self._counted = False
        self._typed = b""

    @property
    def held(self) -> int:
        """How many bytes wait for a decision."""
        return len(self._in.data) - self._out

    @property
    def expects(self) -> bool:
        """Whether a secret answer is due that has not begun."""
        return self._expected is not None

    def expect(self, rule: Rule | None) -> None:
        """Take the next line, or key block, for the answer to a secret prompt; None: no longer."""
        self._expected = rule

    def await_echo(self, data: bytes, time: float) -> None:
        """A secret was typed: hide its echo, also where no prompt was recognised."""
        if self._echo.typed(data, time) and not self._rule:
            self._release()
            self._enter(ECHO)

    def await_identity(self, time: float) -> None:
        """The device was asked who it is: hide its secret, also where its name is damaged."""
        self._echo.asked(time)
        if not self._rule:
            self._release()
            self._enter(IDENTITY)
            self._fresh = True

    def await_nothing(self) -> None:
        """The device was asked something else."""
        self._echo.answered()
        if self._rule is IDENTITY and not self._in.data:
            self._leave(0)

    def feed(self, data: bytes, time: float) -> list[Step]:
        """Take bytes in, return what is decided."""
        if self._expected and not self._rule and data:
            rule, self._expected = self._expected, None
            self._release()
            self._enter(rule)
        self._in.append(data, time)
        return self._run(final=False)

    def end(self) -> list[Step]:
        """Return everything that is held; what is cut off inside a secret place is masked."""
        steps = self._run(final=True)
        self._release()
        return steps + self._taken()

    def reset(self) -> None:
        """Nothing continues what came before, whose rest was given out by `end`."""
        self._in.drop(len(self._in.data))
        self._out = 0
        self._broken, self._typed = b"", b""
        self._rule = self._expected = None
        self._spill = self._marked = self._counted = self._fresh = False
        self._hidden = b""
        self._echo.forget()

    def release(self, before: float) -> list[Step]:
        """Return what came before that time, unless it stands in a place that is masked."""
        if not self._rule and self.held and self._in.time(self._out) <= before:
            self._release()
        return self._taken()

    def _taken(self) -> list[Step]:
        steps, self._steps = self._steps, []
        return steps

    def _release(self) -> None:
        if not self._rule:
            self._show(self._out, len(self._in.data))
            self._out = len(self._in.data)

    def _run(self, *, final: bool) -> list[Step]:
        while (
            self._plain(final=final)
            if self._rule is None
            else self._key(final=final)
            if self._rule.region is Region.KEY
            else self._answer(final=final)
        ):
            pass
        return self._taken()

    def _show(self, start: int, end: int) -> None:
        self._steps.extend(self._in.cut(start, end))

    def _hide(self, place: int) -> None:
        """Set the mark of a masked place, once for an answer or a line of a key."""
        if self._rule and not self._marked:
            self._marked = True
            self._steps.append((self._in.time(place), None))
            if not self._counted:
                self._masked[self._rule.name] += 1
                self._counted = True

    # ---- outside

    def _plain(self, *, final: bool) -> bool:
        data = self._in.data
        torn = self._logs and (bool(self._broken) or interrupts(data))
        end, rule, quote, hold = len(data) + 1, None, b"", len(data)
        for each in (*RULES, SPILL) if self._spill else RULES:
            if not any(trigger in data for trigger in each.triggers):
                continue
            if (match := each.opener.search(data)) and max(match.end(), self._out) < end:
                end, rule = max(match.end(), self._out), each
                quote = match["quote"] if "quote" in each.opener.groupindex else b""
            if each.partial and not final and (held := each.partial.search(data)):
                hold = min(hold, max(held.start(1), self._out))
        if torn and (cut_off := self._cut_off(data, end)):
            end, rule, quote = cut_off
        opens = rule is not None and end <= hold
        decided = end if opens else hold
        self._watch(data[:decided])
        self._show(self._out, decided)
        self._out = decided
        if rule and opens:
            self._in.drop(decided)
            self._out = 0
            self._enter(rule, quote)
            return True
        keep = min(max(data.rfind(b"\n") + 1, len(data) - LIMIT - _REACH), decided)
        if torn:
            lines = [line for line in log_lines(data) if line[1] <= keep]
            text = self._broken + without(data, lines, keep)[0]
            self._broken = text[text.rfind(b"\n") + 1 :][-_REACH:]
        self._in.drop(keep)
        self._out -= keep
        return False

    def _watch(self, data: bytes) -> None:
        if self._other and self._other.expects and OTHER_PROMPT.search(data):
            self._other.expect(None)
        if self._spill and SPILL_ENDS.search(data):
            self._spill = False

    def _cut_off(self, data: bytes, before: int) -> tuple[int, Rule, bytes] | None:
        """Return where, earlier than `before`, an opener ends that a log line cuts in two."""
        found = None
        text, kept = without(data, list(log_lines(data)), len(data))
        text = self._broken + text
        for rule in RULES:
            if rule.partial or not any(trigger in text for trigger in rule.triggers):
                continue
            for match in rule.opener.finditer(text):
                if match.end() <= len(self._broken):
                    continue
                end = after(kept, match.end() - len(self._broken))
                if self._out <= end < before:
                    before = end
                    quote = match["quote"] if "quote" in rule.opener.groupindex else b""
                    found = (end, rule, quote)
        return found

    def _enter(self, rule: Rule, quote: bytes = b"") -> None:
        self._in.drop(self._out)
        self._out = 0
        self._broken = b""
        self._rule = rule
        self._ending = LINE
        if rule.region is Region.WORD:
            self._ending = WORD
        elif rule.region is Region.STRING:
            self._ending = string(quote)
        self._block = KeyBlock(dialogue=rule.prompt, echo=self._logs)
        if self._other and rule.prompt:
            self._other.expect(rule)

    def _leave(self, place: int) -> bool:
        """The place that is masked ends before the byte at `place`."""
        echo = (
            self._rule and self._rule.region is Region.KEY and self._echo.due(self._in.time(place))
        )
        if self._learn and self._typed and self._rule and self._rule.region is Region.LINE:
            self._learn(_edited(self._typed))
        self._rule = None
        self._in.drop(place)
        self._out = 0
        self._marked = self._counted = self._fresh = False
        self._typed = self._hidden = b""
        if echo:
            self._rule = ECHO
            self._ending = LINE
        return True

    # ---- inside

    def _next(self, data: bytes, start: int, *, final: bool) -> Part:
        return next_part(data, start, self._ending, logs=self._logs, final=final)

    def _answer(self, *, final: bool) -> bool:
        data, place = self._in.data, 0
        while True:
            if self._fresh:
                line = data[place:]
                if closes(line) or not self._echo.due(self._in.time(place)):
                    self._echo.forget()
                    return self._leave(place)
                if shown := harmless(line):
                    self._show(place, place + shown)
                    place += shown
                    continue
                if not final and may_close(line):
                    self._in.drop(place)
                    return False
            kind, start, end = self._next(data, place, final=final)
            if start > place:
                self._hide(place)
                self._fresh = False
                self._take(data[place:start], self._in.time(place))
            if kind == "end":
                if not self._goes_on(start):
                    return self._leave(start)
                self._fresh = True
                self._show(start, start + 1)
                self._marked = False
                place = start + 1
                continue
            if kind == "wait":
                self._in.drop(start)
                return False
            self._show_log(start, end)
            place = end

    def _take(self, hidden: bytes, time: float) -> None:
        """See what of a secret has come, or was typed."""
        self._hidden = (self._hidden + hidden)[:_TYPED]
        self._echo.passed(hidden)
        if self._learn:
            self._typed = (self._typed + hidden)[:_TYPED]
        if self._answered:
            self._answered(hidden, time)

    def _goes_on(self, place: int) -> bool:
        """Whether the line end at `place` is not that of the secret."""
        if not self._logs or not self._rule or self._rule.region is not Region.LINE:
            return False
        time, form = self._in.time(place), self._rule.form
        if form is not None and self._hidden and not form.fullmatch(self._hidden):
            self._echo.damaged(time)
        self._hidden = b""
        return self._echo.due(time)

    def _show_log(self, start: int, end: int) -> None:
        """Show a log line that stands in a masked place; it may hold a secret of its own."""
        inner = Contexts(self._masked)
        time = self._in.time(start)
        self._steps += inner.feed(self._in.data[start:end], time) + inner.end()

    def _key(self, *, final: bool) -> bool:  # noqa: PLR0912
        """Mask the lines of a private key.

        The beginning of a line is held as long as it may be one that is shown, or one that
        says that the device reads no key any more.
        """
        data = self._in.data
        base = place = 0
        logs: list[tuple[int, int]] = []
        while True:
            kind, start, end = self._next(data, place, final=final)
            text, kept = without(
                data[base:start], [(a - base, b - base) for a, b in logs], start - base
            )
            if text:
                self._block.text()
                undecided = kind != "end" and not final and start - base < _PENDING
                verdict, count = self._block.judge(text, closers=self._logs, undecided=undecided)
                behind = base + after(kept, count) if count else base
                if verdict is Verdict.CLOSED:
                    self._echo.forget()
                    self._spill = self._block.open or self._counted
                    return self._leave(base)
                if verdict is Verdict.SHOWN:
                    self._show(base, behind)
                elif verdict is not Verdict.UNDECIDED:
                    self._hide(base)
                    self._echo.passed(text)
                    for log in logs:
                        self._show_log(*log)
                    behind = start if verdict is Verdict.HIDDEN else behind
                if self._block.over:
                    return self._leave(behind)
                if verdict is not Verdict.UNDECIDED:
                    base, logs = behind, []
                if verdict is Verdict.SHOWN:
                    place = base
                    continue
            if kind == "wait":
                self._in.drop(base)
                return False
            if kind == "log" and base < start:
                logs.append((start, end))
            elif kind == "log":
                self._show_log(start, end)
                base = end
            else:
                self._show(start, start + 1)
                self._marked = False
                if self._block.line_end(data[start : start + 1]):
                    self._spill = self._counted and not self._block.complete
                    return self._leave(start + 1)
                base = end = start + 1
            place = end


def _edited(typed: bytes) -> bytes:
    """Return what is left after the corrections that were typed (device-facts 6.3)."""
    while _ERASE.search(typed):
        typed = _ERASE.sub(b"", typed, count=1)
    return typed
