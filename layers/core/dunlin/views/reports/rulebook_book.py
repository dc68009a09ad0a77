"""Counsel's view: the whole rulebook as one static page of HTML, without scripts.

Every rule with its plain sentence, what it asks in words, sources, dates, who may change it, the
verdicts of its own examples, and the questions that are open.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dunlin.domain.rulebook import Rulebook
from dunlin.domain.rulebook.checks import overdue_reviews, reading, readings
from dunlin.views.jinja import environment

_TEMPLATES = environment(Path(__file__).parent / "templates")

TIERS = {
    "S": ("Law", "Applies by its terms. Nobody may loosen it."),
    "S*": ("Safe harbour", "Law offers it, this platform makes it binding. Nobody may loosen it."),
    "C": ("Contested", "The strict reading is on. Counsel alone may lift it, signed, for a time."),
    "N": ("Content only", "Does not reach plain collection messages; their content can."),
    "I": ("Industry", "A contract or the rules of a network. Nobody may loosen it."),
    "P": ("Platform", "The platform's own policy, loosened only where the rule says so."),
}
LAYERS = ("federal", "state", "local", "industry", "carrier", "platform")
_LIFTERS = {
    "person": "a member of staff, who must look at the account",
    "consumer": "the consumer",
    "channel": "another channel",
    "message": "another message",
    "time": "time",
}
_CHANNELS = {"sms": "text", "email": "e-mail", "voicemail_lcm": "limited-content voicemail",
             "prerecorded_call": "prerecorded call", "social_dm": "direct message"}  # fmt: skip
_CONDITIONS = {"industry_in": "industry",
               "state_in": "state", "presumed_state_in": "state or area code",
               "profile": "profile"}  # fmt: skip
_ROLES = {"first": "a first party", "third": "a third party"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One case of a rule as judged now. `until` is for people; `agrees` is False where the
    verdict is not what the case expects."""

    case_id: str
    story: str
    setting: str
    judged_at: str
    outcome: str
    until: str
    result: str
    because: str
    agrees: bool


def write_book(
    rulebook: Rulebook,
    folder: Path,
    *,
    examples: Mapping[str, Sequence[Example]] | None,
    today: date,
) -> Path:
    """Write `index.html` into `folder`, which is made where it is missing, and return its path.

    `examples` holds each rule's cases by its id; None where the cases are not at hand.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "index.html"
    target.write_text(book_html(rulebook, examples=examples, today=today), encoding="utf-8")
    return target


def book_html(
    rulebook: Rulebook, *, examples: Mapping[str, Sequence[Example]] | None, today: date
) -> str:
    """The page. Everything from outside is escaped; links lead to the web alone."""
    overdue = set(overdue_reviews(rulebook.documents, today))
    table = rulebook.tables.get("questions", {})
    questions = [dict(q) | {"number": n} for n, q in enumerate(table.get("questions", ()), 1)]
    rules = [
        _view(document, questions, (examples or {}).get(str(document["id"]), ()), overdue)
        for document in rulebook.documents
    ]
    groups = [(layer, [r for r in rules if r["layer"] == layer]) for layer in LAYERS]
    return _TEMPLATES.get_template("rulebook_book.html.j2").render(
        version=rulebook.version,
        written=long_date(today.isoformat()),
        rules=rules,
        groups=[group for group in groups if group[1]],
        tiers=TIERS,
        questions=questions,
        not_covered=table.get("not_covered", ""),
        has_examples=examples is not None,
        unsigned=sum(not r["signed"] for r in rules),
        unread=sum(r["reading"] != "read" for r in rules),
        readings=readings(rulebook.documents),
        ids={r["id"] for r in rules},
    )


def _view(
    document: Mapping[str, Any],
    questions: Sequence[Mapping[str, Any]],
    examples: Sequence[Example],
    overdue: set[str],
) -> dict[str, Any]:
    status = document["status"]
    specs = document["constraint"]
    specs = [specs] if isinstance(specs, Mapping) else list(specs)
    word, meaning = TIERS[document["tier"]]
    return {
        "id": document["id"],
        "anchor": _anchor(document),
        "title": document["title"],
        "plain": document["plain"],
        "layer": document["layer"],
        "tier": document["tier"],
        "tier_word": word,
        "tier_meaning": meaning,
        "version": document["version"],
        "sources": [_source(a) for a in document["authority"]],
        "applies": _capital(applies_in_words(document["applies_when"])),
        "asks": [_asks(spec) for spec in specs],
        "explain": document["explain"],
        "begins": long_date(document["effective"]["from"]),
        "ends": long_date(document["effective"]["to"]),
        "signed": bool(status["counsel"]),
        "counsel": status["counsel"],
        "signed_on": long_date(status["signed_on"]),
        "review": status["review"],
        "next_review": long_date(status["next_review"]),
        "overdue": document["id"] in overdue,
        "unverified": bool(status.get("unverified")),
        "reading": reading(document),
        "off": bool(document.get("switched")),
        "loosen": _loosen(document["loosenable"]),
        "tighten": _tighten(document.get("tightenable") or {}),
        "lifted_by": _capital(_LIFTERS[document["lifted_by"]]) + ".",
        "contested": document["contested"],
        "questions": [q for q in questions if document["id"] in q["rules"]],
        "examples": list(examples),
        "source_form": json.dumps(
            {k: document[k] for k in ("applies_when", "constraint", "on_fail")},
            indent=2, ensure_ascii=False,
        ),
    }  # fmt: skip


def _anchor(document: Mapping[str, Any]) -> str:
    return str(document["id"]).lower().replace("*", "-")


def _source(authority: Mapping[str, Any]) -> dict[str, Any]:
    url = str(authority.get("url") or "")
    return {
        "cite": authority["cite"],
        "url": url if url.startswith(("https://", "http://")) else "",
        "read_on": long_date(authority.get("read_on")),
        "read_by": authority.get("read_by"),
    }


def long_date(value: Any) -> str:
    """`2026-11-21` as `21 November 2026`; what is no date as it stands, nothing as ""."""
    if not value:
        return ""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return f"{day.day} {day:%B %Y}"


def channel_word(channel: str) -> str:
    """A channel or action as people call it."""
    return _CHANNELS.get(channel, channel.replace("_", " "))


def applies_in_words(condition: Any) -> str:
    """A rule's `applies_when` as half a sentence."""
    if not isinstance(condition, Mapping):
        return "everything"
    [(key, value)] = condition.items()
    if key in ("all", "any"):
        return ("; " if key == "all" else " or ").join(applies_in_words(p) for p in value)
    if key == "not":
        return f"not {applies_in_words(value)}"
    if key == "channel_in":
        return _listed(channel_word(str(c)) for c in value)
    if key in ("nyc", "military", "several_zones"):
        words = {"nyc": "New York City", "military": "a military address",
                 "several_zones": "more than one possible time zone"}  # fmt: skip
        return words[key] if value else f"not {words[key]}"
    if key == "debt_role":
        return _ROLES.get(str(value), str(value))
    if key == "debt_kind":
        return f"{value} debts"
    items = value if isinstance(value, list) else [value]
    phrase = _listed(str(v).replace("_", " ") for v in items)
    return f"{_CONDITIONS.get(key, key)} {phrase}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(words: Iterator[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)} or {last}" if most else last


def _asks(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What one constraint asks: a sentence, the conditions that belong to it, and the reason it
    gives for itself."""
    off = _listed(str(d).replace("_", " ") for d in spec.get("days_off", ()))
    sentence = _ASKS[spec["kind"]].format(
        window=span(int(spec.get("window_seconds") or spec.get("seconds") or 0)),
        quiet=f", and not on {off}" if off else "",
        defects=_listed(str(d).replace("_", " ") for d in spec.get("defects", ())),
        rules=_listed(str(r) for r in spec.get("of", ())),
        **{key: spec.get(key, "") for key in ("days", "max", "years", "opens", "closes")},
    )
    return {
        "sentence": sentence,
        "ways": [
            (f"{lead} one of these:" if len(ways) > 1 else f"{lead}:", ways)
            for key, lead in _LEADS.items()
            if (ways := _branches(spec.get(key)))
        ],
        "because": spec.get("because", ""),
    }


_LEADS = {
    "barred_when": "While",
    "need": "It needs",
    "when": "Only with",
    "unless": "Not with",
}


def _branches(condition: Any) -> list[str]:
    """The ways in which a condition may hold, one each."""
    if condition is None:
        return []
    if "any" in condition:
        return [way for part in condition["any"] for way in _branches(part)]
    return [_capital(condition_in_words(condition))]


_ASKS = {
    "flag_block": "Blocks while a recorded fact stands against it.",
    "content": "Blocks a message with one of these defects: {defects}.",
    "consent": "Blocks unless the permission it needs is on record.",
    "proof": "Blocks unless what it needs is proven on record.",
    "not_offered": "Blocks always: the platform does not do this.",
    "no_repeat": "Blocks the same message about the same account within {window}.",
    "one_confirmation": "Allows one confirmation, within {window} of the opt-out.",
    "one_call_each": "Allows one location call to a person.",
    "retention": "Blocks until more than {years} years after the last activity.",
    "dates_apart": "Blocks where the two dates lie less than {days} days apart.",
    "hours": "Waits for the hours strictly between {opens} and {closes} wherever the consumer may"
    " be{quiet}.",
    "rolling_cap": "Waits once {max} counted contacts lie within {window}.",
    "day_cap": "Waits for the next local day once {max} counted contacts were made.",
    "conversation_wait": "Waits {days} calendar days after a conversation by telephone.",
    "calendar_wait": "Waits {days} calendar days after the instant it counts from.",
    "date_wait": "Waits {days} calendar days after the date it counts from.",
    "seconds_wait": "Waits {window} after the instant it counts from.",
    "first_notice_wait": "Waits {window} after the first notice that arrived; none blocks.",
    "quiet_times": "Waits while the consumer called the time inconvenient.",
    "late_fee": "Blocks a fee without a clause or over the state's cap; waits out days of grace.",
    "carries": "Carries the result of {rules}.",
}


def condition_in_words(condition: Mapping[str, Any]) -> str:
    """A condition of a constraint as half a sentence; facts go by the names the cases use."""
    [(key, value)] = condition.items()
    if key in ("all", "any"):
        phrases = [condition_in_words(part) for part in value]
        return ", and ".join(phrases) if key == "all" else f"either {' or '.join(phrases)}"
    if key == "not":
        return f"not ({condition_in_words(value)})"
    return _CONDITIONS_IN_WORDS.get(key, key.replace("_", " ")).format(**_parts(key, value))


def _parts(key: str, value: Any) -> dict[str, str]:
    """The words of a condition's value, for its sentence."""
    row = value if isinstance(value, Mapping) else {}
    items = value if isinstance(value, list) else [value]
    word = channel_word if key in ("channel_in", "goes_by") else _fact
    return {
        "it": _listed(_ROLES.get(str(v), word(str(v))) for v in items),
        "of": _fact(str(row.get("of", ""))),
        "as": _fact(str(row.get("as", ""))),
        "values": _listed(_fact(str(v)) for v in row.get("values", ())),
        "since": _fact(str(row.get("since", ""))),
        "span": span(int(row.get("seconds", 0))),
        "days": str(row.get("days", "")),
        "limit": str(row.get("limit", "")),
    }


_CONDITIONS_IN_WORDS = {
    "holds": "“{it}” is recorded",
    "present": "“{it}” is recorded",
    "proven": "“{it}” is proven on record",
    "value_in": "“{of}” is {values}",
    "same": "“{of}” is the same as “{as}”",
    "medium_in": "“{it}” names this medium",
    "medium_is_not": "“{it}” names other media alone",
    "goes_by": "it goes by {it}",
    "elapsed": "at least {span} have passed since “{since}”",
    "fresh": "“{since}” lies at most {span} back",
    "past": "“{it}” has come",
    "before": "“{it}” still lies ahead",
    "days_since": "at least {days} calendar days have passed since “{since}”",
    "business_days_over": "more than {days} business days have passed since “{since}”, else since"
    " the first contact about the debt",
    "over": "“{of}” is over {limit}",
    "at_most": "“{of}” is not over “{as}”",
    "days_past_due_over": "the debt is more than {it} days past due",
    "paid": "nothing is owed any more",
    "licensed": "the creditor is licensed in every state known",
    "this_account": "“{it}” concerns this account",
    "disputed_since": "the consumer disputed the account in words and was not answered since",
    "letter_since": "a letter went since “{it}”",
    "closed_medium": "the consumer closed this medium in words",
    "no_clock": "the place gives no clock",
    "nyc": "it is in New York City",
    "off": "the switch “{it}” is off",
    "signal": "the consumer's words amount to: {it}",
    "closed": "the consumer's words closed: {it}",
    "any_closed": "the consumer's words closed any medium",
    "wrong": "somebody said that this is the wrong {it}",
    "ambiguous_text": "an unclear text waits for a person to read it",
    "reply": "it promptly answers the consumer's own message",
    "purpose_in": "its purpose is {it}",
    "channel_in": "it is {it}",
    "debt_role": "for {it}",
    "debt_kind": "for {it} debts",
    "state_in": "the state is {it}",
    "every_state_in": "every state known is one of {it}",
    "no_state": "neither state nor ZIP code is known",
    "industry_in": "the industry is {it}",
    "route": "the route is {it}",
}


def _fact(path: str) -> str:
    if path in ("True", "False"):
        return "yes" if path == "True" else "no"
    return path.split(".", 1)[-1].replace(".", " ").replace("_", " ")


def span(seconds: int) -> str:
    """So many seconds in the largest unit that divides them."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def _loosen(loosenable: Mapping[str, Any]) -> str:
    switches = _listed(str(s).replace("_", " ") for s in loosenable.get("switches", ()))
    match loosenable.get("by"):
        case "counsel":
            return "Counsel, for one creditor, with a reason, a memorandum and an expiry."
        case "creditor" if switches:
            return f"A creditor, signed, by the switches {switches}."
        case "creditor":
            return "A creditor, signed."
        case _:
            return "Nobody."


def _tighten(tightenable: Mapping[str, Any]) -> str:
    words = {"max": "a lower number, {}", "hours": "shorter hours within {}",
             "days_off": "quiet days: {}", "switch": "the rule switched {}"}  # fmt: skip
    ways = [
        words.get(key, key + " {}").format(str(value).replace("..", " to ").replace("_", " "))
        for key, value in tightenable.items()
    ]
    return f"Every creditor: {'; '.join(ways)}." if ways else "No number in it to tighten."
