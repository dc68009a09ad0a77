"""The keys of billing systems in their one secret: who changes them at once loses none."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from dunlin.adapters.aws import secrets
from dunlin.domain.errors import DomainError
from dunlin.domain.payments.billing_keys import BillingKeys, rotated
from local.cloud import Cloud
from tests.support.emulator import emulator

pytestmark = pytest.mark.cloud
DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with emulator(tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture
def secret(bare: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    client = bare.client("secretsmanager")
    monkeypatch.setattr(secrets, "_client", lambda: client)
    name = f"billing-{uuid.uuid4().hex}"
    client.create_secret(Name=name, SecretString="{}")
    yield name
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_keys_that_are_made_at_once_are_all_stored(secret: str) -> None:
    creditors = [f"creditor-{n}" for n in range(4)]
    together = Barrier(len(creditors))

    def make(creditor: str) -> None:
        waited = False

        def change(keys: Mapping[str, BillingKeys]) -> Mapping[str, BillingKeys]:
            nonlocal waited
            if not waited:  # all have read the same before anybody writes
                waited = True
                together.wait(30)
            return {**keys, creditor: rotated(keys.get(creditor), f"key of {creditor}", DAY)}

        secrets.change_billing_keys(secret, change)

    with ThreadPoolExecutor(len(creditors)) as threads:
        list(threads.map(make, creditors))
    stored = secrets.read_billing_keys(secret)
    assert {name: keys.key for name, keys in stored.items()} == {
        c: f"key of {c}" for c in creditors
    }


def test_a_creditor_who_is_given_two_keys_at_once_has_both(secret: str, bare: Cloud) -> None:
    def rotate(key: str, keys: Mapping[str, BillingKeys]) -> Mapping[str, BillingKeys]:
        return {**keys, "acme": rotated(keys.get("acme"), key, DAY)}

    def slow(keys: Mapping[str, BillingKeys]) -> Mapping[str, BillingKeys]:
        if not keys:
            secrets.change_billing_keys(secret, lambda k: rotate("first", k))
        return rotate("second", keys)

    secrets.change_billing_keys(secret, slow)
    assert secrets.read_billing_keys(secret)["acme"].in_force == ("second", "first")
    versions: dict[str, Any] = bare.client("secretsmanager").describe_secret(SecretId=secret)
    labels = [label for own in versions["VersionIdsToStages"].values() for label in own]
    assert sorted(labels) == ["AWSCURRENT", "AWSPREVIOUS"], "no label is left behind"


def test_a_key_for_which_there_is_no_room_is_refused_and_changes_nothing(
    secret: str, bare: Cloud
) -> None:
    keys = {
        f"creditor-{n}": {"key": "k" * 43, "older": "o" * 43, "made_on": DAY.isoformat()}
        for n in range(440)
    }
    text = json.dumps(keys, separators=(",", ":"))
    assert len(text) < secrets._LARGEST_SECRET
    bare.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=text)
    full = {f"another-{n}": rotated(None, "k" * 43, DAY) for n in range(60)}
    with pytest.raises(DomainError, match="is full: 500 creditors have keys"):
        secrets.change_billing_keys(secret, lambda stored: {**stored, **full})
    assert len(secrets.read_billing_keys(secret)) == len(keys)
