"""Our twenty lines of verification against the SDK's own: they accept exactly the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import stripe
import time_machine
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dunlin.domain.payments.payments import ForgedEvent
from dunlin.domain.payments.signature import verify_signature

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
SECRET, OTHER = "whsec_one", "whsec_two"
BODY = '{"id": "evt_1", "object": "event"}'


def header(body: str = BODY, secret: str = SECRET, age: int = 0) -> str:
    at = int(NOW.timestamp()) - age
    return stripe.WebhookSignature.generate_signature_header(body, secret, at)


def ours(body: bytes, mark: str, secrets: list[str]) -> bool:
    try:
        verify_signature(body, mark, secrets, NOW)
    except ForgedEvent:
        return False
    return True


def theirs(body: bytes, mark: str, secret: str) -> bool:
    with time_machine.travel(NOW, tick=False):
        try:
            return stripe.WebhookSignature.verify_header(body, mark, secret, 300)
        except (stripe.SignatureVerificationError, TypeError):
            return False  # the SDK stumbles over a mark that is not ASCII


def test_genuine() -> None:
    verify_signature(BODY.encode(), header(), [SECRET], NOW)


@pytest.mark.parametrize("secrets", [[SECRET, OTHER], [OTHER, SECRET]])
def test_either_secret_while_one_replaces_the_other(secrets: list[str]) -> None:
    verify_signature(BODY.encode(), header(), secrets, NOW)


@pytest.mark.parametrize("secrets", [[], [OTHER], [""], ["  "]])
def test_no_secret_of_ours(secrets: list[str]) -> None:
    mark = header(secret="") if secrets == [""] else header()
    with pytest.raises(ForgedEvent):
        verify_signature(BODY.encode(), mark, secrets, NOW)


def test_changed_by_one_byte() -> None:
    for place in range(len(BODY)):
        changed = bytearray(BODY.encode())
        changed[place] ^= 1
        with pytest.raises(ForgedEvent):
            verify_signature(bytes(changed), header(), [SECRET], NOW)


@pytest.mark.parametrize(("age", "good"), [(0, True), (300, True), (301, False), (-900, True)])
def test_age(age: int, good: bool) -> None:
    assert ours(BODY.encode(), header(age=age), [SECRET]) is good


def test_replayed_tomorrow() -> None:
    with pytest.raises(ForgedEvent, match="old"):
        verify_signature(BODY.encode(), header(), [SECRET], NOW + timedelta(days=1))


MARK = header().partition("v1=")[2]
AT = int(NOW.timestamp())
PIECES = [
    f"t={AT}", f"t={AT - 301}", f"t={AT}=", f"t= {AT}", "t=", "t", "t=x", "t=1_0", "t=-1", "",
    f"v1={MARK}", f"v1={MARK.upper()}", f"v1={MARK}=x", "v1=", "v1", f"v0={MARK}", f"V1={MARK}",
    " ", "=", "é=é", "v1=é", f"t={'9' * 5000}",
]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=600)
@example([f"t={AT}", "v1=é", f"v1={MARK}"], BODY, SECRET)
@example([f"t={AT}", f"v1={MARK}", "v1=é"], BODY, SECRET)
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=4),
    body=st.sampled_from([BODY, BODY + " ", ""]),
    secret=st.sampled_from([SECRET, OTHER, "", " "]),
)
def test_agrees_with_the_sdk(pieces: list[str], body: str, secret: str) -> None:
    mark = ",".join(pieces)
    assert ours(body.encode(), mark, [secret]) == theirs(body.encode(), mark, secret)


@settings(max_examples=200)
@given(body=st.text(), age=st.integers(-1000, 1000), secret=st.sampled_from([SECRET, OTHER]))
def test_agrees_with_the_sdk_on_any_body(body: str, age: int, secret: str) -> None:
    raw = body.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    mark = header(raw, age=age)
    assert ours(raw.encode(), mark, [secret]) == theirs(raw.encode(), mark, secret)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ForgedEvent):
        verify_signature(b"\xff\xfe", header(), [SECRET], NOW)
