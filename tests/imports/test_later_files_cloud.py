"""Later files, and files that were dropped in error, on the deployed stack."""

from __future__ import annotations

import urllib.request
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.randomness import new_token
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.arrangements.terms import Terms, by_hand
from dunlin.domain.staff.queue import kind_of
from dunlin.domain.tokens import address_hash, token_hash
from dunlin.ports.portal import Link
from dunlin.runtime import wiring
from dunlin.service import arrangements
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff import matches
from local.local_stack import LocalStack
from tests.imports.place import BO, CY, DI, table
from tests.imports.sender import Sender, eventually
from tests.imports.test_whole_file import people

pytestmark = pytest.mark.cloud

WAITS = table([BO.replace("2026-09-01", "03/04/2026")])
DUE = "date_order:Due date"


def accounts(sender: Sender) -> list[Account]:
    return list(wiring.account_book().accounts_of_creditor(sender.creditor))


def holder(account: Account) -> Consumer:
    person = wiring.account_book().consumer(account.consumer_id)
    assert person is not None
    return person


def hear(account: Account, kind: SignalKind, **detail: Any) -> None:
    signal = Signal(
        signal_id=f"{kind}-{account.account_id}",
        kind=kind,
        at=wiring.clock().now(),
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        channel="email",
        detail=detail,
    )
    book, waker = wiring.account_book(), wiring.waker()
    assert apply_signal(signal, book=book, waker=waker, now=wiring.clock().now())


def pays_in_two(account: Account) -> Arrangement:
    """An arrangement of two payments, recorded by staff."""
    now = wiring.clock().now()
    half = account.balance.minor // 2
    days = [(now.date() + timedelta(days=n), m)
            for n, m in ((20, half), (50, account.balance.minor - half))]  # fmt: skip
    terms = by_hand(account.balance, days, today=now.date())
    assert isinstance(terms, Terms)
    recorded = arrangements.record(
        account.account_id, terms, by="desk-1", why="case-1", book=wiring.account_book(),
        waker=wiring.arranging_waker(), now=now,
    )  # fmt: skip
    assert isinstance(recorded, Arrangement)
    return recorded


def test_a_file_of_another_month_that_comes_late_undoes_nothing(stack: LocalStack) -> None:
    sender = Sender(stack, "clinic-late")
    assert sender.drop("open-2026-11-01.csv", table([BO, CY]))["outcomes"] == {"created": 2}
    before = {a.account_id: a for a in accounts(sender)}
    older = table([BO.replace("120.00", "400.00").replace("bo@", "bo.old@"), DI])
    report = sender.drop("open-2026-09-01.csv", older)
    assert report["codes"]["older_file"] == 2
    after = {a.account_id: a for a in accounts(sender)}
    assert {key: after[key] for key in before} == before
    assert holder(sender.account("K-1")).emails == ("bo@example.com",)
    assert sender.account("K-3").hold is Hold.REVIEW, "it may be paid long since"


def test_the_same_file_under_two_names_is_counted_once(stack: LocalStack) -> None:
    sender = Sender(stack, "clinic-twice")
    assert sender.drop("open.csv", table([BO, CY]))["outcomes"] == {"created": 2}
    before = accounts(sender)
    report = sender.drop("open (1).csv", table([BO, CY]))
    assert (report["known_as"], report["codes"]) == ("open.csv", {"known_file": 2})
    assert accounts(sender) == before


def test_two_creditors_files_that_were_swapped_ask_and_are_left(stack: LocalStack) -> None:
    north, south = Sender(stack, "clinic-north"), Sender(stack, "clinic-south")
    north.drop("open.csv", table(people(0, 20)))
    south.drop("open.csv", table(people(100, 20)))
    before = accounts(north)
    swapped = table(people(100, 20)).replace("K-", "L-")  # next month: new invoices
    key = north.key("open.csv")
    version = north.put(key, swapped)
    waiting = north.follow(key, version)
    assert waiting["state"] == "waiting"
    assert [q["id"] for q in waiting["decisions_needed"]] == ["other_creditor"]
    page = north.page("open.csv")
    assert "clinic-south" in page
    assert "The import goes on by itself" in north.press(page, "import nothing")
    ended = north.follow(key, version, waiting["summary_version"])
    assert (ended["state"], ended["refusal"]) == ("rejected", "other_creditor")
    assert accounts(north) == before


def test_a_mapping_file_with_a_mistake_is_told_and_its_correction_goes_on(
    stack: LocalStack,
) -> None:
    sender = Sender(stack, "clinic-mistaken")
    place = sender.key("open.mapping.yaml")
    sender.put(place, "version: 1\ndate_order: sideways\n")
    key = sender.key("open.csv")
    version = sender.put(key, WAITS)
    refused = sender.follow(key, version)
    assert refused["state"] == "rejected"
    assert "line 2: date_order must be one of ymd, mdy, dmy" in refused["reason"]
    assert "line 2: date_order" in sender.read(sender.key("open.report.csv"))
    assert accounts(sender) == []
    sender.put(place, "version: 1\ndate_order: dmy\n")
    assert sender.follow(key, version, refused["summary_version"])["state"] == "done"
    assert str(sender.account("K-1").due_on) == "2026-04-03"


def test_an_answer_to_a_question_that_no_longer_stands_is_told_and_not_obeyed(
    stack: LocalStack,
) -> None:
    sender = Sender(stack, "clinic-stale")
    key = sender.key("open.csv")
    assert sender.follow(key, sender.put(key, WAITS))["state"] == "waiting"
    old = sender.page("open.csv")
    # Before it is answered the file comes again, and its days read one way alone.
    sender.put(sender.key("open.mapping.yaml"), f'version: 1\nanswers:\n  "{DUE}": dmy\n')
    plain = WAITS.replace("03/04/2026", "03/24/2026")
    report = sender.follow(key, sender.put(key, plain))
    assert report["state"] == "done"
    assert str(sender.account("K-1").due_on) == "2026-03-24"
    assert any("Due date" in note and "not" in note for note in report["notes"]), report["notes"]
    assert "Nothing was changed" in sender.press(old, "month first")
    assert str(sender.account("K-1").due_on) == "2026-03-24"


def test_a_unit_with_a_new_tenant_is_a_debt_of_its_own(stack: LocalStack) -> None:
    sender = Sender(stack, "maple-homes")
    header = "Lease ID,Tenant,Email,Balance,Due date"
    sender.drop("rent.csv", table(["UNIT-7,Ada Finch,ada@example.com,300.00,2026-08-01"], header))
    newer = table(["UNIT-7,Cy Moss,cy@example.com,45.00,2026-11-01"], header)
    assert sender.drop("rent.csv", newer)["codes"] == {"another_person": 1}
    owed = {holder(a).name: (str(a.balance), holder(a).emails) for a in accounts(sender)}
    assert owed == {
        "Ada Finch": ("$300.00", ("ada@example.com",)),
        "Cy Moss": ("$45.00", ("cy@example.com",)),
    }


def test_a_corrected_address_opens_what_a_bounce_closed_and_not_what_the_person_closed(
    stack: LocalStack,
) -> None:
    sender = Sender(stack, "clinic-bounced")
    sender.drop("open.csv", table([BO, CY]))
    bounced, stopped = sender.account("K-1"), sender.account("K-2")
    dead = address_hash("bo@example.com")
    hear(bounced, SignalKind.BOUNCE, permanent=True, address_hash=dead)
    hear(stopped, SignalKind.OPT_OUT, scope="all")
    assert not holder(bounced).consent(Channel.EMAIL).open
    newer = table([BO.replace("bo@", "bo.new@"), CY.replace("cy@", "cy.new@")])
    sender.drop("open.csv", newer)
    assert holder(bounced).emails[0] == "bo.new@example.com"
    assert holder(bounced).consent(Channel.EMAIL).open
    assert not holder(stopped).consent(Channel.EMAIL).open


def test_what_was_closed_in_error_comes_back_and_what_is_owed_anew_begins_anew(
    stack: LocalStack,
) -> None:
    sender = Sender(stack, "clinic-returning")
    sender.put(sender.key("open.mapping.yaml"), "version: 1\ncomplete: true\n")
    rows = people(200, 40)
    sender.drop("open.csv", table(rows))
    arrangement = pays_in_two(sender.account("K-201"))
    before = {a.account_id: (a.status, a.hold, a.balance, a.due_on) for a in accounts(sender)}
    report = sender.drop("open.csv", table(rows[2:]))
    assert report["missing"]["closed"] == 2, "within the bound"
    assert {sender.account(name).status for name in ("K-200", "K-201")} == {Status.CLOSED}
    sender.drop("open.csv", table(rows))
    after = {a.account_id: (a.status, a.hold, a.balance, a.due_on) for a in accounts(sender)}
    assert after == before
    arranged = sender.account("K-201")
    assert (arranged.hold, arranged.arrangement_id) == (
        Hold.ARRANGEMENT,
        arrangement.arrangement_id,
    )
    (stands,) = wiring.account_book().arrangements(arranged.account_id)
    assert (stands.in_force, stands.terms) == (True, arrangement.terms)
    paid = [rows[0].replace("210.00", "0.00"), *rows[1:]]
    sender.drop("open.csv", table(paid))
    assert sender.account("K-200").status is Status.SETTLED
    anew = [rows[0].replace("210.00,2026-09-01", "95.00,2026-11-01"), *rows[1:]]
    sender.drop("open.csv", table(anew))
    back = sender.account("K-200")
    assert (back.status, str(back.balance), back.rung) == (Status.IMPORTED, "$95.00", 0)


def test_a_file_of_changes_is_applied_once_however_often_it_is_dropped(stack: LocalStack) -> None:
    sender = Sender(stack, "clinic-told")
    sender.drop("open.csv", table([BO, CY]))
    text = (
        "change_id,kind,reference,amount_minor,currency,channel\n"
        "p-1,payment,K-1,2000,USD,\n"
        "w-1,withdrawn,K-2,,,email\n"
        "x-1,closed,K-9,,,\n"
    )
    report = sender.drop("changes.csv", text)
    assert report["outcomes"] == {"applied": 2, "refused": 1}, report
    assert [(no["row"], no["field"]) for no in report["refused"]] == [(4, "reference")]
    assert str(sender.account("K-1").balance) == "$100.00"
    assert not holder(sender.account("K-2")).consent(Channel.EMAIL).open
    beside = sender.read(sender.key("changes.report.csv"))
    assert "2,p-1,applied,10000,USD," in beside
    again = sender.drop("changes.csv", text)
    assert again["outcomes"] == {"known": 2, "refused": 1}
    assert str(sender.account("K-1").balance) == "$100.00"
    assert "no such account" in sender.page("changes.csv")


def test_a_link_of_a_record_that_was_taken_in_stops_the_person_who_holds_it_now(
    stack: LocalStack,
) -> None:
    """Over HTTP, with the rights that the portal really has."""
    sender = Sender(stack, "clinic-merged")
    sender.drop("open.csv", table([BO]))
    second = "K-7,C-7,Robert Sample,bo@example.com,,44.00,2026-09-05"
    sender.drop("more.csv", table([BO, second]))
    kept, asked = sender.account("K-1"), sender.account("K-7")
    assert asked.consumer_id != kept.consumer_id
    assert kind_of(asked) == "match"
    token = new_token()
    wiring.sessions().put_link(
        Link(
            token_hash=token_hash(token), account_id=asked.account_id,
            consumer_id=asked.consumer_id, creditor=asked.creditor, touch_id="touch-1",
            channel="email", address_hash=address_hash("bo@example.com"),
            expires_at=wiring.clock().now() + timedelta(days=30),
        )
    )  # fmt: skip
    order = StaffCommand(by="desk-1", why="case-1", version=asked.version)
    settled = matches.settle(
        asked.account_id, order, same=True, book=wiring.account_book(), now=wiring.clock().now()
    )
    assert settled.outcome == "done"
    assert sender.account("K-7").consumer_id == kept.consumer_id
    assert holder(kept).consent(Channel.EMAIL).open
    data = b"List-Unsubscribe=One-Click"
    with urllib.request.urlopen(f"{stack.portal_url}/u/{token}", data=data, timeout=60) as page:
        assert page.status == 200
    eventually(lambda: not holder(kept).consent(Channel.EMAIL).open)
    for name in ("K-1", "K-7"):
        assert not holder(sender.account(name)).consent(Channel.EMAIL).open
