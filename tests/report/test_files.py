"""The files of a study."""

import csv
import io
import json
import re
import shutil
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xarray

from stannary import secretariat
from stannary.market.dataset import comparison
from stannary.market.outcome import NotCleared
from stannary.market.verdict import REASONS
from stannary.report import files, workbook
from stannary.terms.errors import BadInput

NAMES = {"outcome.json", "outcome.csv", "outcome.xlsx", "outcome.nc"}
PAGE = Path(__file__).parents[2] / "docs" / "outcome-json.md"


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


@pytest.fixture(scope="module")
def unsolved(study):
    proof = replace(
        study.with_bloc.certificate,
        converged=False,
        residual=float("inf"),
        mass_balance=float("nan"),
        money_balance=float("nan"),
        complementarity=float("nan"),
        failed=(("MYS", "ndpr.metal"),),
    )
    lost = replace(study.with_bloc, numbers=None, certificate=proof)
    return replace(study, with_bloc=lost, verdict=None)


@pytest.fixture(scope="module")
def folder(study, tmp_path_factory):
    home = tmp_path_factory.mktemp("study") / "out"
    files.write_all(study, home)
    return home


@pytest.fixture(scope="module")
def outcome(folder):
    return json.loads((folder / "outcome.json").read_text(encoding="utf-8"), parse_constant=refuse)


@pytest.fixture(scope="module")
def rows(folder):
    with (folder / "outcome.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sheets(folder):
    book = openpyxl.load_workbook(folder / "outcome.xlsx")
    return {sheet.title: sheet for sheet in book}


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def table_rows(rows, variable):
    """The rows of a variable of outcome.csv."""
    return [row for row in rows if row["variable"] == variable]


def table(sheet):
    """The rows below the header, as dicts."""
    header, *rows = list(sheet.values)[workbook.ABOVE :]
    return [dict(zip(header, row, strict=True)) for row in rows]


# ------------------------------------------------------------ each of them


def test_prices_in_json_are_those_of_the_verdict_per_kilogram(study, outcome):
    assert list(outcome["products"]) == list(study.verdict.products)
    for id, found in study.verdict.products.items():
        told = outcome["products"][id]
        for key, usd_per_t in (
            ("price_without", found.without.price),
            ("price_with", found.with_bloc.price),
            ("floor", found.floor),
        ):
            if usd_per_t is None:
                assert told[key] is None
            else:
                assert told[key] * 1000 == pytest.approx(usd_per_t, rel=1e-15)
        assert told["zone_output_with"] == found.with_bloc.made
        assert told["supplier_share_without"] == found.without.supplier


def test_who_keeps_the_price_gap_adds_up_to_what_the_zones_users_lose(outcome):
    users = sum(outcome["gains_usd"][region]["users"] for region in outcome["zone"])
    assert sum(outcome["price_gap"].values()) == pytest.approx(-users, rel=1e-12)


def test_balances_are_the_worse_of_the_two_markets(study, outcome):
    proofs = (study.without.certificate, study.with_bloc.certificate)
    for key in ("residual", "mass_balance", "money_balance", "complementarity"):
        assert outcome[key] == max(getattr(proof, key) for proof in proofs)
    assert outcome["converged"] is True
    assert outcome["failed"] == []


def test_what_run_prints_is_what_it_writes(study, outcome, folder):
    assert json.loads(json.dumps(files.as_json(study))) == outcome
    assert (folder / "outcome.json").read_text(encoding="utf-8") == files.json_text(study)


def test_flows_of_a_product_and_origin_add_up_to_its_supply(study, rows):
    for solve, cleared in (("without", study.without), ("with", study.with_bloc)):
        shipped = defaultdict(float)
        for row in rows:
            if row["variable"] == f"flow_{solve}":
                shipped[row["origin"], row["product"]] += float(row["value"])
        b = cleared.cleared.balance
        left = b.supplied - b.price.excess
        for node, supplied in zip(cleared.market.nodes, left.tolist(), strict=True):
            assert shipped[node] == pytest.approx(supplied, rel=1e-9, abs=1e-6)


def test_rows_are_sorted_and_have_the_columns_and_units_of_the_manual(rows):
    assert tuple(rows[0]) == files.COLUMNS
    keys = [(r["product"], r["variable"], r["origin"], r["destination"]) for r in rows]
    assert keys == sorted(set(keys))
    units = {row["variable"]: row["unit"] for row in rows}
    assert units == {
        f"{kind}_{solve}": unit
        for kind, unit in (("price", "USD/t"), ("landed", "USD/t"), ("flow", "t/y"))
        for solve in ("without", "with")
    }


def test_csv_numbers_carry_every_digit(study, rows):
    gate = {(r["origin"], r["product"]): r for r in rows if r["variable"] == "price_with"}
    assert set(gate) == set(study.with_bloc.market.nodes)
    for (region, product), row in gate.items():
        assert float(row["value"]) == study.with_bloc.gate(region, product)
        assert row["destination"] == ""


def test_a_closed_route_has_a_flow_but_no_landed_price(study):
    outcome = study.with_bloc
    way = outcome.market.arcs[3]
    b = outcome.numbers.balance
    closed = np.where([arc == way for arc in outcome.market.arcs], 0.0, b.border.open)
    shut = b._replace(border=b.border._replace(open=closed))
    shut = replace(outcome, numbers=outcome.numbers._replace(balance=shut))
    found = {
        row["variable"]
        for row in csv.DictReader(io.StringIO(files.csv_text(replace(study, with_bloc=shut))))
        if (row["product"], row["origin"], row["destination"]) == way
    }
    assert found == {"flow_without", "flow_with", "landed_without"}


def test_netcdf_opens_again_equal_with_a_unit_on_every_variable(study, folder):
    with xarray.open_dataset(folder / "outcome.nc") as read:
        expected = comparison(study.without, study.with_bloc).assign_attrs(command=study.command)
        xarray.testing.assert_identical(read.load(), expected)
        assert all(variable.attrs["units"] for variable in read.data_vars.values())


def test_the_workbook_has_its_sheets_each_saying_what_unit_year_agreement_and_day(sheets):
    assert list(sheets) == [
        "Verdict", "Gains", "Price gap", "Prices", "Flows", "Leaks", "Things", "Exposed", "Rules",
        "Assumed", "Check",
    ]  # fmt: skip
    for sheet in sheets.values():
        assert sheet["A1"].value
        assert sheet["A2"].value
        assert all(part in sheet["A3"].value for part in ("2024", "1 January 2027", "bloc-2026"))
        assert sheet.freeze_panes == f"B{workbook.ABOVE + 2}"
        assert sheet.auto_filter.ref.startswith(f"A{workbook.ABOVE + 1}:")


def test_the_verdict_sheet_says_what_json_says(sheets, outcome):
    columns = {
        "Basis": "basis", "Price without, USD/kg": "price_without",
        "Price with, USD/kg": "price_with", "Floor, USD/kg": "floor", "State": "state",
        "Output without, t/y": "zone_output_without", "Output with, t/y": "zone_output_with",
        "Imports with, t/y": "imports_with", "Enters without paying, t/y": "evaded",
        "Supplier": "supplier", "Its share without": "supplier_share_without",
        "Its share with": "supplier_share_with",
    }  # fmt: skip
    written = {row["Product"]: row for row in table(sheets["Verdict"])}
    assert list(written) == list(outcome["products"])
    for id, told in outcome["products"].items():
        for header, key in columns.items():
            expected = told[key]
            if isinstance(expected, float):
                expected = pytest.approx(expected, rel=1e-14)
            assert written[id][header] == expected
        assert written[id]["Reason"] == REASONS[told["reason"]]


def test_gains_and_price_gap_sheets_say_what_json_says(sheets, outcome):
    for row in table(sheets["Gains"]):
        told = outcome["gains_usd"][row["Region"]]
        for header, key in (
            ("Users", "users"),
            ("Producers", "producers"),
            ("of which owned outside", "owned_outside"),
            ("Treasury", "treasury"),
            ("of which fines", "fines"),
            ("of which export taxes", "export_taxes"),
            ("Raised prices kept", "captured"),
            ("Rents of licences", "licences"),
        ):
            assert row[f"{header}, USD/y"] == pytest.approx(told[key], rel=1e-12)
    parts = [row["USD/y"] for row in table(sheets["Price gap"])]
    assert parts[:-1] == pytest.approx(list(outcome["price_gap"].values()), rel=1e-12)
    assert sum(parts[:-1]) == pytest.approx(parts[-1], rel=1e-12)


def test_every_route_and_every_buyer_stands_once_however_many_classes_buy(study, rows, sheets):
    market = study.with_bloc.market
    assert len(set(market.arcs)) < len(market.arcs)  # classes of buyers share routes
    ways = [(r["product"], r["origin"], r["destination"]) for r in table_rows(rows, "flow_with")]
    assert sorted(ways) == sorted(set(market.arcs))
    assert [(r["Product"], r["Origin"], r["Destination"]) for r in table(sheets["Flows"])] == ways
    pairs = [(r["Region"], r["Product"]) for r in table(sheets["Prices"])]
    assert sorted(pairs) == sorted({*market.uses, *market.nodes})


def test_the_landed_price_of_a_route_is_what_its_buyers_paid_for_its_tonnes(study, rows):
    b, market = study.with_bloc.numbers.balance, study.with_bloc.market
    paid, shipped = defaultdict(float), defaultdict(float)
    for arc, t, price in zip(market.arcs, b.flow, b.border.landed, strict=True):
        paid[arc] += t * price
        shipped[arc] += t
    for row in table_rows(rows, "landed_with"):
        way = (row["product"], row["origin"], row["destination"])
        if shipped[way] > 0:
            assert float(row["value"]) == pytest.approx(paid[way] / shipped[way], rel=1e-12)


def test_duties_of_the_flows_sheet_are_what_treasuries_collect(study, sheets):
    collected = study.with_bloc.numbers.money
    flows = table(sheets["Flows"])
    for header, usd in (
        ("of which statutory duty with, USD/t", collected.statutory),
        ("of which top-up with, USD/t", collected.top_up),
    ):
        paid = sum(r["Flow with, t/y"] * (r[header] or 0.0) for r in flows)
        assert paid == pytest.approx(usd.sum(), rel=1e-9)


def test_leaks_and_things_stand_in_json_and_on_their_sheets(study, outcome, sheets):
    evaded = sum(row["tonnes"] for row in outcome["evasion"])
    assert evaded == pytest.approx(sum(p["evaded"] for p in outcome["products"].values()))
    assert sum(row["Tonnes, t/y"] for row in table(sheets["Leaks"])) == pytest.approx(evaded)
    told = {row["thing"]: row for row in outcome["things"]}
    for row in table(sheets["Things"]):
        assert row["Added, USD"] == pytest.approx(told[row["Thing"]]["usd"], rel=1e-12)
    magnet = outcome["products"]["magnet.ht"]
    more = 2 * (magnet["price_with"] - magnet["price_without"])  # 2 kg in one motor
    assert told["ev.motor"]["usd"] == pytest.approx(more, rel=1e-9)


def test_how_exposed_the_zone_is_stands_in_json_and_adds_up_on_its_sheet(outcome, sheets):
    told = outcome["exposure"]
    assert (told["cut"], told["months"], told["converged"]) == (["CHN"], 12, True)
    rows = table(sheets["Exposed"])
    value = sum(row["Use, USD/y"] for row in rows)
    for key, case in (
        ("without", "without the bloc"),
        ("with", "with the bloc"),
        ("stockpile", "with its stockpile"),
    ):
        lost = sum(row[f"Goes without {case}, USD/y"] for row in rows)
        assert told["runs"][key] == pytest.approx(1 - lost / value, rel=1e-12)
        assert all(row[f"Runs {case}, t/y"] <= row["Use, t/y"] * (1 + 1e-12) for row in rows)
    assert told["runs"]["stockpile"] > told["runs"]["with"]


def test_a_cut_that_did_not_clear_has_no_part_that_runs_and_no_sheet(study, tmp_path):
    stopped = replace(study)
    lost = study.stress.outcomes[1]
    proof = replace(lost.certificate, converged=False, failed=(("JPN", "ndpr.oxide"),))
    failed = (study.stress.outcomes[0], replace(lost, certificate=proof, numbers=None))
    stopped.__dict__["stress"] = replace(study.stress, outcomes=failed, rows=(), split=False)
    told = files.as_json(stopped)["exposure"]
    assert told["converged"] is False
    assert set(told["runs"].values()) == {None}
    workbook.write(stopped, tmp_path / "outcome.xlsx")
    assert "Exposed" not in openpyxl.load_workbook(tmp_path / "outcome.xlsx").sheetnames


def test_what_was_asked_for_stands_in_json_and_on_a_sheet_of_its_own(study, outcome, tmp_path):
    assert outcome["for"] is None
    asked = secretariat.run(seen_by="DEU")
    told = files.as_json(asked)["for"]
    assert (told["asked"], told["region"], told["answers_for"]) == ("DEU", "EUU", "DEU")
    gain = outcome["gains_usd"]["EUU"]
    assert told["users_usd"] == pytest.approx(gain["users"])
    assert sum(p["users_usd"] for p in told["products"].values()) == pytest.approx(gain["users"])
    assert told["net_usd"] == pytest.approx(gain["users"] + gain["producers"] + gain["treasury"])
    for sight in told["products"].values():
        if sight["origins_with"]:
            assert sum(o["share"] for o in sight["origins_with"]) == pytest.approx(1.0)
    workbook.write(asked, tmp_path / "outcome.xlsx")
    sheet = table(openpyxl.load_workbook(tmp_path / "outcome.xlsx")["View"])
    assert [row["Product"] for row in sheet] == list(told["products"])


def test_every_assumed_value_stands_on_its_sheet_with_article_and_reference(sheets, study):
    rows = table(sheets["Assumed"])
    assert [row["Path"] for row in rows] == list(study.assumed)
    assert all(row["Article"] and row["Reference"] and row["Value"] is not None for row in rows)


def test_every_rule_stands_on_its_sheet(sheets, study):
    kinds = [row["Kind"] for row in table(sheets["Rules"])]
    law = study.with_bloc.schedule
    assert kinds.count("floor") == len(law.floors)
    assert kinds.count("member") == len(law.members)
    assert kinds.count("duty") == len(law.duties)


def test_the_check_sheet_holds_both_certificates(sheets, study):
    found = {(row["Check"], row["Of"]): row["Value"] for row in table(sheets["Check"])}
    assert found["residual", "with"] == pytest.approx(study.with_bloc.certificate.residual)
    assert found["iterations", "without"] == study.without.certificate.iterations
    assert found["command", "study"] == study.command


def test_text_that_looks_like_a_formula_or_a_link_stays_text(study, tmp_path):
    products = dict(study.world.products)
    products["ndpr.oxide"] = replace(products["ndpr.oxide"], name='=HYPERLINK("http://x.test")')
    products["dy.oxide"] = replace(products["dy.oxide"], name="https://x.test/")
    strange = replace(study, world=replace(study.world, products=products))
    workbook.write(strange, tmp_path / "strange.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "strange.xlsx")["Verdict"]
    cells = {row[0].value: row[1] for row in sheet.iter_rows(min_row=workbook.ABOVE + 2)}
    for id in ("ndpr.oxide", "dy.oxide"):
        assert cells[id].data_type == "s"
        assert cells[id].hyperlink is None
        assert cells[id].value == products[id].name


# ------------------------------------------------------------ all of them


def test_all_four_files_are_written_into_a_folder_that_did_not_exist(study, tmp_path):
    folder = tmp_path / "far" / "out"
    written = files.write_all(study, folder)
    assert {path.name for path in written} == NAMES
    assert set(written) == set(folder.iterdir())
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_other_files_of_the_folder_stay_and_older_ones_are_replaced(study, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "outcome.csv").write_text("old")
    files.write_all(study, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "outcome.csv").read_text().startswith("product,")


@pytest.mark.parametrize("broken", ["_write_csv", "_write_netcdf", "_write_json"])
def test_a_failure_midway_leaves_the_old_files_and_nothing_else(
    study, tmp_path, monkeypatch, broken
):
    folder = tmp_path / "out"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_text("old")

    def fail(study, path):
        path.write_text("half")
        raise OSError("the disk is full")

    monkeypatch.setattr(files, broken, fail)
    with pytest.raises(OSError, match="the disk is full"):
        files.write_all(study, folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == dict.fromkeys(NAMES, "old")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_file_in_the_folders_place_is_refused_and_stays(study, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(BadInput, match="it is a file"):
        files.write_all(study, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_files_are_written_without_loading_xarray_or_pandas(study, tmp_path, monkeypatch):
    # They take a second to load: longer than everything else that writing does.
    for name in ("xarray", "pandas"):
        monkeypatch.setitem(sys.modules, name, None)
    assert len(files.write_all(study, tmp_path)) == 4


# ------------------------------------------------------------ not solved


def test_an_unsolved_study_writes_json_only_and_no_number_of_its_market(unsolved, tmp_path):
    (tmp_path / "outcome.csv").write_text("an older answer")
    assert files.write_all(unsolved, tmp_path) == (tmp_path / "outcome.json",)
    assert [path.name for path in tmp_path.iterdir()] == ["outcome.json"]
    told = json.loads((tmp_path / "outcome.json").read_text(), parse_constant=refuse)
    assert told["converged"] is False
    assert told["failed"] == [{"solve": "with", "region": "MYS", "product": "ndpr.metal"}]
    assert told["residual"] == sys.float_info.max
    for key in ("products", "gains_usd", "price_gap", "exposure", "mass_balance", "money_balance"):
        assert told[key] is None


def test_a_failing_certificate_counts_more_than_a_verdict_left_in_the_study(unsolved, study):
    assert files.as_json(replace(unsolved, verdict=study.verdict))["products"] is None


def test_no_table_can_be_made_of_an_unsolved_study(unsolved, tmp_path):
    with pytest.raises(NotCleared, match=r"ndpr\.metal in MYS"):
        files.csv_text(unsolved)
    with pytest.raises(NotCleared, match=r"ndpr\.metal in MYS"):
        workbook.write(unsolved, tmp_path / "outcome.xlsx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("agreement", ["no-bloc", "bloc-2026"])
def test_a_world_without_plants_or_members_has_its_files_and_its_prices_are_the_worlds(
    agreement, tmp_path
):
    place = tmp_path / "place"
    shutil.copytree(Path(__file__).parents[1] / "cases" / "two-region", place)
    # Goods that differ a little by origin: another market, so its published answer goes.
    table = place / "substitution.csv"
    table.write_text(table.read_text().replace(",inf,", ",6,"))
    for answer in place.glob("expected*.csv"):
        answer.unlink()
    study = secretariat.run(agreement, place)
    assert {path.name for path in files.write_all(study, tmp_path / "out")} == NAMES
    told = json.loads((tmp_path / "out" / "outcome.json").read_text(), parse_constant=refuse)
    assert told["zone"] == []
    b = study.with_bloc.cleared.balance
    average = (b.shares.average * b.wanted).sum() / b.wanted.sum()
    assert told["products"]["good"]["price_with"] * 1000 == pytest.approx(average, rel=1e-12)
    with xarray.open_dataset(tmp_path / "out" / "outcome.nc") as read:
        expected = comparison(study.without, study.with_bloc).assign_attrs(command=study.command)
        xarray.testing.assert_identical(read.load(), expected)
        assert read.sizes["plant"] == 0


# ------------------------------------------------------------ the manual


def documented(heading, level="##"):
    """What stands in code marks in the first column of the tables of a section."""
    page = PAGE.read_text(encoding="utf-8")
    section = re.split(rf"^{level} ", page.split(f"{level} {heading}\n")[1], flags=re.MULTILINE)[0]
    firsts = re.findall(r"^\| (`[^|]*) \|", section, flags=re.MULTILINE)
    return [name for first in firsts for name in re.findall(r"`([^`]+)`", first)]


def keys(value, path=""):
    """Every key, as the manual writes it."""
    one = {
        "products": "PRODUCT", "for.products": "PRODUCT", "latest.states": "PRODUCT",
        "gains_usd": "REGION",
    }.get(path)  # fmt: skip
    if one:
        for inner in value.values():
            yield from keys(inner, f"{path}.{one}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from keys(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for item in value:
            yield from keys(item, f"{path}[]")
    else:
        yield path


def test_every_key_of_json_is_in_the_manual_and_the_other_way_round():
    study = secretariat.run(settings=["rules.circulation=free"], seen_by="DEU")
    proof = replace(
        study.with_bloc.certificate,
        failed=(("MYS", "ndpr.metal"),),
        cut_off=(("JPN", "ga.hp"),),
        open_split=(("JPN", "ga.hp"),),
    )
    full = files.as_json(replace(study, with_bloc=replace(study.with_bloc, certificate=proof)))
    reasons = documented("Reasons", "###")
    assert set(documented("outcome.json")) - set(reasons) == set(keys(full))
    assert set(reasons) == set(REASONS)


def test_columns_and_variables_of_csv_are_in_the_manual_and_the_other_way_round(rows):
    variables = {row["variable"] for row in rows}
    assert set(documented("outcome.csv")) == variables | set(files.COLUMNS)
