"""Computes the observations that hold in a case.

Every name yielded here stands in errorcodes/observations, and every name there is
yielded somewhere here or comes from a fact; a test compares the two.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from diag.diagnosis.case import AUTHENTICATION, MIX, Case, Observed
from diag.diagnosis.facts import UNSUPPORTED_EAP
from diag.join import Attempt, Outcome, Supplicant
from diag.log import Kind
from errorcodes.codes import codes as all_codes
from errorcodes.observations import observations
from errorcodes.questions import questions
from errorcodes.releases import defects, has_defect

AT_ONCE_MS: Final = 120
EARLY_MS: Final = 4_500
FULL_MS: Final = 5_500
"""Limits of the elapsed-time classes (device-facts 4.4: local refusal, early no, 7 s wait)."""
HEAP_ALARM: Final = 10_000
HEAP_LOW: Final = 20_000
"""Bytes; rule of thumb of device-facts 3.10, inferred."""
RSSI_POOR: Final = -78
RSSI_GOOD: Final = -68
"""dBm."""
NO_ADDRESS_MS: Final = (12_000, 45_000)
"""A rejoin this long after a join, without a sign of an address, is the DHCP time limit
(15 s) or the network watchdog (30 s) running out (knowledge 2)."""

_RADIO_REFUSED: Final = 1055
_NOT_FOUND_NEWER: Final = 1066
"""Newer name of 1024 (knowledge 1)."""
_EDGE_OF_CELL: Final = {1006, 1024}
"""Out of range is 1024 with 1006 now and then (knowledge 1, case 29)."""
_RESET_BY_PANIC: Final = 130
"""`RESET_REASON_PANIC` of Device OS; the data is the panic code (device-facts 3.1)."""
_ASSERTION: Final = 10
"""Panic code of a failed assertion (device-facts 8.3)."""
_NAMES_SAY: Final = {
    "ssid-says-5ghz": re.compile(r"(?<![a-z0-9])5\s?g(?:hz)?(?![a-z0-9])", re.IGNORECASE),
    "ssid-says-wpa3": re.compile(r"wpa[ -]?3", re.IGNORECASE),
}
"""What an SSID itself may say of its network."""


def observe(case: Case) -> list[Observed]:
    """Return every observation that holds, each name once."""
    found: dict[str, Observed] = {}
    for observer in _OBSERVERS:
        for seen in observer(case):
            found.setdefault(seen.id, seen)
    return list(found.values())


def _mix(case: Case) -> Iterator[Observed]:
    counts = {code: n for code, n in case.codes.items() if code in MIX}
    if (newer := case.codes.get(_NOT_FOUND_NEWER)) is not None:
        counts[1024] = counts.get(1024, 0) + newer
    if not counts:
        return
    lines = case.lines_of((*MIX, _NOT_FOUND_NEWER))
    listed = " and ".join(str(code) for code in sorted(counts) if code != 1024)
    if len(counts) == 1:
        yield Observed(f"mix-only-{next(iter(counts))}", lines)
    elif 1024 not in counts:
        yield Observed("mix-authentication", lines, {"codes": listed})
    elif counts[1024] * 2 > sum(counts.values()) or set(counts) == _EDGE_OF_CELL:
        yield Observed("mix-mostly-1024", lines, {"codes": listed})
    else:
        yield Observed("mix-some-1024", lines, {"codes": listed})


def _codes(case: Case) -> Iterator[Observed]:
    seen = set(case.codes) | {a.supplicant_code for a in case.focus if a.supplicant_code}
    for observation in observations().values():
        if observation.id.startswith("code-"):
            hit = [code for code in observation.codes if code in seen]
            if hit:
                details = {"codes": ", ".join(map(str, hit))}
                yield Observed(observation.id, case.lines_of(hit), details)
    again = case.codes[_RADIO_REFUSED]
    if again >= 2 and again * 2 > case.codes.total():
        yield Observed("radio-refuses-again", case.lines_of((_RADIO_REFUSED,)))


def _timing(case: Case) -> Iterator[Observed]:
    timed = [a for a in case.focus if a.elapsed_ms is not None and a.elapsed_ms >= 0]
    at_once = [a for a in timed if (a.elapsed_ms or 0) <= AT_ONCE_MS]
    if timed and len(at_once) * 2 > len(timed):
        yield Observed("failed-at-once", _ends(at_once), {"elapsed": _span(at_once)})
        return
    answered = [a for a in timed if a.code in (*AUTHENTICATION, 1023, 1061, 1062, 1063, 1064)]
    classes: dict[str, list[Attempt]] = {}
    for attempt in answered:
        name = _timing_class(attempt.elapsed_ms or 0)
        if name:
            classes.setdefault(name, []).append(attempt)
    if classes:
        name, members = max(classes.items(), key=lambda item: len(item[1]))
        if len(members) * 2 > len(answered):
            yield Observed(name, _ends(members), {"elapsed": _span(members)})


def _timing_class(elapsed_ms: int) -> str:
    if elapsed_ms <= AT_ONCE_MS:
        return "failed-at-once"
    if elapsed_ms <= EARLY_MS:
        return "thrown-out-early"
    return "waited-full-time" if elapsed_ms >= FULL_MS else ""


def _ends(attempts: list[Attempt]) -> tuple[int, ...]:
    return tuple(a.end_line for a in attempts if a.end_line is not None)


def _span(attempts: list[Attempt]) -> str:
    times = [a.elapsed_ms or 0 for a in attempts]
    low, high = min(times), max(times)
    if high < 1000:
        return f"{low} ms" if low == high else f"{low}-{high} ms"
    text = f"{low / 1000:.1f}"
    return f"{text} s" if f"{high / 1000:.1f}" == text else f"{text}-{high / 1000:.1f} s"


def _network(case: Case) -> Iterator[Observed]:
    network = case.network
    if network is not None:
        id = "network-enterprise" if network.enterprise else "network-personal"
        yield Observed(id, network.lines, {"why": network.why})
    for id, pattern in _NAMES_SAY.items():
        named = [a for a in case.focus if a.ssid is not None and pattern.search(a.ssid)]
        if named:
            yield Observed(id, named[-1].lines[:1], {"ssid": named[-1].ssid or ""})
    if case.eduroam_line is not None:
        yield Observed("eduroam", (case.eduroam_line,), {"why": "the log joins that name"})
    eap = case.facts.get("eap")
    if eap in UNSUPPORTED_EAP:
        yield Observed("eap-unsupported", (), {"eap": str(eap).upper()})
    if case.facts.get("outer-identity") == "garbage":
        yield Observed("outer-garbage")
    if case.facts.get("account") == "locked":
        yield Observed("server-log-locked")
    if str(case.facts.get("peap-version")) == "1":
        yield Observed("peer-uses-peapv1", case.mark_line(Kind.PEAP_VERSION_1))


def _told(case: Case) -> Iterator[Observed]:
    for question in questions().values():
        for answer in question.answers:
            if answer.observation and str(case.facts.get(answer.fact)) == answer.value:
                yield Observed(answer.observation, (), {"why": "as told"})
    for value, mark in case.history.server_log.items():
        yield Observed(f"server-log-{value}", (mark.last_line,))


def _release(case: Case) -> Iterator[Observed]:
    if case.release is None:
        return
    for defect in defects():
        has = has_defect(defect, case.release)
        if has is not None:
            word = "with" if has else "without"
            yield Observed(f"release-{word}-{defect.id}", (), {"release": case.release})


def _led(case: Case) -> Iterator[Observed]:
    state, _, panic = str(case.facts.get("led", "")).partition(":")
    if panic:
        yield _panicked(int(panic), ())
    elif any(code.led is not None and code.symbol == state for code in all_codes()):
        yield Observed(f"led-{state}")


def _credentials(case: Case) -> Iterator[Observed]:
    history = case.history
    if history.eap_invalid_line is not None:
        yield Observed("eap-config-invalid", (history.eap_invalid_line,))
    elif history.eap_unanswered_line is not None:
        yield Observed("eap-config-precheck-failed", (history.eap_unanswered_line,))
    elif history.eap_valid_line is not None:
        yield Observed("eap-config-valid", (history.eap_valid_line,))
    marks = {
        kind: history.marks[kind].last_line
        for kind in (Kind.CONSOLE_SAVED, Kind.CONSOLE_REFUSED, Kind.CONSOLE_OUT_OF_MEMORY)
        if kind in history.marks
    }
    if marks:
        latest = max(marks, key=lambda kind: marks[kind])
        yield Observed(
            {
                Kind.CONSOLE_SAVED: "console-saved",
                Kind.CONSOLE_REFUSED: "console-refused",
                Kind.CONSOLE_OUT_OF_MEMORY: "console-out-of-memory",
            }[latest],
            (marks[latest],),
        )
    if Kind.ENCRYPTED_KEY in history.marks:
        yield Observed("key-encrypted", case.mark_line(Kind.ENCRYPTED_KEY))
    if Kind.SETUP_TOOL_TIMEOUT in history.marks:
        yield Observed("setup-tool-timeout", case.mark_line(Kind.SETUP_TOOL_TIMEOUT))


def _supplicant(case: Case) -> Iterator[Observed]:
    refused = [a for a in case.focus if a.supplicant is Supplicant.REFUSED]
    unprepared = [a for a in case.focus if a.outcome is Outcome.NO_SUPPLICANT and a not in refused]
    if refused:
        last = refused[-1]
        yield Observed("supplicant-start-failed", last.lines, {"code": str(last.supplicant_code)})
    elif unprepared:
        yield Observed("supplicant-not-prepared", unprepared[-1].lines)
    else:
        started = [a for a in case.history.attempts if a.supplicant is Supplicant.STARTED]
        if started:
            line = started[-1].supplicant_line
            yield Observed("supplicant-started", (line,) if line else started[-1].lines[:1])
    told = case.network is not None and case.network.enterprise and case.network.told
    if told and case.joined_without_supplicant:
        yield Observed("no-supplicant-for-enterprise", case.joined_without_supplicant)


def _heap(case: Case) -> Iterator[Observed]:
    measured = [a for a in case.history.attempts if a.heap is not None][-12:]
    if not measured:
        yield from _memory(case)
        return
    last = measured[-1]
    lowest = min(measured, key=lambda a: a.heap or 0)
    if (lowest.heap or 0) < HEAP_ALARM:
        yield Observed("heap-alarm", _heap_lines(lowest), {"heap": str(lowest.heap)})
    elif (lowest.heap or 0) < HEAP_LOW:
        yield Observed("heap-low", _heap_lines(lowest), {"heap": str(lowest.heap)})
    else:
        yield Observed("heap-fine", _heap_lines(last), {"heap": str(last.heap)})
    values = [a.heap_before if a.heap_before is not None else a.heap_at_join for a in measured]
    known = [value for value in values if value is not None]
    falls = all(b <= a for a, b in pairwise(known))
    if len(known) >= 3 and falls and known[-1] < known[0] * 0.9:
        yield Observed(
            "heap-falling", _heap_lines(measured[-1]), {"heap": f"{known[0]} to {known[-1]} bytes"}
        )


def _memory(case: Case) -> Iterator[Observed]:
    """What the vitals say of memory, where no join printed it."""
    total, used = case.facts.get("sys:tram"), case.facts.get("sys:uram")
    if isinstance(total, int) and isinstance(used, int) and 0 <= total - used < HEAP_ALARM:
        yield Observed("memory-short", (), {"heap": str(total - used)})


def _heap_lines(attempt: Attempt) -> tuple[int, ...]:
    return attempt.lines[:1] if attempt.heap_line is None else (attempt.heap_line,)


def _after_join(case: Case) -> Iterator[Observed]:
    history = case.history
    if case.link is not None:
        yield Observed("joined", (case.link.line,))
    elif case.connected:
        yield Observed("joined")
    focus_names = {a.ssid for a in case.focus}
    first = case.focus[0].number if case.focus and not case.connected else 0
    for attempt in history.attempts:
        before = attempt.outcome is Outcome.JOINED and attempt.number < first
        # What worked under other settings proves nothing of these.
        if before and (attempt.end_line or 0) > (history.settings_line or 0):
            same = attempt.ssid in focus_names or None in focus_names
            yield Observed("joined-earlier" if same else "other-network-joins", attempt.lines[-1:])
    yield from _no_address(case)
    link = case.link
    if link is not None and link.address_line is not None and link.failed_line is None:
        yield Observed("address-obtained", (link.address_line,))


def _no_address(case: Case) -> Iterator[Observed]:
    for link in reversed(case.history.links):
        if link.address_line is not None:
            return
        if link.failed_line is not None:
            why = '"DHCP fail" came after the interface was up'
            yield Observed("no-address", (link.line, link.failed_line), {"why": why})
            return
        low, high = NO_ADDRESS_MS
        if link.rejoin_after_ms is not None and low <= link.rejoin_after_ms <= high:
            why = f"the device joined again {link.rejoin_after_ms / 1000:.0f} s later"
            lines = (link.line, link.rejoin_line or link.line)
            yield Observed("no-address", lines, {"why": why})
            return


def _cloud(case: Case) -> Iterator[Observed]:
    link = case.link
    if link is None:
        return
    if link.cloud_line is not None and link.cloud_trouble_line is None:
        yield Observed("cloud-connected", (link.cloud_line,))
        return
    if link.cloud_trouble_line is None:
        return
    marks = case.history.marks
    failed = marks.get(Kind.CLOUD_HANDSHAKE_FAILED)
    if failed is not None and failed.last_line >= link.line:
        id = (
            "cloud-key-error"
            if failed.number in observations()["cloud-key-error"].codes
            else "cloud-handshake-failed"
        )
        yield Observed(id, (failed.last_line,), {"code": str(failed.number)})
        return
    error = marks.get(Kind.CLOUD_ERROR)
    reachable = error is not None and error.number == 3
    broke = marks.get(Kind.CLOUD_LOOP_ERROR)
    if broke is not None and broke.last_line >= link.line:
        yield Observed("cloud-connection-broke", (broke.last_line,), {"code": str(broke.number)})
        return
    for kind, id in (
        (Kind.CLOUD_NOT_REACHABLE, "cloud-not-reachable"),
        (Kind.INTERNET_TEST_FAILED, "internet-test-failed"),
        (Kind.CLOUD_ERROR, "cloud-not-reachable" if reachable else "internet-test-failed"),
        (Kind.CLOUD_NAME_UNRESOLVED, "cloud-name-unresolved"),
        (Kind.CLOUD_SOCKET_FAILED, "cloud-socket-failed"),
    ):
        mark = marks.get(kind)
        if mark is not None and mark.last_line >= link.line:
            yield Observed(id, (mark.last_line,))
            return


def _signal(case: Case) -> Iterator[Observed]:
    reading = case.facts.get("rssi")
    if not isinstance(reading, int):
        return
    lines = tuple(line for line, value in case.history.signals[-1:] if value == reading)
    details = {"rssi": str(reading)}
    if reading >= 0:
        yield Observed("rssi-error-marker", lines, details)
    elif reading <= RSSI_POOR:
        yield Observed("rssi-poor", lines, details)
    elif reading >= RSSI_GOOD:
        yield Observed("rssi-good", lines, details)


def _panic(case: Case) -> Iterator[Observed]:
    if Kind.ASSERTION_FAILED in case.history.marks:
        yield _panicked(_ASSERTION, case.mark_line(Kind.ASSERTION_FAILED))
    reset = case.history.marks.get(Kind.RESET_REASON)
    if reset is not None and reset.number == _RESET_BY_PANIC and reset.name:
        yield _panicked(int(reset.name), (reset.last_line,))


def _panicked(code: int, lines: tuple[int, ...]) -> Observed:
    no_heap = code in observations()["panic-out-of-heap"].codes
    id = "panic-out-of-heap" if no_heap else "panic-firmware"
    return Observed(id, lines, {"code": str(code)})


_OBSERVERS: Final[tuple[Callable[[Case], Iterator[Observed]], ...]] = (
    _mix,
    _codes,
    _timing,
    _network,
    _told,
    _release,
    _led,
    _credentials,
    _supplicant,
    _heap,
    _after_join,
    _cloud,
    _signal,
    _panic,
)
