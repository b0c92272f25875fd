"""The page as a file: whole, self-contained, in order, and deaf to what a study might carry."""

import os
import re
from html.parser import HTMLParser

import pytest

from stannary.report import write
from stannary.terms.errors import BadInput

PARTS = [
    "first", "prices", "gains", "things", "leaks", "exposed", "look-out", "rests-on", "rules", "check",
]  # fmt: skip
HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\"'&"


class Read(HTMLParser):
    """Every element with its attributes, and the text that a reader sees."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.seen, self.inside = [], "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.seen += data + " "

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(study, tmp_path):
    write(study, tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def told(page):
    return Read(page)


def test_nothing_is_loaded_from_anywhere(page, told):
    for tag, attributes in told.elements:
        for name in ("src", "href", "data", "action", "srcset", "poster"):
            address = attributes.get(name)
            if address and not address.startswith(("#", "data:")):
                assert (tag, name) == ("a", "href")
    assert "@import" not in page
    assert "url(http" not in page
    policies = [m["content"] for m in told.all("meta") if "http-equiv" in m]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none';")
    assert "unsafe" not in policies[0]


def test_the_file_is_far_below_two_megabytes(page):
    assert len(page.encode()) < 600_000


def test_the_parts_stand_in_order(told):
    assert [s["id"] for s in told.all("section")] == PARTS


def test_a_part_with_nothing_to_say_is_left_out(study, tmp_path):
    for key in ("look_out", "things", "leaks", "doors"):
        study[key] = []
    del study["slider"], study["exposure"]
    write(study, tmp_path / "r.html")
    told = Read((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert [s["id"] for s in told.all("section")] == [
        p for p in PARTS if p not in ("look-out", "things", "leaks", "exposed")
    ]
    assert not [i for i in told.all("input") if i.get("id") == "floor"]


def test_every_table_has_a_caption_and_headers(page):
    tables = re.findall(r"<table>.*?</table>", page, re.S)
    assert len(tables) > 10
    for table in tables:
        assert re.match(r"<table><caption>[^<]+</caption><thead><tr><th scope=\"col\"", table)
        body = table.split("<tbody>")[1]
        assert body.count("<tr>") == body.count('<tr><th scope="row">') > 0


def test_what_the_first_screen_says_is_in_the_page_without_a_script(told):
    for said in [
        "Market of 2024 under the rules of 1 January 2027. Agreement bloc-2026, draft. "
        "Made 24 November 2026 with stannary 0.1.0, data 2026.1.",
        "The floor holds for 4 of 8 products and costs zone users 640 M USD a year.",
        "14 values are assumed: see",
        "4 of 8", "−640 M USD", "+7% NdPr oxide",
        "A floor of 110 USD/kg holds: zone users pay 638 M USD a year more",
        "265 + 290 + 60 + 25 = 640 M USD a year.",
    ]:  # fmt: skip
        assert said in told.seen


def test_every_product_is_in_the_table_of_prices(study, page):
    prices = page[page.index('id="prices"') : page.index('id="gains"')]
    for product in study["products"]:
        assert f'<th scope="row">{product["name"]}</th>' in prices
    for shown in ["62.0", "1,600", "127", "FAILS: 16% enters without paying", "7,390", "+7%"]:
        assert shown in prices


def _amounts(row):
    texts = re.findall(r'<td class="n"[^>]*>([^<]*)</td>', row)
    return [float(t.replace("−", "-").replace(",", "")) for t in texts]


def test_the_price_gap_as_written_adds_up_to_what_users_pay(study, tmp_path):
    # Thirds, so that rounding each part alone would lose a million.
    users = sum(g["users"] for g in study["gains"] if g["inside"])
    study["price_gap"] = {
        key: -users / 3 if key != "lost" else 0.0 for key in study["price_gap"]
    }  # fmt: skip
    study["price_gap"]["lost"] = -users - sum(study["price_gap"].values())
    write(study, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    table = page[page.index("Who keeps what zone users pay more") :].split("</table>")[0]
    *parts, total = [_amounts(row)[0] for row in table.split("<tr>")[2:]]
    assert len(parts) == 5
    assert sum(parts) == total == 640


def test_each_row_of_gains_adds_up_as_written(page):
    table = page[page.index("Gain (+) or cost") :].split("</table>")[0]
    rows = [_amounts(row) for row in table.split("<tr>")[2:]]
    assert len(rows) == 12
    for *parts, together, _ in rows:
        assert sum(parts) == pytest.approx(together, abs=1e-9)
    assert rows[-1][0] == -640.0
    assert rows[-1][-1] == 38.0  # owned outside, a part of producers and not of the sum


def test_a_column_without_a_number_is_left_out(study, tmp_path):
    for gain in study["gains"]:
        gain["owned_outside"] = 0.0
    study["gains"][0]["rents"] = 2e6
    write(study, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    table = page[page.index("Gain (+) or cost") :].split("</table>")[0]
    assert "owned outside" not in table
    *parts, together = _amounts(next(row for row in table.split("<tr>") if "Japan" in row))
    assert parts == [-236.0, 5.0, 90.0, 2.0]
    assert sum(parts) == together


def test_things_and_leaks_stand_in_their_tables_and_the_small_ones_are_folded(told, page):
    things = page[page.index('id="things"') : page.index('id="leaks"')]
    assert "It adds 34.2 USD to an EV motor, 2,900 USD to a 5 MW wind turbine" in things
    assert [float(n) for n in re.findall(r">([\d.]+)%<", things)] == [4.30, 0.0600]
    assert "More things (2)" in things
    leaks = page[page.index('id="leaks"') : page.index('id="look-out"')]
    assert "More buyers (2)" in leaks
    row = next(row for row in leaks.split("<tr>") if "NdPr metal" in row)
    cells = re.findall(r'<td class="n"[^>]*>([^<]*)</td>', row)
    assert cells == ["160", "16%", "9.20", "0.80", "3%", "34%"]


def test_what_each_member_loses_at_another_door_adds_up_as_written(study, tmp_path):
    for n, door in enumerate(study["doors"]):
        door["lost_usd"] = 1e6 * (n + 1) / 3
    write(study, tmp_path / "r.html")
    told = Read((tmp_path / "r.html").read_text(encoding="utf-8")).seen
    total, *parts = re.findall(
        r"would have collected ([\d.]+) M USD a year: United States ([\d.]+), Japan ([\d.]+)\.",
        told,
    )[0]
    assert float(total) == pytest.approx(sum(map(float, parts)), abs=1e-9) == 1.0


def test_how_exposed_says_what_runs_and_the_command_that_prints_it_in_full(study, told, page):
    found = page[page.index('id="exposed"') : page.index('id="look-out"')]
    assert study["exposure"]["sentence"] in told.seen
    assert "More products (2)" in found
    row = next(row for row in found.split("<tr>") if "Product 3<" in row)
    # 99.96 % is not all of it, and is never written so.
    cells = re.findall(r'<td class="n"[^>]*>([^<]*)</td>', row)
    assert cells == ["3,000", "20%", "25%", "99.9%", "48", "116", "12"]
    japan = next(row for row in found.split("<tr>") if ">Japan<" in row)
    assert re.findall(r">([\d,.]+%?)<", japan) == ["5,000", "18%", "20%", "57%"]
    command = "stannary stress bloc-2026 --cut CHN --months 12 --day 2027-01-01"
    assert f"<code>{command}</code>" in found
    # The tile's own drawer leads there as well, and marks what is assumed.
    drawer = page[page.index('id="why-exposed"') :].split("</div>")[0]
    assert f"<code>{command}</code>" in drawer
    assert '<span class="badge">assumed</span>' in drawer
    other = page[page.index('id="why-exposed-JPN"') :].split("</div>")[0]
    assert f"<code>{command} --for JPN</code>" in other


def test_a_cut_that_did_not_clear_says_so_and_shows_no_number(study, tmp_path):
    said = "No result: the market in which China ships nothing abroad did not balance."
    empty = {key: [] for key in ("cases", "heads", "products", "members", "cautions")}
    study["exposure"] |= {"sentence": said, "notes": "", **empty}
    del study["tiles"][-1]["answers"]
    study["tiles"][-1] |= {"number": "No result", "sentence": said, "spark": [], "why": "None."}
    write(study, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    part = Read(page[page.index('id="exposed"') : page.index('id="look-out"')])
    assert said in part.seen
    assert not part.all("table")
    tile = Read(page[page.index("<h2>How exposed?") :].split("</article>")[0])
    assert not re.findall(r"\d+%", tile.seen + part.seen)


def test_the_view_stands_on_whoever_was_asked_for_also_without_a_script(study, tmp_path):
    study["viewed"] = "ev.JPN"
    write(study, tmp_path / "r.html")
    found = Read((tmp_path / "r.html").read_text(encoding="utf-8")).elements
    shown = {a["data-view"] for _, a in found if "data-view" in a and "hidden" not in a}
    assert shown == {"ev.JPN"}
    assert [a["value"] for tag, a in found if tag == "option" and "selected" in a] == ["ev.JPN"]


def test_an_unsolved_study_says_where_and_what_to_try_and_draws_nothing(unsolved, tmp_path):
    write(unsolved, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    told = Read(page)
    assert "No result: Malaysia, NdPr metal did not balance" in told.seen
    assert "the market with the agreement did not balance" in told.seen
    assert "stannary run --set floors.ndpr.metal=120" in told.seen
    assert [s["id"] for s in told.all("section")] == ["first"]
    for tag in ("script", "figure", "table", "svg"):
        assert not told.all(tag)
    assert "640" not in told.seen


def _poison(value, key=""):
    if isinstance(value, dict):
        return {k: _poison(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_poison(v, key) for v in value]
    fixed = {
        "schema", "made", "day", "key", "id", "region", "state", "product", "doubt", "viewed",
    }  # fmt: skip
    return value + HOSTILE if isinstance(value, str) and value and key not in fixed else value


def test_text_of_a_study_cannot_become_markup(study, told, tmp_path):
    write(_poison(study), tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    hostile = Read(page)
    # A reference with a space in it is no address, so it loses its link.
    shape = [tag for tag, a in told.elements if not a.get("href", "").startswith("http")]
    assert [tag for tag, _ in hostile.elements] == shape
    assert not [a for _, a in hostile.elements if any(n.startswith("on") for n in a)]
    assert "<!--" not in page
    assert page.count("</script>") == 2


def test_an_address_cannot_leave_its_attribute(study, tmp_path):
    study["rules"]["members"][0]["reference"] = address = 'https://example.org/"onclick="x()'
    write(study, tmp_path / "r.html")
    links = Read((tmp_path / "r.html").read_text(encoding="utf-8")).all("a")
    assert {"href": address, "rel": "noreferrer"} in links


def test_an_address_that_is_not_a_web_page_is_not_a_link(study, tmp_path):
    study["rules"]["members"][0]["reference"] = "javascript:alert(1)"
    write(study, tmp_path / "r.html")
    links = Read((tmp_path / "r.html").read_text(encoding="utf-8")).all("a")
    assert links
    assert not [a for a in links if a["href"].startswith("javascript")]


def test_the_same_study_gives_the_same_bytes(study, page, tmp_path):
    write(study, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_a_study_that_is_refused_leaves_the_old_file_alone(study, tmp_path):
    target = tmp_path / "report.html"
    target.write_text("old")
    study["price_gap"]["lost"] = 0.0
    with pytest.raises(BadInput):
        write(study, target)
    assert target.read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["report.html"]


def test_a_write_that_breaks_off_leaves_no_half_file(study, tmp_path, monkeypatch):
    target = tmp_path / "report.html"
    target.write_text("old")

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write(study, target)
    assert target.read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["report.html"]


def test_ids_are_unique(told):
    ids = [a["id"] for _, a in told.elements if "id" in a]
    assert len(ids) == len(set(ids))
    opened = [b["popovertarget"] for b in told.all("button") if "popovertarget" in b]
    assert opened
    assert set(opened) <= set(ids)
