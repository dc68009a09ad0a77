"""Strategy: a creditor's ladder, templates, limits and brand, as versioned data.

`config/{creditor}/strategy.yaml` is read into this; errors name the field and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dunlin.domain.consumer import Channel
from dunlin.domain.errors import DomainError


class StrategyError(DomainError):
    """A strategy document that cannot be used; `field` is the path inside it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How the creditor shows itself. Colours are #rrggbb, contrast of both on white >= 4.5."""

    name: str
    address: str
    phone: str
    email_from: str
    reply_to: str
    sms_origination: str = ""
    accent: str = "#1f5f4a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step: `days` after the basis (activation for the first rung, else the rung before).

    `channels` in order of preference; the first that the gate allows is used.
    """

    name: str
    days: int
    channels: tuple[Channel, ...]
    template: str
    tone: str = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One version of a creditor's strategy."""

    creditor: str
    version: int
    brand: Brand
    rungs: tuple[Rung, ...]
    debt_role: str = "first"
    industry: str = "generic"
    licensed_states: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ("en", "es")
    escalate_over_minor: int | None = None
    escalate_days_past_due: int | None = None
    opens: bool = True
    minimum_gap_hours: int = 48
    policy: Mapping[str, Any] = field(default_factory=dict)


def _text(doc: Mapping[str, Any], path: str, key: str, default: str | None = None) -> str:
    value = doc.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise StrategyError(f"{path}.{key}", "a text is required")
    if any(c in value for c in "\r\n"):
        raise StrategyError(f"{path}.{key}", "must be one line")
    return value


def _whole(
    doc: Mapping[str, Any],
    path: str,
    key: str,
    *,
    low: int,
    high: int,
    default: int | None = None,
) -> int | None:
    value = doc.get(key, default)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise StrategyError(f"{path}.{key}", f"a whole number from {low} to {high} is required")
    return value


_KNOWN = {
    "strategy": {
        "creditor", "brand", "debt_role", "industry", "licensed_states", "languages", "ladder",
        "escalation", "opens", "minimum_gap_hours", "policy",
    },
    "brand": {"name", "address", "phone", "email_from", "reply_to", "sms_origination", "accent"},
    "escalation": {"balance_over_minor", "days_past_due"},
    "rung": {"name", "days", "channels", "template", "tone"},
}  # fmt: skip
_TONES = ("gentle", "neutral", "firm")


def _known(doc: Mapping[str, Any], path: str, kind: str) -> None:
    for key in doc:
        if key not in _KNOWN[kind]:
            raise StrategyError(f"{path}.{key}", "is not a known setting")


def _rung(doc: Any, path: str) -> Rung:
    if not isinstance(doc, Mapping):
        raise StrategyError(path, "a mapping is required")
    _known(doc, path, "rung")
    channels = doc.get("channels")
    if not isinstance(channels, list) or not channels:
        raise StrategyError(f"{path}.channels", "a list of email and sms is required")
    for channel in channels:
        if channel not in tuple(Channel):
            raise StrategyError(f"{path}.channels", f"{channel!r} is not email or sms")
    tone = _text(doc, path, "tone", "neutral")
    if tone not in _TONES:
        raise StrategyError(f"{path}.tone", f"must be one of {', '.join(_TONES)}")
    days = _whole(doc, path, "days", low=0, high=365)
    if days is None:
        raise StrategyError(f"{path}.days", "is required")
    return Rung(
        name=_text(doc, path, "name"),
        days=days,
        channels=tuple(Channel(c) for c in channels),
        template=_text(doc, path, "template"),
        tone=tone,
    )


def read_strategy(doc: Any, *, creditor: str, version: int) -> Strategy:
    """Check a parsed strategy document and build the strategy. Raises `StrategyError`."""
    if not isinstance(doc, Mapping):
        raise StrategyError("strategy", "the document must be a mapping")
    _known(doc, "strategy", "strategy")
    if doc.get("creditor", creditor) != creditor:
        raise StrategyError("strategy.creditor", f"must be {creditor}, the folder it lies in")
    brand_doc = doc.get("brand")
    if not isinstance(brand_doc, Mapping):
        raise StrategyError("strategy.brand", "is required")
    _known(brand_doc, "strategy.brand", "brand")
    accent = _text(brand_doc, "strategy.brand", "accent", "#1f5f4a")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise StrategyError("strategy.brand.accent", "must be a colour such as #1f5f4a")
    role = doc.get("debt_role")
    if role not in ("first", "third"):
        raise StrategyError("strategy.debt_role", "must be first or third: it decides the law")
    ladder = doc.get("ladder")
    if not isinstance(ladder, list) or not 1 <= len(ladder) <= 20:
        raise StrategyError("strategy.ladder", "one to twenty rungs are required")
    escalation = doc.get("escalation") or {}
    if not isinstance(escalation, Mapping):
        raise StrategyError("strategy.escalation", "must be a mapping")
    _known(escalation, "strategy.escalation", "escalation")
    states = doc.get("licensed_states")
    policy = doc.get("policy") or {}
    if not isinstance(policy, Mapping):
        raise StrategyError("strategy.policy", "must be a mapping")
    return Strategy(
        creditor=creditor,
        version=version,
        brand=Brand(
            name=_text(brand_doc, "strategy.brand", "name"),
            address=_text(brand_doc, "strategy.brand", "address"),
            phone=_text(brand_doc, "strategy.brand", "phone"),
            email_from=_text(brand_doc, "strategy.brand", "email_from"),
            reply_to=_text(brand_doc, "strategy.brand", "reply_to"),
            sms_origination=_text(brand_doc, "strategy.brand", "sms_origination", ""),
            accent=accent,
        ),
        rungs=tuple(_rung(r, f"strategy.ladder[{i}]") for i, r in enumerate(ladder)),
        debt_role=role,
        industry=_text(doc, "strategy", "industry", "generic"),
        licensed_states=None if states is None else tuple(str(s) for s in states),
        languages=tuple(doc.get("languages", ("en", "es"))),
        escalate_over_minor=_whole(
            escalation, "strategy.escalation", "balance_over_minor", low=1, high=10**12
        ),
        escalate_days_past_due=_whole(
            escalation, "strategy.escalation", "days_past_due", low=1, high=10000
        ),
        opens=bool(doc.get("opens", True)),
        minimum_gap_hours=_whole(doc, "strategy", "minimum_gap_hours", low=1, high=720, default=48)
        or 48,
        policy=dict(policy),
    )
