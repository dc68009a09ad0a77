"""A strategy document: every setting is read, every slip is told by line, field and reason."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import (
    Adapt,
    ArrangementLimits,
    Basis,
    Brand,
    Coordination,
    Escalation,
    Rung,
    RungOffer,
    Selection,
    StaffQueuePolicy,
    Strategy,
    StrategyError,
)
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.runtime import wiring
from tests.support.builders import account, strategy_document

TODAY = date(2026, 11, 22)
WHOLE = """\
brand: {name: Acme, address: 1 A Street, phone: "+12175550100", email_from: a@example.com, reply_to: a@example.com}
debt_role: first
ladders:
  standard:
    - {name: notice, basis: due_date, days: -5, channels: [email], template: reminder, tone: gentle}
    - {name: first, basis: due_date, days: 30, channels: [email, sms], template: reminder}
    - {name: lien, days: 14, channels: [email], template: final_notice, tone: firm, offer: final, approval: true}
  small:
    - {name: once, days: 0, channels: [sms], template: reminder}
assign:
  - {ladder: standard, when: {days_past_due: {from: 30, to: 59}, balance_minor: {from: 10001}}}
  - {ladder: small, when: {balance_minor: {to: 10000}, relationship: [former_tenant]}}
arrangement: {lowest_instalment_minor: 5000, longest_months: 6, frequencies: [monthly], from: 2027-01-01}
escalation: {balance_over_minor: 500000, silent_touches: 3, notify: [lead@example.com]}
coordination: {window_hours: 48, weekends: true, per_minute: {email: 60}}
adapt: {unread_emails: 2}
holdout_percent: 5
paused: true
queue: {hours: {dispute: 24}, owners: {dispute: lead@example.com}}
"""  # noqa: E501


def read(text: str) -> object:
    return wiring.strategy_reader().read(text.encode(), creditor="acme")[1]


def test_every_setting_arrives() -> None:
    _, strategy = wiring.strategy_reader().read(WHOLE.encode(), creditor="acme", version=4)
    notice, first, lien = strategy.ladder("standard")
    assert (notice.basis, notice.days, notice.pre_due) == (Basis.DUE_DATE, -5, True)
    assert (first.pre_due, first.channels) == (False, (Channel.EMAIL, Channel.SMS))
    assert (lien.basis, lien.offer, lien.approval) == (Basis.PREVIOUS, RungOffer.FINAL, True)
    assert strategy.ladder("small")[0].basis is Basis.ACTIVATION
    assert strategy.ladder("unknown") == ()
    assert (strategy.version, strategy.holdout_percent, strategy.paused) == (4, 5, True)
    assert strategy.arrangement.from_on == date(2027, 1, 1)
    assert (strategy.arrangement.longest_months, strategy.arrangement.frequencies) == (
        6,
        ("monthly",),
    )
    assert (strategy.escalation.silent_touches, strategy.escalation.notify) == (
        3,
        ("lead@example.com",),
    )
    assert strategy.coordination.per_minute == {Channel.EMAIL: 60}
    assert (strategy.coordination.window_hours, strategy.coordination.holidays) == (48, False)
    assert (strategy.adapt.unread_emails, strategy.adapt.answered) == (2, 2)
    assert (strategy.queue.hours, strategy.queue.owners) == (
        {"dispute": 24},
        {"dispute": "lead@example.com"},
    )


def _with_mail_domain(domain: str) -> str:
    return WHOLE.replace(
        "reply_to: a@example.com", f"reply_to: a@example.com, mail_domain: {domain}"
    )


def test_answers_have_a_domain_of_their_own() -> None:
    text = _with_mail_domain("Reply.Acme.example.com")
    _, strategy = wiring.strategy_reader().read(text.encode(), creditor="acme")
    assert strategy.brand.mail_domain == "reply.acme.example.com"


@pytest.mark.parametrize("domain", ["example.com", "reply", "a@example.com", "re ply.example.com"])
def test_a_mail_domain_is_a_domain_and_not_that_of_the_inbox(domain: str) -> None:
    with pytest.raises(StrategyError, match="mail_domain"):
        read(_with_mail_domain(domain))


@pytest.mark.parametrize(
    ("days", "minor", "relationship", "ladder"),
    [
        (29, 10_001, "", ""),
        (30, 10_001, "", "standard"),
        (59, 10_001, "", "standard"),
        (60, 10_001, "", ""),
        (30, 10_000, "", ""),
        (30, 10_000, "former_tenant", "small"),
        (400, 10_000, "former_tenant", "small"),
        (400, 10_000, "current_tenant", ""),
    ],
)
def test_a_rule_takes_what_lies_in_its_bounds_both_ends_included(
    days: int, minor: int, relationship: str, ladder: str
) -> None:
    _, strategy = wiring.strategy_reader().read(WHOLE.encode(), creditor="acme")
    debt: Account = account(
        due_on=date.fromordinal(TODAY.toordinal() - days),
        balance=Money(minor, "USD"),
        extras={"relationship": relationship} if relationship else {},
    )
    assigned = strategy.assign(debt, TODAY)
    assert assigned.ladder == ladder
    assert assigned.reason


def test_an_unknown_due_date_fits_no_age() -> None:
    _, strategy = wiring.strategy_reader().read(WHOLE.encode(), creditor="acme")
    assert strategy.assign(account(due_on=None), TODAY).ladder == ""


SLIPS = [
    ("days: -5", "days: -61", 5, "strategy.ladders.standard[0].days"),
    ("days: 14,", "days: soon,", 7, "strategy.ladders.standard[2].days"),
    ("days: 14,", "", 7, "strategy.ladders.standard[2].days"),
    ("name: lien", "name: first", 7, "strategy.ladders.standard[2].name"),
    ("name: once", "name: lien", 9, "strategy.ladders.small[0].template"),
    ("channels: [sms]", "channels: [fax]", 9, "strategy.ladders.small[0].channels[0]"),
    ("tone: firm", "tone: loud", 7, "strategy.ladders.standard[2].tone"),
    ("offer: final", "offer: free", 7, "strategy.ladders.standard[2].offer"),
    ("basis: due_date, days: -5", "basis: previous", 5, "strategy.ladders.standard[0].basis"),
    ("ladder: small, when", "ladder: smal, when", 12, "strategy.assign[1].ladder"),
    ("from: 30, to: 59", "from: 60, to: 59", 11, "strategy.assign[0].when.days_past_due.to"),
    ("from: 30, to: 59", "", 11, "strategy.assign[0].when.days_past_due"),
    ("former_tenant", "tenant", 12, "strategy.assign[1].when.relationship[0]"),
    ("monthly", "yearly", 13, "strategy.arrangement.frequencies[0]"),
    ("2027-01-01", "soon", 13, "strategy.arrangement.from"),
    ("lead@example.com]", "lead]", 14, "strategy.escalation.notify[0]"),
    ("weekends: true", "weekends: sometimes", 15, "strategy.coordination.weekends"),
    ("{email: 60}", "{fax: 60}", 15, "strategy.coordination.per_minute.fax"),
    ("holdout_percent: 5", "holdout_percent: 51", 17, "strategy.holdout_percent"),
    ("unread_emails: 2", "unread_mails: 2", 16, "strategy.adapt.unread_mails"),
    ("debt_role: first", "debt_role: other", 2, "strategy.debt_role"),
    ("paused: true", "ladder: []", 18, "strategy.ladder"),
    ("dispute: 24", "dispute: 0", 19, "strategy.queue.hours.dispute"),
    ("queue: {", "policy: {quiet: 9}\nqueue: {", 19, "strategy.policy.quiet"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "becomes", "line", "field"), SLIPS)
def test_a_slip_is_told_by_line_field_and_reason(
    was: str, becomes: str, line: int, field: str
) -> None:
    assert was in WHOLE
    with pytest.raises(StrategyError) as refused:
        read(WHOLE.replace(was, becomes, 1))
    assert (refused.value.line, refused.value.field) == (line, field)
    assert str(refused.value) == f"line {line}: {field}: {refused.value.reason}"
    assert refused.value.reason


def test_more_than_one_ladder_needs_a_rule() -> None:
    document = strategy_document()
    document["ladders"] = {"a": document["ladders"]["standard"], "b": [{**_RUNG, "name": "x"}]}
    with pytest.raises(StrategyError, match=r"strategy\.assign: is required"):
        read_strategy(document, creditor="acme", version=1)


_RUNG = {"name": "Reminder", "days": 0, "channels": ["email"], "template": "reminder"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: a stands there twice"),
        ("a: &x 1\nb: *x\n", "line 1, column 4: an anchor, an alias or a tag"),
        ("a: 1\nb: *x\n", "line 2, column 4: an anchor, an alias or a tag"),
        ("a: !!binary aGk=\n", "line 1, column 4: an anchor, an alias or a tag"),
        ("a: [1\n", "line 2"),
        ("a: !!python/object:os.system x\n", "a tag: write the value itself"),
        ("- " * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_document_is_told_where(text: str, problem: str) -> None:
    with pytest.raises(DomainError, match=problem):
        read(text)


def test_the_shipped_documents_are_read() -> None:
    shipped = [
        *Path("layers/core/dunlin/strategies").glob("*.yaml"),
        *Path("local/sample").glob("*.strategy.yaml"),
    ]
    assert len(shipped) >= 4
    for path in shipped:
        wiring.strategy_reader().read(path.read_bytes(), creditor="acme")


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return {str(k) for k in value}.union(*(_keys(v) for v in value.values()))
    return set().union(*(_keys(v) for v in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(
    "part",
    [Brand, Rung, Selection, ArrangementLimits, Escalation, Coordination, Adapt, StaffQueuePolicy],
)
def test_the_example_states_every_setting(part: type) -> None:
    text = Path("layers/core/dunlin/strategies/example.yaml").read_bytes()
    document, strategy = wiring.strategy_reader().read(text, creditor="acme")
    written = _keys(document) | {"from_on"}
    assert {f.name for f in fields(part)} <= written
    stored = {"creditor", "version", "assignments", "approved_by"}
    tops = {f.name for f in fields(Strategy)} - stored
    assert tops <= written
    assert strategy.arrangement.from_on == date(2027, 1, 1)


def test_the_currency_of_the_debts_is_a_setting() -> None:
    assert read(WHOLE + "currency: cad\n").currency == "CAD"  # type: ignore[attr-defined]
    assert read(WHOLE).currency == ""  # type: ignore[attr-defined]
    with pytest.raises(StrategyError, match="currency: must be a code such as USD"):
        read(WHOLE + "currency: shells\n")
