"""E-mail that comes back: obeyed, kept and handed on, and nobody may misuse it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.mail import MemoryMailStore, MemoryStrayMails
from dunlin.adapters.memory.portal_sessions import MemoryEvidence, MemoryPortalSessions
from dunlin.adapters.memory.senders import Failure, MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import Unavailable
from dunlin.domain.messages.arrival import MailArrival, reply_address, stop_address
from dunlin.domain.portal.upload import FILES_A_DAY
from dunlin.domain.tokens import address_hash, reply_token, token_hash
from dunlin.ports.portal import Link
from dunlin.service.signals import mails
from dunlin.service.signals.mails import A_DAY, STRAYS_A_DAY, MailPorts, take_in
from tests.signals.test_signals import ADA, FIRST, LATER, SECOND, a_touch, book_with

DOMAIN = "reply.example.com"
INBOX = "accounts@clinic.example.com"
TOKEN = reply_token("t" * 22)
HERE, STOP = reply_address(TOKEN, DOMAIN), stop_address(TOKEN, DOMAIN)
PDF = b"%PDF-1.7 proof"


def _numbers() -> Iterator[int]:
    return count(1)


@dataclass
class Post:
    """One message of ours to Ada, and what comes back to it."""

    book: MemoryBook = field(default_factory=lambda: book_with(touch=a_touch(message_id="m-1")))
    store: MemoryMailStore = field(default_factory=MemoryMailStore)
    sessions: MemoryPortalSessions = field(default_factory=MemoryPortalSessions)
    evidence: MemoryEvidence = field(default_factory=MemoryEvidence)
    strays: MemoryStrayMails = field(default_factory=MemoryStrayMails)
    mailbox: MemoryMailbox = field(default_factory=MemoryMailbox)
    waker: MemoryWaker = field(default_factory=MemoryWaker)
    numbers: Iterator[int] = field(default_factory=_numbers)

    def __post_init__(self) -> None:
        self.sessions.put_link(
            Link(
                token_hash=token_hash(TOKEN),
                account_id=FIRST.account_id,
                consumer_id=ADA,
                creditor=FIRST.creditor,
                touch_id="tch_1",
                channel="email",
                address_hash=address_hash("ada@example.com"),
                expires_at=LATER + timedelta(days=400),
            )
        )

    def ports(self) -> MailPorts:
        return MailPorts(
            store=self.store,
            book=self.book,
            creditors=self.book.creditors,
            links=self.sessions,
            counts=self.sessions,
            evidence=self.evidence,
            strays=self.strays,
            mailbox=self.mailbox,
            waker=self.waker,
            domain=DOMAIN,
        )

    def deliver(self, raw: EmailMessage | bytes, **facts: Any) -> str:
        """What became of a mail that SES took in."""
        key = f"mail/{next(self.numbers)}"
        self.store.kept[key] = raw if isinstance(raw, bytes) else raw.as_bytes()
        return self.again(key, **facts)

    def again(self, key: str, **facts: Any) -> str:
        known: dict[str, Any] = {
            "recipients": (HERE,),
            "returns_to": "ada@example.com",
            "spam": "PASS",
            "virus": "PASS",
            "spf": "PASS",
            "dmarc": "PASS",
        }
        arrival = MailArrival(key=key, **known | facts)
        return take_in(arrival, ports=self.ports(), now=LATER, wall=LATER)

    @property
    def open(self) -> bool:
        return self.book.consumers[ADA].consent(Channel.EMAIL).open

    @property
    def hold(self) -> Hold | None:
        return self.book.accounts[FIRST.account_id].hold


@pytest.fixture
def post() -> Post:
    return Post()


def mail(text: str = "please stop", **headers: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    known = {
        "From": "Ada Example <ada@example.com>",
        "Subject": "Re: A word about your bill",
        "Message-ID": f"<{abs(hash((text, tuple(headers.items()))))}@example.com>",
    }
    for name, value in (known | {n.replace("_", "-"): v for n, v in headers.items()}).items():
        message[name] = value
    message.set_content(text + "\n")
    return message


def with_file(content: bytes, text: str = "Here is my receipt.") -> EmailMessage:
    message = mail(text)
    message.add_attachment(content, maintype="application", subtype="pdf", filename="proof.pdf")
    return message


def test_an_opt_out_ends_it_and_reaches_the_thread_and_the_inbox(post: Post) -> None:
    assert post.deliver(mail()) == "opt_out"
    assert not any(post.book.consumers[ADA].consent(channel).open for channel in Channel)
    [reply] = post.book.replies.values()
    assert (reply.account_id, reply.channel, reply.text) == (
        FIRST.account_id,
        "email",
        "please stop",
    )
    assert set(post.waker.woken) == {FIRST.account_id, SECOND.account_id}
    [handed] = post.mailbox.sent
    assert (handed.to, handed.sender, handed.reply_to) == (
        INBOX,
        f"forwarded@{DOMAIN}",
        "ada@example.com",
    )
    assert handed.subject == f"{FIRST.reference}: Re: A word about your bill"
    assert handed.headers == {"Auto-Submitted": "auto-generated", "X-Loop": DOMAIN}
    assert "please stop" in handed.text
    assert handed.html == ""


def test_what_is_delivered_twice_happens_once(post: Post) -> None:
    message = with_file(PDF)
    assert post.deliver(message) == "reply"
    assert post.again("mail/1") == "reply"
    # The same mail, which a server of the sender delivered twice.
    assert post.deliver(message) == "reply"
    assert len(post.book.replies) == len(post.mailbox.sent) == len(post.evidence.files) == 1


def test_a_file_is_kept_as_evidence_and_handed_on(post: Post) -> None:
    message = with_file(PDF)
    message.add_attachment(b"MZ\x90", maintype="image", subtype="png", filename="virus.png")
    assert post.deliver(message) == "reply"
    [(name, kept)] = post.evidence.files.items()
    assert kept == (PDF, "application/pdf")
    [reply] = post.book.replies.values()
    assert reply.labels == ("evidence",)
    assert reply.text == f"Here is my receipt.\n[{name}]"
    [handed] = post.mailbox.sent
    assert [(f.content, f.content_type) for f in handed.attachments] == [(PDF, "application/pdf")]
    assert "File not kept: virus.png" in handed.text
    account = post.book.accounts[FIRST.account_id]
    assert (account.hold, account.hold_reason) == (Hold.REVIEW, "Sent a document")


def test_what_a_reply_quotes_is_neither_heard_nor_kept(post: Post) -> None:
    link = f"https://pay.example.com/m/{'t' * 22}"
    message = mail(
        "Thank you, I will look at it tonight.\n\n"
        "On Mon, Nov 23, 2026 at 12:00 PM Acme Clinic <accounts@clinic.example.com> wrote:\n"
        f"> Your balance is open: {link}\n> Reply STOP or unsubscribe to stop these messages.\n"
    )
    assert post.deliver(message) == "reply"
    assert post.open
    [reply] = post.book.replies.values()
    assert reply.text == "Thank you, I will look at it tonight."
    [handed] = post.mailbox.sent
    assert "unsubscribe" in handed.text
    assert "t" * 22 not in handed.text


def test_no_more_files_go_on_than_a_mail_may_carry(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "_MOST_HANDED_ON", 2 * len(PDF) + 3)
    message = mail("All of them.")
    for number in range(4):
        content = PDF + bytes([number])
        message.add_attachment(content, maintype="application", subtype="pdf", filename="a.pdf")
    assert post.deliver(message) == "reply"
    assert len(post.evidence.files) == 4
    [handed] = post.mailbox.sent
    assert [file.name for file in handed.attachments] == ["file-1.pdf", "file-2.pdf"]


def test_ten_files_a_day_are_kept_of_one_account(post: Post) -> None:
    for number in range(FILES_A_DAY + 2):
        post.deliver(with_file(PDF + bytes([number]), f"Page {number}."))
    assert len(post.evidence.files) == FILES_A_DAY
    assert len(post.book.replies) == FILES_A_DAY + 2
    assert "File not kept: proof.pdf" in post.mailbox.sent[-1].text


def test_a_file_below_a_quotation_alone_is_no_opt_out(post: Post) -> None:
    quotation = (
        "\nOn Mon, Nov 23, 2026 at 12:00 PM Acme Clinic <accounts@clinic.example.com> wrote:\n"
        "> Reply STOP or unsubscribe to stop these messages.\n"
    )
    assert post.deliver(with_file(PDF, quotation)) == "reply"
    assert post.open
    [reply] = post.book.replies.values()
    assert reply.labels == ("evidence",)


def test_of_a_mail_that_was_cut_no_file_is_kept(post: Post) -> None:
    raw = with_file(PDF, "I paid.").as_bytes()
    assert post.deliver(raw + b"x" * 25_000_000) == "reply"
    assert post.evidence.files == {}
    assert "too large" in post.mailbox.sent[0].text
    assert post.hold is not None


@pytest.mark.parametrize(("content", "label"), [(PDF, "evidence"), (b"PK\x03\x04", "unclear")])
def test_a_file_without_a_word_waits_for_staff(post: Post, content: bytes, label: str) -> None:
    assert post.deliver(with_file(content, "")) == "reply"
    [reply] = post.book.replies.values()
    assert reply.labels == (label,)
    assert post.hold is Hold.REVIEW


def test_the_address_that_unsubscribes_needs_no_words(post: Post) -> None:
    raw = b"From: ada@example.com\r\nSubject: unsubscribe\r\nAuto-Submitted: auto-generated\r\n\r\n"
    assert post.deliver(raw, recipients=(STOP,)) == "opt_out"
    assert not post.open


@pytest.mark.parametrize(
    "facts",
    [
        {"dmarc": "FAIL"},
        {"spam": "FAIL"},
        {"virus": "FAIL"},
        {"dmarc": "GRAY", "spf": "FAIL"},
    ],
)
def test_a_forged_sender_may_only_take_a_permission_away(post: Post, facts: dict[str, str]) -> None:
    assert post.deliver(mail("I will pay $50 on Friday, START texts"), **facts) == "reply"
    [reply] = post.book.replies.values()
    assert reply.labels == ("unclear",)
    assert post.hold is Hold.REVIEW
    assert post.book.consumers[ADA].flags == {}
    assert post.deliver(mail("STOP"), **facts) == "opt_out"
    assert not post.open


def test_somebody_else_who_has_the_address_is_not_the_person(post: Post) -> None:
    other = mail("I am her lawyer, she disputes it", From="eve@example.org")
    assert post.deliver(other, returns_to="eve@example.org") == "reply"
    assert post.book.consumers[ADA].flags == {}
    assert post.hold is Hold.REVIEW
    assert "not proved" in post.mailbox.sent[0].text


def test_a_forged_opt_out_takes_nothing_besides(post: Post) -> None:
    words = "Stop. I filed for bankruptcy and my lawyer is Eve."
    assert post.deliver(mail(words), dmarc="FAIL") == "opt_out"
    assert set(post.book.consumers[ADA].flags) == {"email_optout", "sms_optout"}


@pytest.mark.parametrize("words", ["START", "HELP"])
def test_a_word_of_texts_opens_nothing_by_mail(post: Post, words: str) -> None:
    post.deliver(mail("stop"))
    assert post.deliver(mail(words)) == "reply"
    assert not post.book.consumers[ADA].consent(Channel.SMS).open
    assert not post.open


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}]
)
def test_an_automatic_answer_changes_nothing(post: Post, headers: dict[str, str]) -> None:
    assert post.deliver(mail("I am away until Monday.", **headers)) == "automatic"
    assert (post.hold, post.open, post.mailbox.sent, post.waker.woken) == (None, True, [], [])
    [reply] = post.book.replies.values()
    assert reply.labels == ("automatic",)


def test_a_bounce_and_a_loop_change_nothing(post: Post) -> None:
    assert post.deliver(mail("x", From="MAILER-DAEMON@mx.example.com"), returns_to="") == "bounce"
    assert post.deliver(mail(X_Loop=DOMAIN)) == "loop"
    assert post.deliver(mail(From=f"forwarded@{DOMAIN}")) == "loop"
    assert post.book.replies == {}
    assert (post.mailbox.sent, post.open) == ([], True)


def test_a_flood_gives_one_item_and_loses_nothing(post: Post) -> None:
    for number in range(A_DAY + 30):
        post.deliver(mail(f"I am away until Monday ({number}).", Auto_Submitted="auto-replied"))
    assert len(post.book.replies) == A_DAY
    assert post.hold is Hold.REVIEW
    assert len(post.mailbox.sent) == 1
    assert len(post.store.kept) == A_DAY + 30
    assert post.deliver(mail("please stop")) == "opt_out"
    assert not post.open
    assert post.deliver(mail("please stop it")) == "limited"


def test_an_answer_to_another_address_is_found_by_what_it_answers(post: Post) -> None:
    answer = mail("please stop", In_Reply_To="<m-1@email.amazonses.com>")
    assert post.deliver(answer, recipients=(f"billing@{DOMAIN}",)) == "opt_out"
    assert not post.open


def test_a_mail_of_a_known_sender_is_theirs(post: Post) -> None:
    assert post.deliver(mail("Call me, please."), recipients=(f"hi@{DOMAIN}",)) == "reply"
    assert post.hold is Hold.REVIEW
    assert post.deliver(mail(), recipients=(f"hi@{DOMAIN}",), dmarc="FAIL") == "opt_out"


def test_a_mail_of_nobody_goes_to_the_inbox_and_before_staff(post: Post) -> None:
    message = mail("Do you sell boats?", From="bob@example.org")
    facts = {"recipients": (f"reply-{'0' * 32}@{DOMAIN}",), "returns_to": "bob@example.org"}
    assert post.deliver(message, **facts) == "stray"
    assert post.again("mail/1", **facts) == "stray"
    [stray] = post.strays.strays(FIRST.creditor)
    assert (stray.creditor, stray.key, stray.at) == (FIRST.creditor, "mail/1", LATER)
    [handed] = post.mailbox.sent
    assert (handed.to, handed.attachments) == (INBOX, [])
    assert post.deliver(mail(From="eve@example.org"), **facts, spam="FAIL") == "spam"
    assert len(post.strays.strays(FIRST.creditor)) == 1


def test_a_bomb_of_many_senders_is_limited_by_its_domain(post: Post) -> None:
    facts = {"recipients": (f"sales@{DOMAIN}",), "returns_to": "x@example.org"}
    outcomes = [
        post.deliver(mail(f"Buy {number}", From=f"bob{number}@example.org"), **facts)
        for number in range(STRAYS_A_DAY + 5)
    ]
    assert outcomes == ["stray"] * STRAYS_A_DAY + ["limited"] * 5
    assert len(post.strays.strays(FIRST.creditor)) == len(post.mailbox.sent) == STRAYS_A_DAY
    assert len(post.store.kept) == STRAYS_A_DAY + 5
    # Whom we know is heard all the same.
    assert post.deliver(mail("please stop"), recipients=(f"sales@{DOMAIN}",)) == "opt_out"


def test_what_could_not_be_read_waits_for_a_person(post: Post) -> None:
    bomb = b"From: ada@example.com\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n"
    assert post.deliver(bomb + b"--q\n\nx\n" * 2_000) == "reply"
    assert post.hold is Hold.REVIEW
    assert "it was not read" in post.mailbox.sent[0].text


def test_an_inbox_that_refuses_is_tried_again_and_a_broken_line_is_not(post: Post) -> None:
    post.mailbox.fail[:] = [Failure.BEFORE]
    with pytest.raises(Unavailable):
        post.deliver(mail("Call me."))
    assert post.again("mail/1") == "reply"
    assert len(post.mailbox.sent) == 1
    post.mailbox.fail[:] = [Failure.AFTER]
    assert post.deliver(mail("Call me now.")) == "reply"
    assert post.again("mail/2") == "reply"
    assert len(post.mailbox.sent) == 2
    assert len(post.book.replies) == 2


def test_a_mail_that_is_gone_or_of_another_domain_harms_nothing(post: Post) -> None:
    assert post.again("mail/404") == "gone"
    message = mail("hello", From="bob@example.org")
    assert post.deliver(message, recipients=("x@elsewhere.example.org",)) == "stray"
    assert post.mailbox.sent == []


def test_an_inbox_at_our_own_door_gets_nothing(post: Post) -> None:
    ports = replace(post.ports(), domain="clinic.example.com")
    post.store.kept["mail/1"] = mail("Call me.").as_bytes()
    arrival = MailArrival(key="mail/1", recipients=(HERE,), dmarc="PASS")
    assert take_in(arrival, ports=ports, now=LATER, wall=LATER) == "reply"
    assert post.mailbox.sent == []
