"""What belongs to a dossier: records that were taken in, accounts that joined, words that were
erased. None of it can be left out, and none of it is missed where it is rightly gone."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.domain.accounts.account import Status
from dunlin.domain.money import Money
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.reports.audit_log import dossier, sign_finished_days
from dunlin.service.staff.person import erase_person
from tests.audit.checks import Checks
from tests.audit.lives import DAY, FIRST, LAST, Dossier, archived, lived
from tests.imports.place import Office
from tests.staff.test_matches import DOUBTED, KNOWN, place, say
from tests.support.builders import NOON
from tests.support.evidence import LocalSigner

CHECKS = Checks(LocalSigner(), LAST)


def dossier_of(book: MemoryBook, account_id: str) -> Dossier:
    archive = archived(lambda: book.chains)
    sign_finished_days(LAST + DAY, archive=archive, signer=CHECKS.signer)
    return dossier(account_id, book=book, archive=archive)


def without(document: Dossier, subject: str) -> Dossier:
    """The document without a chain and all that is drawn from it."""
    attacked = copy.deepcopy(document)
    del attacked["chains"][subject]
    for day in attacked["days"]:
        del day["proofs"][subject]
    for part in ("accounts", "persons"):
        attacked[part].pop(subject.partition("#")[2], None)
    return attacked


def test_a_record_that_was_taken_in_belongs_to_the_one_that_holds_the_person() -> None:
    book, account = place()
    assert say(book, account, "approve") == "done"
    document = dossier_of(book, account.account_id)
    assert CHECKS.both(document) == ([], [])
    assert document["person"] == KNOWN.consumer_id
    assert set(document["persons"]) == {KNOWN.consumer_id, DOUBTED.consumer_id}
    assert len(document["accounts"]) == 2
    for subject in document["chains"]:
        attacked = without(document, subject)
        ours, others = CHECKS.both(attacked)
        assert f"{subject}: its chain is missing" in ours
        assert others, subject


def test_words_that_were_erased_are_not_missed_and_others_are() -> None:
    life = lived()
    account = life.book.accounts[life.account_id]
    for account_id in (life.account_id, life.other_id):
        stored = life.book.accounts[account_id]
        settled = replace(
            stored, balance=Money(0, "USD"), status=Status.SETTLED, hold=None, case=None
        )
        life.book.accounts[account_id] = settled
    kept = dossier_of(life.book, life.account_id)
    erase_person(
        account.consumer_id,
        StaffCommand(by="desk-7", why="request-12"),
        book=life.book,
        creditors=life.book.creditors,
        now=NOON + DAY + timedelta(hours=1),
    )
    document = dossier_of(life.book, life.account_id)
    assert CHECKS.both(document) == ([], [])
    touches = [t for a in document["accounts"].values() for t in a["touches"]]
    assert [(t["words"], t["words_erased"]) for t in touches] == [(None, True)]
    assert FIRST.isoformat() in touches[0]["sent_at"]
    for account_of in kept["accounts"].values():
        for touch in account_of["touches"]:
            touch["words"] = None
    ours, others = CHECKS.both(kept)
    assert ours == [f"touch {touches[0]['touch_id']}: what was sent is missing"]
    assert others


def test_every_account_that_an_import_adds_to_a_person_is_named_on_their_chain() -> None:
    office = Office()
    rows = "Invoice,Name,Email,Amount,Due Date\n"
    for number in range(1, 4):
        rows += f"A-{number},Ada Example,ada@example.com,{number}00.00,2026-10-01\n"
        if number > 1:  # two of them in one file, the third in the next
            office.drop(f"open-{number}.csv", rows)
    accounts = {a.account_id: a for a in office.book.accounts.values()}
    assert len({a.consumer_id for a in accounts.values()}) == 1
    consumer_id = next(iter(accounts.values())).consumer_id
    chain = office.book.chains[f"consumer#{consumer_id}"]
    named: list[Any] = [e.data["shows"].get("account") for e in chain]
    assert sorted(filter(None, named)) == sorted(accounts)
    for account_id in accounts:
        first = office.book.chains[f"account#{account_id}"][0]
        assert first.data["shows"]["person"] == consumer_id
        lines = first.data["shows"]["ledger"]
        assert sum(line["minor"] for line in lines) == first.data["shows"]["balance_minor"]
