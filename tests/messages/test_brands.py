"""Two creditors on one set of templates: brand tokens are all that differs, and nothing crosses."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.strategy.strategy import Brand
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_samples import NOTICES, samples
from tests.messages.samples import facts

LETTERS = JinjaMessages()
HARBOR = Brand(
    name="Harbor Lane & Co",
    address="120 Harbor Lane, Portland, OR 97201",
    phone="(503) 555-0142",
    email_from="accounts@harbor.example.com",
    reply_to="help@harbor.example.com",
    accent="#1f5f4a",
    signature="Your team at Harbor Lane",
)
MAPLE = Brand(
    name="Maple Homes",
    address="9 Maple Street, Austin, TX 78701",
    phone="(512) 555-0177",
    email_from="office@maple.example.com",
    reply_to="desk@maple.example.com",
    accent="#7a1f2b",
    signature="The office at Maple",
)
TOKENS = [
    (HARBOR.name, MAPLE.name),
    ("Harbor Lane &amp; Co", MAPLE.name),
    (HARBOR.address, MAPLE.address),
    (HARBOR.phone, MAPLE.phone),
    (HARBOR.accent, MAPLE.accent),
    (HARBOR.signature, MAPLE.signature),
]


def _as_maple(text: str) -> str:
    for token, instead in TOKENS:
        text = text.replace(token, instead)
    return text


@pytest.mark.slow
def test_two_creditors_letters_differ_in_their_brand_alone() -> None:
    strategy = facts().strategy
    pairs = zip(
        samples(LETTERS, replace(strategy, brand=HARBOR), accounts=2),
        samples(LETTERS, replace(strategy, brand=MAPLE), accounts=2),
        strict=True,
    )
    compared = 0
    for harbor, maple in pairs:
        for part, other in (
            (harbor.rendered.subject, maple.rendered.subject),
            (harbor.rendered.text, maple.rendered.text),
            (harbor.rendered.html, maple.rendered.html),
        ):
            assert part != other or not part
            assert _as_maple(part) == other
            compared += 1
        assert harbor.rendered.version == maple.rendered.version
    assert compared > 200


@pytest.mark.slow
def test_a_thousand_letters_of_two_creditors_in_turn_never_cross() -> None:
    """Header, footer, subject, words and links of one never stand in the other's."""
    shuffled = random.Random(20261122)
    own = {"reminder.gentle": {"email": {"en": {"subject": "Maple writes to you"}}}}
    names = list(LETTERS.templates())
    marks = {"Harbor": HARBOR, "Maple": MAPLE}
    for number in range(1_000):
        mine = shuffled.choice(list(marks))
        other = next(name for name in marks if name != mine)
        template = shuffled.choice(names)
        channel = shuffled.choice(list(Channel))
        link = f"https://pay.{mine.lower()}.example.org/m/{number:022d}"
        stop = f"https://pay.{mine.lower()}.example.org/u/{number:022d}"
        mail = LETTERS.render(
            template,
            channel,
            facts=facts(
                brand=marks[mine],
                language=shuffled.choice(["en", "es"]),
                role=shuffled.choice(["first", "third"]),
                own=own if mine == "Maple" else {},
            ),
            link=link,
            stop_link=stop,
            fields=NOTICES.get(template, {}),
        )
        whole = mail.subject + mail.text + mail.html
        assert mine in whole
        for crossed in (other, other.lower(), marks[other].accent, marks[other].phone):
            assert crossed not in whole
        if channel is Channel.EMAIL:
            assert mine in mail.subject
