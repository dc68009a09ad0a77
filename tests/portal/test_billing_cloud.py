"""A billing system on the deployed stack, over HTTP with the rights that its function really has:
what it says is in force before the next touch.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.cli.main import app
from dunlin.cli.target import Target
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import Channel
from local.local_stack import LocalStack
from local.timelapse import TimeLapse
from tests.portal.test_whole_way_cloud import activated, now, sent_to

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
    target = Target(
        where="here",
        outputs=stack.outputs,
        time_lapse=stack.time_lapse,
        endpoint=stack.cloud.endpoint,
        urls={},
    )
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target)


def order(*words: str) -> tuple[int, str]:
    wanted = ["billing", *words]
    if words[0] != "list":
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
