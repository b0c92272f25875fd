"""The command line: one command per verb, no logic.

Every command asks the secretariat for a study and shows what it returns. Bad input ends with exit code
2 and says what, where, the value met, what is allowed and the remedy; a market that did not clear ends
with exit code 1, and nothing is shown as its answer.
"""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from . import __version__
from .terms.dates import day as read_day
from .terms.errors import StannaryError

app = typer.Typer(
    name="stannary",
    help="What would a price floor shared by allies do to critical minerals?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

World = Annotated[
    str, typer.Option("--world", metavar="NAME|DIR", help="A shipped world, or a folder of tables.")
]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"stannary {__version__}")
        raise typer.Exit


def _day(text: str | None) -> date | None:
    return read_day(text, "--day") if text is not None else None


@app.callback()
def stannary(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Say the version and end."
        ),
    ] = False,
) -> None:
    """What would a price floor shared by allies do to critical minerals?

    \b
    See    run    an agreement on a world: who pays, does the floor hold
    Data   data   where every number comes from, and what is assumed
    """


@app.command(rich_help_panel="See")
def run(
    agreement: Annotated[
        str, typer.Argument(metavar="AGREEMENT", help="A shipped agreement, or a TOML file.")
    ] = "bloc-2026",
    world: World = "base-2024",
    day: Annotated[
        str | None,
        typer.Option(
            "--day", metavar="YYYY-MM-DD", help="Rules of that day [default: all floors stand]."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="Amend the agreement: ARTICLE.ID[.DATE]=VALUE, or a TOML file laid over it.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where files go [default: a folder in out/]."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print outcome.json instead of the screen.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only the folder that was written.")
    ] = False,
) -> None:
    """Solve one year's market without the bloc and with an agreement, and say who pays.

    \b
    Example:
        stannary run
        stannary run bloc-2026 --set floors.ndpr.oxide=90 --out out/lower-floor
        stannary run no-bloc --world path/to/tables --json
    """
    from . import secretariat
    from .report import publish

    publish.ready(out)
    secretariat.remember_compiled()
    study = secretariat.run(agreement, world, _day(day), settings or ())
    folder = publish.publish(study, out)
    if as_json:
        typer.echo(publish.json_text(study))
    elif quiet:
        typer.echo(str(folder))
    else:
        typer.echo(publish.screen(study, folder))
    if not study.converged:
        raise typer.Exit(1)


@app.command(rich_help_panel="Data")
def data(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY", help='What to trace: "usa.mountainpass.mine", "ndpr.oxide CHN", ...'
        ),
    ] = None,
    world: World = "base-2024",
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """List a world's tables and how good they are; with KEY, say where a number comes from.

    A world that loads has been checked: every balance holds, every figure has a source.

    \b
    Example:
        stannary data
        stannary data "ndpr.oxide CHN"
        stannary data usa.mountainpass.mine
    """
    from . import secretariat
    from .report import ledger

    inventory = secretariat.data(world, key)
    typer.echo(ledger.as_json(inventory) if as_json else ledger.screen(inventory))


def main() -> None:
    """Entry point: refusals of bad input are printed, never a traceback."""
    try:
        app(prog_name="stannary")
    except StannaryError as refusal:
        typer.echo(f"stannary: {refusal}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
