"""The example at the end of each command's help runs, on a local house with the sample clinic, from
a folder outside the project, and what it says fits 80 columns and is no program's talk.

Where an example needs something to have happened before, `BEFORE` makes it happen by the product's
own commands. The house is wound back after each.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from dunlin.adapters.files.yaml_documents import parse
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli import deploy, new, stack
from dunlin.cli.drop import drop_and_follow, put_strategy
from dunlin.cli.main import app
from dunlin.cli.target import find_target
from dunlin.domain import ids
from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change, Reply
from dunlin.runtime import wiring
from dunlin.service import arrangements
from dunlin.service.accounts.writing import write
from dunlin.service.signals.signals import apply_signal
from local import local_stack
from local.cloud import ROOT
from local.local_stack import LocalStack
from local.timelapse import TimeLapse
from tests.cli.examples import NARROW, RUN, commands, example_of, is_group, takes, words_of
from tests.conftest import PORT, START, _forget_wiring
from tests.portal.test_money_cloud import pay

pytestmark = pytest.mark.cloud
CREDITOR, REFERENCE = "harbor-clinic", "HC-1003"
SAMPLE = ROOT / "local" / "sample"
NAMES = [name for name in commands() if name and not is_group(name)]
# What an example says where it finds something: a local house lacks what the field needs, and the
# ladders of a house that was wound back run no more.
OTHERWISE: dict[str, tuple[int, str]] = {
    # What was logged today is bound to no root before the day is over.
    "audit verify": (1, "vouched for"),
    "doctor": (1, "missing"),
    # The house itself is in that account, and made the log groups of which there is one set.
    "deploy": (1, "SmsDeliveryLogs"),
    "queue unattended": (1, "nothing runs for it"),
    # Its stack is one to throw away, not the clinic's; test_smoke_cloud.py runs it on a stack.
    "smoke": (2, "no stack dunlin-sandbox"),
}
# What these say is for programs: a JSON object a line.
LINES = ("judge", "words check", "replies classify", "replies corrections")
TALK = re.compile(
    r"\b(None|True|False|null)\b|[{\[]'|Traceback|<[a-z]+ object|datetime\.|Decimal\("
)


class House:
    """The sample clinic on a stack of its own."""

    def __init__(self, local: LocalStack, folder: Path) -> None:
        self.local, self.folder = local, folder

    def run(self, order: str, *, asks: str = "") -> Result:
        words, given = words_of(order)
        typed = (self.folder / given).read_text() if given else asks
        return RUN.invoke(app, words, env=NARROW, input=typed)

    def done(self, order: str) -> str:
        """Run what must succeed; what it said."""
        result = self.run(order)
        assert result.exit_code == 0, f"{order}\n{result.output}\n{result.exception!r}"
        return result.output

    @property
    def now(self) -> Any:
        return wiring.clock().now()

    @property
    def account(self) -> Account:
        book = wiring.account_book()
        return next(a for a in book.accounts_of_creditor(CREDITOR) if a.reference == REFERENCE)

    def said(self) -> None:
        """The person asked something."""
        account = self.account
        signal = Signal(
            signal_id="question-1", kind=SignalKind.QUESTION, at=self.now,
            account_id=account.account_id, consumer_id=account.consumer_id, channel="portal",
            detail={},
        )  # fmt: skip
        reply = Reply(
            reply_id="question-1", account_id=account.account_id,
            consumer_id=account.consumer_id, channel="portal", at=self.now,
            text="What was the visit in September for?", labels=("question",),
        )  # fmt: skip
        book = wiring.account_book()
        assert apply_signal(signal, book=book, waker=MemoryWaker(), now=self.now, reply=reply)

    def asked(self) -> None:
        """The person asked for an arrangement that staff must decide."""
        account, today = self.account, self.now.date()
        terms = arrangements.propose(
            account, arrangements.in_force(CREDITOR, wiring.creditors(), today), instalment=None,
            count=15, frequency="monthly", first_on=today + timedelta(days=7), today=today,
        )  # fmt: skip
        assert isinstance(terms, Terms)
        asked = arrangements.ask(
            account.account_id, terms, consent=None, book=wiring.account_book(),
            creditors=wiring.creditors(), waker=MemoryWaker(), now=self.now,
        )  # fmt: skip
        assert not isinstance(asked, arrangements.AskRefusal)

    def fee(self) -> None:
        account = self.account
        fee = LedgerEntry(
            entry_id=ids.entry_id(account.account_id, "fee"), account_id=account.account_id,
            kind="fee", amount=Money(2_000, "USD"), on=self.now.date(), source="fee",
        )  # fmt: skip
        write(
            wiring.account_book(), account, replace(account, balance=account.balance + fee.amount),
            what="FeeCharged", data={}, now=self.now, besides=Change(ledger=(fee,)),
        )  # fmt: skip

    def live(self, time: timedelta) -> None:
        """Let messages go out and money come in for a time."""
        TimeLapse(self.local).run(self.now + time)

    def paid_too_much(self) -> None:
        """The person paid by card, and the clinic took seven dollars off the bill afterwards."""
        pay(self.local, self.account, 1)
        self.live(timedelta(hours=1))
        Path("credit.csv").write_text(f"{CHANGES}CRD-12,credit,{REFERENCE},700,USD\n")
        self.done(f"dunlin billing tell {CREDITOR} credit.csv")

    def exhausted(self) -> None:
        """Every message of the ladder went out, and nothing was paid."""
        account = self.account
        write(
            wiring.account_book(), account, lifecycle.exhaust(account),
            what="LadderExhausted", data={}, now=self.now,
        )  # fmt: skip


def _letter(house: House) -> str:
    """The id that `letter write` says."""
    text = house.done(example_of("letter write"))
    return re.sub(r".*permit (\S+).*", r"\1", text, flags=re.DOTALL)


def _newcomers(house: House) -> None:
    """Somebody owes who was in no pilot yet, for as long as the pilot of the example asks."""
    header, first = (SAMPLE / f"{CREDITOR}.csv").read_text().splitlines()[:2]
    due = f"{datetime.fromisoformat(START) - timedelta(days=40):%m/%d/%Y}"
    row = first.replace("HC-1001", "HC-2001").replace("09/13/2026", due)
    assert due in row
    Path("newcomers.csv").write_text(f"{header}\n{row}\n")
    house.done(f"dunlin import newcomers.csv --creditor {CREDITOR}")


def _layout(house: House) -> str:
    """The mark of a layout of which the clinic said how its days are written."""
    row = 'HC-2001,"Lee, Ann",ann.lee@example.com,03/04/2026,$40.00'
    Path("march.csv").write_text(f"Bill No,Patient,Email,Due,Balance Due\n{row}\n")
    Path("march.mapping.yaml").write_text("date_order: dmy\n")
    house.done(f"dunlin import march.csv --creditor {CREDITOR}")
    return house.done(f"dunlin answers list {CREDITOR}").split()[0]


def _held(house: House) -> str:
    """A payment that names its payer and the number of a cheque, so it waits to be placed."""
    row = '11/24/2026,Payment,1001,"Aspen, Viktor",-50.00'
    Path("paid.csv").write_text(f"Date,Type,Num,Name,Amount\n{row}\n")
    house.done(f"dunlin import paid.csv --creditor {CREDITOR}")
    return house.done(f"dunlin payments held {CREDITOR}").split()[0]


def _words(house: House) -> None:
    """A strategy with a letter's subject of the clinic's own, not by who approves it."""
    own = Path(f"{CREDITOR}.strategy.yaml").read_text()
    letter = "{reminder.gentle: {email: {en: {subject: A word from us}}}}"
    Path("words.yaml").write_text(f"{own}templates: {letter}\ntemplates_by: desk-1\n")
    house.done(f"dunlin strategy put {CREDITOR} words.yaml")


def _corrected(house: House) -> None:
    house.said()
    house.done(example_of("replies correct"))


BEFORE: dict[str, Callable[[House], Any]] = {
    "account resume": lambda house: house.done(example_of("account pause")),
    "account unflag": lambda house: house.done(example_of("account flag")),
    "arrangement show": lambda house: house.done(example_of("arrangement record")),
    "arrangement cancel": lambda house: house.done(example_of("arrangement record")),
    "audit verify": lambda house: [
        house.done(example_of(name)) for name in ("audit export", "audit key")
    ],
    # A key of before stays in its secret, which the winding back does not reach.
    "billing end": lambda house: [house.run(example_of("billing key")) for _ in range(2)],
    "pilot start": _newcomers,
    "payments refund": House.paid_too_much,
    "payments waive": House.fee,
    "pilot promote": lambda house: house.live(timedelta(days=2, minutes=1)),
    "reassigned import": lambda _house: Path("answers.csv").write_text(
        "number,date,answer\n2175550142,2026-01-15,no\n"
    ),
    "reentry take": House.exhausted,
    "replies correct": House.said,
    "replies corrections": _corrected,
    "resume": lambda house: house.done(example_of("pause")),
    "strategy approve": _words,
    **dict.fromkeys(("queue approve", "queue decline", "queue counter"), House.asked),
    **dict.fromkeys(
        ("queue list", "queue show", "queue take", "queue release", "queue answer", "queue close"),
        House.said,
    ),
}
# An id that the product gives out, which no help can know.
IDS: dict[str, tuple[str, Callable[[House], str]]] = {
    "answers forget": ("1f3a9c2b7d40", _layout),
    "letter proof": ("letter-1", _letter),
    "payments place": ("pay_1", _held),
}
CHANGES = "change_id,kind,reference,amount_minor,currency\n"
ASKED = (
    "first\nLakeside Clinic\n1 Lake Road, Springfield, IL 62701\n(217) 555-0100\n"
    "accounts@lakeside.example.com\n\n\n\n\n"
)


def _open(directory: Path, folder: Path) -> LocalStack:
    """A stack with the sample clinic: its strategy, its file, a pilot, and a shadow beside it."""
    local = local_stack.open_stack(
        port=PORT + 20, directory=directory, time_lapse=START, say=lambda _: None
    )
    os.environ.update(local.environment())
    os.environ["DUNLIN_HOUSE"] = str(directory)
    _forget_wiring()
    target = find_target()
    answer = put_strategy(target, CREDITOR, (folder / f"{CREDITOR}.strategy.yaml").read_bytes())
    assert answer.startswith("No errors"), answer
    local_stack.allow_sender(local.cloud, f"accounts@{CREDITOR}.example.com")
    document = drop_and_follow(target, CREDITOR, folder / f"{CREDITOR}.csv")
    assert document["state"] == "done", document
    house = House(local, folder)
    house.done(example_of("segment put"))
    house.done(f"dunlin pilot start {CREDITOR} --size 50")
    house.done(f"dunlin pilot start {CREDITOR} --shadow --segment small --size 5")
    house.live(timedelta(minutes=30))  # the first messages go out
    local.cloud.mark()
    return local


def _files(folder: Path) -> None:
    """What the examples read."""
    shutil.copy(SAMPLE / f"{CREDITOR}.csv", folder)
    shutil.copy(SAMPLE / f"{CREDITOR}.csv", folder / "open.csv")
    own = (
        (SAMPLE / f"{CREDITOR}.strategy.yaml")
        .read_text()
        .replace(
            "escalation: {",
            "test_addresses: [you@example.com]\nescalation: {notify: [desk@example.com], ",
        )
    )
    assert parse(own.encode())
    (folder / f"{CREDITOR}.strategy.yaml").write_text(own)
    (folder / "answer.txt").write_text("It was for the visit of 1 September.\n")
    (folder / "calls.csv").write_text("date,direction\n2026-11-02,in\n2026-11-03,out\n")
    (folder / "changes.csv").write_text(f"{CHANGES}PMT-881,payment,{REFERENCE},2500,USD\n")
    (folder / "contacts.csv").write_text(
        f"at,reference,channel\n2026-11-24T16:00:00Z,{REFERENCE},email\n"
    )
    draft = {"id": "a", "channel": "email", "text": "Your balance is open. Reply with questions."}
    (folder / "drafts.jsonl").write_text(json.dumps(draft) + "\n")
    reply = {"id": "a", "channel": "sms", "text": "What was the visit in September for?"}
    (folder / "replies.jsonl").write_text(json.dumps(reply) + "\n")
    cases = ROOT / "tests" / "rulebook" / "sample_cases.jsonl"
    (folder / "cases.jsonl").write_text("\n".join(cases.read_text().split("\n")[:2]) + "\n")
    compiled = ROOT / "layers" / "core" / "dunlin" / "rulebook" / "rulebook.json"
    for name in ("old-rulebook.json", "new-rulebook.json"):
        shutil.copy(compiled, folder / name)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    directory = ROOT / ".local" / f"test-examples-{PORT}"
    before = dict(os.environ)
    local_stack.close_stack(directory)
    folder = tmp_path_factory.mktemp("clinic")
    _files(folder)
    yield House(_open(directory, folder), folder)
    local_stack.close_stack(directory)
    os.environ.clear()
    os.environ.update(before)
    _forget_wiring()


@pytest.fixture
def house(opened: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The clinic as it was opened, seen from a folder of its own with the files of the examples.
    What would start or end a stack is kept from it."""
    opened.local.cloud.rewind()
    _forget_wiring()
    folder = tmp_path / "desk"
    shutil.copytree(opened.folder, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(stack, "_house", lambda *_: None)
    nothing = subprocess.CompletedProcess[bytes]([], 0)
    monkeypatch.setattr("dunlin.cli.stack.subprocess.run", lambda *_, **__: nothing)
    return House(opened.local, folder)


def _example(name: str, house: House) -> str:
    example = example_of(name)
    if name in IDS:
        placeholder, given = IDS[name]
        assert placeholder in example
        example = example.replace(placeholder, given(house))
    return example


def _unfit(output: str) -> list[str]:
    """The lines that do not fit or that a program would say. What is copied whole may be long."""
    lines = [line.rstrip() for line in output.splitlines()]
    long = [x for x in lines if len(x) > 80 and not re.search(r"https?://|^ *dunlin |^key  |/", x)]
    return [*long, *(x for x in lines if TALK.search(x))]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_command_runs(
    name: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "deploy":
        monkeypatch.setattr(deploy, "project_root", lambda: ROOT)
    if name == "new":
        monkeypatch.setattr(new, "somebody_is_there", lambda: True)
    if name in BEFORE:
        BEFORE[name](house)

    done = house.run(_example(name, house), asks=ASKED if name == "new" else "")

    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    code, words = OTHERWISE.get(name, (0, ""))
    assert (done.exit_code, words in done.output) == (code, True), done.output
    if name not in LINES:
        assert _unfit(done.output) == []


@pytest.mark.parametrize("name", [name for name in NAMES if takes(name, "--json")])
def test_json_is_one_document_everywhere(name: str, house: House) -> None:
    done = house.run(f"{_example(name, house)} --json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) is not None


def test_where_no_stack_runs_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "local_stack.json").write_text(
        json.dumps({"endpoint": "http://127.0.0.1:1", "outputs": {}, "time_lapse": ""})
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUNLIN_HOUSE", str(tmp_path))
    refusal = RUN.invoke(app, ["status"], env=NARROW)
    assert (refusal.exit_code, refusal.stdout) == (2, "")
    assert "does not answer any more" in refusal.stderr
    assert "`dunlin up`" in refusal.stderr
