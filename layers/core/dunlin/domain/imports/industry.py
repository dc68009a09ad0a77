"""What the columns of an industry say in words that rules can compare.

A file writes "Past", "moved out 3/1" or "Est Ins 40.00"; an account carries `relationship`,
`insurance` and the amounts beside them. What a file leaves open is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from dunlin.domain.imports.amounts import parse_amount
from dunlin.domain.imports.fields import words_of

CURRENT_TENANT, FORMER_TENANT = "current_tenant", "former_tenant"
PENDING, DENIED, SETTLED = "pending", "denied", "settled"
TOLD = ("relationship", "insurance", "insurance_pending_minor", "claim_amount_minor", "written_off")
"""The names of an account's extras that this module decides."""

_LEASE = {
    FORMER_TENANT: """
        past former moved vacated evicted ended expired inactive terminated previous ex canceled
        cancelled ausgezogen beendet finalizado anterior parti ancien termine""",
    CURRENT_TENANT: """
        current active occupied notice evict eviction mtm month renewed holdover lease leased
        aktiv laufend actual activo vigente actuel actif""",
}
_INSURANCE = {
    DENIED: "denied denial rejected declined uncovered abgelehnt rechazado denegado refuse",
    SETTLED: """
        paid settled closed complete completed finalized finalised processed adjudicated approved
        posted bezahlt pagado paye""",
    PENDING: """
        pending submitted filed sent awaiting waiting process processing open review received
        billed appeal resubmitted unprocessed offen ausstehend pendiente attente cours""",
}
_NO_INSURER = frozenset("noinsurance selfpay uninsured none selbstzahler particular".split())


def facts_of(extras: Mapping[str, str], currency: str, today: dt.date) -> dict[str, str]:
    """Those of `TOLD` that the columns of one debt decide, but for the claim's amount and the
    write-off, which are decided where the row is read."""
    out: dict[str, str] = {}
    relationship = _word(_LEASE, extras.get("lease_status", "")) or _by_move_out(
        extras.get("move_out", ""), today
    )
    if relationship:
        out["relationship"] = relationship
    expected = _minor(extras.get("insurance_pending", ""), currency)
    insurance = insurance_of(extras)
    if expected > 0:  # the balance may be the patient's part alone: a fact, and no hold
        out["insurance_pending_minor"] = str(expected)
        insurance = insurance or PENDING
    if insurance:
        out["insurance"] = insurance
    return out


def insurance_of(extras: Mapping[str, str]) -> str:
    """How far the insurer is, by the words of its status; "" where they do not say, or where the
    payer's name says that there is no insurer."""
    if "".join(words_of(extras.get("payer", ""))) in _NO_INSURER:
        return ""
    return _word(_INSURANCE, extras.get("insurance_status", ""))


def _word(table: Mapping[str, str], text: str) -> str:
    """The first meaning of which a word occurs; "not paid" says nothing of what it negates."""
    words = set(words_of(text))
    if words & {"not", "no", "non", "un", "never", "nicht"}:
        return ""
    return next((meaning for meaning, phrases in table.items() if words & set(phrases.split())), "")


def _by_move_out(text: str, today: dt.date) -> str:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return ""
    return FORMER_TENANT if day < today else CURRENT_TENANT


def _minor(text: str, currency: str) -> int:
    amount = parse_amount(text) if text else None
    return (amount.minor(currency) or 0) if amount else 0
