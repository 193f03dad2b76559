"""The tables of knowledge: complete, sourced, and consistent among themselves."""

import csv
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final, get_args, get_type_hints

import pytest

from diag.diagnosis import STAGES
from errorcodes import by_symbol, codes, families, lookup, parse_number, plain_number
from errorcodes.causes import causes, lookalikes
from errorcodes.findings import findings
from errorcodes.fixes import fixes
from errorcodes.messages import messages
from errorcodes.model.codes import Led
from errorcodes.model.confidence import CONFIDENCES
from errorcodes.model.findings import Finding
from errorcodes.model.fixes import Fix
from errorcodes.observations import observations
from errorcodes.questions import questions
from errorcodes.releases import defects, releases, visibilities
from errorcodes.search import search

ROOT: Final = Path(__file__).parent.parent.parent
WICED_FAMILIES: Final = frozenset(
    [
        "wiced",
        "wwd",
        "wlan",
        "besl-wps",
        "resource",
        "tls",
        "supplicant",
        "platform",
        "tcpip",
        "p2p",
        "filesystem",
        "credentials",
    ]
)
PUBLIC_CAUSES: Final = [
    "outer-identity-rejected",
    "realm-missing",
    "credentials-rejected",
    "account-locked",
    "radius-unreachable",
    "tls12-key-derivation",
    "server-refuses-tls11",
    "no-shared-cipher",
    "peap-version-unsupported",
    "eap-method-unsupported",
    "inner-method-mismatch",
    "server-certificate-rejected",
    "client-certificate-rejected",
    "certificate-hash-unsupported",
    "credentials-not-stored",
    "heap-exhausted",
    "network-not-found",
    "five-ghz-only",
    "weak-signal",
    "n-only-access-point",
    "security-mode-mismatch",
    "pmf-or-wpa3-required",
    "mac-filtered",
    "association-refused",
    "wrong-passphrase",
    "dhcp-failed",
    "captive-portal",
    "cloud-unreachable",
    "cloud-keys",
    "stored-credentials-corrupt",
    "firmware-too-old",
    "reconnect-bug",
    "hardware-fault",
    "setup-tool-fault",
]
PUBLIC_FINDINGS: Final = [
    "supplicant-not-started",
    "radio-state-stale",
    "log-silent",
    "attempt-cancelled",
    "server-not-verified",
]


def sourced() -> list[object]:
    """Every record that has to say where it was read and how far to trust it."""
    return [
        *codes(),
        *causes().values(),
        *fixes().values(),
        *findings().values(),
        *observations().values(),
        *messages(),
        *defects(),
        *visibilities(),
    ]


def test_wiced_codes_are_those_of_the_list_both_ways() -> None:
    path = Path(__file__).parent / "wiced_codes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        listed = [(int(row["code"]), row["symbol"]) for row in csv.DictReader(file)]
    assert len(listed) == len(set(listed)) == 298
    ours = [(code.number, code.symbol) for code in codes() if code.family in WICED_FAMILIES]
    assert Counter(ours) == Counter(listed)


def test_every_family_is_described_and_used() -> None:
    assert {code.family for code in codes()} == set(families())
    assert set(families()) > WICED_FAMILIES
    for family in families().values():
        assert family.title
        assert family.printed_as
        assert family.source
        assert family.contexts, family.id


def test_every_code_says_what_it_means() -> None:
    for code in codes():
        assert code.meaning.strip(), code.id
        assert code.origin.strip(), code.id
        assert code.symbol.strip() == code.symbol, code.id
    names = Counter(code.id for code in codes())
    assert [name for name, count in names.items() if count > 1] == []


def test_every_record_has_a_source_and_a_known_confidence() -> None:
    for record in sourced():
        assert str(getattr(record, "source")).strip(), record  # noqa: B009 - of several types
        assert getattr(record, "confidence") in CONFIDENCES, record  # noqa: B009


def test_questions_lookalikes_and_releases_have_a_source() -> None:
    for record in (*questions().values(), *lookalikes(), *releases()):
        assert record.source.strip(), record


def test_words_of_a_closed_list_are_in_it() -> None:
    """TOML does not check a Literal."""
    fix_hints, finding_hints = get_type_hints(Fix), get_type_hints(Finding)
    for fix in fixes().values():
        assert fix.risk in get_args(fix_hints["risk"]), fix.id
        assert fix.who in get_args(fix_hints["who"]), fix.id
        assert fix.minutes >= 0, fix.id
        assert fix.steps, fix.id
        assert fix.title, fix.id
    for finding in findings().values():
        assert finding.kind in get_args(finding_hints["kind"]), finding.id
        assert finding.title, finding.id
        assert finding.text, finding.id
    rhythms = get_args(get_type_hints(Led)["rhythm"])
    for code in codes():
        assert code.led is None or code.family == "led", code.id
        assert code.led is None or code.led.rhythm in rhythms, code.id
    for cause in causes().values():
        assert cause.stage in STAGES, cause.id
        assert all(0 < cure.chance <= 1 for cure in cause.cures), cause.id
        assert cause.title, cause.id
        assert cause.summary, cause.id


@pytest.mark.parametrize("name", PUBLIC_CAUSES)
def test_public_cause_exists(name: str) -> None:
    assert name in causes()


@pytest.mark.parametrize("name", PUBLIC_FINDINGS)
def test_public_finding_exists(name: str) -> None:
    kind = "warning" if name == "server-not-verified" else "finding"
    assert findings()[name].kind == kind


def test_no_id_names_both_a_cause_and_a_finding() -> None:
    assert not set(causes()) & set(findings())


def test_every_reference_has_its_entry() -> None:
    for cause in causes().values():
        named = {*cause.evidence, *cause.rules_out, *cause.requires}
        assert named <= set(observations()), cause.id
        assert {cure.fix for cure in cause.cures} <= set(fixes()), cause.id
        assert len({cure.fix for cure in cause.cures}) == len(cause.cures), cause.id
    for finding in findings().values():
        assert set(finding.next) <= set(fixes()), finding.id
    for group in lookalikes():
        assert set(group.causes) <= set(causes())
        assert len(set(group.causes)) == len(group.causes) >= 2
    for question in questions().values():
        brought = {answer.observation for answer in question.answers} - {""}
        named = {*brought, *question.asked_when, *question.moot_when}
        assert named <= set(observations()), question.id


def test_nothing_speaks_for_a_cause_that_it_rules_out() -> None:
    for cause in causes().values():
        for name in cause.rules_out:
            assert cause.evidence.get(name, 0) <= 0, (cause.id, name)
            assert name not in cause.requires, (cause.id, name)


def test_every_cause_can_be_suspected_and_cured() -> None:
    for cause in causes().values():
        assert any(weight > 0 for weight in cause.evidence.values()), cause.id
        assert cause.cures, cause.id


def test_every_fix_can_come_up() -> None:
    """As the cure of a cause, or because a finding calls for it."""
    used = {cure.fix for cause in causes().values() for cure in cause.cures}
    used |= {name for finding in findings().values() for name in finding.next}
    assert set(fixes()) - used == set()


# -- numbers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "context", "expected"),
    [
        (2, "join", {"wwd", "wiced"}),
        (2, "supplicant", {"wiced"}),
        (2, "cloud", {"cloud"}),
        (2, "cloud-error", {"cloud-error"}),
        (2, "panic", {"panic"}),
        (2, "net:stat", {"net-stat"}),
        (2, "net:dconnrsn", {"net-dconnrsn"}),
        (16, "join", {"wiced"}),
        (16, "cloud", {"cloud"}),
        (6008, "join", {"platform"}),
        (6008, "supplicant", {"supplicant"}),
        (1025, "cloud", set[str]()),
    ],
)
def test_a_context_decides_between_colliding_families(
    number: int, context: str, expected: set[str]
) -> None:
    assert {code.family for code in lookup(number, context)} == expected


@pytest.mark.parametrize(("number", "least"), [(2, 5), (16, 2), (6008, 2)])
def test_without_a_context_every_family_is_named(number: int, least: int) -> None:
    found = lookup(number)
    assert all(code.number == number for code in found)
    assert len({code.family for code in found}) >= least
    assert {c.id for c in found} == {c.id for c in codes() if c.number == number}


def test_a_bare_number_is_first_taken_for_a_join_result() -> None:
    assert lookup(2)[0].family == "wwd"
    assert [code.symbol for code in lookup(1007)] == ["WWD_NOT_KEYED"]


def test_values_of_the_drivers_successor_are_reduced() -> None:
    assert plain_number(0x2000401) == 1025
    assert lookup(0x2000401) == lookup(1025)
    assert [plain_number(0x2000000 + n) for n in (0x3EE, 0x3EF, 0x400, 0x426)] == [
        1006,
        1007,
        1024,
        1062,
    ]
    assert plain_number(0x3000401) == 0x3000401  # another module's: not ours to read


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1007", 1007),
        (" -4 ", -4),
        ("+5", 5),
        ("0x2000401", 0x2000401),
        ("0X3EF", 1007),
        ("0007", 7),
        ("12x", None),
        ("", None),
        ("0x", None),
        ("\u0663", None),
        ("1" * 11, None),
    ],
)
def test_numbers_as_people_write_them(text: str, number: int | None) -> None:
    assert parse_number(text) == number


# -- words -----------------------------------------------------------------------


def ids(text: str) -> list[str]:
    return [str(getattr(record, "id")) for record in search(text)]  # noqa: B009


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("3 orange blinks", "led:orange-3-blinks"),
        ("orange three flashes", "led:orange-3-blinks"),
        ("green blinking", "led:green-blinking"),
        ("blinking green", "led:green-blinking"),
        ("green blinking fast", "led:green-blinking-fast"),
        ("light blue blinking", "led:cyan-blinking"),
        ("dark blue, blinking", "led:blue-blinking"),
        ("NOT_KEYED", "wwd:WWD_NOT_KEYED"),
        ("wwd_not_keyed", "wwd:WWD_NOT_KEYED"),
        ("not keyed", "wwd:WWD_NOT_KEYED"),
        ("sos 8 blinks", "panic:OutOfHeap"),
        ("outer identity", "outer-identity-rejected"),
        ("0x2000401", "wwd:WWD_INVALID_JOIN_STATUS"),
        ("16", "wiced:WICED_WOULD_BLOCK"),
    ],
)
def test_search_puts_it_first(text: str, first: str) -> None:
    assert ids(text)[0] == first


def test_search_of_words_finds_causes_among_others() -> None:
    assert "dhcp-failed" in ids("dhcp")
    assert "realm-missing" in ids("outer identity")
    assert "led:green-blinking-fast" not in ids("green blinking")[:1]


@pytest.mark.parametrize("text", ["", "  ", "zxqv", "\x1b[31m", "99999", "-", "🙂"])
def test_search_of_nothing_known_finds_nothing(text: str) -> None:
    assert ids(text) == []


def test_every_code_is_found_by_number_and_by_symbol() -> None:
    for code in codes():
        assert code in by_symbol(code.symbol), code.id
        if code.number is not None:
            assert code in lookup(code.number), code.id


# -- compiled tables -------------------------------------------------------------

READ = """
import json, sys, dataclasses
from errorcodes import _store
from errorcodes.causes import causes, lookalikes
from errorcodes.codes import codes, families
from errorcodes.findings import findings
from errorcodes.fixes import fixes
from errorcodes.messages import messages
from errorcodes.observations import observations
from errorcodes.questions import questions
from errorcodes.releases import defects, releases, visibilities
parsed = []
real = _store._parse
_store._parse = lambda sources: parsed.append(len(sources)) or real(sources)
tables = (codes(), families(), causes(), lookalikes(), findings(), fixes(), messages(),
          observations(), questions(), releases(), defects(), visibilities())
print(json.dumps({"parsed": len(parsed), "tables": repr(tables)}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package without compiled tables, to compile in and to change."""
    folder = tmp_path_factory.mktemp("knowledge")
    shutil.copytree(
        ROOT / "errorcodes",
        folder / "errorcodes",
        ignore=shutil.ignore_patterns("__pycache__", "_compiled.json"),
    )
    return folder


def run(folder: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


COMPILE = "from errorcodes._store import compile_rooms; compile_rooms()"


def test_compiled_tables_are_the_toml_tables_and_stale_ones_are_not_used(copy: Path) -> None:
    from_toml = json.loads(run(copy, READ))
    assert from_toml["parsed"] >= 8
    run(copy, COMPILE)
    rooms = {path.parent for path in (copy / "errorcodes").glob("*/*.toml")}
    assert {path.parent for path in (copy / "errorcodes").glob("*/_compiled.json")} == rooms
    compiled = json.loads(run(copy, READ))
    assert compiled == {"parsed": 0, "tables": from_toml["tables"]}

    # An entry changed after the compilation counts.
    table = copy / "errorcodes" / "fixes" / "fixes.toml"
    before = table.read_text("utf-8")
    title = fixes()["move-closer"].title
    table.write_text(before.replace(title, f"{title} indeed"), "utf-8")
    changed = json.loads(run(copy, READ))
    assert changed["parsed"] == 1
    assert f"{title} indeed" in changed["tables"]

    # So does a new file, and a wheel without TOML needs none.
    table.write_text(before, "utf-8")
    run(copy, COMPILE)
    (table.parent / "more.toml").write_text(
        '[move-away]\ntitle = "x"\nsteps = ["y"]\nminutes = 1\nrisk = "none"\nrisk_text = ""\n'
        'action = ""\nwho = "user"\ncaution = ""\nsource = "test"\nconfidence = "read"\n',
        "utf-8",
    )
    assert "move-away" in run(copy, READ)
    for source in (copy / "errorcodes").glob("*/*.toml"):
        source.unlink()
    assert json.loads(run(copy, READ)) == compiled
