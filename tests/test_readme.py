"""What the README shows is what the program prints."""

from pathlib import Path

from tests.corpus import LOGS
from tests.running import run

README = Path(__file__).parent.parent / "README.md"


def test_the_first_example_is_what_comes_out() -> None:
    text = README.read_text("utf-8")
    start = text.index("$ wpa2diag diagnose photon.log")
    command, *shown = text[start : text.index("```", start)].splitlines()
    assert command.endswith('--device-os 1.5.2 --eap peap --outer-identity ""')
    log = str(LOGS / "nps-blank-outer-152.log")
    facts = ("--device-os", "1.5.2", "--eap", "peap", "--outer-identity", "")
    printed = run("diagnose", log, *facts).out.splitlines()
    assert [line for line in shown if line != "…" and line not in printed] == []
