"""A lien letter: held until a person approves it, printed when the state's calendar allows it, and
kept with the proof that it was mailed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunlin.domain.accounts.account import Account
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.ports.messages import Printed
from dunlin.service.staff import calls
from dunlin.views.letters.letter_printer import JinjaLetterPrinter
from tests.scenarios.story import Message, Town, pack

DUE = date(2027, 2, 1)
CALIFORNIA = {
    "state": "CA", "zip": "95814", "phones": ("+19165550142",),
    "street": "1 Example Street", "city": "Sacramento",
}  # fmt: skip
LETTER = "Lien letter"


def renter(**place: str) -> tuple[Town, str]:
    town = Town(pack("storage"), today=DUE - timedelta(days=5))
    person = town.lives_here(**CALIFORNIA | place)  # type: ignore[arg-type]
    unit = town.owes(person, "UNIT-12", 180, issued_on=DUE - timedelta(days=20), due_on=DUE)
    town.begin(unit)
    return town, unit


def prints(town: Town, unit: str) -> tuple[calls.Allowance, Printed | None]:
    return calls.write_letter(
        unit, template=calls.LIEN, by="clerk-7",
        book=town.book, gate=town.gate, printer=JinjaLetterPrinter(), now=town.now,
    )  # fmt: skip


def approve(town: Town, unit: str) -> None:
    account = town.account(unit)
    town.changes(
        unit,
        escalated="",
        approved_triggers=(*account.approved_triggers, account.escalated),
        due_at=town.now,
    )


def rungs(messages: list[Message]) -> list[str]:
    return [m.rung for m in messages]


def log(town: Town, account: Account, what: str) -> dict[str, object]:
    [entry] = [e for e in town.book.chains[f"account#{account.account_id}"] if e.what == what]
    return dict(entry.data)


def test_a_lien_letter_that_nobody_approves_never_leaves() -> None:
    town, unit = renter()
    assert LETTER not in rungs(town.pass_days(120))
    waiting = town.account(unit)
    assert waiting.escalated == f"approval:{LETTER}"
    assert waiting.waits_for_staff
    letters, printed = prints(town, unit)
    assert printed is None
    assert (letters.outcome, letters.reasons[0][0]) == ("block", "APPROVAL")


def test_an_approved_letter_is_printed_announced_and_kept_with_its_proof() -> None:
    town, unit = renter()
    before = town.pass_days(30)
    assert rungs(before) == ["Before the day", "Reminder", "Second reminder", "Ways to settle"]
    assert town.account(unit).escalated == f"approval:{LETTER}"

    approve(town, unit)
    [announced] = town.pass_days(2)
    assert announced.template == "lien_notice.neutral"
    assert "by post" in announced.text

    allowed, printed = prints(town, unit)
    assert printed is not None
    for words in ("Preliminary lien notice", "$180.00", "UNIT-12", "armed forces", "Sacramento"):
        assert words in printed.html
    day = town.now.date()
    calls.prove_letter(
        unit, allowed.contact_id, mailed_on=day, proof="9407-0000-0000-0001", by="clerk-7",
        book=town.book, now=town.now,
    )  # fmt: skip
    assert log(town, town.account(unit), "LetterPrinted")["sha256"] == printed.sha256
    mailed = log(town, town.account(unit), "LetterMailed")
    assert (mailed["mailed_on"], mailed["proof"]) == (day.isoformat(), "9407-0000-0000-0001")
    assert rungs(town.pass_days(30)) == ["Last word"]


def test_california_wants_fourteen_whole_days_unpaid_before_the_letter() -> None:
    town, unit = renter()
    town.pass_days(14)  # nine days late
    town.changes(unit, approved_triggers=(f"approval:{LETTER}",))
    letters, printed = prints(town, unit)
    assert (letters.outcome, printed) == ("defer", None)
    assert letters.reasons[0][0] == "CA-STOR-LIEN"
    assert letters.until is not None
    town.now = letters.until + timedelta(hours=18)
    assert prints(town, unit)[1] is not None


def test_a_state_without_a_lien_calendar_gets_no_letter() -> None:
    town, unit = renter(state="IL", zip="62701")
    town.pass_days(30)
    approve(town, unit)
    letters, printed = prints(town, unit)
    assert (letters.outcome, printed) == ("block", None)
    assert letters.reasons[0][0] == "PLAT-FAILCLOSED"


def test_what_is_paid_after_the_approval_is_not_noticed_any_more() -> None:
    town, unit = renter()
    town.pass_days(30)
    approve(town, unit)
    town.pass_days(1)
    town.changes(unit, balance=Money(0, "USD"))
    assert prints(town, unit)[1] is None
    assert town.pass_days(60) == []


def test_only_what_was_printed_can_be_proven() -> None:
    town, unit = renter()
    town.pass_days(30)
    with pytest.raises(DomainError):
        calls.prove_letter(
            unit, "tch_none", mailed_on=town.now.date(), proof="1", by="clerk-7",
            book=town.book, now=town.now,
        )  # fmt: skip
