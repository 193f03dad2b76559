"""How the steps of a monitor are written: for people, or as JSON lines."""

import json
from typing import Any, Final, Protocol

import click

from diag.cli.paint import fancy, wrap
from diag.cli.text import diagnosis_text, headline
from diag.diagnosis import Diagnosis
from diag.inert import inert
from diag.tasks.steps import Back, Changed, Ended, Idle, Lost, Remark, Shown, Silent, Step

FORMAT: Final = 1
"""Counts changes of the JSON lines that a program reading them could stumble over."""
SILENCE: Final = (
    "Nothing was printed so far. That may be right: Device OS 2.0.0 and later say nothing of "
    "joining, the stock Tinker application prints nothing on any release, and an application "
    "without a log handler prints only what it prints itself. `wpa2diag vitals` reads the "
    "result of the last join without a log. If the device should print, press its RESET button."
)
"""What to say of a device that prints nothing (device-facts 2.1, 2.14, 11.3)."""


class View(Protocol):
    """Turns steps into what is written."""

    def begin(self, name: str) -> str:
        """Return what comes before the first step."""
        ...

    def step(self, step: Step) -> str:
        """Return what a step adds; empty if nothing."""
        ...

    def end(self, ended: Ended, diagnosis: Diagnosis | None, code: int) -> str:
        """Return what comes after the last step."""
        ...


class TextView:
    """For people."""

    def __init__(self, *, plain: bool, timestamps: bool) -> None:
        """Choose.

        Args:
            plain: without colours and rules.
            timestamps: with host seconds in front of each line.
        """
        self._plain = plain
        self._timestamps = timestamps
        self._shown = ""

    def begin(self, name: str) -> str:
        """Return nothing."""
        return ""

    def step(self, step: Step) -> str:
        """Return the lines of a step."""
        match step:
            case Shown(time, "log", text):
                return self._line(time, inert(text))
            case Shown(time, kind, text):
                return self._line(time, self._dim(f"   [{kind}] {inert(text)}"))
            case Changed(time, diagnosis):
                return self._changed(time, diagnosis)
            case Lost(time, reason):
                return self._note(time, f"{reason}. Waiting for it to come back.", "yellow")
            case Back(time, name, away):
                return self._note(time, f"Back on {name} after {away:.1f} s.", "yellow")
            case Remark(time, text):
                return self._note(time, text, "yellow")
            case Silent(time):
                return self._note(time, SILENCE, "yellow")
            case Idle() | Ended():
                return ""

    def end(self, ended: Ended, diagnosis: Diagnosis | None, code: int) -> str:
        """Return the whole diagnosis."""
        if diagnosis is None:
            return ""
        text = diagnosis_text(diagnosis)
        return f"\n{click.unstyle(text) if self._plain else text}\n"

    def _changed(self, time: float, diagnosis: Diagnosis) -> str:
        text = headline(diagnosis)
        if text == self._shown:
            return ""
        self._shown = text
        if self._plain:
            return self._line(time, f"[diagnosis] {inert(text)}")
        rule = "──" if fancy() else "--"
        return click.style(wrap(text, f"{rule} {time:7.2f} s  "), bold=True) + "\n"

    def _note(self, time: float, text: str, colour: str) -> str:
        if self._plain:
            return self._line(time, f"[monitor] {inert(text)}")
        rule = "──" if fancy() else "--"
        return click.style(wrap(text, f"{rule} {time:7.2f} s  "), fg=colour) + "\n"

    def _dim(self, text: str) -> str:
        return text if self._plain else click.style(text, dim=True)

    def _line(self, time: float, text: str) -> str:
        return f"{time:10.3f}  {text}\n" if self._timestamps else f"{text}\n"


class JsonView:
    """For programs: one object a line, ASCII; what `monitor --help` says of them is kept."""

    def begin(self, name: str) -> str:
        """Return the first line."""
        return _object("begin", 0.0, format=FORMAT, port=name)

    def step(self, step: Step) -> str:
        """Return the line of a step."""
        match step:
            case Shown(time, kind, text):
                return _object("line", time, kind=kind, text=text)
            case Changed(time, diagnosis):
                return _object("diagnosis", time, diagnosis=_diagnosis(diagnosis))
            case Lost(time, reason):
                return _object("gap", time, state="begins", reason=reason)
            case Back(time, name, away):
                return _object("gap", time, state="ends", port=name, seconds=round(away, 3))
            case Remark(time, text):
                return _object("remark", time, text=text)
            case Silent(time):
                return _object("remark", time, text=SILENCE)
            case Idle() | Ended():
                return ""

    def end(self, ended: Ended, diagnosis: Diagnosis | None, code: int) -> str:
        """Return the last line."""
        return _object("end", ended.time, reason=ended.reason, exit=code)


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    from diag.support.as_json import diagnosis_json

    return diagnosis_json(diagnosis)


def _object(kind: str, time: float, /, **entries: object) -> str:
    return json.dumps({"type": kind, "time": round(time, 6), **entries}) + "\n"
