"""The words without which the model is not heard on a matter that needs a fact."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.domain.replies.grounds import groundless, of_a_child
from dunlin.domain.replies.reading import ReplyReading, read
from tests.support.builders import NOON
from training.reply_grammar import draws, templates
from training.train_replies import apart, written

MODEL = load_reply_model()
NEEDS = ("deceased", "attorney", "bankruptcy", "wrong_party", "opt_out")

# Harmless replies, each of a kind that once stopped a lawful contact.
HARMLESS = """
I get paid on the 15th
I am 15 minutes away
I'm 12 days late, sorry
I set up the payment online
I need the exact amount
I can do 100 now and the rest in January
wrong button, sorry
it's the right amount, I'm just late
I'm 65 and on a pension, is a smaller amount ok?
the insurance deductible is mine, I'll pay it
I settled on the monthly option
no problem
I can't pay the full amount
Not today but Friday
my check is in the mail
No hablo mucho inglés, español por favor
Hello, this is Maria
can u stop the late fees if i pay 60 a wk
No complaints here, you guys are great
is it wrong to pay early by card
""".strip().splitlines()


def reading(text: str) -> ReplyReading:
    return read(text, channel="sms", now=NOON, zone=ZoneInfo("America/New_York"), model=MODEL)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("deceased", "she pased away"),
        ("deceased", "mi papa fayecio"),
        ("deceased", "fallesio en mayo"),
        ("deceased", "he kicked the bucket"),
        ("deceased", "🕊️ mom"),
        ("attorney", "ask my laywer"),
        ("attorney", "my attoreny has it"),
        ("attorney", "mi avogado"),
        ("attorney", "L A W Y E R"),
        ("bankruptcy", "bankrupcy case"),
        ("bankruptcy", "b4nkruptcy"),
        ("bankruptcy", "ch 13"),
        ("bankruptcy", "vancarrota"),
        ("wrong_party", "worng numbr"),
        ("wrong_party", "numero ekivocado"),
        ("wrong_party", "no soy María"),
        ("opt_out", "unsubcsribe"),
        ("opt_out", "stpo"),
        ("opt_out", "🛑"),
        ("opt_out", "don't text me"),
        ("opt_out", "no me escriban"),
        ("opt_out", "ya parenle"),
    ],
)
def test_a_word_of_the_matter_is_seen_however_it_is_spelt(label: str, text: str) -> None:
    assert label not in groundless(text)


@pytest.mark.parametrize("text", ["perfecto", "I can do 100 in January", "Hello, this is Maria"])
def test_small_talk_holds_none(text: str) -> None:
    assert groundless(text) == set(NEEDS)


def test_every_training_text_of_a_matter_holds_a_word_of_it() -> None:
    texts = [(row.text, row.label) for row in (*written(), *apart())]
    texts += [(draws(template, 1)[0], template.label) for template in templates()]
    assert not [
        (label, text) for text, label in texts if label in NEEDS and label in groundless(text)
    ]


@pytest.mark.parametrize(
    "text", ["Not today but Friday", "más tarde", "do u take amex", "stop by the office?"]
)
def test_a_no_or_a_stop_that_is_not_said_of_messages_ends_none(text: str) -> None:
    assert {"opt_out", "ambiguous"}.isdisjoint(reading(text).labels)


@pytest.mark.parametrize(
    "text",
    [
        "no more excuses from me. monday 9am",
        "2 semanitas mas no sea malo",
        "Stop it, you're too sweet!",
        "not all of it no. but i got 80 now",
    ],
)
def test_a_no_or_a_stop_said_in_passing_ends_no_messages(text: str) -> None:
    assert not reading(text).opt_out


@pytest.mark.parametrize("text", HARMLESS)
def test_an_everyday_reply_stops_nothing(text: str) -> None:
    answer = reading(text)
    assert not answer.opt_out
    assert not answer.pause
    assert "dispute" not in answer.intents


def test_an_automatic_answer_hides_no_wish_to_stop() -> None:
    assert reading("estoy manejando dejen de mandar mensajes").opt_out
    assert reading("estoy manejando ahora, luego contesto").labels == ("automatic",)


@pytest.mark.parametrize(
    "text",
    ["I am 15 years old", "this is my moms phone, im 12", "I'm only sixteen!", "I'm a minor.",
     "soy menor de edad", "oiga, tengo 15 años"],
)  # fmt: skip
def test_a_child_who_answers_halts_until_a_person_has_looked(text: str) -> None:
    assert reading(text).pause


@pytest.mark.parametrize(
    "text",
    ["I'm 15 minutes away", "I am 65 years old", "tengo 15 años de cliente", "I am 17 short"],
)
def test_a_number_is_not_an_age(text: str) -> None:
    assert not of_a_child(text)
