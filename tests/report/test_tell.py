import re
from dataclasses import replace

import numpy as np
import pytest

from stannary import secretariat
from stannary.report import files, page, tell
from stannary.report import story as shape


def unsolved(study):
    certificate = replace(
        study.with_bloc.certificate, converged=False, failed=(("MYS", "ndpr.metal"),)
    )
    lost = replace(study.with_bloc, certificate=certificate, numbers=None)
    return replace(study, with_bloc=lost, verdict=None)


@pytest.fixture(scope="module")
def real():
    return secretariat.run()


@pytest.fixture(scope="module")
def told(real):
    return shape.read(tell.story(real))


def tile(told, key):
    return next(t for t in told["tiles"] if t["key"] == key)


def figures(text):
    """Whole numbers of a sentence, with the page's minus."""
    found = re.findall(r"(?<![\w.])[−]?\d[\d,]*(?:\.\d+)?", text)
    return [float(n.replace("−", "-").replace(",", "")) for n in found]


def test_a_real_study_is_a_story_that_a_page_can_tell(told, tmp_path):
    page.write(told, tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size < 2_000_000


def test_who_pays_adds_up_as_it_is_written(told):
    cost, *kept = figures(tile(told, "pay")["sentence"])
    assert cost == sum(kept)
    assert cost == round(-told["zone_users_usd"] / 1e6)
    assert tile(told, "pay")["number"] == f"−{cost:.0f} M USD"


def test_what_is_paid_and_kept_is_recomputed_from_the_arrays(real, told):
    market, zone = real.with_bloc.market, real.with_bloc.zone
    before, after = real.without.numbers, real.with_bloc.numbers
    into = np.array([d in zone for _, _, d in market.arcs])
    top_up = (after.money.top_up - before.money.top_up)[into].sum()
    home = {p.plant: p.region for p in market.world.plants}
    inside = np.array([home[p] in zone for p in market.plants])
    surplus = after.plant_surplus - before.plant_surplus
    gap = told["price_gap"]
    fines = (after.money.fines - before.money.fines)[into].sum()
    assert gap["treasuries"] == pytest.approx(top_up + fines)
    assert gap["zone_producers"] == pytest.approx(surplus[inside].sum())
    out = np.array([o not in zone for _, o, _ in market.arcs])
    export = (after.money.export - before.money.export)[out].sum()
    assert gap["outside_sellers"] == pytest.approx(surplus[~inside].sum() + export)
    assert gap["avoiding"] == pytest.approx(after.money.hiding.sum())


def test_holds_and_fails_are_counted_from_the_arrays(real, told):
    market, zone, b = real.with_bloc.market, real.with_bloc.zone, real.with_bloc.numbers.balance
    holds = 0
    for product, level in real.with_bloc.law.floors.items():
        at = [i for i, (r, g) in enumerate(market.uses) if g == product and r in zone]
        price = np.average(b.shares.average[at], weights=b.wanted[at])
        holds += price >= 0.98 * level.usd_per_t
    total = len(real.with_bloc.law.floors)
    hold = tile(told, "hold")
    assert hold["number"] == f"{holds} of {total}"
    assert hold["sentence"].startswith(f"{holds} hold, {total - holds} fail")
    assert len(hold["spark"]) == len(hold["inputs"]) == total


def test_what_is_made_is_the_largest_change_by_value(real, told):
    market, zone = real.with_bloc.market, real.with_bloc.zone
    before, after = real.without.numbers.balance, real.with_bloc.numbers.balance
    made = [
        [sum(s for s, (r, p) in zip(b.supplied, market.nodes, strict=True) if p == g and r in zone)
         for b in (before, after)]
        for g in ("magnet.ht", "ndpr.metal")
    ]  # fmt: skip
    changes = [round(100 * (new / old - 1)) for old, new in made]
    text = tile(told, "made")
    assert text["number"] == f"−{-changes[0]}%"
    assert f"Heat magnets −{-changes[0]}%" in text["sentence"]
    assert f"NdPr metal +{changes[1]}%" in text["sentence"]


def test_the_sliders_own_floor_gives_the_studys_outcome(real, told):
    slider = told["slider"]
    assert slider["shipped"] == 110
    assert slider["floors"] == [float(f) for f in range(0, 205, 5)]
    now = next(s for s in slider["solutions"] if s["floor"] == 110)
    row = real.verdict.products["ndpr.oxide"]
    assert now["price"] == pytest.approx(row.with_bloc.price / 1000, rel=1e-8)
    assert now["users_usd"] == pytest.approx(real.verdict.zone_users, rel=1e-6)
    assert now["zone_output"] == pytest.approx(row.with_bloc.made, rel=1e-8)
    assert now["state"] == row.state
    assert all(s["converged"] for s in slider["solutions"])


def test_another_stop_of_the_slider_is_a_run_with_all_forms_set(told):
    floors = {"ndpr.oxide": "75", "nd.oxide": "75", "pr.oxide": "75", "ndpr.carbonate": "66"}
    again = secretariat.run(settings=[f"floors.{p}={v}" for p, v in floors.items()])
    stop = next(s for s in told["slider"]["solutions"] if s["floor"] == 75)
    row = again.verdict.products["ndpr.oxide"]
    assert stop["price"] == pytest.approx(row.with_bloc.price / 1000, rel=1e-6)
    assert stop["users_usd"] == pytest.approx(again.verdict.zone_users, rel=1e-4)


def test_views_are_the_zone_and_its_members_by_name(real, told):
    ids = [view["id"] for view in told["views"]]
    assert ids[0] == "zone"
    regions = {view["id"] for view in told["views"] if not view["where"]} - {"zone"}
    assert regions == real.with_bloc.zone
    names = {view["id"]: view["name"] for view in told["views"]}
    assert names["EUU"] == "European Union"
    assert names["KOR"] == "South Korea"


def test_groups_of_buyers_are_told_under_their_region_and_add_up_to_what_it_pays(real, told):
    groups = {group["id"]: group for group in told["groups"]}
    listed = {view["id"] for view in told["views"] if view["where"]}
    assert listed == groups.keys()
    of_japan = [g["users"] for key, g in groups.items() if key.endswith(".JPN")]
    # Those whose part is too small to tell are what is missing.
    assert sum(of_japan) == pytest.approx(real.verdict.gains["JPN"].users, abs=2.5e6)


def test_leaks_of_the_page_are_those_of_the_arrays(real, told):
    b, arcs = real.with_bloc.numbers.balance, real.with_bloc.market.arcs
    zone = real.with_bloc.zone
    into = np.array([o not in zone and d in zone for _, o, d in arcs])
    unpaid = (b.flow * b.border.direct.evading * b.border.direct.declared)[into].sum()
    assert sum(leak["unpaid_usd"] for leak in told["leaks"]) == pytest.approx(unpaid, rel=1e-9)
    assert told["doors"] == []


def test_a_page_made_for_a_group_outside_the_zone_opens_with_it(tmp_path):
    told = shape.read(tell.story(secretariat.run(seen_by="ev.CHN")))
    assert told["viewed"] == "ev.CHN"
    assert "ev.CHN" in {group["id"] for group in told["groups"]}
    page.write(told, tmp_path / "report.html")


def test_products_with_a_floor_or_a_change_are_told_and_no_other(real, told):
    ids = {p["id"] for p in told["products"]}
    assert real.with_bloc.law.floors.keys() <= ids
    assert "ni.refined" not in ids
    assert not {p["name"] for p in told["products"]} & real.world.products.keys()


def test_a_members_price_is_that_of_the_outcome(real, told):
    seen = told["view_products"]["JPN"]["ndpr.metal"]
    assert seen["price_with"] == pytest.approx(real.with_bloc.price("JPN", "ndpr.metal") / 1000)
    assert seen["price_without"] == pytest.approx(real.without.price("JPN", "ndpr.metal") / 1000)


def test_outsiders_that_nothing_happens_to_are_told_together(real, told):
    shown = {g["region"]: g for g in told["gains"]}
    assert real.with_bloc.zone <= shown.keys()
    assert "CHL" not in shown
    everyone = sum(g.users + g.producers for g in real.verdict.gains.values())
    assert sum(g["users"] + g["producers"] for g in shown.values()) == pytest.approx(
        everyone, abs=2e6
    )


def test_what_is_assumed_is_listed_with_value_and_article(real, told):
    assumed = told["rests_on"]["assumed"]
    assert [a["path"] for a in assumed] == list(real.assumed)
    assert told["assumed_count"] == len(assumed)
    by_path = {a["path"]: a for a in assumed}
    assert by_path["floors.ndpr.oxide"]["value"] == "110"
    assert by_path["floors.ndpr.oxide"]["unit"] == "USD/kg"
    assert all(a["value"] and a["article"] and a["reference"] for a in assumed)


def test_five_figures_move_the_headline_and_none_is_an_id(real, told):
    drivers = told["rests_on"]["drivers"]
    assert len(drivers) == 5
    known = real.world.products.keys() | {p.plant for p in real.world.plants}
    for driver in drivers:
        assert not set(driver["input"].split()) & known


def test_the_law_is_told_whole_and_the_union_once(real, told):
    rules, schedule = told["rules"], real.with_bloc.schedule
    assert len(rules["floors"]) == len(schedule.floors)
    assert len(rules["duties"]) == len(schedule.duties)
    parties = [m for m in schedule.members if m.through is None]
    assert len(rules["members"]) == len(parties)
    assert sum(m["inside"] for m in rules["members"]) == sum(m.inside for m in parties)
    told_paths = {o["path"] for o in rules["others"]}
    kinds = ("floors.", "members.", "duties.")
    assert told_paths == {c.path for c in schedule.clauses if not c.path.startswith(kinds)}


def test_the_checks_pass_and_the_data_are_the_file(real, told):
    assert [c["ok"] for c in told["check"]] == [True] * 4
    assert told["csv"] == files.csv_text(real)
    assert told["command"] == real.command


def test_no_bloc_has_a_page_without_slider_and_views(tmp_path):
    told = shape.read(tell.story(secretariat.run("no-bloc")))
    assert "slider" not in told
    assert told["views"] == []
    assert told["products"] == []
    assert told["rests_on"]["drivers"] == []
    page.write(told, tmp_path / "report.html")


def test_an_unsolved_study_tells_where_and_what_to_try(real, tmp_path):
    lost = replace(unsolved(real), settings=("floors.ndpr.metal=9000",))
    told = shape.read(tell.story(lost))
    assert not told["converged"]
    assert told["not_solved"] == [
        {"solve": "with", "region": "Malaysia", "product": "NdPr metal",
         "try": "stannary run bloc-2026 --day 2027-01-01"}
    ]  # fmt: skip
    assert "tiles" not in told
    page.write(told, tmp_path / "report.html")
    assert "465" not in (tmp_path / "report.html").read_text()


def test_a_page_says_how_many_values_were_changed(tmp_path):
    told = shape.read(tell.story(secretariat.run(settings=["floors.magnet.ht=103"])))
    assert told["title"]["changes"] == 1
    page.write(told, tmp_path / "report.html")
    assert "1 value changed" in (tmp_path / "report.html").read_text()
