"""One person's data: given out whole, or erased so far as no duty to keep stands against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.erasure import ALWAYS, Held, nameless, points_of, retained
from dunlin.domain.audit.audit import to_json
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import AccountHistory, Change, People, PeoplesHistories
from dunlin.ports.audit import AuditLog
from dunlin.ports.staff import Erasures
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.staff_command import StaffCommand, code, consumer_entry, staff
from dunlin.service.accounts.writing import retry_on_conflict


class ErasingBook(PeoplesHistories, Erasures, Protocol):
    """A person, all that is kept of them, and its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased, and what was not: contact points, and messages that lost their words."""

    contact_points: int
    messages: int
    held: tuple[Held, ...]


def export_person(
    consumer_id: str, *, book: PeoplesHistories, log: AuditLog, now: datetime
) -> dict[str, Any]:
    """Contacts, messages and payments of one person, with the log of what happened, as one JSON
    document. Raises `DomainError` for an unknown person."""
    person = _person(consumer_id, book)
    threads = [book.account_history(a.account_id) for a in book.accounts_of_consumer(consumer_id)]
    subjects = [f"consumer#{consumer_id}", *(f"account#{t.account.account_id}" for t in threads)]
    return {
        "made_at": now.isoformat(),
        "person": {
            "consumer_id": consumer_id,
            "creditor": person.creditor,
            "name": person.name,
            "emails": list(person.emails),
            "phones": list(person.phones),
            "resting": list(person.resting),
            "street": person.street,
            "city": person.city,
            "state": person.state,
            "zip": person.zip,
            "date_of_birth": person.date_of_birth.isoformat() if person.date_of_birth else None,
            "language": person.language,
            "consents": {
                channel.value: {"state": c.state.value, "at": c.at.isoformat() if c.at else None}
                for channel, c in sorted(person.consents.items())
            },
            "flags": sorted(person.flags),
        },
        "accounts": [_told(account_history) for account_history in threads],
        "log": {subject: [to_json(e) for e in log.chain(subject)] for subject in subjects},
    }


def _told(account_history: AccountHistory) -> dict[str, Any]:
    account = account_history.account
    return {
        "account_id": account.account_id,
        "reference": account.reference,
        "invoice": account.invoice,
        "status": account.status.value,
        "balance_minor": account.balance.minor,
        "currency": account.balance.currency,
        "facts": dict(account.extras),
        "ledger": [
            {
                "on": e.on.isoformat(),
                "kind": e.kind,
                "minor": e.amount.minor,
                "source": e.source,
                "note": e.note,
            }
            for e in account_history.ledger
        ],
        "messages": [
            {
                "at": t.permitted_at.isoformat(),
                "channel": t.channel.value,
                "template": t.template,
                "state": t.state.value,
                "text": t.content,
                "sha256": t.body_sha256,
            }
            for t in account_history.touches
        ],
        "replies": [
            {"at": r.at.isoformat(), "channel": r.channel, "text": r.text}
            for r in account_history.replies
        ],
        "answers": [{"at": a.at.isoformat(), "text": a.text} for a in account_history.answers],
    }


def erase_person(
    consumer_id: str,
    order: StaffCommand,
    *,
    book: ErasingBook,
    creditors: Creditors,
    now: datetime,
) -> Erasure:
    """Take out the person's name and contact points, and the words of messages, replies and
    answers. What an account's state or the law keeps stays, and is listed with everything else
    that does. What is to go stands in the audit log before it goes; run again after a crash it
    goes on. Raises `DomainError`, `Conflict`."""
    actor, why = staff(order.by), code(order.why, "why")
    person = _person(consumer_id, book)
    strategy = creditors.strategy(person.creditor)
    debt_role = strategy.debt_role if strategy else "third"  # the strict reading
    kept: list[Held] = []
    free: list[Account] = []
    for account in book.accounts_of_consumer(consumer_id):
        account_history = book.account_history(account.account_id)
        reason = retained(account_history.account, _last_act(account_history), debt_role, now)
        if reason:
            kept.append(Held(what="messages", reference=account.reference, reason=reason))
        else:
            free.append(account)
    owners = [a.account_id for a in free] + ([] if kept else [consumer_id])

    def decide() -> int:
        """Write down what goes, and let the name and contact points go with it."""
        stored = _person(consumer_id, book)
        points = 0 if kept else points_of(stored)
        after = stored if kept else nameless(stored)
        texts = {owner: n for owner in owners if (n := book.texts(owner))}
        if after == stored and not texts:
            return 0
        entry = consumer_entry(
            stored,
            after,
            now=now,
            what="PersonErased",
            data={"contact_points": points, "messages": texts, "kept": len(kept), "why": why},
            actor=actor,
            erased=sorted(texts),
        )
        written = replace(after, version=stored.version + 1, audit_head=entry.hash)
        book.apply(Change(consumer=written, audit=[entry]))
        return points

    points: int = retry_on_conflict(decide)
    if not kept:
        book.drop_points(consumer_id)
    else:
        kept.append(Held(what="contact points", reference="", reason="An account needs them."))
    return Erasure(
        contact_points=points,
        messages=sum(book.erase_texts(owner) for owner in owners),
        held=(*kept, *(Held(what=what, reference="", reason=why) for what, why in ALWAYS)),
    )


def _person(consumer_id: str, book: People) -> Consumer:
    person = book.consumer(consumer_id)
    if person is None:
        raise DomainError(f"no person {consumer_id}")
    return person


def _last_act(account_history: AccountHistory) -> datetime | None:
    """The newest contact or payment of an account."""
    acts = [
        *(t.permitted_at for t in account_history.touches),
        *(r.at for r in account_history.replies),
        *(datetime.combine(e.on, time(), UTC) for e in account_history.ledger),
    ]
    return max(acts, default=None)
