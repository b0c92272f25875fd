"""Line numbers that tomllib does not give."""

import tomllib

from stannary.agreement.lines import Path, lines
from stannary.agreement.reading import TEXTS

TEXT = '''
# a comment with [brackets] and "quotes
[floors."ndpr.oxide"]
description = "a = [b, c] # not a comment"
values = [
  { from = 2027-01-01, value = 1 },   # one

  { from = 2028-01-01, value = 2 }, { from = 2029-01-01,
  value = 3 },
]
long = """
two
"""
[[duties]]
id = 'a'
nested = [[1, 2], [3]]
[[duties]]
id = "b"
[duties.below]
x.y = true
'''


def test_repeated_items_and_tables_have_lines_of_their_own():
    found = lines(TEXT)
    values = ("floors", "ndpr.oxide", "values")
    assert found["floors", "ndpr.oxide"] == 3
    assert [found[*values, n] for n in range(3)] == [6, 8, 8]
    assert [found[*values, n, "value"] for n in range(3)] == [6, 8, 9]
    assert found["floors", "ndpr.oxide", "long"] == 11
    assert [found["duties", n, "id"] for n in range(2)] == [15, 18]
    assert found["duties", 0, "nested", 1, 0] == 16
    assert found["duties", 1, "below", "x", "y"] == 20


def test_every_key_and_item_of_the_shipped_texts_has_a_line():
    def paths(node: object, path: Path) -> list[Path]:
        below = (
            node.items()
            if isinstance(node, dict)
            else enumerate(node)
            if isinstance(node, list)
            else ()
        )
        return [path] * bool(path) + [p for key, value in below for p in paths(value, (*path, key))]

    for file in TEXTS.glob("*.toml"):
        text = file.read_text("utf-8")
        found = lines(text)
        written = text.splitlines()
        for path in paths(tomllib.loads(text), ()):
            assert path in found, path
            if isinstance(path[-1], str):
                assert path[-1] in written[found[path] - 1]
