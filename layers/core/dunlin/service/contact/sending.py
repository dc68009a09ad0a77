"""Sending: spend a permit, send once, record what is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.contact import cadence, planner, refusals
from dunlin.domain.errors import Defect, DomainError, Unavailable
from dunlin.domain.messages.arrival import reply_address, stop_address
from dunlin.domain.strategy.strategy import Brand
from dunlin.domain.tokens import address_hash, reply_token, token_hash, without_links
from dunlin.ports.accounts import (
    Accounts,
    Change,
    Conversations,
    Facts,
    Ledgers,
    ManyAtOnce,
)
from dunlin.ports.arrangements import Arrangements
from dunlin.ports.contact import PermitSpending
from dunlin.ports.messages import Email, Mailbox, MessageTemplates, Rendered, SmsSender, Text
from dunlin.ports.portal import Link, LinksAndCodes
from dunlin.service.accounts.writing import retry_on_conflict, seconds, write
from dunlin.service.contact import arrangement_notices
from dunlin.service.contact.permits import touch_data, without_contact

LINK_LIFE = timedelta(days=45)
LINK_KEPT = timedelta(days=400)  # an old link still stops messages and asks for another
REPLY_LIFE = timedelta(days=400)  # people answer old mail, and may stop it at any time
_CODE = re.compile(r"\b\d{6}\b")
CODE_LIFE = timedelta(minutes=15)


class SendingBook(
    Accounts, Arrangements, Ledgers, Conversations, ManyAtOnce, PermitSpending, Protocol
):
    """What a message tells, and the permit that sending it spends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What became of one permit. `void`: nothing was sent, look again. `refusal` says why a
    provider took nothing: its limit, or `message` where it refused this one."""

    outcome: Literal["sent", "void", "unknown"]
    account_id: str
    run: int
    version: int
    wait_seconds: int = 1
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPorts:
    """The one line a sender may use, and what it needs to write a letter."""

    channel: Channel
    templates: MessageTemplates
    links: LinksAndCodes
    portal_url: str
    new_token: Callable[[], str]
    new_code: Callable[[], str]
    real_now: Callable[[], datetime]
    mail_domain: str = ""  # where answers to e-mail arrive, of creditors without one of their own
    mailbox: Mailbox | None = None
    sms_sender: SmsSender | None = None


def send(
    account_id: str,
    touch_key: str,
    permit_id: str,
    *,
    book: SendingBook,
    ports: SendingPorts,
    now: datetime,
) -> Sending:
    """Spend a permit and send its message once.

    The touch is `unknown` from the moment the permit is spent until the provider's answer is
    recorded; a crash in between leaves it so, it counts as sent and is never sent again.
    """
    facts = book.facts(account_id, touch_key=touch_key)
    touch = facts.touch
    if touch is None or touch.channel is not ports.channel:
        raise DomainError(f"no {ports.channel.value} touch {touch_key} on {account_id}")
    if touch.state is not TouchState.PERMITTED:
        return _already(facts, touch, book=book, now=now)
    if touch.run and facts.segment_pause(cadence.today(now)):
        return _void(touch, book=book, now=now)
    if not facts.strategy.may_say(touch.template):
        return _void(touch, book=book, now=now)
    message, rendered = _compose(facts, touch, book=book, ports=ports, now=now)
    # Words that were approved after the permit was taken need a permit of their own.
    if rendered.version != touch.template_version or not book.spend_permit(
        facts=facts, permit_id=permit_id, now=now
    ):
        return _void(touch, book=book, now=now)
    spent = replace(touch, state=TouchState.UNKNOWN)
    try:
        message_id = _hand_over(message, ports)
    except Unavailable as failure:
        if failure.certain:
            reason = refusals.stated(failure.limit, failure.reason)
            sending = _release(spent, reason, book=book, now=now)
            return replace(sending, refusal=failure.limit.value if failure.limit else "message")
        return _record(spent, "TouchUnknown", {"reason": failure.reason}, book=book, now=now)
    sent = replace(
        spent,
        state=TouchState.SENT,
        message_id=message_id,
        sent_at=now,
        body_sha256=rendered.sha256,
        content=kept_content(rendered),
    )
    return _record(
        sent,
        "TouchSent",
        {"version": rendered.version},
        book=book,
        now=now,
    )


def kept_content(rendered: Rendered) -> str:
    """What the person was told, as text, for staff and the dossier: subject and body without the
    private links, which would open the portal to whoever reads it, and without a code."""
    text = f"{rendered.subject}\n\n{rendered.text}" if rendered.subject else rendered.text
    return _CODE.sub("••••••", without_links(text))


def _compose(
    facts: Facts, touch: Touch, *, book: SendingBook, ports: SendingPorts, now: datetime
) -> tuple[Email | Text, Rendered]:
    """Render before anything is spent: a template that fails must not cost a permit."""
    address = facts.consumer.address(touch.channel)
    if address is None:
        raise Defect(f"touch {touch.touch_id} has no address")
    token = ports.new_token()
    link = Link(
        token_hash=token_hash(token),
        account_id=touch.account_id,
        consumer_id=touch.consumer_id,
        creditor=touch.creditor,
        touch_id=touch.touch_id,
        channel=touch.channel.value,
        address_hash=address_hash(address),
        expires_at=now + LINK_KEPT,
        opens_until=now + LINK_LIFE,
    )
    ports.links.put_link(link)
    stop_link = f"{ports.portal_url}/u/{token}"
    rendered = ports.templates.render(
        touch.template,
        touch.channel,
        facts=facts,
        link=f"{ports.portal_url}/m/{token}",
        stop_link=stop_link,
        fields=_fields(touch, facts.strategy.brand, book=book, ports=ports),
        accounts=_accounts(facts, touch, book=book),
    )
    tags = {"touch_id": touch.touch_id, "account_id": touch.account_id}
    brand = facts.strategy.brand
    if touch.channel is Channel.SMS:
        text = Text(to=address, body=rendered.text, origination=brand.sms_origination, tags=tags)
        return text, rendered
    reply_to = stop_to = brand.reply_to
    if domain := brand.mail_domain or ports.mail_domain:
        reply_to, stop_to = _own_addresses(reply_token(token), domain, link, ports=ports, now=now)
    mail = Email(
        to=address,
        sender=brand.email_from,
        reply_to=reply_to,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        headers={
            "List-Unsubscribe": f"<{stop_link}>, <mailto:{stop_to}?subject=unsubscribe>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        tags=tags,
    )
    return mail, rendered


def _own_addresses(
    token: str, domain: str, link: Link, *, ports: SendingPorts, now: datetime
) -> tuple[str, str]:
    """The addresses of this one message: for an answer, and to unsubscribe."""
    bound = replace(link, token_hash=token_hash(token), expires_at=now + REPLY_LIFE)
    ports.links.put_link(bound)
    return reply_address(token, domain), stop_address(token, domain)


def _accounts(facts: Facts, touch: Touch, *, book: ManyAtOnce) -> list[Account]:
    """The accounts that the message is about, its own first; what was paid since is left out."""
    covered = book.read_accounts(touch.covers) if touch.covers else {}
    return [
        facts.account,
        *(covered[c] for c in touch.covers if c in covered and covered[c].on_ladder),
    ]


def _fields(
    touch: Touch, brand: Brand, *, book: SendingBook, ports: SendingPorts
) -> dict[str, str]:
    """The extra fields of a notice, found by its cause; a rung has none.

    A code is made here and stored as a hash, so it is in no state input and no log.
    """
    if touch.run:
        return {}
    cause = touch.cause
    if touch.template == "code":
        code = ports.new_code()
        link = cause.split(".", 1)[0]
        ports.links.put_code(link, token_hash(code), ports.real_now() + CODE_LIFE)
        return {"code": code}
    if touch.template == "help":
        return {"phone": brand.phone}
    if touch.template in arrangement_notices.PURPOSES:
        return arrangement_notices.fields(touch.template, touch.account_id, cause, book=book)
    if touch.template == "answer":
        answers = book.conversation(touch.account_id).answers
        answer = next((a for a in answers if a.answer_id == cause), None)
        if answer is None:
            raise DomainError(f"no words of staff under {cause}")
        return {"words": answer.text}
    record = book.account_record(touch.account_id)
    if record is None:
        raise DomainError(f"no account {touch.account_id}")
    if touch.template == "receipt":
        paid = next((e for e in record.ledger if e.source == cause), None)
        if paid is None:
            raise DomainError(f"no ledger entry from {cause} to write a receipt about")
        return {
            "amount": str(-paid.amount),
            "paid_on": paid.on.isoformat(),
            "remaining": str(record.account.balance),
            "reference": record.account.reference,
        }
    return {"reference": record.account.reference}


def _hand_over(message: Email | Text, ports: SendingPorts) -> str:
    if isinstance(message, Email):
        if ports.mailbox is None:
            raise Defect("an e-mail without a mailbox")
        return ports.mailbox.send(message)
    if ports.sms_sender is None:
        raise Defect("a text without a line")
    return ports.sms_sender.send(message)


def _sending(
    outcome: Literal["sent", "void", "unknown"], account: Account, now: datetime
) -> Sending:
    return Sending(
        outcome=outcome,
        account_id=account.account_id,
        run=account.ladder_run,
        version=account.version,
        wait_seconds=seconds(account.due_at, now),
    )


def _already(facts: Facts, touch: Touch, *, book: SendingBook, now: datetime) -> Sending:
    """The function ran before for this touch: never send again, only see to the plan."""
    if touch.state is TouchState.UNKNOWN:
        return _record(touch, "TouchUnknown", {"reason": "interrupted"}, book=book, now=now)
    if touch.state is TouchState.RELEASED:
        return _returned(touch, facts.account, now, book=book)
    return _sending("sent", facts.account, now)


def _returned(touch: Touch, account: Account, now: datetime, *, book: Conversations) -> Sending:
    """Nothing was sent. A ladder looks again when its account says; a notice, whose account may
    be over, asks for another permit at once, or later where the provider did not take it."""
    sending = _sending("void", account, now)
    if touch.run:
        return sending
    pause = timedelta() if touch.reason == refusals.VOID else _pause(touch, book=book)
    return replace(sending, wait_seconds=seconds(now + pause, now))


def _pause(touch: Touch, *, book: Conversations) -> timedelta:
    refused = _refused(touch, book=book) if refusals.refused(touch) else 0
    return refusals.pause(touch, refused)


def _refused(touch: Touch, *, book: Conversations) -> int:
    """How often this message was refused, with this touch."""
    before = book.conversation(touch.account_id).touches
    if touch.run:
        same = [t for t in before if t.run and t.rung_name == touch.rung_name]
    else:
        same = [t for t in before if (t.template, t.cause) == (touch.template, touch.cause)]
    return 1 + sum(refusals.refused(t) for t in same if t.key != touch.key)


def _record(
    touch: Touch, what: str, data: dict[str, Any], *, book: Accounts, now: datetime
) -> Sending:
    """Write the touch's new state and the account's next step, in one transaction."""

    def attempt() -> Sending:
        facts = book.facts(touch.account_id, touch_key=touch.key)
        account, stored = facts.account, facts.touch
        if stored is None:
            raise Defect(f"touch {touch.touch_id} vanished")
        if stored.state is not TouchState.UNKNOWN:
            # A provider's event came first and knows better.
            return _sending("sent", account, now)
        after = account
        if touch.run and touch.run == account.ladder_run and account.rung == touch.rung:
            after = planner.rung_used(account, facts.strategy, touch.rung_name, now)
        after = write(
            book,
            account,
            after,
            what=what,
            data={**touch_data(touch), **data},
            now=now,
            besides=Change(touch_move=(touch, [TouchState.UNKNOWN.value])),
        )
        return _sending("unknown" if touch.state is TouchState.UNKNOWN else "sent", after, now)

    return retry_on_conflict(attempt)


def _void(touch: Touch, *, book: SendingBook, now: datetime) -> Sending:
    """The permit could not be spent. If nobody else spent it, give the touch back."""
    return _release(touch, refusals.VOID, book=book, now=now)


def _after_release(account: Account, touch: Touch, now: datetime, *, book: SendingBook) -> Account:
    """The account, whose ladder looks again at once where a permit was void, later where the
    provider was at a limit, later and later where it refused the message, and not at all after
    `refusals.AT_MOST` times: then a person must look."""
    if touch.reason == refusals.VOID:
        return lifecycle.look_again(account, now)
    if refusals.refused(touch) and _refused(touch, book=book) >= refusals.AT_MOST:
        why = f"The provider refused this message {refusals.AT_MOST} times: {touch.reason}."
        return lifecycle.stop(account, why)
    return lifecycle.look_again(account, now + _pause(touch, book=book))


def _release(touch: Touch, reason: str, *, book: SendingBook, now: datetime) -> Sending:
    """Certainly not sent: the touch is released, the contact no longer counts, and the ladder
    looks again at once (void) or after a pause."""
    released = replace(touch, state=TouchState.RELEASED, reason=reason)

    def attempt() -> Sending:
        facts = book.facts(touch.account_id, touch_key=touch.key)
        account, stored = facts.account, facts.touch
        if stored is None or stored.state is not touch.state:
            return _returned(released, account, now, book=book)
        after = account
        current = (account.ladder_run, account.rung, account.occurrence - 1)
        waits = account.runs and account.due_at is not None
        if waits and current == (touch.run, touch.rung, touch.occurrence):
            after = _after_release(account, released, now, book=book)
        after = write(
            book,
            account,
            after,
            what="TouchReleased",
            data={**touch_data(touch), "reason": reason},
            now=now,
            besides=Change(
                history=without_contact(facts.history, touch, now),
                touch_move=(
                    replace(stored, state=TouchState.RELEASED, reason=reason),
                    [touch.state.value],
                ),
            ),
        )
        return _returned(released, after, now, book=book)

    return retry_on_conflict(attempt)
