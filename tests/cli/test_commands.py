"""The command line: help, exit codes, formats, several inputs, completion, imports."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.cli.exits import Exit
from diag.cli.main import cli
from diag.recording import Reader, Recorder
from diag.simulator import scenarios
from diag.simulator.certificates import certificate_file
from diag.stream import Marker
from errorcodes.causes import causes
from errorcodes.codes import codes
from errorcodes.fixes import fixes
from tests.corpus import LOGS, RECORDINGS, recordings, schema
from tests.running import ROOT, Command, environment, run

LOG: Final = LOGS / "nps-blank-outer-152.log"
COMMANDS: Final = ("explain", "diagnose", "replay", "demo", "check", "completion")
WITH_DEVICE: Final = (
    *("devices", "monitor", "fix", "identify", "vitals", "configure", "listen", "leave", "claim"),
)
EVERY: Final = (*COMMANDS, *WITH_DEVICE)
SILENT: Final = "hello from the application\n"
FOREIGN: Final = "0000001000 [ncp.at] TRACE: > AT\r\n" * 3
JOINED: Final = (
    "0000001000 [hal.wlan] INFO: Joining net\r\n"
    "0000004000 [hal.wlan] INFO: Bringing WiFi interface up with DHCP\r\n"
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the examples name, as working directory."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(LOG, tmp_path / "photon.log")
    (tmp_path / "logs").mkdir()
    shutil.copy(LOG, tmp_path / "logs" / "one.log")
    (tmp_path / "logs" / "two.log").write_text(JOINED, "utf-8")
    with (RECORDINGS / "outer-identity.cast").open("rb") as file:
        reader = Reader(file)
        items = list(reader)
        with Recorder.create(tmp_path / "session.cast", reader.header) as recorder:
            for item in items:
                recorder.write(item)
            recorder.write(Marker(items[-1].time, "fix applied"))
    (tmp_path / "campus.toml").write_text(
        'ssid = "campus"\nusername = "jane@university.example"\nroot_ca = "ca.pem"\n'
        'outer_identity = "anonymous@university.example"\n',
        "utf-8",
    )
    (tmp_path / "ca.pem").write_bytes(certificate_file("root-ca.pem"))
    return tmp_path


# -- help ----------------------------------------------------------------------------------


def examples() -> list[str]:
    """Every line of every help text that is a command to type."""
    found: list[str] = []
    for name in ("", *COMMANDS):
        words = [name, "--help"] if name else ["--help"]
        for text in CliRunner().invoke(cli, words).stdout.splitlines():
            typed = text.strip().split("  ")[0]
            if re.match(r"(particle [\w ]+\| )?wpa2diag ", typed):
                found.append(typed)
    return found


@pytest.mark.parametrize("name", EVERY)
def test_every_command_has_examples(name: str, command: Command) -> None:
    assert command(name, "--help").stdout.count(f"wpa2diag {name}") >= 2


@pytest.mark.parametrize("example", examples())
def test_example_of_the_help_runs(example: str, desk: Path, command: Command) -> None:
    words = shlex.split(example.split("wpa2diag ", 1)[1].split(" >", maxsplit=1)[0])
    result = command(*words, stdin=LOG.read_bytes())
    assert result.exit_code in (0, 1), result.output
    assert result.stderr == ""
    assert result.stdout


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(name: str, option: str, command: Command) -> None:
    result = command(name, option)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: wpa2diag {name}") or "Usage: " in result.stdout
    if name != "completion":
        assert "Exit codes:" in result.stdout


def test_without_words_the_help_is_shown(command: Command) -> None:
    result = command()
    assert result.exit_code == 0
    assert all(f"  {name} " in result.stdout for name in EVERY)
    assert command("--help").stdout == result.stdout


def test_version() -> None:
    done = run("--version")
    if "not installed" in done.out:
        pytest.skip("the package is not installed here; test_wheel looks at it")
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"wpa2diag, version \d+\.\d+\.\d+\n", done.out)


@pytest.mark.parametrize(
    ("typed", "meant"), [("explian", "explain"), ("diagnoze", "diagnose"), ("reply", "replay")]
)
def test_a_mistyped_command_is_guessed(typed: str, meant: str, command: Command) -> None:
    result = command(typed, "x")
    assert result.exit_code == 2
    assert f"Did you mean '{meant}'?" in result.stderr
    assert "wpa2diag --help" in result.stderr


def test_a_command_like_no_other_is_not_guessed(command: Command) -> None:
    result = command("xyzzy")
    assert result.exit_code == 2
    assert "Did you mean" not in result.stderr
    assert "wpa2diag --help" in result.stderr


# -- exit codes ------------------------------------------------------------------------------


def test_the_table_of_exit_codes() -> None:
    assert {code.name: code.value for code in Exit} == {
        "OK": 0,
        "FAULT": 1,
        "USAGE": 2,
        "INPUT": 3,
        "UNDECIDED": 4,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("diagnose joined.log", 0),
        ("diagnose photon.log", 1),
        ("diagnose --code 1025", 1),
        ("diagnose", 2),
        ("diagnose --nonsense", 2),
        ("diagnose --format yaml photon.log", 2),
        ("diagnose --eap magic photon.log", 2),
        ("diagnose --device-os one photon.log", 2),
        ("diagnose --code abc", 2),
        ("diagnose --elapsed soon --code 1025", 2),
        ("diagnose --led zxqv", 2),
        ("diagnose --led ''", 2),
        ("diagnose --tried prayer photon.log", 2),
        ("diagnose --server x photon.log", 2),
        ("diagnose --fact x photon.log", 2),
        ("diagnose --fact x=y photon.log", 2),
        ("diagnose --fact rssi=strong photon.log", 2),
        ("diagnose missing.log", 3),
        ("diagnose empty.log", 3),
        ("diagnose --format json empty.log", 3),
        ("diagnose --format markdown empty.log", 3),
        ("diagnose silent.log", 4),
        ("diagnose foreign.log", 4),
        ("diagnose --device-os 1.5.2", 4),
        ("diagnose joined.log photon.log empty.log silent.log", 1),
        ("diagnose joined.log empty.log silent.log", 3),
        ("diagnose joined.log silent.log", 4),
        ("diagnose joined.log joined.log", 0),
        ("explain 1007", 0),
        ("explain zxqv", 4),
        ("explain --json zxqv", 4),
        ("explain ''", 4),
        ("explain", 2),
        ("replay", 2),
        ("replay --speed 0 session.cast", 2),
        ("replay --speed fast session.cast", 2),
        ("replay --instant session.cast", 0),
        ("replay --instant photon.log", 1),
        ("replay missing.cast", 3),
        ("replay --instant --from nowhere session.cast", 3),
        ("replay --eap magic session.cast", 2),
        ("demo --instant", 0),
        ("demo --instant eduroam-no-realm", 1),
        ("demo --instant out-of-range", 1),
        ("demo --list", 0),
        ("demo nothing-like-it", 2),
        ("completion bash", 0),
        ("completion tcsh", 2),
        ("completion", 2),
    ],
)
def test_exit_code(words: str, code: int, desk: Path, command: Command) -> None:
    for name, text in (
        ("joined", JOINED),
        ("empty", ""),
        ("silent", SILENT),
        ("foreign", FOREIGN),
    ):
        (desk / f"{name}.log").write_text(text, "utf-8")
    result = command(*shlex.split(words))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    # Something is said, and errors go to standard error.
    assert result.stdout if code in (0, 1) else result.output
    if code == 2:
        assert result.stdout == ""


def test_errors_say_what_to_do(desk: Path, command: Command) -> None:
    for words, hint in (
        ("diagnose", "--code N"),
        ("diagnose --eap magic photon.log", "peap, tls"),
        ("diagnose --device-os one photon.log", "1.5.2"),
        ("diagnose --led zxqv", "green blinking"),
        ("diagnose --fact x=y photon.log", "known: "),
        ("diagnose --tried prayer photon.log", "set-outer-identity-to-username"),
        ("demo eduroam", "did you mean"),
        ("replay --instant --from nowhere session.cast", "fix applied"),
        ("explain zxqv", "1007"),
    ):
        assert hint in command(*shlex.split(words)).stderr, words


# -- explain ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", sorted({c.number for c in codes() if c.number is not None}))
def test_every_number_is_explained(number: int, command: Command) -> None:
    result = command("explain", str(number))
    assert result.exit_code == 0
    for code in codes():
        if code.number == number:
            assert code.symbol in result.stdout


def test_explaining_a_wide_value_names_the_code_in_it(command: Command) -> None:
    text = command("explain", "0x2000401").stdout
    assert "WWD_INVALID_JOIN_STATUS" in text
    assert "carries code 1025" in text


def test_explaining_a_line_takes_its_context(command: Command) -> None:
    line = "0000008489 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 16"
    both = json.loads(command("explain", "--json", "16").stdout)
    one = json.loads(command("explain", "--json", line).stdout)
    assert {r["family"] for r in both["results"]} == {"wiced", "cloud"}
    assert {r["family"] for r in one["results"]} == {"wiced"}
    assert one["line"]["id"]
    handshake = "0000012345 [system] WARN: Cloud handshake failed, code=16"
    cloud = json.loads(command("explain", "--json", handshake).stdout)
    assert {r["family"] for r in cloud["results"]} == {"cloud"}


def test_json_of_explain_holds_every_type(command: Command) -> None:
    found = json.loads(command("explain", "--json", "outer", "identity").stdout)
    assert found["schema"] == 1
    assert found["query"] == "outer identity"
    assert {"cause"} <= {record["type"] for record in found["results"]}
    nothing = json.loads(command("explain", "--json", "zxqv").stdout)
    assert (nothing["results"], nothing["line"]) == ([], None)


# -- diagnose --------------------------------------------------------------------------------


def test_formats_say_the_same(command: Command) -> None:
    args = ("--device-os", "1.5.2", "--eap", "peap", "--outer-identity", "", str(LOG))
    found = json.loads(command("diagnose", *args, "--format", "json").stdout)
    text = command("diagnose", *args).stdout
    marked = command("diagnose", *args, "--format", "markdown").stdout
    lead, first = found["causes"][0], found["plan"][0]
    for output in (text, marked):
        flat = " ".join(output.split())
        assert lead["title"] in flat
        assert first["title"] in flat
        assert f"{lead['probability']:.0%}" in flat
    assert f"`{lead['id']}`" in marked
    assert len(text.splitlines()) < 60


def test_text_is_one_screen_wide(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in (40, 60, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        for words in (("diagnose", str(LOG)), ("explain", "1007")):
            lines = command(*words).stdout.splitlines()
            paragraphs = [line for line in lines if "Next: " not in line and "(" not in line[:30]]
            assert max(map(len, paragraphs)) <= max(columns, 50), columns


def test_markdown_is_one_document_for_each_input(desk: Path, command: Command) -> None:
    result = command("diagnose", "--format", "markdown", "logs")
    assert result.stdout.count("\n# ") + result.stdout.startswith("# ") == 2
    assert "logs/one" in result.stdout.replace("\\", "")


def test_several_inputs_bring_a_verdict_each_and_a_summary(desk: Path, command: Command) -> None:
    (desk / "empty.log").touch()
    result = command("diagnose", "photon.log", "logs/two.log", "empty.log")
    assert result.exit_code == 1
    flat = " ".join(result.stdout.split())
    assert "photon.log fault: " in flat
    assert "logs/two.log no-fault: " in flat
    assert "empty.log unusable: empty.log is empty" in flat
    assert flat.endswith("3 inputs: 1 fault, 1 no-fault, 1 unusable")


def test_a_folder_leaves_out_what_is_no_log(desk: Path, command: Command) -> None:
    (desk / "logs" / "image.bin").write_bytes(bytes(500))
    result = command("diagnose", "--format", "json", "logs")
    found = json.loads(result.stdout)
    schema().validate(found)
    assert [r["source"] for r in found["results"]] == ["logs/one.log", "logs/two.log"]
    assert result.exit_code == 1


def test_told_facts_hold_for_every_input(desk: Path, command: Command) -> None:
    result = command("diagnose", "--format", "json", "logs", "--device-os", "1.5.2")
    for found in json.loads(result.stdout)["results"]:
        assert found["facts"]["device-os"] == "1.5.2"


def test_an_identity_told_is_in_no_output(command: Command) -> None:
    for form in ("text", "json", "markdown"):
        args = ("--code", "1025", "--outer-identity", "zaphod@example.org", "--format", form)
        assert "zaphod" not in command("diagnose", *args).output


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "diag.cli.main", "demo", "--list"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as errors:
        assert errors.read() == b""
    process.wait(30)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_terminal_is_served(encoding: str) -> None:
    for words in (("diagnose", str(LOG)), ("demo", "--instant"), ("--help",), ("diagnose", "-h")):
        done = subprocess.run(
            [sys.executable, "-m", "diag.cli.main", *words],
            cwd=ROOT,
            env={**environment(), "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert b"Traceback" not in done.stderr, words
        assert done.returncode in (0, 1)
        # click takes an ASCII terminal for a badly configured UTF-8 one.
        done.stdout.decode("utf-8" if encoding == "ascii" else encoding)


# -- never a traceback -------------------------------------------------------------------------

OPTIONS: Final = [
    "--help",
    "-h",
    "--json",
    "--format",
    "--device-os",
    "--eap",
    "--outer-identity",
    "--server",
    "--eduroam",
    "--led",
    "--tried",
    "--code",
    "--elapsed",
    "--fact",
    "--speed",
    "--instant",
    "--from",
    "--list",
    "--version",
    "--",
    "-",
    "-x",
]
VALUES: Final = [
    "json",
    "text",
    "markdown",
    "1.5.2",
    "peap",
    "tls",
    "7s",
    "1025,1006",
    "1007",
    "0x2000401",
    "-4",
    "eduroam=yes",
    "rssi=-50",
    "rssi=2",
    "server-log=accept",
    "net:err=1025",
    "green",
    "NOT_KEYED",
    "photon.log",
    "logs",
    "session.cast",
    "outer-identity",
    "bash",
    "10",
    "nps",
    "missing.log",
]
free = st.text(st.characters(exclude_characters="/\0", exclude_categories=()), max_size=12).filter(
    lambda text: text not in (".", "..")
)
words_of = st.lists(
    st.one_of(st.sampled_from([*OPTIONS, *VALUES, *COMMANDS, *list(fixes())[:3]]), free), max_size=7
)


@settings(max_examples=250)
@given(name=st.sampled_from(COMMANDS), words=words_of)
def test_no_words_bring_a_traceback(
    desk: Path, command: Command, name: str, words: list[str]
) -> None:
    result = command(name, *words)
    assert result.exit_code in {int(code) for code in Exit}
    assert "Traceback" not in result.output


@settings(max_examples=150)
@given(st.text(max_size=60))
def test_anything_can_be_asked_of_explain(command: Command, text: str) -> None:
    result = command("explain", "--", text)
    mistyped = re.fullmatch(r"--[a-z][a-z-]*", text) is not None
    assert result.exit_code in ((2,) if mistyped else (0, 4))


# -- demo and replay ---------------------------------------------------------------------------


def test_list_of_demos_names_every_recording_and_its_origin(command: Command) -> None:
    text = command("demo", "--list").stdout
    live, _, recorded = text.partition("\nRecordings:\n")
    assert re.findall(r"^  (\S+)  ", live, re.MULTILINE) == list(scenarios())
    listed = re.findall(r"^  (\S+)  ", recorded, re.MULTILINE)
    assert listed == [entry.name for entry in recordings()]
    flat = " ".join(text.split())
    assert flat.count("(real log)") == sum(name.startswith("real-") for name in listed)
    assert flat.count("(simulated)") == sum(not name.startswith("real-") for name in listed)


@pytest.mark.parametrize("name", [entry.name for entry in recordings()])
def test_a_replay_ends_with_the_diagnosis(name: str, command: Command) -> None:
    path = str(RECORDINGS / f"{name}.cast")
    played = command("demo", name, "--recorded", "--instant")
    diagnosed = command("diagnose", path)
    assert played.exit_code == diagnosed.exit_code
    assert played.stdout.endswith(diagnosed.stdout)
    assert command("replay", path, "--instant").exit_code == diagnosed.exit_code


def test_the_default_demo_shows_fault_fix_and_proof(command: Command) -> None:
    result = command("demo", "--instant")
    text = " ".join(result.stdout.split())
    fault, fix, proof = (
        text.index(word)
        for word in ("refuses the outer identity", "outer identity: (blank) ->", "FIXED connected")
    )
    assert fault < fix < proof
    assert result.exit_code == Exit.OK


# -- completion --------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(shell: str, command: Command, tmp_path: Path) -> None:
    result = command("completion", shell)
    assert result.exit_code == 0
    assert f"_WPA2DIAG_COMPLETE={shell}_complete" in result.stdout
    program = shutil.which(shell)
    if program is None:
        return
    script = tmp_path / "script"
    script.write_text(result.stdout, "utf-8")
    checked = subprocess.run([program, "-n", str(script)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ex", {"explain"}),
        ("d", {"devices", "diagnose", "demo"}),
        ("demo edu", {"eduroam-no-realm", "eduroam-realm"}),
        ("diagnose --out", {"--outer-identity"}),
        ("diagnose --format m", {"markdown"}),
    ],
)
def test_completion_offers(typed: str, offered: set[str]) -> None:
    words = f"wpa2diag {typed}"
    done = subprocess.run(
        [sys.executable, "-c", "from diag.cli.main import main; main()"],
        cwd=ROOT,
        env={
            **environment(),
            "_WPA2DIAG_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert {line.split(",", 1)[1] for line in done.stdout.splitlines()} == offered


# -- imports -----------------------------------------------------------------------------------

_IMPORTED: Final = """
import sys
from click.testing import CliRunner
from diag.cli.main import cli
result = CliRunner().invoke(cli, sys.argv[1:])
assert result.exit_code in (0, 1), result.output
print("\\n".join(sys.modules))
"""


def imported(*words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTED, *words],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_a_number_is_explained_without_the_rest() -> None:
    names = imported("explain", "1007")
    heavy = {"textual", "rich", "cryptography", "usb", "serial", "ahocorasick_rs"}
    assert not {name.split(".")[0] for name in names} & heavy
    rooms = ("tui", "device", "recording", "session", "tasks", "diagnosis", "log", "join")
    assert not [name for name in names if name.startswith(tuple(f"diag.{r}" for r in rooms))]


def test_a_diagnosis_needs_neither_terminal_ui_nor_device_libraries() -> None:
    names = imported("diagnose", str(LOG))
    assert "ahocorasick_rs" in names  # the test above would see it
    heavy = {"textual", "rich", "cryptography", "usb", "serial"}
    assert not {name.split(".")[0] for name in names} & heavy


def test_knowledge_is_listed_by_the_options() -> None:
    """What a diagnosis names, the options take."""
    for cause in causes().values():
        for cure in cause.cures:
            assert cure.fix in fixes()
