"""Scenarios: what the network does, what is stored, and what the user really knows."""

from dataclasses import dataclass, field
from typing import Final

from diag.simulator.credentials import Credentials
from diag.simulator.traits import order

CURES: Final = (
    "set-outer-identity",
    "set-credentials",
    "upgrade-device-os",
    "restart-radio",
    "none",
)
"""What can be done about a scenario from the device; `none` where nothing can."""

_ENTERPRISE: Final = 5


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """One access point (or one band of it)."""

    ssid: str
    security: int = _ENTERPRISE
    """As `Credentials.security`."""
    cipher: int = 1
    """As `Credentials.cipher`."""
    band: str = "2.4"
    """`2.4` or `5` GHz."""
    signal: int = -55
    """dBm at the device."""
    hidden: bool = False
    n_only: bool = False
    """Whether it allows 802.11n rates only."""
    pmf_required: bool = False
    """Whether it requires protected management frames."""
    mac_filter: str = "off"
    """`off`, `refuse` or `ignore` (what it does with a device that is not listed)."""
    passphrase: str = ""
    """For a personal network."""


@dataclass(frozen=True, slots=True)
class Account:
    """One user of the authentication server."""

    username: str
    password: str = ""
    locked: bool = False
    admitted: bool = True
    """Whether the server's policy lets this user onto the network."""


@dataclass(frozen=True, slots=True)
class Link:
    """One certificate of the chain that the server sends."""

    hash: str = "sha256"
    bits: int = 2048


@dataclass(frozen=True, slots=True)
class Server:
    """The authentication server."""

    reachable: bool = True
    outer: str = "any"
    """Which outer identities it takes: `any`, `account` (of a known user, as the default
    policy of NPS) or `realm` (those that end in `@` and its realm)."""
    realm: str = ""
    unrouted: str = "silent"
    """What becomes of an outer identity without the realm: `silent` or `reject`."""
    methods: tuple[str, ...] = ("peap", "tls")
    peap_versions: tuple[int, ...] = (0,)
    tls_min: str = "1.0"
    tls_max: str = "1.2"
    tls12_keys: bool = True
    """Whether the keys derived under TLS 1.2 agree with those of the device."""
    ciphers: tuple[str, ...] = ("AES128-SHA", "AES128-SHA256")
    certificate_key: str = "rsa"
    """`rsa` or `ec`: key of the server's certificate."""
    chain: tuple[Link, ...] = (Link(), Link())
    """The certificates it sends, its own first, without the root."""
    root: str = "root-ca.pem"
    """File of the root certificate its chain leads to."""
    client_root: str = "root-ca.pem"
    """File of the root certificate it takes client certificates from."""
    fragments_lost: bool = False
    """Whether its large messages get lost on the way."""
    inner: tuple[str, ...] = ("mschapv2",)
    mschap_retry: bool = False
    """Whether it answers a wrong password with a retry instead of an end."""
    lock_after: int = 0
    """Wrong passwords after which it locks an account; 0 for never."""
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class Internet:
    """What is behind the access point."""

    dhcp: str = "ok"
    """`ok` or `empty` (the pool has no address left)."""
    portal: bool = False
    """Whether a log-in page catches everything."""
    cloud: bool = True
    """Whether the way to the cloud is open."""


@dataclass(frozen=True, slots=True)
class Board:
    """The device itself."""

    heap: int = 51_600
    """Free bytes before a join."""
    claimed: bool = True
    serial_number: bool = False
    """Whether it was made late enough to have one, with a device secret."""
    wedged: bool = False
    """Whether its radio chip is stuck until the next power cycle or reset."""
    chatter: bool = False
    """Whether the application prints lines of its own."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is true of a scenario on a range of releases."""

    truth: tuple[str, ...]
    cure: str
    cured_by: str
    since: str = ""
    """First release it holds for; empty for no limit."""
    below: str = ""
    """First release it holds for no longer; empty for no limit."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One fault, or none, to try a diagnosis on."""

    name: str
    title: str
    truth: tuple[str, ...]
    """Ids of the causes that are right (`errorcodes.causes`); empty if nothing is wrong."""
    cure: str
    """One of `CURES`."""
    cured_by: str
    """The same as a sentence."""
    access_points: tuple[AccessPoint, ...] = ()
    server: Server = Server()
    internet: Internet = Internet()
    board: Board = Board()
    stored: tuple[Credentials, ...] = ()
    """What the device has stored at power-on, the newest network first."""
    user: Credentials | None = None
    """What the user really has; None if no network is for the user."""
    by_release: tuple[Verdict, ...] = field(default=())

    def on(self, release: str) -> Verdict:
        """Return what is true on a release."""
        at = order(release)
        for verdict in self.by_release:
            if verdict.since and at < order(verdict.since):
                continue
            if verdict.below and at >= order(verdict.below):
                continue
            return verdict
        return Verdict(self.truth, self.cure, self.cured_by)
