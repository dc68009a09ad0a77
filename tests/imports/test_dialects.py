"""Any table, rendered in any dialect and value style, reads back to the same accounts."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.imports.reading import read, rows_by

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252", "latin-1")
MONEY = ("plain", "us", "european", "space", "swiss", "parens", "trailing", "symbol", "code")
DATES = ("iso", "us", "european", "dotted", "named", "serial")
NAMES = (
    "José Núñez",
    "Anna Meyer",
    "Bright Meadow Ltd",
    "Söhne & Co",
    "Mary Ann Lee",
    "O'Neil Sam",
)
AREAS = (212, 312, 415, 503, 617)


@dataclass(frozen=True)
class Debt:
    invoice: str
    name: str
    email: str
    phone: str
    cents: int
    due: dt.date
    note: str


def money(cents: int, style: str) -> str:
    whole, part = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    us = f"{whole:,}.{part:02d}"
    european = us.replace(",", "_").replace(".", ",").replace("_", ".")
    return {
        "plain": f"{sign}{whole}.{part:02d}",
        "us": f"{sign}${us}",
        "european": f"{sign}{european}",
        "space": f"{sign}{us.replace(',', ' ').replace('.', ',')}",
        "swiss": f"{sign}{us.replace(',', chr(39))}",
        "parens": f"({us})" if cents < 0 else us,
        "trailing": f"{us}-" if cents < 0 else us,
        "symbol": f"{sign}€{us}",
        "code": f"USD {sign}{us}",
    }[style]


def date(day: dt.date, style: str) -> str:
    return {
        "iso": day.isoformat(),
        "us": day.strftime("%m/%d/%Y"),
        "european": day.strftime("%d/%m/%Y"),
        "dotted": day.strftime("%d.%m.%Y"),
        "named": day.strftime("%d %b %Y"),
        "serial": str((day - dt.date(1899, 12, 30)).days),
    }[style]


@st.composite
def debts(draw: st.DrawFn) -> list[Debt]:
    count = draw(st.integers(2, 8))
    # The first due day is past the twelfth, so that the order of the column can be told.
    days = [dt.date(2026, 3, 25)] + [
        dt.date(2026, draw(st.integers(1, 10)), draw(st.integers(1, 28))) for _ in range(count - 1)
    ]
    note = st.text(alphabet='ab ",;|\téü', max_size=8)
    return [
        Debt(
            invoice=f"INV-{100 + n}",
            name=draw(st.sampled_from(NAMES)),
            email=f"person{n}@example.com",
            phone=f"({draw(st.sampled_from(AREAS))}) 555-01{n:02d}",
            cents=draw(st.integers(100, 99_999_999)),
            due=days[n],
            note=draw(note),
        )
        for n in range(count)
    ]


HEADER = ("Invoice Number", "Customer Name", "Email", "Phone", "Balance", "Due Date", "Notes")


def rendered(  # noqa: PLR0917
    table: list[Debt],
    delimiter: str,
    newline: str,
    encoding: str,
    amounts: str,
    dates: str,
    titles: int,
    total: bool,
    quoting: int,
) -> tuple[bytes, list[int]]:
    """The file, and the physical line on which each debt starts."""
    lines: list[int] = []
    out = io.StringIO()
    for number in range(titles):
        out.write(("Open invoices" if number == 0 else "") + newline)
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(HEADER)
    for debt in table:
        text = out.getvalue().replace("\r\n", "\n").replace("\r", "\n")
        lines.append(text.count("\n") + 1)
        note = debt.note.replace(" ", "\n", 1) if " " in debt.note else debt.note
        writer.writerow(
            (
                debt.invoice, debt.name, debt.email, debt.phone, money(debt.cents, amounts),
                date(debt.due, dates), note.replace("\t", " "),
            )
        )  # fmt: skip
    if total:
        owed = money(sum(d.cents for d in table), amounts)
        writer.writerow(("Total", "", "", "", owed, "", ""))
    data = out.getvalue().encode(encoding)
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    return marks.get(encoding, b"") + data, lines


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=debts(),
    delimiter=st.sampled_from(",;\t|"),
    newline=st.sampled_from(("\n", "\r\n", "\r")),
    encoding=st.sampled_from(ENCODINGS),
    amounts=st.sampled_from(MONEY),
    dates=st.sampled_from(DATES),
    titles=st.integers(0, 2),
    total=st.booleans(),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    zipped=st.booleans(),
)
def test_any_rendering_reads_back_to_the_same_accounts(  # noqa: PLR0917
    table: list[Debt],
    delimiter: str,
    newline: str,
    encoding: str,
    amounts: str,
    dates: str,
    titles: int,
    total: bool,
    quoting: int,
    zipped: bool,
) -> None:
    assume(not (encoding == "latin-1" and amounts == "symbol"))  # Latin-1 has no euro sign
    data, lines = rendered(
        table, delimiter, newline, encoding, amounts, dates, titles, total, quoting
    )
    got = read(gzip.compress(data) if zipped else data, currency="USD")
    plain = data.isascii()
    expected = {"latin-1": "cp1252"}.get(encoding, encoding)
    assert got["encoding"] == ("utf-8" if plain and encoding[:3] != "utf" else expected)
    assert got["delimiter"] == delimiter
    assert got["header_row"] == titles + 1
    assert not got["decisions_needed"]
    rows = rows_by(got)
    assert sorted(rows) == lines
    for debt, line in zip(table, lines, strict=True):
        account = rows[line]["account"]
        assert rows[line]["outcome"] == "created"
        assert account["invoice"] == debt.invoice
        assert account["balance_minor"] == debt.cents
        assert account["due_on"] == debt.due.isoformat()
        assert account["consumer"]["name"] == debt.name
        assert account["consumer"]["emails"] == [debt.email]
        digits = "".join(c for c in debt.phone if c.isdigit())
        assert account["consumer"]["phones"] == [f"+1{digits}"]


@pytest.mark.parametrize("style", ["us", "parens", "trailing", "european"])
def test_a_negative_amount_is_a_credit_in_every_style(style: str) -> None:
    table = [
        Debt(
            "1",
            "Anna Meyer",
            "a@example.com",
            "(212) 555-0100",
            12_345_67,
            dt.date(2026, 3, 25),
            "",
        ),
        Debt(
            "2", "Sam Roe", "s@example.com", "(212) 555-0101", -1_234_50, dt.date(2026, 3, 26), ""
        ),
    ]
    data, lines = rendered(table, ";", "\n", "utf-8", style, "iso", 0, False, csv.QUOTE_MINIMAL)
    row = rows_by(read(data, currency="USD"))[lines[1]]
    assert (row["outcome"], row["account"]["status"]) == ("unchanged", "credit")
    assert row["account"]["balance_minor"] == -1_234_50
