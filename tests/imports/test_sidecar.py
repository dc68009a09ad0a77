"""The mapping file: checked with clear errors, written so that it can be read back."""

from __future__ import annotations

import pytest

from dunlin.adapters.imports.sidecar_file import read_sidecar, with_answers
from dunlin.domain.imports.mapping_file import WIDTH, mapping_file
from dunlin.domain.imports.sidecar import Sidecar, SidecarErrors, check_sidecar
from tests.imports.reading import read, result_of

TABLE = (
    "Zork,Blip,Quux,Fnord,Wibble,Wobble\n"
    "1,Ann Lee,ann@example.com,03/04/2026,10.00,5.00\n"
    "2,Bo Cy,bo@example.com,05/06/2026,20.00,6.00\n"
)


def unfolding(levels: int) -> bytes:
    """A mapping file of which one answer is 10 times 10 times ... the same list."""
    lines = ["x0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += (f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels + 1))
    return "\n".join([*lines, "answers:", f"  q: *a{levels}", ""]).encode()


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
        b"complete: !!int abc",
        b"complete: !!timestamp abc",
        b"complete: 2026-13-45",
        b"complete: " + b"9" * 5000,
        b"answers:\n  a: !!python/name:os.system x\n",
        b"answers: &a\n  x: *a\n",
        pytest.param(unfolding(8), id="a file that unfolds to gigabytes"),
    ],
)
def test_a_broken_file_is_an_error_and_no_crash(data: bytes) -> None:
    assert isinstance(read_sidecar(data), SidecarErrors)


def test_a_figure_in_a_mapping_file_stays_as_it_is_written() -> None:
    sidecar = read_sidecar(b"version: 1\nmapping:\n  0012: ignore\nanswers:\n  q: 010\n  r: 1.50\n")
    assert isinstance(sidecar, Sidecar)
    assert sidecar.mapping == {"0012": "ignore"}
    assert sidecar.answers == {"q": "010", "r": "1.50"}


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


EVIL = 'Email\n": ignore\ncomplete: true #'


@pytest.mark.parametrize(
    "header", ["Email", EVIL, 'a: b # "c"', "\x1b[31mred", "\u2028x", "{{x}}", "- a", "é\ud7ff"]
)
def test_the_file_as_it_is_written_says_nothing(header: str) -> None:
    quoted_header = header.replace('"', '""')
    table = (
        f'Invoice,Customer,"{quoted_header}",Due,Balance\n'
        "1,Ann Lee,ann@example.com,03/04/2026,5.00\n"
    )
    text = mapping_file("open.csv", result_of(table).profile, Sidecar())
    assert read_sidecar(text.encode()) == Sidecar()
    assert "date_order:Due" in text


def test_every_line_of_the_file_can_be_filled_in() -> None:
    table = (
        'Inv #,"Cust ""omer"": x",E-Mail,Due,Amt: Due\n1,Ann Lee,a@example.com,03/04/2026,9.00\n'
    )
    profile = result_of(table).profile
    text = mapping_file("open.csv", profile, Sidecar())
    for column in profile.mapping:
        key = column.key.replace('"', '\\"')
        assert f'  "{key}":' in text
        text = text.replace(f'  "{key}":', f'  "{key}": {column.field}')
    text = text.replace('"date_order:Due":', '"date_order:Due": dmy')
    text = text.replace("\ncurrency:", "\ncurrency: CAD")
    again = read_sidecar(text.encode())
    assert isinstance(again, Sidecar)
    assert again.mapping == {c.key: c.field for c in profile.mapping}
    assert again.answers == {"date_order:Due": "dmy"}
    assert again.currency == "CAD"


def test_what_a_person_wrote_stays_in_the_file() -> None:
    sidecar = Sidecar(
        mapping={"Wobble": "ignore"}, answers={"sheet": "Open: all"}, date_order="mdy",
        currency="CAD", complete=True, debt_kind="business",
    )  # fmt: skip
    text = mapping_file("open.csv", result_of(TABLE).profile, sidecar)
    assert read_sidecar(text.encode()) == sidecar


def test_the_file_is_as_wide_as_a_terminal() -> None:
    table = f"Invoice,Customer,Email,Due,Balance\n1,{'Ann ' * 30},a@example.com,03/04/2026,5\n"
    text = mapping_file("open.csv", result_of(table).profile, Sidecar())
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert max(len(line) for line in comments) <= WIDTH


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version: 1\nmapping:\n  A: blance\n", "line 3: mapping of 'A': 'blance' is no field"),
        ("version: 1\n\ncurrency: dollars\n", "line 3: currency must be a code"),
        ("answers:\n  a: 1\n  b: 2\n  a: 3\n", "line 4: 'a' is said on line 2 already"),
        ("version: 1\nrole: third\n", "line 2: unknown key 'role'"),
        ("version: 1\nmapping:\n  A: x\n B: y\n", "line 4: this is not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, says: str) -> None:
    errors = read_sidecar(text.encode())
    assert isinstance(errors, SidecarErrors)
    assert errors.errors[0].startswith(says)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version: 1\n",
        "answers:\n",
        "answers:\n    other: x\n",
        'answers:\n  "q:A":   # mine\nmapping:\n  X: ignore\n',
        "answers:\n  'q:A': old\n  other: x\n",
        "# a word of mine\nanswers: {}\n",
        "mapping:\n  X: ignore",
    ],
)
def test_an_answer_is_written_into_any_file(text: str) -> None:
    before = read_sidecar(text.encode())
    assert isinstance(before, Sidecar)
    after = read_sidecar(with_answers(text.encode(), {"q:A": 'b: "c"', "new": "1"}))
    assert isinstance(after, Sidecar)
    assert after.answers == {**before.answers, "q:A": 'b: "c"', "new": "1"}
    assert after.mapping == before.mapping
