"""On the deployed stack: one person contacted, reported on, given out and taken out, recounted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.adapters.aws.stack_export import export
from dunlin.cli.main import app
from dunlin.cli.target import TABLES
from dunlin.domain.accounts.account import LedgerEntry
from dunlin.domain.audit import audit
from dunlin.domain.payments import posting
from dunlin.ports.accounts import Change
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.staff.person import erase_person, export_person
from local.local_stack import LocalStack
from local.timelapse import TimeLapse
from tests.support import builders
from tests.support.builders import CREDITOR
from tests.support.deployment import LAPTOP
from tests.support.launch import launch

pytestmark = pytest.mark.cloud


def test_what_is_left_of_a_person_is_what_is_listed(
    stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dunlin.runtime import wiring

    lapse, book = TimeLapse(stack), wiring.account_book()
    person = builders.consumer("zelda", given_name="Zelda", phones=())
    person = replace(person, name="Zelda Farewell")
    account = builders.account("INV-Z", consumer_id=person.consumer_id)
    builders.store(book, wiring.creditors(), account, person=person, at=lapse.now)
    launch(stack)
    lapse.run(lapse.now + timedelta(days=3))
    account_history = book.account_history(account.account_id)
    assert [t.content for t in account_history.touches if t.content]

    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    log = tmp_path / "calls.csv"
    log.write_text("date,direction\n2026-01-02,in\n")
    run = CliRunner()
    assert run.invoke(app, ["call", "import", str(log), "--creditor", CREDITOR]).exit_code == 0
    figures = json.loads(run.invoke(app, ["report", CREDITOR, "--json"]).output)
    assert figures["accounts"] == 1
    assert figures["lateness"]["touches"] == len([t for t in account_history.touches if t.run])
    assert sum(figures["series"]["inbound calls"]["days"].values()) == 0

    stored = book.facts(account.account_id).account
    entry = entry_of(stored, now=lapse.now, what="BalanceChanged", data={})
    paid = LedgerEntry(
        entry_id="paid",
        account_id=account.account_id,
        kind="payment",
        amount=-stored.balance,
        on=lapse.now.date(),
        source="desk",
    )
    after = next_version(posting.add(stored, [paid], lapse.now).account, entry)
    book.apply(Change(account=after, ledger=[paid], audit=[entry]))
    archive = wiring.audit_archive()
    given = export_person(person.consumer_id, book=book, log=archive, now=lapse.now)
    assert "zelda@example.com" in json.dumps(given)
    done = erase_person(
        person.consumer_id,
        StaffCommand(by="desk", why="req-1"),
        book=book,
        creditors=wiring.creditors(),
        now=lapse.now,
    )
    assert (done.contact_points, done.messages) == (
        1,
        sum(bool(t.content) for t in account_history.touches),
    )

    # Recount: every row of every table, read as it lies there.
    tables = {name.lower(): stack.outputs[f"{name}TableName"] for name in TABLES}
    export(tmp_path / "all", tables=tables, buckets={}, progress=lambda _: None)
    rows = {path.stem: path.read_text("utf-8") for path in (tmp_path / "all/tables").iterdir()}
    assert set(rows) == set(tables)
    for name, text in rows.items():
        assert "zelda" not in text.lower(), name
    people = [json.loads(line) for line in rows["people"].splitlines()]
    assert not [r for r in people if r["sk"].startswith("AT#") and "closed" not in r["sk"]]
    ledger = [json.loads(line) for line in rows["accounts"].splitlines() if "LEDGER#" in line]
    assert len(ledger) == 2
    for subject in (f"account#{account.account_id}", f"consumer#{person.consumer_id}"):
        assert audit.verify(archive.chain(subject)) == []
