"""What the stand-in knows: its objects, its clock, what is due, and the events it has told.

Everything happens under one lock, so each request sees and leaves a whole state. With a
directory the state is kept in SQLite and survives a restart; without one it is memory alone.
"""

from __future__ import annotations

import copy
import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.stripe import shapes
from local.stripe.problems import missing

Thing = dict[str, Any]
_ALPHABET = string.ascii_letters + string.digits


class StripeClock:
    """Seconds since the epoch, in life or shifted, running or held still.

    Only webhook signatures and delivery retries use real time: the receiver's clock is real.
    """

    def __init__(self) -> None:
        self._offset = 0.0
        self._held: float | None = None

    def now(self) -> float:
        """The stand-in's present, in seconds."""
        return time.time() + self._offset if self._held is None else self._held

    def move_to(self, instant: float, *, hold: bool) -> None:
        """Set the present; with `hold` it stays there until moved again."""
        self._held = instant if hold else None
        self._offset = instant - time.time()

    @property
    def held(self) -> bool:
        """True while the clock stands still."""
        return self._held is not None


@dataclass
class Settings:
    """What a start of the stand-in is given. `bank_delay`: seconds a bank debit takes."""

    base: str = ""
    business: str = "Example Clinic"
    bank_delay: float = 4 * 86_400.0
    refund_delay: float = 5 * 86_400.0


@dataclass
class StripeState:
    """All state of one stand-in. `tell` is called with each new webhook delivery, `ring` when
    something new falls due."""

    settings: Settings
    directory: Path | None = None
    clock: StripeClock = field(default_factory=StripeClock)
    lock: Any = field(default_factory=threading.RLock)
    tell: Callable[[str], None] = lambda _delivery: None
    ring: Callable[[], None] = lambda: None
    request: Thing = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    _things: dict[str, Thing] = field(default_factory=dict)
    _kinds: dict[str, dict[str, None]] = field(default_factory=dict)
    _dirty: dict[str, None] = field(default_factory=dict)
    _file: sqlite3.Connection | None = None

    def __post_init__(self) -> None:
        if self.directory is None:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(self.directory / "stripe.sqlite3", check_same_thread=False)
        # Written ahead: each request is kept whole, and costs no wait for the disk.
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS things "
            "(place INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT)"
        )
        for (body,) in self._file.execute("SELECT body FROM things ORDER BY place"):
            self._remember(json.loads(body))
        kept = self._things.get("clock")
        if kept:
            self.clock.move_to(
                kept["held"] if kept["held"] is not None else time.time() + kept["offset"],
                hold=kept["held"] is not None,
            )

    # -- objects

    def new_id(self, prefix: str, length: int = 24) -> str:
        """A fresh random id: `pi_…`."""
        return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"

    def now(self) -> int:
        """The present in whole seconds, as objects carry it."""
        return int(self.clock.now())

    def put(self, thing: Thing) -> Thing:
        """Keep an object under its id; public ones get every field their type knows."""
        if not thing["object"].startswith("_"):
            thing.update(shapes.completed(thing) | thing)
        self._remember(thing)
        self._dirty[thing["id"]] = None
        return thing

    def _remember(self, thing: Thing) -> None:
        self._things[thing["id"]] = thing
        self._kinds.setdefault(thing["object"], {})[thing["id"]] = None

    def find(self, kind: str, identifier: str) -> Thing | None:
        """The object, or None."""
        thing = self._things.get(identifier)
        return thing if thing and thing["object"] == kind else None

    def get(self, kind: str, identifier: str, param: str = "id") -> Thing:
        """The object, or Stripe's answer for one that does not exist."""
        thing = self.find(kind, identifier)
        if thing is None or thing.get("_gone"):
            raise missing(kind.replace(".", " "), identifier, param)
        return thing

    def named(self, identifier: str) -> Thing:
        """The object of this id, whatever its kind."""
        thing = self._things.get(identifier)
        if thing is None:
            raise missing("object", identifier)
        return thing

    def every(self, kind: str) -> Iterator[Thing]:
        """Objects of a kind, newest first."""
        things = [self._things[name] for name in reversed(self._kinds.get(kind, {}))]
        return (t for t in things if not t.get("_gone"))

    def drop(self, identifier: str) -> None:
        """Forget an object."""
        thing = self._things.pop(identifier, None)
        if thing is not None:
            del self._kinds[thing["object"]][identifier]
            self._dirty[identifier] = None

    def flush(self) -> None:
        """Write what changed to the file, in one transaction."""
        if self._file is None:
            self._dirty.clear()
            return
        with self._file:
            for identifier in self._dirty:
                thing = self._things.get(identifier)
                if thing is None:
                    self._file.execute("DELETE FROM things WHERE id = ?", (identifier,))
                else:
                    self._file.execute(
                        "INSERT INTO things (id, body) VALUES (?, ?) "
                        "ON CONFLICT(id) DO UPDATE SET body = excluded.body",
                        (identifier, json.dumps(thing)),
                    )
        self._dirty.clear()

    def remember_clock(self) -> None:
        """Keep the clock's setting over a restart."""
        held = self.clock.now() if self.clock.held else None
        offset = self.clock.now() - time.time()
        self.put({"id": "clock", "object": "_clock", "held": held, "offset": offset})

    def forget_everything(self) -> None:
        """A clean slate, but for the webhook endpoints."""
        for identifier, thing in list(self._things.items()):
            if thing["object"] != "webhook_endpoint":
                self.drop(identifier)

    def close(self) -> None:
        """Write and close the file."""
        self.flush()
        if self._file is not None:
            self._file.close()
            self._file = None

    # -- what is due

    def later(self, seconds: float, action: str, target: str) -> None:
        """Have `action` done to `target` after so many seconds of the stand-in's clock."""
        self.due(self.clock.now() + seconds, action, target)

    def due(self, at: float, action: str, target: str) -> None:
        """Have `action` done to `target` at an instant of the stand-in's clock."""
        timer = {"id": self.new_id("timer"), "object": "_timer"}
        self.put(timer | {"at": at, "action": action, "target": target})
        self.ring()

    def timers(self) -> list[Thing]:
        """What is due, earliest first."""
        return sorted(self.every("_timer"), key=lambda t: t["at"])

    def cancel_timers(self, target: str) -> None:
        """Nothing more will happen to `target` by itself."""
        for timer in self.timers():
            if timer["target"] == target:
                self.drop(timer["id"])

    # -- events

    def emit(self, kind: str, thing: Thing, previous: Thing | None = None) -> Thing:
        """Record an event with a snapshot of the object and queue its deliveries."""
        data: Thing = {"object": public(thing)}
        if previous is not None:
            data["previous_attributes"] = previous
        endpoints = [
            e
            for e in self.every("webhook_endpoint")
            if e["status"] == "enabled" and {"*", kind} & set(e["enabled_events"])
        ]
        event = self.put(
            {
                "id": self.new_id("evt"),
                "object": "event",
                "api_version": shapes.API_VERSION,
                "created": self.now(),
                "data": data,
                "livemode": False,
                "pending_webhooks": len(endpoints),
                "request": dict(self.request),
                "type": kind,
            }
        )
        for endpoint in endpoints:
            self.deliver(event["id"], endpoint["id"])
        return event

    def deliver(self, event: str, endpoint: str) -> Thing:
        """Queue one delivery of an event."""
        delivery = self.put(
            {
                "id": self.new_id("dlv"),
                "object": "_delivery",
                "event": event,
                "endpoint": endpoint,
                "attempts": [],
                "state": "pending",
            }
        )
        self.tell(delivery["id"])
        return delivery


def public(thing: Any) -> Any:
    """A copy without what the stand-in keeps for itself (names that begin with `_`)."""
    if isinstance(thing, dict):
        return {n: public(v) for n, v in thing.items() if not n.startswith("_")}
    if isinstance(thing, list):
        return [public(v) for v in thing]
    return copy.copy(thing)
