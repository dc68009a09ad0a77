"""Words in notes, names and flags that forbid to write before a person has looked.

`truth/notes.txt` holds notes in five languages, of which a good third forbid nothing; a heading
gives what is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dunlin.domain.imports.places import language_code
from dunlin.domain.imports.row_bars import bars_of_name, bars_of_note
from tests.imports.place import Office
from tests.imports.reading import read, rows_by

TRUTH = Path(__file__).parent / "truth" / "notes.txt"


def _truth() -> Iterator[tuple[str, list[str]]]:
    right: list[str] = []
    for line in TRUTH.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            right = line[1:-1].split(" or ")
        elif line:
            yield line, right


@pytest.mark.parametrize(("text", "right"), list(_truth()))
def test_a_note_forbids_what_it_says_and_no_more(text: str, right: list[str]) -> None:
    bars = bars_of_note(text)
    if bars:
        assert bars[0] in right or "held" in right
    else:
        assert "harmless" in right


def test_the_list_of_notes_is_long_and_many_of_them_are_harmless() -> None:
    texts = list(_truth())
    assert len(texts) > 300
    assert sum(right == ["harmless"] for _, right in texts) > 100


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Estate of Bo Sample", "deceased"), ("Bo Sample (deceased)", "deceased"),
        ("Sample, Bo - Deceased", "deceased"), ("Sample, Bo (Estate)", "deceased"),
        ("The Estate of B. Sample", "deceased"), ("Bo Sample Estate", "deceased"),
        ("Nachlass Bo Sample", "deceased"), ("Succession de Bo Sample", "deceased"),
        ("Sucesión de Bo Sample", "deceased"), ("Espólio de Bo Sample", "deceased"),
        ("Erbengemeinschaft Sample", "deceased"), ("Bo Sample c/o Attorney Jane Roe", "attorney"),
        ("c/o Law Offices of Jane Roe", "attorney"), ("Bo Sample (Atty)", "attorney"),
        ("c/o Rechtsanwalt Roe", "attorney"), ("Bo Sample, POA for Al Sample", "attorney"),
        ("Bo Sample - DO NOT CONTACT", "do_not_contact"), ("Bo Sample (DNC)", "do_not_contact"),
        ("Bo Sample (BK)", "bankruptcy"), ("Bo Sample Ch 13", "bankruptcy"),
        ("Tim Sample (minor)", "minor"), ("Bo Sample - HOLD", "on_hold"),
        ("Bo Sample *in collections*", "agency"), ("Bo Sample (disputed)", "disputed"),
    ],
)  # fmt: skip
def test_a_name_may_forbid(name: str, code: str) -> None:
    assert bars_of_name(name)[:1] == (code,)


@pytest.mark.parametrize(
    "name",
    ["Lakeside Real Estate LLC", "Dee Ceased", "Ana Minor", "Minor, Ana", "Grace Hold",
     "Roe & Roe Attorneys at Law", "Legal Aid Society", "Oak Grove Estates HOA", "Deadwood Bar",
     "Collections by Cora", "Estelle Probert", "Bill Cease", "Court Street Deli", "Dr. Dec Ryan",
     "Plan B Coffee", "Agency Insurance Group", "Al Dudley", "Chapter 2 Books", "Lawyer, Ben",
     "Smith & Sons", "Trust of the Abbott Family", "Falcon Crest"],
)  # fmt: skip
def test_a_name_that_only_sounds_so_forbids_nothing(name: str) -> None:
    assert bars_of_name(name) == ()


def _held(column: str, cell: str) -> str | None:
    rows = rows_by(
        read(
            f"Invoice,Customer,Email,Due Date,Balance,{column}\n"
            f'1,Ada Abbott,ada@example.com,2026-01-15,10.00,"{cell}"\n'
            "2,Ben Barker,ben@example.com,2026-01-15,20.00,\n"
        )
    )
    assert rows[3]["account"]["held"] is None
    held: str | None = rows[2]["account"]["held"]
    return held


@pytest.mark.parametrize(
    ("column", "cell", "held"),
    [
        ("Deceased", "Y", "deceased"), ("Date of death", "2026-03-02", "deceased"),
        ("Verstorben am", "02.03.2026", "deceased"), ("Fallecido", "Sí", "deceased"),
        ("Bankruptcy", "Chapter 7", "bankruptcy"), ("BK Filed Date", "2026-03-02", "bankruptcy"),
        ("Insolvenz", "X", "bankruptcy"), ("Attorney", "Jane Roe, Esq.", "attorney"),
        ("Represented by", "Roe & Roe", "attorney"), ("Lawsuit", "Yes", "legal_action"),
        ("Judgment Date", "2026-03-02", "legal_action"), ("Eviction", "filed", "legal_action"),
        ("Fraud flag", "1", "fraud"), ("Sent to Collections", "2026-03-02", "agency"),
        ("Collection Agency", "Acme Recovery", "agency"),
        ("Payment plan", "Active", "payment_plan"),
        ("Ratenplan", "ja", "payment_plan"), ("Mahnsperre", "X", "on_hold"),
        ("Hold reason", "manager", "on_hold"), ("Dunning block", "A", "on_hold"),
        ("Minor", "Yes", "minor"), ("Hospice", "true", "vulnerable"),
        ("Alert", "DECEASED", "deceased"), ("Account flag", "BK", "bankruptcy"),
        ("Tags", "legal", "legal_action"), ("Hinweise", "Anwalt", "attorney"),
        ("Deceased", "No", None), ("Deceased", "0", None), ("Bankruptcy", "None", None),
        ("Attorney", "N/A", None), ("Lawsuit", "false", None), ("Hold", "N", None),
        ("Date of death", "0000-00-00", None), ("Sent to Collections", "1900-01-01", None),
        ("Payment plan", "-", None), ("Alert", "prefers text", None),
    ],
)  # fmt: skip
def test_a_column_may_forbid(column: str, cell: str, held: str | None) -> None:
    assert _held(column, cell) == held


def test_the_firms_own_attorneys_are_nobodys_defence() -> None:
    rows = "".join(
        f"{n},Ada Abbott{n},a{n}@example.com,2026-01-15,1{n}.00,{('Jane Roe', 'Al Poe')[n % 2]}\n"
        for n in range(1, 9)
    )
    document = read(f"Matter,Client,Email,Due Date,Balance,Attorney\n{rows}")
    assert {r["account"]["held"] for r in document["rows"]} == {None}


@pytest.mark.parametrize(
    ("column", "cell", "closed"),
    [
        ("Opted out", "Yes", ["all"]), ("Opted out", "2026-03-02", ["all"]),
        ("DNC", "DNC", ["all"]), ("Do Not Contact", "per letter 3/2", ["all"]),
        ("Opt out", "No", []), ("Opt out", "Opted in", []), ("DNC", "1900-01-01", []),
        ("OK to contact", "No", ["all"]), ("Contact allowed", "FALSE", ["all"]),
        ("OK to contact", "Yes", []), ("Preferred contact", "Do not contact", ["all"]),
        ("Preferred contact", "Email", []), ("Preferred contact method", "Mail only", ["all"]),
        ("No contactar", "Sí", ["all"]), ("Ne pas contacter", "Oui", ["all"]),
        ("Kontaktsperre", "X", ["all"]), ("Não contatar", "Sim", ["all"]),
        ("Unsubscribed", "true", ["all"]), ("Unsubscribed on", "2026-03-02", ["all"]),
        ("Email unsubscribed", "true", ["email"]),
        ("Do not email", "x", ["email"]), ("Email opt out", "1", ["email"]),
        ("Email consent", "No", ["email"]), ("Email consent", "Withdrawn 3/2", ["email"]),
        ("Email consent", "revoked", ["email"]), ("Email consent", "not given", ["email"]),
        ("Email status", "Unsubscribed", ["email"]), ("Email status", "Bounced", []),
        ("SMS consent", "Denied", ["sms"]), ("SMS opt in", "No", ["sms"]),
        ("Text Opt-Out", "STOP", ["sms"]), ("Einwilligung E-Mail", "widerrufen", ["email"]),
        ("Consentement email", "refusé", ["email"]),
        ("Consentimiento email", "retirado", ["email"]),
    ],
)  # fmt: skip
def test_a_column_may_take_permission_away_in_any_shape(
    column: str, cell: str, closed: list[str]
) -> None:
    document = read(
        f"Invoice,Customer,Email,Phone,Due Date,Balance,{column}\n"
        f'1,Ada Abbott,ada@example.com,312-555-0101,2026-01-15,10.00,"{cell}"\n'
        "2,Ben Barker,ben@example.com,312-555-0102,2026-01-15,20.00,\n"
    )
    consents: list[dict[str, Any]] = document["rows"][0]["account"]["extras"].get("consents", [])
    assert [c["channel"] for c in consents if not c["granted"]] == closed


@pytest.mark.parametrize(
    ("born", "held"),
    [("2019-05-01", "minor"), ("2008-11-22", "minor"), ("2008-11-21", None), ("1980-01-01", None),
     ("05/01/19", "minor"), ("05/01/45", None), ("1900-01-01", None), ("", None)],
)  # fmt: skip
def test_who_is_under_age_by_the_files_own_date_is_held(born: str, held: str | None) -> None:
    document = read(
        "Account,Patient,Patient DOB,Email,Due Date,Balance\n"
        f"1,Kid Sample,{born},kid@example.com,2026-01-15,10.00\n"
        "2,Bo Sample,1970-12-25,bo@example.com,2026-01-15,20.00\n",
        date_order="mdy",
    )
    assert [r["account"]["held"] for r in document["rows"]] == [held, None]


@pytest.mark.parametrize(
    ("word", "code"),
    [("Spanish", "es"), ("español", "es"), ("ES", "es"), ("es-MX", "es"), ("spa", "es"),
     ("Spanisch", "es"), ("espagnol", "es"), ("Espanhol", "es"), ("English", "en"),
     ("en_US", "en"), ("Inglés", "en"), ("Französisch", "fr"), ("Deutsch", "de"),
     ("alemán", "de"), ("Português (Brasil)", "pt"), ("Spanish/English", "es"),
     ("Unknown", ""), ("", ""), ("Declined", "")],
)  # fmt: skip
def test_a_language_is_known_by_name_and_code(word: str, code: str) -> None:
    assert language_code(word) == code


def test_a_spanish_speaker_of_a_file_speaks_spanish() -> None:
    document = read(
        "Invoice,Customer,Email,Due Date,Balance,Language\n"
        "1,Ada Abbott,ada@example.com,2026-01-15,10.00,Spanish\n"
    )
    assert document["rows"][0]["account"]["extras"]["language"] == "es"


NOTED = "Invoice,Customer No,Customer,Email,Phone,Balance,Due date,Notes"
BO = "K-1,C-1,Bo Sample,bo@example.com,(217) 555-0111,120.00,2026-09-01"


def test_a_newer_file_that_forbids_holds_a_known_debt_once() -> None:
    office = Office()
    office.drop("open.csv", f"{NOTED}\n{BO},\n")
    assert office.account("K-1").hold is None
    office.drop("open.csv", f"{NOTED}\n{BO},DECEASED per wife 3/2\n")
    account = office.account("K-1")
    assert (account.hold, account.hold_reason) == (
        "review",
        "The file says that the person has died.",
    )
    before = office.book.writes
    office.drop("open.csv", f"{NOTED}\n{BO},DECEASED per wife 3/2\n")
    assert office.book.writes == before


@pytest.mark.parametrize(
    ("heading", "young", "grown"),
    [("Year of Birth", "2015", "1980"), ("YOB", "2009", "1975"), ("Geburtsjahr", "2012", "2007"),
     ("Año de nacimiento", "2010", "1990"), ("DOB", "2015", "1980"),
     ("Birth year", "2008", "2007")],
)  # fmt: skip
def test_who_may_be_under_age_by_the_year_of_their_birth_is_held(
    heading: str, young: str, grown: str
) -> None:
    document = read(
        f"Account,Patient,{heading},Email,Due Date,Balance\n"
        f"1,Kid Sample,{young},kid@example.com,2026-01-15,10.00\n"
        f"2,Bo Sample,{grown},bo@example.com,2026-01-15,20.00\n"
    )
    assert [r["account"]["held"] for r in document["rows"]] == ["minor", None]


@pytest.mark.parametrize(
    ("heading", "word"),
    [("Situación del socio", "Fallecido"), ("Kundenstand", "verstorben"), ("Socio", "fallecida"),
     ("Estado civil", "Difunto"), ("Remark 7", "deceased 3/2026"), ("Situation", "Décédé"),
     ("Situação", "Falecido"), ("Resident now", "Passed away")],
)  # fmt: skip
def test_a_death_is_heard_under_any_heading(heading: str, word: str) -> None:
    assert _held(heading, word) == "deceased"


@pytest.mark.parametrize("heading", ["Placed With", "Forwarded to", "Übergeben an", "Confié à"])
def test_a_debt_that_was_placed_with_somebody_is_held(heading: str) -> None:
    assert _held(heading, "Acme Collections") == "agency"


@pytest.mark.parametrize(
    "name", ["Bell B. - closed acct", "Bell, B. (account closed)", "Bell B. - cuenta cerrada"]
)
def test_a_closed_account_beside_a_name_is_held(name: str) -> None:
    assert bars_of_name(name) == ("on_hold",)
