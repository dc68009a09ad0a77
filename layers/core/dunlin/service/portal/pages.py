"""What stands on each page of the portal: one dataclass a page, exactly what its template reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Channel, ConsentState
from dunlin.domain.accounts.ledger import DebtPart, Itemisation, itemise
from dunlin.domain.accounts.wishes import RULED_OUT, ZONES, consent_words, hours_word
from dunlin.domain.arrangements.arrangement import Arrangement, Instalment
from dunlin.domain.arrangements.terms import Planned, Terms
from dunlin.domain.money import Money
from dunlin.domain.portal.in_force import InForce
from dunlin.ports.accounts import Conversation
from dunlin.service.payments import payments
from dunlin.service.payments.payments import ReturnedPayment
from dunlin.service.portal.inside import (
    Inside,
    day,
    dispute_by,
    standing,
    uncontested,
    writing_days,
)

COVERAGE = ("payer", "insurance_status", "insurance_pending", "date_of_service", "claim")
_SHOWN = 8  # of our messages, and of the person's
_THANKED = timedelta(days=35)
_REACHED = ("sent", "delivered", "unknown")

Form = Mapping[str, str]
History = tuple[tuple[LedgerEntry, str], ...]  # an entry and its short number, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Words alone, with the case's number and the hours in which it is answered, if any; the day
    until which something holds; whether the person left by themselves, whether a form was kept."""

    case: str = ""
    within: int = 0
    until: date | None = None
    left: bool = False
    saved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPage:
    """The neutral page behind a link: nothing of an amount, a kind of creditor or a debt. `others`
    are further ways to prove who one is."""

    token: str
    proof: str
    others: tuple[str, ...]
    channel: str
    sender: str
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """The front page, where a link can be asked for by e-mail address or number."""

    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredPage:
    """A link that no longer opens, and the offer of another: neutral as the page behind one."""

    token: str
    channel: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPage:
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """Balance, what is in force, itemisation, history and every way on. `amount_due` is what an
    arrangement in force asks for today, None while all is disputed; `thanks` is a payment of the
    last weeks, `answered_on` the day of the newest answer of staff that nothing was written after;
    `owed_to` is the creditor before a collector, `trouble` what just went wrong; `version` tells
    one state of the account from another."""

    person: str
    reference: str
    version: int
    in_force: tuple[InForce, ...]
    answered_on: date | None
    thanks: LedgerEntry | None
    balance: Money
    uncontested: Money
    least: Money
    standing: str
    today: date
    history: History
    itemisation: Itemisation | None
    arrangement: Arrangement | None
    amount_due: Money | None
    insured: bool
    siblings: bool
    third_party: bool
    owed_to: str
    dispute_by: date | None
    form: Form = field(default_factory=dict)
    trouble: str = ""

    @classmethod
    def of(
        cls,
        inside: Inside,
        conversation: Conversation,
        *,
        siblings: bool,
        form: Form | None = None,
        trouble: str = "",
    ) -> AccountPage:
        account = inside.account
        return cls(
            person=inside.consumer.name,
            reference=account.reference,
            version=account.version,
            in_force=inside.in_force,
            answered_on=_answered_on(inside, conversation),
            thanks=_newly_paid(inside),
            balance=account.balance,
            uncontested=inside.uncontested,
            least=payments.least_payment(account.balance),
            standing=inside.standing,
            today=inside.today,
            history=inside.history,
            itemisation=itemise(inside.record.ledger, account.balance.currency),
            arrangement=inside.arrangement,
            amount_due=None if inside.standing == "disputed" else inside.amount_due,
            insured=inside.insured,
            siblings=siblings,
            third_party=inside.strategy.debt_role == "third",
            owed_to=account.extras.get("original_creditor", ""),
            dispute_by=dispute_by(inside.consumer, inside.now),
            form=form or {},
            trouble=trouble,
        )


def _newly_paid(inside: Inside) -> LedgerEntry | None:
    """The newest movement of money, where it is a payment of the last weeks: on this page, at the
    office, by post."""
    moved = (e for e, _ in inside.history if e.kind in ("payment", "refund", "chargeback"))
    newest = next(moved, None)
    if newest is None or newest.kind != "payment" or inside.today - newest.on > _THANKED:
        return None
    return newest


def _answered_on(inside: Inside, conversation: Conversation) -> date | None:
    """The day of the newest answer of staff; None where the person has written since."""
    newest = max((answer.at for answer in conversation.answers), default=None)
    if newest is None or any(reply.at > newest for reply in conversation.replies):
        return None
    return day(newest, inside.consumer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDebt:
    """One debt in the list of all. `state` is its standing, or `plan` while it is paid in parts;
    `asked` is what is asked for of it, by a plan over time; `own` is the one that is open now."""

    reference: str
    due_on: date | None
    balance: Money
    asked: Money
    state: str
    own: bool

    @classmethod
    def of(cls, account: Account, *, own: bool) -> ListedDebt:
        state = standing(account)
        asked = uncontested(account) if state == "owed" else replace(account.balance, minor=0)
        return cls(
            reference=account.reference,
            due_on=account.due_on,
            balance=account.balance,
            asked=asked,
            state="plan" if state == "owed" and account.arranged else state,
            own=own,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsPage:
    """All debts of a person with this creditor that were asked for, and the sum of what is asked in
    each currency. `partly` is true where something owed is left out of it: disputed, on its way."""

    debts: tuple[ListedDebt, ...]
    sums: tuple[Money, ...]
    partly: bool

    @classmethod
    def of(cls, accounts: Sequence[Account], own: str) -> AccountsPage:
        debts = tuple(ListedDebt.of(a, own=a.account_id == own) for a in accounts)
        sums: dict[str, Money] = {}
        for debt in debts:
            zero = replace(debt.asked, minor=0)
            sums[zero.currency] = sums.get(zero.currency, zero) + debt.asked
        partly = any(debt.asked < debt.balance for debt in debts if debt.state != "closed")
        return cls(debts=debts, sums=tuple(s for s in sums.values() if s.minor), partly=partly)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPage:
    """Back from the processor: where the payment stands."""

    payment: ReturnedPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """One line of the ledger to keep or print."""

    entry: LedgerEntry
    number: str
    person: str
    reference: str
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One line of a statement and what was owed after it."""

    entry: LedgerEntry
    then: Money
    paid: tuple[tuple[str, Money], ...] = ()  # what a payment or credit paid, by part


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """One page of the ledger's lines. `rule` is the order in which payments pay the parts."""

    person: str
    reference: str
    owed_to: str
    today: date
    itemisation: Itemisation | None
    lines: Sequence[StatementLine]
    pages: int
    page_number: int
    shares: tuple[DebtPart, ...]
    rule: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPage:
    """The person's own data as a document (see `records.own_data`)."""

    data: Mapping[str, Any]
    form_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """The offers, and a form for terms of one's own."""

    offers: tuple[Terms, ...]
    standing: str
    uncontested: Money
    form: Form
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCheckPage:
    """Every date and amount before anything is agreed. `chosen` is the form that led here,
    `fingerprint` what ties the agreement to this schedule."""

    terms: Terms
    fingerprint: str
    at_once: bool
    autopay_words: Mapping[str, str]
    chosen: Form
    form: Form
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAgreedPage:
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementPage:
    """The arrangement as it stands; `rows` are its instalments, each with where it stands."""

    arrangement: Arrangement
    rows: Sequence[tuple[Instalment | Planned, str]]
    amount_due: Money | None
    balance: Money
    standing: str
    counter_until: date | None
    saved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMethodPage:
    """What a person agrees to before they save a card or bank account."""

    instalments: tuple[Instalment, ...]
    autopay_words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodWaitsPage:
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainForm:
    """A form that shows nothing of the account. `form_id` makes a form sent twice one."""

    form: Form
    form_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageForm:
    form: Form
    form_id: str
    insured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceForm:
    """A form about what is owed: a dispute, a promise."""

    form: Form
    form_id: str
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceForm:
    """`coverage` is what we know of the insurer, by name."""

    form: Form
    form_id: str
    coverage: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsForm:
    form: Form
    form_id: str
    history: History
    insured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesForm:
    """`ticked` names the days and workplaces that are ticked; `days` and `zones` are those to
    choose among."""

    form: Form
    form_id: str
    days: tuple[int, ...]
    zones: tuple[str, ...]
    ruled_out: Sequence[str]
    email: str
    ticked: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsForm:
    form: Form
    form_id: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    consent_words: Mapping[str, Mapping[Channel, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageToThem:
    """One of our messages, to read and to rate."""

    touch_id: str
    channel: str
    on: date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainMessage:
    """What somebody wrote, to read and no more."""

    on: date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesForm:
    """The newest messages either way, newest first. `answers` are those of staff that no message
    carried, as where a person who had stopped our messages asked something."""

    form: Form
    form_id: str
    answers: tuple[PlainMessage, ...]
    to_them: tuple[MessageToThem, ...]
    from_them: tuple[PlainMessage, ...]
    nothing: bool


def plain(_inside: Inside, form: Form, form_id: str) -> PlainForm:
    return PlainForm(form=form, form_id=form_id)


def nothing(_inside: Inside, _form: Form, _form_id: str) -> None:
    """A page of words and one button."""


def about_balance(inside: Inside, form: Form, form_id: str) -> BalanceForm:
    return BalanceForm(form=form, form_id=form_id, balance=inside.account.balance)


def message(inside: Inside, form: Form, form_id: str) -> MessageForm:
    return MessageForm(form=form, form_id=form_id, insured=inside.insured)


def insurance(inside: Inside, form: Form, form_id: str) -> InsuranceForm:
    extras = inside.account.extras
    known = tuple((name, extras[name]) for name in COVERAGE if name in extras)
    answered = {
        field: extras[name]
        for field, name in (("payer", "payer"), ("service", "date_of_service"))
        if name in extras
    }
    return InsuranceForm(form=form or answered, form_id=form_id, coverage=known)


def documents(inside: Inside, form: Form, form_id: str) -> DocumentsForm:
    return DocumentsForm(form=form, form_id=form_id, history=inside.history, insured=inside.insured)


def preferences(inside: Inside, form: Form, form_id: str) -> PreferencesForm:
    person = inside.consumer
    wishes, days = person.preferences, writing_days(inside.strategy)
    lacking = {"work_email": not person.emails, "shared_phone": not person.phones}
    ruled_out = [name for name in RULED_OUT if not lacking.get(name)]
    ticked = {name for name, value in form.items() if value}
    if not form:
        ticked = {f"day{n}" for n in days if not wishes.days or n in wishes.days}
        ticked |= {name for name in ruled_out if name in person.flags}
    stored = {
        "language": person.language,
        "hours": hours_word(wishes),
        "payday": str(wishes.payday or ""),
        "zone": person.tz_known or "" if person.tz_by == "person" else "",
    }
    return PreferencesForm(
        form=form or stored,
        form_id=form_id,
        days=days,
        zones=ZONES,
        ruled_out=ruled_out,
        email=person.emails[0] if person.emails else "",
        ticked=frozenset(ticked),
    )


def channels(inside: Inside, form: Form, form_id: str) -> ChannelsForm:
    person = inside.consumer
    texts = person.consent(Channel.SMS).state is ConsentState.GRANTED
    first = person.preferences.channels
    stored = {
        "email": "yes" if person.consent(Channel.EMAIL).open else "",
        "sms": "yes" if texts else "",
        "first": first[0].value if first else Channel.EMAIL.value,
    }
    return ChannelsForm(
        form=form or stored,
        form_id=form_id,
        emails=person.emails,
        phones=person.phones,
        consent_words=consent_words(inside.strategy.brand.name),
    )


def messages(
    inside: Inside, form: Form, form_id: str, *, conversation: Conversation
) -> MessagesForm:
    person = inside.consumer
    sent = [t for t in conversation.touches if t.state.value in _REACHED][-_SHOWN:]
    return MessagesForm(
        form=form,
        form_id=form_id,
        to_them=tuple(
            MessageToThem(
                touch_id=touch.touch_id,
                channel=touch.channel.value,
                on=day(touch.sent_at or touch.permitted_at, person),
                text=touch.content,
            )
            for touch in reversed(sent)
        ),
        from_them=tuple(
            PlainMessage(on=day(reply.at, person), text=reply.text)
            for reply in conversation.replies[: -_SHOWN - 1 : -1]
            if reply.text
        ),
        answers=tuple(
            PlainMessage(on=day(answer.at, person), text=answer.text)
            for answer in conversation.answers[: -_SHOWN - 1 : -1]
            if not any(answer.text in touch.content for touch in sent)
        ),
        nothing=not (sent or conversation.replies or conversation.answers),
    )


# Every form by its name, but the messages, which are read besides.
FORMS: Mapping[str, Callable[[Inside, Form, str], object]] = {
    "dispute": about_balance,
    "promise": about_balance,
    "question": message,
    "hardship": message,
    "represented": message,
    "paid": plain,
    "contact": plain,
    "snooze": plain,
    "insurance": insurance,
    "documents": documents,
    "preferences": preferences,
    "channels": channels,
    "stop_all": nothing,
}
