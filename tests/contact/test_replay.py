"""What the audit log keeps of an account's decisions is enough to judge them again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Flag, PastContact
from dunlin.domain.audit.audit import AuditEntry, canonical
from dunlin.domain.rulebook import Rulebook
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.notices import check_notice
from dunlin.service.contact.replay import recorded, replay
from tests.support import builders, ground

NOON = builders.NOON
NIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)  # two in the morning in Chicago
BOOK = load_rulebook()
ATTORNEY = {"attorney": Flag(at=NOON, by="staff", detail={"name": "Sam Advocate"})}
NO_TEXTS = {
    Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1, evidence="import"),
    Channel.SMS: Consent(),
}


def _ready(at: datetime = NOON, contacts: int = 0, **person) -> tuple[MemoryBook, Account]:
    book = MemoryBook()
    account = ground.active("INV-1", at=at)
    who = builders.consumer("INV-1", **person)
    builders.store(book, book.creditors, account, person=who, at=at)
    history = book.facts(account.account_id).history
    # None within the week that the platform's cap counts.
    past = tuple(
        PastContact(at=at - timedelta(days=8, hours=n), channel="email", direction="out",
                    outcome="delivered", account_id=account.account_id, template="earlier",
                    touch_id=f"tch_{n:032x}")
        for n in range(contacts)
    )  # fmt: skip
    book.histories[who.consumer_id] = replace(history, contacts=past)
    return book, account


def _decide(book: MemoryBook, account: Account, now: datetime) -> AuditEntry:
    check_ladder(account.account_id, book.accounts[account.account_id].ladder_run, book=book,
                 gate=ground.gate(), templates=ground.PlainLetters(), now=now)  # fmt: skip
    return book.chains[f"account#{account.account_id}"][-1]


def _stored(entry: AuditEntry) -> AuditEntry:
    return replace(entry, data=json.loads(canonical(entry.data)))


@pytest.mark.parametrize(
    ("what", "at", "person", "outcomes"),
    [
        ("TouchPermitted", NOON, {}, ["allow"]),
        ("TouchDeferred", NIGHT, {}, ["defer", "defer"]),
        ("AccountHeld", NOON, {"flags": ATTORNEY}, ["block", "block"]),
    ],
)
def test_a_ladders_decision_is_recorded_and_holds(what, at, person, outcomes):
    book, account = _ready(at, **person)
    entry = _decide(book, account, at)
    assert entry.what == what
    [(_, record)] = recorded([_stored(entry)])
    again = replay(record, rulebook=BOOK)
    assert [r.outcome for r in again] == outcomes
    assert [r.faults for r in again] == [()] * len(outcomes)
    assert {r.rulebook for r in again} == {BOOK.version}


def test_the_channel_that_lost_is_recorded_before_the_one_that_won():
    book, account = _ready(consents=NO_TEXTS)
    book.creditors.put_strategy(
        builders.CREDITOR,
        builders.strategy_document(
            ladders={
                "a": [
                    {"name": "A", "days": 0, "channels": ["sms", "email"], "template": "reminder"}
                ]
            }
        ),
        NOON,
    )
    account = book.accounts[account.account_id]
    book.accounts[account.account_id] = replace(account, strategy_version=2)
    entry = _decide(book, account, NOON)
    again = replay(entry.data["record"], rulebook=BOOK)
    assert [(r.channel, r.outcome, r.holds) for r in again] == [
        ("sms", "block", True),
        ("email", "allow", True),
    ]


def test_a_notice_is_recorded_and_holds():
    book, account = _ready()
    check_notice(account.account_id, kind="receipt", cause="pay_1", book=book,
                 links=MemoryPortalSessions(), gate=ground.gate(),
                 templates=ground.PlainLetters(),
                 now=NOON)  # fmt: skip
    entry = book.chains[f"account#{account.account_id}"][-1]
    assert entry.what == "NoticePermitted"
    [again] = replay(_stored(entry).data["record"], rulebook=BOOK)
    assert (again.channel, again.outcome, again.faults) == ("email", "allow", ())


def test_an_entry_with_twenty_contacts_stays_small_and_says_nothing_personal():
    book, account = _ready(NIGHT, contacts=20, flags=ATTORNEY)
    entry = _decide(book, account, NIGHT)
    text = canonical(entry.data).decode()
    assert len(text) < 5_300
    consumer = book.consumers[account.consumer_id]
    for secret in (consumer.name, "Advocate", *consumer.emails, *consumer.phones):
        assert secret not in text


def test_another_rulebook_is_told_from_the_one_that_judged():
    book, account = _ready(NIGHT)
    entry = _decide(book, account, NIGHT)
    without = [d for d in BOOK.documents if d["id"] != "PLAT-TIME"]
    other = Rulebook({"version": "other", "tables": BOOK.tables, "rules": without}, BOOK.zones)
    faults = [fault for r in replay(entry.data["record"], rulebook=other) for fault in r.faults]
    assert any(fault.startswith("PLAT-TIME was defer") for fault in faults)


def test_an_old_decision_is_judged_by_the_edition_that_judged_it():
    book, account = _ready(NIGHT)
    record = dict(_decide(book, account, NIGHT).data["record"])
    without = [d for d in BOOK.documents if d["id"] != "PLAT-TIME"]
    newer = Rulebook({"version": "newer", "tables": BOOK.tables, "rules": without}, BOOK.zones)
    kept = {BOOK.version: BOOK}
    assert all(r.holds for r in replay(record, rulebook=newer, edition=kept.get))
    lost = replay(record, rulebook=newer, edition=lambda _version: None)
    assert not all(r.holds for r in lost)
    assert f"judged under rulebook {BOOK.version}, again under newer" in lost[0].otherwise


def test_a_replay_on_other_time_zone_data_is_told_apart():
    book, account = _ready(NIGHT)
    record = dict(_decide(book, account, NIGHT).data["record"])
    assert record["tzdata"] == BOOK.tzdata
    assert all(r.otherwise == () for r in replay(record, rulebook=BOOK))
    for older, version in (("2019a", "2019a"), (None, "of no stated version")):
        changed = {k: v for k, v in record.items() if k != "tzdata"}
        if older:
            changed["tzdata"] = older
        [again, *_] = replay(changed, rulebook=BOOK)
        assert again.holds
        assert again.otherwise == (
            f"judged with time zone data {version}, again with {BOOK.tzdata}",
        )


def test_entries_without_a_record_are_left_out():
    book, account = _ready()
    _decide(book, account, NOON)
    chain = book.chains[f"account#{account.account_id}"]
    assert len(chain) > 1
    assert [entry.what for entry, _ in recorded(chain)] == ["TouchPermitted"]
