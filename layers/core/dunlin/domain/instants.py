"""How an instant is spelled: ISO 8601 in UTC, ended by a Z."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(at: datetime) -> str:
    """The short spelling, fractions only where there are any: what is hashed, logged and shown.
    Hashes hang on it: it never changes."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def sortable_text(at: datetime) -> str:
    """Always with microseconds, so that texts sort as their instants do: what a table stores."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
