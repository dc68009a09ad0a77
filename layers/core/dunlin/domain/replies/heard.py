"""What the one reading of a reply amounts to for the rules, where nobody has read it yet. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dunlin.domain.replies.model import ReplyModel
from dunlin.domain.replies.reading import CHANNELS, HALTING, grounded, read
from dunlin.domain.replies.signals import ReplySignals, classify_reply
from dunlin.domain.replies.unspoken import DISLIKE, QUIET, unspoken

# What the rules call a label of a reading.
_SIGNALS = {
    "opt_out": "message_opt_out", "wrong_party": "wrong_person", "dispute": "dispute",
    "already_paid": "already_paid", "attorney": "attorney", "bankruptcy": "bankruptcy",
    "deceased": "deceased",
}  # fmt: skip
# A reply that a person reads before anything is sent.
_UNREAD = frozenset({"ambiguous", "hardship", "abusive"})


def heard_in(
    text: str, *, channel: str, now: datetime, zone: ZoneInfo, model: ReplyModel
) -> ReplySignals:
    """What an inbound text that came by `channel` (of contact) at `now` says to the rules.

    Beside what the lists hear, what the model takes for said; a matter that it only suspects
    counts as said too, for nothing goes out about it until a person has decided. What may halt
    without a name is `ambiguous`; what was only not understood says nothing to a rule. Where the
    lists heard which messages are to end, or a word that a person must read, the model adds no
    other wish to stop.
    """
    reading = read(
        text, channel=channel if channel in CHANNELS else "portal", now=now, zone=zone, model=model
    )
    if reading.labels and set(reading.labels) <= QUIET:
        return ReplySignals()
    lists = ReplySignals() if unspoken(text) == DISLIKE else classify_reply(text)
    suspected = HALTING.intersection(reading.intents) if reading.pause else frozenset()
    labels = {*reading.labels, *suspected}
    if lists.ambiguous or any(name.endswith("opt_out") for name in lists.signals):
        labels.discard("opt_out")
    signals = lists.signals | {_SIGNALS[name] for name in labels if name in _SIGNALS}
    opt_out = lists.opt_out or "message_opt_out" in signals
    by_model = grounded(text, model)
    halting = sum(chance for name, chance in by_model.likely.labels.items() if name in HALTING)
    doubted = halting >= model.pause_at or not HALTING.isdisjoint(by_model.wordless)
    unread = doubted or not _UNREAD.isdisjoint(labels)
    return ReplySignals(
        opt_out=opt_out,
        ambiguous=not opt_out and (lists.ambiguous or unread),
        start=lists.start and not opt_out,
        help=lists.help and not opt_out,
        keeps=lists.keeps,
        signals=frozenset(signals),
    )
