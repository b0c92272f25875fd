"""Days: ISO dates only, no clock and no time zone. A span includes its first day, not its last."""

from datetime import date

from .errors import BadInput, Place


def day(text: str, where: Place | str) -> date:
    """Read YYYY-MM-DD; raises BadInput on anything else."""
    try:
        value = date.fromisoformat(text)
    except ValueError:
        value = None
    # fromisoformat also takes 20240701 and 2024-W27-1, which no reader of a law would expect.
    if value is None or value.isoformat() != text:
        raise BadInput(
            "not a date", where=where, value=text, allowed="YYYY-MM-DD, a day that exists"
        )
    return value


def long(value: date) -> str:
    """A day as a sentence writes it: `1 January 2027`."""
    return f"{value.day} {value:%B %Y}"


def stands(start: date, end: date | None, on: date) -> bool:
    """Whether a span that includes its first day and not its last covers `on`."""
    return start <= on and (end is None or on < end)
