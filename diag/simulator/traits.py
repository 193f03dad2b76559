"""What one Device OS release and one application do differently from another."""

from dataclasses import dataclass
from functools import cache
from typing import Final

RELEASES: Final = (
    "0.7.0",
    "0.8.0-rc.12",
    "1.0.1",
    "1.1.1",
    "1.2.1",
    "1.3.1",
    "1.4.0",
    "1.4.1",
    "1.4.4",
    "1.5.2",
    "2.0.1",
    "2.2.0",
    "2.3.1",
    "3.0.0",
    "3.3.1",
)
"""The Device OS releases the simulator knows, oldest first."""

APPS: Final = (
    "none",
    "tinker",
    "tinkerdebug070",
    *(f"built-for-{release}" for release in RELEASES),
)
"""The applications: without a log handler, or with one that prints every level."""

MODULE_VERSIONS: Final = {
    "0.7.0": 207,
    "0.8.0-rc.12": 311,
    "1.0.1": 1002,
    "1.1.1": 1104,
    "1.2.1": 1213,
    "1.3.1": 1321,
    "1.4.0": 1401,
    "1.4.1": 1403,
    "1.4.4": 1406,
    "1.5.2": 1512,
    "2.0.1": 2011,
    "2.2.0": 2202,
    "2.3.1": 2302,
    "3.0.0": 3005,
    "3.3.1": 3302,
}
"""System module version of each release (device-facts 1.4)."""


def order(release: str) -> tuple[int, int, int, int]:
    """Return a key by which releases sort; a pre-release comes before its release."""
    number, _, candidate = release.partition("-rc.")
    major, minor, patch = (int(part) for part in number.split("."))
    return major, minor, patch, int(candidate) if candidate else 1_000_000


@dataclass(frozen=True, slots=True)
class Traits:
    """What a Device OS release does; the numbers are sections of device-facts."""

    release: str
    """Its name, as `v` prints it."""
    module_version: int
    """System module version (1.4)."""
    hal_log: bool
    """Whether `hal.*` lines are compiled in (2.6)."""
    cloud_log: bool
    """Whether system_task.cpp and protocol.cpp may print (2.6)."""
    tls_ceiling: str
    """Highest TLS version of the supplicant (5.6)."""
    long_hashes: bool
    """Whether SHA-384 and SHA-512 signatures are understood (5.6)."""
    sha1_verified: bool
    """Whether a loaded root CA verifies SHA-1 signatures (5.6, inferred)."""
    chains_read: bool
    """Whether the third certificate of a chain is read rightly (5.5)."""
    n_only_joins: bool
    """Whether access points that allow 802.11n only are joined (knowledge 4 I)."""
    diagnostics: bool
    """Whether `d` and the USB channel protocol exist (6.1, 6.6)."""
    join_feeds_diagnostics: bool
    """Whether the join's result reaches `net:err` (3.6)."""
    identity_in_lines: bool
    """Whether `i` prints secret and serial number on boards that have them (6.1)."""
    mac_while_listening: bool
    """Whether `m` knows the MAC address in listening mode (6.1)."""
    slots_validated: bool
    """Whether damaged stored networks are skipped (3.4)."""
    success_text_space: bool
    """Whether the success text has a space after "your device" (6.2)."""
    transmit_patience: float
    """Seconds a write waits for a host that does not read (2.14: 1000 or 2500 poll ticks,
    taken as milliseconds, inferred)."""
    new_internet_test: bool
    """Whether the internet test is the one of 2.0.0 and later (3.7)."""


@cache
def traits_of(release: str) -> Traits:
    """Return the traits of a release.

    Raises:
        ValueError: if the simulator does not know the release.
    """
    if release not in RELEASES:
        raise ValueError(
            f"the simulator has no Device OS {release}; choose one of {', '.join(RELEASES)}"
        )
    at = order(release)

    def since(first: str) -> bool:
        return at >= order(first)

    return Traits(
        release=release,
        module_version=MODULE_VERSIONS[release],
        hal_log=not since("2.0.0-rc.1"),
        cloud_log=since("2.0.0-rc.1"),
        tls_ceiling="1.1" if since("1.4.1-rc.1") else "1.2",
        long_hashes=since("0.8.0-rc.3"),
        sha1_verified=not since("1.1.0-rc.1"),
        chains_read=since("2.0.0-rc.1"),
        n_only_joins=since("1.1.0-rc.2"),
        diagnostics=since("0.8.0-rc.2"),
        join_feeds_diagnostics=since("0.8.0-rc.2"),
        identity_in_lines=since("1.4.1-rc.1"),
        mac_while_listening=not since("1.1.0-rc.1") or since("1.2.1"),
        slots_validated=since("1.4.4-rc.1"),
        success_text_space=since("1.5.0-rc.1"),
        transmit_patience=2.5 if since("2.0.0-rc.1") else 1.0,
        new_internet_test=since("2.0.0-rc.1"),
    )


@dataclass(frozen=True, slots=True)
class App:
    """What the flashed application brings (device-facts 11.3)."""

    name: str
    """One of `APPS`."""
    prints_log: bool
    """Whether it has a log handler on USB serial, at every level."""
    muted_listening: bool
    """Whether that handler is silent in listening mode."""


@cache
def app_of(name: str, release: str) -> App:
    """Return an application as it behaves on a release.

    Raises:
        ValueError: if there is no such application, or if it needs a newer release.
    """
    if name not in APPS:
        raise ValueError(f"the simulator has no application {name!r}; choose one of {APPS}")
    if name in {"none", "tinker"}:
        return App(name, prints_log=False, muted_listening=True)
    built_for = "0.7.0" if name == "tinkerdebug070" else name.removeprefix("built-for-")
    if order(built_for) > order(release):
        raise ValueError(
            f"an application built for {built_for} does not run on Device OS {release}; "
            "choose an older build or a newer release"
        )
    return App(name, prints_log=True, muted_listening=order(built_for) >= order("1.4.0"))
