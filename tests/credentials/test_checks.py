"""Every check: a profile it speaks of, and one nearly the same that it leaves alone."""

import string
from dataclasses import replace
from datetime import date
from typing import Any, Final, get_args

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.credentials.checks import Confidence, Context, Finding, Report, Severity, check
from diag.credentials.checks.registry import RULES
from diag.credentials.checks.table import entries
from diag.credentials.profile import Cipher, Eap, Noticed, Profile, Security
from diag.credentials.releases import release_key
from diag.stream.secrets import Secret
from errorcodes.model.confidence import CONFIDENCES as SHARED
from errorcodes.releases import releases, version_key
from tests.credentials.certificates import (
    certificate,
    ec_key,
    ed_key,
    huge_public_key,
    key_pem,
    pem,
    root,
    rsa_key,
    weakly_signed,
)

DAY: Final = date(2026, 6, 15)
MODERN: Final = "2.3.1"


def peap(**changes: Any) -> Profile:
    """A PEAP profile of which little is to be said."""
    changes = {k: Secret(v) if k == "password" else v for k, v in changes.items()}
    usual: dict[str, Any] = {
        "ssid": "campus",
        "username": "jane@campus.example",
        "password": Secret("correct horse"),
        "outer_identity": "jane@campus.example",
        "root_ca": pem(root()),
    }
    return Profile(**{**usual, **changes})


def tls(**changes: Any) -> Profile:
    """An EAP-TLS profile of which little is to be said."""
    changes = {k: Secret(v) if k == "private_key" else v for k, v in changes.items()}
    usual: dict[str, Any] = {
        "ssid": "campus",
        "eap": Eap.TLS,
        "outer_identity": "device@campus.example",
        "client_certificate": pem(certificate()),
        "private_key": Secret(key_pem(rsa_key())),
        "root_ca": pem(root()),
    }
    return Profile(**{**usual, **changes})


def personal(password: str, security: Security = Security.WPA2, **changes: Any) -> Profile:
    return Profile("home", security, eap=None, password=Secret(password), **changes)


def context(**changes: Any) -> Context:
    return replace(Context(DAY, MODERN), **changes)


def found(profile: Profile, **changes: Any) -> dict[str, Finding]:
    """Findings by id; of several with one id the worst."""
    findings = check(profile, context(**changes))
    return {finding.id: finding for finding in reversed(findings)}


Told = tuple[Profile, dict[str, Any]]


def _pairs() -> list[tuple[str, Told, Told]]:
    """Id of the check, a profile with context it speaks of, and a near miss."""
    return [
        # -- answers
        ("line-break-in-answer", (peap(password="one\n"), {}), (peap(password="one n"), {})),
        ("line-break-in-answer", (peap(username="a\rb"), {}), (peap(username="a.b"), {})),
        ("backspace-in-answer", (peap(username="ja\x08ne"), {}), (peap(username="jane"), {})),
        ("backspace-in-answer", (peap(password="ja\x7fne"), {}), (peap(password="ja~ne"), {})),
        ("control-in-answer", (peap(outer_identity="a\tb"), {}), (peap(outer_identity="a b"), {})),
        ("control-in-answer", (peap(ssid="a\x00"), {}), (peap(ssid="a"), {})),
        ("blank-at-the-edge", (peap(password=" pass"), {}), (peap(password="pa ss"), {})),
        ("ssid-missing", (peap(ssid=""), {}), (peap(ssid="x"), {})),
        ("ssid-too-long", (peap(ssid="x" * 33), {}), (peap(ssid="x" * 32), {})),
        ("ssid-too-long", (peap(ssid="é" * 17), {}), (peap(ssid="é" * 16), {})),
        ("ssid-not-ascii", (peap(ssid="café"), {}), (peap(ssid="cafe"), {})),
        ("eduroam-spelling", (peap(ssid="Eduroam"), {}), (peap(ssid="eduroam"), {})),
        ("username-missing", (peap(username=""), {}), (tls(username=""), {})),
        ("username-too-long", (peap(username="é" * 33), {}), (peap(username="e" * 64), {})),
        ("username-not-ascii", (peap(username="josé"), {}), (peap(username="jose"), {})),
        ("username-with-domain", (peap(username="AD\\jane"), {}), (peap(username="AD/jane"), {})),
        (
            "username-without-realm",
            (peap(username="jane", ssid="eduroam"), {}),
            (peap(username="jane"), {}),
        ),
        (
            "outer-too-long",
            (peap(outer_identity="x" * 65), {}),
            (peap(outer_identity="x" * 64), {}),
        ),
        (
            "outer-garbage",
            (peap(outer_identity="function trim() { [native code] }"), {}),
            (peap(outer_identity="functional-test@campus.example"), {}),
        ),
        (
            "outer-blank-nps",
            (peap(outer_identity=""), {"server": "nps"}),
            (peap(outer_identity=""), {"server": "freeradius"}),
        ),
        (
            "outer-not-username-nps",
            (peap(outer_identity="anonymous"), {"server": "nps"}),
            (peap(), {"server": "nps"}),
        ),
        (
            "outer-without-realm",
            (peap(outer_identity=""), {"eduroam": True}),
            (peap(outer_identity="x@campus.example"), {"eduroam": True}),
        ),
        (
            "outer-without-realm",
            (tls(outer_identity="anonymous", ssid="eduroam"), {}),
            (tls(outer_identity="anonymous"), {}),
        ),
        (
            "outer-other-realm",
            (peap(outer_identity="x@other.example"), {"eduroam": True}),
            (peap(outer_identity="x@CAMPUS.example"), {"eduroam": True}),
        ),
        (
            "outer-blank-tls",
            (tls(outer_identity=""), {"server": "nps"}),
            (tls(), {"server": "nps"}),
        ),
        (
            "outer-blank",
            (peap(outer_identity=""), {}),
            (peap(outer_identity=""), {"server": "nps"}),
        ),
        # -- passwords, security, cipher
        ("password-missing", (peap(password=""), {}), (peap(password="1"), {})),
        (
            "password-missing",
            (peap(password=""), {}),
            (peap(password=""), {"unresolved": frozenset({"password"})}),
        ),
        ("password-too-long", (peap(password="é" * 33), {}), (peap(password="e" * 64), {})),
        ("password-not-ascii", (peap(password="caf\xe9"), {}), (peap(password="cafe"), {})),
        ("passphrase-length", (personal("x" * 7), {}), (personal("x" * 8), {})),
        ("passphrase-length", (personal("f" * 65), {}), (personal("f" * 64), {})),
        ("passphrase-not-hex", (personal("g" * 64), {}), (personal("Fa" * 32), {})),
        (
            "wep-length",
            (personal("x" * 59, Security.WEP), {}),
            (personal("x" * 58, Security.WEP), {}),
        ),
        (
            "wep-unusual-length",
            (personal("x" * 6, Security.WEP), {}),
            (personal("x" * 13, Security.WEP), {}),
        ),
        ("network-open", (personal("", Security.OPEN), {}), (personal("correct horse"), {})),
        (
            "cipher-tkip",
            (peap(cipher=Cipher.TKIP), {}),
            (peap(cipher=Cipher.TKIP, security=Security.WPA_ENTERPRISE), {}),
        ),
        (
            "unused-entry",
            (peap(noticed=(Noticed("unused-entry", "pkcs12"),)), {}),
            (peap(), {}),
        ),
        (
            "secret-not-checked",
            (peap(), {"unresolved": frozenset({"password"})}),
            (peap(), {}),
        ),
        # -- certificates and keys as texts
        (
            "pem-layout",
            (peap(root_ca=pem(root()).replace("\n", "\r\n")), {}),
            (peap(root_ca=pem(root()).replace("\n", "\r\n")), {"via": "api"}),
        ),
        (
            "pem-layout",
            (peap(root_ca=pem(root()).replace("\n", "\n\n", 1)), {}),
            (peap(root_ca=pem(root(), root("Other"))), {}),
        ),
        (
            "pem-line-too-long",
            (tls(client_certificate=_one_line(pem(certificate()))), {}),
            (tls(), {}),
        ),
        (
            "pem-too-long",
            (peap(root_ca=pem(root(padding=2400))), {}),
            (peap(root_ca=pem(root(padding=1900))), {}),
        ),
        (
            "key-too-long",
            (tls(private_key=key_pem(rsa_key(3072))), {}),
            (tls(private_key=key_pem(rsa_key(3072))), {"via": "api"}),
        ),
        (
            "key-too-long",
            (tls(private_key=key_pem(rsa_key(3072))), {}),
            (tls(private_key=key_pem(rsa_key(), form=PrivateFormat.PKCS8)), {}),
        ),
        (
            "der-too-long",
            (peap(root_ca=pem(root(padding=3400))), {"via": "api"}),
            (peap(root_ca=pem(root(padding=2400))), {"via": "api"}),
        ),
        ("key-as-pem", (tls(), {"via": "api"}), (tls(), {})),
        (
            "key-in-certificate-file",
            (peap(root_ca=pem(root()) + key_pem(rsa_key())), {}),
            (peap(root_ca=pem(root(), certificate())), {}),
        ),
        (
            "same-certificate-twice",
            (tls(root_ca=pem(certificate())), {}),
            (tls(root_ca=pem(root())), {}),
        ),
        (
            "same-certificate-twice",
            (peap(root_ca=pem(root(), root())), {}),
            (peap(root_ca=pem(root(), root("Other"))), {}),
        ),
        ("pem-repaired", (peap(noticed=(Noticed("pem-repaired", "root_ca"),)), {}), (peap(), {})),
        ("converted", (peap(noticed=(Noticed("converted", "root_ca", "DER"),)), {}), (peap(), {})),
        (
            "pkcs12-rest-left-out",
            (tls(noticed=(Noticed("pkcs12-rest-left-out", "pkcs12", "2"),)), {}),
            (tls(), {}),
        ),
        # -- the client's certificate and key
        ("client-certificate-missing", (tls(client_certificate=""), {}), (tls(), {})),
        (
            "client-certificate-missing",
            (tls(client_certificate=""), {}),
            (tls(client_certificate=""), {"unresolved": frozenset({"client_certificate"})}),
        ),
        (
            "client-certificate-unreadable",
            (tls(client_certificate=_damaged(pem(certificate()))), {}),
            (tls(), {}),
        ),
        ("client-certificate-unreadable", (tls(client_certificate="hello"), {}), (tls(), {})),
        (
            "client-certificate-not-rsa",
            (tls(client_certificate=pem(certificate(key=ec_key()))), {}),
            (tls(client_certificate=pem(certificate(signer=ec_key()))), {}),
        ),
        (
            "client-certificate-small",
            (tls(client_certificate=pem(certificate(key=rsa_key(1024)))), {}),
            (tls(), {}),
        ),
        (
            "client-certificates-several",
            (tls(client_certificate=pem(certificate(), root())), {}),
            (tls(), {}),
        ),
        (
            "client-certificate-order",
            (tls(client_certificate=pem(root(), certificate())), {}),
            (tls(client_certificate=pem(certificate(), root())), {}),
        ),
        (
            "key-mismatch",
            (tls(private_key=key_pem(rsa_key(name="other"))), {}),
            (tls(client_certificate=pem(root(), certificate())), {}),
        ),
        (
            "client-certificate-expired",
            (tls(client_certificate=pem(certificate(last=-1))), {}),
            (tls(client_certificate=pem(certificate(last=0))), {}),
        ),
        (
            "client-certificate-not-yet-valid",
            (tls(client_certificate=pem(certificate(first=1))), {}),
            (tls(client_certificate=pem(certificate(first=0))), {}),
        ),
        (
            "client-certificate-expires-soon",
            (tls(client_certificate=pem(certificate(last=30))), {}),
            (tls(client_certificate=pem(certificate(last=31))), {}),
        ),
        (
            "client-certificate-expires-soon",
            (tls(client_certificate=pem(certificate(last=0))), {}),
            (tls(client_certificate=pem(certificate(last=-1))), {}),
        ),
        (
            "client-certificate-usage",
            (tls(client_certificate=pem(certificate(usage=(_SERVER_AUTH,)))), {}),
            (tls(client_certificate=pem(certificate(usage=()))), {}),
        ),
        (
            "client-certificate-is-authority",
            (tls(client_certificate=pem(certificate(authority=True))), {}),
            (tls(client_certificate=pem(certificate(authority=False))), {}),
        ),
        (
            "client-signature-weak",
            (tls(client_certificate=pem(weakly_signed(certificate(), "sha1"))), {}),
            (tls(client_certificate=pem(certificate())), {}),
        ),
        (
            "client-signature-late",
            (tls(client_certificate=pem(certificate(digest=hashes.SHA384()))), _OLD),
            (tls(client_certificate=pem(certificate(digest=hashes.SHA384()))), {}),
        ),
        ("private-key-missing", (tls(private_key=""), {}), (tls(), {})),
        ("private-key-unreadable", (tls(private_key="hello"), {}), (tls(), {})),
        (
            "private-key-unreadable",
            (tls(private_key=_damaged(key_pem(rsa_key()))), {}),
            (tls(private_key=key_pem(ed_key())), {}),
        ),
        (
            "key-encrypted",
            (tls(private_key=key_pem(rsa_key(), "pass", PrivateFormat.PKCS8)), {}),
            (tls(private_key=key_pem(rsa_key(), form=PrivateFormat.PKCS8)), {}),
        ),
        ("key-encrypted", (tls(private_key=key_pem(rsa_key(), "pass")), {}), (tls(), {})),
        ("key-not-rsa", (tls(private_key=key_pem(ec_key())), {}), (tls(), {})),
        # -- the root CA
        ("server-not-checked", (peap(root_ca=""), {}), (tls(root_ca=""), {})),
        ("server-not-checked-tls", (tls(root_ca=""), {}), (peap(root_ca=""), {})),
        ("root-ca-unreadable", (peap(root_ca=_damaged(pem(root()))), {}), (peap(), {})),
        ("root-ca-unreadable", (peap(root_ca="hello"), {}), (peap(root_ca=""), {})),
        (
            "root-ca-not-rsa",
            (peap(root_ca=pem(root(key=ec_key()))), {}),
            (peap(root_ca=pem(certificate(signer=ec_key(), authority=True))), {}),
        ),
        ("root-ca-not-rsa", (peap(root_ca=pem(root(key=ed_key()))), {}), (peap(), {})),
        (
            "root-ca-spoils-bundle",
            (peap(root_ca=pem(root(), root(key=ec_key()))), {}),
            (peap(root_ca=pem(root(key=ec_key()))), {}),
        ),
        ("root-ca-third", (peap(root_ca=_three_roots()), _OLD), (peap(root_ca=_two_roots()), _OLD)),
        (
            "root-ca-third",
            (peap(root_ca=_three_roots()), {"device_os": "1.5.2"}),
            (peap(root_ca=_three_roots()), {"device_os": "1.5.4-rc.1"}),
        ),
        (
            "root-ca-third",
            (peap(root_ca=_three_roots()), {"device_os": "2.0.0-alpha.3"}),
            (peap(root_ca=_three_roots()), {"device_os": "2.0.0-rc.1"}),
        ),
        (
            "root-ca-not-authority",
            (peap(root_ca=pem(certificate(authority=False))), {}),
            (peap(root_ca=pem(certificate(authority=True))), {}),
        ),
        (
            "root-ca-intermediate",
            (peap(root_ca=pem(certificate(authority=True))), {}),
            (peap(root_ca=pem(certificate(authority=True), root())), {}),
        ),
        (
            "root-ca-small",
            (peap(root_ca=pem(root(key=huge_public_key(2047), signer=rsa_key()))), {}),
            (peap(root_ca=pem(root(key=huge_public_key(2048), signer=rsa_key()))), {}),
        ),
        (
            "root-ca-large",
            (peap(root_ca=pem(root(key=huge_public_key(8192), signer=rsa_key()))), {}),
            (peap(root_ca=pem(root(key=huge_public_key(4096), signer=rsa_key()))), {}),
        ),
        (
            "root-ca-signature-weak",
            (peap(root_ca=pem(weakly_signed(root(), "sha1"))), {}),
            (peap(root_ca=pem(weakly_signed(root(), "sha1"))), {"device_os": "1.0.1"}),
        ),
        (
            "root-ca-signature-weak",
            (peap(root_ca=pem(weakly_signed(root(), "md5"))), {"device_os": "1.0.1"}),
            (peap(), {"device_os": "1.0.1"}),
        ),
        (
            "root-ca-signature-weak",
            (peap(root_ca=pem(weakly_signed(certificate(authority=True), "sha1"))), {}),
            (peap(root_ca=pem(certificate(authority=True))), {}),
        ),
        (
            "root-ca-signature-late",
            (peap(root_ca=pem(root(digest=hashes.SHA512()))), {"device_os": "0.8.0-rc.2"}),
            (peap(root_ca=pem(root(digest=hashes.SHA512()))), {"device_os": "0.8.0-rc.3"}),
        ),
        (
            "root-ca-expired",
            (peap(root_ca=pem(root(last=-1))), {}),
            (peap(root_ca=pem(root(last=0))), {}),
        ),
        (
            "server-name-not-checked",
            (peap(), {}),
            (peap(root_ca=pem(root("DigiCert Global Root"))), {}),
        ),
        (
            "server-name-not-checked-public",
            (peap(root_ca=pem(root("X1", organisation="Internet Security Research Group"))), {}),
            (peap(), {}),
        ),
        # -- release and server
        (
            "release-without-enterprise",
            (peap(), {"device_os": "0.6.4"}),
            (peap(), {"device_os": "0.7.0-rc.1"}),
        ),
        (
            "release-without-enterprise",
            (tls(), {"device_os": "0.6.4"}),
            (personal("correct horse"), {"device_os": "0.6.4"}),
        ),
        ("tls12-flaw", (peap(), {"device_os": "1.4.0"}), (peap(), {"device_os": "1.4.1"})),
        ("tls-ceiling", (peap(), {"device_os": "1.4.1"}), (peap(), {"device_os": "1.4.0"})),
        (
            "tls-ceiling-freeradius",
            (peap(), {"server": "freeradius"}),
            (peap(), {"server": "nps"}),
        ),
    ]


_OLD: Final = {"device_os": "0.7.0"}
_SERVER_AUTH: Final = ExtendedKeyUsageOID.SERVER_AUTH


def _one_line(text: str) -> str:
    head, *body, foot = text.splitlines()
    return f"{head}\n{''.join(body)}\n{foot}\n"


def _damaged(text: str) -> str:
    """The same PEM with another byte near the beginning of what it holds."""
    lines = text.splitlines()
    lines[1] = "AAAA" + lines[1][4:]
    return "\n".join(lines) + "\n"


def _two_roots() -> str:
    return pem(root(), root("Second"))


def _three_roots() -> str:
    return pem(root(), root("Second"), root("Third"))


PAIRS: Final = _pairs()


@pytest.mark.parametrize(
    ("id", "told", "near"), PAIRS, ids=[f"{n}-{id}" for n, (id, _, _) in enumerate(PAIRS)]
)
def test_a_check_applies_and_nearly_applies(id: str, told: Told, near: Told) -> None:
    finding = found(told[0], **told[1]).get(id)
    assert finding is not None
    assert finding.severity.value <= entries()[id].severity.value
    assert "{" not in finding.reason.replace("{ [native", "") + finding.remedy
    assert id not in found(near[0], **near[1])


def test_every_check_is_tried_here() -> None:
    assert {id for id, _, _ in PAIRS} == set(entries())


def test_a_check_reaches_the_severity_the_table_gives_it() -> None:
    """Milder findings are the exception; a severity that is never reached is a mistake."""
    worst: dict[str, int] = {}
    for id, (profile, changes), _ in PAIRS:
        worst[id] = max(worst.get(id, 0), found(profile, **changes)[id].severity.value)
    mild = {id for id, value in worst.items() if value < entries()[id].severity.value}
    assert mild == set()


# -- the table ---------------------------------------------------------------------------------


def test_table_and_functions_have_the_same_names() -> None:
    assert set(entries()) == set(RULES)


def test_what_is_inferred_never_refuses() -> None:
    for entry in entries().values():
        assert not (entry.confidence == "inferred" and entry.severity is Severity.REFUSE), entry.id


def test_entries_are_whole_sentences_with_a_source() -> None:
    for entry in entries().values():
        assert entry.source
        assert entry.title[0].isupper() or entry.title[0].isdigit()
        assert not entry.title.endswith(".")
        for text in (entry.reason, entry.remedy):
            assert text.strip() == text
            assert text[0].isupper() or text[0] in '{"'
        names = {name for _, name, _, _ in string.Formatter().parse(entry.reason) if name}
        assert names.isdisjoint({"password", "username"}), entry.id


def test_words_of_confidence_are_those_of_the_knowledge() -> None:
    assert set(SHARED) <= set(get_args(Confidence))


def test_releases_sort_as_everywhere() -> None:
    names = [release.version for release in releases() if "x" not in release.version]
    assert names
    assert sorted(names, key=release_key) == sorted(names, key=lambda n: version_key(n) or ())
    for name in names:
        assert release_key(name) == version_key(name)


# -- order, context, silence -------------------------------------------------------------------


def test_worst_come_first_and_always_in_the_same_order() -> None:
    profile = peap(ssid=" é ", username="", outer_identity="", root_ca="hello")
    findings = check(profile, context(server="nps"))
    values = [finding.severity.value for finding in findings]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 3
    assert findings == check(profile, context(server="nps"))
    report = Report(tuple(findings))
    assert (report.worst, report.refused) == (Severity.REFUSE, True)


def test_nothing_to_say_is_no_finding() -> None:
    assert check(personal("correct horse"), context()) == []
    assert Report(()).worst is None
    assert not Report(()).refused


@pytest.mark.parametrize("profile", [peap(), tls()])
def test_a_good_profile_has_notes_only(profile: Profile) -> None:
    assert {finding.severity for finding in check(profile, context())} <= {Severity.INFO}


def test_an_unknown_release_names_the_releases_and_is_milder() -> None:
    profile = peap(root_ca=pem(root(digest=hashes.SHA512())))
    known = found(profile, device_os="0.7.0")["root-ca-signature-late"]
    unknown = found(profile, device_os=None)["root-ca-signature-late"]
    assert known.severity is Severity.WARN
    assert "Device OS 0.7.0 " in known.reason
    assert unknown.severity is Severity.INFO
    assert "Device OS before 0.8.0-rc.3 " in unknown.reason


def test_figures_are_those_of_the_profile() -> None:
    assert "33 bytes" in found(peap(ssid="x" * 33))["ssid-too-long"].reason
    key = found(tls(private_key=key_pem(rsa_key(3072))))["key-too-long"].reason
    assert "RSA-3072" in key
    assert "2,047" in key
    order = found(tls(client_certificate=pem(root(), certificate())))["client-certificate-order"]
    assert "certificate 2 of 2" in order.reason
    soon = found(tls(client_certificate=pem(certificate(last=1))))
    assert "tomorrow (2026-06-16)" in soon["client-certificate-expires-soon"].reason


def test_a_key_noticed_in_a_file_only_warns_since_it_was_left_there() -> None:
    noticed = (Noticed("key-in-certificate-file", "root_ca"),)
    finding = found(peap(noticed=noticed))["key-in-certificate-file"]
    assert finding.severity is Severity.WARN


def test_a_hostile_name_in_a_certificate_is_inert() -> None:
    name = "\x1b[31mroot\u202e"
    reason = found(peap(root_ca=pem(root(name, last=-1))))["root-ca-expired"].reason
    assert "\x1b" not in reason
    assert "\u202e" not in reason
    assert "\\x1b[31mroot" in reason


def test_braces_in_a_certificate_are_only_text() -> None:
    reason = found(peap(root_ca=pem(root("{name.__class__}", last=-1))))["root-ca-expired"].reason
    assert '"{name.__class__}"' in reason


_texts = st.text(max_size=70)


@settings(max_examples=150)
@given(
    ssid=_texts,
    security=st.sampled_from(Security),
    eap=st.sampled_from([None, *Eap]),
    username=_texts,
    password=st.text(st.characters(min_codepoint=0x2C80, max_codepoint=0x2CFF), min_size=4),
    outer=_texts,
    client=_texts | st.just("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    root_ca=_texts | st.just(pem(root())),
    release=st.sampled_from([None, "0.6.4", "0.7.0", "1.5.2", "3.3.1"]),
)
def test_any_profile_is_checked_and_no_secret_is_told(
    ssid: str,
    security: Security,
    eap: Eap | None,
    username: str,
    password: str,
    outer: str,
    client: str,
    root_ca: str,
    release: str | None,
) -> None:
    profile = Profile(
        ssid,
        security,
        None,
        eap,
        username,
        Secret(password),
        outer,
        client,
        Secret(f"-----BEGIN PRIVATE KEY-----\n{password}\n-----END PRIVATE KEY-----\n"),
        root_ca,
    )
    findings = check(profile, context(device_os=release))
    text = repr(findings) + repr(profile)
    if password not in ssid + username + outer + client + root_ca:
        assert password not in text
    assert all(finding.where in Profile.__slots__ for finding in findings)
