"""Tells the subscribed endpoints what happened: signed when delivered, retried, or worse.

Stripe promises at least once and in no order. The knobs make that true on demand: copies,
delays, reversed order, first attempts that fail, deliveries that are lost.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from local.stripe.state import StripeState, Thing, public


@dataclass(frozen=True)
class Knobs:
    """How delivery misbehaves. `types` limits all of it to some event types.

    `duplicate`: extra copies of each. `delay`: seconds before the first attempt. `reorder`:
    hold this many and send them in reverse. `fail`: so many next attempts fail and are retried.
    `drop`: so many next deliveries never happen. `retry`: seconds before each further attempt.
    """

    duplicate: int = 0
    delay: float = 0.0
    reorder: int = 0
    fail: int = 0
    drop: int = 0
    types: tuple[str, ...] = ()
    retry: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

    def changed(self, wanted: dict[str, Any]) -> Knobs:
        """These knobs with some set anew; a wrong name or type is a ValueError."""
        known = {f.name: type(getattr(Knobs(), f.name)) for f in fields(Knobs)}
        if not wanted.keys() <= known.keys():
            raise ValueError(f"unknown knobs: {sorted(wanted.keys() - known.keys())}")
        return replace(self, **{name: known[name](value) for name, value in wanted.items()})


def signature(body: str, signing_secrets: list[str], at: int) -> str:
    """The `Stripe-Signature` header: one v1 for each secret in force."""
    marks = [
        hmac.new(s.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
        for s in signing_secrets
    ]
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


class Dispatcher:
    """One thread that hands deliveries to their endpoints."""

    def __init__(self, state: StripeState) -> None:
        self._state = state
        self._fresh: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._poked = threading.Event()
        self._stopping = False
        self._held: list[str] = []
        self._due: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, name="stripe-webhooks", daemon=True)
        self.knobs = Knobs()
        state.tell = self._queue

    def start(self) -> None:
        """Begin delivering, what an earlier run left over first."""
        left_over = [d["id"] for d in self._state.every("_delivery") if d["state"] == "pending"]
        for name in reversed(left_over):
            self._queue(name)
        self._thread.start()

    def stop(self) -> None:
        """Finish the attempt in hand and stop."""
        self._stopping = True
        self._poked.set()
        if self._thread.is_alive():
            self._thread.join(timeout=35)

    def _queue(self, name: str) -> None:
        self._fresh.put(name)
        self._poked.set()

    def turn(self, wanted: dict[str, Any]) -> Knobs:
        """Turn knobs; what reorder held back goes out when it is turned off."""
        with self._state.lock:
            self.knobs = self.knobs.changed(wanted)
            if not self.knobs.reorder:
                self._release()
        self._poked.set()
        return self.knobs

    def idle(self) -> bool:
        """True where nothing waits for delivery."""
        with self._state.lock:
            return all(d["state"] != "pending" for d in self._state.every("_delivery"))

    def _run(self) -> None:
        while not self._stopping:
            self._poked.clear()
            with self._state.lock:
                while not self._fresh.empty():
                    self._admit(self._fresh.get())
                now = time.monotonic()
                coming, name = min(((at, n) for n, at in self._due.items()), default=(None, ""))
                if coming is not None and coming <= now:
                    del self._due[name]
            if coming is not None and coming <= now:
                self._attempt(name)
            else:
                self._poked.wait(None if coming is None else coming - now)

    def _admit(self, name: str) -> None:
        delivery = self._state.find("_delivery", name)
        if delivery is None:
            return
        touched = self._touched(self._state.get("event", delivery["event"])["type"])
        if touched and self.knobs.drop:
            self.knobs = replace(self.knobs, drop=self.knobs.drop - 1)
            delivery["state"] = "dropped"
            self._state.put(delivery)
        elif touched and self.knobs.reorder:
            self._held.append(name)
            if len(self._held) >= self.knobs.reorder:
                self._release()
        else:
            self._due[name] = time.monotonic() + (self.knobs.delay if touched else 0.0)

    def _release(self) -> None:
        now = time.monotonic()
        for place, name in enumerate(reversed(self._held)):
            self._due[name] = now + self.knobs.delay + place * 1e-6
        self._held.clear()

    def _touched(self, kind: str) -> bool:
        return not self.knobs.types or kind in self.knobs.types

    def _attempt(self, name: str) -> None:
        with self._state.lock:
            delivery = self._state.find("_delivery", name)
            if delivery is None:
                return
            event = self._state.get("event", delivery["event"])
            endpoint = self._state.find("webhook_endpoint", delivery["endpoint"])
            body = json.dumps(public(event), indent=2)
        kind = event["type"]
        copies = 1 + (self.knobs.duplicate if self._touched(kind) else 0)
        results: list[int | str] = []
        if endpoint is None or endpoint.get("_gone"):
            self._record(delivery, event, ["endpoint deleted"], final="gone")
            return
        for _ in range(copies):
            if self.knobs.fail and self._touched(kind):
                self.knobs = replace(self.knobs, fail=self.knobs.fail - 1)
                results.append("failed by a knob")
            else:
                results.append(_post(endpoint["url"], body, _secrets_in_force(endpoint)))
        if any(isinstance(r, int) and 200 <= r < 300 for r in results):
            self._record(delivery, event, results, final="delivered")
            return
        tries = len(delivery["attempts"])
        if tries < len(self.knobs.retry):
            self._record(delivery, event, results, final="pending")
            self._due[name] = time.monotonic() + self.knobs.retry[tries]
        else:
            self._record(delivery, event, results, final="failed")

    def _record(
        self, delivery: Thing, event: Thing, results: list[int | str], *, final: str
    ) -> None:
        with self._state.lock:
            delivery["attempts"].append({"at": time.time(), "results": results})
            delivery["state"] = final
            self._state.put(delivery)
            if final == "delivered":
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
                self._state.put(event)
            self._state.flush()

    def as_dict(self) -> dict[str, Any]:
        """The knobs as they stand."""
        return asdict(self.knobs)


def _secrets_in_force(endpoint: Thing) -> list[str]:
    return [s["secret"] for s in endpoint["_secrets"] if s["until"] is None
            or s["until"] > time.time()]  # fmt: skip


def _post(url: str, body: str, signing_secrets: list[str]) -> int | str:
    request = urllib.request.Request(
        url,
        data=body.encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(body, signing_secrets, int(time.time())),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code
    except (OSError, ValueError) as failure:
        return f"{type(failure).__name__}: {failure}"
