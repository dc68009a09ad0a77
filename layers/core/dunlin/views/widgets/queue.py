"""The staff queue as a list with buttons: what waits, by when, whose it is, and what to decide."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.staff.queue import Item
from dunlin.service.staff.queue import Waiting
from dunlin.views.widgets.parts import (
    KINDS,
    TRIGGERS,
    Ask,
    age,
    button,
    call,
    masked,
    safe_arn,
    text,
    words,
)


def queue_row(ask: Ask, one: Waiting, now: datetime) -> Markup:
    account = one.item.account
    days = account.days_past_due(now.date())
    facts = [
        account.creditor,
        masked(one.consumer.name) if one.consumer else "•••",
        f"{days} days past due" if days is not None else "no due date",
        f"waiting for {age(one.item.since, now)}",
        f"with {one.item.owner}" if one.item.owner else "with nobody yet",
    ]
    title: Markup | str = Markup("<strong>{}</strong>").format(account.reference)
    look = safe_arn(ask.params.get("account") or ask.values.get("account", ""))
    if look:
        action = call(look, {"account_id": account.account_id, "popup": "yes"}, display="popup")
        title = button(account.reference, action, style="link")
    return Markup(
        '<div class="row"><div class="top"><div>{} <span class="chip">{}</span> {}</div>'
        '<strong class="n">{}</strong></div><p class="why">{}</p><p class="soft">{}</p>{}</div>'
    ).format(
        title,
        KINDS[one.item.kind],
        _due(one.item, now),
        str(account.balance),
        _waits_because(account, one.request),
        " · ".join(facts),
        _choices(ask, one),
    )


def _due(item: Item, now: datetime) -> Markup:
    """By when staff are to see to it, marked where that has passed."""
    if item.due is None:
        return Markup("")
    if item.late(now):
        return Markup('<strong class="bad">late by {}</strong>').format(age(item.due, now))
    return Markup('<span class="soft">due in {}</span>').format(age(now, item.due))


def _waits_because(account: Account, request: Arrangement | None) -> str:
    if request is not None:
        terms = request.terms
        how = f"{terms.frequency.value.replace('_', ' ')}, {terms.total} in all"
        first, last = terms.instalments[0], terms.instalments[-1]
        return (
            f"Asks to pay {len(terms.instalments)} times, {how}: {first.amount} on "
            f"{first.due_on:%d %b %Y}, the last {last.amount} on {last.due_on:%d %b %Y}."
        )
    if account.escalated:
        return f"{TRIGGERS.get(account.escalated, words(account.escalated))}."
    if account.hold_reason:
        return account.hold_reason
    return "A message waits for an answer." if account.asked else "No reason was recorded."


def _choices(ask: Ask, one: Waiting) -> Markup:
    account = one.item.account
    decide = safe_arn(ask.params.get("decide") or ask.values.get("decide", ""))
    if not decide:
        return text("This dashboard names no function for decisions.")
    name = f"{account.reference} ({account.balance})"
    choices: tuple[tuple[str, str, str], ...] = (
        ("approve", "Approve", f"Lift the hold on {name} and let its ladder continue?"),
        ("decline", "Keep on hold", f"Keep {name} on hold? Nothing is sent meanwhile."),
        ("close", "Close", f"Close {name} for good? Its ladder ends and no message follows."),
    )
    if one.request is not None:
        asked = f"the arrangement asked for on {name}"
        choices = (
            ("approve", "Agree", f"Agree to {asked}, beyond the limits, and tell the person?"),
            ("decline", "Decline", f"Decline {asked} and tell the person?"),
            choices[2],
        )
    buttons = Markup("").join(
        button(
            label,
            call(
                decide,
                {
                    "account_id": account.account_id,
                    "version": account.version,
                    "decision": decision,
                    "list": ask.endpoint,
                },
                confirmation=question,
            ),
            primary=decision == "approve",
        )
        for decision, label, question in choices
        if decision != "approve" or one.approvable
    )
    hint = Markup("") if one.approvable else text("Drop a contacts file to let it go on.")
    return Markup('{}<div class="acts">{}</div>').format(hint, buttons)
