"""The functions that a schedule calls: counts, ladders, audit roots, spending, opt-outs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.dynamo.rows.audit import AuditRow
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.counters import MemoryCounters, MemorySpendMeter
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.adapters.memory.mail_turns import MemoryMailTurns
from dunlin.adapters.memory.optout_lists import MemoryLists
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.adapters.memory.walks import MemoryWalks
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.contact.pace import SendingAllowance
from dunlin.domain.errors import Unavailable
from functions.archive_audit.handler import handler as archive_audit
from functions.guard_spend.handler import handler as guard_spend
from functions.reconcile_counts.handler import handler as reconcile_counts
from functions.reconcile_ladders.handler import handler as reconcile_ladders
from functions.sign_audit_roots.handler import handler as sign_audit_roots
from functions.sync_optouts.handler import handler as sync_optouts
from tests.functions.metrics import counted
from tests.functions.wire import wire
from tests.reports.test_message_counts import NOW as NIGHT
from tests.reports.test_message_counts import Told, touch
from tests.support import ground
from tests.support.builders import NOON
from tests.support.evidence import LocalSigner, MemoryArchive


class Silent:
    """A provider that does not answer, whatever it is asked."""

    def __getattr__(self, _name: str) -> Any:
        def ask(*_: object, **__: object) -> None:
            raise Unavailable("provider", "no answer")

        return ask


class Paused:
    """An account of SES whose sending is stopped, with a day's quota nearly used."""

    def allowance(self) -> SendingAllowance:
        return SendingAllowance(per_second=14, per_day=200, used=190, sending=False)


class TestReconcileCounts:
    @pytest.fixture
    def box(self, monkeypatch: pytest.MonkeyPatch) -> MemoryDropBox:
        book, _ = ground.memory_world()
        states = (TouchState.DELIVERED, TouchState.SENT)
        book.touches = {(t.account_id, t.key): t for t in map(touch, range(2), states)}
        box = MemoryDropBox()
        wire(
            monkeypatch,
            account_book=book,
            creditors=book.creditors,
            counters=MemoryCounters(),
            send_statistics=Told(3),
            drop_box=box,
            clock=FixedClock(NIGHT),
        )
        return box

    def test_what_does_not_agree_is_reported_and_counted(
        self, box: MemoryDropBox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        report = reconcile_counts({}, None)
        assert report == {
            "day": "2026-11-20",
            "counts": {"email": {"delivered": 1, "sent": 1}},
            "silent": ("tch_1",),
            "doubtful": (),
            "provider_emails": 3,
            "emails_differ": 1,
            "differences": 2,
            "counters_adrift": 1,
            "counted_anew": 1,
        }
        (key,) = box.files
        assert key == "reports/messages/2026-11-22.json"
        assert json.loads(box.files[key]) == json.loads(json.dumps(report))
        output = capsys.readouterr().out
        assert [m["MessageDifferences"] for m in counted("MessageDifferences", output)] == [[2.0]]
        assert [m["CountersAdrift"] for m in counted("CountersAdrift", output)] == [[1.0]]

    def test_a_provider_that_is_away_leaves_no_report(
        self, box: MemoryDropBox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wire(monkeypatch, send_statistics=Silent())
        with pytest.raises(Unavailable):
            reconcile_counts({}, None)
        assert box.files == {}


class TestReconcileLadders:
    def test_a_ladder_whose_machine_died_is_started_again(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        book, _ = ground.memory_world()
        waker = MemoryWaker()
        late = FixedClock(NOON + timedelta(hours=2))
        wire(
            monkeypatch,
            account_book=book,
            creditors=book.creditors,
            arranging_waker=waker,
            clock=late,
            real_clock=late,
            walks=MemoryWalks(),
        )
        monkeypatch.setattr(waker, "wake", lambda _account_id: False)
        assert reconcile_ladders({}, None) == {
            "restarted": 1,
            "arrangements_restarted": 0,
            "doubtful": 0,
            "unattended": 1,  # nobody looked for two hours
            "rests_over": 0,
            "lapsed": 0,
        }
        assert len(waker.started) == 1
        output = capsys.readouterr().out
        assert [m["LaddersRestarted"] for m in counted("LaddersRestarted", output)] == [[1.0]]
        assert reconcile_ladders({}, None)["restarted"] == 0

    def test_a_book_that_is_away_fails_the_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        book, walks = MemoryBook(), MemoryWalks()
        wire(
            monkeypatch,
            account_book=Silent(),
            creditors=book.creditors,
            arranging_waker=MemoryWaker(),
            clock=FixedClock(NOON),
            real_clock=FixedClock(NOON),
            walks=walks,
        )
        walks.end("ladders", "acme acc_5")
        with pytest.raises(Unavailable):
            reconcile_ladders({}, None)
        later = NOON + timedelta(minutes=1)
        assert walks.begin("ladders", until=later, now=NOON) == "acme acc_5"

    def test_a_run_waits_for_the_one_before_it_and_not_for_one_that_died(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        book, _ = ground.memory_world(due_at=NOON + timedelta(days=1))
        walks, waker = MemoryWalks(), MemoryWaker()
        assert walks.begin("ladders", until=NOON + timedelta(minutes=15), now=NOON) == ""
        restarted = []
        for minutes in (5, 10, 15):
            clock = FixedClock(NOON + timedelta(minutes=minutes))
            wire(
                monkeypatch,
                account_book=book,
                creditors=book.creditors,
                arranging_waker=waker,
                clock=clock,
                real_clock=clock,
                walks=walks,
            )
            restarted.append(reconcile_ladders({}, None).get("restarted"))
        assert restarted == [None, None, 1]


class TestAuditLog:
    def test_entries_are_copied_once_and_a_finished_day_is_signed(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        book, account = ground.memory_world()
        entry = book.chains[f"account#{account.account_id}"][0]
        archive = MemoryArchive(lambda: book.chains)
        wire(
            monkeypatch,
            audit_archive=archive,
            signer=LocalSigner(),
            real_clock=FixedClock(NOON),
        )
        late = NOON - timedelta(days=2)
        record = {
            "eventID": "r-1",
            "eventName": "INSERT",
            "dynamodb": {
                "ApproximateCreationDateTime": late.timestamp(),
                "NewImage": AuditRow.of(entry).serialize(),
            },
        }
        batch = {"Records": [record, record | {"eventName": "REMOVE"}]}
        assert archive_audit(batch, None) == {"batchItemFailures": []}
        assert list(archive.archived(late.date())) == []  # that day may be signed already
        assert list(archive.archived(NOON.date())) == [entry]
        output = capsys.readouterr().out
        assert [m["AuditEntriesTampered"] for m in counted("AuditEntriesTampered", output)] == [
            [1.0]
        ]
        wire(monkeypatch, real_clock=FixedClock(NOON + timedelta(days=1)))
        assert NOON.date().isoformat() in sign_audit_roots({}, None)["days"]
        assert archive.leaves(NOON.date())[0].subject == entry.subject
        assert sign_audit_roots({}, None) == {"days": []}

    def test_on_a_virtual_clock_entries_lie_under_their_own_day_and_its_driver_signs(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        book, account = ground.memory_world()
        entry = book.chains[f"account#{account.account_id}"][0]
        archive = MemoryArchive(lambda: book.chains)
        later = FixedClock(NOON + timedelta(days=4))
        wire(monkeypatch, audit_archive=archive, signer=LocalSigner(), real_clock=later)
        monkeypatch.setenv("DUNLIN_TIME_LAPSE", NOON.isoformat())
        image = {"NewImage": AuditRow.of(entry).serialize()}
        archive_audit(
            {"Records": [{"eventID": "r-1", "eventName": "INSERT", "dynamodb": image}]}, None
        )
        assert list(archive.archived(entry.at.date())) == [entry]
        assert sign_audit_roots({}, None) == {"days": []}
        assert archive.roots() == []

    def test_a_batch_that_cannot_be_copied_fails_whole(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wire(monkeypatch, audit_archive=Silent(), signer=LocalSigner())
        with pytest.raises(KeyError):
            archive_audit({"Records": [{"eventName": "INSERT"}]}, None)
        wire(monkeypatch, real_clock=FixedClock(NOON))
        with pytest.raises(Unavailable):
            sign_audit_roots({}, None)


class TestGuardSpend:
    @pytest.mark.parametrize(("spent", "stopped"), [(999_999, False), (1_000_000, True)])
    def test_the_platform_stops_at_the_cap(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        spent: int,
        stopped: bool,
    ) -> None:
        book, meter = MemoryBook(), MemorySpendMeter()
        meter.add("2026-11", spent)
        wire(
            monkeypatch,
            spend_cap_micro=1_000_000,
            spend_meter=meter,
            account_book=book,
            creditors=book.creditors,
            audit_archive=MemoryArchive(lambda: book.chains),
            clock=FixedClock(NOON.replace(month=11, day=23)),
            mail_turns=None,
        )
        spending = {"month": "2026-11", "micro": spent, "stopped": stopped}
        assert guard_spend({}, None) == spending
        assert ("platform" in book.pauses) is stopped
        (percent,) = counted("SpendPercent", capsys)
        assert percent["SpendPercent"] == [float(100 * spent // 1_000_000)]

    def test_the_turns_of_senders_follow_what_the_provider_allows(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        book, turns = MemoryBook(), MemoryMailTurns()
        clock = FixedClock(NOON)
        wire(
            monkeypatch,
            spend_cap_micro=0,
            spend_meter=MemorySpendMeter(),
            account_book=book,
            creditors=book.creditors,
            audit_archive=MemoryArchive(lambda: book.chains),
            clock=clock,
            real_clock=clock,
            mail_turns=turns,
            sending_account=Paused(),
        )
        guard_spend({}, None)
        assert turns.closed_until(NOON) == NOON + timedelta(minutes=30)
        lines = capsys.readouterr().out
        assert [m["MailQuotaPercent"] for m in counted("MailQuotaPercent", lines)] == [[95.0]]
        assert len(counted("SendingLimited", lines)) == 1

    def test_a_meter_that_is_away_fails_the_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        book = MemoryBook()
        wire(
            monkeypatch,
            spend_cap_micro=1_000_000,
            spend_meter=Silent(),
            account_book=book,
            creditors=book.creditors,
            audit_archive=MemoryArchive(lambda: book.chains),
            clock=FixedClock(NOON),
        )
        with pytest.raises(Unavailable):
            guard_spend({}, None)


class TestSyncOptouts:
    def test_what_the_provider_knows_is_closed_here(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        book, account = ground.memory_world()
        person = book.consumers[account.consumer_id]
        lists = MemoryLists()
        lists.suppressed[person.emails[0]] = True
        lists.numbers.append("+12175550199")
        wire(
            monkeypatch,
            optout_lists=lists,
            account_book=book,
            waker=MemoryWaker(),
            clock=FixedClock(NOON),
        )
        assert sync_optouts({}, None) == {"closed": 1, "listed": 0, "strangers": 1}
        assert not book.consumers[account.consumer_id].consent(Channel.EMAIL).open
        assert [m["OptOutsFromProviders"] for m in counted("OptOutsFromProviders", capsys)] == [
            [1.0]
        ]

    def test_a_provider_that_is_away_fails_the_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        book, _ = ground.memory_world()
        wire(
            monkeypatch,
            optout_lists=Silent(),
            account_book=book,
            waker=MemoryWaker(),
            clock=FixedClock(NOON),
        )
        with pytest.raises(Unavailable):
            sync_optouts({"days": "9"}, None)
