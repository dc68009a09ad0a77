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
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.portal import Session
from dunlin.service import arrangements
from dunlin.service.payments import payments
from dunlin.service.portal import GONE, PortalPorts
from dunlin.service.portal.inside import Inside, day, due_by
from dunlin.service.portal.pages import (
    ArrangementPage,
    Done,
    MethodWaitsPage,
    PlanAgreedPage,
    PlanCheckPage,
    PlanMethodPage,
    PlanPage,
)

MOST_PAYMENTS = 156  # three years of weeks: what a page can list and a person can read
OWN = "own"
_STEPS = (
    "check", "agree", "accept", "save_method", "take_up", "stop_autopay", "cancel", "refuse",
)  # fmt: skip
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
    inside = portal.inside(session, now=now)
    standing = inside.arrangement
    if standing is not None and standing.undecided and not inside.account.owes:
        standing = None  # a request outlives a debt that was paid or taken back: nobody answers it
    if standing is not None and not anew and not form:
        return _standing(inside, standing)
    return _choices(inside, _limits(portal, inside), form=form)


def _limits(portal: PortalPorts, inside: Inside) -> Strategy:
    """The strategy whose limits are in force today."""
    return arrangements.in_force(inside.account.creditor, portal.creditors, inside.now.date())


def _standing(inside: Inside, standing: Arrangement, *, saved: bool = False) -> Page:
    today = inside.now.date()
    rows = [(instalment, instalment.state(today).value) for instalment in standing.instalments]
    until = standing.counter_until
    return inside.page(
        "arrangement",
        ArrangementPage(
            arrangement=standing,
            rows=rows or [(instalment, "") for instalment in standing.terms.instalments],
            amount_due=due_by(standing, inside.now),
            balance=inside.account.balance,
            standing=inside.standing,
            counter_until=day(until, inside.consumer) if until is not None else None,
            saved=saved,
        ),
    )


def _choices(
    inside: Inside,
    limits: Strategy,
    *,
    form: Mapping[str, str] | None = None,
    errors: Sequence[tuple[str, str]] = (),
    trouble: str = "",
) -> Page:
    return inside.page(
        "plan",
        PlanPage(
            offers=_offers(inside, limits),
            standing=inside.standing,
            uncontested=inside.uncontested,
            form=dict(form or {}),
            trouble=trouble,
        ),
        status=422 if errors else 409 if trouble else 200,
        errors=tuple(errors),
    )


def _offers(inside: Inside, limits: Strategy) -> tuple[Terms, ...]:
    account, record = inside.account, inside.record
    if arrangements.arrangeable(account).minor <= 0:
        return ()
    return arrangements.offers(
        account,
        limits,
        today=inside.now.date(),
        profile=arrangements.profile_of(record.ledger, inside.consumer, record.arrangements),
    )


def act(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime, language: str
) -> Page | GoTo:
    """One step of a person with their arrangement, by the form's own word for it."""
    step = form.get("step")
    if step not in _STEPS:
        return replace(GONE, session=None)
    inside = portal.inside(session, now=now)
    match step:
        case "check":
            return _check(inside, _limits(portal, inside), form)
        case "agree":
            return _agree(portal, inside, form, language=language)
        case "accept":
            return _accept(portal, inside)
        case "save_method":
            return _method_page(portal, inside, form, language=language)
        case "take_up":
            return _take_up(portal, inside)
        case "stop_autopay":
            stopped = arrangements.stop_autopay(
                session.account_id,
                by=arrangements.CONSUMER,
                book=portal.book,
                waker=portal.waker,
                now=now,
            )
            return _ended(portal, inside, stopped, "autopay_stopped")
        case _:
            gone = arrangements.cancel(
                session.account_id,
                by=arrangements.CONSUMER,
                book=portal.book,
                waker=portal.waker,
                now=now,
            )
            return _ended(portal, inside, gone, "plan_cancelled")


def _ended(portal: PortalPorts, inside: Inside, ended: Arrangement | None, done: str) -> Page:
    """That something has ended, also at a second click, or that there never was anything to end."""
    if ended is None and not inside.record.arrangements:
        return _refused(portal, inside, arrangements.AskRefusal.GONE)
    return inside.page(done, Done())


def _terms(
    inside: Inside, limits: Strategy, form: Mapping[str, str]
) -> Terms | list[tuple[str, str]]:
    """The terms that a form names, or what is wrong with it."""
    account, today = inside.account, inside.now.date()
    offer = form.get("offer", "")
    if offer != OWN:
        offers = _offers(inside, limits)
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
    elif first_on < today:
        errors.append(("date", "date_past"))
    if errors or isinstance(first_on, str):
        return errors
    terms = arrangements.propose(
        account,
        limits,
        instalment=amount,
        count=count,
        frequency=form.get("often", ""),
        first_on=first_on,
        today=today,
    )
    if isinstance(terms, NoTerms):
        return [_WRONG.get(terms, ("offer", "offer_missing"))]
    if len(terms.instalments) > MOST_PAYMENTS:
        return [_WRONG[NoTerms.TOO_MANY]]
    return terms


def fingerprint(terms: Terms) -> str:
    """Equal for equal schedules alone."""
    lines = [f"{p.number} {p.due_on} {p.amount.minor}" for p in terms.instalments]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def _check(
    inside: Inside,
    limits: Strategy,
    form: Mapping[str, str],
    *,
    errors: Sequence[tuple[str, str]] = (),
    trouble: str = "",
) -> Page:
    """Every date and amount, before anything is agreed (Reg Z and WCAG 3.3.4: checked first)."""
    terms = _terms(inside, limits, form)
    if isinstance(terms, list):
        return _choices(inside, limits, form=form, errors=terms)
    over = arrangements.beyond(inside.account, limits, terms, today=inside.now.date())
    return inside.page(
        "plan_check",
        PlanCheckPage(
            terms=terms,
            fingerprint=fingerprint(terms),
            at_once=not over,
            autopay_words=_autopay_words(inside),
            chosen={name: form[name] for name in _FORM if name in form},
            form=dict(form),
            trouble=trouble,
        ),
        status=422 if errors else 409 if trouble else 200,
        errors=tuple(errors),
    )


def _agree(
    portal: PortalPorts, inside: Inside, form: Mapping[str, str], *, language: str
) -> Page | GoTo:
    limits = _limits(portal, inside)
    terms = _terms(inside, limits, form)
    if isinstance(terms, list):
        return _choices(inside, limits, form=form, errors=terms)
    if form.get("schedule") != fingerprint(terms):
        return _check(inside, limits, form, trouble="plan_changed")
    how = form.get("pays", "")
    if how not in ("autopay", "self"):
        return _check(inside, limits, form, errors=[("pays", "pays_missing")])
    consent = _consent(inside, form) if how == "autopay" else None
    agreed = arrangements.ask(
        inside.session.account_id,
        terms,
        consent=consent,
        book=portal.book,
        creditors=portal.creditors,
        waker=portal.waker,
        now=inside.now,
        account=inside.account,
        limits=limits,
    )
    if not isinstance(agreed, Arrangement):
        return _refused(portal, inside, agreed)
    if agreed.in_force and consent is not None and not agreed.autopays:
        return _method_page(portal, inside, form, language=language)
    return _agreed(inside, agreed)


def _refused(portal: PortalPorts, inside: Inside, refusal: arrangements.AskRefusal) -> Page:
    """The choices anew, from the account as it is by now, and why there was no agreement."""
    fresh = portal.inside(inside.session, now=inside.now)
    return _choices(fresh, _limits(portal, fresh), trouble=f"plan_{refusal}")


def _agreed(inside: Inside, arrangement: Arrangement) -> Page:
    name = "plan_agreed" if arrangement.in_force else "plan_done"
    return inside.page(name, PlanAgreedPage(terms=arrangement.terms))


def _autopay_words(inside: Inside) -> Mapping[str, str]:
    brand = inside.strategy.brand
    return autopay_consent(brand.name, brand.phone)


def _consent(inside: Inside, form: Mapping[str, str]) -> Authorisation:
    words = _autopay_words(inside)
    language = form.get("language", "")
    language = language if language in words else "en"
    return arrangements.consent_of(
        words[language], version=AUTOPAY_CONSENT, language=language, at=inside.now
    )


def _accept(portal: PortalPorts, inside: Inside) -> Page:
    agreed = arrangements.accept_counter(
        inside.session.account_id, book=portal.book, waker=portal.waker, now=inside.now
    )
    if not isinstance(agreed, Arrangement):
        return _refused(portal, inside, agreed)
    return _agreed(inside, agreed)


def method(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """What a person agrees to before they save a card or bank account, first or anew."""
    inside = portal.inside(session, now=now)
    standing = inside.arrangement
    if standing is None or not standing.in_force or standing.manual:
        return replace(GONE, session=None)
    return inside.page(
        "plan_method",
        PlanMethodPage(
            instalments=tuple(
                instalment for instalment in standing.instalments if instalment.left.minor
            ),
            autopay_words=_autopay_words(inside),
        ),
    )


def _method_page(
    portal: PortalPorts, inside: Inside, form: Mapping[str, str], *, language: str
) -> Page | GoTo:
    """The processor's own page for saving a method; the arrangement stands whatever comes of it."""
    try:
        opened = arrangements.autopay_page(
            inside.session.account_id,
            consent=_consent(inside, form),
            locale=language or inside.session.language,
            success_url=f"{portal.base_url}/plan/returned",
            cancel_url=f"{portal.base_url}/plan",
            book=portal.book,
            processor=portal.processor(),
            now=inside.now,
        )
    except (Unavailable, Conflict):
        return inside.page("method_away", Done(), status=503)
    if isinstance(opened, arrangements.AskRefusal):
        return _refused(portal, inside, opened)
    return GoTo(place=opened.url)


def returned(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """Back from saving a method. The processor tells us by its own road and the method is taken
    up there; this page says where that stands, and where we have not heard yet it has a button."""
    inside = portal.inside(session, now=now)
    standing = inside.arrangement
    if standing is None or not standing.in_force:
        return plan(portal, session, now=now)
    try:
        waits = arrangements.autopay_waiting(
            session.account_id, book=portal.book, processor=portal.processor()
        )
    except (Unavailable, Conflict):
        return inside.page("method_asked", Done(), status=503)
    if waits is not None:
        return inside.page("method_waits", MethodWaitsPage(label=waits.label))
    pay = standing.autopay
    saved = standing.autopays and pay is not None and pay.setup_id == pay.setup_ref
    return _standing(inside, standing, saved=saved)


def _take_up(portal: PortalPorts, inside: Inside) -> Page:
    """What the processor's own word would do, at the person's: twice is as once."""
    try:
        arrangement = arrangements.autopay_saved(
            inside.session.account_id,
            book=portal.book,
            waker=portal.waker,
            processor=portal.processor(),
            now=inside.now,
        )
    except (Unavailable, Conflict):
        return inside.page("method_asked", Done(), status=503)
    if arrangement is None or not arrangement.in_force:
        return plan(portal, inside.session, now=inside.now)
    return _standing(inside, arrangement, saved=arrangement.autopays)
