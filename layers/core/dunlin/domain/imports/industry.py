"""What the columns of an industry say in words that rules can compare.

A file writes "Past", "moved out 3/1" or "Est Ins 40.00"; an account carries `relationship`,
`insurance` and the amounts beside them. What a file leaves open is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping, Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import parse_amount
from dunlin.domain.imports.barring import AGENCY
from dunlin.domain.imports.content import Content
from dunlin.domain.imports.fields import words_of
from dunlin.domain.imports.types import ImportQuestion

CURRENT_TENANT, FORMER_TENANT = "current_tenant", "former_tenant"
PENDING, DENIED, SETTLED = "pending", "denied", "settled"
PATIENTS_PART = "the part that is the patient's own"
"""The reason of a column of money that holds what the patient owes, beside what an insurer has."""
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
_PATIENT = frozenset("patient patients pat pt guarantor paciente pacientes patienten".split())
_PART = frozenset(
    (
        "portion responsibility resp share part due owes owed balance bal est estimate estimated "
        "liability payable anteil saldo cargo parte reste responsabilidad responsabilidade"
    ).split()
)
_NO_PART = frozenset(
    "paid payment payments pmt adj adjustment id number no name phone email dob date type".split()
)
_OWN_PART = frozenset("eigenanteil resteacharge coparticipacao copago patientenanteil".split())
_INSURER = frozenset(
    (
        "ins insurance insurer carrier payer payor seguro aseguradora seguradora versicherung "
        "versicherer krankenkasse kasse kostentrager assurance mutuelle convenio eob insest"
    ).split()
)
_PAYING = frozenset("responsible responsibility resp bill billed payer payor pays".split())
_THEMSELVES = frozenset("self patient patients guarantor selfpay client privatepay private".split())
_INSURERS = (_INSURER - {"payer", "payor", "convenio", "kasse"}) | frozenset(
    "medicare medicaid tricare hmo ppo aetna cigna bcbs humana kaiser uhc workers".split()
)
_BLUES = frozenset("cross shield".split())
_AGENCIES = frozenset(("agency", "agencyname", "assignedagency", "outsideagency"))
"""Names of columns of agencies of any sort."""
_HANDED_IN = frozenset(
    "submitted submission submit eingereicht einreichung envio envoi enviado enviada soumis".split()
)
_NO_INSURER = frozenset("noinsurance selfpay uninsured none selbstzahler particular".split())


def says_who_pays(header: str, cells: Sequence[str]) -> bool:
    """True for a column that says what sort of payer has a debt: `Responsible` over `Self`,
    `Medicare`, `Acme Mutual Insurance`."""
    if _PAYING.isdisjoint(words_of(header)):
        return False
    filled = {cell.strip() for cell in cells if cell.strip()}
    selves = sum("".join(words_of(c)) in _THEMSELVES for c in filled)
    insurers = sum(map(is_insurer, filled))
    return bool(selves and insurers) and (selves + insurers) * 5 >= 4 * len(filled)


def is_insurer(text: str) -> bool:
    """Whether a name is an insurer's, or a word for one."""
    words = words_of(text)
    return not _INSURERS.isdisjoint(words) or ("blue" in words and not _BLUES.isdisjoint(words))


def patients_part(headers: Sequence[str], money: Container[int]) -> int:
    """The column of `money` that holds the patient's own part, where another names an insurer's;
    -1 where there is none or several."""
    words = [set(words_of(h)) for h in headers]
    parts = [
        i
        for i, have in enumerate(words)
        if i in money and (_OWN_PART & {"".join(words_of(headers[i]))} or _names_part(have))
    ]
    insured = any(have & _INSURER for i, have in enumerate(words) if i not in parts)
    return parts[0] if len(parts) == 1 and insured else -1


def _names_part(have: set[str]) -> bool:
    if not have & _PATIENT or have & _NO_PART:
        return False
    return bool(have & _PART) or len(have) == 1


def ask_agencies(
    keys: Sequence[str],
    contents: Sequence[Content],
    samples: Sequence[Sequence[str]],
    chosen: list[tuple[float, str, str]],
    by_person: Container[int],
) -> tuple[ImportQuestion, ...]:
    """Whether an `Agency` that nearly every row names has the debts, as a collection agency has,
    or is the customers' own, as where staff are lent or policies are sold."""
    asked = []
    if sum(field == AGENCY for _, field, _ in chosen) > 1:
        return ()  # the others tell when it was placed there
    for index, (_, field, _) in enumerate(chosen):
        filled = contents[index].filled
        if field != AGENCY or index in by_person or fields.key_of(keys[index]) not in _AGENCIES:
            continue
        if contents[index].is_flag or filled < 2 or filled * 2 < len(samples[index]):
            continue
        chosen[index] = (0.0, fields.IGNORE, "what sort of agency it is is asked")
        asked.append(
            ImportQuestion(
                kind="mapping",
                column=keys[index],
                choices=(AGENCY, fields.IGNORE),
                why="most rows name an agency. Is it a collection agency that has these debts?",
            )
        )
    return tuple(asked)


def is_billed_to_insurer(headers: Sequence[str], fields: Container[str]) -> bool:
    """True for a list of claims handed in at an insurer: what was billed, and no balance of the
    patient."""
    handed_in = any(_HANDED_IN & set(words_of(h)) for h in headers)
    return "payer" in fields and "balance" not in fields and ("claim" in fields or handed_in)


def waits_for_insurer(extras: Mapping[str, str]) -> bool:
    """Whether a claim names an insurer who has not answered it."""
    payer = extras.get("payer", "")
    if not payer or "".join(words_of(payer)) in _NO_INSURER:
        return False
    return insurance_of(extras) in ("", PENDING)


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
