"""The way in: the neutral page behind a link, the identity check, the code, and the two ways
out that need no identity ("not me", stop)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from dunlin.domain.accounts.account import MEDICAL, Account
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.errors import Conflict, DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.portal.form import read_amount, read_date, read_digits
from dunlin.domain.portal.page import SESSION_LIFE, GoTo, Page
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.tokens import token_hash, well_formed
from dunlin.ports.accounts import Facts
from dunlin.ports.portal import Link, Session
from dunlin.service.portal import GONE, PortalPorts, waiting_draft
from dunlin.service.portal.pages import Done, ExpiredPage, IdentityPage, StopPage

TRIES = 5
CODES_A_DAY = 5
TRIES_AN_ADDRESS, CODES_AN_ADDRESS = 100, 50
_TELLING = re.compile(
    r"debt|collect|recover|credit|loan|lend|financ|health|medic|clinic|hospital|dent|doctor"
    r"|\bdr\b|care|pharma|rehab|therap|law|legal|attorney|rent|deuda|cobr|salud|médic",
    re.IGNORECASE,
)


class Proof(StrEnum):
    """What somebody is asked to prove who they are."""

    BIRTH = "birth"
    ZIP = "zip"
    CODE = "code"
    INVOICE = "invoice"  # of a company: the number of an invoice and its amount


def proofs_for(consumer: Consumer, strategy: Strategy) -> tuple[Proof, ...]:
    """What may be asked, the first by itself and the others where it was not known: of those that
    the creditor takes, the ones that we hold; a code to the contact point where we hold none. A
    company is asked what its books say."""
    if consumer.company:
        return (Proof.INVOICE, Proof.CODE)
    held = {
        Proof.BIRTH: consumer.date_of_birth is not None,
        Proof.ZIP: bool(consumer.zip and read_digits(consumer.zip, 5)),
        Proof.CODE: True,
    }
    taken = tuple(proof for proof in map(Proof, strategy.proofs) if held[proof])
    return taken or (Proof.CODE,)


def _proof(consumer: Consumer, strategy: Strategy, wished: str) -> Proof:
    """The proof that somebody chose, or the first."""
    possible = proofs_for(consumer, strategy)
    return next((proof for proof in possible if proof == wished), possible[0])


def arrive(
    portal: PortalPorts, token: str, *, now: datetime, by: str = "", sent: bool = False
) -> Page:
    """The neutral page behind a link. Nothing is proven, used up, paid, stopped or noted, however
    often it is fetched: mail scanners and link previews fetch it too. A link of theirs that is too
    old offers another."""
    opened = known(portal, token)
    if opened is None:
        return GONE
    link, facts = opened
    if not link.opens(now):
        return _expired(token, link, facts)
    return _identity_page(token, link, facts, by=by, sent=sent)


def known(portal: PortalPorts, token: str) -> tuple[Link, Facts] | None:
    """The link of a token and the facts of its account; None where there is none, or where it
    leads to somebody else's by now. Whether it opens still is for the caller."""
    link = _link(portal, token)
    if link is None:
        return None
    try:
        facts = portal.book.facts(link.account_id)
    except DomainError:
        return None
    # A record that was taken in leads to the one that holds the person now; a debt that went to
    # somebody else is not theirs to see.
    if facts.consumer.consumer_id != link.consumer_id:
        person = portal.book.consumer(link.consumer_id)
        if person is None or facts.consumer.consumer_id != person.consumer_id:
            return None
    return link, facts


def of_creditor(page: Page, facts: Facts) -> Page:
    """A page of words that shows whom to call, and nobody's name."""
    return replace(page, brand=facts.strategy.brand, their_language=facts.consumer.language)


def _expired(token: str, link: Link, facts: Facts) -> Page:
    page = Page(
        name="expired",
        status=410,
        content=ExpiredPage(token=token, channel=link.channel, sender=neutral_name(facts.strategy)),
    )
    return of_creditor(page, facts)


def _link(portal: PortalPorts, token: str) -> Link | None:
    return portal.sessions.link(token_hash(token)) if well_formed(token) else None


def _identity_page(
    token: str,
    link: Link,
    facts: Facts,
    *,
    by: str = "",
    error: str = "",
    sent: bool = False,
    status: int = 200,
) -> Page:
    proof = _proof(facts.consumer, facts.strategy, by)
    others = [p for p in proofs_for(facts.consumer, facts.strategy) if p is not proof]
    return Page(
        name="identity",
        status=status,
        brand=facts.strategy.brand,
        their_language=facts.consumer.language,
        errors=((proof.value, error),) if error else (),
        content=IdentityPage(
            token=token,
            proof=proof.value,
            # Nobody is led to another way who has not tried the first.
            others=tuple(p.value for p in others) if error == "no_match" or by else (),
            channel=link.channel,
            sender=neutral_name(facts.strategy),
            sent=sent,
        ),
    )


def identify(
    portal: PortalPorts,
    token: str,
    form: Mapping[str, str],
    *,
    now: datetime,
    wall: datetime,
    language: str,
    visitor: str = "",
) -> Page | GoTo:
    """Check what the person knows; what they typed before their last session ended awaits
    them. Wrong, locked and expired code read the same and take the same road; the count is
    taken before the answer is looked at, so parallel guesses cannot share a try.

    An answer that can be read, right or wrong, is what tells a person from a machine that follows
    links: from it on the link counts as followed."""
    opened = known(portal, token)
    if opened is None:
        return GONE
    link, facts = opened
    if not link.opens(now):
        return _expired(token, link, facts)
    consumer = facts.consumer
    proof = _proof(consumer, facts.strategy, form.get("by", ""))
    given = _given(proof, form, facts.account)
    if given is None:
        return _identity_page(
            token, link, facts, by=form.get("by", ""), error=f"{proof}_unreadable", status=422
        )
    tries = portal.sessions.count_attempt(consumer.consumer_id, wall)
    too_often = rate_limited(portal, "answer", visitor, TRIES_AN_ADDRESS, wall)
    expected = _expected(portal, proof, link, facts, wall)
    offered = token_hash(given) if proof is Proof.CODE else given
    matches = [hmac.compare_digest(_blind(offered), _blind(right)) for right in expected]
    with suppress(Conflict, Unavailable):  # a note that is lost must not cost the way in
        _signal_of_link(portal, link, SignalKind.CLICK, "click", now)
    if too_often or not (any(matches) and tries <= TRIES):
        if tries == TRIES:
            _locked_out(portal, link, now=now, wall=wall)
        return _identity_page(
            token, link, facts, by=form.get("by", ""), error="no_match", status=403
        )
    portal.sessions.clear_attempts(consumer.consumer_id)
    if proof is Proof.CODE:
        portal.sessions.put_code(link.token_hash, "", wall)
    cookie = portal.new_token()
    session = Session(
        session_hash=token_hash(cookie),
        account_id=link.account_id,
        consumer_id=consumer.consumer_id,
        creditor=link.creditor,
        csrf=portal.new_token(),
        language=language,
        expires_at=wall + SESSION_LIFE,
    )
    portal.sessions.put_session(session)
    visit = f"visit-{token_hash(cookie)[:16]}"
    with suppress(Conflict, Unavailable):  # the visit's note must not cost the way in
        _signal_of_link(portal, link, SignalKind.PORTAL_VISIT, visit, now)
    left = waiting_draft(portal.drafts, session, wall)
    return GoTo(place=left.place if left else "/account", session=cookie)


def _locked_out(portal: PortalPorts, link: Link, *, now: datetime, wall: datetime) -> None:
    """Staff hear of it once a day: perhaps what the file says of the person is wrong."""
    with suppress(Conflict, Unavailable):  # the count that locks is written already
        _signal_of_link(portal, link, SignalKind.LOCKED_OUT, f"locked-{wall:%y%m%d}", now)


def rate_limited(portal: PortalPorts, what: str, visitor: str, most: int, wall: datetime) -> bool:
    """True where one network address has asked too often in a day; many people may share one."""
    return bool(visitor) and portal.sessions.count_attempt(f"{what}-{visitor}", wall) > most


def _expected(
    portal: PortalPorts, proof: Proof, link: Link, facts: Facts, wall: datetime
) -> set[str]:
    """Every right answer."""
    consumer = facts.consumer
    right: str | None
    match proof:
        case Proof.BIRTH:
            right = consumer.date_of_birth.isoformat() if consumer.date_of_birth else None
        case Proof.ZIP:
            right = read_digits(consumer.zip or "", 5)
        case Proof.CODE:
            right = portal.sessions.code(link.token_hash, wall)
        case Proof.INVOICE:
            return _invoices(portal, facts)
    return {right} if right else set()


def _invoices(portal: PortalPorts, facts: Facts) -> set[str]:
    """The invoices of a company with this creditor, by each of their names: with what is open, and
    the one of the link also with what it was made out for."""
    account = facts.account
    ledger = portal.book.ledger(account.account_id)
    charges = [entry.amount.minor for entry in ledger if entry.kind == "charge"]
    theirs = portal.book.accounts_of_consumer(facts.consumer.consumer_id)
    open_now = [account, *(other for other in theirs if other.creditor == account.creditor)]
    sums = {(account.names, minor) for minor in (*charges[:1], sum(charges))}
    sums |= {(other.names, other.balance.minor) for other in open_now}
    return {f"{_key(name)} {minor}" for names, minor in sums if minor > 0 for name in names}


def send_code(
    portal: PortalPorts, token: str, *, now: datetime, wall: datetime, visitor: str = ""
) -> Page | GoTo:
    """Ask for a code to be sent to the contact point this link went to. More than five a
    day look the same and send nothing."""
    opened = known(portal, token)
    if opened is None:
        return GONE
    link, facts = opened
    if not link.opens(now):
        return _expired(token, link, facts)
    consumer = facts.consumer
    if Proof.CODE in proofs_for(consumer, facts.strategy):
        count = portal.sessions.count_attempt(f"code-{consumer.consumer_id}", wall)
        too_often = rate_limited(portal, "code", visitor, CODES_AN_ADDRESS, wall)
        if count <= CODES_A_DAY and not too_often:
            cause = f"{link.token_hash}.{wall:%y%m%d}{count}"
            portal.waker.notice(account=facts.account, kind="code", cause=cause)
    return GoTo(place=f"/m/{token}?sent=1")


def code_sent(portal: PortalPorts, token: str, *, now: datetime) -> Page:
    """The identity page after a code was asked for."""
    return arrive(portal, token, now=now, by=Proof.CODE, sent=True)


def not_me(portal: PortalPorts, token: str, *, now: datetime) -> Page:
    """The person says the message reached somebody else. No identity is asked: it only
    ever stops contact."""
    link = _link(portal, token)
    if link is None:
        return GONE
    _signal_of_link(portal, link, SignalKind.WRONG_PARTY, "wrong", now)
    return _with_number(portal, link, Page(name="not_me_done", content=Done()))


def stop_form(portal: PortalPorts, token: str) -> Page:
    """The page that asks before it unsubscribes; fetching it changes nothing."""
    link = _link(portal, token)
    if link is None:
        return GONE
    return _with_number(portal, link, Page(name="stop", content=StopPage(token=token)))


def stop(portal: PortalPorts, token: str, *, now: datetime) -> Page:
    """One click of a mail program (RFC 8058) or of the page. An old link still stops."""
    link = _link(portal, token)
    if link is None:
        return GONE
    _signal_of_link(portal, link, SignalKind.OPT_OUT, "stop", now)
    return _with_number(portal, link, Page(name="stop_done", content=Done()))


def _with_number(portal: PortalPorts, link: Link, page: Page) -> Page:
    """The page with the creditor's number, where that can be read: what was said holds anyway."""
    with suppress(DomainError, Unavailable):
        return of_creditor(page, portal.book.facts(link.account_id))
    return page


def _signal_of_link(
    portal: PortalPorts, link: Link, kind: SignalKind, word: str, now: datetime
) -> None:
    portal.raise_signal(
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


def sign_out(portal: PortalPorts, cookie: str) -> Page:
    """End the session; says the same whether there was one."""
    page = Page(name="signed_out", session="", content=Done(left=True))
    ended = portal.sessions.session(token_hash(cookie)) if well_formed(cookie) else None
    if ended is None:
        return page
    portal.sessions.drop_session(ended.session_hash)
    strategy = portal.creditors.strategy(ended.creditor)
    return replace(page, brand=strategy.brand) if strategy is not None else page


def neutral_name(strategy: Strategy) -> str:
    """The creditor's name where it tells a stranger nothing about a debt or about health
    (12 CFR 1006.6(d)(1)), else ""."""
    name = strategy.brand.name
    telling = strategy.industry in MEDICAL or strategy.debt_role == "third"
    return "" if telling or _TELLING.search(name) else name


def _given(proof: Proof, form: Mapping[str, str], account: Account) -> str | None:
    """What was typed, in the form it is compared in; None where it cannot be right."""
    match proof:
        case Proof.BIRTH:
            read = read_date(form.get("day", ""), form.get("month", ""), form.get("year", ""))
            return None if isinstance(read, str) else read.isoformat()
        case Proof.ZIP:
            return read_digits(form.get("zip", ""), 5)
        case Proof.CODE:
            return read_digits(form.get("code", ""), 6)
        case Proof.INVOICE:
            most = replace(account.balance, minor=10**12)
            amount = read_amount(form.get("amount", ""), most, replace(most, minor=1))
            number = _key(form.get("invoice", "")[:120])
            return f"{number} {amount.minor}" if number and isinstance(amount, Money) else None


def _key(name: str) -> str:
    """The name of an invoice however it is written: letters and digits alone."""
    return "".join(c for c in name.casefold() if c.isalnum())


def _blind(text: str) -> bytes:
    """Equal lengths, so that comparing tells nothing by its time."""
    return hashlib.sha256(text.encode()).digest()
