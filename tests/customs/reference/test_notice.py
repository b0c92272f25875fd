import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stannary.customs import reference
from stannary.customs.reference.notice import FIELDS
from stannary.customs.reference.tables import freight, method, rates
from stannary.terms.errors import BadInput, BadTable, UnknownName

DAY = date(2027, 4, 1)


def draw(path, tables, law, product="ndpr.oxide", day=DAY, before="law", closed=None):
    sources = [reference.source("observations", path), *tables]
    sources += [reference.commit(closed)] if closed else []
    floor = reference.before_in_law(law, product) if before == "law" else before
    return reference.draw(product, day, sources, floor, law)


def test_a_notice_has_the_fields_of_its_contract_in_order_and_prices_are_strings(
    trade, tables, law
):
    body = json.loads(reference.written(draw(trade, tables, law)))
    assert tuple(body) == FIELDS
    for name in ("floor_usd_per_kg", "fair_value", "market", "structural", "previous"):
        assert isinstance(body[name], str)
        assert len(body[name].split(".")[1]) == 4
    assert body["version"] == "ndpr.oxide/2027-04-01"
    assert (body["market"], body["groups"], body["coverage_pct"]) == ("71.0000", 3, "100.0")
    assert (body["previous"], body["step_limit_pct"], body["step_bound"]) == ("110.0000", "5", True)
    assert body["floor_usd_per_kg"] == "104.5000"  # 110 less 5 %


def test_the_digest_is_that_of_the_canonical_text_without_it(trade, tables, law):
    body = json.loads(reference.written(draw(trade, tables, law)))
    stated = body.pop("digest")
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert stated == "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_digest_of_an_input_is_that_of_its_file_and_rows_are_counted(trade, tables, law):
    first = draw(trade, tables, law).body()["inputs"][0]
    assert first == {
        "role": "observations",
        "path": trade.as_posix(),
        "sha256": hashlib.sha256(trade.read_bytes()).hexdigest(),
        "rows": 3,
    }


def test_every_observation_is_used_or_left_out_with_a_reason_rows_that_cannot_be_read_too(
    write, tables, law
):
    rows = [
        {"obs_id": f"O{n}", "price": "70", "volume_kg": "2000", "source_group": f"G{n}"}
        for n in range(3)
    ]
    path = write(
        "seen.csv",
        [
            *rows,
            rows[0] | {"obs_id": "bag", "unit": "bag"},
            rows[0] | {"obs_id": "ask", "kind": "ask"},
            rows[0] | {"obs_id": "day", "date": "2027-02-30"},
            rows[0] | {"obs_id": "", "price": "70"},
            rows[0] | {"obs_id": "other", "product": "dy.oxide", "price": "x"},
        ],
    )
    notice = draw(path, tables, law)
    assert notice.excluded == (
        ("ask", "ASK_NOT_TRADED"),
        ("bag", "UNKNOWN_UNIT"),
        ("day", "DATE_IMPOSSIBLE"),
        ("row 7", "MISSING_FIELD"),
    )
    # The eighth row is another product's, which tells of it.
    assert len(notice.market.used) + len(notice.excluded) == 7


@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(order=st.permutations(range(9)))
def test_the_order_of_rows_changes_the_digest_of_the_file_and_nothing_else(
    write, tables, law, order
):
    rows = [
        {
            "obs_id": f"O{n}", "price": f"{60 + n}", "volume_kg": "2000",
            "source_group": f"G{n % 4}", "kind": ["transaction", "ask"][n == 8],
        }
        for n in range(9)
    ]  # fmt: skip
    plain = draw(write("seen.csv", rows), tables, law).body()
    mixed = draw(write("seen.csv", [rows[n] for n in order]), tables, law).body()
    for name in set(FIELDS) - {"inputs", "digest"}:
        assert mixed[name] == plain[name]
    assert mixed["inputs"][1:] == plain["inputs"][1:]


def test_a_closed_file_moves_the_price_and_shows_only_a_salted_commitment(
    write, trade, tables, law
):
    book = write(
        "book.csv", [{"obs_id": "B", "price": "90", "volume_kg": "2000", "source_group": "GB"}]
    )
    salt = "0123456789abcdef" * 2
    (book.parent / "book.csv.salt").write_text(salt + "\n")
    notice = draw(trade, tables, law, closed=book)
    assert notice.market.usd == Decimal("75.7500")
    row = next(row for row in notice.body()["inputs"] if row["role"] == "closed")
    assert row == {
        "role": "closed",
        "path": "book.csv",
        "salted_sha256": hashlib.sha256(bytes.fromhex(salt) + book.read_bytes()).hexdigest(),
        "rows": 1,
    }
    assert hashlib.sha256(book.read_bytes()).hexdigest() not in reference.written(notice)


@pytest.mark.parametrize("salt", [None, "", "abc", "z" * 40, "A" * 32])
def test_a_closed_file_without_a_good_salt_is_refused(salt, write):
    book = write("book.csv", [])
    if salt is not None:
        (book.parent / "book.csv.salt").write_text(salt)
    with pytest.raises(BadInput, match="no salt beside it"):
        reference.commit(book)


def test_notices_chain_each_within_a_step_of_the_one_before(trade, tables, law):
    first = draw(trade, tables, law)
    raw = reference.written(first).encode()
    later = DAY + timedelta(14)
    before = reference.before_in_notice(raw, "first.json", "ndpr.oxide", later)
    second = draw(trade, tables, law, day=later, before=before)
    assert second.body()["previous"] == "104.5000"
    assert second.body()["floor_usd_per_kg"] == "99.2750"  # 104.5 less 5 %


@pytest.mark.parametrize(
    ("product", "day", "change", "said"),
    [
        ("dy.oxide", date(2027, 5, 1), None, "product"),
        ("ndpr.oxide", DAY, None, "valid_from"),
        ("ndpr.oxide", date(2027, 5, 1), ("104.5000", "204.5000"), "digest"),
        ("ndpr.oxide", date(2027, 5, 1), ("{", "["), "not JSON"),
        ("ndpr.oxide", date(2027, 5, 1), ('"rung"', '"ring"'), "ring, rung"),
    ],
)
def test_what_is_not_the_notice_before_is_refused(trade, tables, law, product, day, change, said):
    text = reference.written(draw(trade, tables, law))
    if change:
        text = text.replace(*change, 1)
    with pytest.raises(BadInput, match=said):
        reference.before_in_notice(text.encode(), "before.json", product, day)


def test_a_floor_before_on_other_terms_is_refused(trade, tables, law):
    other = reference.before_in_law(law, "ndpr.metal")
    with pytest.raises(BadInput, match="other terms"):
        draw(trade, tables, law, before=other)


def test_a_product_that_the_law_does_not_list_and_one_with_nothing_to_say_are_refused(
    trade, tables, law
):
    with pytest.raises(UnknownName, match=r"did you mean ndpr\.oxide"):
        draw(trade, tables, law, product="ndpr.oxid")
    with pytest.raises(BadInput, match="no cost of production"):
        draw(trade, tables, law, product="la.oxide", before=None)


# ------------------------------------------------------------------ tables of the method


def test_every_parameter_of_the_method_says_its_unit_its_reference_and_its_doubt():
    rules = method(reference.shipped("method").table, "ndpr.oxide", DAY).rules
    assert len(rules) == 13
    assert all(rule.unit and rule.reference for rule in rules)
    assert all(rule.doubt for rule in rules if rule.assumed)


def test_a_product_s_own_parameter_goes_before_the_common_one():
    table = reference.shipped("method").table
    assert method(table, "tb.oxide", DAY).min_volume == 100
    assert method(table, "dy.oxide", DAY).min_volume == 1000


def changed(role, tmp_path, old, new):
    from importlib.resources import files

    text = files("stannary.customs").joinpath("tables", f"reference_{role}.csv").read_text("utf-8")
    assert old in text
    path = tmp_path / f"{role}.csv"
    path.write_text(text.replace(old, new, 1))
    return reference.source(role, path).table


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("group_cap_pct,*,40", "group_cap_pct,*,50", "below 50"),
        ("group_cap_pct,*,40", "group_cap_pct,*,30", "100 / min_groups"),
        ("outlier_factor,*,2", "outlier_factor,*,0.5", "1 or more"),
        ("outlier_factor,*,2", "outlier_factor,*,two", "not a number of the method"),
        ("min_groups,*,3", "min_groop,*,3", "lacks a parameter"),
        ("min_volume_kg,tb.oxide", "min_volume_kg,*", "two rows stand on one day"),
        ("long_window_days,*,90", "long_window_days,*,20", "window_days or more"),
        (",true,", ",perhaps,", "neither true nor false"),
    ],
)
def test_a_method_that_cannot_hold_is_refused(old, new, said, tmp_path):
    with pytest.raises(BadTable, match=said):
        method(changed("method", tmp_path, old, new), "ndpr.oxide", DAY)


def test_two_rows_of_freight_and_two_rates_on_one_day_are_refused(tmp_path):
    table = changed("freight", tmp_path, "CIP,*", "CIF,*")
    with pytest.raises(BadTable, match="two rows stand on one day"):
        freight(table)
    fx = tmp_path / "fx.csv"
    fx.write_text(
        "currency,valid_from,valid_to,usd_per_unit\n"
        "EUR,2027-03-01,2027-03-07,1.1\nEUR,2027-03-07,2027-03-14,1.2\n"
    )
    with pytest.raises(BadTable, match="two rows stand on one day"):
        rates(reference.source("fx", fx).table)
