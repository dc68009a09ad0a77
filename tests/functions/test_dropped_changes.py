"""A file of changes that a billing system tells, dropped like any other: through the functions of
its import, with the answers beside it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import asdict
from typing import Any

import pytest

from dunlin.adapters.imports.dropped import DroppedFiles
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import Unavailable
from dunlin.domain.imports.billing_words import MOST_CHANGES
from dunlin.service.imports import changes
from dunlin.service.imports.job import job_of
from dunlin.views.imports.import_text import import_lines
from functions.change_balance.handler import handler as change_balance
from functions.profile_file.handler import handler as profile_file
from functions.reconcile_import.handler import handler as reconcile_import
from functions.show_import.handler import handler as show_import
from tests.contact.test_last_moment import DueDebt
from tests.functions.metrics import counted
from tests.functions.wire import Context, wire
from tests.imports.test_workbook import workbook
from tests.staff.test_widgets import event
from tests.support.builders import NOON, strategy_document

COLUMNS = "change_id,kind,reference,amount_minor,balance_minor,currency,emails,channel\n"
FILE = COLUMNS + (
    "a,payment,{0},2500,,USD,,\n"
    "b,withdrawn,{0},,,,,sms\n"
    '"c",fee,"{0}",lots,,USD,,\n'
    "d,closed,NOBODY-1,,,,,\n"
    "\n"
    "e,balance,{0},,1000,USD,,\n"
)


class Office:
    """The bucket of the creditor of one debt whose first touch is due now."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.debt, self.box = DueDebt(), MemoryDropBox()
        self.creditor = self.debt.account.creditor
        self.debt.book.creditors.put_strategy(self.creditor, strategy_document(), NOON)
        wire(
            patch,
            account_book=self.debt.book,
            creditors=self.debt.book.creditors,
            sessions=self.debt.sessions,
            processor=self.debt.processor,
            waker=self.debt.waker,
            clock=FixedClock(NOON),
            drop_box=self.box,
            intake=DroppedFiles(self.box),
        )

    def drop(self, text: str | bytes, version: str = "v1", name: str = "told.csv") -> Any:
        """The summary after the import machine's walk over its functions."""
        key = f"drop/{self.creditor}/{name}"
        named = self.debt.account.reference
        self.box.files[key] = text.replace("{0}", named).encode() if isinstance(text, str) else text
        job = job_of(key, version)
        assert job is not None
        step = profile_file(asdict(job), None)
        while step["outcome"] == "changes":
            step = change_balance({**asdict(job), "range": step["range"]}, None)
        if step["outcome"] == "told":
            reconcile_import(asdict(job), None)
        return json.loads(self.box.files[f"{job.stem}.summary.json"])

    def answers(self, name: str = "told.report.csv") -> list[dict[str, str]]:
        text = self.box.files[f"drop/{self.creditor}/{name}"].decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch)


def test_each_change_is_applied_once_and_its_answer_stands_beside_the_file(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    document = office.drop(FILE)
    assert (document["state"], document["kind"]) == ("done", "changes")
    assert document["outcomes"] == {"applied": 3, "refused": 2}
    assert len(counted("BalanceChanges", capsys)) == 5
    assert office.debt.account.balance.minor == 1000
    person = office.debt.book.consumers[office.debt.account.consumer_id]
    assert not person.consent(Channel.SMS).open
    rows = [(a["row"], a["change_id"], a["outcome"], a["field"]) for a in office.answers()]
    assert rows == [
        ("2", "a", "applied", ""),
        ("3", "b", "applied", ""),
        ("4", "c", "refused", "amount_minor"),
        ("5", "d", "refused", "reference"),
        ("7", "e", "applied", ""),
    ]
    assert all(a["reason"] for a in office.answers() if a["outcome"] == "refused")
    entries = dict(office.debt.book.ledgers[office.debt.account_id])
    again = office.drop(FILE, "v2")
    assert again["outcomes"] == {"known": 3, "refused": 2}
    assert office.debt.book.ledgers[office.debt.account_id] == entries


def test_what_was_refused_is_said_by_row_field_and_reason(office: Office) -> None:
    document = office.drop(FILE)
    lines = "\n".join(import_lines(document))
    assert "5 rows, changes that a billing system tells" in lines
    assert "row 4, c (amount_minor): 'amount_minor' is not a whole number" in lines
    assert "row 5, d (reference): no such account" in lines
    assert "2 changes were refused" in lines
    asked = event(creditor=office.creditor, key=f"drop/{office.creditor}/told.summary.json")
    page = str(show_import(asked, Context("show_import")))
    for words in ("Changes refused", "amount_minor", "no such account", "Applied", "Refused"):
        assert words in page


@pytest.mark.parametrize("kind", ["payment", "balance", "closed"])
def test_what_is_dropped_just_before_a_due_touch_sends_nothing(office: Office, kind: str) -> None:
    owed = office.debt.account.balance.minor
    cells = {"payment": f"{owed},,USD", "balance": ",0,USD", "closed": ",,"}
    office.drop(f"{COLUMNS}a,{kind},{{0}},{cells[kind]},,\n")
    ended = Status.CLOSED if kind == "closed" else Status.SETTLED
    assert office.debt.account.status is ended
    assert office.debt.touch() != "email"
    assert not office.debt.mailbox.sent


ONE = {"change_id": "a", "kind": "payment", "reference": "{0}", "amount_minor": 100,
       "currency": "USD"}  # fmt: skip


def shapes(reference: str) -> dict[str, str | bytes]:
    change = {**ONE, "reference": reference}
    lines = FILE.format(reference).splitlines()[:2]
    text = "\n".join(lines) + "\n"
    return {
        "told.json": json.dumps({"changes": [change]}),
        "lines.jsonl": json.dumps(change) + "\n" + json.dumps({**change, "change_id": "a2"}),
        "told.csv.gz": gzip.compress(text.encode()),
        "semicolons.csv": text.replace(",", ";"),
        "wide.csv": text.encode("utf-16"),
        "told.xlsx": workbook([[*line.split(",")] for line in lines]),
    }


@pytest.mark.parametrize("name", shapes("INV-ada"))
def test_every_shape_of_such_a_file_is_taken(office: Office, name: str) -> None:
    document = office.drop(shapes(office.debt.account.reference)[name], name=name)
    assert document["kind"] == "changes", document["next_step"]
    assert set(document["outcomes"]) == {"applied"}


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        (COLUMNS, "no_rows", "no change"),
        (COLUMNS.replace("emails", "note") + "a,closed,{0},,,,,\n", "billing_changes", "'note'"),
        (COLUMNS + 'a,closed,"{0}\n', "billing_changes", "line"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_its_line_and_changes_nothing(
    office: Office, text: str, code: str, why: str
) -> None:
    before = office.debt.account
    document = office.drop(text)
    assert (document["state"], document["refusal"]) == ("rejected", code)
    assert why in document["reason"]
    (line,) = office.answers()
    assert (line["code"], line["outcome"]) == (code, "rejected")
    assert office.debt.account == before


def test_many_changes_are_applied_in_their_order_over_the_shares(office: Office) -> None:
    figures = [100 * n for n in range(1, 2 * changes._A_SHARE + 50)]
    rows = [f"c-{minor},balance,{{0}},,{minor},USD,,\n" for minor in figures]
    document = office.drop(COLUMNS + "".join(rows))
    assert document["outcomes"] == {"applied": len(figures)}
    assert [int(a["balance_minor"]) for a in office.answers()] == figures
    assert office.debt.account.balance.minor == figures[-1]


def test_a_share_that_is_called_twice_answers_as_it_did(office: Office) -> None:
    office.drop(FILE)
    job = job_of(f"drop/{office.creditor}/told.csv", "v1")
    assert job is not None
    event_of_share = {**asdict(job), "range": {"share": 0, "of": 1}}
    assert change_balance(event_of_share, None)["outcome"] == "told"
    reconcile_import(asdict(job), None)
    assert [a["outcome"] for a in office.answers()].count("applied") == 3


def test_a_share_that_broke_off_half_way_tells_what_it_applied_as_applied(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = FILE + "a,payment,{0},2500,,USD,,\n"
    once = changes.keep_answers

    def breaks_off(*_: Any) -> None:
        monkeypatch.setattr(changes, "keep_answers", once)
        raise Unavailable("s3", "no answer", certain=False)

    monkeypatch.setattr(changes, "keep_answers", breaks_off)
    with pytest.raises(Unavailable):
        office.drop(twice)
    entries = dict(office.debt.book.ledgers[office.debt.account_id])
    document = office.drop(twice)
    assert document["outcomes"] == {"applied": 3, "known": 1, "refused": 2}
    assert [a["outcome"] for a in office.answers()][-1] == "known", "its own second row"
    assert office.debt.book.ledgers[office.debt.account_id] == entries
    assert office.drop(twice, "v2")["outcomes"] == {"known": 4, "refused": 2}


def test_half_a_character_is_refused_and_the_others_are_applied(office: Office) -> None:
    change = {**ONE, "reference": office.debt.account.reference}
    broken = {**change, "change_id": "b\ud800", "x\ud800": 1}
    document = office.drop(json.dumps([broken, change]).encode(), name="told.json")
    assert document["outcomes"] == {"applied": 1, "refused": 1}


def test_a_file_may_hold_more_than_a_call_and_not_without_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert changes._A_SHARE <= MOST_CHANGES < changes.MOST_CHANGES
    monkeypatch.setattr(changes, "MOST_CHANGES", 10)
    document = office.drop(COLUMNS + "c,closed,NOBODY,,,,,\n" * 11)
    assert (document["state"], document["refusal"]) == ("rejected", "too_many_rows")
