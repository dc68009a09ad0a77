"""What a creditor's books said last of an account, kept with it, and what a newer figure means.

A payment made here may be unknown to the books, so a figure that fell never raises the balance,
and one that rose raises it by as much as it rose. Pure; it works on the account's extras.
"""

from __future__ import annotations

from datetime import date

SAID = "file_balance_minor"
"""The figure that the books stated last."""
RECEIVED, FELL = "file_payments_minor", "file_fell_minor"
"""Payments posted since the newest export that moved the balance, and the day and the amount by
which one let it fall."""
LOWERED = "billing_lowered_minor"
"""Credits and payments that the billing system told since a figure moved the balance."""


def difference(extras: dict[str, str], have: int, owed: int, *, known: int, as_of: date) -> int:
    """By how much a figure of the books moves a balance; what they said is noted in `extras`.
    `known` of what was paid since the figure before is counted in this one."""
    stated = int(extras.get(SAID, str(have))) - known
    if owed == stated:
        return 0
    extras[SAID] = str(owed)
    for since in (RECEIVED, LOWERED):
        extras.pop(since, None)
    if owed > stated:
        return owed - stated
    extras[FELL] = f"{as_of.isoformat()} {stated - owed}"
    return min(have, owed) - have


def told(extras: dict[str, str], *names: str) -> int:
    """What stands under these names, in minor units, together."""
    return sum(int(extras.get(name, "0")) for name in names)


def moved(extras: dict[str, str], minor: int) -> dict[str, str]:
    """The extras after the billing system told a change: a charge is in its next figure, and so
    is what it told as paid, though an export that was made before knows of neither."""
    if SAID not in extras:
        return extras
    if minor < 0:
        return extras | {LOWERED: str(told(extras, LOWERED) - minor)}
    return extras | {SAID: str(told(extras, SAID) + minor)}
