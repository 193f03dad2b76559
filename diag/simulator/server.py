"""How a login ends: credentials against the server's policy and the release's TLS."""

from dataclasses import dataclass
from enum import Enum

from diag.simulator import pem
from diag.simulator.certificates import certificate_file
from diag.simulator.credentials import Credentials
from diag.simulator.scenario import Account, Server
from diag.simulator.traits import Traits

_VERSIONS = ("1.0", "1.1", "1.2", "1.3")
_LONG_HASHES = frozenset({"sha384", "sha512"})
_SMALLEST_RSA = 2048
_CHAIN_READ = 2


class Ending(Enum):
    """What the access point gets to see at the end of a login."""

    ACCEPT = "accept"
    REJECT = "reject"
    SILENCE = "silence"


class Stage(Enum):
    """How far the login came; it decides how long it took."""

    IDENTITY = "identity"
    HELLO = "hello"
    TUNNEL = "tunnel"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one login."""

    ending: Ending
    stage: Stage
    keys_agree: bool = True
    """After an acceptance: whether both sides derived the same keys."""


def _refused(stage: Stage) -> Outcome:
    return Outcome(Ending.REJECT, stage)


def _silent(stage: Stage) -> Outcome:
    return Outcome(Ending.SILENCE, stage)


class Radius:
    """The authentication server over all logins of a session; it counts wrong passwords."""

    def __init__(self, server: Server) -> None:
        """Start with no wrong password counted."""
        self._server = server
        self._wrong: dict[str, int] = {}

    def login(self, credentials: Credentials, traits: Traits) -> Outcome:
        """Return how a login of the device with what it stored ends.

        Args:
            credentials: an Enterprise network as stored; without an EAP method the device
                answers nothing (device-facts 3.4).
            traits: the device's release.
        """
        server = self._server
        if credentials.eap is None or not server.reachable:
            return _silent(Stage.IDENTITY)
        # Empty becomes "anonymous" on the air (5.3).
        outer = (credentials.outer_identity or b"anonymous").decode("latin-1")
        if server.outer == "account" and self._account(outer) is None:
            return _refused(Stage.IDENTITY)
        if server.outer == "realm" and not outer.lower().endswith("@" + server.realm):
            unrouted = Ending.REJECT if server.unrouted == "reject" else Ending.SILENCE
            return Outcome(unrouted, Stage.IDENTITY)
        if credentials.eap not in server.methods:
            return _refused(Stage.IDENTITY)
        if credentials.eap == "peap" and 0 not in server.peap_versions:
            return _silent(Stage.HELLO)
        return self._handshake(credentials, traits)

    def _handshake(self, credentials: Credentials, traits: Traits) -> Outcome:
        server = self._server
        version = min(server.tls_max, traits.tls_ceiling, key=_VERSIONS.index)
        # Servers refuse a version or a cipher right after the hello (testbeds 6).
        if _VERSIONS.index(version) < _VERSIONS.index(server.tls_min):
            return _refused(Stage.HELLO)
        usable = {"AES128-SHA"} | ({"AES128-SHA256"} if version == "1.2" else set[str]())
        if not usable & set(server.ciphers) or server.certificate_key != "rsa":
            return _refused(Stage.HELLO)
        if server.fragments_lost:
            return _silent(Stage.HELLO)
        if not self._device_trusts(credentials.root_ca, traits):
            # The device just stops (4.5).
            return _silent(Stage.TUNNEL)
        if credentials.eap == "tls":
            outcome = self._client_certificate(credentials)
        else:
            outcome = self._password(credentials)
        if outcome.ending is Ending.ACCEPT and version == "1.2" and not server.tls12_keys:
            return Outcome(Ending.ACCEPT, outcome.stage, keys_agree=False)
        return outcome

    def _device_trusts(self, root_ca: bytes, traits: Traits) -> bool:
        chain = self._server.chain
        if not traits.long_hashes and any(link.hash in _LONG_HASHES for link in chain):
            return False
        if not root_ca:
            return True
        root = pem.certificates_der(certificate_file(self._server.root))
        if root not in pem.split_der(root_ca):
            return False
        shape = pem.shape_of(root)
        if shape is None or (not traits.long_hashes and shape.hash in _LONG_HASHES):
            return False
        if len(chain) > _CHAIN_READ and not traits.chains_read:
            return False
        if not traits.sha1_verified and any(link.hash == "sha1" for link in chain):
            return False
        return all(link.bits >= _SMALLEST_RSA for link in chain)

    def _client_certificate(self, credentials: Credentials) -> Outcome:
        first = next(iter(pem.split_der(credentials.client_certificate)), b"")
        shape = pem.shape_of(first)
        root = pem.shape_of(pem.certificates_der(certificate_file(self._server.client_root)))
        if (
            shape is None
            or root is None
            or shape.issuer != root.subject
            or shape.expired
            or pem.public_key_of(credentials.private_key) != shape.public_key
        ):
            return _refused(Stage.TUNNEL)
        return Outcome(Ending.ACCEPT, Stage.TUNNEL)

    def _password(self, credentials: Credentials) -> Outcome:
        server = self._server
        if "mschapv2" not in server.inner:
            return _refused(Stage.TUNNEL)
        account = self._account(credentials.username.decode("latin-1"))
        wrong = _silent(Stage.TUNNEL) if server.mschap_retry else _refused(Stage.TUNNEL)
        if account is None:
            return wrong
        if account.locked or 0 < server.lock_after <= self._wrong.get(account.username, 0):
            return _refused(Stage.TUNNEL)
        # The device widens each byte to UTF-16 (5.3), which is reading it as Latin-1.
        if credentials.password.decode("latin-1") != account.password:
            self._wrong[account.username] = self._wrong.get(account.username, 0) + 1
            return wrong
        self._wrong.pop(account.username, None)
        if not account.admitted:
            return _refused(Stage.TUNNEL)
        return Outcome(Ending.ACCEPT, Stage.TUNNEL)

    def _account(self, name: str) -> Account | None:
        for account in self._server.accounts:
            if account.username.lower() == name.lower():
                return account
        return None
