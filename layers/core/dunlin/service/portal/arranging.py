"""Paying in parts: offers and one's own terms, every date and amount before anything is agreed,
automatic payment with consent, and what a person may change afterwards.

Terms are made anew from the form at every step and never taken from it; the form carries only a
fingerprint of the schedule that was on the page, so nobody agrees to another one unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dunlin.domain.arrangements.arrangement import Arrangement, Authorisation
from dunlin.domain.arrangements.autopay_words import AUTOPAY_CONSENT, autopay_consent
from dunlin.domain.arrangements.terms import NoTerms, Terms
from dunlin.domain.errors import Conflict, Unavailable
from dunlin.domain.portal.form import read_amount, read_date
from dunlin.domain.portal.page import GoTo, Page
from dunlin.ports.portal import Session
from dunlin.service import arrangements
from dunlin.service.payments import payments
from dunlin.service.portal import GONE, PortalPorts

MOST_PAYMENTS = 156  # three years of weeks: what a page can list and a person can read
OWN = "own"
_FORM = ("offer", "by", "amount", "count", "often", "day", "month", "year")
_WRONG = {
    NoTerms.AMOUNT: ("amount", "amount_each"),
    NoTerms.COUNT: ("count", "count_unreadable"),
    NoTerms.FREQUENCY: ("often", "often_missing"),
    NoTerms.DATE: ("date", "date_far"),
    NoTerms.TOO_FEW: ("amount", "terms_few"),
    NoTerms.TOO_MANY: ("amount", "terms_many"),
}


def plan(
    portal: PortalPorts,
    session: Session,
    *,
    now: datetime,
    anew: bool = False,
    form: Mapping[str, str] | None = None,
) -> Page:
    """The arrangement as it stands, or the offers: where there is none, or another is wanted,
    with what was typed into their form before."""
    standing = portal.book.arrangement(session.account_id)
    if standing is not None and standing.undecided:
        # A request outlives a debt that was paid or taken back meanwhile: nobody answers it.
        owes = portal.book.facts(session.account_id).account.owes
        standing = standing if owes else None
    if standing is not None and not anew and not form:
        return _standing(portal, session, standing, now=now)
    return _choices(portal, session, now=now, form=form)


def _standing(
    portal: PortalPorts,
    session: Session,
    standing: Arrangement,
    *,
    now: datetime,
    saved: bool = False,
) -> Page:
    today = now.date()
    rows = [(one, one.state(today).value) for one in standing.instalments]
    return portal.shown(
        "arrangement",
        session,
        now=now,
        arrangement=standing,
        rows=rows or [(one, "") for one in standing.terms.instalments],
        saved=saved,
    )


def _choices(
    portal: PortalPorts,
    session: Session,
    *,
    now: datetime,
    form: Mapping[str, str] | None = None,
    errors: Sequence[tuple[str, str]] = (),
    trouble: str = "",
) -> Page:
    return portal.shown(
        "plan",
        session,
        now=now,
        status=422 if errors else 409 if trouble else 200,
        offers=_offers(portal, session, now),
        errors=tuple(errors),
        form=dict(form or {}),
        trouble=trouble,
    )


def _offers(portal: PortalPorts, session: Session, now: datetime) -> tuple[Terms, ...]:
    account_history, _ = portal.inside(session)
    account, today = account_history.account, now.date()
    if arrangements.arrangeable(account).minor <= 0:
        return ()
    return arrangements.offers(
        account,
        arrangements.in_force(account.creditor, portal.creditors, today),
        today=today,
        profile=arrangements.profile_of(
            account_history, portal.book.arrangements(account.account_id)
        ),
    )


def act(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime, language: str
) -> Page | GoTo:
    """One step of a person with their arrangement, by the form's own word for it."""
    match form.get("step"):
        case "check":
            return _check(portal, session, form, now=now)
        case "agree":
            return _agree(portal, session, form, now=now, language=language)
        case "accept":
            return _accept(portal, session, now=now)
        case "save_method":
            return _method_page(portal, session, form, now=now, language=language)
        case "take_up":
            return _take_up(portal, session, now=now)
        case "stop_autopay":
            stopped = arrangements.stop_autopay(
                session.account_id,
                by=arrangements.CONSUMER,
                book=portal.book,
                waker=portal.waker,
                now=now,
            )
            return _ended(portal, session, stopped, "autopay_stopped", now)
        case "cancel" | "refuse":
            gone = arrangements.cancel(
                session.account_id,
                by=arrangements.CONSUMER,
                book=portal.book,
                waker=portal.waker,
                now=now,
            )
            return _ended(portal, session, gone, "plan_cancelled", now)
        case _:
            return replace(GONE, session=None)


def _ended(
    portal: PortalPorts, session: Session, ended: Arrangement | None, done: str, now: datetime
) -> Page:
    """That something has ended, also at a second click, or that there never was anything to end."""
    if ended is None and not portal.book.arrangements(session.account_id):
        return _choices(portal, session, now=now, trouble=f"plan_{arrangements.AskRefusal.GONE}")
    return portal.shown(done, session, now=now)


def _terms(
    portal: PortalPorts, session: Session, form: Mapping[str, str], now: datetime
) -> Terms | list[tuple[str, str]]:
    """The terms that a form names, or what is wrong with it."""
    account = portal.book.facts(session.account_id).account
    offer = form.get("offer", "")
    if offer != OWN:
        offers = _offers(portal, session, now)
        number = int(offer) if offer.isascii() and offer.isdigit() else -1
        if not 0 <= number < len(offers) or len(offer) > 1:
            return [("offer", "offer_missing")]
        return offers[number]
    owed, amount, count = arrangements.arrangeable(account), None, None
    errors = []
    if form.get("by") == "count":
        typed = form.get("count", "").strip()
        count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 4 else 0
    else:
        read = read_amount(form.get("amount", ""), owed, payments.least_payment(owed))
        if isinstance(read, str):
            errors.append(("amount", "amount_each" if read == "amount_large" else read))
        else:
            amount = read
    first_on = read_date(form.get("day", ""), form.get("month", ""), form.get("year", ""))
    if isinstance(first_on, str):
        errors.append(("date", first_on))
    elif first_on < now.date():
        errors.append(("date", "date_past"))
    if errors or isinstance(first_on, str):
        return errors
    made = arrangements.propose(
        account,
        arrangements.in_force(account.creditor, portal.creditors, now.date()),
        instalment=amount,
        count=count,
        frequency=form.get("often", ""),
        first_on=first_on,
        today=now.date(),
    )
    if isinstance(made, NoTerms):
        return [_WRONG.get(made, ("offer", "offer_missing"))]
    if len(made.instalments) > MOST_PAYMENTS:
        return [_WRONG[NoTerms.TOO_MANY]]
    return made


def fingerprint(terms: Terms) -> str:
    """Equal for equal schedules alone."""
    lines = [f"{p.number} {p.due_on} {p.amount.minor}" for p in terms.instalments]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def _check(
    portal: PortalPorts,
    session: Session,
    form: Mapping[str, str],
    *,
    now: datetime,
    errors: Sequence[tuple[str, str]] = (),
    trouble: str = "",
) -> Page:
    """Every date and amount, before anything is agreed (Reg Z and WCAG 3.3.4: checked first)."""
    terms = _terms(portal, session, form, now)
    if isinstance(terms, list):
        return _choices(portal, session, now=now, form=form, errors=terms)
    account_history, strategy = portal.inside(session)
    limits = arrangements.in_force(account_history.account.creditor, portal.creditors, now.date())
    return portal.shown(
        "plan_check",
        session,
        now=now,
        status=422 if errors else 409 if trouble else 200,
        terms=terms,
        fingerprint=fingerprint(terms),
        at_once=not arrangements.beyond(account_history.account, limits, terms, today=now.date()),
        autopay_words=autopay_consent(strategy.brand.name, strategy.brand.phone),
        kept={name: form[name] for name in _FORM if name in form},
        errors=tuple(errors),
        form=dict(form),
        trouble=trouble,
    )


def _agree(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime, language: str
) -> Page | GoTo:
    terms = _terms(portal, session, form, now)
    if isinstance(terms, list):
        return _choices(portal, session, now=now, form=form, errors=terms)
    if form.get("schedule") != fingerprint(terms):
        return _check(portal, session, form, now=now, trouble="plan_changed")
    how = form.get("pays", "")
    if how not in ("autopay", "self"):
        return _check(portal, session, form, now=now, errors=[("pays", "pays_missing")])
    consent = _consent(portal, session, form, now) if how == "autopay" else None
    made = arrangements.ask(
        session.account_id,
        terms,
        consent=consent,
        book=portal.book,
        creditors=portal.creditors,
        waker=portal.waker,
        now=now,
    )
    if not isinstance(made, Arrangement):
        return _choices(portal, session, now=now, trouble=f"plan_{made}")
    if made.in_force and consent is not None and not made.autopays:
        return _method_page(portal, session, form, now=now, language=language)
    return _agreed(portal, session, made, now)


def _agreed(portal: PortalPorts, session: Session, made: Arrangement, now: datetime) -> Page:
    name = "plan_agreed" if made.in_force else "plan_done"
    return portal.shown(name, session, now=now, arrangement=made)


def _consent(
    portal: PortalPorts, session: Session, form: Mapping[str, str], now: datetime
) -> Authorisation:
    _, strategy = portal.inside(session)
    words = autopay_consent(strategy.brand.name, strategy.brand.phone)
    language = form.get("language", "")
    language = language if language in words else "en"
    return arrangements.consent_of(
        words[language], version=AUTOPAY_CONSENT, language=language, at=now
    )


def _accept(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    made = arrangements.accept_counter(
        session.account_id, book=portal.book, waker=portal.waker, now=now
    )
    if not isinstance(made, Arrangement):
        return _choices(portal, session, now=now, trouble=f"plan_{made}")
    return _agreed(portal, session, made, now)


def method(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """What a person agrees to before they save a card or bank account, first or anew."""
    standing = portal.book.arrangement(session.account_id)
    if standing is None or not standing.in_force or standing.manual:
        return replace(GONE, session=None)
    _, strategy = portal.inside(session)
    return portal.shown(
        "plan_method",
        session,
        now=now,
        arrangement=standing,
        autopay_words=autopay_consent(strategy.brand.name, strategy.brand.phone),
    )


def _method_page(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime, language: str
) -> Page | GoTo:
    """The processor's own page for saving a method; the arrangement stands whatever comes of it."""
    try:
        opened = arrangements.autopay_page(
            session.account_id,
            consent=_consent(portal, session, form, now),
            locale=language or session.language,
            success_url=f"{portal.base_url}/plan/returned",
            cancel_url=f"{portal.base_url}/plan",
            book=portal.book,
            processor=portal.processor(),
            now=now,
        )
    except (Unavailable, Conflict):
        return portal.shown("method_away", session, now=now, status=503)
    if isinstance(opened, arrangements.AskRefusal):
        return _choices(portal, session, now=now, trouble=f"plan_{opened}")
    return GoTo(place=opened.url)


def returned(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """Back from saving a method. The processor tells us by its own road and the method is taken
    up there; this page says where that stands, and where we have not heard yet it has a button."""
    standing = portal.book.arrangement(session.account_id)
    if standing is None or not standing.in_force:
        return plan(portal, session, now=now)
    try:
        waits = arrangements.autopay_waiting(
            session.account_id, book=portal.book, processor=portal.processor()
        )
    except (Unavailable, Conflict):
        return portal.shown("method_asked", session, now=now, status=503)
    if waits is not None:
        return portal.shown("method_waits", session, now=now, label=waits.label)
    pay = standing.autopay
    saved = standing.autopays and pay is not None and pay.setup_id == pay.setup_ref
    return _standing(portal, session, standing, now=now, saved=saved)


def _take_up(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """What the processor's own word would do, at the person's: twice is as once."""
    try:
        made = arrangements.autopay_saved(
            session.account_id,
            book=portal.book,
            waker=portal.waker,
            processor=portal.processor(),
            now=now,
        )
    except (Unavailable, Conflict):
        return portal.shown("method_asked", session, now=now, status=503)
    if made is None or not made.in_force:
        return plan(portal, session, now=now)
    return _standing(portal, session, made, now=now, saved=made.autopays)
