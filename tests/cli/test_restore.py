"""A restore: the templates that it goes through, and whom it holds afterwards."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from dunlin.adapters.aws.restore import RestoredTable, adopting, keeping, pointing, tables_of
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.cli.main import app
from dunlin.cli.restore import _hold
from dunlin.domain.audit import audit
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.errors import DomainError
from dunlin.ports.audit import AuditArchive
from dunlin.runtime import wiring
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.staff.restored import hold_what_was_lost
from tests.staff.builders import ChainLog
from tests.support import builders
from tests.support.builders import NOON
from tests.support.deployment import LAPTOP
from tests.wiring import stack

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table"
TEMPLATE: dict[str, Any] = json.loads(json.dumps(stack.translated(), default=str))
RESTORED = {
    name: RestoredTable(
        name=f"dunlin-{name}-x", arn=f"{ARN}/dunlin-{name}-x", stream=f"{ARN}/dunlin-{name}-x/s"
    )
    for name in tables_of(TEMPLATE)
}


def names_in(template: dict[str, Any]) -> set[str]:
    """Every resource that a template's parts name, by `Ref`, `Fn::GetAtt`, `Fn::Sub` or to wait."""
    text = json.dumps(template)
    names = set(re.findall(r'"Ref": "(\w+)"', text)) | set(re.findall(r"\$\{(\w+)[.}]", text))
    names |= set(re.findall(r'"Fn::GetAtt": \[?"(\w+)', text))
    for resource in template["Resources"].values():
        waits = resource.get("DependsOn", [])
        names |= {waits} if isinstance(waits, str) else set(waits)
    return names


def test_the_template_names_seven_tables_and_afterwards_none() -> None:
    assert len(RESTORED) == 7
    assert set(RESTORED) <= names_in(TEMPLATE)
    pointed = pointing(TEMPLATE, RESTORED)
    assert not names_in(pointed) & set(RESTORED)
    assert set(pointed["Resources"]) == set(TEMPLATE["Resources"]) - set(RESTORED)
    for name in ("dunlin-AccountsTable-x/index/byDue", "dunlin-AuditTable-x/s"):
        assert name in json.dumps(pointed)


def test_nothing_but_tables_changes_on_the_way() -> None:
    adopted = adopting(TEMPLATE, RESTORED)
    assert {n: r for n, r in adopted["Resources"].items() if n not in RESTORED} == pointing(
        TEMPLATE, RESTORED
    )["Resources"]
    kept = keeping(TEMPLATE)["Resources"]
    assert {n: adopted["Resources"][n] for n in RESTORED} == {n: kept[n] for n in RESTORED}
    assert {r["DeletionPolicy"] for n, r in kept.items() if n in RESTORED} == {"Retain"}
    assert {n: r for n, r in kept.items() if n not in RESTORED} == {
        n: r for n, r in TEMPLATE["Resources"].items() if n not in RESTORED
    }


def test_a_table_that_was_not_restored_lets_nothing_be_pointed() -> None:
    some = {name: table for name, table in RESTORED.items() if name != "OpsTable"}
    with pytest.raises(DomainError, match="not restored: OpsTable"):
        pointing(TEMPLATE, some)


class Archive(ChainLog):
    """A log that a restore took entries from, and the copy of it that no restore reaches."""

    def __init__(self, book: MemoryBook, copies: dict[date, list[AuditEntry]]) -> None:
        super().__init__(book)
        self.copies = copies

    def archived(self, day: date) -> list[AuditEntry]:
        return self.copies.get(day, [])


def entry(subject: str, sequence: int = 1) -> AuditEntry:
    return audit.append(
        subject=subject, sequence=sequence, previous=audit.GENESIS, at=NOON, actor="test",
        what="TouchSent", data={},
    )  # fmt: skip


def test_whoever_lost_something_is_held_and_nobody_else() -> None:
    """One account whose message the tables forgot, one whose person said STOP, one that came later;
    and one of which the log knows all."""
    book = MemoryBook()
    people = {name: builders.consumer(name) for name in ("mailed", "stopped", "whole")}
    accounts = {
        name: builders.account(f"INV-{name}", consumer_id=person.consumer_id)
        for name, person in people.items()
    }
    for name, account in accounts.items():
        builders.store(book, book.creditors, account, person=people[name])
    today = datetime.now(UTC).date()
    whole = entry(f"account#{accounts['whole'].account_id}", 7)
    archive = Archive(
        book,
        {
            today: [
                entry(f"account#{accounts['mailed'].account_id}", 7),
                entry(f"consumer#{people['stopped'].consumer_id}", 7),
                entry("account#acc_later"),
                whole,
            ]
        },
    )
    book.chains.setdefault(whole.subject, []).append(whole)

    for _ in range(2):
        overtaken = hold_what_was_lost(
            today, today, StaffCommand(by="desk-1", why="restored"),
            archive=cast(AuditArchive, archive), book=book, now=NOON,
        )  # fmt: skip
        held = {accounts["mailed"].account_id, accounts["stopped"].account_id}
        assert (set(overtaken.paused), overtaken.unknown) == (held, 1)
        assert {a.account_id for a in map(_stored(book), accounts.values()) if a.paused} == held


def test_on_a_virtual_clock_its_own_days_are_looked_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The archive lies under those, whatever day DynamoDB's instant has."""
    book = MemoryBook()
    account = builders.account("INV-lost", consumer_id=builders.consumer("lost").consumer_id)
    builders.store(book, book.creditors, account, person=builders.consumer("lost"))
    archive = Archive(book, {NOON.date(): [entry(f"account#{account.account_id}", 7)]})
    monkeypatch.setattr(wiring, "audit_archive", lambda: archive)
    monkeypatch.setattr(wiring, "account_book", lambda: book)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    start = (NOON - timedelta(days=3)).isoformat()

    _hold(StaffCommand(by="desk-1", why="restored"), NOON + timedelta(days=400), start)

    assert _stored(book)(account).paused
    assert "1 account paused" in capsys.readouterr().out


def _stored(book: MemoryBook) -> Any:
    return lambda account: book.account(account.account_id)


def test_without_the_stacks_name_it_says_what_it_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    result = CliRunner().invoke(app, ["restore", "--at", "2026-11-30T12:00:00Z"])
    assert result.exit_code == 0, result.output
    assert "to 30 Nov 2026 12:00 UTC, as dunlin-*-restored" in " ".join(result.output.split())
