"""The records of the knowledge base.

Every record carries where it was read (`source`) and how far to trust it
(`confidence`, one of `CONFIDENCES`). Numbers of different families collide, so
a number alone never identifies a `Code`: its `family` does.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

Confidence = Literal["read", "published", "listed", "vendor", "reported", "inferred"]

CONFIDENCES: Final[dict[Confidence, str]] = {
    "read": "read in the device's own published source",
    "published": "read in the published sister source of the closed library; newer than the device",
    "listed": "the name stands in a header; what raises it is closed",
    "vendor": "stated by the vendor's documents, change logs or engineers",
    "reported": "reported by users",
    "inferred": "concluded, not proven on hardware",
}


@dataclass(frozen=True, slots=True)
class Family:
    """A number space: which numbers, printed where."""

    id: str
    title: str
    contexts: tuple[str, ...]
    """Where such a number is met: `join`, `supplicant`, `credentials`, `cloud`, …"""
    printed_as: str
    source: str


@dataclass(frozen=True, slots=True)
class Led:
    """How an LED state looks."""

    colour: str
    rhythm: Literal["solid", "breathing", "blinking", "flash", "sos"]
    period_ms: int
    count: int = 0
    """Number of blinks for states that count, else 0."""


@dataclass(frozen=True, slots=True)
class Code:
    """One result code, panic code, LED state or vitals value."""

    id: str
    """Unique: `FAMILY:SYMBOL`."""
    number: int | None
    symbol: str
    family: str
    meaning: str
    origin: str
    source: str
    confidence: Confidence
    not_meaning: str = ""
    """What people read into it wrongly; empty where nothing is known to mislead."""
    aliases: tuple[str, ...] = ()
    led: Led | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A name that causes may weigh and that the code computes from a session."""

    id: str
    text: str
    """Sentence for the reader; `{name}` stands for a detail the code supplies."""
    group: str
    """Observations of one group exclude one another; empty when independent."""
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class Cure:
    """A fix and the chance (0 to 1) that it cures the cause if that is the cause."""

    fix: str
    chance: float


@dataclass(frozen=True, slots=True)
class Cause:
    """A root cause: what speaks for and against it, and what cures it."""

    id: str
    title: str
    summary: str
    stage: str
    prior: float
    """Decibans relative to "none of these": 0 is as likely, -10 a tenth as likely."""
    evidence: dict[str, float]
    """Decibans by observation id; negative speaks against."""
    rules_out: tuple[str, ...]
    """Observations under which this cause is impossible."""
    requires: tuple[str, ...]
    """Observations of which at least one must hold; empty means none needed."""
    cures: tuple[Cure, ...]
    confidence: Confidence
    source: str
    server_log: dict[str, str] = field(default_factory=dict[str, str])
    """What the authentication server's log shows, by server product."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Something a person or the tool can do."""

    id: str
    title: str
    steps: tuple[str, ...]
    minutes: int
    risk: Literal["none", "low", "medium", "high"]
    risk_text: str
    action: str
    """Name of the task that can do it, empty when a person must."""
    who: Literal["user", "network-administrator"]
    caution: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Finding:
    """A symptom, stage statement or warning; not a cause."""

    id: str
    kind: Literal["finding", "warning"]
    title: str
    text: str
    source: str
    confidence: Confidence
    next: tuple[str, ...] = ()
    """Fixes that this calls for in its own right, such as getting a better log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One possible answer to a question, and the fact it states."""

    text: str
    fact: str
    value: str
    observation: str
    """The observation this answer brings; empty for "do not know"."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask the user or to look up, whose answer tells causes apart."""

    id: str
    text: str
    how: str
    minutes: int
    answers: tuple[Answer, ...]
    source: str
    asked_when: tuple[str, ...] = ()
    """Observations of which at least one must hold for the question to make sense."""
    moot_when: tuple[str, ...] = ()
    """Observations that answer the question already, or make its answer worthless."""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Causes that cannot be told apart from the device's side."""

    causes: tuple[str, ...]
    text: str
    tell_apart: str
    source: str


@dataclass(frozen=True, slots=True)
class Defect:
    """A fault or trait that a range of releases has."""

    id: str
    title: str
    since: str
    """First release that has it; empty for "from the beginning"."""
    fixed: str
    """First release without it; empty for "never"."""
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Release:
    """One Device OS release."""

    version: str
    module_version: int
    date: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a stock build of a range of releases prints, by log category."""

    since: str
    before: str
    shows: tuple[str, ...]
    """Of `hal`, `system`, `comm`."""
    text: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Message:
    """One line the system prints."""

    id: str
    text: str
    """As printed, with `%d`, `%s`, … where values stand."""
    event: str
    """Name of the event the log reader makes of it."""
    category: str
    level: str
    means: str
    source: str
    confidence: Confidence
    bare: bool = False
    """True when the text alone, without a log header, identifies it."""
    values: dict[str, str] = field(default_factory=dict[str, str])
