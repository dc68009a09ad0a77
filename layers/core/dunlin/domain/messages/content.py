"""The content check: what a message may never say, whatever template or field it came from.

Each finding names the rule of the rulebook that it breaks, or PLAT-TONE where a message presses
harder than its tone may. Texts are folded first (case, accents,
invisible and look-alike letters, spaced and digit-for-letter spellings), so that a disguise does
not help. The check can only refuse; it approves nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.messages import tone
from dunlin.domain.messages.phrases import (
    COLLECTOR,
    DECEPTIVE,
    DISCLOSED,
    LANGUAGE_ACCESS,
    OPT_OUT_EMAIL,
    OPT_OUT_PAPER,
    OPT_OUT_SMS,
    PAYS,
    PHRASES,
    REVEALS,
)
from dunlin.domain.messages.spelling import fold, spellings
from dunlin.domain.messages.templates import MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """A rendered message with what it must be measured against.

    `person` and `names` are values that may stand in it as they are, as creditor and address may:
    a firm called "Sheriff's Storage" is no threat.
    """

    channel: Channel
    kind: MessageKind
    creditor: str
    third_party: bool
    text: str
    tone: str = ""  # of a rung; "" for a notice and for a letter on paper
    state: str = ""
    business: bool = False
    subject: str = ""
    preheader: str = ""
    html: str = ""
    address: str = ""
    link: str = ""
    stop_link: str = ""
    person: str = ""  # the name that the message greets with
    listed: tuple[str, ...] = ()  # the lines about several accounts, as they are written
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFinding:
    """One broken rule: its id, the part of the message, and why in plain words."""

    rule_id: str
    part: str
    because: str


def disclosures(draft: MessageDraft) -> tuple[str, ...]:
    """What the frame must add, by role, state and kind of debt: keys of `messages/frame.yaml`.

    New York City is read from the state, or from not knowing it: its ZIP codes are not settled
    enough to leave the line out by them.
    """
    if not draft.third_party or draft.kind is MessageKind.OPT_OUT_CONFIRMATION:
        return ()
    asked = not draft.business and draft.state in ("NY", "")
    return ("disclosure", *(("language_access",) if asked else ()))


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script", "title"):
            self._hidden += 1
        self.links += [v for k, v in attrs if k in ("href", "src", "action") and v]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "title"):
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def visible(html: str) -> tuple[str, tuple[str, ...]]:
    """What a person reads of an HTML part, and where its links and images lead."""
    parser = _Visible()
    parser.feed(html)
    return re.sub(r"\s+", " ", " ".join(parser.parts)).strip(), tuple(parser.links)


_DIGITS = re.compile(r"\b(?:\d[ -]?){12,18}\d\b")


def _luhn(digits: str) -> bool:
    total = 0
    for place, c in enumerate(reversed(digits)):
        n = int(c) * (2 if place % 2 else 1)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def _without(text: str, draft: MessageDraft) -> str:
    """The text without the values that may stand in it as they are, and without links."""
    known = (draft.creditor, draft.address, draft.person, *draft.names)
    for value in sorted(filter(None, known), key=len, reverse=True):
        text = _whole_word(value).sub(" ", text)
    for link in (draft.link, draft.stop_link):
        text = text.replace(link, " ") if link else text
    return text


def check(draft: MessageDraft) -> tuple[ContentFinding, ...]:
    """Every broken rule of a message, in a fixed order; empty where it may go."""
    findings = _checked(_to_anybody(draft))
    if not draft.listed:
        return findings
    listed = _forbidden("text", _without("\n".join(draft.listed), draft), draft)
    return tuple(dict.fromkeys((*findings, *listed)))


@lru_cache(maxsize=2_048)
def _checked(draft: MessageDraft) -> tuple[ContentFinding, ...]:
    """The same words go to many people and are read once."""
    return tuple(dict.fromkeys(_findings(draft)))


_TOKEN = re.compile(r"(/[mu]/)[\w-]{16,}")


def _to_anybody(draft: MessageDraft) -> MessageDraft:
    """The message without its person: the name, which may stand in it as it is, the private part
    of the links, and the accounts that are listed. A name that the creditor shares is left in."""
    ours = " ".join((draft.creditor, draft.address, *draft.names))
    if draft.person and draft.person.casefold() in ours.casefold():
        return draft
    public = {link: _TOKEN.sub(r"\1x", link) for link in (draft.link, draft.stop_link) if link}

    def plain(text: str, written: Callable[[str], str] = str) -> str:
        for link, stand_in in public.items():
            text = text.replace(link, stand_in)
        for line in draft.listed:
            text = text.replace(written(line), "…")
        return _cut(text, written(draft.person)) if draft.person else text

    return replace(
        draft,
        person="",
        listed=(),
        subject=plain(draft.subject),
        preheader=plain(draft.preheader),
        text=plain(draft.text),
        html=plain(draft.html, _as_html),
        link=public.get(draft.link, ""),
        stop_link=public.get(draft.stop_link, ""),
    )


def _as_html(text: str) -> str:
    """As the page escapes it."""
    return escape(text).replace("&#x27;", "&#39;")


def _cut(text: str, word: str) -> str:
    """The text without a word where it stands alone."""
    kept, start = [], 0
    while (at := text.find(word, start)) >= 0:
        end = at + len(word)
        alone = not (_letter(text[at - 1 : at]) or _letter(text[end : end + 1]))
        kept += [text[start:at], " " if alone else word]
        start = end
    return "".join((*kept, text[start:])) if kept else text


def _letter(c: str) -> bool:
    return c.isalnum() or c == "_"


def _whole_word(value: str) -> re.Pattern[str]:
    """Whole words only: the name "Ana" must not hide a "canal"."""
    return re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)


def check_paper(draft: MessageDraft) -> tuple[ContentFinding, ...]:
    """Every broken rule of a letter on paper, whose words are `text`: it has no subject and no
    link, and says in words how to be left alone."""
    parts = {"text": draft.text}
    findings = [*_forbidden("text", _without(draft.text, draft), draft), *_pressing(draft, parts)]
    for rule_id, wanted, because in (
        ("US-REGF-IDENTITY", draft.creditor, "the creditor's name is missing"),
        ("US-REGF-POSTCARD", draft.address, "the creditor's postal address is missing"),
    ):
        if not wanted or fold(wanted) not in fold(draft.text):
            findings.append(ContentFinding(rule_id=rule_id, part="text", because=because))
    findings += _disclosure("text", draft.text, draft)
    if not OPT_OUT_PAPER.search(fold(draft.text)):
        because = "does not say how to be left alone"
        findings.append(ContentFinding(rule_id="US-REGF-OPTOUT", part="text", because=because))
    return tuple(dict.fromkeys(findings))


def _findings(draft: MessageDraft) -> Iterator[ContentFinding]:
    body, links = visible(draft.html)
    parts = {
        "subject": draft.subject,
        "preheader": draft.preheader,
        "text": draft.text,
        "html": body,
    }
    for part, text in parts.items():
        yield from _forbidden(part, _without(text, draft), draft)
    yield from _pressing(draft, parts)
    for link in links:
        yield from _phrases("html", fold(link), only=("IND-CTIA",))
    if draft.channel is Channel.EMAIL:
        yield from _email(draft, parts, links)
    else:
        yield from _sms(draft)


def pressure_of(draft: MessageDraft, parts: Mapping[str, str]) -> dict[str, int]:
    """How hard each body of a message presses, with its subject; the HTML holds the preheader."""
    subject = parts.get("subject", "")
    bodies = {"text": f"{subject} {parts.get('preheader', '')} {parts.get('text', '')}"}
    if parts.get("html"):
        bodies["html"] = f"{subject} {parts['html']}"
    stripped = {part: _without(body, draft) for part, body in bodies.items()}
    return {part: tone.pressure(body, fold(body)) for part, body in stripped.items()}


def _pressing(draft: MessageDraft, parts: Mapping[str, str]) -> Iterator[ContentFinding]:
    most = tone.ceiling(draft.tone)
    for part, pressure in pressure_of(draft, parts).items():
        if pressure > most:
            because = f"presses too hard: {pressure} where {most} is the most"
            yield ContentFinding(rule_id="PLAT-TONE", part=part, because=because)


def _phrases(part: str, text: str, only: tuple[str, ...] = ()) -> Iterator[ContentFinding]:
    for rule_id, because, pattern in PHRASES:
        if (not only or rule_id in only) and pattern.search(text):
            yield ContentFinding(rule_id=rule_id, part=part, because=because)


def _forbidden(part: str, text: str, draft: MessageDraft) -> Iterator[ContentFinding]:
    for spelling in spellings(text):
        yield from _phrases(part, spelling)
        if not draft.third_party and COLLECTOR.search(spelling):
            yield ContentFinding(
                rule_id="US-REGF-IDENTITY",
                part=part,
                because="a creditor writing for itself calls itself a debt collector",
            )
    for number in _DIGITS.finditer(text):
        if _luhn(re.sub(r"\D", "", number[0])):
            yield ContentFinding(rule_id="PCI-SAQA", part=part, because="shows a card number")


def _disclosure(part: str, text: str, draft: MessageDraft) -> Iterator[ContentFinding]:
    wanted, folded = disclosures(draft), fold(text)
    if "disclosure" in wanted and not all(pattern.search(folded) for pattern in DISCLOSED):
        yield ContentFinding(
            rule_id="US-REGF-IDENTITY", part=part, because="the collector's disclosure is missing"
        )
    if "language_access" in wanted and not LANGUAGE_ACCESS.search(folded):
        yield ContentFinding(
            rule_id="NYC-LANG", part=part, because="does not say which languages are spoken"
        )


def _email(
    draft: MessageDraft, parts: dict[str, str], links: tuple[str, ...]
) -> Iterator[ContentFinding]:
    for part in ("subject", "preheader"):
        if REVEALS.search(fold(_without(parts[part], draft))):
            yield ContentFinding(
                rule_id="US-REGF-THIRDPARTY",
                part=part,
                because="tells a stranger that there is a debt, an amount or a kind of creditor",
            )
    if DECEPTIVE.search(fold(draft.subject)):
        yield ContentFinding(
            rule_id="US-CANSPAM", part="subject", because="pretends to continue a conversation"
        )
    for part in ("text", "html"):
        text = parts[part]
        if not draft.creditor or fold(draft.creditor) not in fold(text):
            yield ContentFinding(
                rule_id="US-REGF-IDENTITY", part=part, because="the creditor's name is missing"
            )
        if not draft.address or fold(draft.address) not in fold(text):
            yield ContentFinding(
                rule_id="US-CANSPAM", part=part, because="the postal address is missing"
            )
        yield from _disclosure(part, text, draft)
        reachable = draft.stop_link in (links if part == "html" else text) and draft.stop_link
        if draft.kind is not MessageKind.OPT_OUT_CONFIRMATION and not (
            reachable and OPT_OUT_EMAIL.search(fold(text))
        ):
            yield ContentFinding(
                rule_id="US-REGF-OPTOUT", part=part, because="says no simple way to opt out"
            )


def _sms(draft: MessageDraft) -> Iterator[ContentFinding]:
    folded = fold(draft.text)
    if not draft.creditor or not folded.startswith(fold(draft.creditor)):
        yield ContentFinding(
            rule_id="US-REGF-IDENTITY", part="text", because="does not begin with the creditor"
        )
    yield from _disclosure("text", draft.text, draft)
    if draft.kind is MessageKind.OPT_OUT_CONFIRMATION:
        if PAYS.search(fold(draft.text)):
            yield ContentFinding(
                rule_id="US-TCPA-CONFIRM", part="text", because="says more than the confirmation"
            )
    elif not OPT_OUT_SMS.search(folded):
        yield ContentFinding(
            rule_id="US-REGF-OPTOUT", part="text", because="says no simple way to opt out"
        )
