"""Symptoms and warnings: what is true of the log without being a root cause."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from diag.diagnosis.case import MIX, Case
from diag.diagnosis.weigh import Weighed
from diag.join import Outcome
from diag.log import Kind
from errorcodes.findings import findings

_WORTH_WARNING: Final = 0.05
_LOCK_OUT: Final = ("re-enter-password", "unlock-account")
"""Fixes of causes in which a directory account is being tried with a wrong password."""


_STALE: Final = 1055
_JUNK: Final = 1004
_PARTIAL: Final = 1003
_NET_CONNECTING: Final = 3
_NET_CONNECTED: Final = 4
"""Values of `net:stat` (device-facts 3.6)."""
_DISCONNECTED_TO_LISTEN: Final = 4
"""`net:dconnrsn`: listening mode (device-facts 3.6)."""


class Found(NamedTuple):
    """A finding or warning of errorcodes/findings that holds here, and where."""

    id: str
    lines: tuple[int, ...] = ()


def find(case: Case, present: set[str], ranked: Sequence[Weighed]) -> list[Found]:
    """Return every finding that holds, each once, the most telling first."""
    unique: dict[str, Found] = {}
    for finder in (_attempts, _log, _device, _after_join, _warnings):
        for found in finder(case, present, ranked):
            unique.setdefault(found.id, found)
    order = {id: place for place, id in enumerate(findings())}
    return sorted(unique.values(), key=lambda found: order[found.id])


def _attempts(case: Case, present: set[str], ranked: Sequence[Weighed]) -> Iterator[Found]:
    stopped = [a for a in case.failures if a.outcome is Outcome.NO_SUPPLICANT]
    if stopped:
        yield Found("supplicant-not-started", stopped[-1].lines)
    if "no-supplicant-for-enterprise" in present:
        yield Found("no-supplicant", case.joined_without_supplicant)
    if _STALE in case.codes or Kind.RADIO_RESTARTED in case.history.marks:
        lines = case.lines_of((_STALE,)) or case.mark_line(Kind.RADIO_RESTARTED)
        yield Found("radio-state-stale", lines)
    junk = [a for a in case.failures if a.code == _JUNK]
    if junk:
        yield Found("junk-network-slot", junk[-1].lines)
    if len({code for code in case.codes if code in MIX}) > 1 and not case.connected:
        yield Found("codes-vary", case.lines_of(MIX)[:8])
    if "mix-some-1024" in present:
        yield Found("range-not-main", case.lines_of((1024,)))
    if _PARTIAL in case.codes:
        yield Found("code-1003-unsupported", case.lines_of((_PARTIAL,)))
    if len(case.attempts) == 1 and case.codes and case.attempts[0].elapsed_ms is None:
        yield Found("single-code-only")
    cancelled = [a for a in case.history.attempts if a.outcome is Outcome.CANCELLED]
    if cancelled or Kind.CONNECT_CANCELLED in case.history.marks:
        yield Found("attempt-cancelled", case.mark_line(Kind.CONNECT_CANCELLED))
    if len({a.ssid for a in case.history.attempts if a.ssid is not None}) > 1:
        yield Found("several-networks")


def _log(case: Case, present: set[str], ranked: Sequence[Weighed]) -> Iterator[Found]:
    history = case.history
    if case.visible is not None and "hal" not in case.visible.shows and not history.attempts:
        yield Found("log-silent")
    if history.repeated_lines:
        yield Found("lines-doubled")
    seen = {a.outcome for a in history.attempts}
    if seen & {Outcome.FAILED, Outcome.JOINED} and "TRACE" not in history.levels:
        yield Found("no-trace-lines")
    first = history.attempts[0] if history.attempts else None
    if first is not None and first.number == 1 and first.start_line == first.end_line:
        yield Found("log-starts-late", first.lines[:1])
    if history.restart_lines:
        yield Found("device-restarted", history.restart_lines[-3:])
    if {"panic-out-of-heap", "panic-firmware"} & present or "PANIC" in history.levels:
        yield Found("panic", case.mark_line(Kind.ASSERTION_FAILED))
    if Kind.LISTENING in history.marks:
        yield Found("listening-mode", case.mark_line(Kind.LISTENING))
    if Kind.BENIGN in history.marks:
        yield Found("benign-session-data", case.mark_line(Kind.BENIGN))


def _device(case: Case, present: set[str], ranked: Sequence[Weighed]) -> Iterator[Found]:
    if case.history.cleared_line is not None:
        yield Found("eap-config-cleared", (case.history.cleared_line,))
    if "heap-falling" in present:
        yield Found("heap-falling")
    if "heap-alarm" in present and case.network is not None and case.network.enterprise:
        yield Found("heap-alarm")
    if case.overruled:
        yield Found("facts-disagree")
    if "rssi-error-marker" in present:
        yield Found("rssi-marker")
    if case.facts.get("net:err") not in (None, 0):
        if case.facts.get("net:stat") == _NET_CONNECTED:
            yield Found("net-err-outlives-success")
        elif case.facts.get("vitals-tainted") == "yes" or (
            case.facts.get("net:stat") == _NET_CONNECTING
            or case.facts.get("net:dconnrsn") == _DISCONNECTED_TO_LISTEN
        ):
            yield Found("vitals-tainted")
    if "outer-garbage" in present:
        yield Found("particle-cli-garbage")
    if "console-saved" in present and Kind.CERTIFICATE in case.history.marks:
        yield Found("root-ca-maybe-dropped", case.mark_line(Kind.CONSOLE_SAVED))


def _after_join(case: Case, present: set[str], ranked: Sequence[Weighed]) -> Iterator[Found]:
    failed = case.mark_line(Kind.BRING_UP_FAILED)
    if failed and "no-address" not in present:
        yield Found("dhcp-line-misleading", failed)
    yield from _joined_after(case)
    if case.link is not None and "cloud-connected" not in present:
        yield Found("join-succeeded", (case.link.line,))
    if "joined-earlier" in present or _lost_between(case):
        yield Found("join-lost")
    if "server-log-accept" in present and not case.connected:
        yield Found("supplicant-success-not-joined")
    if "cloud-connected" in present and case.link is not None and case.link.cloud_line is not None:
        yield Found("cloud-connected", (case.link.cloud_line,))
    handshake = case.mark_line(Kind.CLOUD_HANDSHAKE_FAILED)
    if handshake:
        yield Found("not-a-join-code", handshake)


def _lost_between(case: Case) -> bool:
    """Whether a join, failures and another join follow one another."""
    outcomes = [a.outcome for a in case.history.attempts]
    if Outcome.JOINED not in outcomes:
        return False
    later = outcomes[outcomes.index(Outcome.JOINED) :]
    return Outcome.FAILED in later and case.connected


def _joined_after(case: Case) -> Iterator[Found]:
    failed = case.failures[-1] if case.failures else None
    joined = [a for a in case.history.attempts if a.outcome is Outcome.JOINED]
    if failed is None:
        return
    if not case.connected:
        if case.history.episode > failed.episode and not (
            joined and joined[-1].number > failed.number
        ):
            yield Found("settings-changed")
        return
    # A success ends its episode, so a later episode than the failures' means new settings.
    changed = joined and joined[-1].episode > failed.episode
    yield Found("joined-after-change" if changed else "joined-after-failures", failed.lines[-1:])


def _warnings(case: Case, present: set[str], ranked: Sequence[Weighed]) -> Iterator[Found]:
    enterprise = case.network is not None and case.network.enterprise
    if not enterprise:
        return
    if "root-ca-absent" in present:
        yield Found("server-not-verified")
    if "release-with-krack" in present:
        yield Found("krack-open")
    if not case.failures or case.connected:
        return
    likely = [weighed.cause for weighed in ranked if weighed.probability >= _WORTH_WARNING]
    cures = {cure.fix for cause in likely for cure in cause.cures}
    if cures & set(_LOCK_OUT):
        yield Found("account-lockout")
        yield Found("retry-never-ends")
    if "fix-server-tls" in cures and "release-with-tls11-cap" in present:
        yield Found("tls12-downgrade")
