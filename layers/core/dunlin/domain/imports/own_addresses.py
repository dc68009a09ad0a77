"""The creditor's own addresses and numbers: in a file of debts they are nobody's.

A clerk who has no address of the customer writes the office's own. What the creditor's messages
come from, and all that shares its domain, reaches no debtor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_EVERYBODYS = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com
    icloud.com me.com mac.com proton.me protonmail.com comcast.net att.net verizon.net sbcglobal.net
    cox.net charter.net bellsouth.net gmx.com gmx.de gmx.net web.de t-online.de freenet.de mail.com
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr hotmail.fr yahoo.fr hotmail.es yahoo.es
    terra.com.br uol.com.br bol.com.br hotmail.co.uk yahoo.co.uk btinternet.com example.com
    example.org example.net
    """.split()
)
"""Domains at which anybody has an address, and those kept for examples: they tell nothing."""


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """E-mail addresses and their domains in lower case, and numbers in E.164."""

    emails: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    def have_email(self, address: str) -> bool:
        """True for one of the addresses, and for any at their domains or beneath them."""
        low = address.lower()
        domain = low.rpartition("@")[2]
        return low in self.emails or any(
            domain == own or domain.endswith(f".{own}") for own in self.domains
        )


def own_addresses(emails: Iterable[str], phones: Iterable[str]) -> OwnAddresses:
    """What is the creditor's own, of what its messages come from and are answered to."""
    known = frozenset(e.strip().lower() for e in emails if "@" in e)
    domains = frozenset(e.rpartition("@")[2] for e in known)
    return OwnAddresses(known, domains - _EVERYBODYS, frozenset(p for p in phones if p))
