"""A column that says of the address or number beside it that it reaches nobody."""

from __future__ import annotations

import pytest

from tests.imports.reading import read


@pytest.mark.parametrize(
    ("heading", "good", "bad"),
    [
        ("Email Valid", "Y", "N"), ("Valid Email?", "true", "false"), ("Bounced", "", "2026-01-05"),
        ("Email Bounced", "No", "Yes"), ("Invalid Email", "0", "1"), ("Undeliverable", "", "x"),
        ("Email valide", "oui", "non"), ("E-Mail gültig", "ja", "nein"),
        ("Correo válido", "sí", "no"), ("Email Valid", "Valid", "Invalid"),
    ],
)  # fmt: skip
def test_an_address_that_is_said_to_be_bad_is_not_used(heading: str, good: str, bad: str) -> None:
    document = read(
        f"Invoice,Customer,Email,{heading},Phone,Due Date,Balance\n"
        f"1,Ada Abbott,ada@example.com,{good},(212) 555-0101,2026-03-01,10.00\n"
        f"2,Ben Barker,ben@example.com,{bad},(212) 555-0102,2026-03-01,20.00\n"
    )
    people = [row["account"]["consumer"] for row in document["rows"]]
    assert [p["emails"] for p in people] == [["ada@example.com"], []]
    assert [p["phones"] for p in people] == [["+12125550101"], ["+12125550102"]]


def test_each_flag_speaks_of_what_stands_before_it() -> None:
    document = read(
        "Invoice,Customer,Email,Email Valid,Phone,Phone Valid,Due Date,Balance\n"
        "1,Ada Abbott,ada@example.com,Y,(212) 555-0101,N,2026-03-01,10.00\n"
        "2,Ben Barker,ben@example.com,N,(212) 555-0102,Y,2026-03-01,20.00\n"
    )
    people = [row["account"]["consumer"] for row in document["rows"]]
    assert [(p["emails"], p["phones"]) for p in people] == [
        (["ada@example.com"], []), ([], ["+12125550102"]),
    ]  # fmt: skip
