"""The portal: from a link in a message, past the identity check, to the account and what a
person may do there. Every use case answers with a page to show or a place to go.

Here is what all of them share: the ports, the session, the page of one's own account. Before
identity is proven nothing tells an amount, a kind of creditor or that money is owed. Two times
come in: `now` is the field's (a time-lapse stack moves it), `wall` is real time, which sessions,
codes and the count of tries live by.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.domain.accounts.account import MEDICAL, TIMED_HOLDS, Account, Hold, Status
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.ledger import itemise
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.wishes import AT_WORK, consent_words, hours_word
from dunlin.domain.ids import entry_id
from dunlin.domain.portal.form import read_date
from dunlin.domain.portal.page import Page
from dunlin.domain.staff.queue import HOURS
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.tokens import token_hash, well_formed
from dunlin.ports.accounts import AccountBook, AccountHistory, Reply
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import PaymentProcessor
from dunlin.ports.portal import Evidence, FormDraft, PortalSessions, Session
from dunlin.ports.strategies import Creditors
from dunlin.service.payments import payments

SESSION_LIFE = timedelta(minutes=30)
_RENEWED_AFTER = timedelta(minutes=5)
# A form handed in within a day of its session's end is kept for an hour.
_RECOGNISED, _DRAFT_LIFE = timedelta(days=1), timedelta(hours=1)
MESSAGES_A_DAY = 10
COVERAGE = ("payer", "insurance_status", "insurance_pending", "date_of_service", "claim")

GONE = Page(name="gone", status=404)
SIGNED_OUT = Page(name="signed_out", status=403, session="")
REFUSED = Page(name="refused", status=403)
TROUBLE = Page(name="trouble", status=503)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPorts:
    """The ports of the use cases. `processor` is made on first use: most pages need no processor.
    `raise_signal` applies a signal with what the person wrote, and wakes the ladder."""

    book: AccountBook
    creditors: Creditors
    sessions: PortalSessions
    waker: LadderWaker
    processor: Callable[[], PaymentProcessor]
    raise_signal: Callable[[Signal, Reply | None, datetime], object]
    evidence: Evidence
    new_token: Callable[[], str]
    base_url: str

    def session(self, cookie: str, *, wall: datetime) -> Session | None:
        """The live session of a cookie, kept alive while it is used."""
        session = self.sessions.session(token_hash(cookie)) if well_formed(cookie) else None
        if session is None or session.expires_at <= wall:
            return None
        if wall + SESSION_LIFE - session.expires_at > _RENEWED_AFTER:
            session = replace(session, expires_at=wall + SESSION_LIFE)
            self.sessions.put_session(session)
        return session

    def inside(self, session: Session) -> tuple[AccountHistory, Strategy]:
        """The thread of the session's own account: no id ever comes from the request."""
        facts = self.book.facts(session.account_id)
        return self.book.account_history(session.account_id), facts.strategy

    def shown(
        self, name: str, session: Session, *, now: datetime, status: int = 200, **fields: Any
    ) -> Page:
        account_history, strategy = self.inside(session)
        account = account_history.account
        named = bool(account.arrangement_id)
        arrangement = self.book.arrangement(account.account_id) if named else None
        return Page(
            name=name,
            status=status,
            brand=strategy.brand,
            fields={
                "nonce": session.csrf,
                "account": account,
                "thread": account_history,
                "person": account_history.consumer.name,
                "on_day": lambda at: day(at, account_history.consumer),
                "standing": standing(account),
                "uncontested": replace(
                    account.balance,
                    minor=max(0, account.balance.minor - account.contested_minor),
                ),
                "arrangement": arrangement,
                "amount_due": arrangement.amount_due(now.date())
                if arrangement is not None and arrangement.in_force
                else None,
                "today": day(now, account_history.consumer),
                "least": payments.least_payment(account.balance),
                "insured": insured(account),
                "coverage": tuple((n, account.extras[n]) for n in COVERAGE if n in account.extras),
                "consent_words": consent_words(strategy.brand.name),
                "days": writing_days(strategy),
                "hours_word": hours_word(account_history.consumer.preferences),
                "at_work": AT_WORK if account_history.consumer.emails else AT_WORK[:1],
                "dispute_by": dispute_by(account_history.consumer, now),
                "third_party": strategy.debt_role == "third",
                "owed_to": account.extras.get("original_creditor", ""),
                "form_id": self.new_token(),
                "session_minutes": int(SESSION_LIFE.total_seconds() // 60),
                "history": tuple(
                    (entry, payments.receipt_reference(entry.entry_id))
                    for entry in sorted(account_history.ledger, key=lambda e: (e.on, e.entry_id))[
                        ::-1
                    ]
                ),
                "itemisation": itemise(account_history.ledger, account.balance.currency),
                "errors": (),
                "form": {},
                **fields,
            },
        )

    def account(self, session: Session, *, now: datetime, **fields: Any) -> Page:
        """Balance, itemisation, history and every way on."""
        siblings = bool(self.siblings(session))
        return self.shown("account", session, now=now, siblings=siblings, **fields)

    def rate_limited(self, session: Session, now: datetime) -> bool:
        """True where a person has written enough about an account for one day. What must always
        bind is never counted: a dispute, a lawyer, an end to messages."""
        return self.sessions.count_attempt(f"said-{session.account_id}", now) > MESSAGES_A_DAY

    def siblings(self, session: Session) -> list[Account]:
        """The person's other accounts with this creditor that are not closed, the one that fell
        due first before the others."""
        found = [
            other
            for other in self.book.accounts_of_consumer(session.consumer_id)
            if other.account_id != session.account_id
            and other.creditor == session.creditor
            and other.status not in (Status.CLOSED, Status.IMPORTED)
        ]
        return sorted(found, key=lambda a: (a.due_on or date.max, a.reference))

    def again(
        self,
        name: str,
        session: Session,
        form: Mapping[str, str],
        errors: Sequence[tuple[str, str]],
        *,
        now: datetime,
        **fields: Any,
    ) -> Page:
        """The form once more, with what is wrong and what was typed."""
        return self.shown(
            name, session, now=now, status=422, errors=tuple(errors), form=dict(form), **fields
        )

    def told(
        self, name: str, session: Session, case: str, kind: str, *, now: datetime, **fields: Any
    ) -> Page:
        """That we have a message: its case number, and by when the creditor's desk answers."""
        hours = self.book.facts(session.account_id).strategy.queue.hours
        within = hours.get(kind, HOURS[kind])
        number = case_number(case)
        return self.shown(name, session, now=now, case=number, within=within, **fields)

    def day_of(self, session: Session, at: datetime) -> date:
        """The person's calendar day of an instant."""
        return day(at, self.book.facts(session.account_id).consumer)

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
        """Raise the signal with what was written, if anything was; the same form sent twice is
        one. Gives the signal's id."""
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
        silent = kind is SignalKind.PREFERENCE and not text and "rating" not in detail
        self.raise_signal(signal, None if silent else reply, now)
        return signal_id

    # What is typed into a form after the session has ended

    def keep_draft(
        self, cookie: str, place: str, form: Mapping[str, str], *, wall: datetime
    ) -> bool:
        """Keep what was typed for the person whose session, known by its cookie and the form's
        nonce, has just ended; True where it is kept."""
        ended = self.sessions.session(token_hash(cookie)) if well_formed(cookie) else None
        if ended is None or wall - ended.expires_at > _RECOGNISED:
            return False
        if not hmac.compare_digest(form.get("nonce", "").encode(), ended.csrf.encode()):
            return False
        typed = {name: text for name, text in form.items() if name not in ("nonce", "form_id")}
        self.sessions.put_draft(
            FormDraft(
                account_id=ended.account_id,
                consumer_id=ended.consumer_id,
                place=place,
                form=typed,
                expires_at=wall + _DRAFT_LIFE,
            )
        )
        return True

    def draft(self, session: Session, place: str, *, wall: datetime) -> Mapping[str, str]:
        """What the person had typed into this form before their session ended;
        kept until they hand a form in."""
        kept = waiting_draft(self.sessions, session, wall)
        return kept.form if kept is not None and kept.place == place else {}


def waiting_draft(sessions: PortalSessions, session: Session, wall: datetime) -> FormDraft | None:
    """The draft that waits for this very person on this account."""
    kept = sessions.draft(session.account_id)
    alive = kept is not None and kept.consumer_id == session.consumer_id and wall < kept.expires_at
    return kept if alive else None


def writing_days(strategy: Strategy) -> tuple[int, ...]:
    """The ISO weekdays on which the creditor writes at all: those a person may choose among."""
    return tuple(range(1, 8 if strategy.coordination.weekends else 6))


def insured(account: Account) -> bool:
    """True where an insurer may have a part in what is owed."""
    return account.industry in MEDICAL


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
    contested = account.hold is Hold.DISPUTE or account.contested_minor >= account.balance.minor
    return "disputed" if contested else "owed"


def rest_answer(account: Account, granted: str, *, ended: str = "ended_done") -> str:
    """The page that answers a wish for no reminders until a day, by the account after it: `granted`
    where the rest holds; else that a plan goes on, that something stricter holds the account, or
    `ended` where nothing is owed that anybody would remind of."""
    if not account.owes:
        return ended
    if account.hold is None or account.hold in TIMED_HOLDS:
        return granted
    return "rest_plan_done" if account.hold is Hold.ARRANGEMENT else "rest_held_done"


def dispute_by(consumer: Consumer, now: datetime) -> date | None:
    """The person's last day to dispute in the validation period of a collector's notice (12 CFR
    1006.34(b)(5)); None where no notice is known, or the period is over."""
    flag = consumer.flags.get("validation")
    known = flag.detail.get("value", flag.detail) if flag else {}
    end = datetime.fromisoformat(str(known["period_end"])) if known.get("period_end") else None
    return day(end, consumer) if end is not None and now < end else None


def zone_of(consumer: Consumer) -> ZoneInfo:
    """The person's zone; where it is unknown, that of the middle of the US."""
    return ZoneInfo(consumer.tz_known or "America/Chicago")


def day(now: datetime, consumer: Consumer) -> date:
    """The person's calendar day."""
    return now.astimezone(zone_of(consumer)).date()


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
