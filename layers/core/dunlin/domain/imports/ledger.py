"""Journals: a document stands there with all its legs, and the customers' legs alone are debts."""

from __future__ import annotations

import functools
import re
from collections.abc import Container, Sequence
from typing import NamedTuple

from dunlin.domain.imports import fields
from dunlin.domain.imports.dates import fold

_ACCOUNT_WORDS = frozenset(
    "account accounts acct konto sachkonto hauptbuchkonto cuenta compte conta ledger gl".split()
)
_RECEIVABLE = re.compile(
    r"(?:system |trade |other |current )?(?:accounts? |acct |ar |a r )?receivables?"
    r"(?: (?:invoice|trade|control|customers|usd|a r|ar))?|"
    r"forderungen?(?: (?:aus|aus lieferungen und leistungen|a(?:us)? l u l|all|gg kunden))?|"
    r"(?:cuentas |contas |clientes )(?:por cobrar|a receber)(?: clientes)?|creances? clients?|"
    r"trade debtors|debtors(?: control)?|debitoren|clientes|clients|customers|kunden|a r|ar|"
    r"sales ledger control"
)


class LedgerColumns(NamedTuple):
    """Columns that name an account of the ledger; `legs` is the one that tells a customer's leg
    from the others, -1 where every row is a customer's."""

    indexes: tuple[int, ...]
    legs: int


@functools.lru_cache(maxsize=4096)
def is_receivable(text: str) -> bool:
    """True for the name of the account on which customers owe: `1200 Accounts Receivable`."""
    plain = " ".join(re.findall(r"[a-z]+", fold(text)))
    return bool(_RECEIVABLE.fullmatch(plain))


def ledger_columns(
    headers: Sequence[str], samples: Sequence[Sequence[str]], fixed: Container[int]
) -> LedgerColumns:
    """The columns of a table that name an account of the ledger. What a person has `fixed`, by
    index, is none."""
    named: list[int] = []
    legs = -1
    for index, header in enumerate(headers):
        if index in fixed or not _ACCOUNT_WORDS & set(fields.words_of(header)):
            continue
        filled = [v for v in samples[index] if v.strip()]
        owed = sum(is_receivable(v) for v in filled)
        if not owed:
            continue
        named.append(index)
        if legs < 0 and owed < len(filled) and _balanced(filled, owed):
            legs = index
    return LedgerColumns(tuple(named), legs)


def _balanced(accounts: Sequence[str], owed: int) -> bool:
    """A journal names few accounts, and each document touches the customers' once."""
    return owed * 10 >= len(accounts) and len(set(accounts)) <= max(4, len(accounts) // 2)
