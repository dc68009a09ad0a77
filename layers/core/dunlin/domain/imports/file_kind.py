"""What a file is: receivables, contacts, payments, payables, or none of these, and why."""

from __future__ import annotations

from collections.abc import Sequence

from dunlin.domain.imports import fields, statuses
from dunlin.domain.imports.amounts import is_blank, parse_amount
from dunlin.domain.imports.types import (
    CONTACTS,
    OTHER,
    PAYABLE,
    PAYABLES,
    PAYMENTS,
    RECEIVABLES,
    ColumnMap,
)  # fmt: skip

BALANCE_FIELDS = frozenset(("balance", "amount", "debit", "line_amount", "bucket"))
CONSUMER_FIELDS = frozenset(
    [
        "consumer_reference",
        "consumer_name",
        "first_name",
        "last_name",
        "company",
        "email",
        "phone",
        "street",
        "account_reference",
    ]
)


_OF_PAYMENTS = frozenset(
    """receivedfrom receiptno receiptnumber receipt paidby paymentfrom method tender tendertype
    erhaltenvon recibidode recude recebidode""".split()
)
"""Names of columns of money that came in."""
LINE_FIELDS = frozenset(
    "description quantity line_amount date_of_service debit credit side document_type".split()
)
"""Fields that tell a row as a line or a movement of a debt, not as the debt itself."""


_BANK = frozenset(
    [
        "valuedate",
        "buchungstag",
        "bookingdate",
        "wertstellung",
        "valuta",
        "valutadatum",
        "runningbalance",
        "fechavalor",
        "datevaleur",
        "dateofvalue",
    ]
)


def kind_of(
    headers: Sequence[str], columns: Sequence[ColumnMap], samples: Sequence[Sequence[str]]
) -> tuple[str, str]:
    """Kind of a file and why, in one sentence."""
    have = {c.field: c.index for c in columns if c.score >= 0.5}
    sure = {c.field for c in columns if c.score >= 0.7}
    keys = {fields.key_of(h) for h in headers}
    money = have.keys() & BALANCE_FIELDS
    types = _types(have, samples)
    debtish = have.keys() & {"due_date", "invoice_number", "bucket", "days_overdue", "balance"}
    people = {"consumer_name", "consumer_reference", "last_name"}
    if "vendor" in have and not people & have.keys():
        return (
            PAYABLES,
            "The columns name vendors and bills: this is what the creditor itself owes.",
        )
    if types and types <= {PAYABLE}:
        return PAYABLES, "Every row is a bill that the creditor itself owes."
    if keys & _BANK and not sure & {"due_date", "invoice_number", "balance"}:
        return OTHER, "This looks like a bank statement, which holds no debts."
    paying = sum(c.field in ("payment_method", "payment_date") for c in columns)
    paying += any(k.startswith("card") for k in keys) + len(keys & _OF_PAYMENTS)
    strong_debt = have.keys() & {"due_date", "bucket", "days_overdue", "balance"}
    if money and paying >= 2 and not strong_debt:
        return PAYMENTS, "The columns describe payments received, not what is still owed."
    if types and types <= {statuses.PAYMENT} and not strong_debt:
        return PAYMENTS, "Every row is a payment received."
    if money and "payment_date" in have and not strong_debt and "issue_date" not in have:
        return PAYMENTS, "The columns describe payments received, not what is still owed."
    people = have.keys() & {
        "consumer_name", "first_name", "last_name", "company", "email", "phone", "street", "zip",
    }  # fmt: skip
    certain = {c.field for c in columns if c.score >= 0.6}
    if people & certain and _no_debt(have, samples, money):
        return CONTACTS, "This is a list of contacts: names and contact points, but no debts."
    owed = money & sure or debtish - {"invoice_number"}
    if money and (debtish or (people and owed) or (owed and "consumer_reference" in have)):
        return RECEIVABLES, "The rows name debts: who owes, how much and since when."
    if not money and sure & {"due_date", "days_overdue"} and have.keys() & CONSUMER_FIELDS:
        return RECEIVABLES, "The rows name who owes and since when, but not how much."
    return OTHER, "No column names a debt, a person who owes or a payment."


def _types(have: dict[str, int], samples: Sequence[Sequence[str]]) -> set[str]:
    index = have.get("document_type")
    if index is None:
        return set()
    words = {v.strip() for v in samples[index] if v.strip()}
    types = {statuses.type_of(w) for w in list(words)[:40]}
    return set() if None in types else {t for t in types if t}


def _no_debt(have: dict[str, int], samples: Sequence[Sequence[str]], money: set[str]) -> bool:
    if have.keys() & {"due_date", "invoice_number", "bucket", "days_overdue", "line_amount"}:
        return False
    for name in money:
        for value in samples[have[name]]:
            amount = None if is_blank(value) else parse_amount(value.strip())
            if amount is not None and amount.unscaled:
                return False
    contactish = have.keys() & {"email", "phone", "street", "zip", "first_name", "last_name",
                                "company"}  # fmt: skip
    return bool(contactish or not money)


def references_of(
    columns: Sequence[ColumnMap], samples: Sequence[Sequence[str]]
) -> tuple[bool, bool]:
    """(one reference stands over several invoices, one invoice over several references).

    The first is a customer's account, the second numbers rows; either way the invoice is the debt.
    """
    at = {c.field: c.index for c in columns}
    debt = at.get("invoice_number", at.get("claim"))
    if "account_reference" not in at or debt is None:
        return False, False
    pairs = zip(samples[at["account_reference"]], samples[debt], strict=False)
    kept = {(a.strip(), i.strip()) for a, i in pairs if a.strip() and i.strip()}
    references, invoices = len({a for a, _ in kept}), len({i for _, i in kept})
    lines = at.keys() & LINE_FIELDS
    return references < invoices, references > invoices and bool(lines)
