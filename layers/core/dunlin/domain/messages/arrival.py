"""How a mail reached us: to which of our addresses, and what the mail provider found out about it.

Every e-mail of ours has a reply address of its own, and another that unsubscribes. Both are a token
and our mail domain: they name nobody, and nobody can guess them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dunlin.domain.messages.mail import ReceivedMail
from dunlin.domain.tokens import address_hash

_OURS = re.compile(r"(?P<use>reply|stop)-(?P<token>[0-9a-f]{32})@(?P<domain>.+)")
FORWARDER = "forwarded"
"""Who hands mail on to the creditor's inbox; what comes back to that address is no reply."""


def reply_address(token: str, domain: str) -> str:
    """Where an answer to one message goes; `token` of `tokens.reply_token`."""
    return f"reply-{token}@{domain}"


def stop_address(token: str, domain: str) -> str:
    """Where any mail at all unsubscribes the person whom one message went to (RFC 2369)."""
    return f"stop-{token}@{domain}"


def forwarder_address(domain: str) -> str:
    """Who forwards mail to a creditor's inbox."""
    return f"{FORWARDER}@{domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAddress:
    """An address of ours: the token of the message that it belongs to, and whether mail to it
    unsubscribes."""

    token: str
    stops: bool


def own_address(address: str) -> OwnAddress | None:
    """What an address of ours stands for; None where it belongs to no message."""
    match = _OURS.fullmatch(address.strip().lower())
    return OwnAddress(token=match["token"], stops=match["use"] == "stop") if match else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailArrival:
    """A mail that the provider took in. `key` is where it lies; `recipients` are those addresses
    of ours that it was delivered to, whatever its headers say; `returns_to` is the sender of its
    envelope, "" for a report. Verdicts are PASS, FAIL, GRAY or PROCESSING_FAILED."""

    key: str
    recipients: tuple[str, ...]
    returns_to: str = ""
    spam: str = ""
    virus: str = ""
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""

    @property
    def harmful(self) -> bool:
        """Not to be handed on to anybody."""
        return self.virus == "FAIL"

    @property
    def unwanted(self) -> bool:
        return self.spam == "FAIL" or self.harmful


def proved(mail: ReceivedMail, arrival: MailArrival) -> bool:
    """Whether the mail comes from the domain that its From names: by DMARC, or where the domain
    has no such policy by SPF or DKIM of that same domain. Who fails may still take a permission
    away; nothing else is taken from them."""
    domain = mail.sender.rpartition("@")[2]
    if not domain or arrival.unwanted or arrival.dmarc == "FAIL":
        return False
    if arrival.dmarc == "PASS":
        return True
    sent = arrival.spf == "PASS" and _same(arrival.returns_to.rpartition("@")[2].lower(), domain)
    # The verdict does not tell which of several signatures it is about.
    signed = bool(mail.signed_by) and all(_same(name, domain) for name in mail.signed_by)
    return sent or (arrival.dkim == "PASS" and signed)


def _same(name: str, domain: str) -> bool:
    """One domain, or one below the other."""
    return bool(name) and (
        name == domain or name.endswith(f".{domain}") or domain.endswith(f".{name}")
    )


def from_person(mail: ReceivedMail, address: str) -> bool:
    """Whether it comes from the address (its hash) that we wrote to."""
    return bool(mail.sender) and address_hash(mail.sender) == address


def circles(mail: ReceivedMail, arrival: MailArrival) -> bool:
    """Whether it is mail that we forwarded and that came back, or that runs in a circle."""
    domains = {recipient.rpartition("@")[2].lower() for recipient in arrival.recipients}
    forwarders = {forwarder_address(domain) for domain in domains}
    return (
        mail.circles
        or mail.sender in forwarders
        or not domains.isdisjoint(mail.marks)
        or {recipient.lower() for recipient in arrival.recipients} <= forwarders
    )
