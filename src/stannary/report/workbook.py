"""outcome.xlsx: the study as a workbook, one table a sheet.

Above every table stand what it shows, in which unit, and of which year, agreement and day.

Next: `sheets` and `sheets_law`, the tables; `files`, which writes the workbook beside the others.
"""

from math import isfinite
from pathlib import Path

from ..secretariat import Study
from ..terms.dates import long
from . import sheets, sheets_law
from .table import ABOVE, FORMATS, Table


def write(study: Study, path: Path) -> None:
    """Write the workbook at `path`. Raises NotCleared when either market has no numbers."""
    from xlsxwriter import Workbook

    tables = tables_of(study)
    draft = ", draft" if study.agreement.draft else ""
    solved = (
        f"Market of {study.world.base_year} (world {study.world.name}) under the rules of"
        f" {long(study.day)}. Agreement {study.agreement.name}{draft}."
    )
    with Workbook(path) as book:
        formats = {kind: book.add_format(how) for kind, how in FORMATS.items()}
        title = book.add_format({"bold": True, "font_size": 13})
        header = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EDF2"}
        )
        for table in tables:
            sheet = book.add_worksheet(table.sheet)
            sheet.write_string(0, 0, table.shows, title)
            sheet.write_string(1, 0, table.units)
            sheet.write_string(2, 0, solved)
            for at, column in enumerate(table.columns):
                sheet.set_column(at, at, column.width)
                sheet.write_string(ABOVE, at, column.header, header)
            for line, row in enumerate(table.rows, ABOVE + 1):
                for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                    # Never `write`: it would take "=..." for a formula and "http..." for a link.
                    if isinstance(cell, str):
                        sheet.write_string(line, at, cell, formats[column.kind])
                    elif cell is not None and isfinite(cell):
                        sheet.write_number(line, at, cell, formats[column.kind])
            sheet.autofilter(ABOVE, 0, ABOVE + len(table.rows), len(table.columns) - 1)
            sheet.freeze_panes(ABOVE + 1, 1)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(ABOVE)


def tables_of(study: Study) -> list[Table]:
    """The sheets in order. Raises NotCleared when either market has no numbers."""
    verdict = study.verdict if study.converged else None
    if verdict is None:
        # One of the two has no numbers: asking for them says where it did not clear.
        _ = study.without.cleared, study.with_bloc.cleared
        raise ValueError("a study whose markets cleared has a verdict")
    return [*sheets.results(study, verdict), *sheets_law.grounds(study)]
