"""The screens and the page of a floor notice: they say what the notice says, and fit a terminal."""

import json
import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest

from stannary.customs.reference import written
from stannary.report import price, price_page, price_words
from stannary.secretariat import pricing

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = pricing.Files(EXAMPLES / "observations.csv", EXAMPLES / "fx.csv")
PRODUCTS = ("ndpr.oxide", "ndpr.metal", "dy.oxide")


def fits(text):
    lines = text.splitlines()
    return len(lines) < 40 and max(map(len, lines)) <= 100


@pytest.fixture(scope="module", params=PRODUCTS)
def one(request):
    return pricing.price(FILES, request.param)


@pytest.fixture(scope="module")
def day():
    return pricing.price(FILES)


def screen(priced):
    return price.screen(
        priced, tuple(Path("out") / f"{n.terms.product}.json" for n in priced.notices)
    )


def test_the_screen_of_a_notice_fits_a_terminal(one):
    assert fits(screen(one).replace(str(EXAMPLES), "examples"))


def test_the_screen_shows_every_price_as_the_notice_states_it(one):
    body, shown = one.notices[0].body(), screen(one)
    for name, said in (
        ("market", "market"), ("structural", "structural"), ("fair_value", "fair value"),
        ("previous", "floor before"), ("floor_usd_per_kg", "floor"),
    ):  # fmt: skip
        assert re.search(rf"^    {said} +{re.escape(body[name] or '-')}  ", shown, re.MULTILINE)


def test_what_is_left_out_is_counted_by_reason_and_adds_up(one):
    notice, shown = one.notices[0], screen(one)
    counts = Counter(why for _, why in notice.excluded)
    told = dict(re.findall(r"^    ([A-Z_]+) +(\d+)  ", shown, re.MULTILINE))
    assert told == {why: str(n) for why, n in counts.items()}
    total = sum(counts.values()) + len(notice.market.used)
    assert f"Left out  {sum(counts.values())} of {total} observations" in shown


def test_a_floor_that_the_step_stops_says_what_the_formula_gives():
    notice = pricing.price(FILES, "ndpr.oxide").notices[0]
    assert notice.floored.bound
    assert f"The formula gives {notice.floored.fair}" in price_words.why(notice)
    kept = pricing.price(FILES, "dy.oxide").notices[0]
    assert price_words.why(kept).startswith("No cost of production is listed")


def test_the_screen_of_a_day_has_a_row_for_each_notice_and_fits(day):
    shown = screen(day).replace(str(EXAMPLES), "examples")
    assert fits(shown)
    for notice in day.notices:
        assert re.search(
            rf"^  {notice.terms.product} .*{notice.floored.floor:.4f}", shown, re.MULTILINE
        )


def test_for_machines_one_notice_is_its_file_and_several_are_a_list(one, day):
    assert price.as_json(one) + "\n" == written(one.notices[0])
    assert [body["product"] for body in json.loads(price.as_json(day))] == sorted(PRODUCTS)


def test_the_page_holds_every_figure_loads_nothing_and_runs_nothing(one):
    notice = one.notices[0]
    page = price_page.page(one, notice)
    body = notice.body()
    for name in ("floor_usd_per_kg", "fair_value", "market", "structural", "version", "method"):
        assert body[name] in page
    for row in body["excluded"]:
        assert row["obs_id"] in page
    for rule in notice.method.rules:
        assert rule.name in page
    assert all(source.digest in page for source in notice.sources)
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "default-src 'none'" in unescape(page)


def test_what_a_file_says_cannot_break_the_page(tmp_path):
    path = tmp_path / "seen.csv"
    text = (EXAMPLES / "observations.csv").read_text()
    path.write_text(text.replace("N01,", "<script>alert(1)</script>,"))
    priced = pricing.price(pricing.Files(path), "ndpr.oxide")
    page = price_page.page(priced, priced.notices[0])
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_table_of_floors_reads_as_law(day, tmp_path):
    from stannary.customs.columns import FLOORS
    from stannary.customs.files import read

    price.publish(day, tmp_path)
    table = read(tmp_path / "floors.csv", FLOORS)
    assert not table.aside
    bodies = {notice.terms.product: notice.body() for notice in day.notices}
    assert {row["product"] for row in table.rows} == set(bodies)
    for row in table.rows:
        body = bodies[row["product"]]
        assert f"{row['floor_usd_per_kg']:.4f}" == body["floor_usd_per_kg"]
        assert f"{row['market_usd_per_kg']:.4f}" == body["market"]
        assert row["version"] == body["version"]
