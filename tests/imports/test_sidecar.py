"""The mapping file: checked with clear errors, written so that it can be read back."""

from __future__ import annotations

import pytest

from dunlin.adapters.imports.sidecar_file import read_sidecar
from dunlin.domain.imports.sidecar import Sidecar, SidecarErrors, check_sidecar, sidecar_yaml
from tests.imports.reading import read, result_of

TABLE = (
    "Zork,Blip,Quux,Fnord,Wibble,Wobble\n"
    "1,Ann Lee,ann@example.com,03/04/2026,10.00,5.00\n"
    "2,Bo Cy,bo@example.com,05/06/2026,20.00,6.00\n"
)


def errors_of(raw: object) -> tuple[str, ...]:
    problems = check_sidecar(raw)
    assert isinstance(problems, SidecarErrors)
    return problems.errors


def test_a_whole_sidecar() -> None:
    sidecar = read_sidecar(
        b"version: 1\nmapping:\n  Ref: invoice_number\n  Who: name\n  X: ignore\n"
        b"date_order: dmy\ncountry: Germany\ncurrency: eur\nindustry: dental\n"
        b"debt_kind: consumer\ncomplete: true\n"
    )
    assert sidecar == Sidecar(
        mapping={"Ref": "invoice_number", "Who": "consumer_name", "X": "ignore"},
        date_order="dmy",
        country="DE",
        currency="EUR",
        industry="dental",
        debt_kind="consumer",
        complete=True,
    )


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"version": 2}, "version must be 1"),
        ({"mapping": {"A": "blance"}}, "mapping of 'A'"),
        ({"mapping": ["A"]}, "mapping must hold"),
        ({"date_order": "ydm"}, "date_order must be one of ymd, mdy, dmy"),
        ({"country": "Narnia"}, "country must be a code"),
        ({"currency": "dollars"}, "currency must be a code"),
        ({"debt_kind": "public"}, "debt_kind must be one of"),
        ({"complete": "maybe"}, "complete must be true or false"),
        ({"role": "third"}, "role comes from its config alone"),
        (["version"], "must be a mapping"),
    ],
)
def test_what_is_wrong_is_said(raw: object, says: str) -> None:
    assert any(says in error for error in errors_of(raw))


def test_all_errors_come_at_once() -> None:
    assert len(errors_of({"version": 9, "currency": "zz", "date_order": "x"})) == 3


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"mapping: [unclosed",
        b"a: b: c",
        pytest.param(b"[" * 5000, marks=pytest.mark.slow),
        b"x" * 2_000_000,
    ],
)
def test_a_broken_file_is_an_error_and_no_crash(data: bytes) -> None:
    assert isinstance(read_sidecar(data), SidecarErrors)


def test_norway_is_no_falsehood() -> None:
    sidecar = read_sidecar(b"country: NO\n")
    assert isinstance(sidecar, Sidecar)
    assert sidecar.country == "NO"


def test_a_sidecar_answers_what_the_file_asks() -> None:
    assert read(TABLE)["state"] == "waiting"
    result = read(
        TABLE,
        mapping={"Zork": "invoice_number", "Blip": "consumer_name", "Fnord": "due_date",
                 "Wibble": "balance", "Wobble": "ignore"},
        date_order="dmy",
        currency="CAD",
    )  # fmt: skip
    assert result["decisions_needed"] == []
    account = result["rows"][0]["account"]
    assert (account["due_on"], account["currency"]) == ("2026-04-03", "CAD")
    assert account["invoice"] == "1"


def test_what_the_import_writes_can_be_dropped_again() -> None:
    table = (
        'Inv #,"Cust ""omer"": x",E-Mail,Due,Amt: Due\n1,Ann Lee,ann@example.com,25/04/2026,10.00\n'
    )
    first = result_of(table)
    text = sidecar_yaml(first.profile, Sidecar())
    again = read_sidecar(text.encode())
    assert isinstance(again, Sidecar)
    assert again.mapping == {c.key: c.field for c in first.profile.mapping}
    assert (again.date_order, again.currency, again.country) == ("dmy", "USD", "US")
    assert not again.complete


def test_a_header_cannot_break_out_of_the_mapping_file() -> None:
    evil = 'Email\n": ignore\ncomplete: true #'
    table = (
        f'Invoice,Customer,"{evil.replace(chr(34), chr(34) * 2)}",Balance\n1,Ann,a@example.com,5\n'
    )
    text = sidecar_yaml(result_of(table).profile, Sidecar())
    again = read_sidecar(text.encode())
    assert isinstance(again, Sidecar)
    assert not again.complete
