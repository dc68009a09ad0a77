"""Messages: rendering, printing and sending them, and whom the providers do not deliver to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.contact.pace import SendingAllowance, SendingPace
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import Facts

if TYPE_CHECKING:
    pass


class LinkChecker(Protocol):
    """Tries links as a person's browser would."""

    def alive(self, url: str) -> bool:
        """True where a GET is answered by a page (below 400) within five seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file of an e-mail that we send."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One rendered e-mail. Headers hold no line breaks; tags hold ids only. `html` is empty for
    plain text alone."""

    to: str
    sender: str
    reply_to: str
    subject: str
    html: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    attachments: Sequence[AttachedFile] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One rendered SMS. `to` is E.164; `origination` the creditor's own number, "" for default."""

    to: str
    body: str
    origination: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A rendered message. E-mail fills subject, html and text; SMS fills text alone.

    `version` is the template's version (content hash), `sha256` that of all rendered parts.
    """

    text: str
    version: str
    sha256: str
    subject: str = ""
    html: str = ""


class MessageTemplates(Protocol):
    """Approved templates, rendered. What is previewed is byte for byte what is sent."""

    def version(self, template: str, channel: Channel, *, strategy: Strategy) -> str:
        """The version of a template under a strategy, which may hold words of its own for it.
        Raises `DomainError` where there is none."""

    def render(
        self,
        template: str,
        channel: Channel,
        *,
        facts: Facts,
        link: str,
        stop_link: str,
        fields: Mapping[str, str],
        accounts: Sequence[Account] = (),
    ) -> Rendered:
        """Render in the consumer's language (English where the strategy has no other).

        `link` opens the portal, `stop_link` is the one-click unsubscribe. `fields` are the
        extra fields of a notice. `accounts`: all that the message is about, the one of `facts`
        first; two or more are listed by reference and due date. Raises `Defect` for an
        unresolved field and for what the content check refuses.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A printable letter: the document, its SHA-256, and the version of its words."""

    html: str
    sha256: str
    version: str
    language: str


class LetterPrinter(Protocol):
    """Prints letters that staff put into the post."""

    def print(self, template: str, *, facts: Facts, on: date) -> Printed:
        """Raises `DomainError` for an unknown template or a person without an address."""


class Mailbox(Protocol):
    """Sends e-mail, once. Only `send_email` may write to anybody with it; `read_mail` may, under
    an address of its own, hand a reply on to the creditor's inbox."""

    def send(self, email: Email) -> str:
        """Returns the provider's message id. Raises `Unavailable`, `certain` where the message
        was certainly not accepted; otherwise nobody knows and it must not be sent again."""


class MailStore(Protocol):
    """Mail that came in, as the provider stored it."""

    def mail(self, key: str) -> bytes | None:
        """The bytes of a mail, of a very large one no more than tell that it is; None where it
        is gone. Raises `Unavailable`."""


class SmsSender(Protocol):
    """Sends SMS, once. Only the function `send_sms` holds the right to use it."""

    def send(self, text: Text) -> str:
        """As `Mailbox.send`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """An address on a mail provider's list: `complained`, or else undeliverable."""

    address: str
    complained: bool


class OptOutLists(Protocol):
    """The lists of those whom the providers do not deliver to. Every method raises
    `Unavailable`. There is no way to take anybody off a list."""

    def phones(self) -> Iterable[str]:
        """Numbers (E.164) that opted out at the text provider, who takes none from us."""

    def emails(self) -> Iterable[Suppressed]:
        """Addresses that the mail provider suppresses."""

    def suppress(self, address: str) -> None:
        """Put an address on the mail provider's list; again is harmless."""


class SendingAccount(Protocol):
    """What the mail provider allows this account."""

    def allowance(self) -> SendingAllowance:
        """As of now. Raises `Unavailable`."""


class MailTurns(Protocol):
    """The turns of all who send e-mail on a ladder, one behind the other."""

    def take(self, now: datetime) -> datetime:
        """The next free turn, which nobody else gets then; `now` where nobody waits, or where no
        pace was ever set. Raises `Conflict`, contended, where too many ask at once."""

    def closed_until(self, now: datetime) -> datetime | None:
        """Until when nothing may go, whoever has a turn; None where it is open."""

    def pace(self) -> SendingPace | None:
        """The pace that was set last."""

    def set_pace(self, pace: SendingPace) -> None:
        """Turns that are free yet follow at this pace, and none lies before it opens."""


class SendStatistics(Protocol):
    """What the mail provider itself counted."""

    def emails(self, day: date) -> int | None:
        """Messages it was handed on a day (UTC), None where it says nothing. Raises
        `Unavailable`."""
