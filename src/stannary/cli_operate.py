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


@operate.command(rich_help_panel="Operate")
def inspect(
    entries: Annotated[Path, typer.Argument(metavar="ENTRIES", help="Entry lines: CSV, Parquet.")],
    law: Annotated[
        Path | None,
        typer.Option("--law", metavar="DIR", help="Law tables [default: the agreement]."),
    ] = None,
    fx: Annotated[
        Path | None,
        typer.Option("--fx", metavar="FILE", help="Exchange rates [default: those of --law]."),
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
    payments: Annotated[
        Path | None,
        typer.Option("--payments", metavar="FILE", help="Payments between buyers and sellers."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where files go [out/inspect].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Look for the known evasions of a floor: evidence, duty at stake, hours of an audit.

    Indicators, never findings. Detectors that lack a file say so.

    \b
    Example:
        stannary inspect examples/inspect/entries.csv --law examples/inspect/law
        stannary inspect examples/inspect/entries.csv --law examples/inspect/law \\
            --payments examples/inspect/payments.csv --facilities examples/inspect/facilities.csv
    """
    from .report import inspect as window
    from .report import inspect_page
    from .secretariat import inspecting

    papers = inspecting.Papers(entries, law, fx, lots, parents, facilities, payments)
    found = inspecting.inspect(papers)
    written = inspect_page.publish(found, out)
    typer.echo(window.as_json(found) if as_json else window.screen(found, written))


@operate.command(rich_help_panel="Operate")
def assess(
    entries: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="Entry lines: CSV, Parquet, or a URL with its table: postgresql://host/base#table.",
        ),
    ] = None,
    law: Annotated[
        Path | None,
        typer.Option("--law", metavar="DIR", help="A folder of law tables [default: ours]."),
    ] = None,
    lots: Annotated[
        Path | None,
        typer.Option("--lots", metavar="FILE", help="Certified lots: proof of zone origin."),
    ] = None,
    fx: Annotated[
        Path | None,
        typer.Option("--fx", metavar="FILE", help="Exchange rates; without, only USD lines."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where files go [out/assess].")
    ] = None,
    engine: Annotated[
        Literal["duckdb", "spark"],
        typer.Option("--engine", metavar="duckdb|spark", help="What computes."),
    ] = "duckdb",
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="ENTRY/LINE", help="One line, with its whole sum."),
    ] = None,
    hs: Annotated[
        str | None, typer.Option("--hs", metavar="CODE", help="One entry: 6, 8 or 10 digits.")
    ] = None,
    element: Annotated[
        str | None, typer.Option("--element", metavar="E", help="What it is priced for: NdPr, Dy.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option("--origin", metavar="ISO3", help="Country of origin.")
    ] = None,
    kg: Annotated[str | None, typer.Option("--kg", metavar="N", help="Net mass, kg.")] = None,
    fob: Annotated[
        str | None, typer.Option("--fob", metavar="USD", help="Price at the origin, USD/kg.")
    ] = None,
    cif: Annotated[
        str | None, typer.Option("--cif", metavar="USD", help="Price at the border, USD/kg.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", "--day", metavar="YYYY-MM-DD", help="Day of entry.")
    ] = None,
    into: Annotated[
        str | None, typer.Option("--into", metavar="ISO3", help="Member entered [USA].")
    ] = None,
    assay: Annotated[
        str | None, typer.Option("--assay", metavar="PCT", help="Share of compound or element.")
    ] = None,
    freight: Annotated[
        str | None, typer.Option("--freight", metavar="USD", help="Freight, USD/kg.")
    ] = None,
    insurance: Annotated[
        str | None, typer.Option("--insurance", metavar="USD", help="Insurance, USD/kg.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what entry lines owe: duty, top-up, security, each with its reason and clause.

    Lines that cannot be assessed are set aside with the reason; none is lost. Without FILE, one entry
    is assessed from the options; what is not given is assumed, and said.

    \b
    Example:
        stannary assess examples/entries.csv --lots examples/lots.csv --fx examples/fx.csv
        stannary assess examples/entries.csv --law examples/law --explain US70000101/1
        stannary assess --hs 2846902040 --element NdPr --origin CHN --kg 12000 --fob 58.20 \\
            --on 2027-05-03
    """
    from .report import assess as window
    from .report import assess_line
    from .secretariat import assessing
    from .secretariat.entry import Goods

    typed = {
        "--hs": hs, "--element": element, "--origin": origin, "--kg": kg, "--fob": fob,
        "--cif": cif, "--on": on, "--into": into, "--assay": assay, "--freight": freight,
        "--insurance": insurance,
    }  # fmt: skip
    given = [option for option, value in typed.items() if value is not None]
    if entries is None:
        if hs is None or origin is None or kg is None or on is None:
            lacking = [o for o in ("--hs", "--origin", "--kg", "--on") if typed[o] is None]
            raise BadInput(
                "neither a file nor a whole entry", where="assess",
                value=" ".join(given) or "nothing",
                allowed="FILE, or --hs --origin --kg --on and --fob or --cif",
                remedy=f"add {' '.join(lacking)}, or a file: stannary assess examples/entries.csv",
            )  # fmt: skip
        files = {"--lots": lots, "--fx": fx, "--out": out, "--explain": explain}
        if beside := [option for option, value in files.items() if value is not None]:
            raise BadInput(
                "an option of a file, without a file", where="assess", value=" ".join(beside),
                allowed="FILE beside it",
            )  # fmt: skip
        day = read_day(on, "--on")
        goods = Goods(hs, origin, kg, day, element, fob, cif, into, assay, freight, insurance)
        one = assessing.one(goods, assessing.Papers("", law))
        typer.echo(assess_line.as_json(one) if as_json else assess_line.screen(one))
        return
    if given:
        raise BadInput(
            "a file and one entry at once", where="assess", value=" ".join(given),
            allowed="FILE, or the options of one entry",
        )  # fmt: skip
    papers = assessing.Papers(entries, law, lots, fx)
    if explain is not None:
        line = assessing.explain(papers, explain, engine)
        typer.echo(assess_line.as_json(line) if as_json else assess_line.screen(line))
        return
    found = assessing.assess(papers, out or window.default_folder(), engine)
    typer.echo(window.as_json(found) if as_json else window.screen(found))
