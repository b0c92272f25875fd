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
from .cli_operate import operate
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
Law = Annotated[
    str, typer.Argument(metavar="AGREEMENT", help="A shipped agreement, or a TOML file.")
]
On = Annotated[
    str | None,
    typer.Option(
        "--on", "--day", metavar="YYYY-MM-DD", help="That day [default: all floors stand]."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Amend the agreement: ARTICLE.ID[.DATE]=VALUE, or a TOML file laid over it.",
    ),
]
Day = Annotated[
    str | None,
    typer.Option(
        "--day", "--on", metavar="YYYY-MM-DD", help="Rules of that day [default: all floors stand]."
    ),
]
SeenBy = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="WHO",
        help="Tell what one member or group of buyers gets: JPN, DEU, ev.EUU, defence.USA.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print for machines, whole.")]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"stannary {__version__}")
        raise typer.Exit


def _day(text: str | None, option: str = "--day") -> date | None:
    return read_day(text, option) if text is not None else None


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
           show   the law as it stands on a day, and what changes next
           compare  what a second agreement changes: floors, prices, who pays
           explain  what a number is made of, where it comes from, what it hangs on
    Bargain  stress  a supplier stops its exports: who gets what, for how many days
    Operate  price  the floor notice that follows from prices seen, which anyone can recompute
             origin  which rules of origin a lot meets; who claims more than plants can make
    Data   data   where every number comes from, and what is assumed
           check  whether the law reads, where it meets older law, what a market makes of it
           diff   what another agreement says differently
    """


@app.command(rich_help_panel="See")
def run(
    agreement: Law = "bloc-2026",
    world: World = "base-2024",
    day: Day = None,
    settings: Settings = None,
    seen_by: SeenBy = None,
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
        stannary run --for ev.EUU
        stannary run bloc-2026 --set floors.ndpr.oxide=90 --out out/lower-floor
        stannary run no-bloc --world path/to/tables --json
    """
    from . import secretariat
    from .report import publish

    publish.ready(out)
    secretariat.remember_compiled()
    study = secretariat.run(agreement, world, _day(day), settings or (), seen_by)
    folder = publish.publish(study, out)
    if as_json:
        typer.echo(publish.json_text(study))
    elif quiet:
        typer.echo(str(folder))
    else:
        typer.echo(publish.screen(study, folder))
    if not study.converged:
        raise typer.Exit(1)


@app.command(rich_help_panel="See")
def show(
    agreement: Law = "bloc-2026",
    on: On = None,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Show the law as it stands on a day: members, floors, rules, what changes next.

    \b
    Example:
        stannary show
        stannary show floor-ends-2031 --on 2030-12-31
        stannary show bloc-2026 --set floors.ndpr.oxide.KOR=90 --json
    """
    from . import secretariat
    from .report import law_show

    shown = secretariat.show(agreement, _day(on, "--on"), settings or ())
    typer.echo(law_show.as_json(shown) if as_json else law_show.screen(shown))


@app.command(rich_help_panel="See")
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A shipped agreement, or a TOML file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The one held against it.")],
    world: World = "base-2024",
    day: Day = None,
    settings: Settings = None,
    seen_by: SeenBy = None,
    as_json: Json = False,
) -> None:
    """Compare two agreements on one world and day: floors, prices, who gains and pays.

    Amendments are laid over both; the day is the first on which all floors of A stand.

    \b
    Example:
        stannary compare bloc-2026 no-bloc
        stannary compare bloc-2026 floor-ends-2031 --day 2031-01-01 --for JPN
        stannary compare bloc-2026 my-bloc.toml --set rules.procurement=zone --json
    """
    from . import secretariat
    from .report import compare as window

    secretariat.remember_compiled()
    compared = secretariat.compare(first, second, world, _day(day), settings or (), seen_by)
    typer.echo(window.as_json(compared) if as_json else window.screen(compared))
    if not compared.converged:
        raise typer.Exit(1)


@app.command(rich_help_panel="See")
def explain(
    id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="PRODUCT.price, .floor, .output or .supplier, with .REGION behind or without;"
            " REGION.users, .producers or .treasury, or zone.users, ...",
        ),
    ],
    agreement: Law = "bloc-2026",
    world: World = "base-2024",
    day: Day = None,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Explain a number: its formula with values, the source of every figure, what it hangs on.

    \b
    Example:
        stannary explain ndpr.metal.price
        stannary explain ndpr.metal.floor.JPN --set floors.ndpr.metal.JPN=120
        stannary explain zone.users floor-ends-2031 --day 2031-01-01 --json
    """
    from . import secretariat
    from .report import explain as window

    secretariat.remember_compiled()
    explained = secretariat.explain(id, agreement, world, _day(day), settings or ())
    typer.echo(window.as_json(explained) if as_json else window.screen(explained))
    if not explained.study.converged:
        raise typer.Exit(1)


@app.command(rich_help_panel="Bargain")
def stress(
    agreement: Law = "bloc-2026",
    cut: Annotated[
        list[str] | None,
        typer.Option(
            "--cut",
            metavar="COUNTRY",
            help="Who ships nothing abroad; may be given again [default: CHN].",
        ),
    ] = None,
    months: Annotated[
        int, typer.Option("--months", metavar="1-12", help="For how many months of the year.")
    ] = 12,
    world: World = "base-2024",
    day: Day = None,
    settings: Settings = None,
    seen_by: SeenBy = None,
    as_json: Json = False,
) -> None:
    """Stop a supplier's exports: who still runs, for how many days, who gets what of the stockpile.

    \b
    Example:
        stannary stress
        stannary stress --cut CHN --cut MMR --months 6 --for JPN
        stannary stress bloc-2026 --for ev.EUU --set stockpile.target_days=180 --json
    """
    from . import secretariat
    from .report import stress as window
    from .report import stress_facts

    secretariat.remember_compiled()
    found = secretariat.stress(
        agreement, world, _day(day), settings or (),
        cut=cut or secretariat.CUT, months=months, view=seen_by,
    )  # fmt: skip
    typer.echo(stress_facts.as_json(found) if as_json else window.screen(found))
    if not found.converged:
        raise typer.Exit(1)


@app.command(rich_help_panel="Data")
def check(
    agreement: Law = "bloc-2026",
    on: On = None,
    settings: Settings = None,
    world: World = "base-2024",
    as_json: Json = False,
) -> None:
    """Check an agreement: does it read, where does it meet older law, do its floors hold.

    A text that cannot be read ends with exit code 2 and says where and why not.

    \b
    Example:
        stannary check
        stannary check my-bloc.toml --on 2028-01-01
        stannary check bloc-2026 --set rules.procurement=zone --json
    """
    from . import secretariat
    from .report import law_check

    secretariat.remember_compiled()
    checked = secretariat.check(agreement, _day(on, "--on"), settings or (), world)
    typer.echo(law_check.as_json(checked) if as_json else law_check.screen(checked))
    if checked.study is not None and not checked.study.converged:
        raise typer.Exit(1)


@app.command(rich_help_panel="Data")
def diff(
    first: Annotated[
        str, typer.Argument(metavar="FIRST", help="A shipped agreement, or a TOML file.")
    ],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="The one held against it.")],
    on: On = None,
    as_json: Json = False,
) -> None:
    """Say what SECOND says differently from FIRST: line by line, and on a day.

    \b
    Example:
        stannary diff bloc-2026 floor-ends-2031 --on 2031-01-01
        stannary diff no-bloc bloc-2026 --json
    """
    from . import secretariat
    from .report import law_diff

    difference = secretariat.diff(first, second, _day(on, "--on"))
    typer.echo(law_diff.as_json(difference) if as_json else law_diff.screen(difference))


@app.command(rich_help_panel="Data")
def data(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY", help='What to trace: "usa.mountainpass.mine", "ndpr.oxide CHN", ...'
        ),
    ] = None,
    world: World = "base-2024",
    usgs: Annotated[
        Path | None,
        typer.Option(
            "--usgs", metavar="FILE", help="Hold a USGS file of commodity data beside the world."
        ),
    ] = None,
    baci: Annotated[
        Path | None,
        typer.Option(
            "--baci", metavar="FILE", help="Hold a year of BACI trade beside the world's flows."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """List a world's tables and how good they are; with KEY, say where a number comes from.

    A world that loads has been checked: every balance holds, every figure has a source.

    \b
    Example:
        stannary data
        stannary data "ndpr.oxide CHN"
        stannary data usa.mountainpass.mine
        stannary data --usgs MCS2026_Commodities_Data.csv
        stannary data --world latest --baci BACI_HS22_Y2024_V202601.csv
    """
    from . import secretariat
    from .report import ledger

    inventory = secretariat.data(world, key, usgs, baci)
    typer.echo(ledger.as_json(inventory) if as_json else ledger.screen(inventory))


app.add_typer(operate)


def main() -> None:
    """Entry point: refusals of bad input are printed, never a traceback."""
    try:
        app(prog_name="stannary")
    except StannaryError as refusal:
        typer.echo(f"stannary: {refusal}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
