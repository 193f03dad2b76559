"""Text from a device acts on nothing: not on a terminal, not on a page."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.cli.main import cli
from diag.inert import inert
from diag.recording import Header, Origin, Recorder
from diag.stream import Chunk, Direction, Fact, Item, Marker
from tests.running import run

NASTY: Final = (
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x9b2J\x85\x84",
    "\x1b[8mhidden\x1b[0m",
    "a\rb\x08\x08\x7f",
    "\u202egnp.exe\u202c\u2066x\u2069",
    "zero\u200bwidth\ufeff\u00ad",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[click](http://evil.example) ![x](http://evil.example/x.png)",
    "# heading",
    "**bold** _it_ `code` ~~x~~ | cell | --- |",
    "<http://evil.example> http://evil.example @everyone #1",
    "&lt;b&gt; &#x1b;",
    "{name} {0} %s %d ${x} $(id) `id`",
    "\U000e0041\u2028line\u2029",
)
_OWN_STYLE: Final = re.compile(r"\x1b\[(?:0|1|2|[34][0-7])m")
_ACTS: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad\U000e0000-\U000e0fff]"
)


def hostile_log(ssid: str) -> bytes:
    """A session with a hostile SSID, application prints and unknown lines."""
    text = ""
    for i in range(3):
        text += f"{1000 + i * 2000:010d} [hal.wlan] INFO: Joining {ssid}\r\n"
        text += (
            f"{1800 + i * 2000:010d} [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1025\r\n"
        )
    text += f"{ssid}\r\n0000009000 [{ssid}] INFO: {ssid}\r\n0000009100 [app] ERROR: {ssid}\r\n"
    text += f"RSSI: -40 {ssid}\r\n"
    return text.encode("utf-8", "surrogatepass")


def invoke(*words: str) -> Result:
    """Run with colours kept, as on a terminal; click would take escapes out otherwise."""
    return CliRunner().invoke(cli, list(words), color=True, catch_exceptions=False)


def assert_inert(result: Result, *, styled: bool = True) -> None:
    text = _OWN_STYLE.sub("", result.output) if styled else result.output
    match = _ACTS.search(text)
    assert match is None, ascii(text[max(0, match.start() - 60) : match.end() + 20])
    # Our own styles are opened and closed, so that none runs on.
    styles = _OWN_STYLE.findall(result.output)
    assert not styles or styles[-1] == "\x1b[0m"


def recording(path: Path, ssid: str) -> Path:
    items: list[Item] = [
        Chunk(0.0, Direction.OUTPUT, hostile_log(ssid)),
        Chunk(1.0, Direction.INPUT, ssid.encode("utf-8", "surrogatepass")),
        Marker(2.0, inert(ssid)),
        Fact(3.0, "note", ssid),
    ]
    header = Header(Origin.SIMULATED, tool="0", source=ssid, device=ssid, title=ssid)
    with Recorder.create(path, header) as recorder:
        for item in items:
            recorder.write(item)
    return path


def everything(folder: Path, text: str) -> Iterator[Result]:
    log = folder / "x.log"
    log.write_bytes(hostile_log(text))
    for form in ("text", "json", "markdown"):
        yield invoke("diagnose", str(log), "--format", form)
        yield invoke("diagnose", str(log), str(log), "--format", form)
        yield invoke("diagnose", f"{folder}/{text.replace('/', '')}", "--format", form)
    yield invoke("replay", str(log), "--instant")
    session = folder / "x.cast"
    session.unlink(missing_ok=True)
    yield invoke("replay", str(recording(session, text)), "--instant")
    yield invoke("replay", str(session), "--instant", "--from", text)
    for form in ("text", "json", "markdown"):
        yield invoke("diagnose", str(session), "--format", form)
    yield invoke("explain", "--", text)
    yield invoke("explain", "--json", "--", text)
    yield invoke("explain", f"0000001000 [hal.wlan] INFO: Joining {text}")
    yield invoke(
        "explain", f"0000001000 [{text}] ERROR: wiced_join_ap_specific(), result: 1025 {text}"
    )
    yield invoke("demo", "--", text)
    for option in ("--eap", "--device-os", "--led", "--code", "--fact", "--server", "--tried"):
        yield invoke("diagnose", f"{option}={text}", str(log))


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_no_control_character_comes_through(text: str, tmp_path: Path) -> None:
    for result in everything(tmp_path, text):
        assert_inert(result)
        assert "Traceback" not in result.output


@settings(max_examples=10)
@given(text=st.text(st.characters(exclude_characters="\0/"), min_size=1, max_size=20))
def test_no_text_acts_on_a_terminal(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    for result in everything(folder, text):
        assert_inert(result)


@pytest.mark.parametrize("text", [NASTY[0], NASTY[3], NASTY[6], "\x07\x1b[5n"], ids=ascii)
def test_mistakes_in_words_are_quoted_inertly(text: str) -> None:
    """Where the library complains and not we."""
    for words in (
        (text,),
        ("demo", "outer-identity", text),
        ("completion", text),
        ("diagnose", f"--{text}"),
        ("replay", "x", "--speed", text),
        ("diagnose", "--format", text),
    ):
        done = run(*words)
        assert done.code in (2, 3), words
        assert _ACTS.search(done.err) is None, words
        assert "Traceback" not in done.err


def test_the_network_name_is_still_shown(tmp_path: Path) -> None:
    """Inert does not mean gone: ordinary names of any script stay, escapes become visible."""
    path = tmp_path / "x.log"
    for name, shown in (
        ("Büro-Netz 东京", "Büro-Netz 东京"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\u202eb", "a\\u202eb"),
    ):
        path.write_bytes(hostile_log(name))
        assert shown in " ".join(invoke("diagnose", str(path)).stdout.split())
        found = json.loads(invoke("diagnose", str(path), "--format", "json").stdout)
        assert {attempt["ssid"] for attempt in found["attempts"]} <= {name, shown}


# -- Markdown ----------------------------------------------------------------------------------


def markdown(folder: Path, text: str) -> str:
    path = folder / "x.log"
    path.write_bytes(hostile_log(text))
    return invoke("diagnose", str(path), "--format", "markdown").stdout


def bare(text: str) -> str:
    """Markdown without what is escaped in it."""
    return re.sub(r"\\[!-/:-@\[-`{-~]|&lt;", "", text)


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_markup_is_inert(text: str, tmp_path: Path) -> None:
    ordinary, marked = markdown(tmp_path, "net"), markdown(tmp_path, text)
    # The same headings, cells, links, tags and emphasis as for a harmless name.
    for sign in ("<", "](", "![", "**", "`", "|", "\n#", "http:", "~~", "@", "$", "&"):
        assert bare(marked).count(sign) == bare(ordinary).count(sign), sign
    assert len(marked.splitlines()) == len(ordinary.splitlines())


def test_a_table_row_stays_a_row(tmp_path: Path) -> None:
    rows = [line for line in markdown(tmp_path, "a|b\\|c\\").splitlines() if line.startswith("| ")]
    assert len(rows) == 4
    for row in rows:
        unescaped = re.sub(r"\\\\", "", row)
        assert len(re.findall(r"(?<!\\)\|", unescaped)) == 7, row


def test_the_name_of_the_input_is_inert_too(tmp_path: Path) -> None:
    path = tmp_path / "<b>x\x1b[2J](http:\u202e).log"
    try:
        path.write_bytes(hostile_log("net"))
    except OSError as error:
        pytest.skip(f"no such file name on this system: {error}")
    for form in ("text", "json", "markdown"):
        result = invoke("diagnose", str(path), str(path), "--format", form)
        assert_inert(result)
        if form == "markdown":
            assert "<b>" not in result.stdout
            assert "](http" not in result.stdout
