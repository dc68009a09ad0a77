"""One account on one screen: standing, next action, thread, responses, ledger and audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timezone
from typing import Any

from markupsafe import Markup

from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.audit.audit import AuditEntry
from dunlin.ports.accounts import AccountHistory, Answer, Reply
from dunlin.service.staff.staff import StaffAccount
from dunlin.views.widgets.parts import (
    HOLDS,
    KINDS,
    TRIGGERS,
    Ask,
    box,
    button,
    call,
    instant,
    masked,
    money,
    text,
    words,
)

_HISTORY = 12
_THREAD = 40

_NOT_SENT = frozenset({TouchState.PERMITTED, TouchState.RELEASED})


def account_page(ask: Ask, found: StaffAccount) -> Markup:
    account_history = found.account_history
    account, consumer = account_history.account, account_history.consumer
    columns = Markup(
        '<div class="cols"><div><h3>Thread</h3>{}</div><div><h3>Responses</h3>{}'
        "<h3>Ledger</h3>{}{}</div></div>"
    ).format(
        _thread(account_history, ask.zone, reveal=ask.reveal),
        _responses(account_history),
        _ledger(account_history.ledger, account),
        _history(found.history, ask.zone),
    )
    standing = _standing(ask, account, consumer) + _next(account, ask.zone)
    return standing + _steered(account, ask.zone) + columns


def _steered(account: Account, zone: timezone) -> Markup:
    """What staff decided for this account, and what its person still waits to hear."""
    boxes = Markup("")
    if account.paused and account.hold is not Hold.PAUSED:
        boxes += box("stop", "Paused by staff besides: it stays so when the hold above is lifted.")
    case = account.case
    if case is not None and case.asked_at is not None:
        owner = f", with {case.owner}" if case.owner else ""
        kind = KINDS.get(case.kind, "Message")
        boxes += box(
            "stop", f"{kind} without an answer since {instant(case.asked_at, zone)}{owner}."
        )
    own = account.override
    if own is not None:
        wanted = [
            f"{name} {value}"
            for name, value in (
                ("tone", own.tone),
                ("channel", own.channel),
                ("at most months:", own.longest_months),
                (
                    "instalments from",
                    own.lowest_instalment_minor
                    and money(own.lowest_instalment_minor, account.balance.currency),
                ),
            )
            if value
        ]
        if wanted:
            boxes += box("", f"Overridden by {own.by}: {', '.join(wanted)}.")
    return boxes


def _responses(account_history: AccountHistory) -> Markup:
    """How the person responded, counted from the thread: an open is not counted as a response."""
    out = [t for t in account_history.touches if t.state not in _NOT_SENT]
    paid = sum(-e.amount.minor for e in account_history.ledger if e.kind == "payment")
    figures: tuple[tuple[str, int | str], ...] = (
        ("Messages sent", len(out)),
        ("Delivered", sum(t.state is TouchState.DELIVERED for t in out)),
        ("Link opened", sum(t.clicked_at is not None for t in out)),
        ("Replies", len(account_history.replies)),
        ("Paid so far", money(paid, account_history.account.balance.currency)),
    )
    rows = Markup("").join(
        Markup('<tr><td>{}</td><td class="n">{}</td></tr>').format(name, figure)
        for name, figure in figures
    )
    return Markup("<table><tbody>{}</tbody></table>").format(rows)


def _standing(ask: Ask, account: Account, consumer: Consumer) -> Markup:
    if ask.reveal:
        points = Markup("<br>").join([*consumer.emails, *consumer.phones]) or "no contact point"
        who = Markup('{} <span class="soft">{}</span>').format(consumer.name, points)
    else:
        reveal = call(
            ask.endpoint,
            {"account_id": account.account_id, "reveal": "yes", "popup": "yes"},
            display="popup",
        )
        who = Markup("{} {}").format(
            masked(consumer.name), button("Reveal name and messages", reveal, style="link")
        )
    chips = [account.status.value.title()]
    if account.hold is not None:
        chips.append(f"On hold: {HOLDS[account.hold]}")
    if account.escalated:
        chips.append("Escalated")
    facts = [
        account.creditor,
        account.account_id,
        f"due {account.due_on:%d %b %Y}" if account.due_on else "no due date",
        f"version {account.version}",
    ]
    return Markup(
        '<div class="top"><div><h2>{}</h2><p>{}</p><p>{}</p><p class="soft">{}</p></div>'
        '<span class="big">{}</span></div>'
    ).format(
        account.reference,
        who,
        Markup("").join(Markup('<span class="chip">{}</span>').format(c) for c in chips),
        " · ".join(facts),
        str(account.balance),
    )


def _next(account: Account, zone: timezone) -> Markup:
    """The next action with time, channel, template and reason, or why there is none."""
    if account.escalated:
        return box(
            "stop", f"Waits for a person: {TRIGGERS.get(account.escalated, account.escalated)}."
        )
    if account.hold is not None:
        why = account.hold_reason or "No reason was recorded."
        return box("stop", f"Nothing is sent. {HOLDS[account.hold]}: {why}")
    action = account.next_action
    if account.status is Status.ACTIVE and action is not None:
        what = {"email": "E-mail", "sms": "Text message"}.get(action.channel, "No message")
        return Markup(
            '<div class="box"><strong>Next: {}{}</strong> · {}<br>'
            '<span class="soft">{}</span></div>'
        ).format(
            what,
            f" “{action.template}”" if action.template else "",
            instant(action.at, zone),
            action.reason,
        )
    ended = {
        Status.IMPORTED: "Not activated yet: nothing is sent.",
        Status.ACTIVE: "The ladder is looking at this account now.",
        Status.SETTLED: "Settled: nothing is owed and nothing is sent.",
        Status.EXHAUSTED: "Every rung was used. Nothing more is sent.",
        Status.FAILED: "The ladder stopped on an error. A person must look.",
        Status.CLOSED: "Closed: the creditor took it back. Nothing is sent.",
    }
    return box("ok" if account.status is Status.SETTLED else "stop", ended[account.status])


def _thread(account_history: AccountHistory, zone: timezone, *, reveal: bool) -> Markup:
    """All that went out and came in, oldest first. What staff wrote stands in the message that
    carried it; until that is sent it stands by itself. What our messages said names the person,
    so it is shown with the name."""
    carried = {t.cause for t in account_history.touches if t.state not in _NOT_SENT}
    items = [(t.permitted_at, _touch_line(t, zone, reveal=reveal)) for t in account_history.touches]
    items += [(r.at, _reply_line(r, zone)) for r in account_history.replies]
    items += [
        (a.at, _answer_line(a, zone)) for a in account_history.answers if a.answer_id not in carried
    ]
    if not items:
        return text("Nothing was sent or received yet.")
    lines = [line for _, line in sorted(items, key=lambda i: i[0])]
    left = text(f"{len(lines) - _THREAD} older ones are not shown.") if lines[_THREAD:] else ""
    return Markup("{}<ol>{}</ol>").format(left, Markup("").join(lines[-_THREAD:]))


def _touch_line(touch: Touch, zone: timezone, *, reveal: bool) -> Markup:
    seen = [
        f"{word} {instant(at, zone)}"
        for word, at in (("opened", touch.opened_at), ("link opened", touch.clicked_at))
        if at is not None
    ]
    look = {"bounced": "bad", "failed": "bad", "unknown": "bad", "released": "void"}
    kind = "E-mail" if touch.channel.value == "email" else "Text"
    said = Markup("")
    if touch.content and reveal:
        said = Markup(
            "<details><summary>What it said</summary><blockquote>{}</blockquote></details>"
        ).format(touch.content)
    return Markup(
        '<li class="{}"><strong>{} “{}”</strong> <span class="chip">{}</span>'
        '<br><span class="soft">{}{}</span>{}{}</li>'
    ).format(
        look.get(touch.state.value, "out"),
        kind,
        touch.template,
        touch.state.value,
        instant(touch.sent_at or touch.permitted_at, zone),
        Markup("").join(Markup(" · {}").format(text) for text in seen),
        Markup("<br>{}").format(touch.reason) if touch.reason else "",
        said,
    )


def _answer_line(answer: Answer, zone: timezone) -> Markup:
    return Markup(
        '<li class="void"><strong>Answer by {}</strong> <span class="chip">not sent yet</span><br>'
        '<span class="soft">{}</span><blockquote>{}</blockquote></li>'
    ).format(answer.by, instant(answer.at, zone), answer.text)


def _reply_line(reply: Reply, zone: timezone) -> Markup:
    return Markup(
        '<li class="in"><strong>Reply by {}</strong> {}<br><span class="soft">{}</span>'
        "<blockquote>{}</blockquote></li>"
    ).format(
        {"sms": "text", "email": "e-mail"}.get(reply.channel, reply.channel),
        Markup("").join(Markup('<span class="chip">{}</span>').format(x) for x in reply.labels),
        instant(reply.at, zone),
        reply.text,
    )


def _ledger(entries: Sequence[LedgerEntry], account: Account) -> Markup:
    rows = Markup("").join(
        Markup(
            '<tr><td class="when">{:%d %b %Y}</td><td>{}{}</td><td class="n">{}</td></tr>'
        ).format(
            entry.on,
            entry.kind.title(),
            Markup('<br><span class="soft">{}</span>').format(entry.note) if entry.note else "",
            str(entry.amount),
        )
        for entry in entries
    )
    total = sum(entry.amount.minor for entry in entries)
    differs = Markup("")
    if entries and total != account.balance.minor:
        differs = box("stop", "The entries do not add up to the balance. Tell an operator.")
    return Markup(
        '<table><tbody>{}</tbody><tfoot><tr><td>Balance</td><td></td><td class="n">{}</td></tr>'
        "</tfoot></table>{}"
    ).format(rows, str(account.balance), differs)


def _history(entries: Sequence[AuditEntry], zone: timezone) -> Markup:
    """The newest entries of the audit log, with the rules that refused."""
    if not entries:
        return Markup("")
    newest = Markup("").join(
        Markup(
            '<tr><td class="when">{}</td><td>{}<br><span class="soft">{}</span></td></tr>'
        ).format(
            f"{entry.at.astimezone(zone):%d %b, %H:%M}",
            words(entry.what),
            " · ".join([*_reasons(entry.data), f"by {entry.actor}"]),
        )
        for entry in reversed(entries[-_HISTORY:])
    )
    return Markup("<h3>Audit log</h3><table><tbody>{}</tbody></table>").format(newest)


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
