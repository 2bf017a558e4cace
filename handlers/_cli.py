"""The command line as a whole: what serves and talks, which `bot.py` gives, and the commands that need no channel."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from handlers._commands import ConfigFile, admin
from handlers._opening import DEFAULT
from handlers._reports import reports
from handlers._work import work

UsageError: Any = typer.BadParameter.__base__  # which has no public name of its own


class OneLine(TyperGroup):
    """What is wrong with a command is said in one line, and not in a box with hints around it."""

    def main(self, *args: Any, standalone_mode: bool = True, **how: Any) -> Any:
        if not standalone_mode:
            return super().main(*args, **how | {"standalone_mode": False})
        try:
            sys.exit(super().main(*args, **how | {"standalone_mode": False}) or 0)
        except UsageError as error:
            if said := error.format_message():
                print(f"crmbot: {said}", file=sys.stderr)
            else:  # nothing was asked for
                error.show()
            sys.exit(2)
        except typer.Abort:
            sys.exit(130)


def command_line(
    serve: Callable[[Path], None],
    talk: Callable[[str, str, bool, Path], None],
    ask_in: Callable[[str, str, Path], None],
) -> typer.Typer:
    """All commands; `talk`: as whom, their role, whether in JSON; `ask_in`: the role and the team."""
    cli = typer.Typer(cls=OneLine, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
    for commands in (admin, reports, work):
        cli.add_typer(commands)

    @cli.command()
    def run(config: ConfigFile = DEFAULT) -> None:
        """Serve all configured channels; with none: the terminal, on a generated sample company."""
        serve(config)

    @cli.command()
    def chat(
        name: Annotated[str, typer.Option("--as", help="who is talking")] = "owner",
        role: Annotated[str, typer.Option(help="owner, manager, rep or viewer; who is known keeps theirs")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="one JSON object a reply")] = False,
        config: ConfigFile = DEFAULT,
    ) -> None:
        """Talk to the bot here; the input may be a pipe."""
        talk(name, role, as_json, config)

    @cli.command()
    def invite(
        role: Annotated[str, typer.Option(help="owner, manager, rep or viewer")] = "rep",
        team: Annotated[str, typer.Option(help="whose records they share")] = "sales",
        config: ConfigFile = DEFAULT,
    ) -> None:
        """Make an invitation: for one person, for 72 hours."""
        ask_in(role, team, config)

    return cli
