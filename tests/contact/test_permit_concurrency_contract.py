"""Many at once, over the real services: a cap of seven gives seven permits, a rung one message."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.errors import Conflict, Unavailable
from dunlin.ports.accounts import Change
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.notices import check_notice
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import send
from tests.support import builders, ground
from tests.support.wholes import AccountBook

T = TypeVar("T")


@dataclass(frozen=True)
class Stores:
    book: AccountBook
    creditors: Creditors
    now: datetime


@pytest.fixture(params=["memory", pytest.param("dynamo", marks=pytest.mark.cloud)])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        book = MemoryBook()
        return Stores(book, book.creditors, builders.NOON)
    request.getfixturevalue("still_stack")
    from dunlin.runtime import wiring

    # Rows expire in real time, so the stack's own instant dates them.
    return Stores(wiring.account_book(), wiring.creditors(), wiring.clock().now())


def persistent(attempt: Callable[[], T]) -> T:
    """Again where somebody wrote first or the table was busy, as the state machine retries."""
    for _ in range(200):  # each of fifty others may come first, and with more than one write
        try:
            return attempt()
        except Conflict:
            continue
        except Unavailable as failed:
            if not failed.certain:
                raise
    raise AssertionError("never got through")


def all_at_once(attempts: list[Callable[[], T]]) -> list[T]:
    barrier, results, failures = threading.Barrier(len(attempts)), [], []

    def run(attempt: Callable[[], T]) -> None:
        barrier.wait(30)
        try:
            results.append(attempt())
        except Exception as failure:  # noqa: BLE001 - shown by the assertion below
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(a,)) for a in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures
    return results


def test_fifty_attempts_at_one_person_with_two_accounts_give_seven_permits(stores: Stores) -> None:
    person = builders.consumer("fifty")
    accounts = [ground.active("fifty", at=stores.now)]
    builders.store(
        stores.book,
        stores.creditors,
        accounts[0],
        person=person,
        at=stores.now,
        **ground.EACH_ALONE,
    )
    second = ground.active("fifty-2", at=stores.now, consumer_id=person.consumer_id)
    entry = entry_of(second, now=stores.now, what="AccountImported", data={})
    stores.book.apply(Change(account=next_version(second, entry), audit=[entry]))
    gate, sessions, templates = (
        ground.gate("PLAT-FREQ-ALL"),
        MemoryPortalSessions(),
        ground.PlainLetters(),
    )

    def rung(account_id: str) -> LadderDecision:
        return check_ladder(
            account_id, 1, book=stores.book, gate=gate, templates=templates, now=stores.now
        )

    def notice(account_id: str, number: int) -> LadderDecision:
        return check_notice(
            account_id,
            kind="receipt",
            cause=f"pi_{number}",
            book=stores.book,
            links=sessions,
            gate=gate,
            templates=templates,
            now=stores.now,
        )

    ids = [accounts[0].account_id, second.account_id]
    attempts: list[Callable[[], LadderDecision]] = [
        *(lambda a=a: persistent(lambda: rung(a)) for a in ids),
        *(lambda n=n: persistent(lambda: notice(ids[n % 2], n)) for n in range(48)),
    ]
    decisions = all_at_once(attempts)
    assert len(decisions) == 50
    permits = [d for d in decisions if d.permit_id]
    assert len(permits) == len({d.permit_id for d in permits}) == 7
    assert all(d.outcome == "email" for d in permits)
    refused = [d for d in decisions if not d.permit_id]
    assert {d.outcome for d in refused} == {"wait"}
    touches = [t for a in ids for t in stores.book.account_history(a).touches]
    assert len(touches) == 7
    history = stores.book.facts(ids[0]).history
    assert (len(history.contacts), history.version) == (7, 7)


def test_twenty_attempts_at_one_rung_give_one_message(stores: Stores) -> None:
    account = ground.active("twenty", at=stores.now)
    builders.store(
        stores.book,
        stores.creditors,
        account,
        person=builders.consumer("twenty"),
        at=stores.now,
    )
    gate, mailbox = ground.gate("PLAT-FREQ-ALL"), MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox, at=stores.now)

    def climb() -> str:
        decision = persistent(
            lambda: check_ladder(
                account.account_id,
                1,
                book=stores.book,
                gate=gate,
                templates=outbox.templates,
                now=stores.now,
            )
        )
        if not decision.permit_id:
            return decision.outcome
        return persistent(
            lambda: send(
                account.account_id,
                decision.touch_key,
                decision.permit_id,
                book=stores.book,
                ports=outbox,
                now=stores.now,
            )
        ).outcome

    outcomes = Counter(all_at_once([climb] * 20))
    assert outcomes == {"sent": 1, "wait": 19}
    assert (mailbox.calls, len(mailbox.sent)) == (1, 1)
    (touch,) = stores.book.account_history(account.account_id).touches
    assert touch.state is TouchState.SENT


def test_twenty_senders_of_one_permit_send_once(stores: Stores) -> None:
    account = ground.active("senders", at=stores.now)
    builders.store(
        stores.book,
        stores.creditors,
        account,
        person=builders.consumer("senders"),
        at=stores.now,
    )
    mailbox = MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox, at=stores.now)
    permit = check_ladder(
        account.account_id,
        1,
        book=stores.book,
        gate=ground.gate("PLAT-FREQ-ALL"),
        templates=outbox.templates,
        now=stores.now,
    )

    def hand_over() -> str:
        return persistent(
            lambda: send(
                account.account_id,
                permit.touch_key,
                permit.permit_id,
                book=stores.book,
                ports=outbox,
                now=stores.now,
            )
        ).outcome

    all_at_once([hand_over] * 20)
    assert (mailbox.calls, len(mailbox.sent)) == (1, 1)
    (touch,) = stores.book.account_history(account.account_id).touches
    assert touch.state is TouchState.SENT
    after = stores.book.account(account.account_id)
    assert after is not None
    assert after.rung == 1
