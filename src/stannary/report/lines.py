"""Lines of a terminal: how wide they are, how text is folded into them, how many warnings fit."""

import textwrap

WIDTH = 100
LINES = 39
"""A screen has fewer than forty."""


def wrap(text: str) -> list[str]:
    """Text in lines that are set in by two; none for none."""
    return _folded(text, "  ", "  ") if text else []


def look_out(warnings: list[tuple[str, str]], room: int) -> list[str]:
    """Warnings with their commands, worst first, those that fit in `room` lines; always the last."""
    told = [
        _folded(f"{text} {command}" if command else text, "  ! ", "    ")
        for text, command in warnings
    ]
    if not told:
        return []
    lines, left = ["  Look out"], room - 1 - len(told[-1])
    for warning in told[:-1]:
        if len(warning) <= left:
            lines += warning
            left -= len(warning)
    return lines + told[-1]


def next_line(commands: list[str]) -> list[str]:
    """What to type next: the first command, and of the others what stands beside it on its line."""
    first, *others = dict.fromkeys(commands)
    line = f"  Next: {first}"
    if len(line) > WIDTH:
        return wrap(line.strip())
    room = WIDTH - len(line)
    bar = "  |  " if others and len(others[0]) + 5 <= room else " | "
    for command in others:
        if len(line) + len(bar) + len(command) <= WIDTH:
            line += bar + command
    return [line]


def _folded(text: str, first: str, then: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=then,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
