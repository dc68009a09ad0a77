"""The stand-in as a program: where it listens, its controls over HTTP, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
import stripe

from tests.stripe.conftest import KEY, SECRET
from tests.stripe.receiver import Receiver
from tests.stripe.waiting import until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def program(receiver: Receiver, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "local.stripe", "--port", "0", "--bank-delay", "60",
               "--webhook", receiver.url, "--secret", SECRET,
               "--state", str(tmp_path / "state")]  # fmt: skip
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as running:
        assert running.stdout is not None
        yield running, running.stdout.readline().split()[-1]
        if running.poll() is None:
            running.kill()


def ask(base: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{base}/_test{path}", data=data)) as answer:
        return json.load(answer)


def opened(base: str) -> str:
    client = stripe.StripeClient(KEY, base_addresses={"api": base})
    return client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "https://example.com/done",
            "line_items": [{"quantity": 1, "price_data": {
                "currency": "usd", "unit_amount": 2500,
                "product_data": {"name": "Account payment"}}}],
        }
    ).id  # fmt: skip


@pytest.mark.slow
def test_serves_pays_and_ends(
    program: tuple[subprocess.Popen[str], str], receiver: Receiver
) -> None:
    running, base = program
    assert ask(base, "/health") == {"ok": True, "api_version": stripe.api_version}
    paid = ask(base, f"/sessions/{opened(base)}/pay", {"method": "pm_usBankAccount_success"})
    assert (paid["status"], paid["location"]) == ("complete", "https://example.com/done")
    clock = ask(base, "/clock", {"advance": 61})
    assert clock["next_due"] is None
    until(lambda: "checkout.session.async_payment_succeeded" in receiver.types())
    # A delivery is noted a moment after the receiver has answered it.
    until(lambda: {d["state"] for d in ask(base, "/deliveries")} == {"delivered"})
    assert len(ask(base, "/deliveries")) == len(receiver.events)
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err) == (0, "", "")


def test_listens_on_this_machine_alone(program: tuple[subprocess.Popen[str], str]) -> None:
    running, base = program
    port = f"{urlsplit(base).port:04X}"
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{running.pid}/net/{table}").read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            if address.endswith(f":{port}") and state == "0A":
                listening.append(address)
    assert listening == [f"0100007F:{port}"]


def test_the_clock_takes_an_instant(program: tuple[subprocess.Popen[str], str]) -> None:
    _, base = program
    moved = ask(base, "/clock", {"now": "2027-01-04T15:00:00+00:00", "hold": True})
    assert (moved["now"], moved["held"]) == (1799074800.0, True)
    assert ask(base, "/clock") == moved


def test_reset_is_a_clean_slate(
    program: tuple[subprocess.Popen[str], str], receiver: Receiver
) -> None:
    _, base = program
    checkout = opened(base)
    ask(base, "/webhooks", {"drop": 5})
    ask(base, "/clock", {"advance": 3600, "hold": True})
    ask(base, "/reset", {})
    assert ask(base, "/clock")["held"] is False
    assert ask(base, "/clock")["next_due"] is None
    assert ask(base, "/webhooks")["drop"] == 0
    client = stripe.StripeClient(KEY, base_addresses={"api": base})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.retrieve(checkout)
    client.v1.customers.create({})
    until(lambda: receiver.types() == ["customer.created"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/nothing", {}, 404),
        ("/sessions/cs_test_1/pay", {}, 404),
        ("/payments/pi_1/settle", {}, 404),
        ("/webhooks", {"colour": 1}, 400),
        ("/faults", {"kind": "earthquake"}, 400),
        ("/disputes/du_1/close", {}, 404),
        ("/clock", [], 400),
        ("/clock", {"now": "tomorrow"}, 400),
    ],
)
def test_wrong_controls(
    program: tuple[subprocess.Popen[str], str], path: str, body: Any, status: int
) -> None:
    with pytest.raises(HTTPError) as refusal:
        ask(program[1], path, body)
    refusal.value.close()
    assert refusal.value.code == status
