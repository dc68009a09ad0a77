"""A person's mail as it goes on to the creditor's own inbox: what staff read there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dunlin.domain.messages.arrival import MailArrival
from dunlin.domain.messages.mail import ReceivedMail
from dunlin.domain.tokens import without_links

_UNREAD = {
    "large": "The mail is too large: only its start was read, and no file was kept.",
    "headers": "Its headers are longer than any mail's should be: only the first were read.",
    "parts": "It is made of more parts than any mail should have: it was not read.",
    "deep": "Parts of it lie too deep in one another: those were not read.",
    "files": "It has more files than are kept.",
    "attached_mail": "Another mail is attached to it, which was not read.",
}
_ANSWERABLE = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]{3,250}")


def subject_of(mail: ReceivedMail, reference: str) -> str:
    """One line; the reference of the account first, where one is known."""
    subject = mail.subject or "(no subject)"
    return f"{reference}: {subject}" if reference else subject


def text_of(
    mail: ReceivedMail,
    arrival: MailArrival,
    *,
    understood: str,
    trusted: bool,
    kept: Sequence[str],
    refused: Sequence[str],
) -> str:
    """The body: what was made of the mail, then the person's words as they came, but for the
    private links in what they quote.

    `kept` names files that are evidence now, `refused` those that are not.
    """
    lines = [
        f"From: {mail.sender or 'an address that cannot be read'}",
        f"Understood as: {understood}",
    ]
    if not trusted:
        lines.append("It is not proved that the sender wrote this: treat it with care.")
    lines += [f"File kept: {name}" for name in kept]
    lines += [f"File not kept: {name}" for name in refused]
    lines += [_UNREAD[code] for code in mail.unread]
    lines += [f"The mail as it came: {arrival.key}", "", without_links(mail.text) or "(no words)"]
    return "\n".join(lines)


def answers_to(mail: ReceivedMail, inbox: str) -> str:
    """Where an answer from the inbox goes: to the person, where their address can be written to."""
    return mail.sender if _ANSWERABLE.fullmatch(mail.sender) else inbox
