"""The server of the people's pages, on 127.0.0.1 and for its own forms only."""

from __future__ import annotations

import email
import email.message
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from local.cloud import CloudError
from local.inbound_mail import MailFile, deliver_reply
from local.outside import EmailKind, OutsideWorld
from local.page_server import PageServer
from local.people import pages
from local.people.pages import Sent

STATIC = Path(__file__).parent / "static"
DEFAULT_NUMBER = "+12065550100"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The e-mail itself: no script, no form, no picture from elsewhere; links open in a tab.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
_EVENTS = {
    "delivered": EmailKind.DELIVERY,
    "opened": EmailKind.OPEN,
    "bounced": EmailKind.BOUNCE,
    "complained": EmailKind.COMPLAINT,
}
_RECEIPTS = {"received": "SUCCESS", "unreachable": "FAILURE"}
_LONGEST = 10_000
_LONGEST_MAIL = 30_000_000


@dataclass
class PeoplePages:
    """Running pages."""

    url: str
    _server: ThreadingHTTPServer
    _thread: threading.Thread

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def start(outside: OutsideWorld, *, reply_topic: str = "", port: int = 0) -> PeoplePages:
    """Serve the mailboxes and telephones of `outside`; port 0 takes a free one.

    `reply_topic` is the ARN of the two-way number's topic; left out, the topic whose name says
    `reply` is taken.
    """

    handler = type("Handler", (_PeopleHandler,), {"acts": PeopleActs(outside, reply_topic)})
    server = PageServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    return PeoplePages(f"http://127.0.0.1:{server.server_address[1]}/", server, thread)


@dataclass
class PeopleActs:
    """What the pages can do outside."""

    outside: OutsideWorld
    reply_topic: str = ""
    replies: list[Sent] = field(default_factory=list)

    def email_happens(self, message_id: str, what: str) -> str:
        """Tell the sender what happened to an e-mail. Raises `KeyError` for an unknown one."""
        self.outside.email_event(_EVENTS[what], message_id)
        return what

    def unsubscribe(self, message_id: str) -> str:
        """The one-click unsubscribe as mail programs do it: a POST without cookies (RFC 8058)."""
        target = pages.unsubscribe_target(self.outside.email(message_id).headers)
        if urlsplit(target).hostname not in ("127.0.0.1", "localhost"):
            return "not-unsubscribed"
        request = urllib.request.Request(target, data=b"List-Unsubscribe=One-Click")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return "unsubscribed" if answer.status < 300 else "not-unsubscribed"
        except (urllib.error.URLError, TimeoutError):
            return "not-unsubscribed"

    def mail_reply(self, message_id: str, text: str, file: MailFile | None) -> str:
        """Reply from the mailbox that got a message. Raises `KeyError` for an unknown one."""
        deliver_reply(self.outside.cloud, self.outside.email(message_id), text, file=file)
        return "replied-with-file" if file else "replied"

    def text_happens(self, message_id: str, what: str) -> str:
        """Tell the sender what happened to a text."""
        self.outside.sms_receipt(message_id, _RECEIPTS[what])
        return what

    def reply(self, number: str, text: str) -> str:
        """Send what a person typed to the two-way number that wrote last."""
        topic = self.reply_topic or self._find_topic()
        if not topic:
            return "no-topic"
        last = [t for t in self.outside.texts() if t.to == number][-1:]
        origin = last[0].attributes.get("AWS.MM.SMS.OriginationNumber", "") if last else ""
        self.outside.sms_reply(
            number,
            origin or DEFAULT_NUMBER,
            text,
            topic_arn=topic,
            previous_message_id=last[0].message_id if last else None,
        )
        self.replies.append(Sent(number=number, body=text, at=datetime.now(UTC)))
        return "replied"

    def _find_topic(self) -> str:
        topics = self.outside.cloud.client("sns").list_topics()["Topics"]
        names = [topic["TopicArn"] for topic in topics]
        return next((arn for arn in names if "reply" in arn.rpartition(":")[2].lower()), "")


def _typed(body: bytes) -> dict[str, list[str]]:
    return parse_qs(body.decode(errors="replace"))


def _disposition(part: email.message.Message) -> dict[str, str]:
    """The names in the header of a form's part, which browsers write as UTF-8 (RFC 7578)."""
    header = next((v for k, v in part.raw_items() if k.lower() == "content-disposition"), "")
    text = str(header).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return dict(re.findall(r';\s*(\w+)="([^"]*)"', text))


def _uploaded(kind: str, body: bytes) -> tuple[dict[str, list[str]], MailFile | None]:
    """The fields of a form with a file, and the file where one was chosen."""
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    form: dict[str, list[str]] = {}
    file = None
    for part in message.walk():
        named = _disposition(part)
        content = part.get_payload(decode=True)
        if "name" not in named or not isinstance(content, bytes):
            continue
        if "filename" not in named:
            form.setdefault(named["name"], []).append(content.decode(errors="replace"))
        elif named["filename"]:
            kind = part.get_content_type()
            file = MailFile(name=named["filename"], content=content, content_type=kind)
    return form, file


class _PeopleHandler(BaseHTTPRequestHandler):
    acts: PeopleActs
    server: ThreadingHTTPServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: what people get is not for a log."""

    def do_GET(self) -> None:
        if not self._own_host():
            return
        where = urlsplit(self.path)
        query = parse_qs(where.query)
        notice = query.get("said", [""])[0]
        outside = self.acts.outside
        match [unquote(part) for part in where.path.split("/")[1:]]:
            case [""]:
                wanted = query.get("q", [""])[0]
                self._page(lambda: pages.everyone(outside.emails(), outside.texts(), wanted))
            case ["people.css" | "people.js" as name]:
                kind = "text/css" if name.endswith("css") else "text/javascript"
                self._send(200, (STATIC / name).read_text(), kind=kind)
            case ["mailbox", address]:
                self._page(
                    lambda: pages.mailbox(address, [e for e in outside.emails() if address in e.to])
                )
            case ["mail", message_id]:
                self._page(lambda: pages.mail(outside.email(message_id), notice))
            case ["mail", message_id, "body"]:
                self._page(lambda: pages.body(outside.email(message_id)), policy=_MAIL_POLICY)
            case ["phone", number]:
                self._page(
                    lambda: pages.phone(
                        number,
                        [t for t in outside.texts() if t.to == number],
                        [r for r in self.acts.replies if r.number == number],
                        notice,
                    )
                )
            case _:
                self._missing()

    def do_POST(self) -> None:
        if not self._own_host():
            return
        length = int(self.headers.get("Content-Length") or 0)
        kind = self.headers.get("Content-Type") or ""
        attached = kind.startswith("multipart/form-data")
        longest = _LONGEST_MAIL if attached else _LONGEST
        if self.headers.get("Origin") != f"http://{self.headers['Host']}" or length > longest:
            self.close_connection = True
            self._send(403, "refused", kind="text/plain")
            return
        sent = self.rfile.read(length)
        form, file = _uploaded(kind, sent) if attached else (_typed(sent), None)
        parts = [unquote(part) for part in urlsplit(self.path).path.split("/")[1:]]
        try:
            back, notice = self._act(parts, form, file)
        except (KeyError, IndexError, StopIteration):
            self._missing()
            return
        except CloudError:
            self._silent()
            return
        self.send_response(303)
        self.send_header("Location", f"{back}?said={notice}" if notice else back)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _act(
        self, parts: list[str], form: dict[str, list[str]], file: MailFile | None
    ) -> tuple[str, str]:
        """Do what a form asks; the page to go back to and what to say there."""
        match parts:
            case ["mail", message_id, "unsubscribe"]:
                return f"/mail/{message_id}", self.acts.unsubscribe(message_id)
            case ["mail", message_id, "reply"]:
                text = form.get("text", [""])[0].strip()
                with_file = file if "with_file" in form else None
                back = f"/mail/{message_id}"
                if not text and with_file is None:
                    return back, ""
                return back, self.acts.mail_reply(message_id, text, with_file)
            case ["mail", message_id, what] if what in _EVENTS:
                return f"/mail/{message_id}", self.acts.email_happens(message_id, what)
            case ["text", message_id, what] if what in _RECEIPTS:
                to = next(t.to for t in self.acts.outside.texts() if t.message_id == message_id)
                return f"/phone/{to}", self.acts.text_happens(message_id, what)
            case ["phone", number, "reply"]:
                text = (form.get("quick") or form.get("text") or [""])[0].strip()
                return f"/phone/{number}", self.acts.reply(number, text) if text else ""
            case _:
                raise KeyError("no such form")

    def _own_host(self) -> bool:
        """A page elsewhere may point its own name at 127.0.0.1: only our name is answered."""
        port = self.server.server_port
        if self.headers.get("Host") in (f"127.0.0.1:{port}", f"localhost:{port}"):
            return True
        self.close_connection = True
        self._send(403, "refused", kind="text/plain")
        return False

    def _page(self, draw: Callable[[], str], *, policy: str = _POLICY) -> None:
        try:
            self._send(200, draw(), policy=policy)
        except KeyError:
            self._missing()
        except CloudError:
            self._silent()

    def _silent(self) -> None:
        page = pages.nothing("No cloud", "The cloud does not answer.", alert=True)
        self._send(502, page)

    def _missing(self) -> None:
        self._send(404, pages.nothing("Nothing here", "There is nothing here."))

    def _send(
        self, status: int, text: str, *, kind: str = "text/html", policy: str = _POLICY
    ) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        # `same-origin`, not `no-referrer`: a form's POST must carry its Origin.
        self.send_header("Referrer-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)
