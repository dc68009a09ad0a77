"""A creditor's keys, with which its billing system signs: one, or two while it changes over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from dunlin.domain.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingKeys:
    """The newest key and the one before it, "" where that is no longer in force; hidden from
    repr so that they cannot reach a log."""

    key: str = field(repr=False)
    made_on: date
    older: str = field(default="", repr=False)

    @property
    def in_force(self) -> tuple[str, ...]:
        return tuple(k for k in (self.key, self.older) if k)

    def without_older(self) -> BillingKeys:
        """The newest key alone. Raises `DomainError` where it is alone already."""
        if not self.older:
            raise DomainError("one key is in force: there is no older one to end")
        return replace(self, older="")


def rotated(keys: BillingKeys | None, new: str, on: date) -> BillingKeys:
    """A new key, with the one before still in force. Raises `DomainError` where two are: whoever
    signs with the older one would be cut off unasked."""
    if keys is not None and keys.older:
        raise DomainError("two keys are in force: end the older one first")
    return BillingKeys(key=new, made_on=on, older=keys.key if keys else "")
