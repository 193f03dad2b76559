"""`wpa2diag fix`."""

import sys
from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from diag.cli.device_options import device_options, opened
from diag.cli.exits import Exit, Failure
from diag.cli.facts_options import told_facts
from diag.cli.paint import fancy, heading, wrap
from diag.cli.passing import Passing
from diag.cli.profile_options import profile_options, prompt_secret, stated_profile
from diag.cli.text import diagnosis_text, headline
from diag.credentials.checks import Context, Severity, check
from diag.credentials.errors import ProfileError
from diag.credentials.files import MATERIAL_LIMIT, read_file
from diag.credentials.intake import take_in
from diag.credentials.profile import Profile
from diag.diagnosis import FactError, parse_fact
from diag.diagnosis.plan import Step
from diag.inert import inert
from diag.stream.secrets import Secret
from diag.tasks.fixing import (
    TRIES,
    WRITES,
    AskLed,
    Doubted,
    End,
    FixAnswer,
    FixStep,
    Judged,
    Proposed,
    Result,
    Wanted,
    Watching,
    Wrote,
    fix,
)
from diag.tasks.opened import Device
from diag.tasks.remedies import Field
from diag.tasks.secret_sources import SecretSources

if TYPE_CHECKING:
    from diag.tasks.simulating import SimulatedUser

ENDS: Final = {
    End.WELL: Exit.OK,
    End.CURED: Exit.OK,
    End.SHOWN: Exit.OK,
    End.NOTHING_LEFT: Exit.FAULT,
    End.OTHER_NETWORK: Exit.FAULT,
    End.LIMIT: Exit.FAULT,
    End.UNDECIDED: Exit.UNDECIDED,
}
_ASK: Final = {
    Field.USERNAME: "Username",
    Field.PASSWORD: "Password",
    Field.REALM: "Realm of your institution (such as university.example)",
    Field.SSID: "Name of the network, exactly as it is broadcast",
    Field.ROOT_CA: "File with the root CA",
    Field.CLIENT_CERTIFICATE: "File with the client certificate",
    Field.PRIVATE_KEY: "File with the private key",
}
_FILES: Final = (Field.ROOT_CA, Field.CLIENT_CERTIFICATE, Field.PRIVATE_KEY)


class Asker:
    """Answers the questions of a fix from a terminal, or as a simulated user would."""

    def __init__(
        self, *, yes: bool = False, user: "SimulatedUser | None" = None, asked: bool = True
    ) -> None:
        """Take who answers.

        Args:
            yes: whether every change is wanted.
            user: of a simulated device: knows what only a user can know.
            asked: whether there is somebody at the terminal.
        """
        self._yes = yes
        self._user = user
        self._asked = asked and sys.stdin.isatty()
        self._given: dict[Field, str | Secret] = {}

    def agree(self, proposed: Proposed) -> bool:
        """Whether a change is wanted."""
        if proposed.unlikely:
            click.echo("  (unlikely to help; each try costs rejected logins)")
            if self._yes:
                return False
        if self._yes or (self._user is not None and not self._asked):
            click.echo("  yes")
            return True
        return click.confirm("Do it?", default=True)

    def give(self, wanted: Wanted) -> str | Secret | None:
        """Something only the user knows; None skips the fix."""
        field = wanted.field
        if self._user is not None:
            answer = self._user.answer(wanted)
            return answer if isinstance(answer, str | Secret) else None
        if field in self._given:
            return self._given[field]
        if not self._asked:
            return None
        secret = field is Field.PASSWORD
        click.echo(wrap(f"{wanted.step.fix.title}: this needs an answer (empty skips it)", "  "))
        typed = str(
            click.prompt(
                f"  {_ASK[field]}", default="", show_default=False, hide_input=secret, err=True
            )
        )
        if not typed:
            return None
        answer = Secret(typed) if secret else typed
        if field in _FILES:
            answer = _file(field, typed)
        if answer is not None:
            self._given[field] = answer
        return answer

    def led(self) -> str | None:
        """What the LED shows, in words; None when nobody can say."""
        if self._user is not None:
            answer = self._user.answer(AskLed())
            return answer if isinstance(answer, str) else None
        if not self._asked:
            return None
        typed = str(
            click.prompt(
                "What does the LED show (such as: green blinking; empty if unknown)",
                default="",
                show_default=False,
                err=True,
            )
        )
        try:
            return str(parse_fact("led", typed)) if typed else None
        except FactError as error:
            click.echo(wrap(str(error), "  "))
            return None


def _file(field: Field, path: str) -> str | Secret | None:
    ask = prompt_secret()

    def password() -> Secret | None:
        return SecretSources(ask).resolve("prompt", f"password of {inert(path)}") if ask else None

    try:
        material = take_in(read_file(Path(path), MATERIAL_LIMIT, "file"), inert(path), password)
    except ProfileError as error:
        click.echo(wrap(str(error), "  "))
        return None
    return material.key if field is Field.PRIVATE_KEY else "".join(material.certificates)


def carry_out(
    steps: Generator[FixStep, FixAnswer, Result], asker: Asker, *, in_full: bool = True
) -> Result:
    """Play a fix: print each step, answer what it asks, and print how it came out."""
    answer: FixAnswer = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            result: Result = end.value
            break
        answer = _show(step, asker, in_full=in_full)
    _conclude(result)
    return result


def _show(step: FixStep, asker: Asker, *, in_full: bool) -> FixAnswer:
    match step:
        case Watching(what, seconds):
            click.secho(wrap(f"watching for {what} (up to {seconds:.0f} s)", _rule()), dim=True)
        case AskLed():
            return asker.led()
        case Doubted(texts):
            click.echo(heading("The settings themselves will not do:"))
            for text in texts:
                click.echo(wrap(text, "  x "))
        case Judged(diagnosis, after):
            click.echo()
            if after or not in_full:
                click.secho(wrap(headline(diagnosis), _rule()), bold=True)
            else:
                click.echo(diagnosis_text(diagnosis))
        case Wanted():
            return asker.give(step)
        case Proposed():
            return _propose(step, asker)
        case Wrote(_, outcome):
            good = "written" if outcome.ok else "NOT written"
            click.echo(wrap(f"{good}: {'; '.join(outcome.reasons)}", _rule()))
    return None


def _propose(proposed: Proposed, asker: Asker) -> bool:
    fix = proposed.step.fix
    click.echo(heading(wrap(fix.title, "Fix: ")))
    for change in proposed.changes:
        click.echo(wrap(f"{change.name}: {change.before} -> {change.after}", "  "))
    if not proposed.changes:
        click.echo("  the same settings, written again")
    for note in (fix.caution, fix.risk_text):
        if note:
            click.echo(wrap(note, "  ! "))
    if proposed.objections:
        for text in proposed.objections:
            click.echo(wrap(text, "  x "))
        click.echo("  so it is not done")
        return False
    return asker.agree(proposed)


def _conclude(result: Result) -> None:
    click.echo()
    good = result.end in (End.WELL, End.CURED, End.SHOWN)
    words = {End.WELL: "FINE", End.CURED: "FIXED", End.SHOWN: "WORKS FOR NOW"}
    word = words.get(result.end, "NOT FIXED")
    colour = "green" if good else "red"
    click.echo(click.style(word, fg=colour, bold=True) + f"  {_sentence(result)}")
    click.echo(wrap(headline(result.before), "  before: "))
    click.echo(wrap(headline(result.after), "  after:  "))
    if result.tried:
        titles = "; ".join(step.fix.title for step in result.tried)
        click.echo(wrap(titles, "  tried without success: "))
    if not good:
        for text in _left(result):
            click.echo(wrap(text, "  next: "))
    if result.held:
        click.echo(
            wrap(
                "the device is held in listening mode so that it does not retry; "
                "let it go with: wpa2diag leave",
                "  ! ",
            )
        )


def _sentence(result: Result) -> str:
    if result.cured_by is not None:
        after = f" {result.seconds:.0f} s" if result.seconds is not None else ""
        test = f"; {result.end.value}" if result.end is End.SHOWN else ""
        return f"connected{after} after: {result.cured_by.fix.title}{test}"
    return result.end.value


def _left(result: Result) -> list[str]:
    """What somebody else can do: the first steps of the plan that the tool cannot take."""
    done = {step.fix.id for step in result.tried}
    others: list[Step] = [step for step in result.after.plan if step.fix.id not in done]
    return [
        step.fix.title
        + (" (network administrator)" if step.fix.who == "network-administrator" else "")
        for step in others[:3]
    ]


def _rule() -> str:
    return "── " if fancy() else "-- "


@click.command("fix")
@click.argument("profile", required=False, type=click.Path(readable=False, path_type=str))
@profile_options
@device_options
@click.option("--yes", is_flag=True, help="Do every proposed change without asking.")
@click.option(
    "--tries",
    type=click.IntRange(1, 9),
    default=TRIES,
    show_default=True,
    help="Joins watched before and after a change.",
)
@click.option(
    "--changes",
    "writes",
    type=click.IntRange(1, 20),
    default=WRITES,
    show_default=True,
    help="Changes made at most; each costs rejected logins.",
)
@click.option(
    "--hold/--no-hold",
    default=True,
    show_default=True,
    help="Hold the device in listening mode between tries, so that it does not retry.",
)
@click.option("--log", is_flag=True, help="Show what the device prints meanwhile.")
@click.option("--server", metavar="NAME", help="RADIUS server: nps, freeradius, ise, …")
@click.option("--eduroam", is_flag=True, help="The network is eduroam.")
@click.option("--fact", multiple=True, metavar="NAME=VALUE", help="As for `diagnose`.")
def command(
    profile: str | None,
    yes: bool,
    tries: int,
    writes: int,
    hold: bool,
    log: bool,
    **options: Any,
) -> None:
    """Watch the device, find out what is wrong, change it, and prove that it joins.

    PROFILE (or the options) are the settings as the device has them now, since it does
    not tell them. Each change is shown first and made on a yes; then the next joins are
    watched. It ends when the device is connected, or when nothing is left that can be done
    from the device.

    \b
    wpa2diag fix campus.toml
    wpa2diag fix --ssid Campus --username jane --server nps
    wpa2diag fix campus.toml --device sim:nps-outer-identity

    Exit codes: 0 connected, 1 not cured, 2 wrong usage, 3 device or profile unusable, 4 the
    device shows too little.
    """
    if not yes and not sys.stdin.isatty():
        raise Failure("there is no terminal to ask on; add --yes to make the changes", Exit.USAGE)
    told = told_facts({name: options[name] for name in ("server", "eduroam", "fact")})
    wanted = stated_profile(profile, options)
    with opened(options, Passing(wanted=log), told) as device:
        steps = fix(
            device, wanted, objections=objections(device), tries=tries, writes=writes, hold=hold
        )
        result = carry_out(steps, Asker(yes=yes))
    sys.exit(ENDS[result.end])


def objections(device: Device) -> Callable[[Profile], tuple[str, ...]]:
    """What the credential checks say against writing a profile into this device."""

    def against(profile: Profile) -> tuple[str, ...]:
        release = device.live.session.facts.get("device-os")
        context = Context(
            today=date.today(),
            device_os=str(release) if release is not None else None,
        )
        found = check(profile, context)
        return tuple(f"{f.title}: {f.reason}" for f in found if f.severity is Severity.REFUSE)

    return against
