"""What the observers look at: a history and the facts, with the failure in focus."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

from diag.diagnosis.facts import Facts, all_facts, told_codes, vitals
from diag.join import Attempt, History, LinkUp, Outcome, Supplicant
from diag.log import Kind
from errorcodes.releases import Visibility, visibility

AUTHENTICATION: Final = (1006, 1007, 1025)
"""The three faces of one failing authentication (knowledge 0.2)."""
MIX: Final = (*AUTHENTICATION, 1024)
_ENTERPRISE_EAP: Final = ("peap", "tls")
_LED_CONNECTED: Final = "led-cyan-breathing"
"""LED state of a device that is connected to the cloud (device-facts 8.1)."""
_CONNECTED: Final = 4
"""`net:stat`: connected."""


class Observed(NamedTuple):
    """One observation that holds, with what fills its sentence and the lines that show it."""

    id: str
    lines: tuple[int, ...] = ()
    details: dict[str, str] = {}  # noqa: RUF012 - never changed


class NetworkKind(NamedTuple):
    """Enterprise or not, and how that is known."""

    enterprise: bool
    why: str
    lines: tuple[int, ...]
    told: bool
    """True when a person said so or the name leaves no doubt."""


class Case:
    """A history with the facts; derived views are computed once."""

    def __init__(self, history: History, told: Facts) -> None:
        """Take what a session knows."""
        self.history = history
        self.facts = all_facts(history, told)
        self.overruled = {
            name: value
            for name, value in told.items()
            if name in ("device-os", "eap") and self.facts.get(name) != value
        }
        """What was told and the log disproves."""

    @cached_property
    def release(self) -> str | None:
        """The Device OS release, if known."""
        found = self.facts.get("device-os")
        return str(found) if found is not None else None

    @cached_property
    def visible(self) -> Visibility | None:
        """What this release prints."""
        return visibility(self.release) if self.release else None

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """Attempts of the log, else those told as numbers or kept in the vitals."""
        if self.history.attempts:
            return self.history.attempts
        found = [(code, None) for code in told_codes(self.facts)] or self._net_errors()
        elapsed = self.facts.get("elapsed")
        end_ms = round(elapsed * 1000) if isinstance(elapsed, int | float) else None
        return tuple(
            replace(
                Attempt(number=i, ssid=None, burst=1, round=i, episode=0, boot=0),
                outcome=Outcome.FAILED if code else Outcome.JOINED,
                code=code or None,
                end_line=line,
                start_ms=None if end_ms is None else 0,
                end_ms=end_ms,
            )
            for i, (code, line) in enumerate(found, start=1)
        )

    def _net_errors(self) -> list[tuple[int, int | None]]:
        """The join codes the vitals keep, with their lines; they outlive a later success."""
        if self.facts.get("net:stat") == _CONNECTED:
            return []
        read = [(vitals(text).get("net:err"), line or None) for line, text in self.history.vitals]
        codes = [(code, line) for code, line in read if isinstance(code, int) and code > 0]
        told = self.facts.get("net:err")
        if not codes and isinstance(told, int) and told > 0:
            return [(told, None)]
        return [*codes]

    @cached_property
    def link(self) -> LinkUp | None:
        """The latest successful join, if nothing after it says that it ended."""
        link = self.history.links[-1] if self.history.links else None
        if link is None or link.rejoin_line is not None or link.lost_line is not None:
            return None
        return link if link.boot == self.history.boot else None

    @cached_property
    def connected(self) -> bool:
        """Whether the log, or the vitals, end with the device joined."""
        if self.link is not None or self._just_joined:
            return True
        if not self.attempts and f"led-{self.facts.get('led')}" == _LED_CONNECTED:
            return True
        return not self.attempts and self.facts.get("net:stat") == _CONNECTED

    @property
    def _just_joined(self) -> bool:
        """Whether the last attempt ended without an error, its address not yet asked for."""
        last = self.attempts[-1] if self.attempts else None
        if last is None or last.outcome is not Outcome.JOINED or last.boot != self.history.boot:
            return False
        link = self.history.links[-1] if self.history.links else None
        return link is None or link.line < (last.start_line or 0)

    @cached_property
    def failures(self) -> tuple[Attempt, ...]:
        """The attempts to explain: the failed ones of the latest episode that has any.

        Attempts called off from outside say nothing of the network and are left out.
        """
        bad = [a for a in self.attempts if a.outcome in (Outcome.FAILED, Outcome.NO_SUPPLICANT)]
        if not bad:
            return ()
        latest = bad[-1].episode
        return tuple(a for a in bad if a.episode == latest)

    @cached_property
    def focus(self) -> tuple[Attempt, ...]:
        """The failures of the network that matters.

        With several stored networks each prints its own codes (knowledge T8): the
        Enterprise network is the one meant, else one that answered, else the one tried most.
        """
        names = {a.ssid for a in self.failures if a.ssid is not None}
        if len(names) < 2:
            return self.failures
        name = max(names, key=self._interest)
        return tuple(a for a in self.failures if a.ssid == name)

    def _interest(self, name: str) -> tuple[int, int, int]:
        own = [a for a in self.failures if a.ssid == name]
        with_supplicant = any(a.supplicant is not Supplicant.NOT_SEEN for a in own)
        answered = any(a.code in AUTHENTICATION for a in own)
        return (with_supplicant, answered, len(own))

    @cached_property
    def codes(self) -> Counter[int]:
        """How often each code ended an attempt in focus."""
        return Counter(a.code for a in self.focus if a.code is not None)

    def lines_of(self, codes: Sequence[int]) -> tuple[int, ...]:
        """The lines of the attempts in focus that ended with one of these codes."""
        return tuple(
            line for a in self.focus if a.code in codes and a.end_line for line in (a.end_line,)
        )

    @cached_property
    def network(self) -> NetworkKind | None:
        """Enterprise or not; None when nothing tells."""
        eap = self.facts.get("eap")
        if eap is not None:
            return NetworkKind(eap != "none", "as told", (), True)
        if self.facts.get("eduroam") == "yes" or self.eduroam_line is not None:
            return NetworkKind(True, "eduroam", (), True)
        if {"outer-identity", "server", "server-log"} & self.facts.keys():
            return NetworkKind(True, "as told", (), True)
        seen = [a for a in self.history.attempts if a.supplicant is not Supplicant.NOT_SEEN]
        if seen:
            return NetworkKind(True, "a supplicant was started", seen[-1].lines[:1], False)
        line = self.history.eap_valid_line
        if line is not None:
            return NetworkKind(True, "EAP settings were stored", (line,), False)
        bare = self.joined_without_supplicant
        if bare and self.history.eap_unanswered_line is None:
            return NetworkKind(False, "no supplicant was started before the join", bare, False)
        return None

    @cached_property
    def joined_without_supplicant(self) -> tuple[int, ...]:
        """Lines of joins at TRACE level that no supplicant came before.

        The heap line right after "Joining" is printed at TRACE level, so where it
        shows, supplicant lines would show too.
        """
        bare = [
            a
            for a in self.history.attempts
            if a.heap_at_join is not None and a.supplicant is Supplicant.NOT_SEEN
            if a.heap_before is None
        ]
        seen = any(a.supplicant is not Supplicant.NOT_SEEN for a in self.history.attempts)
        return () if seen else tuple(line for a in bare[-3:] for line in a.lines[:1])

    @cached_property
    def eduroam_line(self) -> int | None:
        """Where the log names eduroam as the network."""
        for attempt in self.history.attempts:
            if attempt.ssid is not None and attempt.ssid.strip().lower() == "eduroam":
                return attempt.start_line
        return None

    def mark_line(self, kind: Kind) -> tuple[int, ...]:
        """The last line of events of a kind, as a tuple; empty when there is none."""
        mark = self.history.marks.get(kind)
        return () if mark is None else (mark.last_line,)


@dataclass(frozen=True, slots=True)
class Family:
    """What kind of log this is."""

    id: str
    """`photon`, another family, or `unknown`."""
    lines: tuple[int, ...]
