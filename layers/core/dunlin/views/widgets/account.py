"""One account on one screen: standing, next action, conversation, responses, ledger, audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from dunlin.domain.accounts.account import Account, Hold, NextAction, Status
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.replies.unspoken import QUIET
from dunlin.ports.accounts import AccountHistory, Answer, Reply
from dunlin.views.widgets.ask import Ask
from dunlin.views.widgets.page import page
from dunlin.views.widgets.words import HOLDS, KINDS, TRIGGERS, instant, money

if TYPE_CHECKING:
    from dunlin.service.staff.overview import StaffAccount

_HISTORY = 12
_SHOWN = 40

_NOT_SENT = frozenset({TouchState.PERMITTED, TouchState.RELEASED})
_ENDED = {
    Status.IMPORTED: "Not activated yet: nothing is sent.",
    Status.ACTIVE: "The ladder is looking at this account now.",
    Status.SETTLED: "Settled: nothing is owed and nothing is sent.",
    Status.EXHAUSTED: "Every rung was used. Nothing more is sent.",
    Status.FAILED: "The ladder stopped on an error. A person must look.",
    Status.CLOSED: "Closed: the creditor took it back. Nothing is sent.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationLine:
    """What went out or came in: one of the three, and when."""

    at: datetime
    touch: Touch | None = None
    reply: Reply | None = None
    answer: Answer | None = None


def account_page(ask: Ask, staff_account: StaffAccount | list[Account]) -> str:
    """The form, and the account that was asked for; where none or several are meant, those."""
    if isinstance(staff_account, list):
        return page(ask, "account", account=None, several=staff_account)
    account_history = staff_account.account_history
    account = account_history.account
    conversation = _conversation(account_history)
    return page(
        ask,
        "account",
        account=account,
        several=(),
        consumer=account_history.consumer,
        standing=_standing(account),
        facts=_facts(account),
        planned=_planned(account),
        nothing_planned=_nothing_planned(account),
        steered=_steered(account, ask.zone),
        conversation=conversation[-_SHOWN:],
        older=max(len(conversation) - _SHOWN, 0),
        responses=_responses(account_history),
        ledger=account_history.ledger,
        adds_up=_adds_up(account_history),
        log=[
            (entry, [*_reasons(entry.data), f"by {entry.actor}"])
            for entry in reversed(staff_account.history[-_HISTORY:])
        ],
    )


def _standing(account: Account) -> list[str]:
    standing = [account.status.value.title()]
    if account.hold is not None:
        standing.append(f"On hold: {HOLDS[account.hold]}")
    if account.escalated:
        standing.append("Escalated")
    return standing


def _facts(account: Account) -> list[str]:
    return [
        account.creditor,
        account.account_id,
        f"due {account.due_on:%d %b %Y}" if account.due_on else "no due date",
        f"version {account.version}",
    ]


def _planned(account: Account) -> NextAction | None:
    """What the ladder does next; None where it waits for a person or has ended."""
    waits = account.escalated or account.hold is not None or account.status is not Status.ACTIVE
    return None if waits else account.next_action


def _nothing_planned(account: Account) -> tuple[str, str]:
    """The look of the box, and why the ladder does nothing next."""
    if account.escalated:
        return "stop", f"Waits for a person: {TRIGGERS.get(account.escalated, account.escalated)}."
    if account.hold is not None:
        why = account.hold_reason or "No reason was recorded."
        return "stop", f"Nothing is sent. {HOLDS[account.hold]}: {why}"
    return "ok" if account.status is Status.SETTLED else "stop", _ENDED[account.status]


def _steered(account: Account, zone: timezone) -> list[tuple[str, str]]:
    """What staff decided for this account, and what its person still waits to hear: looks of
    boxes with what they say."""
    boxes = []
    if account.paused and account.hold is not Hold.PAUSED:
        sentence = "Paused by staff besides: it stays so when the hold above is lifted."
        boxes.append(("stop", sentence))
    case = account.case
    if case is not None and case.asked_at is not None:
        owner = f", with {case.owner}" if case.owner else ""
        kind = KINDS.get(case.kind, "Message")
        sentence = f"{kind} without an answer since {instant(case.asked_at, zone)}{owner}."
        boxes.append(("stop", sentence))
    own = account.override
    if own is not None:
        lowest = own.lowest_instalment_minor
        wanted = {
            "tone": own.tone,
            "channel": own.channel,
            "at most months:": own.longest_months,
            "instalments from": lowest and money(lowest, account.balance.currency),
        }
        sentence = ", ".join(f"{name} {value}" for name, value in wanted.items() if value)
        if sentence:
            boxes.append(("", f"Overridden by {own.by}: {sentence}."))
    return boxes


def _responses(account_history: AccountHistory) -> list[tuple[str, int | str]]:
    """How the person responded, counted from the conversation: an open is none."""
    out = [t for t in account_history.touches if t.state not in _NOT_SENT]
    paid = sum(-e.amount.minor for e in account_history.ledger if e.kind == "payment")
    return [
        ("Messages sent", len(out)),
        ("Delivered", sum(t.state is TouchState.DELIVERED for t in out)),
        ("Link opened", sum(t.clicked_at is not None for t in out)),
        ("Replies", sum(not QUIET.intersection(r.labels) for r in account_history.replies)),
        ("Paid so far", money(paid, account_history.account.balance.currency)),
    ]


def _conversation(account_history: AccountHistory) -> list[ConversationLine]:
    """All that went out and came in, oldest first. What staff wrote stands in the message that
    carried it; until that is sent it stands by itself."""
    carried = {t.cause for t in account_history.touches if t.state not in _NOT_SENT}
    lines = [
        ConversationLine(at=touch.permitted_at, touch=touch) for touch in account_history.touches
    ]
    lines += [ConversationLine(at=reply.at, reply=reply) for reply in account_history.replies]
    lines += [
        ConversationLine(at=answer.at, answer=answer)
        for answer in account_history.answers
        if answer.answer_id not in carried
    ]
    return sorted(lines, key=lambda line: line.at)


def _adds_up(account_history: AccountHistory) -> bool:
    """The entries make up the balance; true where there is none to add."""
    entries = account_history.ledger
    total = sum(entry.amount.minor for entry in entries)
    return not entries or total == account_history.account.balance.minor


def _reasons(data: Mapping[str, Any]) -> list[str]:
    """Why, in the words of the entry; else the rules that said no."""
    named = (data.get(key) for key in ("reason", "trigger", "hold", "why"))
    reason = next((text for text in named if text), "")
    if reason:
        return [str(reason)]
    rules = data.get("rules")
    if not isinstance(rules, Mapping):
        return []
    return [f"{rule}: {result}" for rule, result in rules.items() if result in ("block", "defer")]
