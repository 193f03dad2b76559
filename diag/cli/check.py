"""`wpa2diag check`."""

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from diag.cli.exits import Exit, Failure
from diag.cli.paint import fancy, heading, wrap
from diag.credentials.checks.model import CONFIDENCES, Context, Finding, Report, Server, Severity
from diag.credentials.errors import ProfileError
from diag.inert import inert

if TYPE_CHECKING:
    from diag.credentials.sources import SecretSource
    from diag.stream.secrets import Secret

SCHEMA_VERSION: Final = 1
_LAST_MAJOR: Final = 3
_COLOURS: Final = {Severity.REFUSE: "red", Severity.WARN: "yellow", Severity.INFO: "cyan"}
_SIGNS: Final = {
    Severity.REFUSE: ("✗", "x"),
    Severity.WARN: ("!", "!"),
    Severity.INFO: ("·", "."),
}
_WORST_FIRST: Final = (Exit.FAULT, Exit.INPUT, Exit.OK)

_Result = tuple[str, Report | str]
"""A profile with its report, or with why it cannot be used."""


@click.command("check")
@click.argument(
    "profiles", nargs=-1, metavar="PROFILE…", type=click.Path(readable=False, path_type=str)
)
@click.option("--device-os", metavar="X.Y.Z", help="Device OS release, such as 1.5.2.")
@click.option(
    "--server",
    type=click.Choice(get_args(Server), case_sensitive=False),
    help="Authentication server.",
)
@click.option("--eduroam", is_flag=True, help="The network is eduroam under another name.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the findings.",
)
@click.option("--no-secrets", is_flag=True, help="Ask for no password; say what is left out.")
@click.option("--strict", is_flag=True, help="Exit 1 on warnings too.")
@click.option("--example", is_flag=True, help="Print a commented profile to start from.")
def command(
    profiles: tuple[str, ...],
    device_os: str | None,
    server: Server | None,
    eduroam: bool,
    form: str,
    no_secrets: bool,
    strict: bool,
    example: bool,
) -> None:
    """Check a Wi-Fi profile and its certificates before a device gets them.

    PROFILE is a TOML file; the certificate and key files it names are read too: PEM
    in any condition, DER, PKCS#7 or PKCS#12. Nothing is written, to no device and
    no file. Passwords are asked for on a terminal only.

    \b
    wpa2diag check --example > campus.toml
    wpa2diag check campus.toml
    wpa2diag check campus.toml --device-os 1.5.2 --server nps
    wpa2diag check campus.toml --no-secrets --format json

    Exit codes: 0 can be written, with or without warnings, 1 refused (with --strict
    also on warnings), 2 wrong usage, 3 profile unusable. With several profiles the
    first of 1, 3, 0 that occurs.
    """
    if example:
        if profiles:
            raise Failure("--example stands alone", Exit.USAGE)
        from diag.tasks.checking import example_profile

        click.echo(example_profile(), nl=False)
        return
    if not profiles:
        raise Failure("name a profile, or print one to start from with --example", Exit.USAGE)
    # The one clock of this command; checks are told the day.
    today = date.today()
    context = Context(today, _release(device_os), server, eduroam)
    secrets = None if no_secrets else _secrets()
    results = [_one(path, context, secrets) for path in profiles]
    if form == "json":
        _echo_json(results)
    if len(results) == 1 and isinstance(results[0][1], str):
        raise Failure(results[0][1])
    if form == "text":
        _echo_text(results)
    codes = {_exit(result, strict=strict) for _, result in results}
    sys.exit(next(code for code in _WORST_FIRST if code in codes))


def _release(text: str | None) -> str | None:
    if text is None:
        return None
    from diag.credentials.releases import release_key

    try:
        major = release_key(text)[0]
    except ValueError as error:
        raise Failure(str(error), Exit.USAGE) from None
    if major > _LAST_MAJOR:
        raise Failure(
            f"Device OS {text} does not run on a Photon or P1, whose last release is 3.3.1",
            Exit.USAGE,
        )
    return text.strip().removeprefix("v")


def _secrets() -> "SecretSource":
    from diag.tasks.secret_sources import SecretSources

    return SecretSources(_prompt if sys.stdin.isatty() and sys.stderr.isatty() else None)


def _prompt(label: str) -> "Secret":
    from diag.stream.secrets import Secret

    text: str = click.prompt(
        label[:1].upper() + label[1:], hide_input=True, default="", show_default=False, err=True
    )
    return Secret(text)


def _one(path: str, context: Context, secrets: "SecretSource | None") -> _Result:
    from diag.tasks.checking import check_profile

    try:
        return path, check_profile(path, context, secrets)
    except ProfileError as error:
        return path, str(error)


def _exit(result: Report | str, *, strict: bool) -> Exit:
    if isinstance(result, str):
        return Exit.INPUT
    warned = strict and result.worst is Severity.WARN
    return Exit.FAULT if result.refused or warned else Exit.OK


def _echo_json(results: list[_Result]) -> None:
    """Print one object a profile.

    With one profile: `schema`, `profile`, `worst` (`refuse`, `warn`, `info` or null) and
    `findings`, worst first, each with `id`, `severity`, `title`, `reason`, `remedy`,
    `where`, `confidence` and `source`. A profile that cannot be used has `error` in place
    of `worst` and `findings`. With several profiles: `schema` and `results`.
    """
    shown = [_json(path, result) for path, result in results]
    alone = len(shown) == 1
    value = shown[0] if alone else {"schema": SCHEMA_VERSION, "results": shown}
    click.echo(json.dumps(value, indent=2, ensure_ascii=True))


def _json(path: str, result: Report | str) -> dict[str, Any]:
    head = {"schema": SCHEMA_VERSION, "profile": inert(path)}
    if isinstance(result, str):
        return {**head, "error": result}
    return {
        **head,
        "worst": None if result.worst is None else result.worst.word,
        "findings": [
            {
                "id": finding.id,
                "severity": finding.severity.word,
                "title": finding.title,
                "reason": finding.reason,
                "remedy": finding.remedy,
                "where": finding.where,
                "confidence": finding.confidence,
                "source": finding.source,
            }
            for finding in result.findings
        ],
    }


def _echo_text(results: list[_Result]) -> None:
    for number, (path, result) in enumerate(results):
        if number:
            click.echo()
        if isinstance(result, str):
            click.echo(heading(inert(path)))
            click.echo(wrap(result, "  unusable: "))
            continue
        click.echo(heading(f"{inert(path)}: {_verdict(result)}"))
        for finding in result.findings:
            click.echo()
            echo_finding(finding)


def _verdict(report: Report) -> str:
    counts = {
        severity: sum(finding.severity is severity for finding in report.findings)
        for severity in Severity
    }
    parts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for severity, word in (
            (Severity.REFUSE, "reason to refuse"),
            (Severity.WARN, "warning"),
            (Severity.INFO, "note"),
        )
        if (count := counts[severity])
    ]
    head = "not to be written" if report.refused else "can be written"
    listed = ", ".join(parts).replace("reason to refuses", "reasons to refuse")
    return f"{head} ({listed})" if listed else f"{head}, nothing to say against it"


def echo_finding(finding: Finding) -> None:
    """Print one finding: how bad, what, why, what to do."""
    sign = _SIGNS[finding.severity][0 if fancy() else 1]
    word = click.style(f"{sign} {finding.severity.word}", fg=_COLOURS[finding.severity], bold=True)
    click.echo(f"{word}  {heading(finding.title)}  [{finding.where}: {finding.id}]")
    click.echo(wrap(finding.reason, "  "))
    click.echo(wrap(finding.remedy, "  > ", "    "))
    if finding.confidence == "inferred":
        click.echo(wrap(f"{finding.source}: {CONFIDENCES[finding.confidence]}", "  ? ", "    "))
