"""Names: how a creditor's own word for an account is compared."""

from __future__ import annotations


def plain(name: str) -> str:
    """A name as it is looked up: capitals and the number of spaces say nothing."""
    return " ".join(name.casefold().split())
