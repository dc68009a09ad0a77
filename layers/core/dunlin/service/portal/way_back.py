"""The way back in: a new link for somebody whose link no longer opens, or who has none.

It goes to a contact point on file and nowhere else, so whoever asks learns nothing. The front
page's answer has the same words and takes the same time whether or not anybody was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.portal.form import read_contact_point
from dunlin.domain.portal.page import Page
from dunlin.domain.tokens import address_hash
from dunlin.service.portal import GONE, PortalPorts, identity
from dunlin.service.portal.pages import Done, HomePage

LINKS_A_DAY = 3
"""How many links one contact point is sent in a day, whoever asks."""
ASKED_AN_ADDRESS = 20
"""How often one network address may ask in a day; many people may share one."""
_MOST_PEOPLE = 5  # at one contact point, as of a family: each gets a link of their own
SHORTEST = timedelta(seconds=1)
"""What the answer of the front page takes at least: longer than looking somebody up."""

SENT = Page(name="link_sent", content=Done())


def ask_again(portal: PortalPorts, token: str, *, wall: datetime, visitor: str = "") -> Page:
    """A new link in place of one that no longer opens, to the contact point that it went to."""
    opened = identity.known(portal, token)
    if opened is None:
        return GONE
    link, facts = opened
    if _may_send(portal, link.address_hash, visitor, wall):
        _send(portal, facts.account, link.token_hash, wall)
    return identity.of_creditor(SENT, facts)


def ask(portal: PortalPorts, form: Mapping[str, str], *, wall: datetime, visitor: str = "") -> Page:
    """A link for whoever is reached at an e-mail address or number, one for each person there."""
    typed = form.get("contact", "")
    point = read_contact_point(typed)
    if point is None:
        return Page(
            name="home",
            status=422,
            content=HomePage(contact=typed[:120]),
            errors=(("contact", "contact_unreadable"),),
        )
    with portal.lasting(SHORTEST):
        if _may_send(portal, address_hash(point), visitor, wall):
            for account in _accounts_at(portal, point):
                _send(portal, account, address_hash(point), wall)
    return SENT


def _may_send(portal: PortalPorts, point: str, visitor: str, wall: datetime) -> bool:
    """Counts a request for a link; False where there were too many, and nothing is looked up."""
    if identity.rate_limited(portal, "link", visitor, ASKED_AN_ADDRESS, wall):
        return False
    return portal.sessions.count_attempt(f"link-{point}", wall) <= LINKS_A_DAY


def _send(portal: PortalPorts, account: Account, asked_at: str, wall: datetime) -> None:
    cause = f"{asked_at}.{wall:%y%m%d%H%M%S}"
    portal.waker.notice(account=account, kind="new_link", cause=cause)


def _accounts_at(portal: PortalPorts, point: str) -> list[Account]:
    """One account for each person reached there: what is owed first, then what was due first. One
    that nobody was ever written to about is none."""
    accounts: list[Account] = []
    for person in portal.addresses.consumers_at(point)[:_MOST_PEOPLE]:
        if point not in (*person.emails, *person.phones):
            continue
        theirs = [
            account
            for account in portal.book.accounts_of_consumer(person.consumer_id)
            if account.status not in (Status.CLOSED, Status.IMPORTED)
        ]
        theirs.sort(key=lambda a: (not a.owes, a.due_on or date.max, a.reference))
        accounts += theirs[:1]
    return accounts
