"""Small logs in the device's grammar, and their diagnosis without a command line."""

from collections.abc import Mapping

from diag.cli.diagnose import command
from diag.cli.facts_options import told_facts
from diag.diagnosis import Diagnosis
from diag.session import Session
from diag.stream import Chunk, Direction, FactValue


def line(ms: int, text: str, level: str = "INFO", category: str = "hal.wlan") -> str:
    """One line of a release build's log."""
    return f"{ms:010d} [{category}] {level}: {text}\r\n"


def attempt(
    begin: int, code: int | None, took: int = 800, ssid: str = "net", *, enterprise: bool = True
) -> str:
    """One join attempt with its TRACE lines; without a code the log ends in it."""
    text = ""
    if enterprise:
        text += line(begin, "Free RAM before suppl: 46648", "TRACE")
        text += line(begin + 1, "Starting supplicant", "TRACE")
        text += line(begin + 20, "Supplicant started 0", "TRACE")
    text += line(begin + 30, f"Joining {ssid}")
    text += line(begin + 30, "Free RAM connect: 35264", "TRACE")
    if code is None:
        return text
    end = begin + 30 + took
    text += line(end, f"wiced_join_ap_specific(), result: {code}", "ERROR")
    if enterprise:
        text += line(end, "Stopping supplicant", "TRACE")
        text += line(end + 3, "Supplicant stopped", "TRACE")
    return text


def burst(*codes: int, took: int = 800, ssid: str = "net", enterprise: bool = True) -> str:
    """Attempts one after the other."""
    text = ""
    for i, code in enumerate(codes):
        text += attempt(1000 + i * (took + 400), code, took, ssid, enterprise=enterprise)
    return text


def diagnose(log: str | bytes = "", *args: str) -> Diagnosis:
    """Diagnose a log with options as the command line takes them."""
    context = command.make_context("diagnose", list(args))
    session = Session()
    session.tell(told_facts(context.params))
    data = log.encode() if isinstance(log, str) else log
    if data:
        session.feed(Chunk(0.0, Direction.OUTPUT, data))
    session.close()
    return session.diagnosis()


def causes(diagnosis: Diagnosis) -> list[str]:
    """The causes, the likeliest first."""
    return [cause.id for cause in diagnosis.causes]


def chances(diagnosis: Diagnosis) -> dict[str, float]:
    """The probability of each cause listed."""
    return {cause.id: cause.probability for cause in diagnosis.causes}


def observed(diagnosis: Diagnosis) -> set[str]:
    """What was observed."""
    return {item.id for item in diagnosis.observed}


def found(diagnosis: Diagnosis) -> set[str]:
    """Findings and warnings."""
    return {item.id for item in diagnosis.findings}


def plan(diagnosis: Diagnosis) -> list[str]:
    """The fixes in their order."""
    return [step.fix.id for step in diagnosis.plan]


def facts(diagnosis: Diagnosis) -> Mapping[str, FactValue]:
    """What was told or read beside the log."""
    return diagnosis.facts
