"""Line numbers of a TOML text, which `tomllib` does not give: for every key and every array item.

The text has already been accepted by `tomllib`, so this only follows its shape and checks nothing.
"""

import re
from bisect import bisect_right

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]+")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.S),
    re.compile(r"'''.*?'{3,5}", re.S),
    re.compile(r'"(?:\\.|[^"\\])*"'),
    re.compile(r"'[^']*'"),
)


def lines(text: str) -> dict[Path, int]:
    """Line (1 = first) by path; an item of an array has its index in the path."""
    return _Scanner(text.replace("\r\n", "\n")).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.found: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}  # arrays of tables: how many tables so far

    def document(self) -> dict[Path, int]:
        here: Path = ()
        while True:
            self.skip(_BLANK_LINES)
            if self.at >= len(self.text):
                return self.found
            if self.text[self.at] == "[":
                here = self.header()
            else:
                self.entry(here)

    def header(self) -> Path:
        start, many = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        key = self.key()
        self.at += 2 if many else 1
        path: Path = ()
        for n, part in enumerate(key, 1):
            path += (part,)
            if many and n == len(key):
                self.tables[path] = self.tables.get(path, 0) + 1
            if path in self.tables:  # a header below an array of tables means its latest table
                self.note(path, start)
                path += (self.tables[path] - 1,)
            self.note(path, start)
        return path

    def entry(self, table: Path) -> None:
        start, path = self.at, table
        for part in self.key():
            path += (part,)
            self.note(path, start)
        self.skip(_BLANK)
        self.at += 1  # the equals sign
        self.skip(_BLANK)
        self.value(path)

    def value(self, path: Path) -> None:
        opened = self.text[self.at]
        if opened not in "[{":
            if not self.string():
                self.skip(_SCALAR)
            return
        self.at += 1
        item = 0
        while True:
            self.skip(_BLANK_LINES)
            if self.text[self.at] in "]}":
                self.at += 1
                return
            if opened == "[":
                self.note((*path, item), self.at)
                self.value((*path, item))
                item += 1
            else:
                self.entry(path)
            self.skip(_BLANK_LINES)
            if self.text[self.at] == ",":
                self.at += 1

    def key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self.skip(_BLANK)
            start = self.at
            if self.string():
                parts.append(self.text[start + 1 : self.at - 1])
            else:
                self.skip(_BARE)
                parts.append(self.text[start : self.at])
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def string(self) -> bool:
        return any(self.skip(pattern) for pattern in _STRINGS)

    def skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match is not None

    def note(self, path: Path, at: int) -> None:
        self.found.setdefault(path, bisect_right(self.starts, at))
