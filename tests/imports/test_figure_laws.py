"""What the figures of nearly all rows add up to holds for the others; who breaks it is held."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.imports.reading import read

NAMES = ("Noor", "Samuel", "Grace", "Wei", "Amara", "Peter", "Rosa", "Tom")
OWED = (12000, 8050, 60025, 45110, 9975, 133300, 27040, 50500)
BROKEN = 3

Figures = Callable[[int, int], tuple[int, ...]]


def money(minor: int) -> str:
    return f"{minor / 100:.2f}"


def table(
    heads: str, figures: Figures, off: int = 7000, broken: tuple[int, ...] = (BROKEN,)
) -> str:
    """A row for each name; in those that are `broken` the first figure is off."""
    lines = [f"Invoice,Customer,Email,Due Date,{heads}"]
    for row, name in enumerate(NAMES):
        first, *rest = figures(OWED[row], row)
        first += off if row in broken else 0
        cells = ",".join(money(f) for f in (first, *rest))
        lines.append(f"{row + 50},{name} Haddad,{name.lower()}@example.com,2026-03-13,{cells}")
    return "\n".join(lines) + "\n"


def held(text: str, **answers: str) -> list[str | None]:
    document = read(text, answers=answers)
    assert document["decisions_needed"] == []
    return [row["account"]["held"] for row in document["rows"]]


ONE = ["does_not_add_up" if row == BROKEN else None for row in range(len(NAMES))]
NONE = [None] * len(NAMES)


@pytest.mark.parametrize(
    ("heads", "figures"),
    [
        ("Invoice Total,Paid,Balance", lambda o, r: (o + 900 * r, 900 * r, o)),
        ("Line Haul,Detention,Advance,Balance Due", lambda o, r: (o + 3000, 2000 + r, 5000 + r, o)),
        ("Assessment,Late Charge,Received,Balance", lambda o, r: (o + 100, 500 + r, 600 + r, o)),
        ("Net,Tax,Gross,Paid,Balance", lambda o, r: (o - 800, 800 + r, o + r, 9 * r, o - 8 * r)),
        ("Soll,Haben,Saldo", lambda o, r: (o + 900 * r, 900 * r, o)),
        ("Current,1-30,31-60,Over 60,Balance", lambda o, r: (o - 3000, 500, 1500 - r, 1000 + r, o)),
    ],
)
def test_a_row_that_breaks_the_law_of_its_file_is_held(heads: str, figures: Figures) -> None:
    assert held(table(heads, figures)) == ONE
    assert held(table(heads, figures, off=0)) == NONE


def test_a_payment_that_the_balance_leaves_out_is_held_though_no_other_row_has_one() -> None:
    text = table("Line Haul,Advance,Balance Due", lambda o, r: (o, 5000 * (r == BROKEN), o), 0)
    assert held(text) == ONE


def test_hours_at_a_rate_are_the_amount() -> None:
    lines = ["Invoice,Client,Email,Due Date,Hours,Rate,Amount Due"]
    for row, name in enumerate(NAMES):
        amount = 15000 * (row + 2) + (100 if row == BROKEN else 0)
        cells = f"2026-03-13,{row + 2},150.00,{money(amount)}"
        lines.append(f"{row + 50},{name} Haddad,{name.lower()}@example.com,{cells}")
    assert held("\n".join(lines) + "\n") == ONE


@pytest.mark.parametrize(
    ("heads", "figures"),
    [
        # A fee in a few rows, that the law of the others does not name.
        (
            "Invoice Total,Paid,Service Charge,Balance",
            lambda o, r: (o + 2500 - (1500 if r == 5 else 0), 2500, 1500 if r == 5 else 0, o),
        ),
        # A cent of rounding.
        ("Net,Tax,Balance", lambda o, r: (o - 800 - r % 2, 800, o)),
        # Columns that have nothing to do with each other.
        ("Credit Limit,Last Payment,Balance", lambda o, r: (500000, 3000 + 711 * r, o)),
        ("Original Amount,Last Payment,Balance", lambda o, r: (o + 3000 * (r + 1), 3000, o)),
        # Round sums that agree by chance in two rows.
        ("Rent,Deposit,Balance", lambda o, r: (o - 50000 if r < 2 else 90000, 50000, o)),
    ],
)
def test_what_is_no_law_holds_nobody(heads: str, figures: Figures) -> None:
    assert held(table(heads, figures, off=0)) == NONE


def test_a_figure_that_is_not_there_breaks_nothing() -> None:
    text = table("Invoice Total,Paid,Balance", lambda o, r: (o + 900 * r, 900 * r, o), 0)
    lines = text.splitlines()
    cells = lines[BROKEN + 1].split(",")
    cells[4] = cells[5] = ""
    lines[BROKEN + 1] = ",".join(cells)
    assert held("\n".join(lines) + "\n") == NONE


def test_what_is_not_owed_any_more_breaks_nothing() -> None:
    text = table(
        "Invoice Total,Paid,Balance",
        lambda o, r: (o, 0 if r == BROKEN else 100, 0 if r == BROKEN else o - 100),
        0,
    )
    assert held(text) == NONE


def test_a_law_that_many_break_is_asked_about_and_the_answer_obeyed() -> None:
    text = table("Invoice Total,Paid,Balance", lambda o, r: (o + 900, 900, o), broken=(0, 2, 5, 7))
    (question,) = read(text)["decisions_needed"]
    assert question["id"] == "row_sums"
    assert question["why"] == 'in 4 of 8 rows "Balance" is not "Invoice Total" less "Paid"'
    assert [row["row"] for row in question["rows"]] == [2, 4, 7]
    assert len(question["meanings"]) == 2
    assert held(text, row_sums="as_it_stands") == NONE
    broken = [row in (0, 2, 5, 7) for row in range(len(NAMES))]
    assert [bool(h) for h in held(text, row_sums="hold")] == broken


def test_what_the_sums_show_to_be_taken_off_is_not_asked_about() -> None:
    heads = "Tuition,Activity Fee,Aid,Paid,Amount Due"
    text = table(heads, lambda o, r: (o + 3000 + 100 * r, 2000, 5000, 100 * r, o))
    assert held(text) == ONE
