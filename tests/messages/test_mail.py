"""Mail from outside: whatever its shape it is read within limits, and what was not read is told."""

from __future__ import annotations

import time
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from dunlin.domain.messages.arrival import (
    MailArrival,
    circles,
    from_person,
    own_address,
    proved,
    reply_address,
    stop_address,
)
from dunlin.domain.messages.html_text import html_text
from dunlin.domain.messages.mail import LARGEST, ReceivedMail, read_mail
from dunlin.domain.tokens import address_hash, reply_token, well_formed

HEAD = b"From: Ada <ada@example.com>\r\nSubject: Re: bill\r\nMessage-ID: <a1@example.com>\r\n"
TOKEN = reply_token("t" * 22)
HERE = reply_address(TOKEN, "reply.example.org")


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Ada Example <ADA@example.com>"
    message["Subject"] = "Re: A word about your bill"
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content("I paid on Friday.\n")
    return message


def read(message: EmailMessage) -> ReceivedMail:
    return read_mail(message.as_bytes())


def arrival(**facts: object) -> MailArrival:
    known: dict[str, object] = {
        "key": "mail/1",
        "recipients": (HERE,),
        "returns_to": "ada@example.com",
        "spam": "PASS",
        "virus": "PASS",
        "spf": "PASS",
        "dkim": "GRAY",
        "dmarc": "GRAY",
    }
    return MailArrival(**known | facts)  # type: ignore[arg-type]


def test_a_plain_reply() -> None:
    plain = read(mail(In_Reply_To="<m-9@us-east-1.amazonses.com>", References="<m-1@x> <m-9@x>"))
    assert (plain.sender, plain.text, plain.machine) == ("ada@example.com", "I paid on Friday.", "")
    assert plain.answers == ("m-9", "m-1")
    assert (plain.attachments, plain.unread) == ((), ())


def test_files_are_attached_and_the_plain_text_is_read() -> None:
    message = mail()
    message.add_alternative("<p>other words</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="../x.pdf")
    message.add_attachment(mail())
    heard = read(message)
    assert heard.text == "I paid on Friday."
    assert [(f.name, f.content) for f in heard.attachments] == [("x.pdf", b"%PDF-1.7")]
    assert heard.unread == ("attached_mail",)


def test_html_alone_is_turned_into_text_with_its_quotation_marked() -> None:
    message = EmailMessage(policy=SMTP)
    message["From"] = "ada@example.com"
    message.set_content(
        "<html><head><style>p{}</style><title>x</title></head><body><p>Please&nbsp;stop</p>"
        '<div style="display:none">Unsubscribe</div><!-- On --><blockquote>You owe<br>a lot'
        "</blockquote><script>stop()</script></body></html>",
        subtype="html",
    )
    assert read(message).text == "Please stop\n\n> You owe\n> a lot"


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("utf-8", "Pagaré el año que viene"),
        ("iso-8859-1", "Pagaré el año que viene"),
        ("windows-1252", "“Pagaré” — mañana"),
        ("utf-16", "Pagaré"),
        ("shift_jis", "支払います"),
        ("koi8-r", "я заплачу"),
    ],
)
def test_foreign_charsets(charset: str, words: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert read_mail(raw + words.encode(charset)).text == words


@pytest.mark.parametrize("charset", ["x-klingon", "us-ascii", "utf-8", "zlib", "punycode", '""'])
def test_a_wrong_charset_costs_no_mail(charset: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert read_mail(raw + "no pagaré".encode("cp1252")).text == "no pagaré"
    assert read_mail(raw + b"stop").text == "stop"


def test_a_subject_that_was_typed_anew_is_read_too() -> None:
    assert read(mail(Subject="STOP")).text == "STOP\nI paid on Friday."
    assert read(mail(Subject="RE: stop")).text == "I paid on Friday."
    assert read_mail(b"From: ada@example.com\r\nSubject: unsubscribe\r\n\r\n").text == "unsubscribe"


def test_no_header_breaks_a_line() -> None:
    raw = (
        b"From: ada@example.com\r\nSubject: =?utf-8?q?hi=0D=0ABcc=3A_all=40example.com?=\r\n"
        b"Content-Type: application/pdf; name*=utf-8''a%0d%0ab.pdf\r\n\r\n%PDF-1"
    )
    heard = read_mail(raw)
    assert heard.subject == "hi Bcc: all@example.com"
    assert heard.attachments[0].name == "ab.pdf"


@pytest.mark.parametrize(
    "sender",
    [
        "ada@example.com, eve@example.org",
        '"ada@example.com" <eve@example.org>, <ada@example.com>',
        "=?utf-8?q?Ada_=3Cada=40example=2Ecom=3E?=",
        "(" * 60_000,
        "ada@example.com\r\nFrom: eve@example.org",
        "",
    ],
)
def test_a_sender_that_is_not_one_address_is_none(sender: str) -> None:
    assert read_mail(f"From: {sender}\r\nSubject: x\r\n\r\nhi".encode()).sender == ""


def test_a_display_name_that_looks_like_an_address_is_none() -> None:
    raw = b'From: "ada@example.com" <eve@example.org>\r\n\r\nhi'
    assert read_mail(raw).sender == "eve@example.org"


@pytest.mark.parametrize(
    ("headers", "machine"),
    [
        ({"Auto-Submitted": "auto-replied"}, "automatic"),
        ({"Auto-Submitted": "auto-replied (vacation)"}, "automatic"),
        ({"Auto-Submitted": "no"}, ""),
        ({"Precedence": "bulk"}, "automatic"),
        ({"X-Autoreply": "yes"}, "automatic"),
        ({"List-Id": "<all.example.com>"}, "automatic"),
        ({"Subject": "Automatic reply: bill"}, "automatic"),
        ({"Subject": "Respuesta automática: fuera"}, "automatic"),
        ({"From": "MAILER-DAEMON@mx.example.com"}, "bounce"),
        ({"Content-Type": "multipart/report; report-type=delivery-status; boundary=q"}, "bounce"),
        ({}, ""),
    ],
)
def test_what_machines_send(headers: dict[str, str], machine: str) -> None:
    known = {"From": "ada@example.com", "Subject": "Re: bill"} | headers
    raw = "".join(f"{name}: {value}\r\n" for name, value in known.items()) + "\r\n--q\r\n\r\nx\r\n"
    assert read_mail(raw.encode()).machine == machine


def _nested(depth: int) -> bytes:
    parts = (f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return HEAD + "".join(parts).encode() + b"\nhi"


HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n"


@pytest.mark.parametrize(
    ("raw", "unread"),
    [
        (HEAD + b"\r\nplease stop\n" + b"a" * 76 * 660_000, ("large",)),
        (_nested(20), ("deep",)),
        (_nested(5_000), ("parts",)),
        (MIXED + b"--q\n\nx\n" * 200_000, ("parts",)),
        (MIXED + b"--q\nContent-Type: application/pdf\n\n%PDF\n" * 90, ("files",)),
        (b"X-A: " + b"a" * 3_000_000 + b"\r\n" + HEAD + b"\r\nhi", ("headers",)),
        (HEAD + b"X-A: b\r\n" * 100_000 + b"\r\nhi", ("headers",)),
        (HEAD + b"Content-Type: text/plain" + b"; a=b" * 10_000 + b"\r\n\r\nhi", ()),
        (HTML + b"<a " * 60_000, ()),
        (HTML + b"<!--" * 50_000, ()),
        (HTML + b"<![" * 60_000, ()),
        (HTML + b"<div>" * 40_000 + b"hi", ()),
        (HTML + b"&" * 200_000, ()),
        (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"%%%" * 1_000, ()),
        (b"\x00\xff" * 10_000, ()),
        (b"", ()),
    ],
    ids=range(16),
)
def test_bombs_are_read_within_limits(raw: bytes, unread: tuple[str, ...]) -> None:
    begun = time.process_time()
    heard = read_mail(raw)
    # Each takes about a second at most; without the limits some take minutes, or all memory.
    assert time.process_time() - begun < 20
    assert heard.unread == unread
    assert len(heard.text) <= 10_000


def test_of_a_mail_that_is_too_large_the_first_words_count() -> None:
    assert read_mail(HEAD + b"\r\nplease stop\n" + b"a" * LARGEST).text.startswith("please stop")


def test_an_html_text_never_fails() -> None:
    assert html_text("<p>a</p></p></b><i>b") == "a\n\nb"
    assert html_text("1 < 2 and <3") == "1 < 2 and <3"


def test_our_addresses_name_nobody_and_open_nothing() -> None:
    assert len(HERE.partition("@")[0]) < 64
    assert not well_formed(TOKEN)
    reply, stop = own_address(HERE.upper()), own_address(stop_address(TOKEN, "reply.example.org"))
    assert reply is not None
    assert stop is not None
    assert (reply.token, reply.stops, stop.token, stop.stops) == (TOKEN, False, TOKEN, True)
    assert own_address("reply-guess@reply.example.org") is None
    assert own_address("billing@example.org") is None


SIGNED = "a=rsa-sha256; d=example.com; s=x"


@pytest.mark.parametrize(
    ("facts", "signature", "genuine"),
    [
        ({"dmarc": "PASS", "spf": "FAIL"}, "", True),
        ({"dmarc": "FAIL"}, "", False),
        ({}, "", True),
        ({"returns_to": "bounce@mail.example.com"}, "", True),
        ({"returns_to": "eve@example.org"}, "", False),
        ({"returns_to": "eve@notexample.com"}, "", False),
        ({"spf": "FAIL"}, "", False),
        ({"spf": "FAIL", "dkim": "PASS"}, SIGNED, True),
        ({"spf": "FAIL", "dkim": "PASS"}, "d=example.org; s=x", False),
        ({"spf": "FAIL", "dkim": "GRAY"}, SIGNED, False),
        ({"spam": "FAIL", "dmarc": "PASS"}, "", False),
        ({"virus": "FAIL", "dmarc": "PASS"}, "", False),
    ],
)
def test_who_is_proved_to_have_sent_it(
    facts: dict[str, object], signature: str, genuine: bool
) -> None:
    heard = read(mail(DKIM_Signature=signature) if signature else mail())
    assert proved(heard, arrival(**facts)) is genuine


def test_one_signature_of_two_proves_nothing() -> None:
    message = mail(DKIM_Signature=SIGNED)
    message["DKIM-Signature"] = "d=example.org; s=y"
    assert not proved(read(message), arrival(spf="FAIL", dkim="PASS"))


def test_the_person_is_who_was_written_to() -> None:
    assert from_person(read(mail()), address_hash("ada@example.com"))
    assert not from_person(read(mail()), address_hash("bob@example.com"))
    assert not from_person(read_mail(b"\r\nhi"), address_hash(""))


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Loop": "reply.example.org"},
        {"From": "forwarded@reply.example.org"},
    ],
)
def test_what_we_handed_on_is_known_when_it_comes_back(headers: dict[str, str]) -> None:
    message = mail()
    for name, value in headers.items():
        del message[name]
        message[name] = value
    assert circles(read(message), arrival())
    assert not circles(read(mail()), arrival())
    assert circles(read(mail()), arrival(recipients=("forwarded@reply.example.org",)))


def test_a_mail_of_too_many_hops_runs_in_a_circle() -> None:
    assert circles(read_mail(b"Received: by mx\r\n" * 41 + HEAD + b"\r\nhi"), arrival())
