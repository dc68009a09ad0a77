"""The functions about money: a billing system's word, a debit, a refund, the daily look."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.domain import ids
from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.legality import StepRefused
from dunlin.domain.errors import DomainError, Unavailable
from dunlin.domain.payments.payments import DeclineReason
from dunlin.runtime import wiring
from dunlin.service.payments.reconciliation import Reconciler
from functions.change_balance.handler import handler as change_balance
from functions.charge_instalment.handler import handler as charge_instalment
from functions.reconcile_payments.handler import handler as reconcile_payments
from functions.refund_excess.handler import handler as refund_excess
from tests.arrangements.ground import FIRST
from tests.arrangements.life import Life
from tests.arrangements.saved_methods import CARD
from tests.arrangements.test_arrangement_life import at, with_card
from tests.functions.metrics import counted
from tests.payments.shop import ACCOUNT, NOW, Shop, event, payment, usd

INVOICE = ids.account_id("harbor", "INV-7")
CREDIT = {
    "creditor": "harbor",
    "reference": "INV-7",
    "change_id": "CM-1",
    "kind": "credit",
    "amount_minor": 2_500,
    "currency": "USD",
}


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    new_shop = Shop(back=0)
    new_shop.owe_too(INVOICE, 6_000)
    monkeypatch.setattr(wiring, "account_book", lambda: new_shop.book)
    monkeypatch.setattr(wiring, "sessions", lambda: new_shop.sessions)
    monkeypatch.setattr(wiring, "processor", lambda: new_shop.processor)
    monkeypatch.setattr(wiring, "waker", lambda: new_shop.waker)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOW))
    return new_shop


class TestChangeBalance:
    def test_a_credit_is_applied_once_however_often_it_is_said(
        self, shop: Shop, capsys: pytest.CaptureFixture[str]
    ) -> None:
        edit = {"account_id": INVOICE, "balance_minor": 3_500}
        assert change_balance(CREDIT, None) == {"outcome": "applied", **edit}
        assert change_balance(CREDIT, None) == {"outcome": "known", **edit}
        assert shop.book.accounts[INVOICE].balance == usd(3_500)
        outcomes = [m["outcome"] for m in counted("BalanceChanges", capsys)]
        assert outcomes == ["applied", "known"]

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"reference": "INV-8"}, "no such account"),
            ({"currency": "EUR"}, "the account is in USD"),
            (
                {"kind": "gift"},
                (
                    "the kind is one of credit, payment, returned, charge, fee, interest, balance,"
                    " closed, reopened, contact, withdrawn"
                ),
            ),
            ({"amount_minor": 25.0}, "'amount_minor' is not a whole number"),
            ({"amount_minor": "25"}, "'amount_minor' is not a whole number"),
            ({"amount_minor": True}, "'amount_minor' is not a whole number"),
            ({"currency": None}, "'currency' is not text"),
            ({"reference": 7}, "'reference' is not text"),
        ],
    )
    def test_a_word_that_breaks_a_rule_is_refused_and_counted(
        self, shop: Shop, capsys: pytest.CaptureFixture[str], change: dict[str, Any], reason: str
    ) -> None:
        assert change_balance(CREDIT | change, None) == {"outcome": "refused", "reason": reason}
        assert [m["outcome"] for m in counted("BalanceChanges", capsys)] == ["refused"]
        assert shop.book.accounts[INVOICE].balance == usd(6_000)

    @pytest.mark.parametrize("name", sorted(CREDIT))
    def test_a_field_that_lacks_is_named(self, shop: Shop, name: str) -> None:
        rest = {key: value for key, value in CREDIT.items() if key != name}
        refused = {"outcome": "refused", "reason": f"missing '{name}'"}
        assert change_balance(rest, None) == refused

    def test_a_step_that_makes_no_sense_where_an_account_stands_is_no_refusal(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def astray(account: Account, *_: object) -> None:
            lifecycle.reenter(account)

        monkeypatch.setattr("dunlin.domain.payments.posting.add", astray)
        with pytest.raises(StepRefused, match="reenter: not_exhausted"):
            change_balance(CREDIT, None)

    @pytest.mark.parametrize("bug", [TypeError, AttributeError, KeyError])
    def test_a_bug_of_ours_is_no_refusal(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch, bug: type[Exception]
    ) -> None:
        def breaks(_account_id: str) -> None:
            raise bug("a secret of the inside")

        monkeypatch.setattr(shop.book, "account", breaks)
        with pytest.raises(bug):
            change_balance(CREDIT, None)


class TestRefundExcess:
    def test_what_is_too_much_goes_back_once(
        self, shop: Shop, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shop.processor.payments["pi_1"] = payment(amount=usd(12_000))
        shop.tell(event(amount=usd(12_000)))
        asked = {"account_id": ACCOUNT, "by": "s.okafor", "why": "case-1"}
        assert refund_excess(asked, None) == {"refunded": "$20.00"}
        assert [r.amount for r in shop.processor.refunded.values()] == [usd(2_000)]
        assert len(counted("ExcessRefunds", capsys)) == 1
        assert refund_excess(asked, None) == {"refused": "nothing was paid too much"}
        assert counted("ExcessRefunds", capsys) == []

    def test_a_processor_that_is_away_is_no_refusal(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(**_asked: object) -> None:
            raise Unavailable("stripe", "no answer")

        shop.processor.payments["pi_1"] = payment(amount=usd(12_000))
        shop.tell(event(amount=usd(12_000)))
        monkeypatch.setattr(shop.processor, "refund", away)
        with pytest.raises(Unavailable):
            refund_excess({"account_id": ACCOUNT, "by": "s.okafor", "why": "case-1"}, None)


class TestReconcilePayments:
    @pytest.fixture
    def box(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> MemoryDropBox:
        box = MemoryDropBox()
        reconciler = Reconciler(
            processor=shop.processor,
            inbox=shop.inbox,
            book=shop.book,
            attempts=shop.sessions,
            waker=shop.waker,
            creditors=shop.book.creditors,
        )
        monkeypatch.setattr(wiring, "reconciler", lambda: reconciler)
        monkeypatch.setattr(wiring, "drop_box", lambda: box)
        monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOW.replace(day=22)))
        return box

    def test_a_webhook_that_never_came_is_posted_and_reported(
        self, shop: Shop, box: MemoryDropBox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shop.processor.payments["pi_1"] = payment()
        missed = replace(event(), account_id=ACCOUNT)
        shop.processor.told.append(missed)
        report = reconcile_payments({}, None)
        assert report == {
            "since": "2026-11-18T18:00:00+00:00",
            "until": "2026-11-22T18:00:00+00:00",
            "events": 1,
            "missed": [missed.event_id],
            "posted": [missed.event_id],
            "stuck": [],
            "differences": [],
            "ledger_minor": {"USD": 10_000},
            "processor_minor": {"USD": 10_000},
        }
        assert shop.account.balance == usd(0)
        (kept,) = box.files.values()
        assert list(box.files) == ["reports/payments/2026-11-22.json"]
        assert json.loads(kept) == report
        output = capsys.readouterr().out
        assert [m["WebhooksMissed"] for m in counted("WebhooksMissed", output)] == [[1.0]]
        assert [m["PaymentsStuck"] for m in counted("PaymentsStuck", output)] == []

    @pytest.mark.parametrize(("days", "first"), [("90", 23), (0, 21)])
    def test_a_look_goes_back_one_day_to_thirty(
        self, box: MemoryDropBox, days: Any, first: int
    ) -> None:
        assert f"-{first}T18:00:00+00:00" in reconcile_payments({"days": days}, None)["since"]

    def test_a_processor_that_is_away_leaves_no_report(
        self, shop: Shop, box: MemoryDropBox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(_start: object) -> None:
            raise Unavailable("stripe", "no answer")

        monkeypatch.setattr(shop.processor, "events_since", away)
        with pytest.raises(Unavailable):
            reconcile_payments({}, None)
        assert box.files == {}


class TestChargeInstalment:
    @pytest.fixture
    def life(self, monkeypatch: pytest.MonkeyPatch) -> Life:
        life = with_card()
        life.now = at(FIRST)
        monkeypatch.setattr(wiring, "account_book", lambda: life.book)
        monkeypatch.setattr(wiring, "gate", lambda: life.gate)
        monkeypatch.setattr(wiring, "processor", lambda: life.processor)
        monkeypatch.setattr(wiring, "waker", lambda: life.waker)
        monkeypatch.setattr(wiring, "clock", lambda: FixedClock(life.now))
        return life

    def asked(self, life: Life) -> dict[str, Any]:
        newest = life.newest
        return {
            "account_id": life.account_id,
            "arrangement_id": newest.arrangement_id,
            "run": newest.run,
        }

    def test_a_debit_that_is_due_is_made_and_the_machine_waits(
        self, life: Life, capsys: pytest.CaptureFixture[str]
    ) -> None:
        asked = self.asked(life)
        answer = charge_instalment(asked, None)
        assert answer == {
            "outcome": "wait",
            **asked,
            "version": life.newest.version,
            "wait_seconds": answer["wait_seconds"],
        }
        assert answer["wait_seconds"] > 0
        assert life.processor.taken == 10_000
        assert counted("ArrangementsEnded", capsys) == []

    def test_a_card_that_is_refused_is_no_failure_of_ours(self, life: Life) -> None:
        life.processor.declines[CARD.method_ref] = DeclineReason.INSUFFICIENT_FUNDS
        assert charge_instalment(self.asked(life), None)["outcome"] == "wait"
        assert life.processor.taken == 0

    def test_an_arrangement_that_was_cancelled_ends_its_machine_and_is_counted(
        self, life: Life, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from dunlin.service import arrangements

        asked = self.asked(life)
        arrangements.cancel(
            life.account_id, by="consumer", book=life.book, waker=life.waker, now=life.now
        )
        answer = charge_instalment(asked, None)
        assert answer == {
            "outcome": "cancelled",
            **asked,
            "version": life.newest.version,
            "wait_seconds": 1,
        }
        assert [m["outcome"] for m in counted("ArrangementsEnded", capsys)] == ["cancelled"]

    def test_an_arrangement_that_nobody_knows_is_refused(self, life: Life) -> None:
        with pytest.raises(DomainError):
            charge_instalment(self.asked(life) | {"arrangement_id": "arr_nothing"}, None)
