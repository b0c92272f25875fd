import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stannary import cli, secretariat
from stannary.market.view import viewer
from stannary.report import stress as window
from stannary.report import stress_facts
from stannary.report.names import product_name, region_name
from stannary.secretariat.exposed import exposed, receipts
from stannary.secretariat.stress import exposure
from stannary.terms.errors import BadInput
from stannary.world import World

TESTS = Path(__file__).parents[1]
WORLD = World.load("base-2024")
WHICH = ["zone", "member", "group", "outside", "alone", "poor", "without"]


@pytest.fixture(scope="module")
def zone():
    return secretariat.stress(world=WORLD)


@pytest.fixture(scope="module")
def member(zone):
    return replace(zone, viewer=viewer(WORLD, "JPN"))


@pytest.fixture(scope="module")
def group(zone):
    return replace(zone, viewer=viewer(WORLD, "ev.EUU"))


@pytest.fixture(scope="module")
def outside(zone):
    return replace(zone, viewer=viewer(WORLD, "VNM"))


@pytest.fixture(scope="module")
def alone():
    """No bloc at all, two suppliers, half a year."""
    return secretariat.stress("no-bloc", WORLD, cut=["MMR", "CHN"], months=6)


@pytest.fixture(scope="module")
def poor():
    """A fund of a billion, and Germany asks."""
    return secretariat.stress(world=WORLD, settings=["stockpile.fund=1000000000"], view="DEU")


@pytest.fixture(scope="module")
def without():
    """A bloc without a stockpile."""
    return secretariat.stress(world=WORLD, settings=["stockpile.fund=none"])


@pytest.fixture(scope="module")
def failed(zone):
    """The same study, had the market with the bloc not cleared."""
    with_bloc = zone.outcomes[1]
    lost = replace(
        with_bloc.certificate, converged=False, residual=0.5, failed=(("JPN", "ndpr.oxide"),),
        mass_balance=float("nan"), money_balance=float("nan"),
    )  # fmt: skip
    return replace(
        zone, outcomes=(zone.outcomes[0], replace(with_bloc, certificate=lost, numbers=None)),
        rows=(), pools=(), shares=(), split=False,
    )  # fmt: skip


@pytest.fixture
def stress(request):
    return request.getfixturevalue(request.param)


def each(*names):
    return pytest.mark.parametrize("stress", names or WHICH, indirect=True)


def said(text):
    """A screen as one line of text."""
    return " ".join(text.split())


def table(text):
    """Rows of the first table, cells apart."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if "x normal" in line)
    rows = []
    for line in lines[first + 1 :]:
        if not line or line.startswith("  and "):
            break
        rows.append(line)
    return rows


# ------------------------------------------------------------------------------- the screen


@each()
def test_a_screen_is_under_forty_lines_of_at_most_a_hundred_columns(stress):
    text = window.screen(stress)
    lines = text.splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) <= 100
    assert text.isascii()
    assert "\n\n\n" not in text


@each()
def test_first_what_was_solved_and_then_the_answer_in_a_sentence(stress):
    first, empty, answer = window.screen(stress).splitlines()[:3]
    assert first.startswith("Market of 2024, rules of 1 January 2027.")
    assert f"Agreement {stress.agreement.name}" in first
    assert f"{len(stress.assumed)} assumed" in first
    assert first.endswith(" s")
    assert empty == ""
    assert answer.strip().startswith("If China ")


@each("zone", "member", "outside", "alone", "without")
def test_the_answer_gives_the_part_that_runs_in_every_case_there_is(stress):
    shares = [int(n) for n in re.findall(r"(\d+)%", window.headline(stress))]
    assert shares == [round(100 * part) for part in exposure(stress)]
    assert ("without the bloc" in window.headline(stress)) == (len(shares) > 1)
    assert ("with its stockpile" in window.headline(stress)) == (len(shares) > 2)


def test_never_is_what_runs_in_part_written_as_all_of_it(zone):
    rows = list(zone.rows)
    worst = max((row for row in rows if row.inside), key=lambda row: row.use * row.normal)
    full = [replace(row, served=(row.use,) * 3) for row in rows if row is not worst]
    lacking = replace(worst, served=(0.99 * worst.use, worst.use, worst.use))
    nearly = replace(zone, rows=(*full, lacking))
    assert 0.995 < exposure(nearly)[0] < 1
    first, *others = re.findall(r"([\d.]+)%", window.headline(nearly))
    assert 99.5 <= float(first) <= 99.9
    assert others == ["100", "100"]


def test_a_group_of_buyers_is_told_how_many_days_it_runs_and_what_is_missed_first(group):
    rows = exposed(group)
    for case, said_days in enumerate(re.findall(r"(\d+)(?: days)? with", window.headline(group))):
        assert int(said_days) == round(min(row.days[case] for row in rows))
    assert "EV makers in the European Union run in full for" in window.headline(group)
    assert "anodes are missed first" in window.headline(group)


def test_a_group_that_lacks_nothing_runs_in_full(zone):
    used = replace(zone, viewer=viewer(WORLD, "stainless.other.JPN"))
    assert "run in full for all of it" in window.headline(used)
    text = window.screen(used)
    assert "x normal" not in text
    assert "they lack nothing that is in store" in said(text)


@each()
def test_at_most_seven_products_worst_first_and_the_rest_is_counted(stress):
    rows = exposed(stress)
    short = [row for row in rows if min(row.served) < 0.9995 * row.use]
    text = window.screen(stress)
    names = [product_name(stress.world, row.product) for row in short[:7]]
    assert [line[2:15].strip() for line in table(text)] == names
    more = re.search(r"and (\d+) more run short", text)
    assert int(more[1] if more else 0) == max(len(short) - 7, 0)
    if whole := re.search(r"more run short, (\d+) run in full", text):
        assert int(whole[1]) + len(short) == len(rows)
    assert f"{len(short)} of {len(rows)} products run short" in said(text)


@each("zone", "member", "without")
def test_every_row_shows_the_numbers_of_its_product(stress):
    found = {product_name(WORLD, row.product): row for row in exposed(stress)}
    n = len(stress.cases)
    for line in table(window.screen(stress)):
        row, cells = found[line[2:15].strip()], line[15:].split()
        assert float(cells[0].replace(",", "")) == pytest.approx(row.use, rel=5e-3)
        for case in range(n):
            assert int(cells[1 + case]) == pytest.approx(100 * row.served[case] / row.use, abs=1)
            assert int(cells[1 + n + case]) == pytest.approx(row.days[case], abs=0.51)
        assert float(cells[1 + 2 * n]) == pytest.approx(row.price[-1], rel=0.05)


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (None, "none arrives"),
        (234.0, "over 50"),
        (50.0, "50"),
        (9.96, "10"),
        (9.94, "9.9"),
        (1, "1.0"),
    ],
)
def test_a_price_is_told_up_to_where_users_have_stopped(times, text):
    assert window.price(times) == text


def test_what_nothing_replaces_is_told_without_a_price(outside):
    text = window.screen(outside)
    assert "none arrives" in next(line for line in table(text) if "graphite" in line)
    assert "Nothing replaces graphite: nobody else shipped it there in 2024." in said(text)


def test_never_is_what_is_missing_written_as_all_of_it(zone):
    for row in exposed(zone):
        for served in row.served:
            if served < 0.9995 * row.use:
                assert int(window._percent(served / row.use)) < 100


@each()
def test_every_reason_fits_its_column_and_names_what_is_missing(stress):
    for row in exposed(stress):
        reason = window.why(stress, row)
        assert len(reason) <= window.WHY
        assert reason.split(",")[0]
    rows = {row.product: window.why(stress, row) for row in exposed(stress)}
    assert "lack gallium" in rows.get("ga.hp", "lack gallium")


def test_the_reason_says_what_china_sent_and_how_long_the_stock_lasts(member):
    row = next(row for row in exposed(member) if row.product == "w.apt")
    days = 365 * row.own / row.use
    expected = f"China {100 * row.sent / row.use:.0f}%, stock {days:.0f} d"
    assert window.why(member, row) == expected


# ------------------------------------------------------------------------------- the split


def test_what_is_released_adds_up_as_it_is_written(zone):
    block = said(window.screen(zone)).split("M USD released: ")[1].split(". ")[0]
    parts, whole = block.split("; together ")
    amounts = [float(n.replace(",", "")) for n in re.findall(r"[\d,.]+\d", parts)]
    assert len(amounts) == 6
    assert sum(amounts) == pytest.approx(float(whole.replace(",", "")), abs=1e-9)
    assert float(whole.replace(",", "")) == pytest.approx(
        sum(receipt.value for receipt in receipts(zone)) / 1e6, abs=0.5
    )
    assert block.startswith(region_name(WORLD, receipts(zone)[0].region))


def test_a_member_sees_its_claim_its_weight_and_what_it_gets_under_the_article(member):
    text = window.screen(member)
    assert "Art. 10: shares by use (weight)" in text
    mine = {product_name(WORLD, s.product): s for s in member.shares if s.region == "JPN"}
    usable = {product_name(WORLD, pool.product): pool.usable for pool in member.pools}
    lines = text.split("days of its use\n")[1].split("  and a share")[0].splitlines()
    assert len(lines) == 5
    for line in lines:
        name = line[2:15].strip()
        pool, weight, claim, gets, days = (
            float(cell.rstrip("%").replace(",", "")) for cell in line[15:].split()
        )
        share = mine[name]
        assert pool == pytest.approx(usable[name], rel=5e-3)
        assert weight == pytest.approx(100 * share.part, abs=0.51)
        assert claim == pytest.approx(share.claim, rel=5e-3)
        assert gets == pytest.approx(share.share, rel=5e-3)
        assert days == pytest.approx(share.days, abs=0.51)
    left = re.search(r"and a share of (\d+) more", text)
    assert int(left[1]) + 5 == sum(1 for share in mine.values() if share.claim > 0)


def test_a_group_sees_what_it_gets_of_its_members_share(group):
    text = said(window.screen(group))
    row = next(row for row in exposed(group) if row.product == "magnet.ht")
    assert f"{row.pool:.0f} t ({365 * row.pool / row.use:.0f} days of their use)" in text
    assert "Art. 10: of the European Union's share they get" in text


def test_whoever_is_outside_gets_nothing_and_reads_of_no_split(outside):
    text = said(window.screen(outside))
    assert "Vietnam is outside that day: nothing of the stockpile is for it." in text
    assert "Art. 10" not in text
    assert "stockpile.target_days" not in text


@each("alone", "without")
def test_where_there_is_no_stockpile_nothing_is_said_of_one(stress):
    assert "stockpile" not in window.screen(stress).replace("stockpile.fund=none", "")


def test_a_country_that_a_region_answers_for_is_told(poor):
    assert "Germany is answered for with the European Union." in said(window.screen(poor))


# ------------------------------------------------------------------------------ look out, next


def test_the_cost_of_the_stockpile_stands_beside_its_fund(zone, poor):
    cost = sum(pool.cost for pool in zone.pools) / 1e6
    assert f"The 60 days cost {cost:,.0f} M USD" in said(window.screen(zone))
    assert "of a fund of 11,670 (Art. 10(1), assumed)" in said(window.screen(zone))
    part = f"pays for {poor.funded:.0%} of 60 days of use"
    assert part in said(window.screen(poor))
    assert "--set stockpile.fund=3000000000" in said(window.screen(poor))


def test_the_zone_is_told_everything_to_look_out_for(zone):
    text = said(window.screen(zone))
    for caution in (
        "The bloc alone changes little",
        "is not made into another",
        "stop at 50 times its price (assumed",
        "Rights to the stockpile are taken to be use of a normal year (assumed)",
        "One year only",
    ):
        assert caution in text


def test_rows_of_stocks_are_counted_by_quality(zone):
    counts = {}
    for stock in WORLD.stocks:
        counts[stock.figure.quality] = counts.get(stock.figure.quality, 0) + 1
    text = said(window.screen(zone))
    assert f"Own stocks rest on {len(WORLD.stocks)} rows" in text
    assert f"{counts['assumed']} assumed" in text
    assert f"{counts['estimate']} estimated" in text


def test_a_product_of_which_no_stock_is_known_is_named(member):
    text = said(window.screen(member))
    assert "none is known, and none counted" in text
    assert "stock unknown" in next(
        line for line in table(window.screen(member)) if "anodes" in line
    )


@each()
def test_commands_leave_out_what_goes_without_saying_and_ask_for_the_same(stress):
    for command in stress_facts.following(stress):
        assert command.startswith("stannary stress")
        words = shlex.split(command)[2:]
        assert ("--cut" in words) == (stress.cut != ("CHN",))
        assert words.count("--cut") == (0 if stress.cut == ("CHN",) else len(stress.cut))
        assert all(setting.split("=")[0] in command for setting in stress.settings)
        assert ("no-bloc" in words) == (stress.asked[0] == "no-bloc")


def test_a_command_makes_the_study_that_it_promises(zone, monkeypatch):
    asked = {}

    def recorded(agreement, world, day, settings, **rest):
        asked.update(agreement=agreement, world=world, day=day, settings=settings, **rest)
        return zone

    monkeypatch.setattr(secretariat, "stress", recorded)
    runner = CliRunner()
    for viewed in (zone, replace(zone, viewer=viewer(WORLD, "JPN"), months=5, cut=("CHN", "MMR"))):
        for command in (stress_facts.again(viewed), viewed.command):
            done = runner.invoke(cli.app, shlex.split(command)[1:])
            assert done.exit_code == 0
            assert asked["agreement"] == "bloc-2026"
            assert tuple(asked["cut"]) == viewed.cut
            assert asked["months"] == viewed.months
            assert asked["view"] == (viewed.viewer and viewed.viewer.asked)
            assert asked["day"] in (None, zone.day)


def test_the_last_line_says_how_well_the_markets_balance(zone, failed):
    assert window.screen(zone).splitlines()[-1].startswith("  Check: money balances to ")
    proofs = [replace(o.certificate, money_balance=1e-3) for o in zone.outcomes]
    bad = replace(
        zone,
        outcomes=tuple(
            replace(o, certificate=c) for o, c in zip(zone.outcomes, proofs, strict=True)
        ),
    )
    assert "NOT PASSED: money." in stress_facts.check_line(bad)


def test_a_market_that_did_not_clear_says_where_and_gives_no_number(failed, monkeypatch):
    assert not failed.converged
    text = window.screen(failed)
    assert "No result: NdPr oxide in Japan did not balance in the cut with the bloc." in text
    assert "%" not in text
    assert "t/y" not in text
    assert window.headline(failed) == "No result: the market did not balance."
    body = json.loads(stress_facts.as_json(failed))
    assert body["converged"] is False
    assert body["failed"] == [{"solve": "with", "region": "JPN", "product": "ndpr.oxide"}]
    assert body["exposure"] is None
    assert body["mass_balance"] is None
    assert body["products"] == {}
    assert body["groups"] == body["shares"] == []
    monkeypatch.setattr(secretariat, "stress", lambda *args, **rest: failed)
    assert CliRunner().invoke(cli.app, ["stress"]).exit_code == 1


@pytest.mark.parametrize("words", [["--months", "13"], ["--cut", "DEU"], ["--for", "ev.EUX"]])
def test_what_cannot_be_is_refused_by_the_command_too(words):
    done = CliRunner().invoke(cli.app, ["stress", *words])
    assert isinstance(done.exception, BadInput)
    assert done.exception.allowed


# -------------------------------------------------------------------------------- machines


@each()
def test_the_json_adds_up(stress):
    body = json.loads(stress_facts.as_json(stress))
    keys = list(body["cases"])
    assert list(body["cases"].values()) == list(stress.cases)
    rows = body["groups"]
    assert {row["product"] for row in rows} == set(body["products"])
    for product, whole in body["products"].items():
        parts = [row for row in rows if row["product"] == product]
        assert sum(row["use"] for row in parts) == pytest.approx(whole["use"])
        assert sum(row["pool"] for row in parts) == pytest.approx(whole["pool"])
        for case in keys:
            served = sum(row["served"][case] for row in parts)
            assert served == pytest.approx(whole["served"][case])
    value = sum(row["use"] * row["normal_price"] for row in rows)
    for case in keys:
        runs = sum(row["served"][case] * row["normal_price"] for row in rows)
        assert body["exposure"][case] == pytest.approx(runs / value)
    for product, pool in body["pools"].items():
        mine = [share for share in body["shares"] if share["product"] == product]
        due = min(pool["usable"], sum(share["claim"] for share in mine))
        assert sum(share["share"] for share in mine) == pytest.approx(
            due, abs=1e-6 * (len(mine) + 1)
        )
        assert sum(share["weight_share"] for share in mine) == pytest.approx(1)


def test_the_json_says_where_it_comes_from(poor):
    body = json.loads(stress_facts.as_json(poor))
    assert body["schema"] == "stannary-stress/1"
    assert body["command"] == poor.command
    assert body["settings"] == ["stockpile.fund=1000000000"]
    assert body["cut"] == ["CHN"]
    assert body["months"] == 12
    assert body["for"]["answers_for"] == "DEU"
    assert body["for"]["inside"] is True
    assert body["stockpile"]["articles"] == ["Art. 10(1)", "Art. 10(2)", "Art. 10(3)"]
    assert body["stockpile"]["cost_usd"] == pytest.approx(1e9, rel=1e-6)
    assert body["stock_rows"]["assumed"] > 0
    assert body["assumed_count"] == len(body["assumed"]) > 0


def test_the_toy_world_is_told_by_the_names_of_its_own_tables():
    toy = World.load(TESTS / "walk" / "toy")
    stress = secretariat.stress(TESTS / "walk" / "toy-bloc.toml", toy)
    text = window.screen(stress)
    assert "over 50" in next(line for line in table(text) if line.startswith("  Magnet"))
    assert max(map(len, text.splitlines())) <= 100
