"""The one reading of what a person wrote back, whichever way it came.

Three steps, each stricter than the next. What the fixed lists hear is obeyed. What the model takes
for a wish to stop is obeyed too; where it, or a list, suspects a matter that halts collection, a
person reads the words first. The model is heard on a death, a lawyer, a bankruptcy, a wrong person
or a wish to stop only where some word of it stands there (`grounds`); what it strongly suspects
without one, a person reads. Only what is left goes on by itself. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dunlin.domain.replies.folding import fold, own_words
from dunlin.domain.replies.grounds import groundless, of_a_child
from dunlin.domain.replies.model import Likely, ReplyModel
from dunlin.domain.replies.promises import promised_amount, promised_day
from dunlin.domain.replies.requests import unasked
from dunlin.domain.replies.signals import ReplySignals, classify_reply
from dunlin.domain.replies.unspoken import DISLIKE, QUIET, unspoken, worded

# The gravest first: of two that are as likely, the first names the reply.
LABELS = (
    "deceased", "bankruptcy", "attorney", "wrong_party", "dispute", "hardship", "opt_out",
    "abusive", "already_paid", "plan_request", "promise", "question", "other",
)  # fmt: skip
CHANNELS = ("sms", "email", "portal")
# Nothing is sent until a person has decided what such a reply changes.
HALTING = frozenset(
    {"dispute", "hardship", "wrong_party", "attorney", "bankruptcy", "deceased", "abusive"}
)
# No machine answers these, not even to confirm that it stops.
UNANSWERED = frozenset({"attorney", "bankruptcy", "deceased", "abusive"})
# What the lists call a matter, where a reply's labels call it otherwise.
_LABELS = {"wrong_person": "wrong_party", "wrong_number": "wrong_party"}
# What a label of the lists means for the name of a reply.
_MEANS = {"cease": "opt_out"}
# A person reads these before anything is sent.
_READ_FIRST = frozenset({"ambiguous", "unclear", "refusal"})
# From which probability a label is another intent beside the first.
_SECOND = 0.25
# From which a clause by itself is another intent, and where clauses part.
_CLAUSE = 0.6
_PARTS = re.compile(r"[.!?;\n]+|,? (?:and|but|also|y|pero|además) ", re.IGNORECASE)
_MOST_PARTS = 8
# From which a person reads a reply for what the model hears and no word of it says.
_STRONG = 0.4
# How much a list's word weighs beside the model's probability, in the name of a reply.
_HEARD = 0.25
# What binds the person for good is taken from the lists alone; a suspicion waits for a person.
_TAKEN = frozenset(
    {"dispute", "hardship", "already_paid", "question", "plan_request", "promise", "abusive"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReading:
    """What one reply says.

    `label` is one of `LABELS`, `intents` all that the reply holds, the label first. `opt_out`:
    messages end. `pause`: the reply holds, or may hold, a matter that halts collection, and
    nothing is sent until a person has decided. `labels` are kept with the reply and obeyed:
    opt_out, ambiguous (may ask us to stop), unclear (a person reads it first), the matters, start,
    help, and reaction, automatic or picture where no person worded anything. `promise_on` is the
    day, in the person's zone, of a promise to pay, and `promise_amount` how much of it: `50.00` in
    the account's currency, `half`, or "" where the words do not say. `why` is a sentence for staff.
    """

    label: str
    intents: tuple[str, ...]
    opt_out: bool = False
    pause: bool = False
    labels: tuple[str, ...] = ()
    promise_on: date | None = None
    promise_amount: str = ""
    why: str = ""

    @property
    def answerable(self) -> bool:
        """Whether a machine may answer; what a lawyer, a court or the bereaved write, none may."""
        return UNANSWERED.isdisjoint(self.intents)


def labels_of(heard: ReplySignals) -> tuple[str, ...]:
    """The labels of a reply, the one that binds most first. Any opt-out is an opt-out, whatever
    channel it names (PLAT-OPTOUT-ALL)."""
    others = sorted(_LABELS.get(name, name) for name in heard.signals)
    stops = heard.opt_out or any(name.endswith("opt_out") for name in others)
    return tuple(
        dict.fromkeys(
            [
                *(["opt_out"] if stops else []),
                *(["ambiguous"] if heard.ambiguous else []),
                *(n for n in others if not n.endswith("opt_out")),
                *(["start"] if heard.start else []),
                *(["help"] if heard.help else []),
            ]
        )
    )


def read(
    text: str,
    *,
    channel: str,
    now: datetime,
    zone: ZoneInfo,
    model: ReplyModel | None = None,
) -> ReplyReading:
    """What a reply says: `text` as it came, by `channel` (`sms`, `email` or `portal`), at `now`
    where the person's day is that of `zone`. Without a `model` the lists alone are asked."""
    kind = unspoken(text)
    if kind and "opt_out" not in labels_of(classify_reply(worded(text))):
        # Who shows that they mind is read by a person first.
        if kind == DISLIKE:
            return ReplyReading(
                label="other", intents=("other",), pause=True, labels=("ambiguous",),
                why="a reaction against a message of ours",
            )  # fmt: skip
        return ReplyReading(label="other", intents=("other",), labels=(kind,), why=_QUIET_WHY[kind])
    signals = classify_reply(text)
    heard = labels_of(signals)
    # Only a text's START opens texts, and HELP is a word of theirs.
    if channel != "sms":
        heard = tuple(name for name in heard if name not in ("start", "help"))
    if heard in (("start",), ("help",)):
        label = "question" if heard == ("help",) else "other"
        why = f"says {heard[0].upper()}"
        return ReplyReading(label=label, intents=(label,), labels=heard, why=why)
    by_model = grounded(text, model) if model else Grounded(Likely(labels={}, stops=0.0))
    if signals.keeps:  # the model hears the word, not what stands before it
        likely = Likely(labels={**by_model.likely.labels, "opt_out": 0.0}, stops=0.0)
        by_model = Grounded(likely, by_model.wordless - {"opt_out"})
    elif model:
        by_model = _but_requests(by_model, text, model)
    likely, besides = by_model.likely, _clauses(text, model)
    reading = _weighed(
        _Evidence(heard, likely.labels, likely.stops, besides, by_model.wordless, model)
    )
    if "promise" not in reading.intents:
        return reading
    folded = fold(own_words(text))
    return replace(
        reading,
        promise_on=promised_day(folded, now.astimezone(zone).date()),
        promise_amount=promised_amount(folded),
    )


_QUIET_WHY = {kind: f"{kind}: nobody worded it" for kind in QUIET}


@dataclass(frozen=True, slots=True)
class Grounded:
    """What the model finds likely of what a text has words for; of what it holds no word of,
    `wordless` are the labels that the model strongly suspects."""

    likely: Likely
    wordless: frozenset[str] = frozenset()


def grounded(text: str, model: ReplyModel) -> Grounded:
    """What the model says; on what needs a fact, only where a word of it stands (`grounds`)."""
    likely, lacking = model.likely(text), groundless(text)
    chances = {**likely.labels, "opt_out": max(likely.labels["opt_out"], likely.stops)}
    labels = {name: 0.0 if name in lacking else chance for name, chance in likely.labels.items()}
    wordless = {name for name in lacking if chances[name] >= _STRONG}
    return Grounded(
        Likely(labels=labels, stops=0.0 if "opt_out" in lacking else likely.stops),
        frozenset(wordless | ({"wrong_party"} if of_a_child(text) else set())),
    )


def _but_requests(by_model: Grounded, text: str, model: ReplyModel) -> Grounded:
    """The same, where a wish to stop is looked for beside what asks for messages."""
    rest = unasked(text)
    if rest == text:
        return by_model
    likely = by_model.likely
    others = grounded(rest, model).likely if rest else Likely(labels={}, stops=0.0)
    opt_out = min(likely.labels.get("opt_out", 0.0), others.labels.get("opt_out", 0.0))
    stops = min(likely.stops, others.stops)
    return Grounded(
        Likely(labels={**likely.labels, "opt_out": opt_out}, stops=stops),
        by_model.wordless - {"opt_out"},
    )


def _clauses(text: str, model: ReplyModel | None) -> frozenset[str]:
    """What single clauses of a reply of several say for sure."""
    parts = [part for part in _PARTS.split(own_words(text)[:1_000]) if len(part.split()) > 2]
    if model is None or len(parts) < 2:
        return frozenset()
    likely = [grounded(part, model).likely.labels for part in parts[:_MOST_PARTS]]
    return frozenset(
        label for labels in likely for label, chance in labels.items() if chance >= _CLAUSE
    ) - {"other", "opt_out"}


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the lists heard and what the model finds likely, in one."""

    heard: tuple[str, ...]
    likely: Mapping[str, float]
    stops: float
    besides: frozenset[str]  # what single clauses say
    wordless: frozenset[str]  # what the model suspects, and the text has no word for
    model: ReplyModel | None

    @property
    def label(self) -> str:
        """The name of the reply: what is likeliest, where a word of the lists weighs more."""
        weights = {name: self.likely.get(name, 0.0) for name in LABELS}
        weights["other"] += 1e-9  # where nothing is heard and no model is asked
        for heard in self.heard:
            name = _MEANS.get(heard, heard)
            if name in weights:
                weights[name] += _HEARD
        return max(weights, key=weights.__getitem__)

    def takes(self, label: str) -> bool:
        """Whether what the model finds likeliest is taken for said: what only waits for staff
        always, what halts where it is likely enough."""
        if self.model is None or label not in _TAKEN:
            return False
        return label not in HALTING or self.likely[label] >= self.model.hold_at

    @property
    def opts_out(self) -> bool:
        """Obeyed: heard by the lists, or likely enough."""
        if "opt_out" in self.heard or "cease" in self.heard:
            return True
        return self.model is not None and self.stops >= self.model.stop_at

    @property
    def halting(self) -> float:
        """How likely it is that the reply holds a matter that halts."""
        return sum(self.likely.get(name, 0.0) for name in HALTING)

    @property
    def doubtful(self) -> str:
        """Why a person reads it first, of what no list has heard: `ambiguous` (may ask us to
        stop), `unclear`; "" where nothing does."""
        if self.model is None:
            return ""
        if not self.opts_out and (self.stops >= self.model.doubt_at or "opt_out" in self.wordless):
            return "ambiguous"
        if self.halting >= self.model.pause_at or not HALTING.isdisjoint(self.wordless):
            return "unclear"
        # What would go on by itself must not be what was only not understood.
        idle = self.label == "other" and not self.opts_out
        if idle and self.halting + self.stops >= self.model.idle_at:
            return "unclear"
        return ""


def _weighed(evidence: _Evidence) -> ReplyReading:
    label, heard = evidence.label, evidence.heard
    labels = list(heard)
    if evidence.opts_out and "opt_out" not in heard and "cease" not in heard:
        labels.insert(0, "opt_out")
    if evidence.takes(label) and label not in labels:
        labels.append(label)
    doubtful = evidence.doubtful
    halts = not HALTING.isdisjoint(labels)
    if doubtful and not halts and doubtful not in labels:
        labels.insert(0, doubtful)
    intents = dict.fromkeys(
        [
            label,
            *(["opt_out"] if evidence.opts_out else []),
            *(name for name in LABELS if name in heard and name != "other"),
            *(n for n in LABELS if evidence.likely.get(n, 0.0) >= _SECOND and n != "other"),
            *(name for name in LABELS if name in evidence.besides),
        ]
    )
    if label != "opt_out" and not evidence.opts_out:
        intents.pop("opt_out", None)
    pause = halts or bool(doubtful) or not _READ_FIRST.isdisjoint(labels)
    return ReplyReading(
        label=label,
        intents=tuple(intents),
        opt_out=evidence.opts_out,
        pause=pause or not HALTING.isdisjoint(intents),
        labels=tuple(labels),
        why=", ".join(name.replace("_", " ") for name in labels) or "asks for nothing",
    )
