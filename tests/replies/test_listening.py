"""Replies: every list of phrases and its disguises; what must never count as an opt-out."""

import time

import pytest

from dunlin.domain.replies.folding import fold
from dunlin.domain.replies.listening import one_typo
from dunlin.domain.replies.signals import classify_reply
from tests.replies.hard_stops import SIGNALS
from tests.replies.reply_lists import HARMLESS, HELD, OPT_OUTS, SILENT


@pytest.mark.parametrize("text", OPT_OUTS)
def test_an_opt_out_is_understood_in_every_spelling(text):
    assert classify_reply(text).opt_out


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_opt_out_neither_closes_nor_holds(text):
    reply = classify_reply(text)
    assert not reply.opt_out
    assert not reply.ambiguous


@pytest.mark.parametrize("text", HELD)
def test_a_stop_word_inside_another_sentence_waits_for_a_person(text):
    reply = classify_reply(text)
    assert not reply.opt_out
    assert reply.ambiguous


@pytest.mark.parametrize(("signal", "text"), SIGNALS)
def test_a_hard_stop_is_heard(signal, text):
    assert signal in classify_reply(text).signals


@pytest.mark.parametrize("text", SILENT)
def test_an_ordinary_reply_raises_nothing(text):
    reply = classify_reply(text)
    assert (reply.opt_out, reply.ambiguous, reply.signals) == (False, False, frozenset())


def test_start_and_help_are_whole_messages():
    assert classify_reply("Start").start
    assert classify_reply("UNSTOP").start
    assert not classify_reply("when does it start").start
    assert not classify_reply("stop. start").start
    assert classify_reply("Help!").help
    assert classify_reply("ayuda").help
    assert not classify_reply("please help me pay this").help


@pytest.mark.parametrize(
    ("text", "opt_out"),
    [
        ("I will pay Friday\n\nOn Mon, Acme Rentals wrote:\n> Reply STOP to opt out", False),
        ("Thanks\n-----Original Message-----\nunsubscribe me", False),
        ("Stop\n\nOn Mon, Acme Rentals wrote:\n> your balance", True),
        ("> your balance\nSTOP", True),
        ("> STOP", True),  # nothing of one's own: the quoted word is what was sent
    ],
)
def test_what_a_reply_quotes_is_not_what_it_says(text, opt_out):
    assert classify_reply(text).opt_out is opt_out


def test_an_opt_out_of_texts_is_told_from_one_of_every_message():
    assert classify_reply("please stop texting me").signals == {"text_opt_out"}
    assert classify_reply("unsubscribe").signals == {"message_opt_out"}
    both = classify_reply("Unsubscribe. And no more texts!").signals
    assert both == {"message_opt_out", "text_opt_out"}


def test_a_text_about_texts_and_calls_closes_both():
    reply = classify_reply("stop texting and calling me")
    assert reply.opt_out
    assert {"text_opt_out", "call_opt_out"} <= reply.signals


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("ＳＴＯＰ", "stop"),
        ("Stоp", "stop"),  # with a Cyrillic letter
        ("s.t.o.p", "stop"),
        ("5T0P", "stop"),
        ("don’t", "dont"),
        ("stoooop", "stop"),
        ("call 555-0123", "call 555-0123"),
    ],
)
def test_folding_undoes_a_disguise_and_leaves_numbers(raw, folded):
    assert fold(raw).strip() == folded


@pytest.mark.parametrize(
    ("word", "slip"),
    [("stop", True), ("stp", True), ("stoop", True), ("stpo", True), ("atop", True),
     ("shops", False), ("post", False), ("st", False)],
)  # fmt: skip
def test_one_typo_is_one_slip_of_a_finger(word, slip):
    assert one_typo(word, "stop") is slip


@pytest.mark.slow
@pytest.mark.parametrize("part", ["have ", "do not me ", "stop me ", "i want ", "a1", "s.", "$"])
def test_a_hostile_text_takes_no_longer_than_a_long_one(part):
    # Of this process alone, which a busy machine does not lengthen; what grows as a power takes
    # minutes.
    start = time.process_time()
    classify_reply(part * 2000)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("text", ["", "   ", "🙂", "!!!", "\x00", "a" * 100_000, "stop " * 5000])
def test_any_text_is_classified_quickly_and_without_error(text):
    assert classify_reply(text).ambiguous is False
