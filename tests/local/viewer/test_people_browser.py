"""Mailboxes and telephones in a browser, over a world that only remembers what it was told."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dunlin.domain.messages.mail import read_mail
from local.inbound_mail import MailFile, reply_to
from local.outside import EmailKind, OutboxEmail, OutboxText
from local.people import PeoplePages, server, start
from local.people.pages import body, unsubscribe_target

pytestmark = pytest.mark.browser

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
ROBIN = "robin.castellano@example.com"
NUMBER = "+12075550123"
TOPIC = "arn:aws:sns:us-east-1:000000000000:dunlin-ReplyTopic"


class Portal(BaseHTTPRequestHandler):
    """Stands for the portal: a page behind the link, and the one-click unsubscribe."""

    posts: list[tuple[str, bytes, str | None]] = []  # noqa: RUF012

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""

    def do_GET(self) -> None:
        self._send(b"<!doctype html><title>Portal</title><h1>The portal</h1>")

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.posts.append((self.path, content, self.headers.get("Cookie")))
        self._send(b"ok")

    def _send(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class Client:
    def list_topics(self) -> dict[str, Any]:
        return {"Topics": [{"TopicArn": TOPIC.replace("Reply", "Alarm")}, {"TopicArn": TOPIC}]}


class Remembering:
    """A world that sends nothing."""

    def __init__(self, portal: str) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.cloud = self
        headers = {
            "List-Unsubscribe": f"<{portal}/u/token>, <mailto:stop@harbor.example.com>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        self.sent = [
            OutboxEmail(
                message_id=f"mail-{number}",
                sender='"Harbor Dental" <billing@harbor.example.com>',
                to=(to,),
                subject=subject,
                text=f"Hello, see {portal}/m/abc.",
                html=f"<html><head><title>x</title></head><body style='font-family:sans-serif'>"
                f"<h1>Hello</h1><p>A message about your account is ready.</p>"
                f"<p><a href='{portal}/m/abc'>Open the page</a></p>"
                f"<script>top.document.title='owned'</script></body></html>",
                sent_at=AT + timedelta(days=number),
                configuration_set="dunlin",
                tags={"touch_id": "tch_1"},
                headers=headers,
                reply_to=("billing@harbor.example.com",),
            )
            for number, (to, subject) in enumerate(
                [
                    (ROBIN, "A message from Harbor Dental"),
                    (ROBIN, "<b>Second</b> message"),
                    ("sam.okafor@example.org", "A message from Harbor Dental"),
                ]
            )
        ]
        self.texts_sent = [
            OutboxText(
                message_id="text-1",
                to=NUMBER,
                body=f"Harbor Dental: please see {portal}/m/xyz. Reply STOP to opt out.",
                sent_at=AT,
                attributes={"AWS.MM.SMS.OriginationNumber": "+12075550199"},
            )
        ]

    def client(self, name: str) -> Client:
        return Client()

    def emails(self) -> tuple[OutboxEmail, ...]:
        return tuple(self.sent)

    def email(self, message_id: str) -> OutboxEmail:
        by_id = {e.message_id: e for e in self.sent}
        return by_id[message_id]

    def texts(self) -> tuple[OutboxText, ...]:
        return tuple(self.texts_sent)

    def email_event(self, kind: EmailKind, message_id: str) -> None:
        self.email(message_id)
        self.told.append((kind, message_id))

    def sms_receipt(self, message_id: str, status: str) -> None:
        self.told.append((status, message_id))

    def sms_reply(self, number: str, to: str, text: str, **more: Any) -> None:
        self.told.append((number, to, text, more["topic_arn"], more["previous_message_id"]))


@pytest.fixture
def outside(portal: str) -> Remembering:
    Portal.posts.clear()
    return Remembering(portal)


@pytest.fixture
def people(outside: Remembering) -> Iterator[PeoplePages]:
    running = start(outside)  # type: ignore[arg-type]
    yield running
    running.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    opened = chromium.new_page(viewport={"width": 1100, "height": 900}, color_scheme="light")
    yield opened
    opened.close()


def test_everyone_is_listed_and_found(page: Page, people: PeoplePages) -> None:
    page.goto(people.url)
    expect(page.get_by_role("link", name=ROBIN)).to_contain_text("2 messages")
    expect(page.get_by_role("link", name=NUMBER)).to_contain_text("Harbor Dental")
    page.get_by_label("Find a person").fill("SAM.")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="sam.okafor")).to_be_visible()
    expect(page.get_by_role("link", name=ROBIN)).to_have_count(0)


def test_a_mailbox_holds_its_own_messages_newest_first(page: Page, people: PeoplePages) -> None:
    page.goto(people.url)
    page.get_by_role("link", name=ROBIN).click()
    rows = page.locator(".inbox li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("<b>Second</b> message")


def test_the_link_in_an_email_opens_the_portal(
    page: Page, people: PeoplePages, outside: Remembering
) -> None:
    page.goto(f"{people.url}mail/mail-0")
    frame = page.frame_locator("iframe")
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Open the page").click()
    expect(opened.value.get_by_role("heading", name="The portal")).to_be_visible()
    opened.value.close()
    assert page.title() == "A message from Harbor Dental"


def test_text_part_and_headers_can_be_read(page: Page, people: PeoplePages) -> None:
    page.goto(f"{people.url}mail/mail-0")
    page.get_by_text("Text part").click()
    expect(page.locator("pre")).to_contain_text("Hello, see http")
    page.get_by_text("Headers").click()
    expect(page.locator(".headers")).to_contain_text("List-Unsubscribe=One-Click")
    expect(page.locator(".headers")).to_contain_text("tch_1")


def test_one_click_unsubscribe_posts_without_a_cookie(page: Page, people: PeoplePages) -> None:
    page.goto(f"{people.url}mail/mail-0")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("status")).to_contain_text("accepted")
    assert Portal.posts == [("/u/token", b"List-Unsubscribe=One-Click", None)]


@pytest.mark.parametrize(
    ("button", "kind"),
    [
        ("Delivered", EmailKind.DELIVERY),
        ("Mark as opened", EmailKind.OPEN),
        ("Bounce", EmailKind.BOUNCE),
        ("Report spam", EmailKind.COMPLAINT),
    ],
)
def test_what_happens_to_an_email_is_told(
    page: Page, people: PeoplePages, outside: Remembering, button: str, kind: EmailKind
) -> None:
    page.goto(f"{people.url}mail/mail-1")
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_be_visible()
    assert outside.told == [(kind, "mail-1")]


@pytest.mark.parametrize("button", ["Reply", "Reply with file"])
def test_a_mail_is_answered_as_a_mail_program_would(
    page: Page, people: PeoplePages, monkeypatch: pytest.MonkeyPatch, button: str
) -> None:
    sent: list[tuple[Any, ...]] = []

    def deliver(_cloud: Any, email: OutboxEmail, text: str, *, file: MailFile | None) -> str:
        sent.append((email.message_id, text, file))
        return "mail/1"

    monkeypatch.setattr(server, "deliver_reply", deliver)
    page.goto(f"{people.url}mail/mail-0")
    page.get_by_label("Reply to billing@harbor.example.com").fill("I paid.\nSee “this”.")
    page.get_by_label("File").set_input_files(
        {"name": "récibo.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\r\n\x00"}
    )
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Your reply was sent")
    file = MailFile(name="récibo.pdf", content=b"%PDF-1.7\r\n\x00", content_type="application/pdf")
    attached = file if button == "Reply with file" else None
    assert sent == [("mail-0", "I paid.\r\nSee “this”.", attached)]


def test_a_reply_quotes_what_it_answers() -> None:
    email = Remembering("https://pay.example.com").sent[0]
    raw = reply_to(email, "please stop").as_bytes()
    heard = read_mail(raw)
    assert heard.sender == ROBIN
    assert heard.text.startswith("please stop\n\nOn ")
    assert "> Hello, see https://pay.example.com/m/abc." in heard.text
    assert heard.answers == ("mail-0",)


def test_a_typed_reply_reaches_the_two_way_number(
    page: Page, people: PeoplePages, outside: Remembering
) -> None:
    page.goto(people.url)
    page.get_by_role("link", name=NUMBER).click()
    page.get_by_label("Reply").fill("I paid this <b>last week</b>")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".mine p")).to_have_text("I paid this <b>last week</b>")
    page.get_by_role("button", name="STOP").click()
    expect(page.locator(".mine")).to_have_count(2)
    assert outside.told == [
        (NUMBER, "+12075550199", "I paid this <b>last week</b>", TOPIC, "text-1"),
        (NUMBER, "+12075550199", "STOP", TOPIC, "text-1"),
    ]


def test_a_text_has_its_link_and_its_receipt(
    page: Page, people: PeoplePages, outside: Remembering
) -> None:
    page.goto(f"{people.url}phone/{NUMBER}")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="/m/xyz").click()
    expect(opened.value.get_by_role("heading", name="The portal")).to_be_visible()
    opened.value.close()
    page.get_by_role("button", name="Received").click()
    page.get_by_role("button", name="Unreachable").click()
    expect(page.get_by_role("status")).to_contain_text("could not be reached")
    assert outside.told == [("SUCCESS", "text-1"), ("FAILURE", "text-1")]


def test_a_new_message_appears_by_itself(
    page: Page, people: PeoplePages, outside: Remembering
) -> None:
    page.clock.install()
    page.goto(f"{people.url}phone/{NUMBER}")
    expect(page.locator(".talk li")).to_have_count(1)
    outside.texts_sent.append(
        OutboxText(message_id="text-2", to=NUMBER, body="Again", sent_at=AT, attributes={})
    )
    page.clock.run_for(5_100)
    expect(page.locator(".talk li")).to_have_count(2)


@pytest.mark.parametrize("path", ["", f"mailbox/{ROBIN}", "mail/mail-0", f"phone/{NUMBER}"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(
    chromium: Browser, people: PeoplePages, path: str, scheme: Any
) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page.goto(f"{people.url}{path}")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    results = Axe().run(page)
    page.close()
    assert results.violations_count == 0, results.generate_report()


def test_what_is_not_there_says_so(page: Page, people: PeoplePages) -> None:
    answer = page.goto(f"{people.url}mail/none")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text("There is nothing here")).to_be_visible()


def test_no_other_page_may_post_here(people: PeoplePages, outside: Remembering) -> None:
    for headers in ({"Origin": "https://example.com"}, {}, {"Host": "rebound.example.com"}):
        request = urllib.request.Request(
            f"{people.url}mail/mail-0/bounced", data=b"", headers=headers
        )
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=10)
    assert outside.told == []


def test_a_link_ends_before_the_full_stop() -> None:
    text = 'See https://pay.example.com/m/abc. <i> "https://example.com/?a=1&b=2"'
    text_shown = body(replace(Remembering("").sent[0], html="", text=text))
    assert 'href="https://pay.example.com/m/abc"' in text_shown
    assert 'href="https://example.com/?a=1&amp;b=2"' in text_shown
    assert "<i>" not in text_shown


def test_only_a_complete_pair_of_headers_is_one_click() -> None:
    link = "<https://pay.example.com/u/1>"
    assert unsubscribe_target({"List-Unsubscribe": link}) == ""
    both = {"list-unsubscribe": link, "LIST-UNSUBSCRIBE-POST": "List-Unsubscribe=One-Click"}
    assert unsubscribe_target(both) == "https://pay.example.com/u/1"
