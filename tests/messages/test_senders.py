"""The two sending adapters against a server that counts what reaches it: one call, one request."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.config import Config

from dunlin.adapters.aws.mailbox import SesMailbox
from dunlin.adapters.aws.one_attempt import ONE_ATTEMPT
from dunlin.adapters.aws.sending_account import SesAccount
from dunlin.adapters.aws.sms_sender import SnsSmsSender
from dunlin.adapters.memory.senders import Failure, MemoryMailbox, MemorySmsSender
from dunlin.domain.contact.pace import SendingAllowance
from dunlin.domain.errors import Defect, Limit, Unavailable
from dunlin.ports.messages import AttachedFile, Email, Mailbox, SmsSender, Text

EMAIL = Email(
    to="ana@example.com",
    sender="Peña & Sons <billing@example.org>",
    reply_to="help@example.org",
    subject="A message from Peña & Sons",
    html="<p>Hello</p>",
    text="Hello",
    headers={
        "List-Unsubscribe": "<https://pay.example.org/s/abc>, <mailto:help@example.org>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
    tags={"touch_id": "tch_1", "account_id": "acc_1"},
)
TEXT = Text(to="+12025550123", body="Hello", origination="+12025550199")

PUBLISHED = (
    b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    b"<MessageId>sns-1</MessageId></PublishResult></PublishResponse>"
)
THROTTLED = (
    b'<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>'
    b"<Code>Throttling</Code><Message>slow</Message></Error></ErrorResponse>"
)


class Provider:
    """A provider on loopback that answers by plan and keeps every request it read."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self.status, self.body, self.mode = 200, b"{}", "answer"
        self.release = threading.Event()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                provider.requests.append((self.path, body))
                if provider.mode == "hang":
                    provider.release.wait(10)
                if provider.mode != "answer":
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.close_connection = True
                    return
                self.send_response(provider.status)
                self.send_header("Content-Length", str(len(provider.body)))
                self.end_headers()
                self.wfile.write(provider.body)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.account_history = threading.Thread(
            target=self.server.serve_forever, args=(0.02,), daemon=True
        )
        self.account_history.start()

    def close(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.account_history.join(5)


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


def client(service: str, url: str, **timeouts: Any) -> Any:
    make: Any = boto3.client  # its stubs want each service as a literal
    return make(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=ONE_ATTEMPT.merge(Config(**timeouts)),
    )


Send = Callable[[str], str]


def by_mail(url: str, **timeouts: float) -> str:
    return SesMailbox("dunlin", client=client("sesv2", url, **timeouts)).send(EMAIL)


def by_text(url: str, **timeouts: float) -> str:
    return SnsSmsSender(client=client("sns", url, **timeouts)).send(TEXT)


def test_an_email_goes_with_both_parts_its_headers_and_its_tags(provider: Provider) -> None:
    provider.body = b'{"MessageId": "ses-1"}'
    assert by_mail(provider.url) == "ses-1"
    [(path, body)] = provider.requests
    sent = json.loads(body)
    assert path == "/v2/email/outbound-emails"
    assert sent["FromEmailAddress"] == "=?utf-8?b?UGXDsWEgJiBTb25z?= <billing@example.org>"
    assert sent["ReplyToAddresses"] == ["help@example.org"]
    assert sent["Destination"] == {"ToAddresses": ["ana@example.com"]}
    assert sent["ConfigurationSetName"] == "dunlin"
    assert {t["Name"]: t["Value"] for t in sent["EmailTags"]} == EMAIL.tags
    simple = sent["Content"]["Simple"]
    assert simple["Body"]["Html"]["Data"] == EMAIL.html
    assert simple["Body"]["Text"]["Data"] == EMAIL.text
    assert {h["Name"]: h["Value"] for h in simple["Headers"]} == EMAIL.headers


def test_a_plain_mail_with_a_file(provider: Provider) -> None:
    file = AttachedFile(name="file-1", content=b"%PDF-1", content_type="application/pdf")
    provider.body = b'{"MessageId": "ses-1"}'
    plain = replace(EMAIL, html="", attachments=[file])
    SesMailbox("", client=client("sesv2", provider.url)).send(plain)
    [(_, body)] = provider.requests
    simple = json.loads(body)["Content"]["Simple"]
    assert list(simple["Body"]) == ["Text"]
    [attached] = simple["Attachments"]
    assert base64.b64decode(attached["RawContent"]) == b"%PDF-1"
    assert (attached["FileName"], attached["ContentDisposition"]) == ("file-1", "ATTACHMENT")


def test_what_is_no_touch_goes_through_no_configuration_set(provider: Provider) -> None:
    provider.body = b'{"MessageId": "ses-1"}'
    message = replace(EMAIL, tags={}, headers={"X-Dunlin-Test": "0" * 64})
    assert SesMailbox("", client=client("sesv2", provider.url)).send(message) == "ses-1"
    [(_, body)] = provider.requests
    assert "ConfigurationSetName" not in json.loads(body)
    assert b"X-Dunlin-Test" in body


def test_a_text_is_transactional_and_comes_from_the_creditors_number(provider: Provider) -> None:
    provider.body = PUBLISHED
    assert by_text(provider.url) == "sns-1"
    [(_, body)] = provider.requests
    form = parse_qs(body.decode())
    assert form["PhoneNumber"] == ["+12025550123"]
    values = {
        form[f"MessageAttributes.entry.{n}.Name"][0]: form[
            f"MessageAttributes.entry.{n}.Value.StringValue"
        ][0]
        for n in (1, 2)
    }
    assert values == {
        "AWS.SNS.SMS.SMSType": "Transactional",
        "AWS.MM.SMS.OriginationNumber": "+12025550199",
    }


@pytest.mark.parametrize(
    ("send", "status", "body", "certain"),
    [
        (by_mail, 429, b'{"__type": "TooManyRequestsException"}', True),
        (by_mail, 400, b'{"__type": "LimitExceededException"}', True),
        (by_mail, 400, b'{"__type": "MessageRejected"}', True),
        (by_mail, 403, b'{"__type": "AccessDeniedException"}', True),
        (by_mail, 408, b'{"__type": "RequestTimeout"}', False),
        (by_mail, 500, b'{"__type": "InternalFailure"}', False),
        (by_mail, 503, b"not json", False),
        (by_text, 400, THROTTLED, True),
        (by_text, 500, THROTTLED, False),
    ],
)
def test_an_error_is_one_request_and_certain_only_where_it_was_refused(
    provider: Provider, send: Send, status: int, body: bytes, certain: bool
) -> None:
    provider.status, provider.body = status, body
    with pytest.raises(Unavailable) as failed:
        send(provider.url)
    assert failed.value.certain is certain
    assert len(provider.requests) == 1


DAILY = b'{"__type": "TooManyRequestsException", "message": "Daily message quota exceeded."}'
PER_SECOND = b'{"__type": "TooManyRequestsException", "message": "Maximum sending rate exceeded."}'
UNVERIFIED = b'{"__type": "MessageRejected", "message": "Email address is not verified."}'


@pytest.mark.parametrize(
    ("send", "status", "body", "limit"),
    [
        (by_mail, 429, DAILY, Limit.QUOTA),
        (by_mail, 429, PER_SECOND, Limit.RATE),
        (by_mail, 400, b'{"__type": "LimitExceededException"}', Limit.QUOTA),
        (by_mail, 400, b'{"__type": "SendingPausedException"}', Limit.STOPPED),
        (by_mail, 400, b'{"__type": "AccountSuspendedException"}', Limit.STOPPED),
        (by_mail, 400, b'{"__type": "MailFromDomainNotVerifiedException"}', Limit.STOPPED),
        (by_mail, 403, b'{"__type": "AccessDeniedException"}', Limit.STOPPED),
        (by_mail, 404, b'{"__type": "NotFoundException"}', Limit.STOPPED),
        (by_mail, 400, UNVERIFIED, Limit.STOPPED),
        (by_mail, 400, b'{"__type": "MessageRejected"}', None),
        (by_mail, 400, b'{"__type": "BadRequestException"}', None),
        (by_text, 400, THROTTLED, Limit.RATE),
        (by_text, 400, THROTTLED.replace(b"Throttling", b"InvalidParameter"), None),
    ],
)
def test_a_limit_of_the_account_is_told_from_a_refused_message(
    provider: Provider, send: Send, status: int, body: bytes, limit: Limit | None
) -> None:
    provider.status, provider.body = status, body
    with pytest.raises(Unavailable) as failed:
        send(provider.url)
    assert failed.value.certain
    assert failed.value.limit is limit


@pytest.mark.parametrize(
    ("status", "sending"), [("HEALTHY", True), ("PROBATION", True), ("SHUTDOWN", False)]
)
def test_the_account_says_what_may_be_sent(provider: Provider, status: str, sending: bool) -> None:
    quota = {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1200.0}
    account = {"SendQuota": quota, "SendingEnabled": True, "EnforcementStatus": status}
    provider.body = json.dumps(account).encode()
    allowance = SesAccount(client("sesv2", provider.url)).allowance()
    assert allowance == SendingAllowance(per_second=14, per_day=50_000, used=1_200, sending=sending)


@pytest.mark.parametrize("send", [by_mail, by_text])
@pytest.mark.parametrize("mode", ["hang", "reset"])
def test_silence_and_a_reset_are_one_request_and_prove_nothing(
    provider: Provider, send: Callable[..., str], mode: str
) -> None:
    provider.mode = mode
    with pytest.raises(Unavailable) as failed:
        send(provider.url, read_timeout=2)
    assert not failed.value.certain
    assert len(provider.requests) == 1


@pytest.mark.parametrize("send", [by_mail, by_text])
def test_a_closed_door_is_certain(send: Send) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable) as failed:
            send(f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert failed.value.certain
    assert failed.value.limit is Limit.UNREACHABLE


def test_the_shipped_settings_try_once_and_do_not_wait_long() -> None:
    assert ONE_ATTEMPT.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]
    assert (ONE_ATTEMPT.connect_timeout, ONE_ATTEMPT.read_timeout) == (2, 10)  # type: ignore[attr-defined]


def test_a_failure_names_a_code_and_never_an_address(provider: Provider) -> None:
    provider.status = 400
    provider.body = b'{"__type": "MessageRejected", "message": "ana@example.com is not verified"}'
    with pytest.raises(Unavailable) as failed:
        by_mail(provider.url)
    assert str(failed.value) == "ses: MessageRejected"
    assert failed.value.__context__ is None or failed.value.__suppress_context__


@pytest.mark.parametrize(
    "email",
    [
        replace(EMAIL, subject="Hello\r\nBcc: all@example.com"),
        replace(EMAIL, to="ana@example.com\nBcc: all@example.com"),
        replace(EMAIL, reply_to="a@example.com\r\nX: y"),
        replace(EMAIL, sender="A\n <a@example.com>"),
        replace(EMAIL, subject=""),
        replace(EMAIL, headers={"X": "one\r\nBcc: all@example.com"}),
        replace(EMAIL, headers={"X\r\nBcc": "all@example.com"}),
        replace(EMAIL, tags={"touch_id": "ana@example.com"}),
    ],
)
def test_nothing_is_sent_where_a_header_holds_more_than_its_line(
    provider: Provider, email: Email
) -> None:
    with pytest.raises(Defect):
        SesMailbox("dunlin", client=client("sesv2", provider.url)).send(email)
    assert provider.requests == []


@pytest.mark.parametrize("number", ["2025550123", "+0202555", "+1202555012x", ""])
def test_a_text_needs_a_full_number(provider: Provider, number: str) -> None:
    with pytest.raises(Defect):
        SnsSmsSender(client=client("sns", provider.url)).send(replace(TEXT, to=number))
    assert provider.requests == []


@pytest.mark.parametrize(
    ("failure", "certain", "taken"),
    [(Failure.BEFORE, True, 0), (Failure.DURING, False, 0), (Failure.AFTER, False, 1)],
)
def test_the_fakes_fail_as_providers_do(failure: Failure, certain: bool, taken: int) -> None:
    mailbox, line = MemoryMailbox(fail=[failure]), MemorySmsSender(fail=[failure])
    for send in (lambda: mailbox.send(EMAIL), lambda: line.send(TEXT)):
        with pytest.raises(Unavailable) as failed:
            send()
        assert failed.value.certain is certain
    assert (len(mailbox.sent), len(line.sent)) == (taken, taken)
    assert mailbox.send(EMAIL) == "ses-2"
    assert line.send(TEXT) == "sns-2"


def test_both_kinds_fit_the_ports() -> None:
    boxes: list[Mailbox] = [SesMailbox("dunlin"), MemoryMailbox()]
    lines: list[SmsSender] = [SnsSmsSender(), MemorySmsSender()]
    assert len(boxes) == len(lines) == 2
