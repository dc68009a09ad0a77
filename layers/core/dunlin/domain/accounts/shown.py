"""What an audit entry vouches for of what a dossier shows: under `shows`, beside its reasons.

Ids, codes, figures, instants and hashes alone, as in every entry. A dossier is read from these and
from nothing else (docs/audit-format.md), so that what it shows cannot differ from the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.audit.audit import SHOWS, content_sha256
from dunlin.domain.instants import utc_text


def of_account(
    account: Account, *, ledger: Sequence[LedgerEntry] = (), touch: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Where an account stands once the entry is written, whose it is, the lines that its ledger
    grew by, and the touch that the entry is about as it is then; `{shows: ...}`."""
    shown: dict[str, Any] = {
        "person": account.consumer_id,
        "creditor": account.creditor,
        "status": account.status.value,
        "hold": account.hold.value if account.hold else "",
        "balance_minor": account.balance.minor,
        "currency": account.balance.currency,
    }
    if ledger:
        shown["ledger"] = [
            {
                "entry_id": line.entry_id,
                "kind": line.kind,
                "minor": line.amount.minor,
                "currency": line.amount.currency,
                "on": line.on.isoformat(),
                "source": line.source,
            }
            for line in ledger
        ]
    if touch is not None:
        shown["touch"] = dict(touch)
    return {SHOWS: shown}


def of_touch(touch: Touch) -> dict[str, Any]:
    """How far a touch has come; what it is stands in the entry of its permit. What was sent is its
    hash; the provider's words are left out, for they may name an address."""
    return {
        "touch_id": touch.touch_id,
        "state": touch.state.value,
        "sent_at": _instant(touch.sent_at),
        "message_id": touch.message_id,
        "body_sha256": touch.body_sha256,
        "content_sha256": content_sha256(touch.content) if touch.content else "",
    }


def of_permit(touch: Touch, *, consent: int, rulebook: str, zones: Sequence[str]) -> dict[str, Any]:
    """A touch as it is permitted: also under which version of the consent and which edition of the
    rulebook, and when by the clock of every place where the person may be."""
    local = {name: touch.permitted_at.astimezone(ZoneInfo(name)).isoformat() for name in zones}
    return {
        **of_touch(touch),
        "key": touch.key,
        "rung": touch.rung_name,
        "channel": touch.channel.value,
        "template": touch.template,
        "template_version": touch.template_version,
        "permitted_at": utc_text(touch.permitted_at),
        "expires_at": utc_text(touch.expires_at),
        "covers": list(touch.covers),
        "consent_version": consent,
        "rulebook": rulebook,
        "permitted_local": local,
    }


def of_person(
    person: Consumer, *, account: str = "", took_in: str = "", erased: Sequence[str] = ()
) -> dict[str, Any]:
    """How a person stands once the entry is written; `{shows: ...}`. `account` is one that became
    theirs with it, `took_in` a record that was found to be theirs, `erased` the owners of messages
    (accounts, or the person) whose words go."""
    shown: dict[str, Any] = {
        "creditor": person.creditor,
        "consents": {
            channel.value: {
                "state": consent.state.value,
                "version": consent.version,
                "at": _instant(consent.at),
            }
            for channel, consent in sorted(person.consents.items())
        },
        "flags": {name: utc_text(flag.at) for name, flag in sorted(person.flags.items())},
        "taken_in_by": person.taken_in_by,
    }
    named = {"account": account, "took_in": took_in, "erased": list(erased)}
    return {SHOWS: shown | {name: value for name, value in named.items() if value}}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else utc_text(at)
