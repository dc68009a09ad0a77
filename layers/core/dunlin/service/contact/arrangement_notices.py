"""What the notices of an arrangement say: their own fields, found by their cause."""

from __future__ import annotations

from dataclasses import replace

from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.errors import DomainError
from dunlin.ports.arrangements import Arrangements

# Each kind and what it is for, as the rulebook asks: the person's copy of what they just agreed
# to and the end of it are receipts; the rest is about money and keeps to every rule of a touch.
PURPOSES = {
    "arrangement_confirmation": "receipt",
    "paid_in_full": "receipt",
    "instalment_due": "",
    "changed_debit": "",
    "broken_instalment": "",
    "arrangement_declined": "",
    "counter_offer": "",
}


def copy_cause(arrangement: Arrangement) -> str:
    """What the person's copy answers: the agreement, or a permission to debit given after it,
    which has a copy of its own (12 CFR 1005.10(b))."""
    autopay, agreed_at = arrangement.autopay, arrangement.agreed_at
    if autopay is None or agreed_at is None or autopay.consent.at <= agreed_at:
        return arrangement.arrangement_id
    return f"{arrangement.arrangement_id}.{int(autopay.consent.at.timestamp())}"


def fields(kind: str, account_id: str, cause: str, *, book: Arrangements) -> dict[str, str]:
    """The fields of one notice. `cause` is the arrangement's id, then the instalment's number
    and, for a changed debit, the amount, with points between them; of a copy, see `copy_cause`."""
    arrangement_id, _, rest = cause.partition(".")
    arrangement = _find(account_id, arrangement_id, book)
    if kind == "arrangement_confirmation":
        return {
            "schedule": schedule_lines(arrangement.terms),
            "total": str(arrangement.terms.total),
            "autopay": "yes" if arrangement.autopay is not None else "",
        }
    if not rest:
        return {}
    number, _, minor = rest.partition(".")
    instalment = arrangement.instalment(int(number))
    on = instalment.due_on if kind == "broken_instalment" else instalment.counts_from
    words = {"due_on": on.isoformat()}
    if minor:
        return words | {"amount": str(replace(instalment.amount, minor=int(minor)))}
    return words


def schedule_lines(terms: Terms) -> str:
    """A schedule as text: an ISO day and an amount a line."""
    return "\n".join(f"{p.due_on.isoformat()} {p.amount}" for p in terms.instalments)


def _find(account_id: str, arrangement_id: str, book: Arrangements) -> Arrangement:
    for arrangement in book.arrangements(account_id):
        if arrangement.arrangement_id == arrangement_id:
            return arrangement
    raise DomainError(f"no arrangement {arrangement_id} to write about")
