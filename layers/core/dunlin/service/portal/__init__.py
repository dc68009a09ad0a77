"""The portal: from a link in a message, past the identity check, to the account and what a
person may do there. Every use case answers with a page to show or a place to go.

Here is what all of them share: the ports, the session, the page of one's own account. `inside`
is what a request reads of the account, `pages` what stands on each page. Before identity is
proven nothing tells an amount, a kind of creditor or that money is owed. Two times come in: `now`
is the field's (a time-lapse stack moves it), `wall` is real time, which sessions, codes and the
count of tries live by.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.errors import DomainError
from dunlin.domain.portal.form import read_date
from dunlin.domain.portal.page import SESSION_LIFE, Page
from dunlin.domain.tokens import token_hash, well_formed
from dunlin.ports.accounts import (
    AccountsAndPeople,
    Addresses,
    Conversations,
    Ledgers,
    Reply,
)
from dunlin.ports.arrangements import ArrangedAccounts
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import Checkouts, SavedMethods
from dunlin.ports.portal import (
    Drafts,
    Evidence,
    FormDraft,
    PaymentAttempts,
    PortalSessions,
    Session,
)
from dunlin.ports.strategies import Creditors
from dunlin.service.portal import pages
from dunlin.service.portal.inside import Inside, case_number
from dunlin.service.portal.pages import AccountPage, Done

if TYPE_CHECKING:
    from dunlin.domain.replies.model import ReplyModel

_RENEWED_AFTER = timedelta(minutes=5)
# A form handed in within a day of its session's end is kept for an hour.
_RECOGNISED, _DRAFT_LIFE = timedelta(days=1), timedelta(hours=1)
MESSAGES_A_DAY = 10
# What the words of any form bind beside what the form is for.
_BINDING = frozenset(
    {"opt_out", "cease", "attorney", "bankruptcy", "deceased", "wrong_party", "dispute"}
)
_PURPOSE = {SignalKind.QUESTION: ("question",), SignalKind.HARDSHIP: ("hardship",)}

GONE = Page(name="gone", status=404, content=Done())
SIGNED_OUT = Page(name="signed_out", status=403, content=Done(), session="")
REFUSED = Page(name="refused", status=403, content=Done())
TROUBLE = Page(name="trouble", status=503, content=Done())


class PortalBook(AccountsAndPeople, ArrangedAccounts, Ledgers, Conversations, Protocol):
    """What a person sees of their account and may do to it."""


class PortalProcessor(Checkouts, SavedMethods, Protocol):
    """The pages that the portal sends a person to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPorts:
    """The ports of the use cases. `processor` is made on first use: most pages need no processor.
    `raise_signal` applies a signal with what the person wrote, and wakes the ladder. `reply_model`
    reads free text as it reads a reply; it too is made on first use. `lasting` is a block that
    takes at least so long in real time, so that how long it took tells nothing."""

    book: PortalBook
    addresses: Addresses
    creditors: Creditors
    sessions: PortalSessions
    drafts: Drafts
    attempts: PaymentAttempts
    waker: LadderWaker
    processor: Callable[[], PortalProcessor]
    raise_signal: Callable[[Signal, Reply | None, datetime], object]
    reply_model: Callable[[], ReplyModel]
    evidence: Evidence
    lasting: Callable[[timedelta], AbstractContextManager[None]]
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

    def inside(self, session: Session, *, now: datetime) -> Inside:
        """What a request needs to know of the session's own account; ask once and hand it on."""
        return Inside.read(session, book=self.book, now=now)

    def stored(self, session: Session) -> Account:
        """The account as it is now, after what a person said. Raises `DomainError`."""
        account = self.book.account(session.account_id)
        if account is None:
            raise DomainError(f"no account {session.account_id}")
        return account

    def account(
        self,
        inside: Inside,
        *,
        form: Mapping[str, str] | None = None,
        status: int = 200,
        trouble: str = "",
        errors: tuple[tuple[str, str], ...] = (),
    ) -> Page:
        """Balance, itemisation, history and every way on."""
        content = AccountPage.of(
            inside,
            self.book.conversation(inside.session.account_id),
            siblings=bool(self.siblings(inside.session)),
            form=form,
            trouble=trouble,
        )
        return inside.page("account", content, status=status, errors=errors)

    def form(
        self,
        name: str,
        inside: Inside,
        form: Mapping[str, str],
        errors: Sequence[tuple[str, str]] = (),
    ) -> Page:
        """A form to fill in, or once more with what is wrong and what was typed."""
        status, form_id = 422 if errors else 200, self.new_token()
        if name == "messages":
            conversation = self.book.conversation(inside.session.account_id)
            content: object = pages.messages(inside, form, form_id, conversation=conversation)
        else:
            content = pages.FORMS[name](inside, dict(form), form_id)
        return inside.page(name, content, status=status, errors=tuple(errors))

    def rate_limited(self, session: Session, now: datetime) -> bool:
        """True where a person has written enough about an account for one day. What must always
        bind is never counted: a dispute, a lawyer, an end to messages."""
        return self.sessions.count_attempt(f"said-{session.account_id}", now) > MESSAGES_A_DAY

    def siblings(self, session: Session) -> list[Account]:
        """The person's other accounts with this creditor that are not closed, the one that fell
        due first before the others."""
        siblings = [
            other
            for other in self.book.accounts_of_consumer(
                session.consumer_id, beside=session.account_id
            )
            if other.creditor == session.creditor
            and other.status not in (Status.CLOSED, Status.IMPORTED)
        ]
        return sorted(siblings, key=lambda a: (a.due_on or date.max, a.reference))

    def told(self, name: str, inside: Inside, case: str, kind: str) -> Page:
        """That we have a message: its case number, and by when the creditor's staff answer."""
        return inside.page(name, Done(case=case_number(case), within=inside.answered_within(kind)))

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
        one. What the form's own words bind is obeyed besides. Gives the signal's id."""
        bound = [label for label in self._bound(form.get("text", ""), now) if label not in labels]
        if bound:
            labels = (*labels, *bound)
            # The form's own purpose too: an opt-out alone is nothing for staff to answer.
            asked = _PURPOSE.get(kind, ())
            detail = {**detail, "labels": [*detail.get("labels", ()), *asked, *bound]}
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

    def _bound(self, text: str, now: datetime) -> list[str]:
        """What free text binds: a wish to stop, a lawyer, a court, a death, a dispute."""
        if not text.strip():
            return []
        # The phrase lists take 40 ms to compile, and most pages hear nothing.
        from dunlin.domain.replies.reading import read

        # A promise is made on a page of its own, so the zone of its day does not matter here.
        zone = ZoneInfo("UTC")
        reading = read(text, channel="portal", now=now, zone=zone, model=self.reply_model())
        return [label for label in reading.labels if label in _BINDING]

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
        self.drafts.put_draft(
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
        kept = waiting_draft(self.drafts, session, wall)
        return kept.form if kept is not None and kept.place == place else {}


def waiting_draft(drafts: Drafts, session: Session, wall: datetime) -> FormDraft | None:
    """The draft that waits for this very person on this account."""
    kept = drafts.draft(session.account_id)
    alive = kept is not None and kept.consumer_id == session.consumer_id and wall < kept.expires_at
    return kept if alive else None


def coming(form: Mapping[str, str], today: date, days: int) -> date | str:
    """A day of a form from today on, at most so many days ahead, or what is wrong with it."""
    read = read_date(form.get("day", ""), form.get("month", ""), form.get("year", ""))
    if isinstance(read, str):
        return read
    if read < today:
        return "date_past"
    return "date_far" if read > today + timedelta(days=days) else read
