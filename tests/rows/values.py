"""One value of every kind that is stored, with every field set, and one with as few as can be.

The rows of the version before were written from these: a field that is added since has its
default in them. Change nothing here but names.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from dunlin.domain.accounts.account import (
    Account,
    Case,
    Hold,
    LedgerEntry,
    NextAction,
    Override,
    Restarts,
    Status,
)
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    ContactHistory,
    Flag,
    PastContact,
    Preferences,
)
from dunlin.domain.accounts.counters import CountedShare, CounterCell, Figure
from dunlin.domain.accounts.touch import Permit, Touch, TouchState
from dunlin.domain.arrangements.arrangement import (
    Arrangement,
    ArrangementState,
    Authorisation,
    Autopay,
    Instalment,
    Try,
    TryState,
)
from dunlin.domain.arrangements.terms import Bound, Frequency, Planned, Terms
from dunlin.domain.audit.audit import AuditEntry, append
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import Decline, DeclineReason, MethodKind
from dunlin.domain.reports.outcome import Deliveries, Moments, Outcomes, RolloutLook
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Baseline, Rollout, RolloutStage, Segment, Walk
from dunlin.domain.strategy.strategy_document import read_selection
from dunlin.ports.accounts import Answer, Reply
from dunlin.ports.portal import FormDraft, Link, PaymentAttempt, Session
from dunlin.ports.staff import StrayMail

CREDITOR = "acme-clinic"
AT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 15, 30, 0, 250_000, tzinfo=UTC)
DAY = timedelta(days=1)

ACCOUNT = Account(
    account_id="acc_full",
    creditor=CREDITOR,
    consumer_id="con_full",
    reference="INV-1",
    invoice="2026/17",
    status=Status.ACTIVE,
    hold=Hold.PROMISE,
    hold_reason="Promised to pay by 2026-12-01.",
    balance=Money(12_500, "USD"),
    issued_on=date(2026, 9, 1),
    due_on=date(2026, 10, 1),
    industry="medical",
    debt_kind="business",
    debt_role="third",
    language="es",
    extras={"property": "Main Street", "notes": "rings at noon"},
    strategy_version=3,
    ladder="standard",
    ladder_run=2,
    rung=1,
    occurrence=4,
    due_at=LATER,
    next_action=NextAction(at=LATER, channel="email", template="second_reminder", reason="Due."),
    escalated="balance_over",
    behind=("unplaced_payment",),
    approved_triggers=("first_contact", "balance_over"),
    activated_at=AT - 9 * DAY,
    touched_at=AT - DAY,
    paid_at=AT - DAY,
    sent=("Reminder", "Second"),
    cohort="acme-clinic.1",
    shadow=True,
    contested_minor=2_500,
    arrangement_id="arr_full",
    arranged=True,
    override=Override(
        tone="warm",
        channel="sms",
        longest_months=6,
        lowest_instalment_minor=2_000,
        paused=True,
        by="op_1",
        why="asked by telephone",
    ),
    case=Case(since=AT, kind="dispute", asked_at=AT - DAY, owner="op_2", lapsed=True),
    restarts=Restarts(due_at=AT, times=2),
    version=17,
    audit_head="a" * 64,
)
NEW_ACCOUNT = Account(
    account_id="acc_bare",
    creditor=CREDITOR,
    consumer_id="con_bare",
    reference="INV-2",
    balance=Money(100, "USD"),
    version=1,
    audit_head="b" * 64,
)
ACCOUNTS = (ACCOUNT, NEW_ACCOUNT)

LEDGER_ENTRY = LedgerEntry(
    entry_id="ent_1",
    account_id="acc_full",
    kind="charge",
    amount=Money(12_500, "USD"),
    on=date(2026, 9, 1),
    source="opening",
    note="as filed",
)

CONSUMER = Consumer(
    consumer_id="con_full",
    creditor=CREDITOR,
    name="Ada Example",
    given_name="Ada",
    company=True,
    emails=("ada@example.com", "ada.two@example.com"),
    phones=("+12175550142",),
    street="1 Example Street",
    city="Springfield",
    state="IL",
    zip="62701",
    country="CA",
    date_of_birth=date(1980, 5, 17),
    language="es",
    tz_known="America/Chicago",
    consents={
        Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1, evidence="import"),
        Channel.SMS: Consent(state=ConsentState.REVOKED, version=2, at=AT, evidence="reply"),
    },
    flags={"attorney": Flag(at=AT, by="op_1", detail={"name": "known"})},
    preferences=Preferences(channels=(Channel.SMS,), hours=(9, 17), days=(1, 3), payday=15),
    matched_by="email",
    version=5,
    audit_head="c" * 64,
)
NEW_CONSUMER = Consumer(
    consumer_id="con_bare", creditor=CREDITOR, name="Ben Example", version=1, audit_head="d" * 64
)
CONSUMERS = (CONSUMER, NEW_CONSUMER)

HISTORY = ContactHistory(
    consumer_id="con_full",
    contacts=(
        PastContact(
            at=AT - DAY,
            channel="email",
            direction="out",
            outcome="delivered",
            account_id="acc_full",
            template="reminder",
            touch_id="tch_1",
            read="visited",
            read_at=LATER,
            covers=("acc_other",),
        ),
        PastContact(
            at=AT,
            channel="sms",
            direction="in",
            outcome="received",
            account_id=None,
            template="",
            touch_id="",
        ),
    ),
    version=4,
)

TOUCH = Touch(
    touch_id="tch_1",
    key="T#2#1#3",
    account_id="acc_full",
    consumer_id="con_full",
    creditor=CREDITOR,
    channel=Channel.SMS,
    template="reminder",
    template_version="v7",
    state=TouchState.DELIVERED,
    permitted_at=AT,
    expires_at=AT + timedelta(seconds=300),
    run=2,
    rung=1,
    occurrence=3,
    message_id="msg_1",
    sent_at=LATER,
    body_sha256="e" * 64,
    content="Hello Ada",
    reason="quiet hours had passed",
    opened_at=LATER,
    clicked_at=LATER + DAY,
    rung_name="Second",
    covers=("acc_other",),
)
NOTICE = Touch(
    touch_id="tch_2",
    key="N#receipt#ent_1",
    account_id="acc_full",
    consumer_id="con_full",
    creditor=CREDITOR,
    channel=Channel.EMAIL,
    template="receipt",
    template_version="v7",
    state=TouchState.PERMITTED,
    permitted_at=AT,
    expires_at=AT + timedelta(seconds=300),
)
TOUCHES = (TOUCH, NOTICE)

REPLY = Reply(
    reply_id="rpl_1",
    account_id="acc_full",
    consumer_id="con_full",
    channel="sms",
    at=AT,
    text="call me",
    labels=("question",),
)
STRAY_REPLY = Reply(
    reply_id="rpl_2", account_id=None, consumer_id="con_full", channel="email", at=AT, text="?"
)
REPLIES = (REPLY, STRAY_REPLY)
ANSWER = Answer(
    answer_id="ans_1", account_id="acc_full", at=LATER, by="op_1", channel="sms", text="We will."
)

PERMIT = Permit(
    permit_id="tch_1",
    touch_id="tch_1",
    account_id="acc_full",
    consumer_id="con_full",
    consumer_version=5,
    creditor=CREDITOR,
    channel=Channel.SMS,
    address_hash="f" * 64,
    template_version="v7",
    rulebook="2026.11",
    expires_at=AT + timedelta(seconds=300),
)

AUDIT_ENTRY: AuditEntry = append(
    subject="account#acc_full",
    sequence=1,
    previous="",
    at=LATER,
    actor="dunlin",
    what="AccountImported",
    data={"balance_minor": 12_500, "rules": ["A-1"], "until": "2026-12-01"},
)

_TERMS = Terms(
    frequency=Frequency.MONTHLY,
    instalments=(
        Planned(number=0, due_on=date(2026, 12, 1), amount=Money(2_500, "USD")),
        Planned(number=1, due_on=date(2027, 1, 1), amount=Money(10_000, "USD")),
    ),
)
ARRANGEMENT = Arrangement(
    arrangement_id="arr_full",
    account_id="acc_full",
    number=2,
    state=ArrangementState.ACTIVE,
    terms=_TERMS,
    asked_at=AT - DAY,
    asked_by="person",
    beyond=(Bound.LONGEST_TERM,),
    strategy_version=3,
    instalments=(
        Instalment(
            number=0,
            due_on=date(2026, 12, 1),
            amount=Money(2_500, "USD"),
            paid_minor=500,
            told_minor=2_500,
            told_at=AT,
            not_before=date(2026, 12, 5),
            late_at=AT + 9 * DAY,
            missed_at=AT + 19 * DAY,
            tries=(
                Try(
                    attempt_id="try_1",
                    at=AT,
                    amount=Money(2_500, "USD"),
                    method_ref="pm_1",
                    kind=MethodKind.CARD,
                    state=TryState.FAILED,
                    payment_id="pay_1",
                    decline=Decline(reason=DeclineReason.LIMIT_REACHED, code="card_velocity"),
                    asked_at=LATER,
                ),
            ),
        ),
        Instalment(number=1, due_on=date(2027, 1, 1), amount=Money(10_000, "USD")),
    ),
    agreed_at=AT,
    ended_at=AT + 30 * DAY,
    counter_until=AT + 2 * DAY,
    why="Missed its first date.",
    manual=True,
    replaces="arr_old",
    autopay=Autopay(
        consent=Authorisation(text_sha256="0" * 64, version="3", language="en", at=AT),
        setup_id="setup_1",
        setup_ref="seti_1",
        customer_ref="cus_1",
        method_ref="pm_1",
        kind=MethodKind.CARD,
        label="Visa 4242",
        expires="2030-01",
        paused="expired_card",
        stopped_at=LATER,
    ),
    remind_days=5,
    frozen_since=AT + DAY,
    pending=("pay_2",),
    pending_at=LATER,
    next_at=LATER + DAY,
    run=3,
    version=6,
)
REQUEST = Arrangement(
    arrangement_id="arr_asked",
    account_id="acc_full",
    number=1,
    state=ArrangementState.REQUESTED,
    terms=_TERMS,
    asked_at=AT,
    asked_by="op_1",
    version=1,
)
ARRANGEMENTS = (ARRANGEMENT, REQUEST)

SEGMENT = Segment(
    name="large",
    when=read_selection({"balance_minor": {"from": 10_000}, "industry": ["medical"]}, name="large"),
)
ROLLOUT = Rollout(
    rollout_id=f"{CREDITOR}.1",
    creditor=CREDITOR,
    segment=SEGMENT,
    strategy_version=3,
    configuration="9" * 64,
    stage=RolloutStage.PILOT,
    size=40,
    started_at=LATER,
    baseline=Baseline(
        on=date(2026, 11, 23), accounts=400, owed={"USD": 12_345_600}, buckets={"1-30": 400}
    ),
    chosen=("acc_full", "acc_bare"),
    walk=Walk(
        after="acc_full", request="req_1", outcomes={"started": 1, "nothing owed": 3}, passes=1
    ),
    halted="complaints",
    halted_by="dunlin",
    halted_at=LATER,
    version=1,
)
LOOK = RolloutLook(
    rollout_id=f"{CREDITOR}.1",
    at=LATER,
    after='{"creditor": {"S": "acme"}}',
    number=4,
    outcomes=Outcomes(
        accounts=40,
        held_out=3,
        planned=40,
        actual=38,
        payers=7,
        deliveries={("reminder", "email"): Deliveries(sent=38, delivered=36, bounced=2)},
        replies=Counter({"question": 2}),
        refused=Counter({"PLAT-HOURS": 5}),
        paid=Counter({"USD": 12_000}),
        opted_out={"0123456789ab"},
        complained={"ba9876543210"},
        treated=Moments(number=40, mean=0.25, squares=1.5),
        left_alone=Moments(number=3, mean=0.125, squares=0.25),
    ),
)
ROLLOUT_REQUEST = RolloutRequest(
    request_id="req_1",
    creditor=CREDITOR,
    asked_at=AT,
    rollout_id=f"{CREDITOR}.1",
    answer={"started": 2, "passed_over": {"nothing owed": 3}},
    version=3,
)

LINK = Link(
    token_hash="1" * 64,
    account_id="acc_full",
    consumer_id="con_full",
    creditor=CREDITOR,
    touch_id="tch_1",
    channel="sms",
    address_hash="f" * 64,
    expires_at=AT + 30 * DAY,
    opens_until=AT + 10 * DAY,
)
SESSION = Session(
    session_hash="2" * 64,
    account_id="acc_full",
    consumer_id="con_full",
    creditor=CREDITOR,
    csrf="3" * 64,
    language="es",
    expires_at=LATER,
)
DRAFT = FormDraft(
    account_id="acc_full",
    consumer_id="con_full",
    place="/plan",
    form={"amount": "25.00"},
    expires_at=AT + DAY,
)
PAYMENT_ATTEMPTS = (
    PaymentAttempt(
        attempt_id="att_1",
        account_id="acc_full",
        amount=Money(12_500, "USD"),
        locale="es",
        at=LATER,
        checkout_id="cs_1",
        url="https://pay.example.com/cs_1",
        closed=True,
    ),
    PaymentAttempt(
        attempt_id="att_2", account_id="acc_bare", amount=Money(100, "USD"), locale="en", at=AT
    ),
)

SHARE = CountedShare(
    account_id="acc_full",
    version=17,
    cell=CounterCell(
        creditor=CREDITOR, status="active", hold="promise", currency="USD", due_on="2026-10-01"
    ),
    minor=12_500,
)
UNDATED_SHARE = CountedShare(
    account_id="acc_bare",
    version=1,
    cell=CounterCell(creditor=CREDITOR, status="imported", hold="", currency="USD", due_on=""),
    minor=100,
)
TALLY = {
    share.cell: Figure(1, share.minor) for share in (SHARE, UNDATED_SHARE) if share.cell is not None
}

OWN_WORDS = {"templates": {"reminder": {"email": {"en": {"heading": "A word about your bill"}}}}}
"""What the creditor's strategy says beside what every strategy must."""

STRAY_MAIL = StrayMail(mail_id="a" * 32, creditor=CREDITOR, at=AT, key="mail/0102")
