"""Commands that operate the agreement: reference prices, and what customs does with them.

They hang under the command line of `cli`; no logic here either.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from .terms.dates import day as read_day
from .terms.errors import BadInput

operate = typer.Typer()
"""Commands of the panel `Operate`; `cli` takes them in."""

Custody = Literal["segregated", "mass-balance"]
Json = Annotated[bool, typer.Option("--json", help="Print for machines, whole.")]


@operate.command(rich_help_panel="Operate")
def price(
    observations: Annotated[
        Path, typer.Argument(metavar="OBSERVATIONS", help="Prices seen: CSV or Parquet.")
    ],
    product: Annotated[
        str | None,
        typer.Option("--product", metavar="P", help="One legal product [default: every one seen]."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            "--day",
            metavar="YYYY-MM-DD",
            help="First day of the notice [default: the month after the last price].",
        ),
    ] = None,
    fx: Annotated[
        Path | None,
        typer.Option("--fx", metavar="FILE", help="Exchange rates; without, only USD is read."),
    ] = None,
    costs: Annotated[
        Path | None,
        typer.Option("--costs", metavar="FILE", help="Costs of production [default: ours]."),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous",
            metavar="NOTICE",
            help="The notice before [default: the agreement's floor].",
        ),
    ] = None,
    closed: Annotated[
        Path | None,
        typer.Option(
            "--closed",
            metavar="FILE",
            help="More prices, committed to by a salted digest and not shown; FILE.salt beside it.",
        ),
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option("--verify", metavar="NOTICE", help="Compute that notice again."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where notices go [default: a folder in out/]."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw the floor notice that follows from prices seen, or compute one again.

    With --verify, exit code 0 says equal, 1 not equal or not verifiable here.

    \b
    Example:
        stannary price examples/observations.csv --fx examples/fx.csv
        stannary price examples/observations.csv --product ndpr.oxide --on 2027-04-01 --json
        stannary price examples/observations.csv --verify out/notices-2027-04-01/ndpr.oxide.json
    """
    from .report import price as window
    from .secretariat import pricing

    files = pricing.Files(observations, fx, costs, previous, closed)
    if verify is not None:
        checked = pricing.verify(files, verify)
        typer.echo(window.verified_json(checked) if as_json else window.verified(checked))
        if checked.verdict.state != "equal":
            raise typer.Exit(1)
        return
    priced = pricing.price(files, product, read_day(on, "--on") if on else None)
    written = window.publish(priced, out)
    typer.echo(window.as_json(priced) if as_json else window.screen(priced, written))


@operate.command(rich_help_panel="Operate")
def origin(
    lot: Annotated[
        str | None,
        typer.Argument(metavar="LOT", help="A lot of --lots [default: hold all against plants]."),
    ] = None,
    lots: Annotated[
        Path | None, typer.Option("--lots", metavar="FILE", help="Certified lots.")
    ] = None,
    parents: Annotated[
        Path | None, typer.Option("--parents", metavar="FILE", help="What lots were made from.")
    ] = None,
    facilities: Annotated[
        Path | None,
        typer.Option("--facilities", metavar="FILE", help="Mines and plants, with capacity."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            "--day",
            metavar="YYYY-MM-DD",
            help="Rules of that day [default: of the lot, once all floors stand].",
        ),
    ] = None,
    custody: Annotated[
        Custody,
        typer.Option(
            "--custody", metavar="segregated|mass-balance", help="Whether lots are kept apart."
        ),
    ] = "segregated",
    trade: Annotated[
        Path | None,
        typer.Option("--trade", metavar="FILE", help="Hold trade against --facilities instead."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write origin.html, origin.json.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which rules of origin a lot meets, or who claims more than mines and plants can make.

    \b
    Example:
        stannary origin MAG-7 --lots examples/lots.csv --parents examples/parents.csv \\
            --facilities examples/facilities.csv
        stannary origin --lots examples/lots.csv --parents examples/parents.csv \\
            --facilities examples/facilities.csv
        stannary origin --trade examples/antimony/trade.csv \\
            --facilities examples/antimony/facilities.csv
    """
    from .report import origin as window
    from .report import origin_book, origin_page
    from .secretariat import origins

    day = read_day(on, "--on") if on else None
    if trade is not None:
        traded = origins.traded(trade, facilities)
        written = origin_page.publish(traded, out) if out else ()
        shown = (
            origin_book.trade_json(traded) if as_json else origin_book.trade_screen(traded, written)
        )
    elif lots is None:
        raise BadInput("nothing to look at", where="origin", allowed="--lots FILE or --trade FILE")
    elif lot is None:
        book = origins.book(origins.Papers(lots, parents, facilities), day)
        written = origin_page.publish(book, out) if out else ()
        shown = origin_book.book_json(book) if as_json else origin_book.book_screen(book, written)
    else:
        found = origins.origin(origins.Papers(lots, parents, facilities), lot, day, custody)
        written = origin_page.publish(found, out) if out else ()
        shown = window.as_json(found) if as_json else window.screen(found, written)
    typer.echo(shown)
