"""Simulated consumers: they open, pay, agree to pay in parts, promise, snooze, reply, opt out,
dispute, ask their insurer to pay, bounce or stay silent.

What one does is decided by a hash of who they are, so every run of a portfolio is the same run.
They use what a person uses: the links in their messages, the portal's forms, the payment page.
"""

import hashlib
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Consumer
from dunlin.ports.accounts import Addresses, People
from local.outside import OutboxEmail, OutboxText, OutsideWorld
from local.timelapse import TimeLapse

# Shares of a hundred. Most people do nothing at first; most payers pay late.
PERSONAS = (
    ("pays at once", 10),
    ("pays at the second", 10),
    ("pays at the third", 5),
    ("pays by bank", 3),
    ("pays in parts", 5),
    ("pays in many parts", 3),
    ("pays in parts, card declined", 4),
    ("promises", 5),
    ("snoozes", 4),
    ("has an insurer", 5),
    ("opens only", 8),
    ("stops", 6),
    ("unsubscribes", 3),
    ("disputes", 5),
    ("asks", 4),
    ("wrong person", 2),
    ("bounces", 4),
    ("complains", 1),
    ("silent", 13),
)
GOOD_CARD = "4242 4242 4242 4242"
# It can be saved, and every charge to it is declined (the processor's test numbers).
DECLINED_CARD = "4000 0000 0000 0341"
PROMISED_DAYS = 8
_HREF = re.compile(r"https?://[^\s\"'<>]+/m/[0-9A-Za-z]{22}")
_STOP = re.compile(r"https?://[^\s\"'<>]+/u/[0-9A-Za-z]{22}")


def persona(address: str) -> str:
    """What kind of person answers at an address."""
    point = int.from_bytes(hashlib.sha256(address.lower().encode()).digest()[:4], "big") % 100
    for name, share in PERSONAS:
        if point < share:
            return name
        point -= share
    return "silent"


class Reached(Addresses, People, Protocol):
    """Who is reached at an address, and what they owe."""


@dataclass
class _Seen:
    emails: int = 0
    texts: int = 0
    heard: Counter[str] = field(default_factory=Counter)


class SimulatedConsumers:
    """Everybody who receives messages. `look` is called when the stack is at rest.

    `diary` is a file that keeps what they received, so that the next program that lets days pass
    does not make them answer the same message twice. What they meant to do later is not in it.
    """

    def __init__(
        self, *, outside: OutsideWorld, lapse: TimeLapse, book: Reached, reply_topic: str,
        diary: Path,
    ) -> None:  # fmt: skip
        self._outside, self._lapse, self._book = outside, lapse, book
        self._topic, self._diary = reply_topic, diary
        self._seen = _Seen()
        if diary.exists():
            kept = json.loads(diary.read_text())
            self._seen = _Seen(kept["emails"], kept["texts"], Counter(kept["heard"]))
        self.did: Counter[str] = Counter()

    def look(self) -> None:
        """Take in what arrived since the last look and plan what people do about it."""
        emails, texts = self._outside.emails(), self._outside.texts()
        for email in emails[self._seen.emails :]:
            self._got_email(email)
        for text in texts[self._seen.texts :]:
            self._got_text(text)
        self._seen.emails, self._seen.texts = len(emails), len(texts)
        self._diary.write_text(json.dumps(vars(self._seen)))

    def _later(self, hours: float, what: str, act: Callable[[], object]) -> None:
        """Plan an act. One that answers False could not be done, and is not counted."""

        def counted() -> None:
            if act() is not False:
                self.did[what] += 1

        self._lapse.plan(self._lapse.now + timedelta(hours=hours), counted)

    def _world_now(self) -> OutsideWorld:
        return replace(self._outside, now=self._lapse.now)

    def _got_email(self, email: OutboxEmail) -> None:
        address, identifier = email.to[0], email.message_id
        who = persona(address)
        heard = self._heard(address)
        if who == "bounces":
            self._event("Bounce", identifier, 0.02)
            return
        self._event("Delivery", identifier, 0.02)
        if who in ("opens only", "asks") or (who.startswith("pays") and heard == 1):
            self._event("Open", identifier, 5)
        if who == "complains":
            self._event("Complaint", identifier, 9)
        link = _HREF.search(email.text)
        stop = _STOP.search(email.text) or _STOP.search(email.headers.get("List-Unsubscribe", ""))
        if who == "unsubscribes" and stop:
            url = stop[0]
            self._later(7, "unsubscribed", lambda: _one_click(url))
        if link:
            self._visits(who, heard, address, link[0])

    def _got_text(self, text: OutboxText) -> None:
        who = persona(self._known(text.to) or text.to)
        heard = self._heard(self._known(text.to) or text.to)
        self._later(
            0.01, "text delivered", lambda: _none(self._world_now().sms_receipt(text.message_id))
        )
        answer = {
            "stops": "STOP",
            "asks": "Can I pay half on Friday?",
            "wrong person": "Wrong number, I don't know who that is",
        }.get(who)
        if answer is not None:
            self._later(2, f"replied {answer!r}", lambda: self._reply(text, answer))
        link = _HREF.search(text.body)
        if link:
            self._visits(who, heard, self._known(text.to) or text.to, link[0])

    def _heard(self, address: str) -> int:
        self._seen.heard[address] += 1
        return self._seen.heard[address]

    def _known(self, number: str) -> str:
        people = self._book.consumers_at(number)
        return people[0].emails[0] if people and people[0].emails else ""

    def _event(self, kind: str, message_id: str, hours: float) -> None:
        def publish() -> None:
            self._world_now().email_event(kind, message_id)

        self._later(hours, f"e-mail {kind.lower()}", publish)

    def _reply(self, text: OutboxText, answer: str) -> None:
        number = text.attributes.get("AWS.MM.SMS.OriginationNumber", "+12175550101")
        self._world_now().sms_reply(
            text.to,
            number,
            answer,
            topic_arn=self._topic,
            previous_message_id=text.message_id,
        )

    def _visits(self, who: str, heard: int, address: str, link: str) -> None:
        def visitor() -> Visitor:
            person = self._person(address)
            return Visitor(person, self._book.accounts_of_consumer(person.consumer_id))

        pays_on = {
            "pays at once": 1,
            "pays at the second": 2,
            "pays at the third": 3,
            "pays by bank": 1,
        }.get(who)
        if pays_on == heard:
            method = "us_bank_account" if who == "pays by bank" else "card"
            self._later(26, f"paid by {method}", lambda: visitor().pays(link, method))
        if heard != 1:
            return
        match who:
            case "disputes":
                self._later(30, "disputed", lambda: visitor().disputes(link))
            case "pays in parts":
                self._later(28, "agreed to pay in parts", lambda: visitor().agrees(link))
            case "pays in many parts":
                self._later(
                    28, "agreed to pay in parts", lambda: visitor().agrees(link, longest=True)
                )
            case "pays in parts, card declined":
                self._later(
                    28, "agreed to pay in parts", lambda: visitor().agrees(link, card=DECLINED_CARD)
                )
            case "promises":
                day = self._lapse.now + timedelta(days=PROMISED_DAYS)
                self._later(27, "promised to pay", lambda: visitor().promises(link, day.date()))
                self._later(24 * PROMISED_DAYS, "kept the promise", lambda: visitor().pays(link))
            case "snoozes":
                self._later(20, "asked for two quiet weeks", lambda: visitor().snoozes(link))
            case "has an insurer":
                self._later(29, "sent the bill to an insurer", lambda: visitor().insured(link))

    def _person(self, address: str) -> Consumer:
        (person, *_) = self._book.consumers_at(address)
        return person


def _none(_: object) -> None:
    """Events hand back what they published; people do not care."""


def _one_click(url: str) -> None:
    """What a mail program does for a one-click unsubscribe (RFC 8058)."""
    body = urllib.parse.urlencode({"List-Unsubscribe": "One-Click"}).encode()
    urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=30).close()


class VisitError(Exception):
    """A page was not what a person would have expected there."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form" and attributes.get("method", "").lower() == "post":
            self.forms.append((attributes.get("action", ""), {}))
            self._inside = True
        elif tag in ("input", "textarea", "button") and self._inside and attributes.get("name"):
            if attributes.get("type") in ("radio", "checkbox") and "checked" not in attributes:
                return
            if tag == "button" and "value" not in attributes:
                return
            self.forms[-1][1].setdefault(attributes["name"], attributes.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


class Visitor:
    """One person's browser: cookies, redirects, forms; nothing of the page is skipped."""

    def __init__(self, person: Consumer, owed: Sequence[Account]) -> None:
        self._person, self._owed = person, owed
        # Browsers take a loopback address for safe and keep Secure cookies there; so do we.
        kept = CookieJar(DefaultCookiePolicy(secure_protocols=("https", "http")))
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(kept))
        self._at, self._page = "", ""

    def pays(self, link: str, method: str = "card") -> bool:
        """Open the link, prove who we are, pay in full on the payment page, come back."""
        if not self._enters(link) or "/pay" not in self._page:
            return False
        action, fields = self._form("/pay")
        self._post(action, fields)
        return self._pays_there(method, GOOD_CARD)

    def disputes(self, link: str) -> bool:
        """Say that the amount is wrong."""
        fields = {"reason": "amount_wrong", "text": "I was charged twice."}
        return self._enters(link) and self._hands_in("dispute", fields)

    def agrees(self, link: str, *, card: str = GOOD_CARD, longest: bool = False) -> bool:
        """Take the first or the last offer of instalments, let them be taken from a card, and
        save it."""
        if not self._enters(link) or not self._goes("plan"):
            return False
        offers = self._page.count('class="choice offer"')
        if not offers:
            return False
        action, fields = self._form("/plan")
        self._post(action, fields | {"offer": str(offers - 1 if longest else 0)})
        action, fields = self._form("/plan")
        self._post(action, fields | {"pays": "autopay"})
        return self._pays_there("card", card)

    def promises(self, link: str, on: date) -> bool:
        """Promise to pay all by a day."""
        fields = {"day": str(on.day), "month": str(on.month), "year": str(on.year)}
        return self._enters(link) and self._hands_in("promise", fields)

    def snoozes(self, link: str) -> bool:
        """Ask for two weeks without a message."""
        return self._enters(link) and self._hands_in("snooze", {"long": "fortnight"})

    def insured(self, link: str) -> bool:
        """Say who insures us, and that they should pay."""
        fields = {"owes": "yes", "payer": "Example Mutual Health", "member": "EM-0100"}
        return self._enters(link) and self._hands_in("insurance", fields)

    def _hands_in(self, way: str, answers: dict[str, str]) -> bool:
        """Fill in one of the forms that the account's page leads to; False where it does not."""
        if not self._goes(way):
            return False
        action, fields = self._form(f"/{way}")
        self._post(action, fields | answers)
        return True

    def _goes(self, way: str) -> bool:
        """Follow a link of the account's page; False where it has none."""
        if f'/{way}"' not in self._page:
            return False
        self._get(self._at.replace("/account", f"/{way}"))
        return True

    def _pays_there(self, method: str, card: str) -> bool:
        """Fill in the processor's page: it charges the method, or saves it for later."""
        if "/c/pay/" not in self._at:
            return False
        action, fields = self._form("/c/pay/")
        fields |= {"method": method, "email": next(iter(self._person.emails), "a@example.com")}
        fields |= {
            "card_number": card,
            "card_expiry": "12/34",
            "card_cvc": "123",
            "card_name": self._person.name,
            "postal_code": self._person.zip or "62701",
            "bank_name": self._person.name,
            "routing_number": "110000000",
            "account_number": "000123456789",
        }
        self._post(action, fields)
        return True

    def _enters(self, link: str) -> bool:
        self._get(link)
        action, fields = self._form("/m/")
        born = self._person.date_of_birth
        if "year" in fields and born is not None:
            fields |= {"day": str(born.day), "month": str(born.month), "year": str(born.year)}
        elif "zip" in fields:
            fields["zip"] = self._person.zip or ""
        elif "invoice" in fields and self._owed:
            fields |= {"invoice": self._owed[0].own_name, "amount": str(self._owed[0].balance)}
        else:
            return False
        self._post(action, fields)
        return self._at.endswith("/account")

    def _form(self, part: str) -> tuple[str, dict[str, str]]:
        parser = _Forms()
        parser.feed(self._page)
        forms = [(a, f) for a, f in parser.forms if part in a]
        asks = [(a, f) for a, f in forms if f] or forms
        if not asks:
            raise VisitError(f"no form to {part} on {urllib.parse.urlsplit(self._at).path}")
        return asks[0]

    def _get(self, url: str) -> None:
        self._open(urllib.request.Request(url))

    def _post(self, action: str, fields: dict[str, str]) -> None:
        url = urllib.parse.urljoin(self._at, action)
        self._open(urllib.request.Request(url, data=urllib.parse.urlencode(fields).encode()))

    def _open(self, request: urllib.request.Request) -> None:
        try:
            answer: http.client.HTTPResponse = self._browser.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            raise VisitError(
                f"{error.code} at {urllib.parse.urlsplit(request.full_url).path}"
            ) from error
        with answer:
            self._at, self._page = answer.geturl(), answer.read().decode()
