"""What happens around the ladders of the permit protocol: payments, replies, lost writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Flag,
)
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.audit import audit
from dunlin.domain.rollouts.rollout import Segment
from dunlin.domain.strategy.strategy import Selection
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from tests.contact.condition_removal import ForgetfulMemory
from tests.contact.permit_state import State
from tests.support import builders


def _write(book: ForgetfulMemory, account_id: str, state: State, **changes: Any) -> bool:
    account = book.accounts[account_id]
    entry = entry_of(account, now=state.now, what="Changed", data={})
    after = next_version(replace(account, **changes), entry)
    # The book goes back in time and its ledger does not: each line has a name of its own.
    number = len(book.ledgers.get(account_id, {}))
    ledger = [
        replace(line, entry_id=f"{line.entry_id}.{number}")
        for line in builders.adjusted(account, after.balance, state.now)
    ]
    book.apply(Change(account=after, ledger=ledger, audit=[entry]))
    return True


def _pay(book: ForgetfulMemory, account_id: str, state: State, **more: Any) -> bool:
    nothing = replace(book.accounts[account_id].balance, minor=0)
    return _write(book, account_id, state, balance=nothing, **more)


def _pay_and_settle(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    return _pay(book, account_id, state, status=Status.SETTLED, due_at=None, next_action=None)


def _take_back(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    return _write(book, account_id, state, status=Status.CLOSED)


def _name_lawyer(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    person = book.consumers[book.accounts[account_id].consumer_id]
    entry = audit.append(
        subject=f"consumer#{person.consumer_id}",
        sequence=person.version + 1,
        previous=person.audit_head,
        at=state.now,
        actor="consumer",
        what="FlagRaised",
        data={},
    )
    flags = {"attorney": Flag(at=state.now, by="staff")}
    changed = replace(person, flags=flags, version=person.version + 1, audit_head=entry.hash)
    book.apply(Change(consumer=changed, audit=[entry]))
    return True


def _forget_entry(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    account = book.accounts[account_id]
    later = state.now + timedelta(days=30)
    book.apply(Change(account=replace(account, version=account.version + 1, due_at=later)))
    return True


def _plant_entry(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    account = book.accounts[account_id]
    book.apply(Change(audit=[entry_of(account, now=state.now, what="Planted", data={})]))
    return True


def _forget_version(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    person = book.consumers[book.accounts[account_id].consumer_id]
    closed = Consent(state=ConsentState.REVOKED, version=2)
    book.consumers[person.consumer_id] = replace(person, consents=dict.fromkeys(Channel, closed))
    return True


def _set_back(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    account = book.accounts[account_id]
    done = account.rung > 0
    back: dict[str, Any] = {"rung": 0, "occurrence": 0, "sent": (), "touched_at": None}
    return done and _write(book, account_id, state, **back, due_at=state.now)


def _lose_touch(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    lost = [k for k, t in book.touches.items() if t.state is TouchState.PERMITTED]
    for key in lost:
        del book.touches[key]
    return bool(lost) and _write(book, account_id, state, occurrence=0, due_at=state.now)


def _lose_permit(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    permitted = bool(book.permits)
    book.permits.clear()
    return permitted


def _pause_segment(book: ForgetfulMemory, account_id: str, state: State) -> bool:
    everybody = Segment(name="everybody", when=Selection())
    creditor = book.accounts[account_id].creditor
    return book.pause_segment(creditor, everybody, on=True, actor="staff", at=state.now)


PAUSES = {"the gate is paused": "platform", "the creditor pauses": builders.CREDITOR}
WRITES: dict[str, Callable[[ForgetfulMemory, str, State], bool]] = {
    "the person pays all": _pay_and_settle,
    "the person names a lawyer": _name_lawyer,
    "the creditor takes the account back": _take_back,
    "a segment is paused": _pause_segment,
    # Mistakes that no part of Dunlin makes; one condition alone stands against each.
    "a payment forgets the status": _pay,
    "a write forgets its audit entry": _forget_entry,
    "an audit entry is planted": _plant_entry,
    "a write forgets the person's version": _forget_version,
    "a rung is set back": _set_back,
    "a touch row is lost": _lose_touch,
    "a permit row is lost": _lose_permit,
}
