"""A billing system on the deployed stack, over HTTP with the rights that its function really has:
what it says is in force before the next touch.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import subprocess
import textwrap
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.cli.main import app
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.imports.billing_words import MOST_CHANGES
from local.local_stack import LocalStack
from local.timelapse import TimeLapse
from tests.imports.place import table
from tests.imports.test_import_cloud import ImportOperator
from tests.portal.test_whole_way_cloud import activated, now, sent_to
from tests.support.builders import CREDITOR
from tests.support.deployment import target_of
from tests.wiring.stack import ROOT

pytestmark = pytest.mark.cloud


def post(stack: LocalStack, creditor: str, body: Any, key: str) -> tuple[int, dict[str, Any]]:
    raw, seconds = json.dumps(body).encode(), int(time.time())
    mark = hmac.new(key.encode(), b"%d." % seconds + raw, hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        f"{stack.portal_url}/billing/{creditor}/changes",
        data=raw,
        headers={
            "Content-Type": "application/json",
            "Dunlin-Signature": f"t={seconds},v1={mark}",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


@pytest.fixture
def desk(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    target = target_of(stack)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target)


def order(*words: str) -> tuple[int, str]:
    wanted = ["billing", *words]
    if words[0] not in ("list", "tell"):
        wanted += ["--by", "desk-1", "--why", "set-up"]
    done = CliRunner().invoke(app, wanted, env={"COLUMNS": "200"})
    return done.exit_code, done.output


def new_key(creditor: str) -> str:
    code, output = order("key", creditor)
    assert code == 0, output
    (line,) = [line for line in output.splitlines() if line.startswith("key  ")]
    return line.removeprefix("key  ")


@pytest.mark.usefixtures("desk")
def test_what_a_billing_system_says_is_in_force_before_the_next_touch(stack: LocalStack) -> None:
    from dunlin.runtime import wiring

    lapse = TimeLapse(stack)
    account = activated(stack, lapse, "billed")
    assert len(sent_to(stack, "billed@example.com")) == 1
    older = new_key(account.creditor)
    key = new_key(account.creditor)
    assert order("key", account.creditor)[0] == 2, "two are in force"
    assert order("key", "nobody")[0] == 2
    listed = order("list")[1]
    assert account.creditor in listed
    assert key not in listed

    def say(change_id: str, kind: str, **fields: Any) -> dict[str, Any]:
        change = {"change_id": change_id, "kind": kind, "reference": account.reference}
        return {**change, **fields}

    owed = {"balance_minor": 0, "currency": "USD"}
    changes = [
        say("c-1", "contact", emails=["billed2@example.com"]),
        say("c-2", "closed"),
        say("c-3", "reopened"),
        say("c-4", "fee", amount_minor=100, currency="USD"),
        say("c-5", "withdrawn", channel="sms"),
        say("c-6", "balance", **owed),
    ]
    assert post(stack, account.creditor, changes[0], key="another")[0] == 401
    status, answer = post(stack, account.creditor, {"changes": changes}, older)
    assert (status, [a["outcome"] for a in answer["changes"]]) == (200, ["applied"] * 6), answer
    status, answer = post(stack, account.creditor, {"changes": changes}, key)
    assert (status, [a["outcome"] for a in answer["changes"]]) == (200, ["known"] * 6), answer
    assert (now(account).status, now(account).balance.minor) == (Status.SETTLED, 0)
    person = wiring.account_book().consumer(account.consumer_id)
    assert person is not None
    assert person.emails[0] == "billed2@example.com"
    assert not person.consent(Channel.SMS).open
    assert order("end", account.creditor)[0] == 0
    assert order("end", account.creditor)[0] == 2, "one key alone is not ended"
    lapse.run(lapse.now + timedelta(days=45))
    assert len(sent_to(stack, "billed@example.com")) == 1
    assert sent_to(stack, "billed2@example.com") == []


def key_in_force(stack: LocalStack, creditor: str) -> str:
    """A key that the function takes now: it looks for newer ones after five minutes."""
    from dunlin.adapters.aws.secrets import read_billing_keys

    keys = read_billing_keys(stack.outputs["BillingSecretName"]).get(creditor)
    return keys.in_force[0] if keys else new_key(creditor)


def owing(stack: LocalStack, folder: Path, debts: int) -> None:
    """A creditor's export of so many debts, on the deployed stack."""
    operator = ImportOperator(stack, folder)
    rows = [f"INV-{n},,Person {n},p{n}@example.com,,250.00,2026-09-01" for n in range(debts)]
    assert sum(operator.drop("open.csv", table(rows))["outcomes"].values()) == debts


@pytest.mark.usefixtures("desk")
def test_the_call_of_the_document_is_taken_as_it_stands(stack: LocalStack, tmp_path: Path) -> None:
    owing(stack, tmp_path, 10)
    text = (ROOT / "docs/billing.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"(?m)^    body=(?:.*\n    )*.*$", text)
    environment = {"KEY": key_in_force(stack, "acme-clinic"), "PORTAL": stack.portal_url}
    done = subprocess.run(
        ["bash", "-eu", "-c", textwrap.dedent(block)],
        env=os.environ | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (answer,) = json.loads(done.stdout).get("changes", [done.stdout])
    assert (answer["change_id"], answer["outcome"]) == ("PMT-881", "applied")
    assert answer["balance_minor"] == 22_500
    again = tmp_path / "changes.csv"
    again.write_text(_file_of_the_document(text), encoding="utf-8")
    told_again = order("tell", "acme-clinic", str(again))
    assert "2 applied, 1 known, 0 refused" in told_again[1], told_again


def _file_of_the_document(text: str) -> str:
    """The delta file that the document shows."""
    lines = text[text.index("    change_id,kind") :].split("\n\n", maxsplit=1)[0]
    return textwrap.dedent(lines) + "\n"


@pytest.mark.usefixtures("desk")
def test_a_list_of_five_hundred_is_applied_once_however_often_it_is_said(
    stack: LocalStack, tmp_path: Path
) -> None:
    """On a busy machine the gateway may be past its time: the same is said again."""
    owing(stack, tmp_path, MOST_CHANGES)
    key = key_in_force(stack, CREDITOR)
    changes = [
        {"change_id": f"b-{n}", "kind": "balance", "reference": f"INV-{n}",
         "balance_minor": 10_000 + n, "currency": "USD"}
        for n in range(MOST_CHANGES)
    ]  # fmt: skip
    for _ in range(5):
        try:
            status, content = post(stack, CREDITOR, {"changes": changes}, key)
        except TimeoutError:
            continue
        if status == 200:
            break
    answers = content["changes"]
    assert {a["outcome"] for a in answers} <= {"applied", "known"}
    assert [a["balance_minor"] for a in answers] == [c["balance_minor"] for c in changes]
    status, content = post(stack, CREDITOR, {"changes": changes[:50]}, key)
    assert {a["outcome"] for a in content["changes"]} == {"known"}
