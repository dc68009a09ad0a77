"""Replies: what asks for messages, or names the way they are to come, ends none."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.domain.replies.reading import ReplyReading, read
from dunlin.domain.replies.requests import unasked
from tests.support.builders import NOON

SHIPPED = load_reply_model()

REQUESTS = """
keep texting me please
please keep sending me texts
Please go on sending the messages
you can keep on emailing me
please continue to send the reminders
carry on with the texts thanks
text me the invoice please
can you text me the balance
Could you text me the link again
email me my statement please
could somebody message me the payment link
txt me how much i owe pls
Shoot me a text with the balance
could you drop me an email with the total
text is fine
texting works better for me
It's fine to email me
I changed my number, text me here from now on
I got a new phone, message me on this one
use this number from now on
Do you have an email I can write to
please reach out by email
which bus stop is closest to you
what stop do I get off at for the clinic
what train stop is nearest the office
which stop should I take for your branch
what's the closest stop to your building
the bus doesn't stop there on Sundays
please call me after 5
ring me at 5:30 p.m.
Could I get more time
I need more time please
please resend the email
please forward the message again
I deleted the last email by mistake, resend please
I lost your last text, can you resend it?
your email landed in spam, send it again please
I'd rather get emails than calls
we would rather receive texts than phone calls
text over phone call any day
email me at joe@example.com
yes keep me on the list
I want to stay on the list
add me to the text list
sign me up for text reminders
switch on text reminders
sigan enviando los avisos por favor
mándeme el recibo por correo
¿me pueden enviar el enlace otra vez?
por texto está bien
llámenme después de las 6
reenvíen el correo por favor
borré el mensaje por error, mándelo otra vez
prefiero correos que llamadas
mejor por texto que por llamada
pueden escribirme por este número
quiero que me avisen por mensaje
quiero seguir recibiendo sus mensajes
anótenme para los recordatorios
¿cuál parada está más cerca?
¿en qué parada me bajo para su oficina?
¿me dan más tiempo?
""".strip().splitlines()

# The same words, where they ask for an end.
ENDS = """
text me the invoice please but no more after that
keep texting me and I will sue
why do you keep texting me
you keep sending me texts
do not text me the invoice
text me again and see
email me the bill then take me off your list
text is not fine
I'd rather get no emails
send me the bill and never write again
quit texting, call me after 5
please call me, no text
can you stop texting me
what do I text to stop
text me the balance 🛑
drop me from the list
turn off text reminders
do not add me to your email list
keep me off the list
don't use this number
sign me up for texts? no. stop
no me mande el recibo por mensaje
ya no me manden mensajes, llámenme
no quiero seguir recibiendo sus mensajes
quiero que me borren de la lista
mándeme el recibo y ya no me escriba
""".strip().splitlines()


def reading(text: str) -> ReplyReading:
    return read(text, channel="sms", now=NOON, zone=ZoneInfo("America/New_York"), model=SHIPPED)


@pytest.mark.parametrize("text", REQUESTS)
def test_a_request_for_messages_ends_none(text: str) -> None:
    assert not reading(text).opt_out


@pytest.mark.parametrize("text", ENDS)
def test_a_wish_for_the_end_in_the_words_of_a_request_is_heard(text: str) -> None:
    assert reading(text).opt_out


def test_what_stands_beside_a_request_is_still_read() -> None:
    assert unasked("Text me the bill please. My husband died") == "My husband died"
    assert unasked("thanks, call me after 5") == "thanks"
    assert unasked("text me the bill 停止") == "text me the bill 停止"
    assert unasked("I want out") == "I want out"
    assert unasked("your email landed in my junk folder") == "your email landed in my junk folder"


def test_a_request_never_hides_a_matter_that_halts() -> None:
    for text in ("text me the bill, my attorney wants it", "email me proof that I owe this"):
        assert reading(text).pause


def test_a_long_run_of_the_same_words_takes_no_time() -> None:
    began = time.perf_counter()
    for words in ("ok ", "please ", "text me ", "por favor ", "i deleted the email and "):
        unasked(words * 60)
        unasked((words * 60)[:280] + " x")
    assert time.perf_counter() - began < 1
