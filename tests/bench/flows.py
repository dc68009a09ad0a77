"""What each flow asks of the tables: calls and units, counted while it runs against the cloud.

The use cases and the portal's own routes run in this process over the deployed tables; the
messages, the processor and the state machines are stand-ins, for they are not tables. The
strategy is kept, as it is in a function that is warm.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentEvent, PaymentState, PaymentStatus
from dunlin.domain.tokens import token_hash
from dunlin.ports.accounts import Change, Reply
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.imports.loading import load_rows
from dunlin.service.imports.profiling import profile_file
from dunlin.service.payments.posting import Posted, post_payment
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff import overview, queue
from local import cloud as clouds
from local import local_stack
from tests.bench.ladder import DIRECTORY, free_ports
from tests.bench.tables import say, table
from tests.imports.place import Office
from tests.imports.place import table as rows_of
from tests.portal.answers import RIGHT
from tests.portal.harness import NOW, STRATEGY, Answer, Browser, PortalHarness
from tests.support import builders, ground
from tests.support.evidence import MemoryArchive
from tests.support.table_calls import TableCall, table_calls

_HOW = (
    "Requests of DynamoDB by a warm function, and the units they consumed as the local cloud"
    " reckons them (`ReturnConsumedCapacity`), indexes included."
)
ROWS = 40
LIMITS = {
    "lowest_instalment_minor": 2_500,
    "longest_months": 12,
    "down_payment_percent": 0,
    "frequencies": ["weekly", "monthly"],
    "first_within_days": 30,
}
_IN_A_WEEK = NOW.date() + timedelta(days=7)
OWN_TERMS = {
    "step": "check", "offer": "own", "by": "amount", "often": "monthly", "amount": "120.00",
    "day": str(_IN_A_WEEK.day), "month": str(_IN_A_WEEK.month), "year": str(_IN_A_WEEK.year),
}  # fmt: skip


class _NoMachines:
    """Step Functions, of which nothing is asked here but that it says yes."""

    def __getattr__(self, _name: str) -> Any:
        return lambda **_asked: {"status": "RUNNING", "executions": []}


@dataclass(slots=True, kw_only=True)
class Flows:
    """The calls of every flow by its name, in the order of an account's life."""

    calls: dict[str, list[TableCall]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def walk(self) -> None:
        """Every flow once, after a first run that warms what is kept between requests."""
        with patch("dunlin.adapters.aws.ladder_waker._client", _NoMachines):
            self._import()
            for _ in ("cold", "warm"):
                self.calls = {name: calls for name, calls in self.calls.items() if "row" in name}
                self._message()
                self._portal()
                self._webhook()
                self._staff()

    @contextmanager
    def _count(self, flow: str) -> Iterator[None]:
        with table_calls() as calls:
            yield
        self.calls[flow] = calls

    def _import(self) -> None:
        """New accounts of new people: calls of one share of forty rows."""
        from dunlin.runtime import wiring

        office = Office()
        lines = [
            f"F-{n},P-{n},Bo Sample,bo{n}@example.com,(217) 555-0111,120.00,2026-09-01"
            for n in range(ROWS)
        ]
        job = office.put("flows.csv", rows_of(lines))
        means: dict[str, Any] = {"creditors": office.book.creditors, "drop_box": office.box}
        answer = profile_file(job, today=office.now.date(), intake=office.intake, **means)
        with self._count(f"import, {ROWS} rows"):
            for part in answer["ranges"]:
                load_rows(
                    job,
                    share=part["share"],
                    of=part["of"],
                    book=wiring.account_book(),
                    waker=wiring.waker(),
                    now=office.now,
                    **means,
                )

    def _active(self, **changes: Any) -> Account:
        """An account of a person of its own whose ladder runs."""
        from dunlin.runtime import wiring

        name = f"flow{next(self._numbers)}"
        person = builders.consumer(name)
        account = ground.active(name, strategy_version=1, **changes)
        builders.store(wiring.account_book(), wiring.creditors(), account, person=person)
        return account

    def _message(self) -> None:
        from dunlin.runtime import wiring

        book, account = wiring.account_book(), self._active()
        letters = ground.PlainLetters()
        with self._count("check_compliance, permitted"):
            check_ladder(
                account.account_id, 1, book=book, gate=wiring.gate(), templates=letters,
                now=builders.NOON,
            )  # fmt: skip
        (touch,) = book.conversation(account.account_id).touches
        outbox = ground.outbox(mailbox=MemoryMailbox(), links=wiring.sessions())
        outbox = replace(outbox, mail_domain="reply.example.com")
        numbered = next(self._numbers)
        outbox = replace(outbox, new_token=lambda: f"{numbered:022d}"[::-1])
        with self._count("send, a link, a reply address and a message"):
            sent = send(
                touch.account_id, touch.key, touch.touch_id, book=book, ports=outbox,
                now=builders.NOON,
            )  # fmt: skip
        assert sent.outcome == "sent", sent

    # -- the portal

    def _enter(self) -> tuple[Browser, Account]:
        """A person inside the portal over the deployed tables, with an account of their own."""
        from dunlin.runtime import wiring

        harness = PortalHarness(strategy=STRATEGY | {"arrangement": LIMITS})
        harness._numbers = self._numbers
        book, creditors, waker = (
            wiring.account_book(), wiring.creditors(), wiring.arranging_waker()
        )  # fmt: skip
        creditors.put_strategy("harbor", harness.strategy, NOW)
        person = harness.person()
        account = harness.debt(person, strategy_version=1)
        entry = entry_of(account, now=NOW, what="AccountImported", data={})
        ledger = tuple(harness.book.ledgers[account.account_id].values())
        book.apply(Change(consumer=replace(person, version=1)))
        book.apply(Change(account=next_version(account, entry), ledger=ledger, audit=[entry]))

        def raise_signal(signal: Signal, reply: Reply | None, now: datetime) -> None:
            apply_signal(signal, book=book, waker=waker, now=now, reply=reply)

        token = harness.link(account)
        wiring.sessions().put_link(harness.sessions.links[token_hash(token)])
        harness.portal = replace(
            harness.portal,
            book=book,
            creditors=creditors,
            sessions=wiring.sessions(),
            drafts=wiring.sessions(),
            attempts=wiring.sessions(),
            waker=waker,
            raise_signal=raise_signal,
        )
        browser = Browser(harness)
        assert browser.post(f"/m/{token}", RIGHT).status == 303
        return browser, account

    def _ask(self, flow: str, browser: Browser, path: str, **form: str) -> Answer:
        """A request of a person, counted: a GET, or a POST where there is a form."""
        nonce = browser.get("/account").field("nonce") if form else ""
        with self._count(flow):
            return browser.post(path, {"nonce": nonce} | form) if form else browser.get(path)
        raise AssertionError("no answer")

    def _portal(self) -> None:
        browser, _ = self._enter()
        assert "$482.50" in self._ask("portal GET /account", browser, "/account").text
        assert self._ask("portal GET /plan", browser, "/plan").status == 200
        page = self._ask("portal POST /plan, check", browser, "/plan", **OWN_TERMS)
        form = page.body[page.body.index('value="agree"') - 60 :]
        hidden = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form))
        agreed = self._ask(
            "portal POST /plan, agree", browser, "/plan", **(hidden | {"pays": "self"})
        )
        assert "Your plan is in place" in agreed.text
        browser, _ = self._enter()
        typed = {k: OWN_TERMS[k] for k in ("day", "month", "year")} | {"form_id": "f"}
        promised = self._ask("portal POST /promise", browser, "/promise", **typed)
        assert "November 28, 2026" in promised.text
        paying = self._ask("portal POST /pay", browser, "/pay", choice="all")
        assert paying.status == 303

    def _webhook(self) -> None:
        """The money of a whole debt, for an account alone and for one that pays in parts."""
        self._post("webhook that posts money", self._active())
        browser, account = self._enter()
        page = self._ask("", browser, "/plan", **OWN_TERMS)
        form = page.body[page.body.index('value="agree"') - 60 :]
        hidden = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form))
        self._ask("", browser, "/plan", **(hidden | {"pays": "self"}))
        self.calls.pop("")
        self._post("webhook that pays an instalment", account, minor=12_000)

    def _post(self, flow: str, account: Account, minor: int = 0) -> None:
        from dunlin.runtime import wiring

        payment_id = f"pi_flow{next(self._numbers)}"
        amount = Money(minor or account.balance.minor, "USD")
        event = PaymentEvent(
            event_id=f"evt_{payment_id}",
            fact=SignalKind.PAYMENT,
            fact_id=payment_id,
            payment_id=payment_id,
            amount=amount,
            at=NOW,
        )
        processor = PortalHarness().memory_processor
        processor.payments[payment_id] = PaymentStatus(
            id=payment_id,
            state=PaymentState.SUCCEEDED,
            amount=amount,
            received=amount,
            refunded=Money(0, "USD"),
            account_id=account.account_id,
            attempt_id="",
            creditor=account.creditor,
            method=MethodKind.CARD,
        )
        wiring.inbox().store(event.event_id, "{}", NOW)
        with self._count(flow):
            posted = post_payment(
                event.event_id,
                inbox=wiring.inbox(),
                read=lambda _body: event,
                processor=processor,
                book=wiring.account_book(),
                attempts=wiring.sessions(),
                waker=wiring.waker(),
                now=NOW,
            )
        assert posted is Posted.POSTED

    def _staff(self) -> None:
        from dunlin.runtime import wiring

        book = wiring.account_book()
        held = self._active(hold=Hold.REVIEW, hold_reason="a reply")
        with self._count("staff decision, release"):
            decided = queue.decide(
                account_id=held.account_id,
                decision="release",
                order=StaffCommand(by="ana", why="dashboard", version=1),
                book=book,
                waker=wiring.arranging_waker(),
                now=NOW,
            )
        assert decided.outcome == "done", decided
        with self._count("widget of one account"):
            account_shown = overview.look_up(
                held.account_id, creditor="", book=book, log=MemoryArchive(dict),
                creditors=wiring.creditors(), now=NOW,
            )  # fmt: skip
        assert isinstance(account_shown, overview.StaffAccount)
        assert account_shown.account_history.account.status is Status.ACTIVE


def report(built: Path) -> str:
    """Open a stack, run every flow, close the stack: the section of the bench."""
    port = free_ports()
    local_stack.close_stack(DIRECTORY)
    (DIRECTORY / "cloud").mkdir(parents=True, exist_ok=True)
    clouds.start(port, auth=False, schedules=False, directory=DIRECTORY / "cloud")
    flows = Flows()
    try:
        stack = local_stack.open_stack(
            port=port,
            directory=DIRECTORY,
            time_lapse=NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
            built=built / "template.yaml",
            say=say,
        )
        os.environ.update(stack.environment())
        flows.walk()
    finally:
        local_stack.close_stack(DIRECTORY)
    lines = [
        [flow, len(calls), f"{sum(c.reads for c in calls):g}", f"{sum(c.writes for c in calls):g}"]
        for flow, calls in flows.calls.items()
    ]
    return "\n\n".join(
        [
            "## Calls of the tables, flow by flow",
            _HOW,
            table(["flow", "calls", "read units", "write units"], lines),
        ]
    )
