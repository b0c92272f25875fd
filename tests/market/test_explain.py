from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from stannary import secretariat
from stannary.market.breakdown import Subject
from stannary.market.explain import breakdown, charges, per_tonne
from stannary.market.from_agreement import bridge
from stannary.market.functional import seen
from stannary.market.measures import Limit
from stannary.market.outcome import solve_on, solve_under
from stannary.market.sensitivity import RISE, movers

DAY = date(2027, 1, 1)
SMALL = 1e-5

SUBJECTS = [
    Subject("price", "ndpr.metal", None),
    Subject("price", "w.apt", "EUU"),
    Subject("output", "ndpr.oxide", None),
    Subject("output", "magnet.ht", "CHN"),
    Subject("supplier", "ndpr.metal", None),
    Subject("supplier", "tb.oxide", "JPN"),
    Subject("users", "", None),
    Subject("users", "", "JPN"),
    Subject("producers", "", "USA"),
    Subject("treasury", "", None),
    Subject("treasury", "", "CHN"),
]


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


@pytest.fixture(scope="module")
def leaky():
    """The same with goods that circulate freely, one member's higher floor and a guarantee."""
    settings = [
        "rules.circulation=free", "floors.ndpr.metal.EUU=200", "responses.capture=0.3",
        "guarantees.ndpr.metal.JPN=130",
    ]  # fmt: skip
    return secretariat.run(settings=settings)


def explained(subject, study):
    return breakdown(subject, study.without, study.with_bloc)


def named(subject):
    return ".".join([subject.product or subject.region or "zone", subject.kind])


# ---------------------------------------------------------------- parts


@pytest.mark.parametrize("subject", [*SUBJECTS, Subject("floor", "ndpr.metal", None)], ids=named)
@pytest.mark.parametrize("which", ["study", "leaky"])
def test_the_parts_of_every_number_add_up_to_it(subject, which, request):
    found = explained(subject, request.getfixturevalue(which))
    assert sum(part.amount for part in found.parts) == pytest.approx(found.total, rel=1e-9)
    if subject.kind != "floor":
        assert found.total == pytest.approx(found.value, rel=1e-9)


def test_numbers_are_those_of_the_verdict(study):
    verdict = study.verdict
    for product, row in verdict.products.items():
        for kind, value in (
            ("price", row.with_bloc.price), ("supplier", row.with_bloc.supplier),
            ("output", row.with_bloc.made),
        ):  # fmt: skip
            found = explained(Subject(kind, product, None), study).value
            assert found == (None if value is None else pytest.approx(value, rel=1e-9))
    for region, gain in verdict.gains.items():
        for kind in ("users", "producers", "treasury"):
            found = explained(Subject(kind, "", region), study).value
            assert found == pytest.approx(getattr(gain, kind), rel=1e-9, abs=1e-3)


def test_with_leaks_every_treasury_is_still_the_verdicts(leaky):
    assert leaky.with_bloc.law.doors
    for region, gain in leaky.verdict.gains.items():
        found = explained(Subject("treasury", "", region), leaky).value
        assert found == pytest.approx(gain.treasury, rel=1e-9, abs=1e-3)


@pytest.mark.parametrize("which", ["study", "leaky"])
def test_what_a_tonne_pays_on_every_route_adds_up_to_its_landed_price(which, request):
    parts = per_tonne(request.getfixturevalue(which).with_bloc)
    landed = parts.pop("landed")
    np.testing.assert_allclose(sum(parts.values()), landed, rtol=1e-12)
    assert (parts["avoided"] <= 1e-9).all()


def test_the_price_of_a_region_is_what_its_buyers_pay(study):
    found = explained(Subject("price", "w.apt", "EUU"), study)
    assert found.value == pytest.approx(study.with_bloc.price("EUU", "w.apt"))
    assert found.without == pytest.approx(study.without.price("EUU", "w.apt"))
    shares = [part.columns["share"] for part in found.parts]
    assert sum(shares) == pytest.approx(1)


def test_an_honest_import_reaches_the_floor_and_no_more(study):
    found = explained(Subject("floor", "ndpr.metal", None), study)
    assert found.value == 150_000
    assert found.total == pytest.approx(study.verdict.products["ndpr.metal"].with_bloc.top_up)
    for part in found.parts:
        row = part.columns
        assert row["cif"] + row["duty"] + row["top_up"] == pytest.approx(row["reaches"])
        assert row["reaches"] == pytest.approx(150_000)
        # Paid is what the law asks less what evaders do not pay.
        paid = row["tonnes"] * row["top_up"] * (1 - row["evading"])
        assert part.amount == pytest.approx(paid, rel=1e-3)


def test_an_output_is_capacity_by_logistic_by_yield(study):
    plants = {p.plant: p for p in study.world.plants}
    for part in explained(Subject("output", "ndpr.oxide", None), study).parts:
        plant, row = plants[part.name], part.columns
        running = 1 / (1 + np.exp(-row["margin"] / plant.cost_spread))
        made = study.world.recipes[plant.recipe].coefficients["ndpr.oxide"]
        assert part.amount == pytest.approx(plant.capacity * running * made)


def test_a_treasurys_columns_add_up_across(leaky):
    for part in explained(Subject("treasury", "", None), leaky).parts:
        assert sum(part.columns.values()) == pytest.approx(part.amount, rel=1e-12, abs=1e-6)


def test_textbook_curves_are_parts_too(textbook, no_bloc):
    market = textbook("two-region")
    both = solve_on(market, no_bloc.on(DAY))
    found = breakdown(Subject("output", "good", None), both, both)
    assert {part.name for part in found.parts} == {"curve:A:good", "curve:B:good"}
    assert sum(part.amount for part in found.parts) == pytest.approx(found.value)


def test_buyers_whom_no_route_reaches_have_no_price(base, no_bloc):
    schedule = no_bloc.on(DAY)
    law = bridge(base, schedule)
    shut = np.array([(g, d) == ("ndpr.oxide", "GBR") for g, _, d in base.arcs])
    law = replace(law, levers=law.levers._replace(open=np.where(shut, 0.0, law.levers.open)))
    plain, cut = solve_on(base, schedule), solve_under(base, schedule, law)
    found = breakdown(Subject("price", "ndpr.oxide", "GBR"), plain, cut)
    assert cut.price("GBR", "ndpr.oxide") > 50 * found.without  # a stand-in that no origin asks
    assert (found.value, found.parts) == (None, ())
    everybody = breakdown(Subject("price", "ndpr.oxide", None), plain, cut)
    assert sum(part.amount for part in everybody.parts) == pytest.approx(everybody.value)


def test_where_nobody_buys_there_is_no_price(study):
    found = explained(Subject("price", "re.conc.mixed", None), study)
    assert (found.value, found.parts, found.functional) == (None, (), None)


def test_what_is_charged_on_a_route_is_what_the_market_charges(study):
    # Independent: add the rates up by hand and hold them to the levers.
    market, levers = study.with_bloc.market, study.with_bloc.levers
    for i, arc in enumerate(market.arcs):
        rates = {"duty": 0.0, "tax": 0.0}
        for charge in charges(study.with_bloc, arc):
            if hasattr(charge, "rate"):
                rates["duty"] += float(charge.rate)
            elif charge.unit == "ad_valorem":
                rates["tax" if charge.kind == "export_tax" else "duty"] += charge.value
        assert rates["duty"] == pytest.approx(levers.counted[i] + levers.uncounted[i]), arc
        assert rates["tax"] == pytest.approx(levers.export_tax[i]), arc


# ---------------------------------------------------------------- slopes


@pytest.mark.parametrize("subject", SUBJECTS, ids=named)
def test_a_number_and_its_functional_are_the_same(subject, study):
    found = explained(subject, study)
    number = found.functional.of(
        found.functional.chosen,
        (study.without.network, study.with_bloc.network),
        study.with_bloc.market.economy,
        seen(study.without),
        seen(study.with_bloc),
    )
    assert float(number) == pytest.approx(found.value, rel=1e-9)


def again(outcome, economy, levers):
    """The same market solved again with other figures."""
    law = replace(outcome.law, levers=levers)
    market = replace(outcome.market, economy=economy)
    found = solve_under(market, outcome.schedule, law, outcome.numbers.unknown)
    assert found.certificate.residual < 1e-9
    return found


def slope(subject, without, with_bloc, change):
    """What a tenth more does, from markets solved again a little up and down.

    change  a function of economy, levers without, levers with, and a factor
    """
    values = []
    for factor in (1 + SMALL, 1 - SMALL):
        economy, *levers = change(
            with_bloc.market.economy, without.levers, with_bloc.levers, factor
        )  # fmt: skip
        pair = [again(o, economy, one) for o, one in zip((without, with_bloc), levers, strict=True)]
        values.append(breakdown(subject, *pair).value)
    return RISE * (values[0] - values[1]) / (2 * SMALL)


def one_figure(market, driver):
    """A function that scales the one figure of the base world that a driver names."""
    recipe = {p.plant: p.recipe for p in market.world.plants}
    makes = [(recipe[market.plants[k]], market.nodes[n][1]) for k, n in
             zip(market.network.made_plant, market.network.made_node, strict=True)]  # fmt: skip
    draws = [(recipe[market.plants[k]], market.uses[u][1]) for k, u in
             zip(market.network.used_plant, market.network.used_use, strict=True)]  # fmt: skip
    key = (driver.name, driver.product)
    at = {
        "capacity": [p == driver.name for p in market.plants],
        "cost": [p == driver.name for p in market.plants],
        "made": [pair == key for pair in makes],
        "used": [pair == key for pair in draws],
        "base_use": [s == driver.name for s in market.segments],
        "floor": [g == driver.product for g, _, _ in market.arcs],
        "export_tax": [(o, g) == key for g, o, _ in market.arcs],
    }[driver.kind]
    assert any(at)

    def change(economy, plain, levers, factor):
        more = np.where(at, factor, 1.0)
        if driver.kind == "floor":
            return economy, plain, levers._replace(floor=levers.floor * more)
        if driver.kind == "export_tax":
            taxed = [one._replace(export_tax=one.export_tax * more) for one in (plain, levers)]
            return economy, *taxed
        field = driver.kind
        return economy._replace(**{field: getattr(economy, field) * more}), plain, levers

    return change


@pytest.mark.parametrize("subject", SUBJECTS, ids=named)
def test_what_a_number_hangs_on_is_what_markets_solved_again_say(subject, study):
    found = explained(subject, study)
    drivers = movers(found.functional, study.without, study.with_bloc)
    laws = [next((d for d in drivers if d.kind == kind), None) for kind in ("floor", "export_tax")]
    for driver in (*drivers[:2], *filter(None, laws)):
        change = one_figure(study.with_bloc.market, driver)
        by_hand = slope(subject, study.without, study.with_bloc, change)
        size = abs(found.value)
        assert driver.effect == pytest.approx(by_hand, rel=1e-3, abs=1e-8 * size), driver


TOY = [
    Subject("price", "oxide", None),
    Subject("output", "oxide", "AUS"),
    Subject("supplier", "oxide", None),
    Subject("users", "", "JPN"),
    Subject("producers", "", "AUS"),
    Subject("treasury", "", "AUS"),
    Subject("treasury", "", None),
]

FIELDS = {
    "capacity": ("capacity",), "cost": ("cost",), "spread": ("spread",), "used": ("used",),
    "base_use": ("base_use",), "elasticity": ("elasticity",), "substitution": ("sigma",),
    "freight": ("freight", "freight_share"), "duty": ("counted", "uncounted", "specific"),
    "export_tax": ("export_tax", "export_specific"), "limit": ("limit",), "floor": ("floor",),
    "guarantee": ("guarantee",), "capture": ("capture",), "detour": ("detour",),
    "audit_rate": ("audit_rate",), "penalty": ("penalty",), "disguise": ("disguise",),
    "tempted": ("tempted",),
}  # fmt: skip
ON_BOTH_SIDES = ("duty", "export_tax", "limit")


@pytest.fixture(scope="module")
def rich(toy, bloc, no_bloc, drawn_law):
    """The toy without a bloc, and under drawn doors, limits, cheats, captures and guarantees."""
    network, levers = drawn_law(toy, 0)
    some = np.arange(len(toy.nodes)) % 3 == 0
    levers = levers._replace(
        capture=0.2 * (levers.liable == 1), guarantee=1.5 * toy.economy.base_price * some
    )
    limits = tuple(
        Limit(f"limit {n}", tuple(network.member_arc[network.member_limit == n].tolist()),
              float(levers.limit[n]), bool(network.limit_export[n]), "", float(levers.beyond[n]))
        for n in range(len(levers.limit))
    )  # fmt: skip
    doors = tuple((*toy.arcs[i][:2], "AUS") for i in network.door_arc)
    number = list(toy.world.regions).index("AUS")
    network = network._replace(door_region=np.full(len(doors), number))
    schedule = bloc.on(DAY)
    law = replace(bridge(toy, schedule), network=network, levers=levers, doors=doors, limits=limits)
    found = solve_under(toy, schedule, law)
    b = found.cleared.balance
    assert (b.limits.rent > 0).any()
    assert (b.received > b.price.gate).any()
    assert (b.border.diverted * b.flow > 1).any()
    return solve_on(toy, no_bloc.on(DAY)), found


@pytest.mark.parametrize("subject", TOY, ids=named)
def test_all_figures_of_a_kind_moved_at_once_do_what_their_effects_add_up_to(subject, rich):
    without, with_bloc = rich
    drivers = movers(breakdown(subject, *rich).functional, *rich)
    size = abs(breakdown(subject, *rich).value)

    def change(kind):
        def scale(economy, plain, levers, factor):
            fields = FIELDS[kind]
            if hasattr(economy, fields[0]):
                more = {field: getattr(economy, field) * factor for field in fields}
                return economy._replace(**more), plain, levers
            both = [
                one._replace(**{field: getattr(one, field) * factor for field in fields})
                for one in (plain, levers)
            ]
            return economy, both[0] if kind in ON_BOTH_SIDES else plain, both[1]

        return scale

    for kind in FIELDS:
        effect = sum(driver.effect for driver in drivers if driver.kind == kind)
        by_hand = slope(subject, without, with_bloc, change(kind))
        assert effect == pytest.approx(by_hand, rel=1e-3, abs=1e-6 * size), kind


def test_every_kind_of_figure_moves_some_number_of_the_drawn_market(rich):
    moved = {d.kind for s in TOY for d in movers(breakdown(s, *rich).functional, *rich)}
    assert moved >= FIELDS.keys()


def test_nobody_is_asked_for_slopes_at_a_kink(study):
    sharp = replace(study.with_bloc.market, exact_use=np.ones(len(study.with_bloc.market.uses)))
    found = explained(SUBJECTS[0], study)
    assert movers(found.functional, study.without, replace(study.with_bloc, market=sharp)) == ()
