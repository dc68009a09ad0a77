"""The pages: everyone, one mailbox, one e-mail, one telephone. Everything written is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

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


def page(
    title: str, inside: Markup, *, said: str = "", back: tuple[str, str] | None = ("/", "Everyone")
) -> str:
    """A whole page, which draws itself anew while nobody types. `back` is a path and its name."""
    return str(
        Markup(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{}</title>'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<link rel="icon" href="data:,"><link rel="stylesheet" href="/people.css">'
            '<script src="/people.js" defer></script></head><body><header>{}<h1>{}</h1></header>'
            '<main id="page">{}{}</main></body></html>'
        ).format(
            title,
            Markup('<a class="back" href="{}">‹ {}</a>').format(*back) if back else "",
            title,
            Markup('<p class="said" role="status">{}</p>').format(SAID[said])
            if said in SAID
            else "",
            inside,
        )
    )


def everyone(emails: Sequence[OutboxEmail], texts: Sequence[OutboxText], wanted: str) -> str:
    """Every mailbox and telephone, the newest message first; `wanted` narrows the lists."""
    mailboxes = {to: e for e in emails for to in e.to if wanted.lower() in to.lower()}
    phones = {t.to: t for t in texts if wanted in t.to}
    search = Markup(
        '<form class="search" method="get" action="/"><label for="q">Find a person</label>'
        '<input id="q" name="q" value="{}" placeholder="address or number" autocomplete="off">'
        "<button>Find</button></form>"
    ).format(wanted)
    inside = Markup(
        '{}<div class="two"><section><h2>Mailboxes <span class="count">{}</span></h2>{}</section>'
        '<section><h2>Phones <span class="count">{}</span></h2>{}</section></div>'
    ).format(
        search,
        len(mailboxes),
        _people(
            (
                ("mailbox", to, e.subject, e.sent_at, sum(to in m.to for m in emails))
                for to, e in mailboxes.items()
            ),
            "No e-mail was sent yet.",
        ),
        len(phones),
        _people(
            (
                ("phone", to, t.body, t.sent_at, sum(m.to == to for m in texts))
                for to, t in phones.items()
            ),
            "No text was sent yet.",
        ),
    )
    return page("People", inside, back=None)


def _people(rows: Iterable[tuple[str, str, str, datetime, int]], none: str) -> Markup:
    newest = sorted(rows, key=lambda row: row[3], reverse=True)
    if not newest:
        return Markup('<p class="none">{}</p>').format(none)
    return Markup('<ul class="people">{}</ul>').format(
        Markup("").join(
            Markup(
                '<li><a href="/{}/{}"><span class="face" aria-hidden="true">{}</span>'
                '<span class="who">{}<small>{}</small></span>'
                '<span class="when">{}<small>{}</small></span></a></li>'
            ).format(
                kind,
                quote(address, safe=""),
                address[0].upper() if kind == "mailbox" else "☏",
                address,
                preview,
                _time(at),
                f"{count} message{'s' if count > 1 else ''}",
            )
            for kind, address, preview, at, count in newest
        )
    )


def mailbox(address: str, emails: Sequence[OutboxEmail]) -> str:
    """The e-mails of one address, newest first."""
    rows = Markup("").join(
        Markup(
            '<li><a href="/mail/{}"><span class="who">{}<small>{} — {}</small></span>'
            '<span class="when">{}</span></a></li>'
        ).format(e.message_id, e.subject, _name(e.sender), e.text[:110], _time(e.sent_at))
        for e in reversed(emails)
    )
    inside = Markup('<ul class="people inbox">{}</ul>').format(rows)
    return page(address, inside if emails else Markup('<p class="none">No e-mail.</p>'))


def mail(email: OutboxEmail, said: str) -> str:
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
    table = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(name, value)
        for name, value in headers.items()
        if value
    )
    inside = Markup(
        '<div class="sender">'
        '<span class="face" aria-hidden="true">{face}</span><span class="who">{name}'
        "<small>to {to}</small></span><span class='when'>{time}</span></div>"
        '<div class="acts">{acts}</div>'
        '<iframe title="The e-mail" src="/mail/{id}/body" '
        'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
        "<details><summary>Text part</summary><pre>{text}</pre></details>"
        '<details><summary>Headers</summary><table class="headers"><tbody>{table}</tbody></table>'
        "</details>"
    ).format(
        to=email.to[0],
        face=_name(email.sender)[:1].upper(),
        name=_name(email.sender),
        time=_time(email.sent_at),
        acts=_mail_acts(email),
        id=email.message_id,
        text=linked(email.text),
        table=table,
    )
    box = f"/mailbox/{quote(email.to[0], safe='')}"
    return page(email.subject, inside, said=said, back=(box, email.to[0]))


def _mail_acts(email: OutboxEmail) -> Markup:
    acts = [("delivered", "Delivered"), ("opened", "Mark as opened"), ("bounced", "Bounce"),
            ("complained", "Report spam")]  # fmt: skip
    if unsubscribe_target(email.headers):
        acts.insert(0, ("unsubscribe", "Unsubscribe"))
    return Markup("").join(_act(f"/mail/{email.message_id}/{act}", label) for act, label in acts)


def _act(action: str, label: str) -> Markup:
    return Markup('<form method="post" action="{}"><button>{}</button></form>').format(
        action, label
    )


def unsubscribe_target(headers: Mapping[str, str]) -> str:
    """The address of the one-click unsubscribe (RFC 8058), "" where the e-mail offers none."""
    named = {name.lower(): value for name, value in headers.items()}
    if named.get("list-unsubscribe-post", "").strip() != "List-Unsubscribe=One-Click":
        return ""
    found = re.search(r"<(https?://[^>]+)>", named.get("list-unsubscribe", ""))
    return found[1] if found else ""


def body(email: OutboxEmail) -> str:
    """The HTML part as it stands in the frame: its links open in a tab of their own."""
    base = '<base target="_blank">'
    html = email.html or str(Markup("<pre>{}</pre>").format(linked(email.text)))
    head = re.search(r"<head[^>]*>", html, re.IGNORECASE)
    return html[: head.end()] + base + html[head.end() :] if head else base + html


def phone(number: str, texts: Sequence[OutboxText], replies: Sequence[Sent], said: str) -> str:
    """A telephone: the conversation, and a box to answer."""
    bubbles = [(t.sent_at, _received(t)) for t in texts]
    bubbles += [
        (
            reply.at,
            Markup('<li class="mine"><p>{}</p><small>{}</small></li>').format(
                reply.body, _time(reply.at)
            ),
        )
        for reply in replies
    ]
    talk = Markup("").join(bubble for _, bubble in sorted(bubbles, key=lambda b: b[0]))
    quick = Markup("").join(
        Markup('<button name="quick" value="{word}">{word}</button>').format(word=word)
        for word in ("STOP", "HELP")
    )
    inside = Markup(
        '<div class="handset"><ol class="talk">{}</ol>'
        '<form class="reply" method="post" action="/phone/{}/reply"><label for="text">Reply</label>'
        '<textarea id="text" name="text" rows="2" maxlength="1600"></textarea>'
        '<div class="acts"><button class="primary">Send</button>{}</div></form></div>'
    ).format(talk, quote(number, safe=""), quick)
    return page(number, inside, said=said)


def _received(text: OutboxText) -> Markup:
    return Markup('<li><p>{}</p><div class="foot"><small>{}</small>{}{}</div></li>').format(
        linked(text.body),
        _time(text.sent_at),
        _act(f"/text/{text.message_id}/received", "Received"),
        _act(f"/text/{text.message_id}/unreachable", "Unreachable"),
    )


def linked(text: str) -> Markup:
    """Plain text with its links to click."""
    parts, end = [], 0
    for match in _LINK.finditer(text):
        parts.append(Markup("{}").format(text[end : match.start()]))
        parts.append(
            Markup('<a href="{url}" target="_blank" rel="noopener">{url}</a>').format(url=match[0])
        )
        end = match.end()
    return Markup("").join([*parts, Markup("{}").format(text[end:])])


def _name(sender: str) -> str:
    """The display name of `"Harbor Dental" <billing@example.com>`, else the address."""
    name, bracket, _ = sender.rpartition("<")
    return name.strip(' "') if bracket and name.strip(' "') else sender.strip("<>")


def _time(at: datetime) -> str:
    return f"{at:%d %b, %H:%M}"
