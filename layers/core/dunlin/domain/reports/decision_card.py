"""The card of a touch: why this message, this channel and this day, rebuilt from the audit log.

Staff see signals, what was passed over and every rule; the person sees the same in plain words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.errors import DomainError

_DECIDED = "TouchPermitted"
_DELAYED = "TouchDeferred"
_CHANNELS = {"email": "e-mail", "sms": "text message"}
_FOR = {
    "pay_now": "to tell you what is open and how it can be paid",
    "arrangement": "to show you ways to pay over time",
    "answers": "to answer questions that people often have",
    "final": "to tell you that it is the last message of this kind",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """What put a touch off: rule ids, or the reason where no rule did."""

    at: datetime
    reason: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One decision. `alternatives` are lines of what was passed over and why; `passed` are the
    rules that allowed it; `probability` is text, as it stands in the log."""

    touch_id: str
    at: datetime
    rung: str
    channel: str
    template: str
    offer: str
    label: str
    probability: str
    reasons: tuple[str, ...]
    signals: Mapping[str, Any]
    alternatives: tuple[str, ...]
    passed: tuple[str, ...]
    delays: tuple[Delay, ...]
    strategy: int

    @property
    def plain(self) -> str:
        """The card for the person it concerns, in whole sentences."""
        day = f"{self.at:%B} {self.at.day}, {self.at.year}"
        how = _CHANNELS.get(self.channel, self.channel)
        lines = [f"We wrote to you by {how} on {day}, {_FOR[self.offer]}."]
        lines += [f"Why in this way: {reason}" for reason in self.reasons]
        if self.delays:
            lines.append(f"It was put off {len(self.delays)} time(s): {self.delays[-1].reason}")
        count = len(self.passed)
        lines.append(f"Before that, {count} rules that protect you were looked at; all allowed it.")
        return "\n".join(lines)


def cards(chain: Sequence[AuditEntry]) -> list[Card]:
    """The cards of all touches of an account's chain, oldest first."""
    decisions: list[Card] = []
    delays: list[Delay] = []
    for entry in chain:
        if entry.what == _DELAYED:
            delays.append(_delay(entry))
        elif entry.what == _DECIDED and "signals" in entry.data:
            decisions.append(_card(entry, tuple(delays)))
            delays = []
    return decisions


def card(chain: Sequence[AuditEntry], touch_id: str) -> Card:
    """The card of one touch. Raises `DomainError` where the chain holds no such decision."""
    for candidate in cards(chain):
        if candidate.touch_id == touch_id:
            return candidate
    raise DomainError(f"the log holds no decision about {touch_id}")


def _delay(entry: AuditEntry) -> Delay:
    offers: Sequence[Mapping[str, Any]] = entry.data.get("offers", ())
    rules = [rule for offer in offers for rule in _against(offer["rules"])]
    return Delay(at=entry.at, reason=str(entry.data["reason"]), rules=tuple(dict.fromkeys(rules)))


def _against(rules: Mapping[str, str]) -> list[str]:
    return [rule for rule, verdict in rules.items() if verdict != "pass"]


def _card(entry: AuditEntry, delays: tuple[Delay, ...]) -> Card:
    data = entry.data
    passed_over = [
        f"{alternative['channel']}, {alternative['template']}: {alternative['because']}"
        for alternative in data["alternatives"]
    ]
    refused = [
        f"{lost['channel']}: not allowed now ({', '.join(_against(lost['rules']))})"
        for lost in data["lost"]
    ]
    return Card(
        touch_id=data["touch_id"],
        at=entry.at,
        rung=data["rung"],
        channel=data["channel"],
        template=data["template"],
        offer=data["offer"],
        label=data["label"],
        probability=data["probability"],
        reasons=tuple(data["reasons"]),
        signals=dict(data["signals"]),
        alternatives=(*refused, *passed_over),
        passed=tuple(r for r, verdict in data["rules"].items() if verdict == "pass"),
        delays=delays,
        strategy=int(data["strategy"]),
    )
