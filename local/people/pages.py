"""The pages: everyone, one mailbox, one e-mail, one telephone. Everything written is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dunlin.views.jinja import environment
from local.outside import OutboxEmail, OutboxText

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
SAID = {
    "delivered": "The mail server took it.",
    "opened": "Opened: the sender is told.",
    "bounced": "Bounced: the address does not exist, the sender is told.",
    "complained": "Reported as spam: the sender is told.",
    "unsubscribed": "The one-click unsubscribe was accepted.",
    "not-unsubscribed": "The one-click unsubscribe was not accepted.",
    "replied": "Your reply was sent.",
    "replied-with-file": "Your reply was sent with its file.",
    "no-topic": "This cloud has no topic for replies.",
    "received": "The phone received it, the sender is told.",
    "unreachable": "The phone could not be reached, the sender is told.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A text that a person wrote on these pages."""

    number: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A mailbox or a telephone in the list, with its newest message."""

    path: str
    face: str
    address: str
    preview: str
    at: datetime
    count: int


def _sender_name(sender: str) -> str:
    """The display name of `"Harbor Dental" <billing@example.com>`, else the address."""
    name, bracket, _ = sender.rpartition("<")
    return name.strip(' "') if bracket and name.strip(' "') else sender.strip("<>")


def _time(at: datetime) -> str:
    return f"{at:%d %b, %H:%M}"


def _quoted(address: str) -> str:
    return quote(address, safe="")


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text cut at its links, as (piece, whether it is one)."""
    end = 0
    for match in _LINK.finditer(text):
        yield text[end : match.start()], False
        yield match[0], True
        end = match.end()
    yield text[end:], False


_TEMPLATES = environment(
    Path(__file__).parent / "templates",
    pieces=_pieces,
    quoted=_quoted,
    sender_name=_sender_name,
    time=_time,
)


def _page(
    template: str,
    title: str,
    *,
    notice: str = "",
    back: tuple[str, str] | None = ("/", "Everyone"),
    **values: Any,
) -> str:
    """A whole page, which draws itself anew while nobody types. `back` is a path and its name."""
    return _TEMPLATES.get_template(f"{template}.html.j2").render(
        title=title, said=SAID.get(notice, ""), back=back, **values
    )


def nothing(title: str, why: str, *, alert: bool = False) -> str:
    """A page that has nothing to show but why."""
    return _page("nothing", title, nothing=why, alert=alert)


def everyone(emails: Sequence[OutboxEmail], texts: Sequence[OutboxText], wanted: str) -> str:
    """Every mailbox and telephone, the newest message first; `wanted` narrows the lists."""
    mailboxes = {to: e for e in emails for to in e.to if wanted.lower() in to.lower()}
    phones = {t.to: t for t in texts if wanted in t.to}
    return _page(
        "everyone",
        "People",
        back=None,
        wanted=wanted,
        mailboxes=_newest_first(
            Person(
                path=f"/mailbox/{_quoted(to)}",
                face=to[0].upper(),
                address=to,
                preview=newest.subject,
                at=newest.sent_at,
                count=sum(to in email.to for email in emails),
            )
            for to, newest in mailboxes.items()
        ),
        phones=_newest_first(
            Person(
                path=f"/phone/{_quoted(to)}",
                face="☏",
                address=to,
                preview=newest.body,
                at=newest.sent_at,
                count=sum(text.to == to for text in texts),
            )
            for to, newest in phones.items()
        ),
    )


def _newest_first(people: Iterable[Person]) -> list[Person]:
    return sorted(people, key=lambda person: person.at, reverse=True)


def mailbox(address: str, emails: Sequence[OutboxEmail]) -> str:
    """The e-mails of one address, newest first."""
    return _page("mailbox", address, emails=emails)


def mail(email: OutboxEmail, notice: str) -> str:
    """One e-mail: its HTML in a frame of its own, its text, its headers, and what can be done."""
    headers = {
        "From": email.sender,
        "To": ", ".join(email.to),
        "Reply-To": ", ".join(email.reply_to),
        "Date": f"{email.sent_at:%a, %d %b %Y %H:%M:%S} UTC",
        **email.headers,
        "Message-ID": email.message_id,
        "Configuration set": email.configuration_set or "",
        **{f"Tag {name}": value for name, value in email.tags.items()},
    }
    acts = [("delivered", "Delivered"), ("opened", "Mark as opened"), ("bounced", "Bounce"),
            ("complained", "Report spam")]  # fmt: skip
    if unsubscribe_target(email.headers):
        acts.insert(0, ("unsubscribe", "Unsubscribe"))
    back = (f"/mailbox/{_quoted(email.to[0])}", email.to[0])
    return _page(
        "mail", email.subject, notice=notice, back=back, email=email, headers=headers, acts=acts
    )


def unsubscribe_target(headers: Mapping[str, str]) -> str:
    """The address of the one-click unsubscribe (RFC 8058), "" where the e-mail offers none."""
    named = {name.lower(): value for name, value in headers.items()}
    if named.get("list-unsubscribe-post", "").strip() != "List-Unsubscribe=One-Click":
        return ""
    link = re.search(r"<(https?://[^>]+)>", named.get("list-unsubscribe", ""))
    return link[1] if link else ""


def body(email: OutboxEmail) -> str:
    """The HTML part as it stands in the frame: its links open in a tab of their own."""
    base = _TEMPLATES.get_template("base.html.j2").render()
    html = email.html or _TEMPLATES.get_template("text_body.html.j2").render(text=email.text)
    head = re.search(r"<head[^>]*>", html, re.IGNORECASE)
    return html[: head.end()] + base + html[head.end() :] if head else base + html


def phone(number: str, texts: Sequence[OutboxText], replies: Sequence[Sent], notice: str) -> str:
    """A telephone: the conversation, and a box to answer."""
    talk: list[tuple[datetime, OutboxText | Sent, bool]]
    talk = [(text.sent_at, text, False) for text in texts]
    talk += [(reply.at, reply, True) for reply in replies]
    talk.sort(key=lambda line: line[0])
    return _page(
        "phone", number, notice=notice, number=number, talk=[(line, mine) for _, line, mine in talk]
    )
