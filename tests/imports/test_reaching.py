"""What a second file says of how a person is reached: no more, elsewhere, or again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer
from dunlin.domain.accounts.points import take_given
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.errors import DomainError
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import Change
from dunlin.service.accounts.staff_command import consumer_entry
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff.contact_points import channel_standing, give_point
from tests.imports.place import BO, CY, HEADER, Office, table


@pytest.fixture
def office() -> Office:
    return Office()


def person(office: Office, reference: str = "K-1") -> Consumer:
    standing = office.book.consumer(office.account(reference).consumer_id)
    assert standing is not None
    return standing


def hear(office: Office, kind: SignalKind, channel: str = "email", **detail: Any) -> None:
    """Something that the person or a provider says of the account K-1."""
    account = office.account("K-1")
    signal = Signal(
        signal_id=f"{kind}-{channel}-{len(office.book.seen)}",
        kind=kind,
        at=office.now,
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        channel=channel,
        detail=detail,
    )
    assert apply_signal(signal, book=office.book, waker=office.waker, now=office.now)


def rewrite(office: Office, after: Consumer) -> None:
    """A person as something other than a file left them."""
    entry = consumer_entry(after, after, now=office.now, what="Changed", data={}, actor="test")
    written = replace(after, version=after.version + 1, audit_head=entry.hash)
    office.book.apply(Change(consumer=written, audit=[entry]))


def bounce(office: Office, address: str) -> None:
    hear(office, SignalKind.BOUNCE, permanent=True, address_hash=address_hash(address))


NEW = BO.replace("bo@example.com", "bo.new@example.com").replace("0111", "0199")


@pytest.mark.parametrize(
    ("header", "no", "yes", "closed"),
    [
        ("Opted out", "Yes", "No", {Channel.EMAIL, Channel.SMS}),
        ("Unsubscribed", "TRUE", "", {Channel.EMAIL, Channel.SMS}),
        ("Email opt out", "Y", "N", {Channel.EMAIL}),
        ("Do not email", "x", "", {Channel.EMAIL}),
        ("Email consent", "No", "Yes", {Channel.EMAIL}),
        ("SMS consent", "No", "Yes", {Channel.SMS}),
    ],
)
def test_a_newer_file_takes_permission_away_and_none_gives_it_back(
    office: Office, header: str, no: str, yes: str, closed: set[Channel]
) -> None:
    columns = f"{HEADER},{header}"
    office.drop("open.csv", table([f"{BO},{yes}", f"{CY},{yes}"], columns))
    given = Consent(state=ConsentState.GRANTED, version=7, evidence="portal consent-2026-11")
    rewrite(office, replace(person(office), consents=dict.fromkeys(Channel, given)))
    account = office.account("K-1")
    entry = entry_of(account, now=office.now, what="Changed", data={})
    office.book.apply(
        Change(account=next_version(replace(account, status=Status.ACTIVE), entry), audit=[entry])
    )
    report = office.drop("open.csv", table([f"{BO},{no}", f"{CY},{yes}"], columns))
    assert report["outcomes"] == {"updated": 1, "unchanged": 1}
    assert report["permission_withdrawn"] == 1
    assert report["codes"]["permission_withdrawn"] == 1
    after = person(office)
    assert {c for c in Channel if not after.consent(c).open} == closed
    assert all(after.consent(c).version > 7 for c in closed)
    assert office.waker.woken == [account.account_id]
    for row in (f"{BO},{yes}", f"{BO.replace('bo@', 'bo.new@').replace('0111', '0199')},{yes}"):
        office.drop("open.csv", table([row, f"{CY},{yes}"], columns))
        assert not any(person(office).consent(c).open for c in closed)
    bounce(office, person(office).emails[0])
    again = BO.replace("bo@", "bo.third@").replace("0111", "0188")
    office.drop("open.csv", table([f"{again},{yes}", f"{CY},{yes}"], columns))
    assert not any(person(office).consent(c).open for c in closed)


def test_a_row_that_is_no_debt_is_heard_all_the_same(office: Office) -> None:
    header = f"{HEADER},Status,Opted out"
    office.drop("open.csv", table([f"{BO},Open,No"], header))
    paid = BO.replace("K-1", "K-8") + ",Paid,Yes"
    report = office.drop("open.csv", table([f"{BO},Open,No", paid], header))
    assert report["permission_withdrawn"] == 1
    assert not person(office).consent(Channel.EMAIL).open


def test_a_new_debt_of_a_known_person_says_no_for_both(office: Office) -> None:
    header = f"{HEADER},Opted out"
    office.drop("open.csv", table([f"{BO},No"], header))
    report = office.drop("more.csv", table([BO.replace("K-1", "K-8") + ",Yes"], header))
    assert (report["outcomes"], report["permission_withdrawn"]) == ({"created": 1}, 1)
    assert not person(office).consent(Channel.EMAIL).open


def test_the_newest_contact_points_come_first_and_replaced_ones_rest(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    office.drop("open.csv", table([NEW]))
    standing = person(office)
    assert standing.emails == ("bo.new@example.com",)
    assert standing.phones == ("+12175550199",)
    assert standing.resting == ("+12175550111", "bo@example.com")
    # What comes from an address that rests is theirs still.
    assert office.book.consumers_at("bo@example.com") == [standing]
    before = office.book.writes
    office.drop("open.csv", table([NEW]))
    assert office.book.writes == before


def test_an_address_that_the_file_takes_back_is_used_again(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    office.drop("open.csv", table([NEW]))
    office.drop("open.csv", table([BO]))
    standing = person(office)
    assert (standing.emails, standing.phones) == (("bo@example.com",), ("+12175550111",))
    assert standing.resting == ("+12175550199", "bo.new@example.com")


def test_a_second_address_in_the_file_leaves_the_first_in_use(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    both = BO.replace("bo@example.com", "bo@example.com; office@example.com")
    office.drop("open.csv", table([both]))
    assert person(office).emails == ("office@example.com", "bo@example.com")
    assert person(office).resting == ()


def test_a_blank_cell_replaces_nothing(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    office.drop("open.csv", table([BO.replace("bo@example.com", "")]))
    assert person(office).emails == ("bo@example.com",)


def test_a_contacts_file_replaces_and_an_old_export_does_not_undo_it(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    office.drop(
        "contacts.csv",
        "Customer No,Customer,Email,Phone\nC-1,Bo Sample,bo.new@example.com,(217) 555-0111\n",
    )
    assert person(office).emails == ("bo.new@example.com",)
    office.drop("open.csv", table([BO]))
    office.drop("open.csv", table([BO.replace("120.00", "90.00")]))
    assert person(office).emails == ("bo.new@example.com",)
    assert office.account("K-1").balance.minor == 9_000


def test_what_the_person_gave_here_stays_in_use(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    rewrite(
        office,
        take_given(person(office), "bo.home@example.com", at=office.now, evidence="staff:desk"),
    )
    office.drop("open.csv", table([NEW]))
    assert person(office).emails == ("bo.new@example.com", "bo.home@example.com")
    assert "bo@example.com" in person(office).resting


def test_a_permission_is_none_for_another_address_unless_the_file_gives_it(office: Office) -> None:
    header = f"{HEADER},SMS consent"
    office.drop("open.csv", table([f"{BO},Yes", f"{CY},Yes"], header))
    assert person(office).consent(Channel.SMS).state is ConsentState.GRANTED
    other = CY.replace("0112", "0198") + ",Yes"
    office.drop("open.csv", table([f"{NEW},", other], header))
    assert person(office).consent(Channel.SMS).state is ConsentState.NONE
    assert person(office, "K-2").consent(Channel.SMS).state is ConsentState.GRANTED


def test_a_corrected_address_opens_again_what_a_bounce_closed(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    bounce(office, "bo@example.com")
    assert person(office).consent(Channel.EMAIL).state is ConsentState.REVOKED
    before = person(office).consent(Channel.EMAIL).version
    report = office.drop("open.csv", table([BO.replace("bo@", "bo.sample@")]))
    standing = person(office)
    assert report["outcomes"] == {"updated": 1}
    assert standing.address(Channel.EMAIL) == "bo.sample@example.com"
    assert standing.consent(Channel.EMAIL).state is ConsentState.IMPLIED
    assert standing.consent(Channel.EMAIL).version > before
    # The dead address is dead still, should a file name it again.
    office.drop("open.csv", table([BO]))
    assert person(office).address(Channel.EMAIL) == "bo.sample@example.com"


@pytest.mark.parametrize("kind", [SignalKind.BOUNCE, SignalKind.WRONG_PARTY])
def test_the_same_dead_or_wrong_address_opens_nothing(office: Office, kind: SignalKind) -> None:
    office.drop("open.csv", table([BO]))
    hear(office, kind, permanent=True, address_hash=address_hash("bo@example.com"))
    for name in ("open.csv", "again.csv"):
        office.drop(name, table([BO.replace("120.00", "99.00")]))
        assert not person(office).consent(Channel.EMAIL).open


def test_a_corrected_address_opens_again_what_the_wrong_person_closed(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    hear(office, SignalKind.WRONG_PARTY, address_hash=address_hash("bo@example.com"))
    hear(office, SignalKind.WRONG_PARTY, channel="sms")
    office.drop("open.csv", table([NEW]))
    standing = person(office)
    assert standing.consent(Channel.EMAIL).state is ConsentState.IMPLIED
    assert standing.consent(Channel.SMS).state is ConsentState.NONE
    assert not {"email_wrong_party", "wrong_number"} & standing.flags.keys()
    assert (standing.emails, standing.phones) == (("bo.new@example.com",), ("+12175550199",))
    # Staff still read what was said; the address that was somebody else's never comes back.
    assert office.account("K-1").hold is Hold.REVIEW
    office.drop("open.csv", table([BO]))
    assert person(office).emails == ("bo.new@example.com",)


@pytest.mark.parametrize("first", ["stop", "bounce"])
def test_a_corrected_address_never_opens_what_the_person_closed(office: Office, first: str) -> None:
    office.drop("open.csv", table([BO]))
    steps = [
        lambda: hear(office, SignalKind.OPT_OUT),
        lambda: bounce(office, "bo@example.com"),
    ]
    for step in steps if first == "stop" else reversed(steps):
        step()
    office.drop("open.csv", table([NEW]))
    standing = person(office)
    assert standing.address(Channel.EMAIL) == "bo.new@example.com"
    assert not any(standing.consent(channel).open for channel in Channel)


def test_a_ladder_that_ended_for_want_of_an_address_begins_again(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    bounce(office, "bo@example.com")
    account = replace(office.account("K-1"), status=Status.EXHAUSTED, ladder="standard",
                      ladder_run=1, rung=1, sent=("Reminder",))  # fmt: skip
    entry = entry_of(account, now=office.now, what="Changed", data={})
    office.book.apply(Change(account=next_version(account, entry), audit=[entry]))
    office.drop("open.csv", table([BO.replace("bo@", "bo.sample@")]))
    after = office.account("K-1")
    assert (after.status, after.sent, after.rung) == (Status.IMPORTED, ("Reminder",), 1)


def test_a_known_account_in_another_currency_is_held_and_told(office: Office) -> None:
    header = f"{HEADER},Currency"
    office.drop("open.csv", table([f"{BO},USD", f"{CY},USD"], header))
    paid = BO.replace("120.00", "20.00") + ",CAD"
    report = office.drop("open.csv", table([paid, f"{CY},USD"], header))
    held = office.account("K-1")
    assert (held.hold, str(held.balance.minor)) == (Hold.REVIEW, "12000")
    assert report["codes"]["currency_differs"] == 1
    before = office.book.writes
    office.drop("open.csv", table([paid, f"{CY},USD"], header))
    assert office.book.writes == before


@pytest.mark.parametrize("stopped", [False, True])
def test_staff_write_down_what_the_person_gave(office: Office, *, stopped: bool) -> None:
    office.drop("open.csv", table([BO]))
    bounce(office, "bo@example.com")
    if stopped:
        hear(office, SignalKind.OPT_OUT)
    account = office.account("K-1")

    def give(point: str) -> bool:
        return give_point(
            account.account_id, point, by="desk-1", evidence="call-7", book=office.book,
            waker=office.waker, now=office.now,
        )  # fmt: skip

    assert give("bo.home@example.com")
    assert not give("bo.home@example.com")
    standing = person(office)
    assert standing.address(Channel.EMAIL) == "bo.home@example.com"
    assert standing.consent(Channel.EMAIL).open is not stopped
    word = channel_standing(standing, Channel.EMAIL)
    assert word == ("closed by the person, or by the creditor's file" if stopped else "open")
    with pytest.raises(DomainError):
        give("bo at home")


@pytest.mark.parametrize(
    ("columns", "cells", "given_on"),
    [
        ("SMS Consent,Consent Date", "yes,2024-01-15", "2024-01-15"),
        ("SMS Consent", "2024-01-15", "2024-01-15"),
        ("SMS Consent", "yes", ""),
    ],
)
def test_a_permission_bears_its_own_day_and_never_that_of_the_file(
    office: Office, columns: str, cells: str, given_on: str
) -> None:
    """The day is what the Reassigned Numbers Database is asked about."""
    head = f"Account,Name,Email,Phone,State,Due Date,Balance,{columns}\n"
    office.drop(
        "open.csv", f"{head}A-1,Bo Ray,bo@example.com,2125550147,NY,2026-09-01,40.00,{cells}\n"
    )
    (account,) = office.book.accounts.values()
    permission = office.book.consumers[account.consumer_id].consent(Channel.SMS)
    assert permission.open
    assert (f"{permission.at:%Y-%m-%d}" if permission.at else "") == given_on
