"""`wpa2diag devices`."""

import json
import sys
from typing import Any, Final

import click

from diag.cli.exits import Exit
from diag.cli.paint import heading, wrap
from diag.device.boards import Board
from diag.device.products import Mode
from diag.inert import inert
from diag.tasks.finding import Advice, Survey, rule, survey

_MODES: Final = {
    Mode.SERIAL: "serial (firmware runs)",
    Mode.DFU: "DFU (waits for firmware; LED blinks yellow)",
}
_HANGING: Final = 13
_PROBLEMS: Final = {
    "permission": "no permission for",
    "busy": "in use:",
    "driver": "no driver for",
}


@click.command("devices")
@click.option(
    "--all", "everything", is_flag=True, help="Also unknown serial ports and simulated devices."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--udev-rule", is_flag=True, help="Print a udev rule that opens the devices, for Linux."
)
def command(everything: bool, as_json: bool, udev_rule: bool) -> None:
    """List the devices that are connected, their modes, and what to do next.

    What keeps you from a device (permissions, another program, a driver) is said
    with what to do about it on this system. Devices are only looked at.

    \b
    wpa2diag devices
    wpa2diag devices --all
    wpa2diag devices --json
    wpa2diag devices --udev-rule | sudo tee /etc/udev/rules.d/70-particle.rules

    Exit codes: 0 a Photon or P1 is there and can be opened, 3 none.
    """
    if udev_rule:
        click.echo(rule(), nl=False)
        return
    found = survey(everything=everything)
    if as_json:
        click.echo(json.dumps(_json(found), indent=2))
    else:
        _show(found)
    sys.exit(Exit.OK if found.usable else Exit.INPUT)


def _show(found: Survey) -> None:
    real = [board for board in found.boards if not board.simulated]
    simulated = [board for board in found.boards if board.simulated]
    blocks = [_board_lines(board) for board in real]
    if not any(board.product.platform is not None for board in real):
        blocks.append([wrap("No Photon or P1 is connected, nor any other Particle device.")])
    if found.advice:
        blocks.append([heading("What to do"), *(_advice(advice) for advice in found.advice)])
    if simulated:
        widest = max(len(board.name) for board in simulated)
        lines = [wrap(board.title, f"{board.name:<{widest}}  ") for board in simulated]
        blocks.append([heading("In software"), *lines])
    blocks += [[wrap(remark, "note: ", "      ")] for remark in found.remarks]
    if not real:
        hint = "No device at hand? See it done on a simulated one: wpa2diag demo"
        blocks.append([wrap(hint)])
    click.echo("\n\n".join("\n".join(block) for block in blocks))


def _advice(advice: Advice) -> str:
    # Commands stay in one piece, ready to paste.
    lines = [f"    {inert(line)}" for line in advice.commands]
    return "\n".join([wrap(advice.text, "- ", "  "), *lines])


def _board_lines(board: Board) -> list[str]:
    title = heading(inert(f"{board.product.name}  {board.id or board.serial}".rstrip()))
    where = f"USB {board.location}" if board.location else ""
    port = ", ".join(part for part in (board.port, where) if part)
    rows = [
        ("name", "" if board.id else f"{board.name} (it tells no device id)"),
        ("port", port),
        ("mode", " and ".join(_MODES[mode] for mode in Mode if mode in board.modes)),
    ]
    rows += [
        ("problem", f"{_PROBLEMS.get(problem.kind, problem.kind)} {problem.path}")
        for problem in board.problems
    ]
    rows.append(("next", _next(board)))
    return [title] + [
        wrap(text, f"  {name:<{_HANGING - 4}}  ", " " * _HANGING) for name, text in rows if text
    ]


def _next(board: Board) -> str:
    """What to do with a device, as far as USB tells its state."""
    if board.product.why_not:
        return f"nothing here: the {board.product.name} {board.product.why_not}."
    if board.product.platform is None:
        return f"if a Photon or P1 is behind it: wpa2diag monitor --device {board.name}"
    if not board.accessible:
        return "see below what keeps you from it."
    if Mode.SERIAL in board.modes and board.port:
        return f"wpa2diag monitor --device {board.name}"
    if Mode.DFU in board.modes:
        return (
            "press RESET to start its firmware, then look again. If it comes back blinking "
            "yellow, its firmware is missing or damaged."
        )
    return (
        "it runs, but shows no serial port: the application may have switched it off, or the "
        "system has no driver (cdc_acm, usbser) for it."
    )


def _json(found: Survey) -> dict[str, Any]:
    return {
        "schema": 1,
        "devices": [_board_json(board) for board in found.boards],
        "advice": [_advice_json(advice) for advice in found.advice],
        "remarks": list(found.remarks),
    }


def _board_json(board: Board) -> dict[str, Any]:
    return {
        "name": board.name,
        "id": board.id or None,
        "product": board.product.name,
        "platform": board.product.platform,
        "supported": board.supported,
        "why_not": board.product.why_not or None,
        "modes": [mode.value for mode in Mode if mode in board.modes],
        "port": board.port,
        "location": board.location,
        "serial_number": board.serial or None,
        "accessible": board.accessible,
        "problems": [{"kind": problem.kind, "path": problem.path} for problem in board.problems],
        "simulated": board.simulated,
        "title": board.title or None,
        "next": _next(board),
    }


def _advice_json(advice: Advice) -> dict[str, Any]:
    return {"text": advice.text, "commands": list(advice.commands)}
