"""The page in a browser: fits, moves, answers, prints, asks nobody for anything."""

import json
import os
import re

import pytest

from stannary.report import write
from stannary.report.words import exact, figure, millions, percent

sync_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def browser(chromium):
    # Chromium refuses its sandbox to root, which is who runs tests in a container.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if root else []
        )
        yield browser
        browser.close()


@pytest.fixture
def file(study, tmp_path):
    write(study, tmp_path / "report.html")
    return (tmp_path / "report.html").as_uri()


@pytest.fixture
def visit(browser, file):
    """Open the report; at the end, nothing may have been asked for or complained about."""
    contexts, heard = [], []

    def opened(address=file, **options):
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 720}, "reduced_motion": "reduce"} | options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on(
            "request",
            lambda r: None if r.url.split(":")[0] in {"file", "data", "blob"}
            else heard.append(r.url),
        )  # fmt: skip
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def test_the_first_screen_needs_no_scrolling(visit):
    page = visit()
    for selector in (".tiles", ".live", "#floor"):
        box = page.locator(selector).bounding_box()
        assert box["y"] + box["height"] <= 720
    assert page.locator(".tile").count() == 4
    assert page.locator(".tile svg:visible").count() == 4


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_never_scrolls_sideways(visit, width):
    page = visit(viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_a_finger_touches_is_44_px(visit):
    page = visit(viewport={"width": 360, "height": 740})
    for selector in ("select", "input", "#csv", "thead button >> nth=0", "summary >> nth=0"):
        assert page.locator(selector).bounding_box()["height"] >= 44


def test_moving_the_slider_changes_the_sentence_and_its_figures(visit, study):
    page = visit()
    sentence = page.locator("[data-solution=sentence]")
    figures = page.locator(".figures").inner_text()
    assert sentence.inner_text() == study["slider"]["solutions"][22]["sentence"]
    page.locator("#floor").press("ArrowRight")
    assert sentence.inner_text() == study["slider"]["solutions"][23]["sentence"]
    assert page.locator("[data-solution=floor]").inner_text() == "115"
    assert page.locator("#floor").get_attribute("aria-valuetext") == "115 dollars a kilo"
    assert page.locator(".figures").inner_text() != figures
    assert "115 USD/kg" in page.locator("[data-chart=slider] svg").get_attribute("aria-label")


def test_the_slider_stops_at_the_last_floor_solved(visit, study):
    page = visit()
    page.locator("#floor").press("End")
    page.locator("#floor").press("ArrowRight")
    assert page.locator("[data-solution=floor]").inner_text() == "200"
    last = study["slider"]["solutions"][-1]["sentence"]
    assert page.locator("[data-solution=sentence]").inner_text() == last


def test_a_floor_that_did_not_balance_greys_the_last_answer(visit):
    page = visit()
    page.locator("#floor").fill("38")
    before = page.locator("[data-solution=price]").inner_text()
    page.locator("#floor").press("ArrowRight")
    assert "did not balance" in page.locator("[data-solution=sentence]").inner_text()
    assert page.locator("[data-solution=price]").inner_text() == before
    assert "stale" in page.locator("[data-solution=price]").get_attribute("class")


def test_viewing_as_a_member_changes_the_figures(visit):
    page = visit()
    pays = page.locator(".tile").nth(1)
    assert "−640 M USD" in pays.inner_text()
    page.select_option("#view", "JPN")
    assert "−640 M USD" not in pays.inner_text()
    assert "Japan pays 141 M USD a year: users −236.0" in pays.inner_text()
    assert pays.locator("svg:visible").count() == 1
    assert page.locator("[data-view=JPN] summary").is_visible()
    assert not page.locator("[data-view=zone] summary").is_visible()
    assert page.locator("svg .row.on").count() == 1


def test_viewing_as_a_group_of_buyers_says_what_they_pay(visit, study):
    page = visit()
    pays = page.locator(".tile").nth(1)
    page.select_option("#view", "ev.JPN")
    assert "−12.0 M USD" in pays.inner_text()
    assert study["groups"][0]["sentence"] in pays.inner_text()
    assert page.locator("[data-view='ev.JPN'] summary").is_visible()
    assert page.locator("svg .row.on .name14").all_text_contents() == ["Japan"]


def test_every_view_is_told_how_exposed_it_is(visit, study):
    page = visit()
    exposed, tile = page.locator(".tile").nth(3), study["tiles"][3]
    for view in ("zone", "JPN", "ev.EUU"):
        page.select_option("#view", view)
        told = tile if view == "zone" else tile["answers"][view]
        assert told["number"] in exposed.inner_text()
        assert told["sentence"] in exposed.inner_text()
        bars = exposed.locator("svg:visible").get_attribute("aria-label")
        assert all(f"{m['label']} {m['text']}" in bars for m in told["spark"])


def test_the_page_opens_as_whoever_it_was_made_for(visit, study, tmp_path):
    study["viewed"] = "ev.EUU"
    write(study, tmp_path / "for.html")
    page = visit((tmp_path / "for.html").as_uri())
    assert page.locator("#view").input_value() == "ev.EUU"
    assert study["groups"][2]["sentence"] in page.locator(".tile").nth(1).inner_text()
    assert page.locator("optgroup").count() == 2


def test_what_owners_outside_get_is_hatched_where_there_is_any(visit, study, tmp_path):
    assert visit().locator("[data-chart=gains] .row .band").count() == 1
    for gain in study["gains"]:
        gain["owned_outside"] = 0.0
    write(study, tmp_path / "own.html")
    page = visit((tmp_path / "own.html").as_uri())
    assert page.locator("[data-chart=gains] .band").count() == 0
    assert "owned outside" not in page.locator("[data-chart=gains] svg").text_content()


def test_the_title_of_each_chart_is_its_finding_and_is_read_aloud(visit):
    page = visit()
    titles = page.locator("figure.chart .finding").all_inner_texts()
    assert titles == [
        "4 of 8 floors hold, 2 fail, 2 are idle",
        "Among members, most is gained by Australia, most is paid by Japan",
        "Of each 100 USD that zone users pay more, 45 go to zone producers",
    ]
    svgs = page.locator("figure.chart svg")
    assert [svgs.nth(i).get_attribute("aria-label") for i in range(3)] == titles


def test_a_failing_row_says_so_and_why(visit):
    drawn = visit().locator("[data-chart=prices] svg").text_content()
    assert "FAILS: 16% enters without paying" in drawn
    assert "magnets" not in drawn


def test_the_gap_is_drawn_with_the_amounts_of_its_table(visit):
    amounts = visit().locator("[data-chart=gap] svg .value").all_text_contents()
    assert [float(a) for a in amounts] == [640, 290, 265, 60, 20, 5]


def test_a_number_opens_its_formula(visit):
    page = visit()
    assert not page.locator("#why-pay").is_visible()
    page.click("[popovertarget=why-pay]")
    assert "265 + 290 + 60 + 25 = 640" in page.locator("#why-pay").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#why-pay").is_visible()


def test_tables_sort_by_value(visit):
    page = visit()
    table = page.locator("#prices table").first
    table.locator("thead button").nth(2).click()
    first = table.locator("tbody tr").first
    assert first.locator("th").inner_text() == "Y oxide"
    table.locator("thead button").nth(2).click()
    assert first.locator("th").inner_text() == "Tb oxide"


def test_the_data_is_handed_out_from_inside_the_file(visit, study, tmp_path):
    page = visit()
    with page.expect_download() as waiting:
        page.click("#csv")
    assert waiting.value.suggested_filename == "bloc-2026-2027-01-01.csv"
    waiting.value.save_as(tmp_path / "data.csv")
    assert (tmp_path / "data.csv").read_text() == study["csv"]


def test_without_a_script_all_text_and_every_table_is_there(visit):
    page = visit(java_script_enabled=False)
    assert "−640 M USD" in page.locator(".tile").nth(1).inner_text()
    assert page.locator("#prices table >> nth=0").is_visible()
    assert page.locator("[data-view=JPN] summary").is_visible()
    assert not page.locator("#floor").is_visible()


def test_on_paper_the_first_screen_is_the_first_page(visit):
    page = visit()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.first')).breakAfter") == "page"
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", printed)) >= 4
    assert b"/MediaBox [0 0 594.95" in printed or b"/MediaBox [0 0 595" in printed


def test_a_hostile_study_runs_nothing(study, visit, tmp_path):
    hostile = "<img src=x onerror=alert(1)></script><script>alert(1)</script>"
    study["products"][0]["name"] = study["headline"] = study["look_out"][0]["text"] = hostile
    study["slider"]["solutions"][23]["sentence"] = hostile
    study["gains"][0]["name"] = hostile
    write(study, tmp_path / "hostile.html")
    page = visit((tmp_path / "hostile.html").as_uri())
    page.locator("#floor").press("ArrowRight")
    assert page.locator("[data-solution=sentence]").inner_text() == hostile
    assert page.locator("img").count() == 0


def test_the_page_and_its_pictures_write_numbers_alike(visit):
    page = visit()
    values = [
        0,
        62,
        110,
        99.96,
        1560,
        14234,
        -7.4,
        0.04123,
        62.25,
        112.5,
        999.5,
        1e-9,
        450.0,
        1e6,
        -640.4e6,
        290e6,
    ]
    drawn = page.evaluate(
        "vs => vs.map(v => [stannary.figure(v), stannary.exact(v), stannary.millions(v)])", values
    )
    assert drawn == [[figure(v), exact(v), millions(v)] for v in values]
    assert page.evaluate("stannary.percent(0.125)") == percent(0.125) == "13%"
    assert json.loads(page.locator("#told").text_content())["file"]
