"""The fast paths say what the libraries say, and every cell of contact points is split right."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunlin.adapters.imports import contact_checks
from dunlin.domain.imports.contact_points import (
    NANP_AREAS,
    fast_email,
    fast_phone,
    read_emails,
    read_phones,
)


def phones(cell: str, country: str = "US") -> tuple[str, ...]:
    return read_phones(cell, country, contact_checks.phone).numbers


def test_every_area_of_the_fast_path_is_valid_to_the_library() -> None:
    dice = random.Random(11)
    for area in sorted(NANP_AREAS):
        for exchange in (200, 555, 911, 999, dice.randrange(200, 1000)):
            number = f"+1{area}{exchange}{dice.randrange(10_000):04d}"
            assert contact_checks.phone(number, "US") == number


FORMS = ("({a}) {b}-{c}", "{a}-{b}-{c}", "{a}.{b}.{c}", "{a} {b} {c}", "{a}{b}{c}", "({a}){b}-{c}",
         "1-{a}-{b}-{c}", "+1 {a} {b} {c}", "+1{a}{b}{c}", "1{a}{b}{c}")  # fmt: skip


@pytest.mark.slow
@settings(max_examples=1500)
@given(
    st.integers(0, 999), st.integers(0, 999), st.integers(0, 9999), st.sampled_from(FORMS),
    st.sampled_from(("US", "CA")),
)  # fmt: skip
def test_the_fast_phone_path_never_contradicts_the_library(
    area: int, exchange: int, line: int, form: str, country: str
) -> None:
    text = form.format(a=f"{area:03d}", b=f"{exchange:03d}", c=f"{line:04d}")
    fast = fast_phone(text, country)
    if fast is not None:
        assert fast == contact_checks.phone(text, country)


@pytest.mark.slow
@settings(max_examples=1500)
@given(
    st.text(alphabet="abzABZ019._+-'", min_size=1, max_size=12),
    st.text(alphabet="abzABZ019.-", min_size=1, max_size=16),
    st.sampled_from((".com", ".org", ".museum", ".test", ".local", ".x", "", ".co.uk", ".c0m")),
)
def test_the_fast_email_path_never_contradicts_the_library(
    local: str, domain: str, ending: str
) -> None:
    text = f"{local}@{domain}{ending}"
    fast = fast_email(text)
    if fast is not None:
        assert fast == contact_checks.email(text)


def test_common_forms_do_take_the_fast_path() -> None:
    assert fast_phone("(212) 555-0147", "US") == "+12125550147"
    assert fast_email("Ann.Lee+x@Example.COM") == "Ann.Lee+x@example.com"


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("212-555-0130 / 212-555-0131", ("+12125550130", "+12125550131")),
        ("212-555-0130; (646) 555-0132", ("+12125550130", "+16465550132")),
        ("212-555-0130 or 212-555-0131", ("+12125550130", "+12125550131")),
        ("Mobile: (503) 555-0110 Home: (503) 555-0111", ("+15035550110", "+15035550111")),
        ("(503) 555-0110 (503) 555-0111", ("+15035550110", "+15035550111")),
        ("212-555-0130, 212-555-0130", ("+12125550130",)),
        ("2125550130.0", ("+12125550130",)),
        ("+34 612 345 678", ("+34612345678",)),
        ("+44 20 7946 0018", ("+442079460018",)),
    ],
)
def test_several_numbers_in_a_cell(cell: str, numbers: tuple[str, ...]) -> None:
    assert phones(cell) == numbers


def test_a_country_is_the_home_of_numbers_without_a_plus() -> None:
    assert phones("0221/1234567", "DE") == ("+492211234567",)
    assert phones("06 12 34 56 78", "FR") == ("+33612345678",)


@pytest.mark.parametrize(
    "cell",
    ["312-555-0181 x204", "312-555-0181 ext. 204", "(312) 555-0181 #204", "312-555-0181, x204"],
)
def test_extensions_are_kept_apart(cell: str) -> None:
    phones = read_phones(cell, "US", contact_checks.phone)
    assert phones.numbers == ("+13125550181",)
    assert phones.extensions == (("+13125550181", "204"),)


@pytest.mark.parametrize("cell", ["555-0100", "12345", "(555) 123-4567", "+1 999 999 9999"])
def test_what_cannot_be_e164_is_listed(cell: str) -> None:
    phones = read_phones(cell, "US", contact_checks.phone)
    assert phones.numbers == ()
    assert phones.bad == (cell,)


@pytest.mark.parametrize(
    ("cell", "addresses", "bad"),
    [
        ("a@example.com; b@example.org", ("a@example.com", "b@example.org"), ()),
        ("a@example.com, b@example.org", ("a@example.com", "b@example.org"), ()),
        ("Ann Lee <ann@example.com>", ("ann@example.com",), ()),
        ("mailto:ann@example.com", ("ann@example.com",), ()),
        ("MAILTO:ann@example.com?subject=Bill", ("ann@example.com",), ()),
        ("Lee, Ann<ann@example.com>;", ("ann@example.com",), ()),
        ("ann@example.com.", ("ann@example.com",), ()),
        ("[ann@example.com](mailto:ann@example.com)", ("ann@example.com",), ()),
        ('=HYPERLINK("mailto:ann@example.com","write")', ("ann@example.com",), ()),
        ('<a href="mailto:ann@example.com">Ann</a>', ("ann@example.com",), ()),
        ("E-Mail: ann@example.com", ("ann@example.com",), ()),
        ("josé@example.com", ("josé@example.com",), ()),
        ("not-an-email", (), ("not-an-email",)),
        ("a@b@c", (), ("a@b@c",)),
        ("x@localhost", (), ("x@localhost",)),
        ("ann@example.com; broken@", ("ann@example.com",), ("broken@",)),
    ],
)
def test_addresses_of_a_cell(cell: str, addresses: tuple[str, ...], bad: tuple[str, ...]) -> None:
    emails = read_emails(cell, contact_checks.email)
    assert (emails.addresses, emails.bad) == (addresses, bad)
