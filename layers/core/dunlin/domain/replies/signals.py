"""Replies: what an inbound text says. A model may add opt-outs to it, it may never remove one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySignals:
    """What one inbound text says.

    `opt_out` asks for messages to stop: `message_opt_out` among the `signals` closes the medium
    it came by, `text_opt_out` closes texts. `ambiguous` holds texts until a person has read it.
    `keeps` says that messages are to go on ("please don't stop").
    The other signals are attorney, cease, refusal (to pay), bankruptcy, deceased, wrong_person,
    dispute, already_paid, call_opt_out, email_opt_out, mail_opt_out, only_email, only_sms,
    only_letter, only_call.
    """

    opt_out: bool = False
    ambiguous: bool = False
    start: bool = False
    help: bool = False
    keeps: bool = False
    signals: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def classify_reply(text: str) -> ReplySignals:
    """What an inbound text says. Pure, by the fixed lists alone."""
    # The phrase lists take 40 ms to compile, and most decisions hear nothing.
    from dunlin.domain.replies.listening import listen

    return listen(text)
