"""Reading loosely typed fact values strictly: truth, proofs, instants and local dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_FALSE_WORDS = frozenset({"", "no", "false", "off", "none"})


def holds(value: Any) -> bool:
    """Whether a defect or flag stands: anything that is not plainly absent or false."""
    if isinstance(value, str):
        return value.strip().lower() not in _FALSE_WORDS
    if isinstance(value, Mapping):
        return True
    return bool(value)


def proven(value: Any) -> bool:
    """Whether a proof or consent stands: only a real true does."""
    return value is True


def present(value: Any) -> bool:
    """Whether an object is there at all: presence alone counts."""
    return value is not None and value is not False


def instant(value: Any) -> datetime | None:
    """An aware UTC instant at one-second resolution, None where it is not one."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    at: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return at.replace(microsecond=0)


def local_date(value: Any) -> date | None:
    """A calendar date, None where it is not one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()[:10])
        except ValueError:
            return None
    return None


def number(value: Any) -> Decimal | None:
    """An exact number, None where it is not one."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def switched_off(value: Any) -> bool:
    """Whether a policy switch says off (YAML reads a bare `off` as false)."""
    return value is False or (isinstance(value, str) and value.strip().lower() == "off")
