"""The portal: links, sessions, drafts, codes, and what people send us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dunlin.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a portal link leads. Stored under the SHA-256 of its token, never the token.

    It opens until `opens_until`, where that is known; until `expires_at` it still stops messages
    and asks for another link.
    """

    token_hash: str
    account_id: str
    consumer_id: str
    creditor: str
    touch_id: str
    channel: str
    address_hash: str
    expires_at: datetime
    opens_until: datetime | None = None

    def opens(self, now: datetime) -> bool:
        """True while it leads to the identity check."""
        return now < (self.opens_until or self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A portal session, stored under the SHA-256 of its cookie. Lives in real time."""

    session_hash: str
    account_id: str
    consumer_id: str
    creditor: str
    csrf: str
    language: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDraft:
    """What a person typed into a form after their session had ended: given back to the same
    person on the same account once they have proved again who they are. `place` is the form's
    route."""

    account_id: str
    consumer_id: str
    place: str
    form: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAttempt:
    """The newest attempt to pay an account. `attempt_id` is the processor's idempotency key;
    `checkout_id` and `url` are empty until the processor has answered; `closed` once its page
    gave way to a page for another account of the person."""

    attempt_id: str
    account_id: str
    amount: Money
    locale: str
    at: datetime
    checkout_id: str = ""
    url: str = ""
    closed: bool = False


class Links(Protocol):
    """The links that our messages carry, by the hash of their token."""

    def put_link(self, link: Link) -> None: ...

    def link(self, token_hash: str) -> Link | None: ...


class Sessions(Protocol):
    """Who has proved who they are, by the hash of their cookie."""

    def put_session(self, session: Session) -> None: ...

    def session(self, session_hash: str) -> Session | None:
        """A session, also one that ended within the last day: the caller compares."""

    def drop_session(self, session_hash: str) -> None: ...


class Drafts(Protocol):
    """Forms handed in after the end of a session, kept for their person."""

    def put_draft(self, draft: FormDraft) -> None:
        """Keep a draft in place of the account's earlier one."""

    def draft(self, account_id: str) -> FormDraft | None: ...

    def drop_draft(self, account_id: str) -> None: ...


class IdentityAttempts(Protocol):
    """How often somebody tried, which limits the trying."""

    def count_attempt(self, subject: str, now: datetime) -> int:
        """Count one identity attempt of a subject; the count starts anew a day after the first."""

    def clear_attempts(self, subject: str) -> None: ...


class Codes(Protocol):
    """One-time codes, by their hash."""

    def put_code(self, subject: str, code_hash: str, expires_at: datetime) -> None: ...

    def code(self, subject: str, now: datetime) -> str | None:
        """The hash of the newest unexpired code."""


class PaymentAttempts(Protocol):
    """The pages of the processor that a person was sent to last."""

    def payment_attempts(self, consumer_id: str) -> tuple[PaymentAttempt, ...]:
        """The newest attempt for each account that a person tried to pay, the last one last;
        read consistently."""

    def put_payment_attempts(
        self,
        consumer_id: str,
        attempts: Sequence[PaymentAttempt],
        *,
        replaces: Sequence[PaymentAttempt],
    ) -> None:
        """Store a person's attempts in place of those read. Raises `Conflict` where others
        stand there."""


class LinksAndCodes(Links, Codes, Protocol):
    """What a message of ours may carry into the portal."""


class PortalSessions(Links, Sessions, IdentityAttempts, Codes, Protocol):
    """The way from a link to a session: tries, codes, and the session itself."""


class Evidence(Protocol):
    """Files that people send us (an insurance card, a proof of payment): kept, never served."""

    def keep(self, content: bytes, *, creditor: str, content_type: str, once: str = "") -> str:
        """Store a file under a name that nobody can guess and return it. `once` names a delivery:
        the same again is stored under the same name. Raises `Unavailable`."""
