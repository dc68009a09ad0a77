"""`dunlin queue`, `dunlin account` and `dunlin pause` as staff use them: words and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.mail import MemoryStrayMails
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli import who
from dunlin.cli.main import app
from dunlin.domain.accounts.account import Hold, Override
from dunlin.domain.accounts.lifecycle import put_before_staff
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.ports.accounts import Reply
from dunlin.ports.staff import StrayMail
from dunlin.runtime import wiring
from dunlin.service.signals.signals import apply_signal
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.staff.builders import ChainLog
from tests.support import ground
from tests.support.builders import CREDITOR, NOON
from tests.support.deployment import LAPTOP

HERE = ["INV-ada", "--creditor", CREDITOR]
BY = ["--by", "ana", "--why", "case-7"]
RUN = CliRunner()


@pytest.fixture
def waker() -> MemoryWaker:
    return MemoryWaker()


@pytest.fixture
def strays() -> MemoryStrayMails:
    return MemoryStrayMails()


@pytest.fixture
def book(
    monkeypatch: pytest.MonkeyPatch, waker: MemoryWaker, strays: MemoryStrayMails
) -> MemoryBook:
    memory, _ = ground.memory_world()
    monkeypatch.setattr(wiring, "account_book", lambda: memory)
    monkeypatch.setattr(wiring, "creditors", lambda: memory.creditors)
    monkeypatch.setattr(wiring, "audit_archive", lambda: ChainLog(memory))
    monkeypatch.setattr(wiring, "waker", lambda: waker)
    monkeypatch.setattr(wiring, "stray_mails", lambda: strays)
    monkeypatch.setattr(wiring, "arranging_waker", lambda: waker)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    monkeypatch.setattr(wiring, "gate", ground.gate)
    monkeypatch.setattr(wiring, "templates", JinjaMessages)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    return memory


def run(*arguments: str, typed: str = "") -> tuple[int, str]:
    done = RUN.invoke(app, list(arguments), env={"COLUMNS": "200"}, input=typed)
    return done.exit_code, done.output


def ask(book: MemoryBook) -> None:
    """The person writes a text."""
    (account,) = book.accounts.values()
    reply = Reply(
        reply_id="rep_1",
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        channel="sms",
        at=NOON,
        text="What is this for?",
        labels=("question",),
    )
    signal = Signal(
        signal_id="rep_1",
        kind=SignalKind.REPLY,
        at=NOON,
        account_id=account.account_id,
        channel="sms",
        detail={"labels": ["question"]},
    )
    apply_signal(signal, book=book, waker=MemoryWaker(), now=NOON, reply=reply)


def test_what_an_item_waits_for_besides_is_shown_and_found(book: MemoryBook) -> None:
    ask(book)
    (account,) = book.accounts.values()
    account = put_before_staff(account, "unplaced_payment")
    book.accounts[account.account_id] = put_before_staff(account, "stuck_payment")
    (item,) = json.loads(run("queue", "list", "--json")[1])
    assert (item["kind"], item["also"]) == ("question", ["unplaced_payment", "stuck_payment"])
    (of_kind,) = json.loads(run("queue", "list", "--kind", "stuck_payment", "--json")[1])
    assert of_kind == item
    assert ", +2" in run("queue", "list")[1]
    assert "and then: " in run("queue", "show", *HERE)[1]


def test_a_question_is_listed_shown_taken_and_answered(
    book: MemoryBook, waker: MemoryWaker, tmp_path: Path
) -> None:
    ask(book)
    code, output = run("queue", "list", "--json")
    (item,) = json.loads(output)
    assert (code, item["kind"], item["late"], item["owner"]) == (0, "question", False, "")
    code, output = run("queue", "show", *HERE)
    assert code == 0
    assert "What is this for?" in output
    assert run("queue", "take", *HERE, *BY)[0] == 0
    assert json.loads(run("queue", "list", "--json", "--owner", "ana")[1])[0]["owner"] == "ana"
    words = tmp_path / "answer.txt"
    words.write_text("It is for the visit of 1 September.\n")
    stale = ["--version", str(item["version"])]
    code, output = run("queue", "answer", *HERE, str(words), *BY, *stale)
    assert (code, book.answers) == (3, {})
    assert "has moved" in output
    code, output = run(
        "queue", "answer", *HERE, "-", *BY, typed="It is for your invoice of 1 September."
    )
    assert code == 0
    assert [kind for _, kind, _ in waker.notices] == ["answer"]
    assert json.loads(run("queue", "list", "--json")[1]) == []


def test_words_that_may_not_be_said_are_refused_with_the_rule(book: MemoryBook) -> None:
    ask(book)
    code, output = run("queue", "answer", *HERE, "-", *BY, typed="Pay or you will be arrested.")
    assert code == 3
    assert "FDCPA" in output
    assert book.answers == {}


def test_who_and_why_are_asked_for(book: MemoryBook) -> None:
    assert run("account", "pause", *HERE, "--by", "ana")[0] == 2
    code, output = run("account", "pause", *HERE, "--why", "case-7")
    assert (code, "--by is needed here" in output) == (2, True)
    code, output = run("account", "pause", *HERE, "--by", "Ana Doe", "--why", "case-7")
    assert (code, "--by is a code" in output) == (2, True)
    assert {a.hold for a in book.accounts.values()} == {None}


def test_on_aws_the_caller_is_recorded_whatever_is_typed() -> None:
    arn = "arn:aws:sts::000000000000:assumed-role/Desk/ana.b@example.com"
    caller = SimpleNamespace(get_caller_identity=lambda: {"Arn": arn})
    target = SimpleNamespace(endpoint="", client=lambda _: caller)
    asked = who.order(target, "somebody-else", "case-7")  # type: ignore[arg-type]
    assert asked.by == "ana.b-example.com"


@pytest.mark.slow
def test_an_account_is_paused_resumed_moved_skipped_and_overridden(book: MemoryBook) -> None:
    (account,) = book.accounts.values()

    def stands() -> tuple[Hold | None, int]:
        stored = book.accounts[account.account_id]
        return stored.hold, stored.rung

    assert run("account", "pause", *HERE, *BY)[0] == 0
    assert stands() == (Hold.PAUSED, 0)
    code, output = run("account", "skip", *HERE, *BY)
    assert (code, "Paused by staff." in output) == (3, True)
    assert run("account", "resume", *HERE, *BY)[0] == 0
    code, output = run("account", "move", *HERE, *BY, "--to", "2026-11-25T04:30Z")
    assert code == 3
    assert "Refused" in output
    assert run("account", "move", *HERE, *BY, "--to", "2026-11-24T18:00Z")[0] == 0
    assert run("account", "skip", *HERE, *BY)[0] == 0
    assert stands() == (None, 1)
    assert run("account", "override", *HERE, *BY, "--tone", "gentle")[0] == 0
    assert book.accounts[account.account_id].override == Override(
        tone="gentle", by="ana", why="case-7"
    )
    assert run("account", "override", *HERE, *BY, "--tone", "rude")[0] == 2
    assert run("account", "snooze", *HERE, *BY, "--until", "2026-12-24")[0] == 0
    assert stands()[0] is Hold.SNOOZED
    code, output = run("account", "show", *HERE)
    assert "Set by staff: tone gentle" in output


def test_a_creditor_and_the_platform_are_paused_on_the_record(book: MemoryBook) -> None:
    assert run("pause", CREDITOR, *BY)[0] == 0
    assert run("pause", "platform", *BY)[0] == 0
    assert book.pauses == {CREDITOR, "platform"}
    assert run("resume", "platform", *BY)[0] == run("resume", CREDITOR, *BY)[0] == 0
    assert book.pauses == set()
    words = [entry.what for entry in book.chains[f"creditor#{CREDITOR}"]]
    assert words == ["ContactPaused", "ContactPaused", "ContactResumed", "ContactResumed"]
    assert run("pause", "nobody", *BY)[0] == 2


def test_what_nobody_attends_is_listed_with_an_exit_code(
    book: MemoryBook, waker: MemoryWaker
) -> None:
    (account,) = book.accounts.values()
    code, output = run("queue", "unattended")
    assert (code, account.account_id in output) == (1, True)
    waker.start(account, wait_seconds=1)
    assert run("queue", "unattended")[0] == 0


def test_a_release_decides_no_request_and_a_closed_account_waits_for_nobody(
    book: MemoryBook,
) -> None:
    ask(book)
    assert run("queue", "release", *HERE, *BY)[0] == 0
    code, output = run("queue", "approve", *HERE, *BY)
    assert code == 3
    assert "Nothing on it waits for a person" in output


def test_mail_of_nobody_is_listed_until_somebody_has_seen_to_it(
    book: MemoryBook, strays: MemoryStrayMails
) -> None:
    strays.keep_stray(StrayMail(mail_id="m7", creditor=CREDITOR, at=NOON, key="mail/7"))
    assert "1 mail of nobody we know" in run("queue", "list")[1]
    assert "nobody we know" not in run("queue", "list", "--kind", "dispute")[1]
    [document] = json.loads(run("queue", "list", "--json")[1])
    assert (document["kind"], document["key"]) == ("stray_mail", "mail/7")
    assert "mail/7" in run("queue", "mail", "--creditor", CREDITOR)[1]
    assert "mail/7" not in run("queue", "mail", "--creditor", "another")[1]
    assert run("queue", "mail", "--seen", "m7") == (0, "m7 waits no longer\n")
    assert "no mail waits" in run("queue", "mail")[1]
    code, words = run("queue", "mail", "--seen", "m7")
    assert (code, "no mail m7 waits" in words) == (1, True)
