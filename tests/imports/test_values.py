"""Money, dates, names and places as people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.domain.imports.amounts import COMMA, DOT, EITHER, evidence, parse_amount
from dunlin.domain.imports.dates import DMY, MDY, YMD, OrderVote, read_date, to_date
from dunlin.domain.imports.names import name_key, read_name
from dunlin.domain.imports.places import country_code, split_address, state_code, tidy_zip


@pytest.mark.parametrize(
    ("text", "cents", "hint"),
    [
        ("$1,234.50", 123450, "$"), ("1.234,50", 123450, ""), ("1 234,50", 123450, ""),
        ("1\u00a0234,50 €", 123450, "EUR"), ("1\u202f234,50", 123450, ""),
        ("1'234.50", 123450, ""), ("1’234.50", 123450, ""), ("(45.00)", -4500, ""),
        ("-45", -4500, ""), ("45-", -4500, ""), ("−45.10", -4510, ""), ("USD 45", 4500, "USD"),
        ("45 USD", 4500, "USD"), ("€45", 4500, "EUR"), ("45 €", 4500, "EUR"), ("-$45", -4500, "$"),
        ("$-45", -4500, "$"), ("$(45.00)", -4500, "$"), ("($45.00)", -4500, "$"),
        ("CA$10", 1000, "CAD"), ("£9.99", 999, "GBP"), ("CHF 12.50", 1250, "CHF"),
        ("45.00 CR", -4500, ""), ("45.00 DR", 4500, ""), ("50,00 H", -5000, ""),
        ("1,23,456.00", 12345600, ""), ("1.234.567", 123456700, ""), (".5", 50, ""),
        ("0.5", 50, ""), ("12,5", 1250, ""), ("1,234", 123400, ""), ("1.234", 123400, ""),
        ("+7.00", 700, ""), ("1234567.89", 123456789, ""), ("45.0000", 4500, ""),
        ("19.990000000001", 1999, ""),
    ],
)  # fmt: skip
def test_money_in_every_style(text: str, cents: int, hint: str) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert (amount.minor("USD"), amount.hint) == (cents, hint)


@pytest.mark.parametrize(
    "text",
    ["abc", "12-05", "5%", "1,23", "12.34.56", "1,2,3", "(45", "45)", "--5", "$", "1e5", "1/2",
     "12:30", "$5 USD €", "2026-01-05"],
)  # fmt: skip
def test_what_is_no_amount_is_none(text: str) -> None:
    amount = parse_amount(text, DOT)
    assert amount is None


@pytest.mark.parametrize(
    ("text", "mark", "minor"),
    [("1.234", DOT, None), ("1.234", COMMA, 123400), ("1,234", COMMA, None), ("1,234", DOT, 123400),
     ("1,5", DOT, None), ("1.5", COMMA, None), ("1.234,5", DOT, None), ("12,50", COMMA, 1250)],
)  # fmt: skip
def test_the_mark_of_the_column_decides_what_a_lone_mark_means(
    text: str, mark: str, minor: int | None
) -> None:
    amount = parse_amount(text, mark)
    assert (amount.minor("USD") if amount else None) == minor


def test_minor_units_follow_the_currency() -> None:
    amount = parse_amount("1234")
    assert amount is not None
    assert (amount.minor("JPY"), amount.minor("USD"), amount.minor("KWD")) == (
        1234, 123400, 1234000,
    )  # fmt: skip
    half = parse_amount("10.50")
    assert half is not None
    assert half.minor("JPY") is None


@given(st.integers(-(10**12), 10**12), st.sampled_from((DOT, COMMA)))
def test_an_amount_written_in_a_style_says_so_or_says_nothing(cents: int, mark: str) -> None:
    text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    if mark == COMMA:
        text = text.replace(",", "_").replace(".", ",").replace("_", ".")
    text = ("-" if cents < 0 else "") + text
    assert evidence(text) in (mark, EITHER)
    for known in (mark, EITHER):
        amount = parse_amount(text, known)
        assert amount is not None
        assert amount.minor("USD") == cents


@pytest.mark.parametrize(
    "text",
    ["2026-01-05", "2026/1/5", "20260105", "5 Jan 2026", "Jan 5, 2026", "January 5th, 2026",
     "5. Januar 2026", "5 de enero de 2026", "5 janvier 2026", "5-Jan-26", "46027", "46027.5",
     "2026-01-05 14:45:34.083 UTC", "2026-01-05T00:00:00Z", "2026-01-05T00:00:00+02:00",
     "Mon, Jan 5 2026", "1767571200", "05-ene-2026", "5 févr 2026"],
)  # fmt: skip
def test_a_date_that_needs_no_order(text: str) -> None:
    day = to_date(text)
    assert day == (dt.date(2026, 2, 5) if "févr" in text else dt.date(2026, 1, 5))


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [("03/04/2026", MDY, (2026, 3, 4)), ("03/04/2026", DMY, (2026, 4, 3)),
     ("3.4.26", DMY, (2026, 4, 3)), ("12/31/99", MDY, (1999, 12, 31)),
     ("26-03-04", YMD, (2026, 3, 4)), ("3/4/2026 12:00:00 AM", MDY, (2026, 3, 4))],
)  # fmt: skip
def test_a_date_under_the_order_of_its_column(
    text: str, order: str, day: tuple[int, int, int]
) -> None:
    assert to_date(text, order) == dt.date(*day)


@pytest.mark.parametrize(
    "text", ["03/04/2026", "31/31/2026", "2026-13-01", "2026-02-30", "soon", "1.5", "0/0/00"]
)
def test_no_date_is_guessed(text: str) -> None:
    assert to_date(text) is None


def vote(*texts: str) -> str | None:
    votes = OrderVote()
    for text in texts:
        reading = read_date(text)
        assert reading is not None
        votes.add(reading)
    return votes.order()


def test_all_rows_decide_the_order_of_a_column() -> None:
    assert vote("03/04/2026", "25/04/2026") == DMY
    assert vote("03/04/2026", "04/25/2026") == MDY
    assert vote("03.04.2026") == DMY
    assert vote("2026-03-04", "05/05/2026") == ""
    assert vote("03/04/2026", "05/06/2026") is None
    assert vote("25/04/2026", "04/25/2026") is None


@pytest.mark.parametrize(
    ("text", "display", "given_name", "family", "company"),
    [("Smith, John", "John Smith", "John", "Smith", False),
     ("Smith Jr., John", "John Smith Jr.", "John", "Smith", False),
     ("Smith, John, Jr.", "John Smith Jr.", "John", "Smith", False),
     ("John Smith III", "John Smith III", "John", "Smith", False),
     ("Dr. Anna Meyer", "Anna Meyer", "Anna", "Meyer", False),
     ("García López, María", "María García López", "María", "García López", False),
     ("Mary Ann Lee", "Mary Ann Lee", "Mary Ann", "Lee", False),
     ("Cher", "Cher", "", "Cher", False),
     ("Acme, Inc.", "Acme, Inc.", "", "", True), ("Jones & Co", "Jones & Co", "", "", True),
     ("Müller Bau GmbH", "Müller Bau GmbH", "", "", True),
     ("Lefèvre SARL", "Lefèvre SARL", "", "", True)],
)  # fmt: skip
def test_names(text: str, display: str, given_name: str, family: str, company: bool) -> None:
    name = read_name(text)
    assert (name.display, name.given, name.family, name.company) == (
        display, given_name, family, company,
    )  # fmt: skip


def test_the_same_name_has_one_key() -> None:
    assert name_key("José NÚÑEZ") == name_key("nunez, jose")
    assert name_key("Ann Lee") != name_key("Ann Leigh")


def test_places() -> None:
    assert [state_code(t) for t in ("tx", "Texas", "N.Y.", "new york", "Québec", "Bavaria")] == [
        "TX", "TX", "NY", "NY", "QC", None,
    ]  # fmt: skip
    places = ("US", "usa", "U.S.A.", "Deutschland", "España", "UK", "X")
    assert [country_code(t) for t in places] == [
        "US", "US", "US", "DE", "ES", "GB", None,
    ]  # fmt: skip
    assert [tidy_zip(t, us=True) for t in ("2134", "021341234", "02134-1234", "95112.0")] == [
        "02134", "02134-1234", "02134-1234", "95112",
    ]  # fmt: skip
    assert tidy_zip("yo1 7hh", us=False) == "YO1 7HH"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12 Elm St, Springfield, OR 97477", ("12 Elm St", "Springfield", "OR", "97477")),
        ("12 Elm St\nSpringfield OR 97477-1234", ("12 Elm St", "Springfield", "OR", "97477-1234")),
        (
            "9 Oak Ave, Apt 4, New York, NY 10001, USA",
            ("9 Oak Ave, Apt 4", "New York", "NY", "10001"),
        ),
        ("12 Elm St", None),
        ("1 rue A, 75001 Paris", None),
    ],
)
def test_a_whole_address_in_one_cell(text: str, parts: tuple[str, ...] | None) -> None:
    assert split_address(text) == parts
