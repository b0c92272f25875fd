from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary import secretariat
from stannary.market.breakdown import OF_PRODUCTS, OF_REGIONS, Subject
from stannary.secretariat.explain import explained, has, id_of, subject_of
from stannary.terms.errors import BadInput, UnknownName
from stannary.world import World

WORLD = World.load("base-2024")

IDS = [
    "ndpr.metal.price", "w.apt.price.EUU", "ndpr.metal.floor", "ndpr.oxide.output",
    "ndpr.oxide.output.USA", "tb.oxide.supplier", "JPN.users", "zone.users", "USA.producers",
    "EUU.treasury", "CHN.treasury",
]  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return secretariat.run("bloc-2026", WORLD)


@pytest.fixture(scope="module")
def found(study):
    return {id: explained(id, study) for id in IDS}


def figures(one):
    return [*one.inputs, *(figure for hang in one.hangs_on for figure in hang.inputs)]


# ---------------------------------------------------------------- ids


@given(
    st.sampled_from([*OF_PRODUCTS]),
    st.sampled_from([*WORLD.products]),
    st.sampled_from([None, *WORLD.regions]),
)
def test_the_id_of_a_number_of_a_product_names_it_again(kind, product, region):
    subject = Subject(kind, product, region)
    assert subject_of(id_of(subject), WORLD) == subject


@given(st.sampled_from([*OF_REGIONS]), st.sampled_from([None, *WORLD.regions]))
def test_the_id_of_a_gain_names_it_again(kind, region):
    subject = Subject(kind, "", region)
    assert subject_of(id_of(subject), WORLD) == subject


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("products.ndpr.oxide.price_with", "ndpr.oxide.price"),
        ("products.ndpr.oxide.zone_output_without", "ndpr.oxide.output"),
        ("products.magnet.ht.supplier_share_with", "magnet.ht.supplier"),
        ("products.w.apt.floor", "w.apt.floor"),
        ("gains_usd.JPN.treasury", "JPN.treasury"),
        ("ndpr.oxide.made.MYS", "ndpr.oxide.output.MYS"),
        ("ndpr.oxide.price.zone", "ndpr.oxide.price"),
    ],
)
def test_a_path_of_outcome_json_is_an_id_too(path, id):
    assert id_of(subject_of(path, WORLD)) == id


def test_where_dots_allow_for_two_products_the_longest_wins():
    ge = WORLD.products["ge.metal"]
    twins = replace(WORLD, products=WORLD.products | {"ge": ge, "ge.price": ge})
    assert subject_of("ge.price.floor", twins) == Subject("floor", "ge.price", None)
    assert subject_of("ge.price", twins) == Subject("price", "ge", None)
    assert subject_of("ge.metal.price", twins) == Subject("price", "ge.metal", None)


@pytest.mark.parametrize(
    ("id", "near"),
    [("ndpr.metl.price", "ndpr.metal.price"), ("JPN.user", "JPN.users"),
     ("ndpr.metal.price.XXX", "ndpr.metal.price"), ("zone.floor", "floor"), ("", "")],
)  # fmt: skip
def test_an_unknown_id_is_refused_with_the_nearest_ones_before_anything_is_solved(id, near):
    with pytest.raises(UnknownName, match="unknown number") as refused:
        secretariat.explain(id, "no such agreement", WORLD)
    assert near in str(refused.value)


@pytest.mark.parametrize(
    ("id", "text"),
    [
        ("magnet.std.floor", "one of 13 floor ids"),
        ("re.conc.mixed.price", "price ids"),
        ("ndpr.metal.output.AUS", "output"),
        ("ndpr.metal.floor.CHN", "unknown floor"),
    ],
)
def test_a_number_that_this_study_does_not_have_is_refused_with_those_it_has(id, text, study):
    with pytest.raises(UnknownName, match=text):
        explained(id, study)
    assert not has(study, id)


def test_without_a_zone_no_number_is_of_the_zone():
    with pytest.raises(BadInput, match="there is no zone"):
        secretariat.explain("zone.users", "no-bloc", WORLD)
    assert secretariat.explain("ndpr.oxide.price", "no-bloc", WORLD).breakdown.value > 0


# ---------------------------------------------------------------- what it says


def test_the_numbers_are_those_that_run_prints(study, found):
    verdict = study.verdict
    metal = verdict.products["ndpr.metal"]
    assert found["ndpr.metal.price"].breakdown.value == pytest.approx(metal.with_bloc.price)
    assert found["ndpr.metal.price"].breakdown.without == pytest.approx(metal.without.price)
    assert found["ndpr.metal.floor"].breakdown.value == metal.floor
    assert found["zone.users"].breakdown.value == pytest.approx(verdict.zone_users)
    assert found["EUU.treasury"].breakdown.value == pytest.approx(verdict.gains["EUU"].treasury)


def test_every_figure_of_the_world_stands_where_it_says_it_does(found):
    for one in found.values():
        for figure in figures(one):
            if figure.article:
                continue
            line = Path(figure.place.file).read_text("utf-8").splitlines()[figure.place.line - 1]
            assert figure.source
            assert repr(float(figure.value)) in line or f"{figure.value:g}" in line, figure
            assert all(word in line for word in figure.name.split()[1:]), figure


def test_every_figure_of_the_law_names_its_article_reference_and_line(study, found):
    texts = Path(secretariat.__file__).parents[1] / "agreement" / "texts"
    told = 0
    for one in found.values():
        for figure in figures(one):
            if not figure.article:
                continue
            told += 1
            clause = next(c for c in study.with_bloc.schedule.clauses if c.path == figure.name)
            assert (figure.article, figure.source) == (clause.article, clause.reference)
            assert figure.quality == ("assumed" if clause.assumed else "stated")
            lines = (texts / figure.place.file).read_text("utf-8").splitlines()
            line = lines[figure.place.line - 1]
            assert "from" in line or figure.name.split(".", 1)[1] in line, figure
    assert told > 10


def test_five_figures_are_told_largest_effect_first_each_with_its_source(found):
    for id, one in found.items():
        if one.subject.kind == "floor":
            assert one.hangs_on == ()
            continue
        effects = [abs(hang.driver.effect) for hang in one.hangs_on]
        assert len(effects) == 5, id
        assert effects == sorted(effects, reverse=True)
        assert all(hang.inputs for hang in one.hangs_on)


def test_every_figure_that_moves_a_number_leads_to_a_source(study):
    from stannary.market.sensitivity import movers
    from stannary.secretariat.sources import of_driver

    one = explained("zone.treasury", study)
    drivers = movers(one.breakdown.functional, study.without, study.with_bloc)
    first = {driver.kind: driver for driver in reversed(drivers)}
    lost = [d for d in (*drivers[:100], *first.values()) if not of_driver(study, d)]
    assert len(first) > 12
    assert lost == []


def test_the_inputs_of_a_price_hold_the_floor_the_duty_and_the_export_tax(found):
    names = {figure.name for figure in found["ndpr.metal.price"].inputs}
    assert {"floors.ndpr.metal", "substitution ndpr.metal", "border chn-vat-ndpr.metal"} <= names


def test_the_inputs_of_a_treasury_hold_the_duties_it_collects(study):
    names = {figure.name for figure in explained("zone.treasury", study).inputs}
    assert {"floors.w.apt", "duties.usa-301-tungsten"} <= names


# ---------------------------------------------------------------- floors


def test_a_floor_is_the_laws_level_by_table_f(study):
    for product, floor in study.with_bloc.law.floors.items():
        levels = explained(f"{product}.floor", study).levels
        assert levels[0].law == floor.law
        assert levels[0].usd_per_t == pytest.approx(floor.usd_per_t, rel=1e-12)
        weaker = {level.law.product for level in levels if level.usd_per_t < floor.usd_per_t}
        assert weaker == set(floor.others)


def test_a_form_says_which_floor_it_follows_and_at_what_share(study):
    levels = {x.law.product: x for x in explained("ge.metal.floor", study).levels}
    assert levels["ge.metal"].share is None
    assert (levels["ge.oxide"].share, levels["ge.oxide"].follows) == (0.98, "ge.metal")
    assert levels["ge.oxide"].usd_per_t == pytest.approx(0.98 * levels["ge.metal"].usd_per_t)


def test_a_members_own_floor_is_explained_at_its_border_only():
    settings = ["floors.ndpr.metal.JPN=120"]
    own = secretariat.explain("ndpr.metal.floor.JPN", "bloc-2026", WORLD, settings=settings)
    assert own.breakdown.value == 120_000
    assert own.inputs[0].name == "floors.ndpr.metal.JPN"
    assert own.inputs[0].place.file == "--set floors.ndpr.metal.JPN=120"
    assert {round(part.columns["floor"]) for part in own.breakdown.parts} == {120_000}
    common = explained("ndpr.metal.floor", own.study)
    assert common.breakdown.value == 150_000
    assert explained("ndpr.metal.floor.EUU", own.study).breakdown.value == 150_000


def test_a_market_that_did_not_clear_has_no_number(study):
    broken = replace(study.with_bloc, numbers=None, certificate=replace(
        study.with_bloc.certificate, converged=False, failed=(("MYS", "ndpr.metal"),)
    ))  # fmt: skip
    one = explained("ndpr.metal.price", replace(study, with_bloc=broken, verdict=None))
    assert (one.breakdown, one.inputs, one.hangs_on) == (None, (), ())


def test_the_day_and_the_settings_are_those_of_run():
    one = secretariat.explain(
        "ndpr.metal.floor", "bloc-2026", WORLD, date(2028, 3, 1), ["floors.ndpr.metal=90"]
    )
    assert (one.study.day, one.breakdown.value) == (date(2028, 3, 1), 90_000)
