"""A portal whose payments go through the processor's stand-in, webhooks and all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from dunlin.adapters.aws.clocks import SystemClock
from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryQueue
from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.adapters.stripe.webhook import StripeWebhook
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.ledger import total
from functions.post_payment import handler as post_payment
from functions.receive_webhook import handler as receive_webhook
from local.stripe import StripeStandIn
from tests.portal.harness import PortalHarness
from tests.portal.server import serve

KEY, SECRET = "sk_test_portal_0001", "whsec_portal_0001"


class Shop:
    """A portal whose processor is the stand-in, with both functions of the webhook."""

    def __init__(self) -> None:
        self.harness = PortalHarness()
        self.inbox, self.queue = MemoryInbox(), MemoryQueue()
        self.receive, self.post = receive_webhook, post_payment
        self.account = self.harness.debt(self.harness.person())
        self.stripe: StripeStandIn | None = None
        self.failed: list[object] = []
        self.base = ""

    def webhook(self, raw: bytes, headers: dict[str, str]) -> int:
        event = {"headers": headers, "body": raw.decode(), "isBase64Encoded": False}
        status: int = self.receive.handler(event, None)["statusCode"]
        records = [
            {"messageId": str(n), "body": json.dumps(m)} for n, m in enumerate(self.queue.messages)
        ]
        self.queue.messages.clear()
        self.failed += self.post.handler({"Records": records}, None)["batchItemFailures"]
        return status

    @property
    def processor(self) -> StripeStandIn:
        assert self.stripe is not None
        return self.stripe

    @property
    def now(self) -> Account:
        return self.harness.book.accounts[self.account.account_id]

    def until(self, done: Callable[[], bool]) -> None:
        """Poll with a deadline; then the books must agree."""
        deadline = time.monotonic() + 10
        while not done():
            assert time.monotonic() < deadline, self.now
            time.sleep(0.02)
        self.processor.wait_idle()
        ledger = list(self.harness.book.ledgers[self.account.account_id].values())
        assert total(ledger, "USD") == self.now.balance
        assert self.failed == []


@contextmanager
def open_shop() -> Iterator[Shop]:
    """The shop with its portal, its webhook and the stand-in, each listening."""
    shop = Shop()
    real = SystemClock()
    shop.harness.clock = shop.harness.wall = real  # type: ignore[assignment]
    ports = {
        "processor": lambda: shop.harness.processor,
        "webhook": lambda: StripeWebhook((SECRET,)),
        "real_money": lambda: False,
        "inbox": lambda: shop.inbox,
        "payment_queue": lambda: shop.queue,
        "account_book": lambda: shop.harness.book,
        "sessions": lambda: shop.harness.sessions,
        "waker": lambda: shop.harness.waker,
        "real_clock": lambda: real,
        "clock": lambda: real,
    }
    with ExitStack() as stack:
        for name, port in ports.items():
            stack.enter_context(patch(f"dunlin.runtime.wiring.{name}", port))
        shop.base = stack.enter_context(serve(shop.harness, shop.webhook))
        origin = shop.base.removesuffix("/live")
        shop.stripe = stack.enter_context(
            StripeStandIn(webhook=f"{origin}/webhooks/stripe", secret=SECRET)
        )
        shop.harness.processor = StripeProcessor(secret_key=KEY, api_base=shop.stripe.url)
        shop.harness.move_to(shop.base, checkout=shop.stripe.url)
        yield shop
