"""`Paid %`: a column that tells how much of each debt was paid, as a share of it."""

from __future__ import annotations

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import is_blank, parse_amount
from dunlin.domain.imports.content import Content
from dunlin.domain.imports.figures import words_in
from dunlin.domain.imports.header_names import figures as names

NONE, PART, WHOLE = "none", "part", "whole"
"""How much of a debt a share says was paid."""
_HUNDRED = 100


def tells_share_paid(header: str, content: Content) -> bool:
    """Whether a heading speaks of a share that was paid, and its cells hold shares."""
    words = words_in(header)
    shares = "%" in header or bool(words & names.RATE - {"rate"})
    named = "paid_percent" in fields.STRONG.get(fields.key_of(header), ())
    if not named and not (shares and words & names.PAID):
        return False
    return content.share("percent") + content.share("money") >= 0.6


def share_paid(text: str) -> str:
    """`NONE`, `PART` or `WHOLE` of a cell; a share of one that bears no sign may be a hundredth or
    all of it, and so is a part."""
    bare = text.strip().removesuffix("%").strip()
    if is_blank(bare):
        return NONE
    amount = parse_amount(bare)
    if amount is None:
        return PART
    unit = int(10**amount.places)
    if amount.unscaled == 0:
        return NONE
    return WHOLE if amount.unscaled >= _HUNDRED * unit else PART
