"""The portal: from a link in a message, past the identity check, to the account and what a
person may do there. Every use case answers with a page to show or a place to go.

Here is what all of them share: the ports, the session, the page of one's own account. Before
identity is proven nothing tells an amount, a kind of creditor or that money is owed. Two times
come in: `now` is the field's (a time-lapse stack moves it), `wall` is real time, which sessions,
codes and the count of tries live by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.domain.account import Account, Hold, Status
from dunlin.domain.consumer import Consumer
from dunlin.domain.form import read_date
from dunlin.domain.ids import entry_id
from dunlin.domain.ledger import itemise
from dunlin.domain.page import Page
from dunlin.domain.signal import Signal, SignalKind
from dunlin.domain.strategy import Strategy
from dunlin.domain.tokens import token_hash, well_formed
from dunlin.ports import AccountBook, Alarm, PortalDoor, Reply, Session, Thread, Till
from dunlin.service import payments

SESSION_LIFE = timedelta(minutes=30)
_RENEWED_AFTER = timedelta(minutes=5)

GONE = Page(name="gone", status=404)
SIGNED_OUT = Page(name="signed_out", status=403, session="")
REFUSED = Page(name="refused", status=403)
TROUBLE = Page(name="trouble", status=503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """The ports of the use cases. `till` is made on first use: most pages need no processor.
    `raise_signal` applies a signal with what the person wrote, and wakes the ladder."""

    book: AccountBook
    door: PortalDoor
    alarm: Alarm
    till: Callable[[], Till]
    raise_signal: Callable[[Signal, Reply | None, datetime], object]
    new_token: Callable[[], str]
    base_url: str

    def session(self, cookie: str, *, wall: datetime) -> Session | None:
        """The live session of a cookie, kept alive while it is used."""
        session = self.door.session(token_hash(cookie)) if well_formed(cookie) else None
        if session is None or session.expires_at <= wall:
            return None
        if wall + SESSION_LIFE - session.expires_at > _RENEWED_AFTER:
            session = replace(session, expires_at=wall + SESSION_LIFE)
            self.door.put_session(session)
        return session

    def inside(self, session: Session) -> tuple[Thread, Strategy]:
        """The thread of the session's own account: no id ever comes from the request."""
        facts = self.book.facts(session.account_id)
        return self.book.thread(session.account_id), facts.strategy

    def shown(
        self, name: str, session: Session, *, now: datetime, status: int = 200, **fields: Any
    ) -> Page:
        thread, strategy = self.inside(session)
        account = thread.account
        return Page(
            name=name,
            status=status,
            brand=strategy.brand,
            fields={
                "nonce": session.csrf,
                "account": account,
                "person": thread.consumer.name,
                "standing": standing(account),
                "today": day(now, thread.consumer),
                "least": payments.least_payment(account.balance),
                "third_party": strategy.debt_role == "third",
                "owed_to": account.extras.get("original_creditor", ""),
                "form_id": self.new_token(),
                "session_minutes": int(SESSION_LIFE.total_seconds() // 60),
                "history": tuple(
                    (entry, payments.receipt_reference(entry.entry_id))
                    for entry in sorted(thread.ledger, key=lambda e: (e.on, e.entry_id))[::-1]
                ),
                "itemisation": itemise(thread.ledger, account.balance.currency),
                "errors": (),
                "form": {},
                **fields,
            },
        )

    def account(self, session: Session, *, now: datetime, **fields: Any) -> Page:
        """Balance, itemisation, history and every way on."""
        return self.shown("account", session, now=now, **fields)

    def say(
        self,
        session: Session,
        kind: SignalKind,
        form: Mapping[str, str],
        text: str,
        *,
        now: datetime,
        detail: Mapping[str, Any],
        labels: tuple[str, ...],
    ) -> str:
        """Raise the signal with what was written; the same form sent twice is one."""
        once = hashlib.sha256(f"{session.session_hash}|{form.get('form_id', '')}".encode())
        signal_id = f"{kind}-{once.hexdigest()[:32]}"
        signal = Signal(
            signal_id=signal_id,
            kind=kind,
            at=now,
            account_id=session.account_id,
            consumer_id=session.consumer_id,
            channel="portal",
            detail=dict(detail),
        )
        reply = Reply(
            reply_id=signal_id,
            account_id=session.account_id,
            consumer_id=session.consumer_id,
            channel="portal",
            at=now,
            text=text,
            labels=labels,
        )
        self.raise_signal(signal, reply, now)
        return signal_id


def standing(account: Account) -> str:
    """One word for where the account stands, for the page: owed, pending, settled, credit,
    closed, disputed."""
    if account.status is Status.CLOSED:
        return "closed"
    if account.balance.minor < 0:
        return "credit"
    if account.balance.minor == 0:
        return "settled"
    if account.hold is Hold.PAYMENT_PENDING:
        return "pending"
    return "disputed" if account.hold is Hold.DISPUTE else "owed"


def day(now: datetime, consumer: Consumer) -> date:
    """The person's calendar day; where their zone is unknown, that of the middle of the US."""
    return now.astimezone(ZoneInfo(consumer.tz_known or "America/Chicago")).date()


def case_number(signal_id: str) -> str:
    """The short number of a dispute or message, for the person to name it by."""
    return payments.receipt_reference(entry_id("case", signal_id))


def coming(form: Mapping[str, str], today: date, days: int) -> date | str:
    """A day of a form from today on, at most so many days ahead, or what is wrong with it."""
    read = read_date(form.get("day", ""), form.get("month", ""), form.get("year", ""))
    if isinstance(read, str):
        return read
    if read < today:
        return "date_past"
    return "date_far" if read > today + timedelta(days=days) else read
