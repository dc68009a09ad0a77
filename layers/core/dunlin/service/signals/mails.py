"""E-mail that people write back: stored, read and obeyed like a text, its files kept as evidence,
and handed on to the creditor's own inbox.

An opt-out is obeyed whoever sent it. Anything else is taken only from a sender who is proved to be
the person; else staff read it first. What no person wrote changes nothing, and what belongs to
nobody waits for staff by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, ConsentState, Consumer, zone_of
from dunlin.domain.errors import DomainError, Unavailable
from dunlin.domain.messages import handed_on
from dunlin.domain.messages.arrival import (
    MailArrival,
    circles,
    forwarder_address,
    from_person,
    own_address,
    proved,
)
from dunlin.domain.messages.mail import Attachment, ReceivedMail, read_mail
from dunlin.domain.portal.upload import FILES_A_DAY, Upload, read_upload
from dunlin.domain.replies.mailed import mailed_words
from dunlin.domain.replies.model import ReplyModel
from dunlin.domain.replies.reading import ReplyReading, read
from dunlin.domain.replies.unspoken import QUIET
from dunlin.domain.strategy.strategy import Brand
from dunlin.domain.tokens import address_hash, token_hash, without_links
from dunlin.ports.accounts import Addresses
from dunlin.ports.machines import LadderWaker
from dunlin.ports.messages import AttachedFile, Email, Mailbox, MailStore
from dunlin.ports.portal import Evidence, IdentityAttempts, Links
from dunlin.ports.staff import StrayMail, StrayMails
from dunlin.ports.strategies import Creditors
from dunlin.service.signals.replies import obey
from dunlin.service.signals.signals import SignalBook

A_DAY = 20  # mails to one message, and of one sender; the rest is kept and read by nobody
STRAYS_A_DAY = 100  # of all strangers to one domain
_MOST_HANDED_ON = 20_000_000  # bytes; SES takes 40 MB, and files grow by a third on their way
_UNSUBSCRIBED = ReplyReading(
    label="opt_out", intents=("opt_out",), opt_out=True, labels=("opt_out",),
    why="wrote to the address that unsubscribes",
)  # fmt: skip


_OF_TEXTS = (("start",), ("help",))


class MailBook(SignalBook, Addresses, Protocol):
    """All of `SignalBook`, found by the address that a mail came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPorts:
    """Where mail lies, whom it is from, and where it goes on to. `domain` is the mail domain of
    creditors who have none of their own."""

    store: MailStore
    book: MailBook
    creditors: Creditors
    links: Links
    counts: IdentityAttempts
    evidence: Evidence
    strays: StrayMails
    mailbox: Mailbox
    waker: LadderWaker
    domain: str
    model: ReplyModel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Concerned:
    """Whom a mail is about: a person with the account, `sure` where it answers a message that went
    to the very address it came from. `stops`: it was sent to the address that unsubscribes."""

    person: Consumer
    account: Account | None
    sure: bool
    stops: bool = False
    token: str = ""


def take_in(arrival: MailArrival, *, ports: MailPorts, now: datetime, wall: datetime) -> str:
    """Take in one mail; delivered again it changes nothing. `wall` is real time, for the limits.

    One word for the metric: opt_out, reply, automatic, bounce, loop, spam, limited, stray, or
    gone where the mail itself is. Raises `Conflict` or `Unavailable`: deliver it again.
    """
    raw = ports.store.mail(arrival.key)
    if raw is None:
        return "gone"
    mail = read_mail(raw)
    if circles(mail, arrival):
        return "loop"
    trusted = proved(mail, arrival)
    concerned = _concerned(mail, arrival, trusted, ports)
    stops = any(each.stops for each in concerned)
    if mail.machine == "bounce" and not stops:
        return "bounce"  # the provider tells of those itself, by the message
    if not concerned:
        return _stray(mail, arrival, ports=ports, now=now, wall=wall)
    once = _once(mail, arrival)
    few = _few(mail, concerned, ports, wall)
    read_as = [_reading(mail, each, ports, now) for each in concerned]
    if few > A_DAY and not _still_to_stop(concerned, read_as):
        return "limited"
    kept, refused = _keep_files(mail, arrival, concerned[0], once=once, ports=ports, wall=wall)
    if mail.attachments and not mail.machine:
        read_as = [_with_files(reading, bool(kept)) for reading in read_as]
    if few == A_DAY:
        read_as = [_flooded(reading) for reading in read_as]
    for each, reading in zip(concerned, read_as, strict=True):
        obey(
            reading,
            text="\n".join([_words(mail), *(f"[{name}]" for name in kept)]),
            channel=Channel.EMAIL,
            once=f"mail-{once}",
            person=each.person,
            account=each.account,
            book=ports.book,
            waker=ports.waker,
            now=now,
        )
    outcome = _outcome(read_as)
    if few <= A_DAY and outcome != "automatic" and not arrival.unwanted:
        understood = ", ".join(dict.fromkeys(r.label.replace("_", " ") for r in read_as))
        for brand, account in _inboxes(concerned, ports):
            _hand_on(
                mail, arrival, brand, account, once=once, understood=understood,
                trusted=trusted and all(each.sure for each in concerned),
                kept=kept, refused=refused, ports=ports, wall=wall,
            )  # fmt: skip
    return outcome


def _outcome(read_as: Sequence[ReplyReading]) -> str:
    labels = {label for reading in read_as for label in reading.labels}
    if "opt_out" in labels:
        return "opt_out"
    return "automatic" if labels and labels <= {"automatic", "reaction"} else "reply"


def _words(mail: ReceivedMail) -> str:
    """What the person wrote, as the thread keeps it: what they quote is ours, and holds links."""
    return without_links(mailed_words(mail.text) or mail.text)


def _still_to_stop(concerned: Sequence[_Concerned], read_as: Sequence[ReplyReading]) -> bool:
    """Whether an opt-out is among the readings that has not been obeyed before."""
    return any(
        reading.opt_out and each.person.consent(Channel.EMAIL).state is not ConsentState.REVOKED
        for each, reading in zip(concerned, read_as, strict=True)
    )


def _once(mail: ReceivedMail, arrival: MailArrival) -> str:
    """What names one mail: its own id with its words, for a server may deliver it twice; else
    where it lies."""
    parts = [mail.message_id, mail.sender, mail.text] if mail.message_id else [arrival.key]
    return hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()[:32]


def _concerned(
    mail: ReceivedMail, arrival: MailArrival, trusted: bool, ports: MailPorts
) -> list[_Concerned]:
    """By the address it was sent to, else by the message that it answers, else by its sender."""
    bound = list(_by_token(mail, arrival, trusted, ports)) or list(
        _by_reference(mail, trusted, ports)
    )
    if bound:
        return list({each.person.consumer_id: each for each in bound}.values())
    people = ports.book.consumers_at(mail.sender) if mail.sender else []
    creditors = _at_domain(arrival, ports)
    if creditors:
        people = [person for person in people if person.creditor in creditors]
    return [
        _Concerned(person=person, account=_likely(person, ports), sure=trusted) for person in people
    ]


def _by_token(
    mail: ReceivedMail, arrival: MailArrival, trusted: bool, ports: MailPorts
) -> Iterator[_Concerned]:
    for recipient in arrival.recipients:
        own = own_address(recipient)
        link = ports.links.link(token_hash(own.token)) if own else None
        person = ports.book.consumer(link.consumer_id) if link else None
        if own is not None and link is not None and person is not None:
            yield _Concerned(
                person=person,
                account=ports.book.account(link.account_id),
                sure=trusted and from_person(mail, link.address_hash),
                stops=own.stops,
                token=link.token_hash,
            )


def _by_reference(mail: ReceivedMail, trusted: bool, ports: MailPorts) -> Iterator[_Concerned]:
    for message_id in mail.answers:
        touch = ports.book.touch_by_message(message_id)
        person = ports.book.consumer(touch.consumer_id) if touch else None
        if touch is not None and person is not None:
            addresses = {address_hash(address) for address in person.emails}
            yield _Concerned(
                person=person,
                account=ports.book.account(touch.account_id),
                sure=trusted and address_hash(mail.sender) in addresses,
                token=touch.touch_id,
            )
            return


def _likely(person: Consumer, ports: MailPorts) -> Account | None:
    accounts = ports.book.accounts_of_consumer(person.consumer_id)
    likely = sorted(accounts, key=lambda a: (not a.on_ladder, not a.owes))
    return likely[0] if likely else None


def _few(
    mail: ReceivedMail, concerned: Sequence[_Concerned], ports: MailPorts, wall: datetime
) -> int:
    """How many mails came within a day to this message, or from this sender, the greater."""
    subjects = {f"mail-{each.token or each.person.consumer_id}" for each in concerned}
    if mail.sender:
        subjects.add(f"mail-{address_hash(mail.sender)}")
    return max(ports.counts.count_attempt(subject, wall) for subject in sorted(subjects))


def _reading(mail: ReceivedMail, each: _Concerned, ports: MailPorts, now: datetime) -> ReplyReading:
    if each.stops:
        return _UNSUBSCRIBED
    reading = read(
        mailed_words(mail.text),
        channel=Channel.EMAIL.value,
        now=now,
        zone=zone_of(each.person),
        model=ports.model,
    )
    if reading.opt_out:
        return reading if each.sure else _opt_out_alone(reading)
    if mail.machine:
        return _quiet(reading, "automatic", why="automatic: nobody worded it")
    if not each.sure:
        return _unclear(reading, "not proved to be from the person")
    if "parts" in mail.unread:
        return _unclear(reading, "it could not be read")
    # These words open and explain texts; what they mean in a mail a person says.
    return _unclear(reading, "one word alone") if reading.labels in _OF_TEXTS else reading


def _quiet(reading: ReplyReading, label: str, *, why: str) -> ReplyReading:
    return replace(
        reading, label="other", intents=("other",), pause=False, labels=(label,), why=why
    )


def _unclear(reading: ReplyReading, why: str) -> ReplyReading:
    """Before staff, and nothing in it is acted upon by itself."""
    return replace(
        reading, pause=True, labels=("unclear",), promise_on=None, promise_amount="", why=why
    )


def _opt_out_alone(reading: ReplyReading) -> ReplyReading:
    """What of an opt-out is taken from anybody: that messages end, and nothing besides."""
    return replace(
        _UNSUBSCRIBED, intents=reading.intents, why="asks us to stop; not proved to be the person"
    )


def _with_files(reading: ReplyReading, kept: bool) -> ReplyReading:
    """A mail with files is never without words: staff look at what was sent."""
    label = "evidence" if kept else "unclear"
    worded = tuple(name for name in reading.labels if name not in QUIET)
    if reading.opt_out or "unclear" in worded:
        return reading
    return replace(reading, labels=(*worded, label), pause=True, why="sent a file")


def _flooded(reading: ReplyReading) -> ReplyReading:
    """The last mail of a flood that is read: staff look at once, whatever it says."""
    if reading.opt_out or reading.pause:
        return reading
    return replace(
        reading, pause=True, labels=(*reading.labels, "unclear"), why="many mails in a day"
    )


def _keep_files(
    mail: ReceivedMail,
    arrival: MailArrival,
    each: _Concerned,
    *,
    once: str,
    ports: MailPorts,
    wall: datetime,
) -> tuple[list[str], list[str]]:
    """Keep what a person may send as evidence, by the rules of the portal; the names under which
    files are kept, and those that are not."""
    kept: list[str] = []
    refused: list[str] = []
    if mail.machine:
        return kept, refused
    for number, file in enumerate(mail.attachments):
        upload = _upload(file, arrival)
        if upload is None or _too_many_files(each, f"{once}-{number}", ports, wall):
            refused.append(file.name or "without a name")
            continue
        kept.append(
            ports.evidence.keep(
                upload.content,
                creditor=each.person.creditor,
                content_type=upload.content_type,
                once=f"{once}-{number}",
            )
        )
    return kept, refused


def _too_many_files(each: _Concerned, once: str, ports: MailPorts, wall: datetime) -> bool:
    """Whether more came about one account in a day than are taken; what is delivered again counts
    no more."""
    if ports.counts.count_attempt(f"file-{once}", wall) > 1:
        return False
    subject = f"file-{each.account.account_id if each.account else each.person.consumer_id}"
    return ports.counts.count_attempt(subject, wall) > FILES_A_DAY


def _upload(file: Attachment, arrival: MailArrival) -> Upload | None:
    upload = None if arrival.harmful else read_upload(file.content)
    return upload if isinstance(upload, Upload) else None


def _inboxes(
    concerned: Sequence[_Concerned], ports: MailPorts
) -> Iterator[tuple[Brand, Account | None]]:
    """The inbox of each creditor whose person wrote, once."""
    seen = set()
    for each in concerned:
        brand = _brand(each.person.creditor, each.account, ports)
        if brand is not None and brand.reply_to not in seen:
            seen.add(brand.reply_to)
            yield brand, each.account


def _brand(creditor: str, account: Account | None, ports: MailPorts) -> Brand | None:
    try:
        strategy = (
            ports.book.strategy_of(account) if account else ports.creditors.strategy(creditor)
        )
    except DomainError:
        return None
    return strategy.brand if strategy else None


def _hand_on(
    mail: ReceivedMail,
    arrival: MailArrival,
    brand: Brand,
    account: Account | None,
    *,
    once: str,
    understood: str,
    trusted: bool,
    kept: Sequence[str],
    refused: Sequence[str],
    ports: MailPorts,
    wall: datetime,
) -> None:
    """Send it on to the creditor's inbox, once. Where nobody knows whether it went it is not sent
    again: it stands in the thread."""
    domain = brand.mail_domain or ports.domain
    if not domain or brand.reply_to.rpartition("@")[2].lower() == domain:
        return  # an inbox at our own door would only bring it back
    mark = f"handed-{once}-{address_hash(brand.reply_to)[:16]}"
    if ports.counts.count_attempt(mark, wall) > 1:
        return
    body = handed_on.text_of(
        mail, arrival, understood=understood, trusted=trusted, kept=kept, refused=refused
    )
    email = Email(
        to=brand.reply_to,
        sender=forwarder_address(domain),
        reply_to=handed_on.answers_to(mail, brand.reply_to),
        subject=handed_on.subject_of(mail, account.reference if account else ""),
        html="",
        text=body,
        headers={"Auto-Submitted": "auto-generated", "X-Loop": domain},
        attachments=_attached(mail, arrival),
    )
    try:
        ports.mailbox.send(email)
    except Unavailable as failure:
        if failure.certain:
            ports.counts.clear_attempts(mark)
            raise


def _attached(mail: ReceivedMail, arrival: MailArrival) -> list[AttachedFile]:
    """The files that go on with a mail, as many as a mail of ours may carry; all are kept."""
    attached: list[AttachedFile] = []
    left = _MOST_HANDED_ON
    for number, file in enumerate(mail.attachments, start=1):
        upload = _upload(file, arrival)
        if upload is not None and len(upload.content) <= left:
            left -= len(upload.content)
            kind = upload.content_type
            named = f"file-{number}.{kind.rpartition('/')[2]}"
            attached.append(AttachedFile(name=named, content=upload.content, content_type=kind))
    return attached


def _at_domain(arrival: MailArrival, ports: MailPorts) -> list[str]:
    """The creditors whose mail domain it was sent to."""
    domains = {recipient.rpartition("@")[2].lower() for recipient in arrival.recipients}
    return [
        creditor
        for creditor in ports.creditors.all()
        if (strategy := ports.creditors.strategy(creditor))
        and (strategy.brand.mail_domain or ports.domain) in domains
    ]


def _too_many(mail: ReceivedMail, arrival: MailArrival, ports: MailPorts, wall: datetime) -> bool:
    """Whether more came within a day of this sender, or of all strangers to this domain, than
    people look at. A bomb has as many senders as it likes."""
    sender = f"mail-{address_hash(mail.sender or arrival.returns_to)}"
    domains = {recipient.rpartition("@")[2].lower() for recipient in arrival.recipients}
    of_sender = ports.counts.count_attempt(sender, wall)
    of_domain = max(ports.counts.count_attempt(f"strays-{name}", wall) for name in sorted(domains))
    return of_sender > A_DAY or of_domain > STRAYS_A_DAY


def _stray(
    mail: ReceivedMail, arrival: MailArrival, *, ports: MailPorts, now: datetime, wall: datetime
) -> str:
    """A mail that belongs to nobody: into the creditor's inbox, and before staff."""
    if arrival.unwanted:
        return "spam"
    if mail.machine:
        return "automatic"
    if _too_many(mail, arrival, ports, wall):
        return "limited"
    creditors = _at_domain(arrival, ports)
    once = _once(mail, arrival)
    for creditor in creditors:
        ports.strays.keep_stray(StrayMail(mail_id=once, creditor=creditor, at=now, key=arrival.key))
    brand = _brand(creditors[0], None, ports) if len(creditors) == 1 else None
    if brand is not None:
        _hand_on(
            mail, arrival, brand, None, once=once, understood="belongs to no message",
            trusted=proved(mail, arrival), kept=(), refused=(), ports=ports, wall=wall,
        )  # fmt: skip
    return "stray"
