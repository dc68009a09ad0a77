"""Every act of a person on the portal, and every standing that an account can have before it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from dunlin.domain.accounts.account import TIMED_HOLDS, Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.money import Money
from dunlin.service import arrangements
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.staff import pauses
from tests.portal.harness import NOW, Answer, Browser, PortalHarness

FOR_STAFF = (Hold.DISPUTE, Hold.REVIEW)
ELSEWHERE = (Hold.PAYMENT_PENDING, Hold.ARRANGEMENT, Hold.INSURER)
# Holds under which a promise binds nothing, and staff read it instead.
UNPROMISED = (Hold.PAUSED, Hold.PAYMENT_PENDING, Hold.INSURER)
OFF_THE_LADDER = (Status.EXHAUSTED, Status.FAILED)


@dataclass(frozen=True)
class Standing:
    """A status with a hold. `balance_minor` is 48,250 where the status leaves something owed."""

    status: Status
    hold: Hold | None = None
    balance_minor: int = 48_250

    def __str__(self) -> str:
        name = f"{self.status}-{self.hold}" if self.hold else self.status.value
        return f"{name}-credit" if self.balance_minor < 0 else name

    @property
    def owes(self) -> bool:
        return self.status not in (Status.SETTLED, Status.CLOSED)

    @property
    def free(self) -> bool:
        """Nothing holds it that somebody must lift."""
        return self.hold is None or self.hold in TIMED_HOLDS

    @property
    def kind(self) -> str:
        """Its kind in the staff queue before anybody acts, "" where it waits for nobody."""
        if self.hold is Hold.DISPUTE:
            return "dispute"
        if self.status is Status.FAILED:
            return "failed"
        return "review" if self.hold is Hold.REVIEW else ""


PLAIN = (
    *(Standing(status) for status in (Status.IMPORTED, Status.ACTIVE)),
    Standing(Status.EXHAUSTED),
    Standing(Status.FAILED),
    Standing(Status.SETTLED, balance_minor=0),
    Standing(Status.SETTLED, Hold.REVIEW, balance_minor=-700),  # paid too much
    Standing(Status.CLOSED),
)
HELD = tuple(
    Standing(status, hold)
    for status in (Status.ACTIVE, Status.EXHAUSTED, Status.FAILED)
    for hold in (
        Hold.DISPUTE, Hold.REVIEW, Hold.ARRANGEMENT, Hold.PAUSED, Hold.PAYMENT_PENDING,
        Hold.PROMISE, Hold.INSURER,
    )
)  # fmt: skip
_WHY = {
    Hold.DISPUTE: "Disputes what is owed",
    Hold.REVIEW: "Counsel looks at it",
    Hold.PAYMENT_PENDING: "pi_1",
    Hold.PROMISE: "Promises to pay",
    Hold.INSURER: "Says that the insurer should pay",
}


def set_up(harness: PortalHarness, standing: Standing, **person: Any) -> Account:
    """A debt of that standing, with an arrangement in force or a pause where it is held so."""
    held = standing.hold if standing.hold in _WHY else None
    account = harness.debt(
        harness.person(**person),
        status=standing.status,
        balance=Money(standing.balance_minor, "USD"),
        industry="medical",
        hold=held,
        hold_reason=_WHY[held] if held else "",
        due_at=NOW + timedelta(days=3) if held in TIMED_HOLDS else None,
    )
    if standing.hold is Hold.ARRANGEMENT:
        arrangement = ask(harness, account, count=6)
        assert arrangement.in_force
    if standing.hold is Hold.PAUSED:
        order = StaffCommand(by="ana", why="case-1")
        assert pauses.pause(account.account_id, order, book=harness.book, now=NOW).outcome == "done"
    return harness.book.accounts[account.account_id]


def ask(harness: PortalHarness, account: Account, *, count: int) -> Arrangement:
    """The person asks for so many monthly payments, the first in a week."""
    today = NOW.date()
    terms = arrangements.propose(
        account,
        arrangements.in_force(account.creditor, harness.creditors, today),
        instalment=None,
        count=count,
        frequency="monthly",
        first_on=today + timedelta(days=7),
        today=today,
    )
    assert isinstance(terms, Terms)
    asked = arrangements.ask(
        account.account_id, terms, consent=None, book=harness.book,
        creditors=harness.creditors, waker=harness.waker, now=NOW,
    )  # fmt: skip
    assert isinstance(asked, Arrangement)
    return asked


@dataclass(frozen=True)
class Visitor:
    """A person who is signed in, with the link that they came by."""

    keep: Callable[[Touch], object]  # puts a message of ours among those they have
    browser: Browser
    account: Account
    token: str
    sibling: str  # the reference of another account of theirs
    hold: Hold | None = None  # what holds the account before they act
    language: str = "en"

    def fill(self, path: str, **form: str) -> Answer:
        return self.browser.fill(path, **form)

    def post(self, path: str, **form: str) -> Answer:
        nonce = self.browser.get("/account").field("nonce")
        return self.browser.post(path, {"nonce": nonce} | form)

    def touch(self) -> str:
        """A message of ours that they can speak of."""
        touch = Touch(
            touch_id="tch_" + "7" * 32,
            key="T#1#0#0",
            account_id=self.account.account_id,
            consumer_id=self.account.consumer_id,
            creditor=self.account.creditor,
            channel=Channel.EMAIL,
            template="reminder.gentle",
            template_version="1",
            state=TouchState.SENT,
            permitted_at=NOW - timedelta(days=2),
            expires_at=NOW - timedelta(days=2),
            sent_at=NOW - timedelta(days=2),
        )
        self.keep(touch)
        return touch.touch_id

    def plan(self, **form: str) -> Answer:
        """Terms of one's own, checked and then agreed."""
        own = {"offer": "own", "by": "count", "often": "monthly"} | form
        own |= {"day": "28", "month": "11", "year": "2026"}
        page = self.post("/plan", step="check", **own)
        if page.status != 200:
            return page
        return self.post("/plan", step="agree", schedule=page.field("schedule"), pays="self", **own)


Do = Callable[[Visitor], Answer]


@dataclass(frozen=True)
class Expected:
    """What an act leaves. `page`: the key of the heading's sentence, "" for a redirect. `kind` in
    the staff queue, None where that stays as it was. `hold`: None where it stays as it was."""

    page: str
    status: int = 200
    kind: str | None = None
    hold: Hold | None = None
    free: bool = False  # nothing holds it any more
    written: bool = True  # the account or the person, with an entry on its chain


@dataclass(frozen=True)
class Act:
    """One act: the route it posts to, how it is done, what it leaves by standing, whether the
    person's words or choice are kept as a reply, and the step of a plan that it is."""

    name: str
    route: str
    do: Do
    leaves: Callable[[Standing], Expected]
    kept: bool = True
    step: str = ""

    def __str__(self) -> str:
        return self.name


def _read(kind: str, page: str) -> Callable[[Standing], Expected]:
    """What a person at the creditor reads, whatever the account's standing."""

    def leaves(at: Standing) -> Expected:
        stays = at.owes and at.hold in (*FOR_STAFF, *ELSEWHERE)
        return Expected(page, kind=kind, hold=at.hold if stays else Hold.REVIEW)

    return leaves


def _dispute(at: Standing) -> Expected:
    if not at.owes:
        return Expected("ended_done", kind="dispute", hold=Hold.REVIEW)
    return Expected("dispute_done", kind="dispute", hold=Hold.DISPUTE)


def _part(at: Standing) -> Expected:
    if at.balance_minor <= 0:
        return Expected("dispute", 422, written=False)  # there is nothing to take a part of
    if not at.owes or at.hold in (Hold.DISPUTE, Hold.ARRANGEMENT):
        return _dispute(at)
    return Expected("dispute_part_done", kind="dispute")


def _rest(page: str, hold: Hold, *, ended: str) -> Callable[[Standing], Expected]:
    """No reminders until a day: where nothing stricter holds the account."""

    def leaves(at: Standing) -> Expected:
        if not at.owes and ended == "ended_done":
            return Expected(ended, kind="review", hold=Hold.REVIEW)
        if not at.owes:
            return Expected(ended, written=False)
        if at.hold is Hold.PROMISE and (hold is Hold.PROMISE or at.status in OFF_THE_LADDER):
            return Expected(page, hold=Hold.PROMISE)
        if not at.free:
            name = "rest_plan_done" if at.hold is Hold.ARRANGEMENT else "rest_held_done"
            if hold is Hold.PROMISE and at.hold in UNPROMISED:
                return Expected(name, kind="reply", hold=at.hold)
            return Expected(name, written=False)
        return Expected(page, hold=hold)

    return leaves


def _insurer(at: Standing) -> Expected:
    stays = at.owes and at.hold in (*FOR_STAFF, *ELSEWHERE)
    held = at.hold if stays else Hold.INSURER if at.owes else Hold.REVIEW
    return Expected("insurance_done", kind="reply", hold=held)


def _always(
    page: str, status: int = 200, *, written: bool = True
) -> Callable[[Standing], Expected]:
    return lambda at: Expected(page, status, written=written)


def _pay(at: Standing) -> Expected:
    if at.status is Status.CLOSED:
        return Expected("account.pay_closed", 409, written=False)
    if at.balance_minor <= 0:
        return Expected("account.pay_nothing_owed", 409, written=False)
    if at.hold is Hold.PAYMENT_PENDING:
        return Expected("account.pay_pending", 409, written=False)
    return Expected("", 303, written=False)


def _agreed(at: Standing) -> Expected:
    if at.status is Status.CLOSED:
        return Expected("trouble.plan_closed", 409, written=False)
    if not at.owes:
        return Expected("plan", 422, written=False)
    if at.hold is Hold.PAYMENT_PENDING:
        return Expected("trouble.plan_pending", 409, written=False)
    if at.hold in (Hold.DISPUTE, Hold.REVIEW, Hold.INSURER, Hold.PAUSED):
        return _requested(at)
    return Expected("plan_agreed", hold=Hold.ARRANGEMENT)


def _requested(at: Standing) -> Expected:
    if not at.owes or at.hold is Hold.PAYMENT_PENDING:
        return _agreed(at)
    return Expected("plan_done", kind="arrangement_request")


# By the hold that it is: what the first page offers to take back.
OWN_WORD = {Hold.PROMISE: "promise", Hold.DISPUTE: "dispute", Hold.INSURER: "insurer"}


def _take_back(visitor: Visitor) -> Answer:
    what = OWN_WORD.get(visitor.hold or Hold.PROMISE, "promise")
    return visitor.post("/take-back", what=what, version="1")


def _taken_back(at: Standing) -> Expected:
    """A promise ends at once; what staff look at stays until they have decided."""
    if at.hold not in OWN_WORD:
        return Expected("account.nothing_to_take_back", 409, written=False)
    if at.hold is Hold.PROMISE:
        return Expected("taken_back", free=True)
    return Expected("take_back_asked", kind="reply", hold=at.hold)


_NO_PLAN = Expected("trouble.plan_gone", 409, written=False)


def _of_plan(page: str) -> Callable[[Standing], Expected]:
    """A step with the arrangement in force, or with none at all."""

    def leaves(at: Standing) -> Expected:
        if at.hold is Hold.ARRANGEMENT:
            return Expected(page)
        return _NO_PLAN

    return leaves


ACTS: tuple[Act, ...] = (
    Act("dispute all", "/dispute", lambda v: v.fill("/dispute", reason="not_mine"), _dispute),
    Act(
        "dispute a part",
        "/dispute",
        lambda v: v.fill("/dispute", reason="amount_wrong", amount="100"),
        _part,
    ),
    Act(
        "question",
        "/question",
        lambda v: v.fill("/question", text="What is this for?"),
        _read("question", "message_done"),
    ),
    Act(
        "hardship",
        "/hardship",
        lambda v: v.fill("/hardship", text="I lost my work."),
        _read("hardship", "message_done"),
    ),
    Act(
        "a lawyer",
        "/represented",
        lambda v: v.fill("/represented", who="lawyer", text="Ada Law, 217 555 0133"),
        _read("reply", "message_done"),
    ),
    Act(
        "a helper",
        "/represented",
        lambda v: v.fill("/represented", who="other", text="My daughter, 217 555 0134"),
        _read("reply", "message_done"),
    ),
    Act(
        "paid elsewhere",
        "/paid",
        lambda v: v.fill("/paid", how="elsewhere", text="On 3 May at the desk."),
        _read("reply", "paid_done"),
    ),
    Act(
        "paid by cheque",
        "/paid",
        lambda v: v.fill("/paid", how="cheque", text="Number 1204."),
        _rest("paid_done", Hold.PROMISE, ended="ended_done"),
    ),
    Act(
        "the insurer should pay",
        "/insurance",
        lambda v: v.fill("/insurance", owes="yes", payer="Prairie Mutual"),
        _insurer,
    ),
    Act(
        "insurance details",
        "/insurance",
        lambda v: v.fill("/insurance", payer="Prairie Mutual", member="PM-1"),
        _read("reply", "insurance_done"),
    ),
    Act(
        "a new address",
        "/contact",
        lambda v: v.fill("/contact", email="ada.new@example.com"),
        _read("reply", "contact_done"),
    ),
    Act(
        "a wrong message",
        "/messages",
        lambda v: v.fill("/messages", touch=v.touch(), rating="wrong", text="Not my name."),
        _read("reply", "rate_done"),
    ),
    Act(
        "a helpful message",
        "/messages",
        lambda v: v.fill("/messages", touch=v.touch(), rating="helpful"),
        _always("rate_done", written=False),
    ),
    Act(
        "promise",
        "/promise",
        lambda v: v.fill("/promise", day="1", month="12", year="2026"),
        _rest("promise_done", Hold.PROMISE, ended="ended_done"),
    ),
    Act(
        "preferences",
        "/preferences",
        lambda v: v.fill("/preferences", language=v.language, hours="evening", day1="yes"),
        _always("preferences_done"),
        kept=False,
    ),
    Act(
        "one channel",
        "/channels",
        lambda v: v.fill("/channels", email="yes", first="email"),
        _always("channels_done"),
    ),
    Act(
        "no channel",
        "/channels",
        lambda v: v.fill("/channels"),
        _always("stop_all_done"),
        kept=False,
    ),
    Act(
        "quiet for a week",
        "/snooze",
        lambda v: v.fill("/snooze", long="week"),
        _rest("snooze_done", Hold.SNOOZED, ended="rest_ended_done"),
        kept=False,
    ),
    Act("stop all", "/stop", lambda v: v.post("/stop"), _always("stop_all_done"), kept=False),
    Act(
        "a file",
        "/documents",
        lambda v: v.browser.upload(
            "/documents",
            {"about": "paid"}
            | {n: v.browser.get("/documents").field(n) for n in ("nonce", "form_id")},
            b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
        ),
        _read("reply", "file_done"),
    ),
    Act(
        "delete my data",
        "/data",
        lambda v: v.fill("/data"),
        _read("reply", "message_done"),
    ),
    Act(
        "take it back",
        "/take-back",
        _take_back,
        _taken_back,
    ),
    Act("pay all", "/pay", lambda v: v.post("/pay"), _pay, kept=False),
    Act(
        "pay a part",
        "/pay",
        lambda v: v.post("/pay", choice="part", amount="50"),
        _pay,
        kept=False,
    ),
    Act("a plan", "/plan", lambda v: v.plan(count="4"), _agreed, kept=False, step="agree"),
    Act("a long plan", "/plan", lambda v: v.plan(count="20"), _requested, kept=False, step="check"),
    Act(
        "end the plan",
        "/plan",
        lambda v: v.post("/plan", step="cancel"),
        _of_plan("plan_cancelled"),
        kept=False,
        step="cancel",
    ),
    Act(
        "refuse an offer",
        "/plan",
        lambda v: v.post("/plan", step="refuse"),
        _of_plan("plan_cancelled"),
        kept=False,
        step="refuse",
    ),
    Act(
        "accept an offer",
        "/plan",
        lambda v: v.post("/plan", step="accept"),
        lambda at: _NO_PLAN,
        kept=False,
        step="accept",
    ),
    Act(
        "end automatic payment",
        "/plan",
        lambda v: v.post("/plan", step="stop_autopay"),
        lambda at: replace(_of_plan("autopay_stopped")(at), written=False),
        kept=False,
        step="stop_autopay",
    ),
    Act(
        "save a card",
        "/plan",
        lambda v: v.post("/plan", step="save_method"),
        lambda at: Expected("", 303) if at.hold is Hold.ARRANGEMENT else _NO_PLAN,
        kept=False,
        step="save_method",
    ),
    Act(
        "ask after the card",
        "/plan",
        lambda v: v.post("/plan", step="take_up"),
        lambda at: Expected(
            "arrangement" if at.hold is Hold.ARRANGEMENT else "plan", written=False
        ),
        kept=False,
        step="take_up",
    ),
    Act(
        "not me",
        "/m/{token}/not-me",
        lambda v: v.browser.post(f"/m/{v.token}/not-me"),
        _read("wrong_party", "not_me_done"),
        kept=False,
    ),
    Act(
        "unsubscribe",
        "/u/{token}",
        lambda v: v.browser.post(f"/u/{v.token}"),
        _always("stop_done"),
        kept=False,
    ),
    Act(
        "a code",
        "/m/{token}/code",
        lambda v: v.browser.post(f"/m/{v.token}/code"),
        _always("", 303, written=False),
        kept=False,
    ),
    Act(
        "a new link for an old one",
        "/m/{token}/new",
        lambda v: v.browser.post(f"/m/{v.token}/new"),
        _always("link_sent", written=False),
        kept=False,
    ),
    Act(
        "a new link by address",
        "/",
        lambda v: v.browser.post("/", {"contact": "ada@example.com"}),
        _always("link_sent", written=False),
        kept=False,
    ),
    Act(
        "come in",
        "/m/{token}",
        lambda v: v.browser.post(f"/m/{v.token}", {"month": "4", "day": "27", "year": "1985"}),
        _always("", 303, written=False),
        kept=False,
    ),
    Act(
        "another account",
        "/accounts",
        lambda v: v.post("/accounts", account=v.sibling),
        _always("", 303, written=False),
        kept=False,
    ),
    Act(
        "sign out",
        "/signout",
        lambda v: v.post("/signout"),
        _always("signed_out.left", written=False),
        kept=False,
    ),
)


def heading(answer: Answer) -> str:
    match = re.search(r"<h1[^>]*>(.*?)</h1>", answer.body, re.DOTALL)
    return match[1].strip() if match else ""
