"""A creditor's own words: checked when saved, laid over the shipped ones, pinned by version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.strategy.strategy import StrategyError
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.runtime import wiring
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_samples import LINK, STOP_LINK, sample_facts, samples
from tests.support import builders, ground

LETTERS = JinjaMessages()
GATE = Gate(rulebook=load_rulebook())
TEXT = "We added a line about parking. See your page:\n\n{{ link }}\n"
LADDER = {
    "standard": [
        {"name": "One", "days": 0, "channels": ["email"], "template": "reminder", "tone": "gentle"}
    ]
}


def document(templates: Mapping[str, Any]) -> dict[str, Any]:
    return builders.strategy_document(ladders=LADDER, templates=dict(templates))


def subject(words: str, template: str = "reminder.gentle") -> dict[str, Any]:
    return {template: {"email": {"en": {"subject": words}}}}


def text(words: str) -> dict[str, Any]:
    return {"reminder.gentle": {"sms": {"en": f"{words}: {{{{ link }}}}"}}}


def refusal(templates: Mapping[str, Any], **changes: Any) -> StrategyError:
    written = yaml.safe_dump(document(templates) | changes, sort_keys=False).encode()
    with pytest.raises(StrategyError) as refused:
        wiring.strategy_reader().read(written, creditor=builders.CREDITOR)
    assert refused.value.line > 0
    return refused.value


def test_own_words_lie_over_the_shipped_ones_and_leave_the_rest() -> None:
    plain, own = (
        read_strategy(document(words), creditor="acme-clinic", version=1)
        for words in ({}, subject("A word from {{ creditor }}"))
    )

    def mail(strategy: Any, language: str = "en") -> Any:
        return LETTERS.render(
            "reminder.gentle",
            Channel.EMAIL,
            facts=sample_facts(strategy, language=language),
            link=LINK,
            stop_link=STOP_LINK,
            fields={},
        )

    assert mail(own).subject == "A word from Acme Clinic"
    assert mail(own).text == mail(plain).text
    assert mail(own, "es").subject == mail(plain, "es").subject
    for name in ("reminder.gentle", "reminder.neutral"):
        for channel in Channel:
            same = LETTERS.version(name, channel, strategy=own) == LETTERS.version(
                name, channel, strategy=plain
            )
            assert same is (name != "reminder.gentle" or channel is not Channel.EMAIL)


def test_each_account_is_sent_the_words_of_its_version_and_they_are_what_was_previewed() -> None:
    book = MemoryBook()
    sent: dict[str, tuple[str, str, str]] = {}
    for version, words in ((1, "The first subject"), (2, "The second subject")):
        assert (
            book.creditors.put_strategy(builders.CREDITOR, document(subject(words)), builders.NOON)
            == version
        )
        book.creditors.approve(builders.CREDITOR, version, by="ben", at=builders.NOON)
        name = f"ada{version}"
        account = ground.active(name, strategy_version=version, ladder="standard")
        builders.store(
            book, book.creditors, account, person=builders.consumer(name),
            ladders=LADDER, templates=subject(words),
        )  # fmt: skip
    for version in (1, 2):  # both after the second was stored
        account_id = ground.active(f"ada{version}").account_id
        run = check_ladder(
            account_id, 1, book=book, gate=GATE, templates=LETTERS, now=builders.NOON
        )
        mailbox = MemoryMailbox()
        outbox = replace(ground.outbox(mailbox=mailbox), templates=LETTERS)
        send(account_id, run.touch_key, run.permit_id, book=book, ports=outbox, now=builders.NOON)
        [mail] = mailbox.sent
        touch = book.touch(account_id, run.touch_key)
        assert touch is not None
        sent[account_id] = (mail.subject, touch.template_version, touch.content.split("\n")[0])
        strategy = book.creditors.strategy(builders.CREDITOR, version)
        assert strategy is not None
        again = LETTERS.render(
            "reminder.gentle",
            Channel.EMAIL,
            facts=book.facts(account_id, touch_key=run.touch_key),
            link=f"https://pay.example.org/m/{1:022d}",
            stop_link=f"https://pay.example.org/u/{1:022d}",
            fields={},
        )
        assert (again.html, again.text, again.sha256) == (mail.html, mail.text, touch.body_sha256)
    (first, version_1, kept_1), (second, version_2, kept_2) = sent.values()
    assert (first, second) == ("The first subject", "The second subject") == (kept_1, kept_2)
    assert version_1 != version_2


def test_a_template_of_the_creditors_own_is_written_in_full() -> None:
    words = {
        "subject": "A note from {{ creditor }}", "preheader": "Please look.", "heading": "A note",
        "before": ["There is something on {{ about }}."], "button": "See it",
        "text": TEXT,
    }  # fmt: skip
    own = {"our_note.neutral": {"email": {"en": words}, "sms": {"en": "A note: {{ link }}"}}}
    ladders = {"standard": [LADDER["standard"][0] | {"template": "our_note", "tone": "neutral"}]}
    written = yaml.safe_dump(document(own) | {"ladders": ladders}).encode()
    _, strategy = wiring.strategy_reader().read(written, creditor=builders.CREDITOR)
    rendered = list(samples(LETTERS, strategy, only="our_note.neutral"))
    assert {s.channel for s in rendered} == set(Channel)
    mail = next(s.rendered.html for s in rendered if s.channel is Channel.EMAIL)
    assert "There is something on your account" in mail
    assert refusal({"our_note.neutral": {"email": {"en": {"subject": "x"}}}}).field.endswith(
        "our_note.neutral.email.en.preheader"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (subject("Your debt"), "US-REGF-THIRDPARTY"),
        (subject("You owe us"), "US-REGF-THIRDPARTY"),
        (subject("Re: our talk"), "US-CANSPAM"),
        (subject("FINAL NOTICE"), "US-FDCPA-FALSE"),
        (subject("See {{ diagnosis }}"), "'diagnosis' is bound and not declared"),
        (subject("See {% if x %}"), "no other template code"),
        (subject("See {{ link.__class__ }}"), "no other template code"),
        (subject("two\nlines"), "must be one line"),
        # Claims that no field vouches for, as an eager writer would add them.
        (subject("Only 3 days left"), "'3' belongs into a field"),
        (subject("See pay-us-here.com"), "belongs into a field"),
        (text("Pay half and we call it 50%"), "belongs into a field"),
        (text("Call 555-0100 instead"), "belongs into a field"),
        (text("Pay at https://elsewhere.example.com"), "belongs into a field"),
        (text("Write to boss@elsewhere.example.com"), "belongs into a field"),
        (text("We waive the rest"), "promises what nobody approved"),
        (text("Settle for less today"), "promises what nobody approved"),
        (text("It is interest-free"), "promises what nobody approved"),
        (text("We guarantee the best terms"), "promises what nobody approved"),
        (text("It will protect your credit"), "promises what nobody approved"),
        (text("There are tax benefits"), "promises what nobody approved"),
        (text("Le perdonamos la mitad de lo que debe"), "promises what nobody approved"),
        (text("Sin intereses para usted"), "promises what nobody approved"),
        (subject("x", "reminder.rude"), "is not a name"),
        (subject("x", "bulletin"), "a rung has a tone and a notice has none"),
        ({"reminder.gentle": {"sms": {"en": "We will sue you: {{ link }}"}}}, "US-FDCPA-FALSE"),
        ({"reminder.gentle": {"sms": {"en": "You owe us, you thief: {{ link }}"}}}, "HARASS"),
        ({"reminder.gentle": {"sms": {"en": "x" * 500 + " {{ link }}"}}}, "parts by SMS"),
        ({"reminder.gentle": {"email": {"en": {"before": ["x"]}}}}, "text: is required where"),
        ({"reminder.gentle": {"email": {"fr": {"subject": "x"}}}}, "is not a known setting"),
        ({"reminder.gentle": {"fields": ["amount"]}}, "is not a known setting"),
    ],
)
def test_words_that_may_not_be_said_are_refused_with_place_and_reason(
    words: dict[str, Any], message: str
) -> None:
    error = refusal(words)
    assert message in str(error)
    assert "templates" in error.field


@pytest.mark.parametrize(
    ("rung", "message"),
    [
        ({"template": "nothing"}, "template: there is no 'nothing'"),
        ({"template": "answers", "tone": "firm"}, "tone: 'answers' is written in gentle, neutral"),
    ],
)
def test_a_rung_whose_message_is_not_written_is_refused(rung: dict[str, str], message: str) -> None:
    ladders = {"standard": [LADDER["standard"][0] | rung]}
    assert message in str(refusal({}, ladders=ladders))


def test_a_colour_that_cannot_be_read_is_refused() -> None:
    brand = builders.strategy_document()["brand"] | {"accent": "#ffcc00"}
    assert "accent: its contrast with white is 1.5, 4.5 is needed" in str(refusal({}, brand=brand))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Pay now or we will sue you", "US-FDCPA-FALSE"),
        ("THE DEBT DESK, WAITING FOR YOU", "PLAT-TONE"),
        ("Friends of deadbeats", "US-FDCPA-HARASS"),
    ],
)
def test_a_signature_is_a_text_like_any_other(text: str, message: str) -> None:
    brand = builders.strategy_document()["brand"] | {"signature": text}
    error = refusal({}, brand=brand)
    assert message in str(error)
    assert error.field == "strategy.brand"
