"""Writes a row of every kind with the code as it is and prints the tables as JSON.

`python -m tests.rows.write_rows PORT > tests/rows/rows_of_VERSION.json`, before a shape changes:
the rows are then read for good by `test_older_rows.py`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
import yaml

from local import cloud
from tests.rows import values
from tests.rows.values import AT, CREDITOR, DAY
from tests.support.builders import strategy_document

TABLES = ("accounts", "people", "touches", "permits", "audit", "ops", "webhooks")


def main() -> None:
    """Starts a cloud with the tables alone, writes and prints."""
    with tempfile.TemporaryDirectory() as folder:
        running = cloud.start(int(sys.argv[1]), auth=False, directory=Path(folder) / "cloud")
        try:
            _wire(running)
            _write()
            client = running.client("dynamodb")
            rows = {name: client.scan(TableName=name.capitalize())["Items"] for name in TABLES}
        finally:
            running.stop()
    for items in rows.values():
        items.sort(key=lambda item: json.dumps(item, sort_keys=True))
    json.dump(rows, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


class _Plain(yaml.SafeLoader):
    """Reads a template; what a short function gives is of no account here."""


_Plain.add_multi_constructor("!", lambda *_: "")


def _wire(running: cloud.Cloud) -> None:
    """The tables as the template has them, without what needs a key or a stream."""
    import os

    from dunlin.adapters.dynamo.rows.tables import bind

    os.environ.update(running.environment())
    template = yaml.load((cloud.ROOT / "template.yaml").read_text(), _Plain)
    client: Any = boto3.client("dynamodb")
    for name in TABLES:
        asked = template["Resources"][f"{name.capitalize()}Table"]["Properties"]
        wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        client.create_table(
            TableName=name.capitalize(), **{key: asked[key] for key in wanted if key in asked}
        )
    bind(**{name: name.capitalize() for name in TABLES})


def _write() -> None:
    _write_book()
    _write_ops()
    _write_portal()


def _write_book() -> None:
    from dunlin.adapters.dynamo.rows.accounts import META, AccountRow, LedgerRow
    from dunlin.adapters.dynamo.rows.arrangements import ArrangementRow
    from dunlin.adapters.dynamo.rows.audit import AuditRow
    from dunlin.adapters.dynamo.rows.ops import SeenRow
    from dunlin.adapters.dynamo.rows.people import AddressRow, ContactsRow, ProfileRow
    from dunlin.adapters.dynamo.rows.permits import PermitRow
    from dunlin.adapters.dynamo.rows.touches import AnswerRow, ReplyRow, TouchRow

    for account in values.ACCOUNTS:
        AccountRow.of(account, AT.isoformat()).save()
    AccountRow.get("acc_full", META).update(actions=[AccountRow.task_token.set("token-of-a-wait")])
    LedgerRow.of(values.LEDGER_ENTRY).save()
    for consumer in values.CONSUMERS:
        ProfileRow.of(consumer).save()
    ContactsRow.of(values.HISTORY).save()
    AddressRow.of("con_full", "f" * 64).save()
    for touch in values.TOUCHES:
        TouchRow.of(touch).save()
    for reply in values.REPLIES:
        ReplyRow.of(reply).save()
    AnswerRow.of(values.ANSWER).save()
    PermitRow.of(values.PERMIT).save()
    AuditRow.of(values.AUDIT_ENTRY).save()
    SeenRow("SEEN#sig_1").save()
    for arrangement in values.ARRANGEMENTS:
        ArrangementRow.of(arrangement).save()


def _write_ops() -> None:
    from dunlin.adapters.aws.clocks import VirtualClock
    from dunlin.adapters.dynamo.account_book import DynamoBook
    from dunlin.adapters.dynamo.counters import DynamoCounters
    from dunlin.adapters.dynamo.creditors import DynamoCreditors
    from dunlin.adapters.dynamo.inbox import DynamoInbox
    from dunlin.adapters.dynamo.rollouts import DynamoRollouts
    from dunlin.adapters.dynamo.spend_meter import DynamoSpendMeter

    creditors = DynamoCreditors()
    creditors.put_strategy(CREDITOR, strategy_document(**values.OWN_WORDS), AT)
    book = DynamoBook(creditors)
    book.pause("platform", on=True, actor="op_1", at=AT)
    book.pause(CREDITOR, on=True, actor="op_2", at=AT)
    rollouts = DynamoRollouts()
    rollouts.put_segment(CREDITOR, values.SEGMENT)
    rollouts.put_rollout(values.ROLLOUT)
    meter = DynamoSpendMeter()
    meter.add("2026-11", 12_000)
    meter.note_stop("2026-11", 10_000)
    meter.add("2026-12", 500)
    DynamoCounters(boto3.client("dynamodb"), "Ops").count([values.SHARE, values.UNDATED_SHARE])
    DynamoInbox().store("evt_1", '{"id": "evt_1"}', AT)
    VirtualClock(start=AT).move(AT)


def _write_portal() -> None:
    from dunlin.adapters.dynamo.portal_sessions import DynamoPortalSessions

    sessions = DynamoPortalSessions()
    sessions.put_link(values.LINK)
    sessions.put_session(values.SESSION)
    sessions.put_draft(values.DRAFT)
    sessions.count_attempt("con_full", AT)
    sessions.count_attempt("con_full", AT)
    sessions.put_code("con_full", "4" * 64, AT + DAY)
    sessions.put_payment_attempts("con_full", values.PAYMENT_ATTEMPTS, replaces=())


if __name__ == "__main__":
    main()
