"""The process: one HTTP server on 127.0.0.1, one thread for webhooks, one for what falls due.

`StripeStandIn` is both the program and what tests start in their own process.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.stripe import api, cards, checkout, intents, money, pages, shapes
from local.stripe.problems import StripeProblem
from local.stripe.state import Settings, StripeState, Thing, public
from local.stripe.webhooks import Dispatcher, Knobs
from local.stripe.words import language

_FAULTS = ("unavailable", "rate_limited", "lost_reply", "slow")
_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"  # noqa: E501


class StripeStandIn:
    """A running stand-in. `port` 0 takes a free one; `url` is known after `start`.

    `webhook` and `secret` subscribe one endpoint to everything, like a dashboard would.
    `directory` keeps everything over a restart; None keeps it in memory.
    `bank_delay` is how many seconds of the stand-in's clock a bank debit takes.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        webhook: str = "",
        secret: str = "",
        directory: Path | None = None,
        bank_delay: float = 4 * 86_400.0,
        business: str = "Example Clinic",
    ) -> None:
        self.state = StripeState(Settings(business=business, bank_delay=bank_delay), directory)
        self.webhooks = Dispatcher(self.state)
        self._port = port
        self._webhook, self._secret = webhook, secret
        self._faults: list[Thing] = []
        self._in_flight: set[str] = set()
        self._flight = threading.Lock()
        self._rung = threading.Event()
        self._stopping = False
        self._server: ThreadingHTTPServer | None = None
        self._threads: list[threading.Thread] = []
        self.state.ring = self._rung.set
        self.url = ""

    def start(self) -> Self:
        """Listen, deliver and keep time until `stop`."""
        handler = type("Handler", (_StripeHandler,), {"stand_in": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.state.settings.base = self.url
        if self._webhook:
            self._subscribe()
        serve = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        keep = threading.Thread(target=self._keep_time, daemon=True)
        self._threads = [serve, keep]
        for thread in self._threads:
            thread.start()
        self.webhooks.start()
        return self

    def stop(self) -> None:
        """Stop listening and delivering, and write what is kept."""
        self._stopping = True
        self._rung.set()
        self.webhooks.stop()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=5)
        with self.state.lock:
            self.state.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _subscribe(self) -> None:
        """Subscribe the given address, or find the subscription of an earlier run."""
        with self.state.lock:
            known = [e for e in self.state.every("webhook_endpoint") if e["url"] == self._webhook]
            if known and self._secret:
                known[0]["_secrets"] = [{"secret": self._secret, "until": None}]
                self.state.put(known[0])
            elif not known:
                wanted: Thing = {
                    "url": self._webhook,
                    "enabled_events": ["*"],
                    "api_version": shapes.API_VERSION,
                }
                if self._secret:
                    wanted["_secret"] = self._secret
                api.create_endpoint(self.state, wanted)
            self.state.flush()

    # -- time

    def _keep_time(self) -> None:
        while not self._stopping:
            self._rung.clear()
            self.run_due()
            with self.state.lock:
                coming = next((t["at"] for t in self.state.timers()), None)
                wait = None if coming is None or self.state.clock.held else (
                    max(0.0, coming - self.state.clock.now())
                )  # fmt: skip
            self._rung.wait(wait if wait is None else min(wait, 3600.0))

    def run_due(self) -> int:
        """Do what fell due; the number of things done."""
        done = 0
        with self.state.lock:
            while True:
                due = [t for t in self.state.timers() if t["at"] <= self.state.clock.now()]
                if not due:
                    break
                self.state.drop(due[0]["id"])
                self._do(due[0]["action"], due[0]["target"])
                done += 1
            self.state.flush()
        return done

    def _do(self, action: str, target: str) -> None:
        thing = self.state.named(target)
        if action == "settle":
            self.settle(target)
        elif action == "refund_paid":
            money.refund_paid(self.state, thing)
        elif action == "refund_failed":
            money.refund_failed(self.state, thing)
        elif action == "expire_session":
            checkout.expire(self.state, thing, by_api=False)

    # -- what tests and the demo may do

    def move_clock(
        self, *, advance: float = 0.0, to: float | None = None, hold: bool | None = None
    ) -> Thing:
        """Move the clock on (or to an instant) and do what fell due on the way."""
        with self.state.lock:
            clock = self.state.clock
            target = (clock.now() if to is None else to) + advance
            clock.move_to(target, hold=clock.held if hold is None else hold)
            self.state.remember_clock()
            self.run_due()
        self._rung.set()
        return self.clock()

    def clock(self) -> Thing:
        """The present, the next thing due, and whether deliveries wait."""
        with self.state.lock:
            return {
                "now": self.state.clock.now(),
                "held": self.state.clock.held,
                "next_due": next((t["at"] for t in self.state.timers()), None),
                "deliveries_waiting": not self.webhooks.idle(),
            }

    def settle(self, payment: str, failure: str | None = None) -> Thing:
        """The bank's answer to a pending debit, now: paid, or returned with a reason."""
        with self.state.lock:
            thing = self.state.get("payment_intent", payment)
            if thing["status"] != "processing":
                raise StripeProblem(f"{payment} is not pending", executed=False)
            intents.settle(self.state, thing, failure)
            checkout.after_settlement(self.state, thing)
            self.state.flush()
            return thing

    def pay_session(self, session: str, token: str = "pm_card_visa") -> Thing:
        """A person pays an open session on its hosted page with a test method.

        Gives `{status, location, error}`; a method that asks for proof is confirmed.
        """
        with self.state.lock:
            thing = self.state.get("checkout.session", session)
            behaviour = cards.by_token(token)
            if thing["status"] != "open" or behaviour is None:
                raise StripeProblem(f"{session} is not open, or {token} is no test method",
                              executed=False)  # fmt: skip
            error, place = checkout.submit_method(self.state, thing, *behaviour)
            self.state.flush()
            return {"status": thing["status"], "location": place, "error": error}

    def control(self, path: str, wanted: Thing) -> Thing:
        """One `/_test/…` call. Raises `StripeProblem` for what does not exist."""
        name, _, rest = path.strip("/").partition("/")
        identifier, _, verb = rest.partition("/")
        with self.state.lock:
            answer = self._controlled(name, identifier, verb, wanted)
            self.state.flush()
            return answer

    def _controlled(self, name: str, identifier: str, verb: str, wanted: Thing) -> Thing:
        plain: dict[str, Callable[[Thing], Thing]] = {
            "reset": self._reset,
            "clock": self._set_clock,
            "webhooks": self._turn,
            "faults": lambda given: self.break_next(**given),
        }
        on_one: dict[tuple[str, str], Callable[[str, Thing], Thing]] = {
            ("sessions", "pay"): lambda identifier, given: self.pay_session(
                identifier, given.get("method", "pm_card_visa")
            ),
            ("sessions", "expire"): lambda identifier, _: checkout.expire(
                self.state, self.state.get("checkout.session", identifier)
            ),
            ("payments", "settle"): lambda identifier, given: self.settle(
                identifier, given.get("failure")
            ),
            ("payments", "dispute"): self._dispute,
            ("disputes", "close"): lambda identifier, given: money.close_dispute(
                self.state, self.state.get("dispute", identifier), won=given["won"]
            ),
            ("refunds", "settle"): lambda identifier, _: money.refund_paid(
                self.state, self.state.get("refund", identifier)
            ),
            ("refunds", "fail"): lambda identifier, _: money.refund_failed(
                self.state, self.state.get("refund", identifier)
            ),
            ("methods", "behave"): lambda identifier, given: self._behave(identifier, given["as"]),
            ("events", "resend"): lambda identifier, _: self._resend(identifier),
            ("endpoints", "roll"): self._roll,
        }
        if name in plain and not identifier:
            return plain[name](wanted)
        if (name, verb) in on_one:
            return on_one[name, verb](identifier, wanted)
        raise StripeProblem(f"No such control: {name}", status=404, executed=False)

    def _reset(self, _wanted: Thing) -> Thing:
        """As just started: no objects but the subscriptions, real time, honest webhooks."""
        self.state.forget_everything()
        self.state.clock.move_to(time.time(), hold=False)
        self.webhooks.knobs = Knobs()
        self._faults.clear()
        return {}

    def _set_clock(self, wanted: Thing) -> Thing:
        to = wanted.get("now")
        if isinstance(to, str):
            to = datetime.fromisoformat(to).timestamp()
        return self.move_clock(
            advance=float(wanted.get("advance", 0)), to=to, hold=wanted.get("hold")
        )

    def _turn(self, wanted: Thing) -> Thing:
        self.webhooks.turn(wanted)
        return self.webhooks.as_dict()

    def _dispute(self, payment: str, wanted: Thing) -> Thing:
        charge = self.state.get("payment_intent", payment)["latest_charge"]
        return money.open_dispute(self.state, self.state.get("charge", charge), **wanted)

    def _behave(self, identifier: str, behaviour: str) -> Thing:
        if behaviour not in cards.BEHAVIOURS:
            raise StripeProblem(f"Behaviours are {sorted(cards.BEHAVIOURS)}", executed=False)
        method = self.state.get("payment_method", identifier)
        method["_behaviour"] = behaviour
        return self.state.put(method)

    def _resend(self, identifier: str) -> Thing:
        self.state.get("event", identifier)
        endpoints = list(self.state.every("webhook_endpoint"))
        for endpoint in endpoints:
            self.state.deliver(identifier, endpoint["id"])
        return {"deliveries": len(endpoints)}

    def _roll(self, identifier: str, wanted: Thing) -> Thing:
        """A new signing secret; the old one signs beside it for `keep` seconds."""
        endpoint = self.state.get("webhook_endpoint", identifier)
        fresh = wanted.get("secret") or f"whsec_{self.state.new_id('w', 32)[2:]}"
        until = time.time() + float(wanted.get("keep", 86_400))
        for old in endpoint["_secrets"]:
            old["until"] = min(old["until"] or until, until)
        endpoint["_secrets"] = [*endpoint["_secrets"], {"secret": fresh, "until": None}]
        self.state.put(endpoint)
        return {"secret": fresh}

    def break_next(
        self, *, kind: str, path: str = "/v1/", times: int = 1, seconds: float = 1.0
    ) -> Thing:
        """Let the next calls under a path go wrong: `unavailable` (500, nothing done),
        `rate_limited` (429), `lost_reply` (done, but the answer never arrives), `slow`."""
        if kind not in _FAULTS:
            raise StripeProblem(f"Faults are {_FAULTS}", executed=False)
        fault = {"kind": kind, "path": path, "times": times, "seconds": seconds}
        self._faults.append(fault)
        return fault

    def _fault(self, path: str) -> Thing | None:
        with self._flight:
            for fault in self._faults:
                if path.startswith(fault["path"]) and fault["times"] > 0:
                    fault["times"] -= 1
                    return fault
        return None

    def deliveries(self) -> list[Thing]:
        """Every delivery, oldest first, with its attempts."""
        with self.state.lock:
            return [
                {**d, "type": self.state.get("event", d["event"])["type"]}
                for d in reversed(list(self.state.every("_delivery")))
            ]

    def events(self, kind: str = "") -> list[Thing]:
        """Events told so far, oldest first."""
        with self.state.lock:
            events = reversed(list(self.state.every("event")))
            return [public(e) for e in events if not kind or e["type"] == kind]

    def wait_idle(self, seconds: float = 10.0) -> None:
        """Wait until nothing is left to deliver, or raise TimeoutError."""
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while not self.webhooks.idle():
            if time.monotonic() > deadline:
                raise TimeoutError("webhooks are still waiting for delivery")
            pause.wait(0.01)

    # -- requests

    def call(
        self, method: str, path: str, text: str, headers: dict[str, str]
    ) -> api.ApiAnswer | None:
        """One API call with faults and concurrency. None: the answer is lost on the way."""
        fault = self._fault(path)
        kind = fault["kind"] if fault else ""
        if kind in ("unavailable", "rate_limited"):
            status, code = (500, None) if kind == "unavailable" else (429, "rate_limit")
            error = {"message": "Told to fail.", "type": "api_error" if status == 500
                     else "invalid_request_error"} | ({"code": code} if code else {})  # fmt: skip
            return api.ApiAnswer(status, {"error": error}, {"Request-Id": "req_fault"})
        key = headers.get("idempotency-key", "") if method == "POST" else ""
        with self._flight:
            if key and key in self._in_flight:
                error = {
                    "message": "There is currently another in-progress request using this "
                    f"Idempotent Key (that probably means you submitted twice): {key}",
                    "type": "idempotency_error",
                    "code": "idempotency_key_in_use",
                }
                return api.ApiAnswer(409, {"error": error}, {"Request-Id": "req_conflict"})
            self._in_flight.add(key)
        try:
            if fault and kind == "slow":
                threading.Event().wait(fault["seconds"])
            answer = api.call(self.state, method, path, text, headers)
        finally:
            with self._flight:
                self._in_flight.discard(key)
        return None if kind == "lost_reply" else answer


class _StripeHandler(BaseHTTPRequestHandler):
    """Takes requests apart and puts answers together; logs nothing."""

    stand_in: StripeStandIn
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: paths carry ids, bodies carry cards."""

    def do_GET(self) -> None:
        self._take("GET")

    def do_POST(self) -> None:
        self._take("POST")

    def do_DELETE(self) -> None:
        self._take("DELETE")

    def _take(self, method: str) -> None:
        split = urlsplit(self.path)
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > 1_000_000:
            self.close_connection = True
            self._send(413, b"", "text/plain")
            return
        raw = self.rfile.read(int(length))
        with suppress(BrokenPipeError, ConnectionResetError):
            if split.path.startswith("/v1/"):
                text = split.query if method == "GET" else raw.decode("utf-8", "replace")
                self._api(method, split.path, text)
            elif split.path.startswith("/_test"):
                self._control(method, split.path.removeprefix("/_test"), raw)
            else:
                self._page(method, split.path, dict(parse_qsl(raw.decode("utf-8", "replace"))))

    def _api(self, method: str, path: str, text: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.stand_in.call(method, path, text, headers)
        if answer is None:
            self.close_connection = True
            return
        self._json(answer.status, answer.body, answer.headers)

    def _control(self, method: str, path: str, raw: bytes) -> None:
        stand_in = self.stand_in
        try:
            if method == "GET":
                reads: dict[str, Callable[[], Any]] = {
                    "/clock": stand_in.clock,
                    "/deliveries": stand_in.deliveries,
                    "/webhooks": stand_in.webhooks.as_dict,
                    "/health": lambda: {"ok": True, "api_version": shapes.API_VERSION},
                }
                answer = reads[path]()
            else:
                answer = public(stand_in.control(path, json.loads(raw or b"{}")))
        except StripeProblem as problem:
            self._json(problem.status, {"error": problem.error}, {})
        except (AttributeError, KeyError, TypeError, ValueError) as wrong:
            self._json(400, {"error": {"message": f"{type(wrong).__name__}: {wrong}"}}, {})
        else:
            self._json(200, answer, {})

    def _page(self, method: str, path: str, fields: dict[str, str]) -> None:
        parts = path.strip("/").split("/")
        state, business = self.stand_in.state, self.stand_in.state.settings.business
        accepted = self.headers.get("Accept-Language", "")
        with state.lock:
            if parts[:2] == ["c", "pay"] and len(parts) == 3:
                self._hosted(method, parts[2], fields)
            elif parts[:2] == ["c", "return"] and len(parts) == 3:
                self._returned(parts[2])
            elif parts[0] == "3ds" and len(parts) == 2:
                self._proof(method, parts[1], fields)
            else:
                self._html(404, pages.gone(None, business, language(None, accepted)))
            state.flush()

    def _hosted(
        self, method: str, identifier: str, fields: dict[str, str], error: str = ""
    ) -> None:
        state, business = self.stand_in.state, self.stand_in.state.settings.business
        session = state.find("checkout.session", identifier)
        locale = session["locale"] if session else None
        lang = language(locale, self.headers.get("Accept-Language", ""))
        if session is None or session["status"] != "open":
            self._html(404 if session is None else 410, pages.gone(session, business, lang))
            return
        typed = None
        if method == "POST":
            place, typed = checkout.submit(state, session, fields)
            if place:
                self._redirect(place)
                return
        if error:
            typed = checkout.Typed({}, {"form": error})
        self._html(200, pages.pay(session, business, lang, typed))

    def _returned(self, identifier: str) -> None:
        state = self.stand_in.state
        session = state.find("checkout.session", identifier)
        if session is None or session["status"] != "open":
            self._hosted("GET", identifier, {})
            return
        place, error = checkout.after_authentication(state, session)
        if place:
            self._redirect(place)
        else:
            self._hosted("GET", identifier, {}, error)

    def _proof(self, method: str, identifier: str, fields: dict[str, str]) -> None:
        state = self.stand_in.state
        try:
            thing = intents.intent(state, identifier)
        except StripeProblem:
            thing = None
        session = state.find("checkout.session", thing["_session"] or "") if thing else None
        locale = session["locale"] if session else None
        lang = language(locale, self.headers.get("Accept-Language", ""))
        name = pages.business_of(session, state.settings.business)
        step = (thing and thing["next_action"]) or {}
        if thing is None or step.get("type") != "redirect_to_url":
            self._html(410, pages.gone(session, state.settings.business, lang))
            return
        if method == "GET":
            paid_with = state.get("payment_method", thing["payment_method"])
            self._html(200, pages.prove(thing, paid_with, name, lang))
            return
        back = step["redirect_to_url"]["return_url"]
        intents.answered(state, identifier, passed=fields.get("answer") == "pass")
        status = "failed" if thing["status"].startswith("requires_payment") else "succeeded"
        query = {thing["object"]: identifier, "redirect_status": status,
                 f"{thing['object']}_client_secret": thing["client_secret"]}  # fmt: skip
        self._redirect(f"{back}{'&' if urlsplit(back).query else '?'}{urlencode(query)}")

    def _redirect(self, place: str) -> None:
        self._send(303, b"", "text/plain", {"Location": place})

    def _html(self, status: int, text: str) -> None:
        self._send(
            status,
            text.encode(),
            "text/html; charset=utf-8",
            {
                "Content-Security-Policy": _CSP,
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def _json(self, status: int, body: Any, headers: dict[str, str]) -> None:
        text = json.dumps(body, indent=2, default=list)
        self._send(status, text.encode(), "application/json", headers)

    def _send(
        self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
