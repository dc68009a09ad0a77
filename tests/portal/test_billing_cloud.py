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
from datetime import date, timedelta
from typing import Any

import pytest

from dunlin.adapters.aws.secrets import write_billing_keys
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.payments.billing_keys import BillingKeys
from local.local_stack import LocalStack
from local.timelapse import TimeLapse
from tests.portal.test_whole_way_cloud import activated, now, sent_to

pytestmark = pytest.mark.cloud
KEY = "key-of-a-billing-system"


def post(stack: LocalStack, creditor: str, body: Any, key: str = KEY) -> tuple[int, dict[str, Any]]:
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


def test_what_a_billing_system_says_is_in_force_before_the_next_touch(stack: LocalStack) -> None:
    from dunlin.runtime import wiring

    lapse = TimeLapse(stack)
    account = activated(stack, lapse, "billed")
    assert len(sent_to(stack, "billed@example.com")) == 1
    keys = BillingKeys(key=KEY, made_on=date(2026, 11, 23))
    write_billing_keys(stack.outputs["BillingSecretName"], {account.creditor: keys})

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
    status, answer = post(stack, account.creditor, {"changes": changes})
    assert (status, [a["outcome"] for a in answer["changes"]]) == (200, ["applied"] * 6), answer
    status, answer = post(stack, account.creditor, {"changes": changes})
    assert (status, [a["outcome"] for a in answer["changes"]]) == (200, ["known"] * 6), answer
    assert (now(account).status, now(account).balance.minor) == (Status.SETTLED, 0)
    person = wiring.account_book().consumer(account.consumer_id)
    assert person is not None
    assert person.emails[0] == "billed2@example.com"
    assert not person.consent(Channel.SMS).open
    lapse.run(lapse.now + timedelta(days=45))
    assert len(sent_to(stack, "billed@example.com")) == 1
    assert sent_to(stack, "billed2@example.com") == []
