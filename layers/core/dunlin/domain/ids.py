"""Ids are made from what makes the thing unique, so doing it twice cannot make a second one.

Every id is the hexadecimal of a UUIDv5 with a prefix that names its kind: `acc_`, `con_`, `tch_`.
Ids carry nothing personal and may stand in logs, state input and events.
"""

from __future__ import annotations

import re
import uuid

from dunlin.domain.errors import DomainError

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "dunlin.example.org")
_CREDITOR = re.compile(r"[a-z0-9-]{1,40}")
# Unit separator: cannot stand in any of the parts, so ("a", "bc") and ("ab", "c") differ.
_JOIN = "\x1f"


def _make(prefix: str, *parts: str) -> str:
    return f"{prefix}_{uuid.uuid5(_NAMESPACE, _JOIN.join((prefix, *parts))).hex}"


def creditor_id(text: str) -> str:
    """The creditor's id itself, checked: `[a-z0-9-]{1,40}`."""
    if not _CREDITOR.fullmatch(text):
        raise DomainError(f"not a creditor id (a-z, 0-9 and -, 1 to 40 characters): {text!r}")
    return text


def account_id(creditor: str, reference: str) -> str:
    """One debt: the creditor's own reference (account or invoice number)."""
    return _make("acc", creditor, reference)


def consumer_id(creditor: str, identity: str) -> str:
    """One person or company of one creditor; `identity` is the key that matched (see import)."""
    return _make("con", creditor, identity)


def ladder_touch_id(account: str, run: int, rung: int, occurrence: int) -> str:
    """One outbound attempt of a ladder: (ladder run, rung, occurrence) of an account."""
    return _make("tch", account, str(run), str(rung), str(occurrence))


def notice_touch_id(cause: str, kind: str) -> str:
    """One notice: what caused it and its kind (receipt, code, confirmation)."""
    return _make("tch", cause, kind)


def entry_id(account: str, source: str) -> str:
    """One ledger entry; `source` names what it came from (import row, provider payment id)."""
    return _make("ent", account, source)


def arrangement_id(account: str, number: int) -> str:
    """One arrangement: the account's first, second and so on."""
    return _make("arr", account, str(number))


def import_id(creditor: str, key: str, version: str) -> str:
    """One version of one dropped file."""
    return _make("imp", creditor, key, version)


def execution_name(account: str, run: int) -> str:
    """Name of a ladder execution; the same account and run can start only once."""
    return f"{account}-{run}"


def held_payment_id(creditor: str, payer: str, text: str, source: str, currency: str) -> str:
    """One payment of a file that names no single debt: who paid, what it names, what makes it one
    of several alike."""
    return _make("pay", creditor, payer, text, source, currency)
