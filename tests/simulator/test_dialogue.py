"""The console and the Wi-Fi dialogue, byte for byte (device-facts 6)."""

import json
import re
from dataclasses import replace

import pytest

from diag.simulator import RELEASES, Credentials, Photon, scenario
from diag.simulator.certificates import certificate_file
from diag.simulator.device import PromptRecord
from tests.simulator.typist import (
    AWESOME,
    CIPHER,
    DERP,
    EAP,
    NO_MEMORY,
    OUTER,
    PASSWORD,
    ROOT_CA,
    SECURITY,
    SSID,
    USERNAME,
    Typist,
)

NET = Credentials(ssid=b"CampusWLAN", eap="peap", username=b"alice", password=b"correct horse 7")
TLS = Credentials(
    ssid=b"CampusWLAN",
    eap="tls",
    client_certificate=certificate_file("client.pem"),
    private_key=certificate_file("client-key.pem"),
)


def at_console(name: str = "all-well", *, app: str = "none", release: str = "1.5.2") -> Typist:
    """Return a person whose device is in listening mode."""
    typist = Typist(Photon(scenario(name), release=release, app=app))
    typist.listen()
    return typist


@pytest.mark.parametrize("release", RELEASES)
def test_single_keys(release: str) -> None:
    typist = at_console(release=release)
    photon = typist.photon
    assert typist.press(b"i") == f"Your device id is {photon.device_id}\r\n"
    assert re.fullmatch("[0-9a-f]{24}", photon.device_id)
    assert typist.press(b"v") == f"system firmware version: {release}\n\r\n"
    assert typist.press(b"c") == "Device claimed: yes\r\n"
    mac = "00:00:00:00:00:00" if release == "1.1.1" else photon.mac
    assert typist.press(b"m") == f"Your device MAC address is\r\n{mac}\r\n"
    modules = typist.press(b"s")
    assert modules.endswith("}\r\n")
    assert json.loads(modules)["p"] == 6
    vitals = typist.press(b"d")
    if release == "0.7.0":
        assert vitals == ""
    else:
        assert vitals.endswith("}\r\n")
        assert json.loads(vitals)["net:stat"] == 2
    assert typist.press(b"zQ\r\n?") == ""
    assert photon.commands == b"ivcmsdzQ\r\n?"


def test_late_boards_print_identity_in_lines_from_1_4_1_on() -> None:
    pattern = r"Device ID: ([0-9a-f]{24})\r\nDevice Secret: \S{15}\r\nSerial Number: \S{15}\r\n"
    assert re.fullmatch(pattern, at_console("eduroam-realm", release="1.4.1").press(b"i"))
    assert at_console("eduroam-realm", release="1.4.0").press(b"i").startswith("Your device id is")


def test_a_claim_code_has_63_characters() -> None:
    typist = at_console()
    typist.type(b"C")
    typist.until("Enter 63-digit claim code: ")
    typist.type(b"short\n")
    typist.until("Sorry, claim code is not 63 characters long. Claim code unchanged.\r\n")
    typist.type(b"C")
    typist.until("Enter 63-digit claim code: ")
    typist.type(b"a" * 63 + b"\n")
    typist.until("\r\nClaim code set to: " + "a" * 63 + "\r\n")
    assert typist.photon.claim_code == b"a" * 63


def test_a_transfer_is_announced_and_aborted() -> None:
    typist = at_console()
    announced = "Waiting for the binary file to be sent ... (press 'a' to abort)\r\n"
    assert typist.press(b"f") == announced
    assert typist.press(b"ia") == ""
    assert typist.press(b"v").startswith("system firmware")


def test_x_leaves_and_the_network_is_joined_again() -> None:
    typist = at_console()
    assert typist.press(b"x") == ""
    assert not typist.photon.listening
    typist.watch(30.0)
    assert typist.photon.connected


def test_without_a_network_it_listens_and_comes_back_to_it() -> None:
    typist = Typist(Photon(scenario("no-credentials"), app="none"))
    typist.watch(10.0)
    assert typist.photon.listening
    assert typist.photon.led == "blue blinking"
    typist.type(b"x")
    typist.watch(10.0)
    assert typist.photon.listening


def test_l_restarts_into_listening_without_the_application() -> None:
    typist = at_console(app="tinkerdebug070")
    typist.type(b"L")
    assert typist.photon.presence == "none"
    typist.watch(5.0)
    typist.photon.set_dtr(True)
    assert typist.photon.listening
    assert typist.configure(NET) == AWESOME
    assert "[hal" not in typist.seen.split("SSID: ")[1]


@pytest.mark.parametrize("release", RELEASES)
def test_the_dialogue_of_every_release(release: str) -> None:
    typist = at_console("no-credentials", release=release)
    assert typist.configure(NET) == AWESOME
    space = "" if release in RELEASES[: RELEASES.index("1.5.2")] else " "
    assert typist.seen == (
        "SSID: CampusWLAN\r\n"
        "EAP Type 0=PEAP/MSCHAPv2, 1=EAP-TLS: 0\r\n"
        "Username: alice\r\n"
        "Password: correct horse 7\r\n"
        "Outer identity (optional): \r\n"
        "Root CA in PEM format (optional):\r\n\r\n"
        "Thanks! Wait while I save those credentials...\r\n\r\n"
        "Awesome. Now we'll connect!\r\n\r\n"
        f"If you see a pulsing cyan light, your device{space}\r\n"
        "has connected to the Cloud and is ready to go!\r\n\r\n"
        "If your LED flashes red or you encounter any other problems,\r\n"
        "visit https://www.particle.io/support to debug.\r\n\r\n"
        "    Particle <3 you!\r\n\r\n"
    )
    assert typist.photon.prompts[:3] == [
        PromptRecord(SSID, b"CampusWLAN\n"),
        PromptRecord(EAP, b"0\n"),
        PromptRecord(USERNAME, b"alice\n"),
    ]
    typist.watch(30.0)
    assert typist.photon.connected


def test_what_is_not_heard_is_asked_for() -> None:
    typist = at_console("hidden")
    assert typist.configure(replace(NET, cipher=1)) == AWESOME
    prompts = [record.prompt for record in typist.photon.prompts]
    assert prompts == [SSID, SECURITY, CIPHER, EAP, USERNAME, PASSWORD, OUTER, ROOT_CA]


def test_the_cipher_is_asked_even_of_an_open_network() -> None:
    typist = at_console("no-credentials")
    assert typist.configure(Credentials(b"Nowhere", security=0)) == AWESOME
    assert [record.prompt for record in typist.photon.prompts] == [SSID, SECURITY, CIPHER]


def test_prompts_repeat_until_the_answer_will_do() -> None:
    typist = at_console("hidden")
    typist.type(b"w")
    typist.until(SSID)
    typist.type(b"\n")
    typist.until(SSID)
    typist.type(b"Other\n")
    for wrong in (b"6\n", b"\n", b"x\n"):
        typist.until(SECURITY)
        typist.type(wrong)
    typist.until(SECURITY)
    typist.type(b"5\n")
    typist.until(CIPHER)
    typist.type(b"0\n")
    typist.until(CIPHER)
    typist.type(b"3\n")
    typist.until(EAP)


def test_backspaces_echo_and_delete() -> None:
    typist = at_console()
    typist.type(b"w")
    typist.until(SSID)
    typist.type(b"\x7fCampusX\x08WLAN\n")
    typist.until(EAP)
    assert "SSID: CampusX\x08WLAN\r\n" in typist.seen


def test_a_byte_too_many_ends_the_line() -> None:
    typist = at_console()
    typist.type(b"w")
    typist.until(SSID)
    typist.type(b"a" * 33)
    typist.until(SECURITY)
    assert f"SSID: {'a' * 32}\r\n" in typist.seen


def test_what_comes_with_an_answer_is_dropped_and_what_comes_in_the_scan_is_not() -> None:
    typist = at_console("hidden")
    typist.type(b"w")
    typist.until(SSID)
    typist.photon.send(b"CampusWLAN\n0\n")
    typist.watch(0.5)
    typist.type(b"5\n2\n")
    typist.until(CIPHER)
    assert typist.photon.prompts == [
        PromptRecord(SSID, b"CampusWLAN\n", drained=b"0\n"),
        PromptRecord(SECURITY, b"5\n", drained=b"2\n"),
        PromptRecord(CIPHER, b""),
    ]


def test_an_empty_password_is_stored_as_a_one() -> None:
    typist = at_console()
    assert typist.configure(replace(NET, password=b"")) == AWESOME
    assert typist.photon.stored == replace(NET, password=b"1")


def test_an_empty_username_is_refused_and_listening_ends_all_the_same() -> None:
    typist = at_console("wrong-password")
    before = typist.photon.stored
    assert typist.configure(replace(NET, username=b"")) == DERP
    typist.watch(2.0)
    assert not typist.photon.listening
    assert typist.photon.stored == before


def test_a_short_passphrase_is_refused_and_listening_goes_on() -> None:
    typist = at_console("personal-well")
    assert typist.configure(Credentials(b"HomeNet", 3, password=b"short")) == DERP
    typist.watch(2.0)
    assert typist.photon.listening


def test_certificate_and_key_are_stored_as_der() -> None:
    typist = at_console("eap-tls-well")
    assert typist.configure(replace(TLS, root_ca=certificate_file("root-ca.pem"))) == AWESOME
    stored = typist.photon.stored
    assert stored is not None
    for der in (stored.client_certificate, stored.private_key, stored.root_ca):
        assert der[:2] == b"\x30\x82"
    typist.watch(60.0)
    assert typist.photon.stored != scenario("eap-tls-well").user
    assert typist.photon.connected


def test_crlf_ends_a_block_after_its_first_line() -> None:
    typist = at_console("eap-tls-well")
    typist.type(b"w")
    typist.until(SSID)
    typist.type(b"CampusWLAN\n")
    typist.until(EAP)
    typist.type(b"1\n")
    typist.until("Client certificate in PEM format:\r\n")
    typist.type(TLS.client_certificate.replace(b"\n", b"\r\n")[:90])
    typist.watch(5.0)
    records = typist.photon.prompts
    assert records[2].answer == b"-----BEGIN CERTIFICATE-----\r\n"
    assert records[3].prompt == "Private key in PEM format:\r\n"
    assert records[3].answer.startswith(b"MII")


@pytest.mark.parametrize(
    "bad",
    [
        certificate_file("ec-root-ca.pem"),
        certificate_file("root-ca.pem").replace(b"A", b"*", 1),
        certificate_file("root-ca.pem") + certificate_file("ec-root-ca.pem"),
        b"not a certificate\n",
    ],
)
def test_a_bad_root_is_dropped_without_a_word(bad: bytes) -> None:
    typist = at_console()
    assert typist.configure(replace(NET, root_ca=bad)) == AWESOME
    assert typist.photon.stored == NET


def test_a_bundle_of_roots_is_stored_whole() -> None:
    bundle = certificate_file("other-root-ca.pem") + certificate_file("root-ca.pem")
    typist = at_console("all-well-root-ca")
    assert typist.configure(replace(NET, root_ca=bundle)) == AWESOME
    typist.watch(60.0)
    assert typist.photon.connected


@pytest.mark.parametrize(
    "key",
    [
        certificate_file("long-client-key.pem"),
        certificate_file("client-key.pem").replace(b"RSA PRIVATE", b"ENCRYPTED PRIVATE"),
        certificate_file("client-key.pem").replace(b"RSA PRIVATE", b"EC PRIVATE"),
        b"",
    ],
)
def test_a_bad_key_is_refused(key: bytes) -> None:
    typist = at_console()
    typist.type(b"w")
    typist.until(SSID)
    typist.type(b"CampusWLAN\n")
    typist.until(EAP)
    typist.type(b"1\n")
    typist.until("Client certificate in PEM format:\r\n")
    typist.type(TLS.client_certificate.strip() + b"\n\n")
    typist.until("Private key in PEM format:\r\n")
    # What is more than fits answers the next prompts.
    typist.type(key.strip() + b"\n\n")
    for _ in range(3):
        typist.watch(2.0)
        typist.type(b"\n")
    typist.watch(2.0)
    assert DERP in typist.seen


def test_without_memory_the_dialogue_ends() -> None:
    made = replace(scenario("no-credentials"), board=replace(scenario("low-heap").board, heap=3000))
    typist = Typist(Photon(made))
    assert typist.configure(NET) == NO_MEMORY
    assert typist.photon.stored is None


def test_low_memory_refuses_the_save() -> None:
    typist = at_console("low-heap", app="tinkerdebug070")
    assert typist.configure(NET) == DERP
    log = re.findall(r"\] \w+: (.*)\r\n", typist.seen.split("Thanks!")[1])
    assert log == ["Trying to set EAP credentials"]


def test_one_enterprise_network_and_five_in_all() -> None:
    typist = at_console("no-credentials")
    for name in (b"one", b"two", b"three", b"four", b"five", b"six"):
        personal = Credentials(name, 3, password=b"long enough")
        assert typist.configure(personal) == AWESOME
    assert [one.ssid for one in typist.photon.networks] == [
        b"six", b"five", b"four", b"three", b"two",
    ]  # fmt: skip
    assert typist.configure(NET) == AWESOME
    assert typist.configure(replace(NET, ssid=b"Elsewhere")) == AWESOME
    kept = [one.ssid for one in typist.photon.networks]
    assert kept == [b"Elsewhere", b"six", b"five", b"four", b"three"]


def test_an_enterprise_network_empties_the_slot_of_the_other() -> None:
    typist = at_console("wrong-password")
    assert typist.configure(Credentials(b"Elsewhere", 3, password=b"long enough")) == AWESOME
    assert typist.configure(replace(NET, ssid=b"Elsewhere")) == AWESOME
    assert [one.ssid for one in typist.photon.networks] == [b"Elsewhere", b""]
    assert typist.photon.stored == replace(NET, ssid=b"Elsewhere")


@pytest.mark.parametrize(
    ("app", "release", "mixed"),
    [
        ("tinkerdebug070", "0.7.0", True),
        ("tinkerdebug070", "1.5.2", True),
        ("built-for-1.3.1", "1.5.2", True),
        ("built-for-1.4.0", "1.5.2", False),
        ("tinkerdebug070", "2.3.1", False),
        ("tinker", "0.7.0", False),
    ],
)
def test_log_lines_mix_in_unless_the_application_is_muted(
    app: str, release: str, mixed: bool
) -> None:
    typist = at_console("no-credentials", app=app, release=release)
    assert typist.configure(NET) == AWESOME
    assert ("EAP config valid: 1" in typist.seen) == mixed


def test_chatter_goes_on_while_listening() -> None:
    typist = at_console("chatty")
    assert re.search(r"(tic|event|rh=|loop)", typist.watch(20.0))
