"""`wpa2diag completion`."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    wpa2diag completion bash >> ~/.bashrc
    wpa2diag completion zsh >> ~/.zshrc
    wpa2diag completion fish > ~/.config/fish/completions/wpa2diag.fish
    """
    from diag.cli.main import cli

    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover - the choice above names the classes click has
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, "wpa2diag", "_WPA2DIAG_COMPLETE").source())
