"""The dialogue against the simulated device, over a line that chops, delays and breaks off."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.credentials.profile import Eap, Profile, Security
from diag.device.dialogue.prompts import Prompt
from diag.device.simulated import SimulatedTransport
from diag.device.transport import DeviceError
from diag.simulator import Photon, scenario
from diag.simulator.certificates import certificate_file
from diag.stream.secrets import Secret
from diag.tasks.configuring import Stored, write_profile
from diag.tasks.live import Live
from diag.tasks.opened import Device
from diag.tasks.simulating import profile_of

RELEASES = ("0.7.0", "1.5.2", "2.3.1", "3.3.1")
APPS = ("tinkerdebug070", "tinker")
PEAP = Profile(
    "CampusWLAN", username="alice", password=Secret("hunter2 Password: "), outer_identity="anna"
)
PROFILES = {
    "peap": PEAP,
    "peap out of range": replace(PEAP, ssid="Nowhere"),
    "peap with root CA": replace(PEAP, root_ca=certificate_file("root-ca.pem").decode()),
    "blank outer": replace(PEAP, outer_identity=""),
    "personal": Profile("Home", Security.WPA2, eap=None, password=Secret("a pass phrase 9")),
    "open": Profile("Cafe", Security.OPEN, eap=None),
    "hostile names": replace(PEAP, ssid="SSID: ", username="Username: ", outer_identity="Derp. x"),
}
AUTHENTICATION = scenario("eap-tls-well").user
assert AUTHENTICATION is not None
PROFILES["tls"] = profile_of(AUTHENTICATION)


class Rough:
    """A transport that gives output in small pieces, late, and after a while none at all."""

    def __init__(self, inner: SimulatedTransport, seed: int, breaks_after: int | None) -> None:
        self._inner = inner
        self._random = Random(seed)
        self._left = breaks_after
        self._ahead = bytearray()
        self.name = inner.name

    def now(self) -> float:
        return self._inner.now()

    def read(self, timeout: float) -> bytes:
        if self._random.random() < 0.3:
            self._ahead += self._inner.read(min(timeout, self._random.random()))
        if not self._ahead:
            self._ahead += self._inner.read(timeout)
        size = self._random.randint(1, 9)
        data = bytes(self._ahead[:size])
        del self._ahead[:size]
        if self._left is None:
            return data
        data = data[: self._left]
        self._left -= len(data)
        return data

    def write(self, data: bytes) -> None:
        self._inner.write(data)

    def touch(self, baud: int) -> None:
        self._inner.touch(baud)

    def close(self) -> None:
        self._inner.close()


def allowed(profile: Profile) -> dict[str, set[bytes]]:
    """What each prompt may be given, erasures and our harmless letters left out."""

    def lines(text: str) -> bytes:
        return b"".join(line.strip() + b"\n" for line in text.encode().splitlines()) + b"\n"

    texts = {
        Prompt.SSID: profile.ssid.encode() + b"\n",
        Prompt.SECURITY: b"%d\n" % profile.security.value,
        Prompt.CIPHER: b"1\n",
        Prompt.EAP_TYPE: b"%d\n" % (profile.eap.value if profile.eap else 0),
        Prompt.USERNAME: profile.username.encode() + b"\n",
        Prompt.PASSWORD: profile.password.reveal().encode() + b"\n",
        Prompt.OUTER_IDENTITY: profile.outer_identity.encode() + b"\n",
        Prompt.CLIENT_CERTIFICATE: lines(profile.client_certificate),
        Prompt.PRIVATE_KEY: lines(profile.private_key.reveal()),
        Prompt.ROOT_CA: lines(profile.root_ca),
    }
    return {prompt.value.decode(): {text} for prompt, text in texts.items()}


def written(typed: bytes) -> bytes:
    """What is left of typed bytes once the erasing was done."""
    out = bytearray()
    for byte in typed:
        if byte in (0x08, 0x7F):
            if out and out[-1] != 0x0A:
                out.pop()
        else:
            out.append(byte)
    return bytes(out)


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(PROFILES)),
    st.sampled_from(RELEASES),
    st.sampled_from(APPS),
    st.sampled_from(["all-well", "chatty", "wrong-password"]),
    st.integers(0, 999),
    st.one_of(st.none(), st.integers(0, 1500)),
)
def test_nothing_is_typed_into_the_wrong_prompt_and_what_is_said_is_true(
    kind: str, release: str, app: str, network: str, seed: int, breaks_after: int | None
) -> None:
    profile = PROFILES[kind]
    if app == "tinker" and network == "chatty":
        app = "tinkerdebug070"
    photon = Photon(scenario(network), release=release, app=app, seed=seed % 7)
    live = Live(Rough(SimulatedTransport(photon), seed, breaks_after))
    begun = photon.now
    try:
        outcome = write_profile(Device(live), profile)
    except DeviceError:
        assert breaks_after is not None, "a whole line is enough to get into listening mode"
        outcome = None
    assert photon.now - begun < 600.0
    may = allowed(profile)
    for record in photon.prompts:
        given_ = written(record.answer)
        if not given_:
            continue
        whole = next(iter(may[record.prompt]))
        assert whole.startswith(given_) or not given_.strip(b"\n"), (record.prompt, given_)
    if outcome is not None and outcome.ok:
        stored = photon.stored
        assert stored is not None
        assert stored.ssid == profile.ssid.encode()
        if profile.eap is Eap.PEAP:
            assert stored.password == profile.password.reveal().encode()
            assert stored.username == profile.username.encode()
            assert stored.outer_identity == profile.outer_identity.encode()
        elif profile.eap is None:
            assert stored.security == profile.security.value
    elif breaks_after is None and outcome is not None:
        assert outcome.stored is Stored.REFUSED, outcome.reasons


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("kind", sorted(PROFILES))
def test_every_kind_of_network_is_stored_as_it_was_meant(kind: str, release: str) -> None:
    photon = Photon(scenario("out-of-range"), release=release)
    outcome = write_profile(Device(Live(SimulatedTransport(photon))), PROFILES[kind])
    assert outcome.ok, outcome.reasons
    assert photon.stored is not None
    assert photon.stored.ssid == PROFILES[kind].ssid.encode()
