"""A portal over ports in memory, and the requests of a person in front of it."""

from __future__ import annotations

import base64
import importlib.util
import itertools
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.creditors import MemoryCreditors
from dunlin.adapters.memory.portal_sessions import MemoryEvidence, MemoryPortalSessions
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.adapters.randomness import new_token
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer
from dunlin.domain.accounts.merging import taken_in
from dunlin.domain.accounts.signal import Signal
from dunlin.domain.ids import account_id, consumer_id, entry_id
from dunlin.domain.money import Money
from dunlin.domain.tokens import address_hash, token_hash
from dunlin.ports.accounts import Reply
from dunlin.ports.portal import Link
from dunlin.runtime import wiring
from dunlin.service.portal import PortalPorts
from dunlin.service.signals.signals import apply_signal
from dunlin.views.portal.jinja_pages import PortalPages

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
BASE = "https://pay.example.com/live"
STRATEGY: dict[str, Any] = {
    "debt_role": "first",
    "brand": {
        "name": "Harbor Supply",
        "address": "1 Pier Road, Springfield, IL 62701",
        "phone": "+1 217 555 0100",
        "email_from": "accounts@example.com",
        "reply_to": "help@example.com",
        "accent": "#1f5f4a",
    },
    "ladders": {
        "standard": [{"name": "first", "days": 0, "channels": ["email"], "template": "reminder"}]
    },
}


def load_app() -> ModuleType:
    """The function's own module, as Lambda loads it."""
    name = "dunlin_portal_app"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "functions/portal/app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@dataclass
class Answer:
    """What came back over the wire."""

    status: int
    headers: dict[str, list[str]]
    body: str

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), [""])[0]

    @property
    def cookies(self) -> list[str]:
        return self.headers.get("set-cookie", [])

    @property
    def text(self) -> str:
        """What a person reads, without the markup."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.body))

    def field(self, name: str) -> str:
        match = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        assert match is not None, f"no field {name}"
        return match[1]


@dataclass
class PortalHarness:
    """One portal with one person and one debt; `signals` are what it raised."""

    base_url: str = BASE
    strategy: Mapping[str, Any] = field(default_factory=lambda: STRATEGY)

    def __post_init__(self) -> None:
        self.creditors = MemoryCreditors()
        self.creditors.put_strategy("harbor", self.strategy, NOW)
        self.book = MemoryBook(self.creditors)
        self.waker, self.sessions = MemoryWaker(), MemoryPortalSessions()
        self.evidence = MemoryEvidence()
        origin = "https://checkout.example.com"
        self.memory_processor = MemoryProcessor(origin)
        self.processor: Any = self.memory_processor
        self.clock, self.wall = FixedClock(NOW), FixedClock(NOW)
        self.signals: list[Signal] = []
        self.lasted: list[timedelta] = []
        self.portal = PortalPorts(
            book=self.book,
            addresses=self.book,
            creditors=self.creditors,
            sessions=self.sessions,
            drafts=self.sessions,
            attempts=self.sessions,
            waker=self.waker,
            processor=lambda: self.processor,
            raise_signal=self._raise,
            reply_model=wiring.reply_model,
            evidence=self.evidence,
            lasting=self._lasting,
            new_token=new_token,
            base_url=self.base_url,
        )
        self.pages = PortalPages(base_url=self.base_url, checkout_origin=origin)
        self._numbers = itertools.count(1)

    @contextmanager
    def _lasting(self, least: timedelta) -> Iterator[None]:
        """Notes how long an answer is made to take, without waiting for it."""
        self.lasted.append(least)
        yield

    def move_to(self, base_url: str, *, checkout: str) -> None:
        """The same portal at another address."""
        self.memory_processor.origin = checkout
        self.portal = replace(self.portal, base_url=base_url)
        self.pages = PortalPages(base_url=base_url, checkout_origin=checkout)

    def _raise(self, signal: Signal, reply: Reply | None, now: datetime) -> None:
        if apply_signal(signal, book=self.book, waker=self.waker, now=now, reply=reply):
            self.signals.append(signal)

    def person(self, **changes: Any) -> Consumer:
        number = next(self._numbers)
        person = Consumer(
            consumer_id=consumer_id("harbor", f"person {number}"),
            creditor="harbor",
            name="Ada Finch",
            given_name="Ada",
            emails=(f"ada{number}@example.com",),
            phones=("+12175550123",),
            state="IL",
            zip="62701-1234",
            date_of_birth=date(1985, 4, 27),
            consents={Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1)},
        )
        person = replace(person, **changes)
        self.book.consumers[person.consumer_id] = person
        return person

    def debt(self, person: Consumer, *, owed: int = 48_250, **changes: Any) -> Account:
        number = next(self._numbers)
        name = account_id("harbor", f"INV-{number}")
        account = Account(
            account_id=name,
            creditor="harbor",
            consumer_id=person.consumer_id,
            reference=f"INV-20{number:02d}",
            balance=Money(owed, "USD"),
            status=Status.ACTIVE,
            ladder_run=1,
            due_on=date(2026, 9, 14),
        )
        account = replace(account, **changes)
        self.book.accounts[name] = account
        lines = [
            ("charge", owed + 5_000 - 1_500, date(2026, 8, 15), "invoice"),
            ("charge", 1_500, date(2026, 10, 1), "late fee"),
            ("payment", -5_000, date(2026, 10, 20), "check"),
        ]
        self.book.ledgers[name] = {
            entry_id(name, source): LedgerEntry(
                entry_id=entry_id(name, source),
                account_id=name,
                kind=kind,
                amount=Money(minor, account.balance.currency),
                on=on,
                source=source,
            )
            for kind, minor, on, source in lines
        }
        return account

    def taken_in(self, person: Consumer) -> Consumer:
        """Another record of the same person, which took this one in with its debts."""
        kept = self.person(emails=(*person.emails, "ada.other@example.com"))
        self.book.consumers[person.consumer_id] = taken_in(person, kept)
        for account in self.book.accounts_of_consumer(person.consumer_id):
            moved = replace(account, consumer_id=kept.consumer_id)
            self.book.accounts[account.account_id] = moved
        return kept

    def link(self, account: Account, *, channel: str = "email", days: int = 45) -> str:
        token = new_token()
        person = self.book.consumers[account.consumer_id]
        address = person.emails[0] if channel == "email" else person.phones[0]
        self.sessions.put_link(
            Link(
                token_hash=token_hash(token),
                account_id=account.account_id,
                consumer_id=account.consumer_id,
                creditor=account.creditor,
                touch_id="tch_" + "0" * 32,
                channel=channel,
                address_hash=address_hash(address),
                expires_at=NOW + timedelta(days=days),
            )
        )
        return token

    @contextmanager
    def open(self) -> Iterator[None]:
        """The function's wiring, replaced by this harness."""
        wiring = "dunlin.runtime.wiring"
        with (
            patch(f"{wiring}.portal", lambda: self.portal),
            patch(f"{wiring}.pages", lambda: self.pages),
            patch(f"{wiring}.clock", lambda: self.clock),
            patch(f"{wiring}.real_clock", lambda: self.wall),
        ):
            yield

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        visitor: str = "",
    ) -> Answer:
        """One request as API Gateway hands it over."""
        split = urlsplit(path)
        app = load_app().app
        route, params = _route(app.routes, split.path)
        query: dict[str, list[str]] = {}
        for name, value in parse_qsl(split.query, keep_blank_values=True):
            query.setdefault(name, []).append(value)
        raw = body.encode() if isinstance(body, str) else body
        event = {
            "httpMethod": method,
            "path": split.path,
            "headers": dict(headers or {}),
            "multiValueQueryStringParameters": query or None,
            "pathParameters": params or None,
            "requestContext": {
                "resourcePath": route,
                "httpMethod": method,
                "path": split.path,
                "identity": {"sourceIp": visitor},
            },
            "stageVariables": None,
            "body": None if raw is None else base64.b64encode(raw).decode(),
            "isBase64Encoded": raw is not None,
        }
        if route not in app.routes:
            return Answer(403, {}, "")
        with self.open():
            answer = app(event, None)
        answer_headers = {k.lower(): [str(v)] for k, v in (answer.get("headers") or {}).items()}
        for name, values in (answer.get("multiValueHeaders") or {}).items():
            answer_headers.setdefault(name.lower(), []).extend(values)
        return Answer(answer["statusCode"], answer_headers, answer["body"])


def _route(routes: Mapping[str, Any], path: str) -> tuple[str, dict[str, str]]:
    for route in sorted(routes, key=lambda r: r.count("{")):
        pattern = "".join(
            f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{[^}]+\})", route)
        )
        match = re.fullmatch(pattern, path)
        if match:
            return route, {k: unquote(v) for k, v in match.groupdict().items()}
    return path, {}


@dataclass
class Browser:
    """A person's browser: keeps cookies, sends forms."""

    harness: PortalHarness
    accepts: str = "en-US,en;q=0.9"
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None)

    def post(
        self, path: str, form: Mapping[str, str] | None = None, *, visitor: str = "", **headers: str
    ) -> Answer:
        return self._send("POST", path, urlencode(form or {}), visitor, **headers)

    def upload(self, path: str, form: Mapping[str, str], file: bytes) -> Answer:
        """A form with a file, as a browser sends it."""
        edge = "----edge7f3a"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
            for name, text in form.items()
        ]
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="../../x.html"\r\n'
            "Content-Type: text/html\r\n\r\n"
        )
        body = b"".join([*parts, head.encode(), file, f"\r\n--{edge}--\r\n".encode()])
        return self._send("POST", path, body, Content_Type=f"multipart/form-data; boundary={edge}")

    def fill(self, path: str, **form: str) -> Answer:
        """Open a form and hand it in with its own hidden fields."""
        page = self.get(path)
        return self.post(path, {n: page.field(n) for n in ("nonce", "form_id")} | form)

    def _send(
        self, method: str, path: str, body: str | bytes | None, visitor: str = "", **headers: str
    ) -> Answer:
        sent = {"Accept-Language": self.accepts, "Sec-Fetch-Site": "same-origin"}
        if self.jar:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.jar.items())
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent |= {k.replace("_", "-"): v for k, v in headers.items()}
        answer = self.harness.call(method, path, body=body, headers=sent, visitor=visitor)
        for cookie in answer.cookies:
            name, _, rest = cookie.partition("=")
            value = rest.split(";")[0]
            if "Max-Age=0" in cookie or not value:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        return answer

    def sign_in(self, account: Account) -> Answer:
        """Through a link and the date of birth to the account."""
        token = self.harness.link(account)
        answer = self.post(f"/m/{token}", {"month": "4", "day": "27", "year": "1985"})
        assert answer.status == 303, answer.text
        return self.get("/account")
