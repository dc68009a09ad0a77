"""The portal: from a link in a message, past the identity check, to the account and what a
person may do there. Every use case answers with a page to show or a place to go.

Before identity is proven nothing here tells an amount, a kind of creditor or that money is owed.
Two times come in: `now` is the field's (a time-lapse stack moves it), `wall` is real time, which
sessions, codes and the count of tries live by.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.domain.account import Account, Hold, Status
from dunlin.domain.consumer import Consumer
from dunlin.domain.errors import Conflict, DomainError, Unavailable
from dunlin.domain.form import read_amount, read_date, read_digits, read_text
from dunlin.domain.ids import entry_id
from dunlin.domain.ledger import itemise
from dunlin.domain.money import Money
from dunlin.domain.page import Download, GoTo, Page
from dunlin.domain.signal import Signal, SignalKind
from dunlin.domain.strategy import Strategy
from dunlin.domain.tokens import token_hash, well_formed
from dunlin.ports import (
    AccountBook,
    Alarm,
    Link,
    PortalDoor,
    Reply,
    Session,
    Thread,
    Till,
)
from dunlin.service import payments

SESSION_LIFE = timedelta(minutes=30)
_RENEWED_AFTER = timedelta(minutes=5)
TRIES = 5
CODES_A_DAY = 5

DISPUTE_REASONS = ("not_mine", "amount_wrong", "other")
# What a person can write about: the signal it raises and the labels that bind the gate.
MESSAGE_KINDS = {
    "question": (SignalKind.QUESTION, ()),
    "hardship": (SignalKind.HARDSHIP, ()),
    "represented": (SignalKind.REPLY, ("attorney",)),
}
FREQUENCIES = ("weekly", "every_two_weeks", "monthly")
PROMISE_DAYS, PLAN_START_DAYS = 30, 45


_TELLING = re.compile(
    r"debt|collect|recover|credit|loan|lend|financ|health|medic|clinic|hospital|dent|doctor"
    r"|\bdr\b|care|pharma|rehab|therap|law|legal|attorney|rent|deuda|cobr|salud|médic",
    re.IGNORECASE,
)


class Proof(StrEnum):
    """What a person is asked to prove who they are, in this order."""

    BIRTH = "birth"
    ZIP = "zip"
    CODE = "code"


GONE = Page(name="gone", status=404)
SIGNED_OUT = Page(name="signed_out", status=403, session="")
REFUSED = Page(name="refused", status=403)
TROUBLE = Page(name="trouble", status=503)


def proof_for(consumer: Consumer) -> Proof:
    """Date of birth if we hold it, else five-digit ZIP, else a code to the contact point."""
    if consumer.date_of_birth is not None and not consumer.company:
        return Proof.BIRTH
    if consumer.zip and read_digits(consumer.zip, 5):
        return Proof.ZIP
    return Proof.CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """The use cases with the ports they need. `till` is made on first use: most pages need no
    processor. `raise_signal` applies a signal with what the person wrote, and wakes the ladder."""

    book: AccountBook
    door: PortalDoor
    alarm: Alarm
    till: Callable[[], Till]
    raise_signal: Callable[[Signal, Reply | None, datetime], object]
    new_token: Callable[[], str]
    base_url: str

    # Arriving

    def arrive(self, token: str, *, now: datetime) -> Page:
        """The neutral page behind a link. Nothing is proven, used up, paid or stopped, however
        often it is fetched; that it was fetched is noted, which mail scanners do too."""
        found = self._opened(token, now)
        if found is None:
            return GONE
        link, consumer, strategy = found
        with suppress(Conflict, Unavailable):  # a note that is lost must not cost the page
            self._signal_of_link(link, SignalKind.CLICK, "click", now)
        return self._identity_page(token, link, consumer, strategy)

    def _opened(self, token: str, now: datetime) -> tuple[Link, Consumer, Strategy] | None:
        link = self._link(token)
        if link is None or link.expires_at <= now:
            return None
        try:
            facts = self.book.facts(link.account_id)
        except DomainError:
            return None
        if facts.consumer.consumer_id != link.consumer_id:
            return None
        return link, facts.consumer, facts.strategy

    def _link(self, token: str) -> Link | None:
        return self.door.link(token_hash(token)) if well_formed(token) else None

    def _identity_page(
        self,
        token: str,
        link: Link,
        consumer: Consumer,
        strategy: Strategy,
        *,
        error: str = "",
        sent: bool = False,
        status: int = 200,
    ) -> Page:
        return Page(
            name="identity",
            status=status,
            brand=strategy.brand,
            fields={
                "token": token,
                "proof": proof_for(consumer).value,
                "channel": link.channel,
                "sender": neutral_name(strategy),
                "error": error,
                "sent": sent,
                "consumer_language": consumer.language,
            },
        )

    def identify(
        self, token: str, form: Mapping[str, str], *, now: datetime, wall: datetime, language: str
    ) -> Page | GoTo:
        """Check what the person knows. Wrong, locked and expired code read the same and take
        the same road; the count is taken before the answer is looked at, so parallel guesses
        cannot share a try."""
        found = self._opened(token, now)
        if found is None:
            return GONE
        link, consumer, strategy = found
        proof = proof_for(consumer)
        given = _given(proof, form)
        if given is None:
            return self._identity_page(
                token, link, consumer, strategy, error=f"{proof}_unreadable", status=422
            )
        tries = self.door.count_attempt(consumer.consumer_id, wall)
        expected = self._expected(proof, link, consumer, wall)
        offered = token_hash(given) if proof is Proof.CODE else given
        matches = hmac.compare_digest(_blind(offered), _blind(expected or ""))
        if not (matches and expected and tries <= TRIES):
            return self._identity_page(
                token, link, consumer, strategy, error="no_match", status=403
            )
        self.door.clear_attempts(consumer.consumer_id)
        if proof is Proof.CODE:
            self.door.put_code(link.token_hash, "", wall)
        cookie = self.new_token()
        self.door.put_session(
            Session(
                session_hash=token_hash(cookie),
                account_id=link.account_id,
                consumer_id=link.consumer_id,
                creditor=link.creditor,
                csrf=self.new_token(),
                language=language,
                expires_at=wall + SESSION_LIFE,
            )
        )
        visit = f"visit-{token_hash(cookie)[:16]}"
        with suppress(Conflict, Unavailable):  # the visit's note must not cost the way in
            self._signal_of_link(link, SignalKind.PORTAL_VISIT, visit, now)
        return GoTo(place="/account", session=cookie)

    def _expected(self, proof: Proof, link: Link, consumer: Consumer, wall: datetime) -> str | None:
        match proof:
            case Proof.BIRTH:
                born = consumer.date_of_birth
                return born.isoformat() if born else None
            case Proof.ZIP:
                return read_digits(consumer.zip or "", 5)
            case Proof.CODE:
                return self.door.code(link.token_hash, wall)

    def send_code(self, token: str, *, now: datetime, wall: datetime) -> Page | GoTo:
        """Ask for a code to be sent to the contact point this link went to. More than five a
        day look the same and send nothing."""
        found = self._opened(token, now)
        if found is None:
            return GONE
        link, consumer, _ = found
        if proof_for(consumer) is Proof.CODE:
            count = self.door.count_attempt(f"code-{consumer.consumer_id}", wall)
            if count <= CODES_A_DAY:
                account = self.book.facts(link.account_id).account
                cause = f"{link.token_hash}.{wall:%y%m%d}{count}"
                self.alarm.notice(account=account, kind="code", cause=cause)
        return GoTo(place=f"/m/{token}?sent=1")

    def code_sent(self, token: str, *, now: datetime) -> Page:
        """The identity page after a code was asked for."""
        page = self.arrive(token, now=now)
        return replace(page, fields={**page.fields, "sent": True}) if page.brand else page

    def not_me(self, token: str, *, now: datetime) -> Page:
        """The person says the message reached somebody else. No identity is asked: it only
        ever stops contact."""
        link = self._link(token)
        if link is None:
            return GONE
        self._signal_of_link(link, SignalKind.WRONG_PARTY, "wrong", now)
        return Page(name="not_me_done")

    # Stopping, without a cookie

    def stop_form(self, token: str) -> Page:
        """The page that asks before it unsubscribes; fetching it changes nothing."""
        return Page(name="stop", fields={"token": token}) if self._link(token) else GONE

    def stop(self, token: str, *, now: datetime) -> Page:
        """One click of a mail program (RFC 8058) or of the page. An old link still stops."""
        link = self._link(token)
        if link is None:
            return GONE
        self._signal_of_link(link, SignalKind.OPT_OUT, "stop", now)
        return Page(name="stop_done", fields={"token": token})

    def _signal_of_link(self, link: Link, kind: SignalKind, word: str, now: datetime) -> None:
        self.raise_signal(
            Signal(
                signal_id=f"{word}-{link.token_hash[:32]}",
                kind=kind,
                at=now,
                account_id=link.account_id,
                consumer_id=link.consumer_id,
                touch_id=link.touch_id,
                channel=link.channel,
                detail={"by": "portal_link", "address_hash": link.address_hash},
            ),
            None,
            now,
        )

    # Inside

    def session(self, cookie: str, *, wall: datetime) -> Session | None:
        """The live session of a cookie, kept alive while it is used."""
        session = self.door.session(token_hash(cookie)) if well_formed(cookie) else None
        if session is None or session.expires_at <= wall:
            return None
        if wall + SESSION_LIFE - session.expires_at > _RENEWED_AFTER:
            session = replace(session, expires_at=wall + SESSION_LIFE)
            self.door.put_session(session)
        return session

    def _inside(self, session: Session) -> tuple[Thread, Strategy]:
        """The thread of the session's own account: no id ever comes from the request."""
        facts = self.book.facts(session.account_id)
        return self.book.thread(session.account_id), facts.strategy

    def _shown(
        self, name: str, session: Session, *, now: datetime, status: int = 200, **fields: Any
    ) -> Page:
        thread, strategy = self._inside(session)
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
                "today": _day(now, thread.consumer),
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
        return self._shown("account", session, now=now, **fields)

    def pay(
        self, session: Session, form: Mapping[str, str], *, now: datetime, language: str
    ) -> Page | GoTo:
        """Open the processor's page for all that is owed, or for another amount."""
        account = self.book.facts(session.account_id).account
        amount: Money | None = None
        if form.get("choice") == "part":
            least = payments.least_payment(account.balance)
            read = read_amount(form.get("amount", ""), account.balance, least)
            if isinstance(read, str):
                if payments.payable(account) is None:
                    return self._pay_error(session, form, read, now)
            else:
                amount = read
        try:
            opened = payments.open_checkout(
                session.account_id,
                amount=amount,
                locale=language,
                success_url=f"{self.base_url}/return",
                cancel_url=f"{self.base_url}/return",
                book=self.book,
                door=self.door,
                till=self.till(),
                new_id=self.new_token,
                now=now,
            )
        except (Unavailable, Conflict):
            return self.account(session, now=now, status=503, trouble="till_away")
        except DomainError:
            return self.account(session, now=now, status=422, trouble="till_refused")
        if isinstance(opened, payments.OpenCheckout):
            return GoTo(place=opened.url)
        if opened is payments.PayRefusal.AMOUNT:
            return self._pay_error(session, form, "amount_large", now)
        return self.account(session, now=now, status=409, trouble=f"pay_{opened}")

    def _pay_error(
        self, session: Session, form: Mapping[str, str], word: str, now: datetime
    ) -> Page:
        return self.account(
            session,
            now=now,
            status=422,
            errors=(("amount", word),),
            form={"amount": form.get("amount", "")[:40]},
        )

    def returned(self, session: Session, *, now: datetime) -> Page:
        """Back from the processor: asks it where the payment stands, and changes nothing."""
        try:
            found = payments.returned_payment(
                session.account_id, book=self.book, door=self.door, till=self.till()
            )
        except Unavailable:
            found = payments.ReturnedPayment(outcome=payments.Returned.PROCESSING)
        return self._shown("returned", session, now=now, payment=found)

    def form(self, name: str, session: Session, *, now: datetime, **fields: Any) -> Page:
        """A form of the account (dispute, question, hardship, stop all contact)."""
        return self._shown(name, session, now=now, **fields)

    def dispute(self, session: Session, form: Mapping[str, str], *, now: datetime) -> Page:
        """Dispute the debt in the words of CFPB Model Form B-1 (12 CFR 1006.34(c)(4)). What
        the person wrote is stored first, then outreach stops."""
        reason, text = form.get("reason", ""), read_text(form.get("text", ""))
        errors = []
        if reason not in DISPUTE_REASONS:
            errors.append(("reason", "reason_missing"))
        if text is None:
            errors.append(("text", "text_long"))
        elif reason == "other" and not text:
            errors.append(("text", "text_missing"))
        if errors or text is None:
            return self.form(
                "dispute", session, now=now, status=422, errors=tuple(errors), form=dict(form)
            )
        case = self._say(
            session,
            SignalKind.DISPUTE,
            form,
            text,
            now=now,
            detail={"reason": reason, "original_creditor": form.get("original") == "yes"},
            labels=("dispute", reason, *(["original_creditor"] if form.get("original") else [])),
        )
        return self._shown("dispute_done", session, now=now, case=case_number(case))

    def message(
        self, kind: str, session: Session, form: Mapping[str, str], *, now: datetime
    ) -> Page:
        """A question, or that paying is hard at present."""
        text = read_text(form.get("text", ""))
        wrong = "text_long" if text is None else "text_missing" if not text else ""
        if wrong or text is None:
            return self.form(
                kind, session, now=now, status=422, errors=(("text", wrong),), form=dict(form)
            )
        signal, labels = MESSAGE_KINDS[kind]
        case = self._say(
            session,
            signal,
            form,
            text,
            now=now,
            detail={"labels": list(labels)},
            labels=(*labels, kind),
        )
        return self._shown("message_done", session, now=now, case=case_number(case))

    def promise(self, session: Session, form: Mapping[str, str], *, now: datetime) -> Page:
        """A promise to pay all by a day, at most 30 days ahead."""
        thread, _ = self._inside(session)
        on = _coming(form, _day(now, thread.consumer), PROMISE_DAYS)
        if isinstance(on, str):
            return self.form(
                "promise", session, now=now, status=422, errors=(("date", on),), form=dict(form)
            )
        text = f"Promises to pay {thread.account.balance} by {on.isoformat()}."
        case = self._say(
            session, SignalKind.PROMISE, form, text, now=now, detail={}, labels=("promise",)
        )
        return self._shown("promise_done", session, now=now, case=case_number(case))

    def plan(self, session: Session, form: Mapping[str, str], *, now: datetime) -> Page:
        """A request to pay in parts, which a person at the creditor decides."""
        thread, _ = self._inside(session)
        balance = thread.account.balance
        errors = []
        amount = read_amount(form.get("amount", ""), balance, payments.least_payment(balance))
        if isinstance(amount, str):
            errors.append(("amount", amount))
        often = form.get("often", "")
        if often not in FREQUENCIES:
            errors.append(("often", "often_missing"))
        on = _coming(form, _day(now, thread.consumer), PLAN_START_DAYS)
        if isinstance(on, str):
            errors.append(("date", on))
        if errors or isinstance(amount, str) or isinstance(on, str):
            return self.form(
                "plan", session, now=now, status=422, errors=tuple(errors), form=dict(form)
            )
        count = -(-balance.minor // amount.minor)
        text = (
            f"Asks to pay {amount} {often.replace('_', ' ')} from {on.isoformat()}: "
            f"{count} payments for {balance}."
        )
        case = self._say(
            session, SignalKind.PLAN_REQUEST, form, text, now=now, detail={}, labels=("plan",)
        )
        return self._shown("plan_done", session, now=now, case=case_number(case))

    def own_data(self, session: Session, *, now: datetime) -> Download:
        """Everything we hold that is about the person or came from them, to keep."""
        thread, strategy = self._inside(session)
        document = _own_data(thread, strategy, now)
        return Download(
            filename=f"account-{now:%Y-%m-%d}.json",
            content_type="application/json; charset=utf-8",
            text=json.dumps(document, ensure_ascii=False, indent=2),
        )

    def _say(
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

    def stop_all(self, session: Session, *, now: datetime) -> Page:
        """Stop every message on every channel for this person and creditor."""
        self.raise_signal(
            Signal(
                signal_id=f"stop-{session.session_hash[:32]}",
                kind=SignalKind.OPT_OUT,
                at=now,
                account_id=session.account_id,
                consumer_id=session.consumer_id,
                channel="portal",
                detail={"by": "portal", "scope": "all"},
            ),
            None,
            now,
        )
        return self._shown("stop_all_done", session, now=now)

    def receipt(self, session: Session, reference: str, *, now: datetime) -> Page:
        """One line of the ledger to keep or print; only of the session's own account."""
        page = self._shown("receipt", session, now=now)
        for entry, number in page.fields["history"]:
            if number == reference:
                return replace(page, fields={**page.fields, "entry": entry, "number": number})
        return replace(GONE, session=None)

    def sign_out(self, cookie: str) -> Page:
        """End the session; says the same whether there was one."""
        if well_formed(cookie):
            self.door.drop_session(token_hash(cookie))
        return Page(name="signed_out", session="", fields={"left": True})


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


def _day(now: datetime, consumer: Consumer) -> date:
    """The person's calendar day; where their zone is unknown, that of the middle of the US."""
    return now.astimezone(ZoneInfo(consumer.tz_known or "America/Chicago")).date()


def neutral_name(strategy: Strategy) -> str:
    """The creditor's name where it tells a stranger nothing about a debt or about health
    (12 CFR 1006.6(d)(1)), else ""."""
    name = strategy.brand.name
    telling = strategy.industry == "healthcare" or strategy.debt_role == "third"
    return "" if telling or _TELLING.search(name) else name


def case_number(signal_id: str) -> str:
    """The short number of a dispute or message, for the person to name it by."""
    return payments.receipt_reference(entry_id("case", signal_id))


def _coming(form: Mapping[str, str], today: date, days: int) -> date | str:
    """A day of a form from today on, at most so many days ahead, or what is wrong with it."""
    read = read_date(form.get("day", ""), form.get("month", ""), form.get("year", ""))
    if isinstance(read, str):
        return read
    if read < today:
        return "date_past"
    return "date_far" if read > today + timedelta(days=days) else read


def _own_data(thread: Thread, strategy: Strategy, now: datetime) -> dict[str, Any]:
    """The person's own data as a document. What staff and rules concluded is not in it."""
    person, account = thread.consumer, thread.account
    return {
        "made_at": now.isoformat(),
        "held_by": {"name": strategy.brand.name, "address": strategy.brand.address},
        "you": {
            "name": person.name,
            "emails": list(person.emails),
            "phones": list(person.phones),
            "street": person.street,
            "city": person.city,
            "state": person.state,
            "zip": person.zip,
            "language": person.language,
        },
        "permissions": [
            {
                "channel": channel.value,
                "state": consent.state.value,
                "at": consent.at.isoformat() if consent.at else None,
            }
            for channel, consent in sorted(person.consents.items())
        ],
        "account": {
            "reference": account.reference,
            "invoice": account.invoice,
            "balance": str(account.balance),
            "issued_on": account.issued_on.isoformat() if account.issued_on else None,
            "due_on": account.due_on.isoformat() if account.due_on else None,
        },
        "ledger": [
            {"on": e.on.isoformat(), "kind": e.kind, "amount": str(e.amount)} for e in thread.ledger
        ],
        "messages_to_you": [
            {
                "channel": touch.channel.value,
                "template": touch.template,
                "state": touch.state.value,
                "at": (touch.sent_at or touch.permitted_at).isoformat(),
            }
            for touch in thread.touches
        ],
        "messages_from_you": [
            {"channel": reply.channel, "at": reply.at.isoformat(), "text": reply.text}
            for reply in thread.replies
        ],
    }


def _given(proof: Proof, form: Mapping[str, str]) -> str | None:
    """What was typed, in the form it is compared in; None where it cannot be right."""
    match proof:
        case Proof.BIRTH:
            read = read_date(form.get("day", ""), form.get("month", ""), form.get("year", ""))
            return None if isinstance(read, str) else read.isoformat()
        case Proof.ZIP:
            return read_digits(form.get("zip", ""), 5)
        case Proof.CODE:
            return read_digits(form.get("code", ""), 6)


def _blind(text: str) -> bytes:
    """Equal lengths, so that comparing tells nothing by its time."""
    return hashlib.sha256(text.encode()).digest()
