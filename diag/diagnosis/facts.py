"""The facts a diagnosis understands, what they may hold, and what a log adds to them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from diag.join import History
from diag.log import Kind
from diag.stream import FactValue
from errorcodes.codes import by_symbol, families, lookup, parse_number
from errorcodes.fixes import fixes
from errorcodes.questions import questions
from errorcodes.releases import version_key
from errorcodes.search import led, panic

Facts = Mapping[str, FactValue]

UNSUPPORTED_EAP: Final = ("ttls", "fast", "gtc", "mschapv2", "peapv1")
VITALS: Final = "vitals"
"""Name of the fact that holds a reading of the vitals made beside the log."""
_VITALS: Final = (
    *("net:err", "net:stat", "net:rssi", "net:connatt", "net:dconn", "net:dconnrsn"),
    *("sys:tram", "sys:uram"),
)
_GARBAGE: Final = re.compile(r"\bfunction\b.{0,40}\(|\[native code\]")
_SUPPLICANT_KINDS: Final = {
    Kind.HEAP_BEFORE_SUPPLICANT,
    Kind.SUPPLICANT_STARTING,
    Kind.SUPPLICANT_STARTED,
}
_FIRST_ENTERPRISE: Final = version_key("0.7.0-rc.1") or (0, 7, 0, 2, 1)
_ELAPSED: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*(ms|s)?", re.ASCII)


_LAST_MAJOR: Final = 3
_PERSONAL: Final = ("psk", "wpa2-psk", "wpa-psk", "personal", "wpa2-personal", "open")
_SERVER_WORDS: Final = {
    "network policy": "nps",
    "nps": "nps",
    "freeradius": "freeradius",
    "free radius": "freeradius",
    "ise": "ise",
    "clearpass": "clearpass",
}


class FactError(ValueError):
    """A fact that cannot be understood; the text says what is accepted."""


@dataclass(frozen=True, slots=True)
class FactKind:
    """One fact a user or a device may state."""

    name: str
    values: tuple[str, ...]
    """Accepted values; empty when free."""
    text: str


@cache
def fact_kinds() -> dict[str, FactKind]:
    """Every fact by name."""
    found = {
        "device-os": FactKind("device-os", (), "Device OS release, such as 1.5.2"),
        "eap": FactKind("eap", ("peap", "tls", *UNSUPPORTED_EAP, "none"), "EAP method"),
        "led": FactKind("led", (), "what the LED shows"),
        "tried": FactKind("tried", tuple(fixes()), "a fix that was tried and did not help"),
        "code": FactKind("code", (), "join result codes"),
        "elapsed": FactKind("elapsed", (), "seconds from Joining to the error"),
        "rssi": FactKind("rssi", (), "signal in dBm"),
        VITALS: FactKind(VITALS, (), "one reading of the vitals, as JSON"),
        "vitals-tainted": FactKind(
            "vitals-tainted", ("yes", "no"), "the last reading of the vitals broke off a join"
        ),
        "account": FactKind("account", ("locked",), "state of the directory account"),
        "peap-version": FactKind("peap-version", ("0", "1"), "version another client was offered"),
        **{name: FactKind(name, (), "vitals of the device") for name in _VITALS},
    }
    found["outer-identity"] = FactKind(
        "outer-identity", ("garbage",), "shape of the outer identity"
    )
    for question in questions().values():
        for answer in question.answers:
            if answer.value in ("", "?") or answer.fact == "led":
                continue
            known = found.get(answer.fact)
            values = (*known.values, answer.value) if known else (answer.value,)
            found[answer.fact] = FactKind(
                answer.fact, tuple(dict.fromkeys(values)), known.text if known else question.text
            )
    return found


def parse_fact(name: str, text: str) -> FactValue:
    """Read a fact as typed.

    Raises:
        FactError: unknown name, or a value it cannot have.
    """
    kind = fact_kinds().get(name)
    if kind is None:
        raise FactError(f"there is no fact {name!r}; known: {', '.join(sorted(fact_kinds()))}")
    if name == "device-os":
        return _release(text)
    if name == VITALS:
        if not vitals(text):
            raise FactError(f"vitals are a JSON object with net:err and the like, not {text!r}")
        return text
    if name == "elapsed":
        return _elapsed(text)
    if name in ("rssi", *_VITALS):
        try:
            return int(text)
        except ValueError as error:
            raise FactError(f"{name} is a number, not {text!r}") from error
    if name == "led":
        return _led(text)
    if name == "code":
        return _codes(text)
    if kind.values:
        value = _value(name, text)
        if value not in kind.values:
            raise FactError(f"{name} is one of {', '.join(kind.values)}; not {text!r}")
        return value
    return text


def accepted(name: str, value: FactValue) -> FactValue | None:
    """Return a recorded fact as a diagnosis takes it; None when it knows no such thing.

    Recordings outlive releases and may come from anybody: what is not understood is
    left out, never an error.
    """
    texts = str(value).split(",") if name == "tried" else [str(value)]
    found: list[FactValue] = []
    for text in texts:
        try:
            found.append(parse_fact(name, text))
        except FactError:
            continue
    if not found:
        return None
    return ",".join(map(str, found)) if name == "tried" else found[0]


def outer_identity_shape(text: str) -> str:
    """Return the shape of an outer identity; the identity itself goes no further."""
    text = text.strip()
    if not text or text == "anonymous":
        return "blank"
    if _GARBAGE.search(text):
        return "garbage"
    return "with-realm" if "@" in text else "without-realm"


def all_facts(history: History, told: Facts) -> dict[str, FactValue]:
    """Return what is told together with what the log itself states.

    What is told wins, but for the release: the running device knows it best.
    """
    facts: dict[str, FactValue] = {}
    for line, text in history.vitals:
        found = vitals(text)
        if line and "vitals-tainted" in told:
            # Read in listening mode, where the device does not try to join.
            found.pop("net:stat", None)
        facts.update(found)
    asked = history.marks.get(Kind.PROMPT_EAP_TYPE)
    if asked is not None and asked.number in (0, 1):
        facts["eap"] = ("peap", "tls")[asked.number]
    outer = history.marks.get(Kind.PROMPT_OUTER_IDENTITY)
    if outer is not None and outer.name is not None:
        facts["outer-identity"] = outer_identity_shape(outer.name)
    ca, certificate = (history.marks.get(k) for k in (Kind.PROMPT_ROOT_CA, Kind.CERTIFICATE))
    if ca is not None and (certificate is None or certificate.last_line < ca.last_line):
        facts["root-ca"] = "absent"
    if Kind.PEAP_VERSION_1 in history.marks:
        facts["peap-version"] = "1"
    if history.signals:
        facts["rssi"] = history.signals[-1][1]
    elif isinstance(reading := facts.get("net:rssi"), int):
        facts["rssi"] = reading
    facts.update(told)
    release = history.marks.get(Kind.DEVICE_OS)
    if release is not None and release.name and version_key(release.name.split(" ")[0]):
        facts["device-os"] = release.name.split(" ")[0]
    if _SUPPLICANT_KINDS & history.marks.keys():
        # Only 0.7.0 and later print these, and only for Enterprise networks.
        key = version_key(str(facts.get("device-os", "")))
        if key is not None and key < _FIRST_ENTERPRISE:
            del facts["device-os"]
        if facts.get("eap") == "none":
            del facts["eap"]
    return facts


def told_codes(facts: Facts) -> list[int]:
    """Return the join codes told in place of a log."""
    text = str(facts.get("code", ""))
    return [int(part) for part in re.findall(r"-?\d{1,6}", text)]


def tried(facts: Facts) -> list[str]:
    """Return the ids of fixes that were tried without success."""
    return [part for part in str(facts.get("tried", "")).split(",") if part]


def _release(text: str) -> str:
    key = version_key(text)
    if key is None:
        raise FactError(f"{text!r} is no Device OS release; it looks like 1.5.2 or 0.8.0-rc.3")
    if key[0] > _LAST_MAJOR:
        raise FactError(
            f"Device OS {text} does not run on a Photon or P1, whose last release is 3.3.1; "
            "Photon 2, P2 and Gen 3 devices cannot join WPA2 Enterprise"
        )
    return text.strip().removeprefix("v")


def _codes(text: str) -> str:
    """The join codes in a list of numbers or symbols; several are joined by commas."""
    numbers: list[int] = []
    for part in re.split(r"[\s,;]+", text.strip()):
        number = parse_number(part)
        named = () if number is not None else by_symbol(part)
        found = (
            lookup(number, "join")
            if number is not None
            else [code for code in named if "join" in families()[code.family].contexts]
        )
        if not found or found[0].number is None:
            other = "".join(f" (but {families()[c.family].title})" for c in named[:1])
            raise FactError(
                f"{part!r} is no join result{other}; they look like 1006 or "
                "NOT_KEYED (several: 1006,1025); see: wpa2diag explain 1006"
            )
        numbers.append(found[0].number)
    return ",".join(map(str, numbers))


def _value(name: str, text: str) -> str:
    value = text.strip().lower()
    if name == "eap":
        value = value.removeprefix("eap-").replace("/mschapv2", "").replace("peapv0", "peap")
        value = "none" if value in _PERSONAL else value
    if name == "server":
        value = next((known for word, known in _SERVER_WORDS.items() if word in value), value)
    return {"true": "yes", "1": "yes"}.get(value, value) if name != "peap-version" else value


def _led(text: str) -> str:
    """The symbol of an LED state, with the crash code after a colon where one was counted."""
    crash = panic(text)
    states = [] if crash else led(text)
    if crash is None and not states:
        raise FactError(f"no LED state fits {text!r}; try colour and rhythm: green blinking fast")
    return f"red-sos:{crash.number}" if crash else states[0].symbol


def _elapsed(text: str) -> float:
    match = _ELAPSED.fullmatch(text.strip().replace(",", "."))
    if match is None:
        raise FactError(f"elapsed is a time such as 7s or 800ms, not {text!r}")
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


def vitals(text: str) -> dict[str, FactValue]:
    """Return the entries of a vitals object that a diagnosis asks for."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: value
        for name in _VITALS
        if isinstance(value := found.get(name), int) and not isinstance(value, bool)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    }
